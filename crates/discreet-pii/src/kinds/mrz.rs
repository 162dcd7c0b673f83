//! Machine-readable zones of travel documents (ICAO Doc 9303, parts 4 to 7) and of French identity cards until 2021.
//! A zone has several lines, so that no pattern matches it: [`zone`] reads it.

use std::ops::Range;

use super::Group;
use super::checksums::{icao, letter};
use super::form::{Definition, define};
use super::score::{Scores, alone};

/// A machine-readable zone (ICAO 9303).
pub(super) const MRZ: Definition =
    define("mrz", "MRZ", Group::Document).covered_by("passport").words(&["mrz"]);

/// The scores of a zone with right check digits.
pub(crate) const CHECKED: Scores = alone(97).always();
/// The scores of a zone with the form of a document but a wrong check digit: a reading error.
pub(crate) const MISREAD: Scores = alone(70).always();

/// A zone in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone {
    /// The bytes of its lines.
    pub(crate) at: Range<usize>,
    /// Are its check digits right?
    pub(crate) checked: bool,
}

/// The zone whose first filler `<` is at `filler`, if there is one.
pub(crate) fn zone(text: &[u8], filler: usize) -> Option<Zone> {
    let before = text.get(..filler)?.iter().rev().take(44).take_while(|byte| belongs(**byte)).count();
    let first = line(text, filler - before)?;
    let second = following(text, &first).filter(|next| next.len() == first.len());
    let third =
        second.as_ref().and_then(|line| following(text, line)).filter(|next| next.len() == first.len());
    let of =
        |range: &Option<Range<usize>>| range.clone().and_then(|range| text.get(range)).unwrap_or_default();
    let (one, two) = (text.get(first.clone())?, of(&second));
    let (last, checked) = match (first.len(), &second, &third) {
        (30, Some(_), Some(third)) => (third.end, td1(one, two)),
        (36, Some(second), _) if one.starts_with(b"IDFRA") => (second.end, french(one, two)),
        (36, Some(second), _) => (second.end, td2(two)),
        (44, Some(second), _) => (second.end, td3(two)),
        // The lower line alone holds all numbers.
        (44, None, _) if td3(one) => (first.end, true),
        (36, None, _) if td2(one) => (first.end, true),
        _ => return None,
    };
    let document = matches!(letter(one, 0), b'P' | b'I' | b'A' | b'C' | b'V')
        && one.windows(2).any(|pair| pair == b"<<");
    (checked || document).then_some(Zone { at: first.start..last, checked })
}

/// Is this a character of a zone?
fn belongs(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'<'
}

/// A line of 30, 36 or 44 characters that begins at `start`.
fn line(text: &[u8], start: usize) -> Option<Range<usize>> {
    let length = text.get(start..)?.iter().take(45).take_while(|byte| belongs(**byte)).count();
    matches!(length, 30 | 36 | 44).then_some(start..start + length)
}

/// The next line: behind a line feed, or behind a blank in a text without lines.
fn following(text: &[u8], line: &Range<usize>) -> Option<Range<usize>> {
    let rest = text.get(line.end..)?;
    let gap = [&b"\r\n"[..], b"\n", b"\\n", b" ", b"|"].into_iter().find(|gap| rest.starts_with(gap))?;
    self::line(text, line.end + gap.len())
}

/// Does the digit behind `range` check its characters?
fn checks(line: &[u8], range: Range<usize>) -> bool {
    let digit = letter(line, range.end);
    let sum = line.get(range).map(icao);
    sum.is_some_and(|sum| u32::from(digit.wrapping_sub(b'0')) == sum || (digit == b'<' && sum == 0))
}

/// Check digits of a card of three lines (part 5).
fn td1(one: &[u8], two: &[u8]) -> bool {
    // A number of more than nine characters continues behind the place of its check digit.
    (checks(one, 5..14) || letter(one, 14) == b'<') && checks(two, 0..6) && checks(two, 8..14)
}

/// Check digits of a document of two lines (part 6).
fn td2(two: &[u8]) -> bool {
    (checks(two, 0..9) || letter(two, 9) == b'<') && checks(two, 13..19) && checks(two, 21..27)
}

/// Check digits of a passport (part 4).
fn td3(two: &[u8]) -> bool {
    td2(two)
}

/// Check digits of a French identity card until 2021.
fn french(one: &[u8], two: &[u8]) -> bool {
    // The last digit checks both lines.
    let mut both = [b'<'; 71];
    for (to, from) in both.iter_mut().zip(one.iter().chain(two.iter().take(35))) {
        *to = *from;
    }
    checks(two, 0..12) && checks(two, 27..33) && u32::from(letter(two, 35).wrapping_sub(b'0')) == icao(&both)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The specimens of Doc 9303: part 4 (passport), part 5 (card), part 6.
    const TD3: &str =
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    const TD1: &str =
        "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
    const TD2: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";

    fn found(text: &str) -> Option<Zone> {
        zone(text.as_bytes(), text.find('<')?)
    }

    #[test]
    fn the_specimens_of_the_standard_are_found_whole() {
        for specimen in [TD1, TD2, TD3] {
            assert_eq!(found(specimen), Some(Zone { at: 0..specimen.len(), checked: true }));
        }
    }

    #[test]
    fn a_misread_digit_fails_the_check() {
        assert_eq!(found(&TD3.replace("7408122", "7408123")).map(|zone| zone.checked), Some(false));
    }

    #[test]
    fn the_lower_line_is_enough_if_its_digits_are_right() {
        let lower = TD3.split('\n').nth(1).unwrap();
        assert_eq!(found(lower).map(|zone| zone.checked), Some(true));
        assert_eq!(found("A<B"), None);
    }
}
