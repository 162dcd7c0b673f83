//! The expiry and the code beside a card: `4242 4242 4242 4242, 12/30, 123`, `exp 09/27, the code on the back is 318`.

use super::super::{Evidence, Hit};
use super::run;
use crate::Kind;
use crate::detect::swar;

/// The most bytes between a card, its expiry and its code.
const REACH: usize = 48;
/// The most bytes between them without a label.
const DIRECTLY: usize = 4;
/// Beginnings of words for an expiry.
const EXPIRY: [&str; 20] = [
    "exp",
    "valid",
    "thru",
    "until",
    "gültig",
    "gueltig",
    "ablauf",
    "verfall",
    "venc",
    "cad",
    "scad",
    "geldig",
    "vence",
    "verval",
    "vto",
    "mm/",
    "good",
    "有効期限",
    "有效期",
    "срок",
];
/// Beginnings of words for a code, and of those for the codes of other things.
const CODE: [&str; 12] = [
    "cvv",
    "cvc",
    "csc",
    "cid",
    "cod",
    "kod",
    "cód",
    "security",
    "sicherheit",
    "prüf",
    "crypto",
    "beveiliging",
];
const OTHER: [&str; 14] = [
    "error", "fehler", "status", "zip", "post", "country", "reason", "response", "exit", "promo", "room",
    "door", "area", "pin",
];

/// Adds the expiry and the code behind each card, up to the next finding.
pub(super) fn add(text: &str, hits: &mut Vec<Hit>) {
    let before = hits.len();
    for at in 0..before {
        let next = hits.get(at + 1).filter(|_| at + 1 < before).map_or(text.len(), |next| next.start);
        let Some(card) = hits.get(at).copied().filter(|hit| hit.kind == Kind::PaymentCard) else { continue };
        let rest = text.get(card.end..next).unwrap_or_default();
        let last = at.checked_sub(1).and_then(|last| hits.get(last)).map_or(0, |last| last.end);
        let head = text.get(last..card.start).unwrap_or_default();
        if let Some((from, to)) = expiry_before(head) {
            hits.push(Hit { start: last + from, end: last + to, evidence: Evidence::Context, ..card });
        }
        // Most cards have no number behind them.
        if (0..REACH.min(rest.len())).step_by(8).all(|at| swar::digits(swar::block(rest.as_bytes(), at)) == 0)
        {
            continue;
        }
        let mut keep = |(from, to): (usize, usize)| {
            let (start, end) = (card.end + from, card.end + to);
            hits.push(Hit { start, end, evidence: Evidence::Context, ..card });
        };
        let length = record(rest).max(track(rest));
        if length > 0 {
            keep((1, length));
            continue;
        }
        let date = expiry(rest);
        date.into_iter().for_each(&mut keep);
        let from = date.map_or(0, |(_, to)| to);
        let code = code(rest.get(from..).unwrap_or_default());
        code.map(|(start, to)| (from + start, from + to)).into_iter().for_each(keep);
    }
    if hits.len() > before {
        hits.sort_unstable_by_key(|hit| hit.start);
    }
}

/// The length of a month, a year and a code behind one sign each: `:12:30:318`, `|12|2030|318`.
fn record(rest: &str) -> usize {
    let Some(sign) = rest.chars().next().filter(|c| matches!(c, ':' | '|' | ';' | ',')) else { return 0 };
    let mut parts = rest.get(1..).unwrap_or_default().split(sign);
    let mut part = || parts.next().unwrap_or_default();
    let (month, year, last) = (part(), part(), part());
    let digits = run(last, |c| c.is_ascii_digit());
    let whole = !last.get(digits..).unwrap_or_default().starts_with(char::is_alphanumeric);
    let fits = is_month(month) && is_year(year) && matches!(digits, 3 | 4) && whole;
    if fits { month.len() + year.len() + digits + 3 } else { 0 }
}

/// The length of the expiry and the other data of a magnetic stripe: `=2712101123456789`.
fn track(rest: &str) -> usize {
    let data = rest.strip_prefix('=').unwrap_or_default();
    let length = run(data, |c| c.is_ascii_digit());
    let dated = data.get(2..4).is_some_and(is_month);
    if dated && length >= 7 { 1 + length } else { 0 }
}

