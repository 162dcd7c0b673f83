//! Positions as pairs of decimal numbers. Robots write many decimal numbers, so that only context makes a position of
//! them.

use std::ops::Range;

use crate::detect::swar;
use crate::kinds::{Scores, only_near, position::position as on_earth};

/// A latitude and a longitude.
const PAIR: (Scores, u8) = (only_near(80), 4);
/// One of the two.
const SINGLE: (Scores, u8) = (only_near(60), 1);
/// A number needs more bytes from its point on: three decimals are a hundred metres and say little.
const FEWEST_DECIMALS: usize = 3;

/// A position in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Coordinates {
    /// Its bytes, with the sign.
    pub(crate) at: Range<usize>,
    /// Its scores.
    pub(crate) scores: Scores,
    /// The number of words that may stand between a context word and the position.
    pub(crate) reach: u8,
}

/// The position whose first number begins at `start` and has its decimal point at `point`.
pub(crate) fn position(text: &str, bytes: &[u8], start: usize, point: usize) -> Option<Coordinates> {
    let signed = |at: usize| matches!(bytes.get(at), Some(b'-' | b'+'));
    let count = |at: usize, most: usize, belongs: fn(&u8) -> bool| {
        let rest = bytes.get(at..).unwrap_or_default();
        rest.iter().take(most).take_while(|byte| belongs(byte)).count()
    };
    let start = start - usize::from(start > 0 && signed(start - 1));
    let first = decimal_end(bytes, point)?;
    let gap = count(first, 3, |byte| matches!(byte, b',' | b' ' | b';' | b'/'));
    let second = first + gap + usize::from(signed(first + gap));
    let whole = count(second, 4, u8::is_ascii_digit);
    let end = if gap > 0 && whole > 0 { decimal_end(bytes, second + whole).unwrap_or(first) } else { first };
    let raw = text.get(start..end)?;
    if first - point <= FEWEST_DECIMALS {
        return None;
    }
    let (scores, reach) = match end == first {
        true => SINGLE,
        false if on_earth(raw) => PAIR,
        false => return None,
    };
    Some(Coordinates { at: start..end, scores, reach })
}

/// The end of the decimal number with its point at `point`. `None` if another point or an `@` follows.
#[inline]
pub(crate) fn decimal_end(bytes: &[u8], point: usize) -> Option<usize> {
    let digits = swar::length(bytes, point + 1, swar::digits);
    let end = point + 1 + digits;
    let next = bytes.get(end).copied().unwrap_or(b' ');
    let after = bytes.get(end + 1).copied().unwrap_or(b' ');
    let goes_on = match next {
        b'.' => after.is_ascii_alphanumeric(),
        b'@' => true,
        b'a'..=b'z' | b'A'..=b'Z' => digits == 0 || (next == b'x' && after.is_ascii_digit()),
        _ => false,
    };
    (digits > 0 && !goes_on).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&str, bool)> {
        let point = text.find('.')?;
        let start = text.find(|c: char| c.is_ascii_digit())?;
        let found = position(text, text.as_bytes(), start, point)?;
        Some((&text[found.at.clone()], found.scores == PAIR.0))
    }

    #[test]
    fn a_pair_is_taken_with_its_signs() {
        assert_eq!(found("48.13715, 11.57612 here"), Some(("48.13715, 11.57612", true)));
        assert_eq!(found("-33.8688,151.2093"), Some(("-33.8688,151.2093", true)));
    }

    #[test]
    fn one_number_is_half_a_position_and_few_decimals_are_none() {
        assert_eq!(found("48.13715 N"), Some(("48.13715", false)));
        assert_eq!(found("48.13, 11.57"), None);
        assert_eq!(found("98.13715, 11.57612"), None);
    }

    #[test]
    fn a_version_and_an_address_are_not_decimal_numbers() {
        assert_eq!(decimal_end(b"1.2.3", 1), None);
        assert_eq!(decimal_end(b"1.2@x", 1), None);
        assert_eq!(decimal_end(b"1.25 m", 1), Some(4));
    }
}
