//! The token of a session: `session=9f3a77c1d0be4a52`. Sessions of robots have names and times.

use super::{KINDS, Labelled};
use crate::Kind;

/// The row of tokens, if the label is that of a session.
pub(super) fn row(label: &str) -> Option<&'static Labelled> {
    // Most labels fail this.
    if label.len() < 6 || !matches!(label.as_bytes().last(), Some(b'n' | b'N' | b'd' | b'D')) {
        return None;
    }
    let word = label.rsplit('_').next().unwrap_or_default();
    let is =
        ["session", "sessid", "phpsessid", "jsessionid"].iter().any(|known| known.eq_ignore_ascii_case(word));
    KINDS.iter().find(|row| is && row.kind == Kind::Token)
}

/// Does the value look like a token: letters and digits in turn, or the hexadecimal digits of a UUID?
pub(super) fn is_token(value: &str) -> bool {
    const LEAST: usize = 16;
    let value = value.trim_end_matches(['.', ',', ';', ')']);
    let pairs = value.as_bytes().windows(2);
    let turns = pairs.filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit() && a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric()));
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'/' | b'=' | b'.');
    value.len() >= LEAST && turns.count() >= 4 && value.bytes().all(inside)
}

#[cfg(test)]
mod tests {
    use super::is_token;

    #[test]
    fn a_token_has_letters_and_digits_in_turn() {
        for value in ["9f3a77c1d0be4a52", "550e8400-e29b-41d4-a716-446655440000", "Zk9pQ2x7Lm4Ns8Ta"] {
            assert!(is_token(value), "{value}");
        }
        for value in
            ["rosbag2_2026_11_30", "2026-11-30T08-12-44", "navigation", "12345678901234567", "mapping-run-12"]
        {
            assert!(!is_token(value), "{value}");
        }
    }
}