/// The place of the expiry behind its word at the end of the text in front of a card: `valid thru 12/27 card `.
fn expiry_before(head: &str) -> Option<(usize, usize)> {
    let from = (head.len().saturating_sub(REACH)..=head.len()).find(|from| head.is_char_boundary(*from))?;
    let near = head.get(from..)?;
    let slash = near.rfind('/')?;
    let start = near.get(..slash)?.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let year = run(near.get(slash + 1..)?, |c| c.is_ascii_digit());
    let end = slash + 1 + year;
    let labelled =
        has(near.get(..start)?, &EXPIRY) && !near.get(end..)?.contains(|c: char| c.is_ascii_digit());
    (labelled && is_expiry(near.get(start..end)?, true)).then_some((from + start, from + end))
}

/// Labels of an expiry, in small letters, and those that other things have too: a card stands near those.
const LABELS: [&str; 27] = [
    "exp",
    "exp date",
    "expiry",
    "expiry date",
    "expiration",
    "expiration date",
    "expdate",
    "valid thru",
    "good thru",
    "valid through",
    "ablaufdatum",
    "verfallsdatum",
    "verfalldatum",
    "caducidad",
    "fecha de caducidad",
    "cad",
    "vencimiento",
    "fecha de vencimiento",
    "vto",
    "scadenza",
    "data di scadenza",
    "scad",
    "vervaldatum",
    "validade",
    "data de validade",
    "date d'expiration",
    "mm/yy",
];
const SHARED: [&str; 12] = [
    "expires",
    "vence",
    "expire le",
    "expiration le",
    "valid until",
    "valid to",
    "gültig bis",
    "geldig tot",
    "valable jusqu'au",
    "válida hasta",
    "valida fino a",
    "válido até",
];
const CARDS: [&str; 12] = [
    "card",
    "karte",
    "carte",
    "tarjeta",
    "carta",
    "kaart",
    "cartão",
    "visa",
    "mastercard",
    "maestro",
    "amex",
    "cvv",
];

/// The end of the expiry at `start`, a month and a year, behind its label: `expiry date: 12/27`.
pub(in crate::detect) fn expiry_end(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let length = rest.bytes().take(8).take_while(|byte| byte.is_ascii_digit() || *byte == b'/').count();
    let (month, year) = rest.get(..length)?.split_once('/')?;
    // The fifth of December is not a year.
    let late = matches!(year.as_bytes(), [.., b'2'..=b'4', b'0'..=b'9']);
    let whole =
        !rest.get(length..)?.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '_' | '%'));
    if !(is_month(month) && is_year(year) && late && whole) {
        return None;
    }
    let from = (start.saturating_sub(REACH)..=start).find(|at| text.is_char_boundary(*at))?;
    let raw = text.get(from..start)?;
    let head = raw.trim_end_matches([' ', ':', '=', '.', '"', '\'', '(']).to_lowercase();
    let ends = |label: &&str| {
        let lead = head.strip_suffix(*label);
        head.len() < raw.len() && lead.is_some_and(|lead| !lead.ends_with(char::is_alphanumeric))
    };
    let near = || has(&head, &CARDS) || has(rest.lines().next().unwrap_or_default(), &CARDS);
    (LABELS.iter().any(&ends) || SHARED.iter().any(ends) && near()).then_some(start + length)
}

/// The first number of a text, its place, and the text in front of it.
fn number(rest: &str) -> Option<(&str, usize, &str)> {
    let bytes = rest.as_bytes();
    let from = bytes.iter().take(REACH).position(u8::is_ascii_digit)?;
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.');
    let length = bytes.iter().skip(from).take(REACH).take_while(inside).count();
    let number = rest.get(from..from + length)?.trim_end_matches(['/', '-', '.']);
    Some((rest.get(..from)?, from, number))
}

/// Has the text a word that begins with one of `words`?
fn has(text: &str, words: &[&str]) -> bool {
    // `GÜLTIG BIS`
    let begins = |word: &str, known: &str| {
        let mut letters = word.chars().flat_map(char::to_lowercase);
        known.chars().all(|c| letters.next() == Some(c))
    };
    let mut all = text.split(|c: char| !(c.is_alphanumeric() || c == '/'));
    all.any(|word| !word.is_empty() && words.iter().any(|known| begins(word, known)))
}

fn is_direct(gap: &str) -> bool {
    gap.len() <= DIRECTLY && !gap.contains(char::is_alphanumeric) && !gap.contains('\n')
}

