//! Signs of a pattern that no text has when it is searched.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::view::View;

/// The most characters of a class that are looked at.
const MOST: usize = 64;

/// A sign that every match has, that is not in the text as a reader sees it, and what is there in its place.
pub(super) fn required(hir: &Hir) -> Option<(String, String)> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => None,
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).unwrap_or_default();
            text.chars().find_map(unseen).or_else(|| two_blanks(text))
        }
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges().iter().flat_map(|range| range.start()..=range.end());
            let mut all = ranges.take(MOST).map(unseen);
            let first = all.next()??;
            all.all(|sign| sign.is_some()).then_some(first)
        }
        HirKind::Class(Class::Bytes(_)) => None,
        HirKind::Capture(capture) => required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min == 0 => None,
        HirKind::Repetition(repetition) => required(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().find_map(required),
        HirKind::Alternation(ways) => {
            let mut all = ways.iter().map(required);
            let first = all.next()??;
            all.all(|sign| sign.is_some()).then_some(first)
        }
    }
}

fn unseen(c: char) -> Option<(String, String)> {
    let (mut view, written) = (View::default(), c.to_string());
    let seen = view.read(&written).then(|| view.text()).filter(|seen| *seen != written)?;
    Some((written.escape_debug().to_string(), seen.to_owned()))
}

/// Two blanks are one.
fn two_blanks(text: &str) -> Option<(String, String)> {
    text.contains("  ").then(|| ("two blanks".to_owned(), "one".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_required_unless_there_is_another_way() {
        let of = |regex: &str| required(&regex_syntax::parse(regex).unwrap()).map(|(_, seen)| seen);
        for (regex, seen) in [
            ("HB\u{2013}[0-9]", "-"),
            (r"HB\x{2013}[0-9]", "-"),
            (r"[\x{ff10}-\x{ff19}]{3}", "0"),
            ("[٠-٩]+", "0"),
            ("(?:L’|D’)Or", "'"),
            ("HB\u{ad}", ""),
            (r"BB\t[0-9]", " "),
        ] {
            assert_eq!(of(regex).as_deref(), Some(seen), "{regex}");
        }
        for regex in ["HB[-–]1", "[а-я]+", "Москва", "[α-ω]+ [0-9]", "HB–?1", "é", r"\p{L}+", r"\d+", "[^x]+"]
        {
            assert_eq!(of(regex), None, "{regex}");
        }
    }
}
