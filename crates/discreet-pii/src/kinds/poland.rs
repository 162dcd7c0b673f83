//! Poland.

use super::checksums::{digit, letter, number, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents, national_ids};

/// Polish words for a passport.
pub(super) const PASSPORT_WORDS: &str = "paszport paszportu";

/// A Polish passport.
pub(super) const PASSPORT: Definition = define("pl_passport", "PL_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"[A-Z]{2}\d{7}", alone(10).near(75)).check(passport)])
    .words(&[documents::PASSPORT_WORDS, PASSPORT_WORDS]);

/// A Polish identity number.
pub(super) const PESEL: Definition = define("pl_pesel", "PL_PESEL", Group::NationalId)
    .forms(&[form(r"\d{11}", alone(30).near(90)).check(pesel)])
    .words(&[national_ids::ID_WORDS, "pesel"]);

/// A passport: two letters, a check digit, six digits; the weights 7, 3, 1 of ICAO Doc 9303-3, rearranged.
fn passport(code: &[u8]) -> bool {
    let value = |at: usize| u32::from(letter(code, at).wrapping_sub(b'A')) + 10;
    let weights = [1, 7, 3, 1, 7, 3];
    let sum: u32 = value(0) * 7
        + value(1) * 3
        + weights.iter().enumerate().map(|(at, w)| digit(code, at + 3) * w).sum::<u32>();
    code.len() == 9 && (sum % 10 == digit(code, 2) || (10 - sum % 10) % 10 == digit(code, 2))
}

/// An identity number: a day of birth whose month carries the century, and weights 1, 3, 7, 9.
fn pesel(code: &[u8]) -> bool {
    let sum = weighted(code, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    let born = matches!(number(code, 2, 2) % 20, 1..=12) && (1..=31).contains(&number(code, 4, 2));
    code.len() == 11 && born && (10 - sum % 10) % 10 == digit(code, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_check_digits() {
        assert!(pesel(b"44051401359") && !pesel(b"44051401358"));
        assert!(passport(b"ZS0000177") && !passport(b"ZS1000177"));
    }
}