/// The place of the expiry: a month and a year.
fn expiry(rest: &str) -> Option<(usize, usize)> {
    let (gap, from, number) = number(rest)?;
    let labelled = has(gap, &EXPIRY);
    // `09 / 27`
    let spaced = rest.get(from..from + 7).filter(|_| labelled && number.len() == 2);
    if let Some((month, year)) = spaced.and_then(|date| date.split_once(" / "))
        && is_month(month)
        && is_year(year)
    {
        return Some((from, from + 7));
    }
    let date = number.split('/').take(2).map(str::len).sum::<usize>() + 1;
    let number = if number.matches('/').count() > 1 { number.get(..date)? } else { number };
    (labelled || is_direct(gap)).then_some(())?;
    is_expiry(number, labelled).then_some((from, from + number.len()))
}

fn is_month(text: &str) -> bool {
    text.len() <= 2 && text.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month))
}

fn is_year(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits && (text.len() == 2 || text.len() == 4 && text.starts_with("20"))
}

/// `12/30`, `12/2030`, `2030-12`, and behind a label `1230`.
fn is_expiry(number: &str, labelled: bool) -> bool {
    match number.split_once(['/', '-', '.']) {
        Some((one, other)) => {
            is_month(one) && is_year(other) || one.len() == 4 && is_year(one) && is_month(other)
        }
        None => {
            let parts = number.split_at_checked(2).filter(|_| labelled && number.len() == 4);
            parts.is_some_and(|(month, year)| is_month(month) && is_year(year))
        }
    }
}

/// The place of the code of three or four digits: directly behind the expiry, or behind a word for it.
fn code(rest: &str) -> Option<(usize, usize)> {
    let (gap, from, number) = number(rest)?;
    let digits = matches!(number.len(), 3 | 4) && number.bytes().all(|byte| byte.is_ascii_digit());
    let labelled = || has(gap, &CODE) && !has(gap, &OTHER);
    (digits && (is_direct(gap) && !gap.is_empty() || labelled())).then_some((from, from + number.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_and_a_year_are_an_expiry() {
        for text in [
            " exp 09/27",
            ", 12/30",
            ":12/2030",
            " valid thru: 2030-12",
            " exp:1230",
            " expires 9/27",
            ":12/30/318",
            " exp 09 / 27",
            "有効期限12/27",
        ] {
            assert!(expiry(text).is_some(), "{text}");
        }
        for text in [" on 12/05", " exp 13/27", " 1230", " and 12/30", "", " 12/05/2026x"] {
            assert!(expiry(text).is_none_or(|(from, to)| &text[from..to] == "12/05"), "{text}");
        }
    }

    #[test]
    fn an_expiry_may_stand_in_front_of_a_card_and_on_a_stripe() {
        assert_eq!(expiry_before("valid thru 12/27 card "), Some((11, 16)));
        assert_eq!(expiry_before("GÜLTIG BIS 1/2029, Karte "), Some((12, 18)));
        for text in ["on 12/27 card ", "exp 13/27 card ", "exp 12/27, 3 cards ", "exp card ", ""] {
            assert_eq!(expiry_before(text), None, "{text}");
        }
        assert_eq!(
            (track("=2712101123456789?"), track("=2713101"), track("=2712"), track("")),
            (17, 0, 0, 0)
        );
    }

    #[test]
    fn an_expiry_stands_alone_behind_its_label() {
        for text in [
            "exp 12/27",
            "Expiry date: 1/2029",
            "EXP: 04/28, towels",
            "valid thru 12/27",
            "card, valid until 12/27",
            "Karte gültig bis 11/28.",
            "cad. 12/26",
        ] {
            let start = text.find(|c: char| c.is_ascii_digit()).unwrap();
            assert!(expiry_end(text, start).is_some(), "{text}");
        }
        for text in [
            "on 12/27",
            "valid until 12/27",
            "exp 13/27",
            "exp 12/05",
            "exp 12/27/2026",
            "regexp 12/27",
            "exp12/27",
            "experiment 12/27",
        ] {
            let start = text.find(|c: char| c.is_ascii_digit()).unwrap();
            assert_eq!(expiry_end(text, start), None, "{text}");
        }
    }

    #[test]
    fn a_record_has_a_month_a_year_and_a_code() {
        assert_eq!((record(":12:30:318"), record("|1|2030|318|x"), record(",12,30,3185 x")), (10, 11, 11));
        assert_eq!((record(":13:30:318"), record(":12:30"), record(":12:30|318"), record("")), (0, 0, 0, 0));
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
