//! An address behind its label: a line with a number and words.

use std::ops::Range;

use super::Value;
use crate::Kind;
use crate::kinds::alone;

/// The address in the line behind a label: a number and words, up to the end of the line or cell. `IP address:` is
/// another thing.
pub(super) fn line(text: &str, label: &Range<usize>, from: usize) -> Option<Value> {
    const LONGEST: usize = 120;
    const OTHER: [&str; 12] = [
        "ip",
        "mac",
        "mail",
        "web",
        "memory",
        "bluetooth",
        "base",
        "hardware",
        "network",
        "broadcast",
        "i2c",
        "url",
    ];
    let head = text.get(..label.start)?;
    let before = head.trim_end_matches([' ', '-', '_', '.']).rsplit(|c: char| !c.is_alphanumeric()).next()?;
    let rest = text.get(from..)?;
    // `'addr': '8 Elm Lane'`
    let quoted = from.checked_sub(1).is_some_and(|at| text.as_bytes().get(at) == Some(&b'\''));
    let rest = rest.find('\'').filter(|_| quoted).and_then(|close| rest.get(..close)).unwrap_or(rest);
    let end = rest.find(['\n', '|', '<', '"', ';', '{', '}', '\t']).unwrap_or(rest.len());
    let value = rest.get(..end)?;
    // A sentence may follow: `. Passport: `.
    let value = value.find(". ").map_or(value, |stop| {
        if is_abbreviated(value, stop) { value } else { value.get(..stop).unwrap_or(value) }
    });
    let value = value.trim_end_matches(['.', ' ', ',', '\r']);
    let words =
        value.split(' ').filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 2).count();
    let fits = value.len() <= LONGEST
        && value.contains(' ')
        && words > 0
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && !value.contains(['@', '='])
        && !OTHER.iter().any(|other| other.eq_ignore_ascii_case(before));
    fits.then(|| Value { kind: Kind::Address, at: from..from + value.len(), scores: alone(93).always() })
}

/// Does the point at `at` belong to an abbreviation of up to four letters: `Av. de Huelva`?
fn is_abbreviated(text: &str, at: usize) -> bool {
    let word = text.get(..at).and_then(|head| head.rsplit(' ').next()).unwrap_or_default();
    word.chars().count() <= 4 && word.chars().all(char::is_alphabetic)
}
