//! The expiry and the code beside a card: `4242 4242 4242 4242, 12/30, 123`, `exp 09/27, the code on the back is 318`.

use super::super::{Evidence, Hit};
use super::run;
use crate::Kind;

/// The most bytes between a card, its expiry and its code.
const REACH: usize = 64;
/// The most bytes between them without a label.
const DIRECTLY: usize = 4;
/// Beginnings of words for an expiry.
const EXPIRY: [&str; 17] = [
    "exp", "valid", "thru", "until", "gültig", "gueltig", "ablauf", "verfall", "vence", "venc", "cadu", "scad", "geldig",
    "verval", "vto", "mm/", "good",
];
/// Beginnings of words for a code, and of those for the codes of other things.
const CODE: [&str; 12] = [
    "cvv", "cvc", "csc", "cid", "cod", "kod", "cód", "security", "sicherheit", "prüf", "crypto", "beveiliging",
];
const OTHER: [&str; 14] = [
    "error", "fehler", "status", "zip", "post", "country", "reason", "response", "exit", "promo", "room", "door", "area",
    "pin",
];

/// Adds the expiry and the code behind each card.
pub(super) fn add(text: &str, hits: &mut Vec<Hit>) {
    let before = hits.len();
    for at in 0..before {
        let Some(card) = hits.get(at).copied().filter(|hit| hit.kind == Kind::PaymentCard) else { continue };
        let mut end = card.end;
        for part in [expiry, code] {
            let Some((from, to)) = part(text.get(end..).unwrap_or_default()) else { continue };
            let free = hits.iter().all(|hit| hit.end <= end + from || end + to <= hit.start);
            if free {
                hits.push(Hit { start: end + from, end: end + to, evidence: Evidence::Context, ..card });
            }
            end += to;
        }
    }
    if hits.len() > before {
        hits.sort_unstable_by_key(|hit| hit.start);
    }
}

/// The numbers at the beginning of a text, each with the text in front of it.
fn numbers(rest: &str) -> impl Iterator<Item = (&str, usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let gap = run(rest.get(at..)?, |c| !c.is_ascii_digit());
        let from = at + gap;
        let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.');
        let number = rest.get(from..)?;
        let number = number.get(..run(number, inside))?.trim_end_matches(['/', '-', '.']);
        at = from + number.len();
        (from <= REACH && !number.is_empty()).then_some((rest.get(..from)?, from, number))
    })
}

/// Has the text a word that begins with one of `words`?
fn has(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    let mut all = text.split(|c: char| !(c.is_alphanumeric() || c == '/'));
    all.any(|word| words.iter().any(|known| word.starts_with(known)))
}

fn is_direct(gap: &str) -> bool {
    gap.len() <= DIRECTLY && !gap.contains(char::is_alphanumeric) && !gap.contains('\n')
}

/// The place of the expiry: a month and a year.
fn expiry(rest: &str) -> Option<(usize, usize)> {
    let (gap, from, number) = numbers(rest).next()?;
    let labelled = has(gap, &EXPIRY);
    let date = number.split('/').take(2).map(str::len).sum::<usize>() + 1;
    let number = if number.matches('/').count() > 1 { number.get(..date)? } else { number };
    (labelled || is_direct(gap)).then_some(())?;
    is_expiry(number, labelled).then_some((from, from + number.len()))
}

/// `12/30`, `12/2030`, `2030-12`, and behind a label `1230`.
fn is_expiry(number: &str, labelled: bool) -> bool {
    let is_month = |text: &str| text.len() <= 2 && text.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month));
    let is_year = |text: &str| {
        matches!(text.len(), 2 | 4) && text.bytes().all(|byte| byte.is_ascii_digit()) && (text.len() == 2 || text.starts_with("20"))
    };
    match number.split_once(['/', '-', '.']) {
        Some((one, other)) => is_month(one) && is_year(other) || one.len() == 4 && is_year(one) && is_month(other),
        None => labelled && number.len() == 4 && number.is_char_boundary(2) && is_month(number.split_at(2).0) && is_year(number.split_at(2).1),
    }
}

/// The place of the code of three or four digits: directly behind the expiry, or behind a word for it.
fn code(rest: &str) -> Option<(usize, usize)> {
    let (gap, from, number) = numbers(rest).next()?;
    let digits = matches!(number.len(), 3 | 4) && number.bytes().all(|byte| byte.is_ascii_digit());
    let labelled = || has(gap, &CODE) && !has(gap, &OTHER);
    (digits && (is_direct(gap) && !gap.is_empty() || labelled())).then_some((from, from + number.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_and_a_year_are_an_expiry() {
        for text in [" exp 09/27", ", 12/30", ":12/2030", " valid thru: 2030-12", " exp:1230", " expires 9/27", ":12/30/318"] {
            assert!(expiry(text).is_some(), "{text}");
        }
        for text in [" on 12/05", " exp 13/27", " 1230", " and 12/30", "", " 12/05/2026x"] {
            assert!(expiry(text).is_none_or(|(from, to)| &text[from..to] == "12/05"), "{text}");
        }
    }

    #[test]
    fn a_code_has_three_or_four_digits() {
        for text in [", 318", ", the code on the back is 318", " CVV: 318", " código 117", ":318"] {
            assert!(code(text).is_some(), "{text}");
        }
        for text in [", error code 404", " for 318", ", 31", "318", " code 31812", " zip code 1234"] {
            assert!(code(text).is_none(), "{text}");
        }
    }
}
