//! E-mail addresses that are written so that no program reads them: `joerg.mueller @ klinik.com`,
//! `joerg.mueller [at] klinik [dot] com`.

use std::ops::Range;

use super::{DOMAIN, LOCAL, domain, top_level};
use crate::kinds::{Scores, alone};

/// The scores of an address in brackets, or of one whose account has a dot or digits.
const TOLD: Scores = alone(80).near(96);
/// The scores of an address whose account is a word: `meeting @ klinik.com`.
const DOUBTFUL: Scores = alone(20).near(90);

/// The address with its `@` at `at` and a blank on one side of it or both.
pub(crate) fn spaced(text: &str, at: usize) -> Option<(Range<usize>, Scores)> {
    let head = text.get(..at)?;
    let rest = text.get(at + 1..)?;
    let start = account(head.strip_suffix(' ').unwrap_or(head))?;
    let from = text.len() - rest.strip_prefix(' ').unwrap_or(rest).len();
    let end = domain(text, from)?;
    let top = text.get(from..end)?.rsplit_once('.')?.1;
    let local = text.get(start..at)?.trim_end();
    let told = local.contains(['.', '_']) || local.bytes().any(|byte| byte.is_ascii_digit());
    top_level(top).then_some((start..end, if told { TOLD } else { DOUBTFUL }))
}

/// The address with `(at)` or `[at]` in `mark`.
pub(crate) fn bracketed(text: &str, mark: Range<usize>) -> Option<(Range<usize>, Scores)> {
    let head = text.get(..mark.start)?;
    let start = account(head.strip_suffix(' ').unwrap_or(head))?;
    let rest = text.get(mark.end..)?;
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let (from, mut at, mut labels) = (text.len() - rest.len(), 0, 0);
    while at < DOMAIN {
        let label = rest.get(at..)?;
        let length = label.find(|c: char| !c.is_alphanumeric() && c != '-').unwrap_or(label.len());
        if length == 0 {
            return None;
        }
        (at, labels) = (at + length, labels + 1);
        match dot(rest.get(at..)?) {
            Some(gap) => at += gap,
            None => break,
        }
    }
    (labels > 1).then_some((start..from + at, TOLD))
}

/// The beginning of the account at the end of a text.
fn account(head: &str) -> Option<usize> {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let name = head.trim_end_matches(inside).len();
    let fits = (2..=LOCAL).contains(&(head.len() - name)) && !head.ends_with(['.', '-']);
    fits.then_some(name)
}

/// The length of a dot, also as a word in brackets: ` [dot] `.
fn dot(rest: &str) -> Option<usize> {
    const DOTS: [&str; 9] = [
        " [dot] ",
        "[dot]",
        " (dot) ",
        "(dot)",
        " [punkt] ",
        "(punkt)",
        " (punkt) ",
        " [point] ",
        " [punto] ",
    ];
    let written =
        DOTS.iter().find(|dot| rest.get(..dot.len()).is_some_and(|head| head.eq_ignore_ascii_case(dot)));
    let plain = || rest.strip_prefix('.')?.starts_with(char::is_alphanumeric).then_some(1);
    written.map(|dot| dot.len()).or_else(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_words_or_blanks_around_its_signs() {
        for (text, found) in [
            ("to joerg.mueller @ klinik.com now", Some("joerg.mueller @ klinik.com")),
            ("to joerg.mueller @klinik.com.", Some("joerg.mueller @klinik.com")),
            ("12.5 @ 3.4", None),
        ] {
            let at = text.find('@').unwrap();
            assert_eq!(spaced(text, at).map(|(at, _)| &text[at]), found);
        }
        for text in ["joerg.mueller [at] klinik [dot] com", "joerg(at)klinik.com", "j_m (at) klinik(dot)de"] {
            let at = text.find("at").unwrap();
            assert_eq!(bracketed(text, at - 1..at + 3).map(|(at, _)| at), Some(0..text.len()), "{text}");
        }
    }
}
