//! Spain.

use super::checksums::{letter, number};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents, national_ids};

/// Spanish words for a passport.
pub(super) const PASSPORT_WORDS: &str = "pasaporte pasaportes";

/// A Spanish passport.
pub(super) const PASSPORT: Definition = define("es_passport", "ES_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"[A-Z]{3}\d{6}", alone(5).near(73))])
    .words(&[documents::PASSPORT_WORDS, PASSPORT_WORDS]);

/// A Spanish tax number.
pub(super) const NIF: Definition = define("es_nif", "ES_NIF", Group::NationalId)
    .forms(&[
        form(r"\d{8}-?[A-Z]", alone(55).near(90)).check(nif),
        form(r"\d{7}-?[A-Z]", alone(5).near(80)).check(nif),
    ])
    .words(&[
        national_ids::ID_WORDS,
        national_ids::TAX_WORDS,
        "nif dni documentonacional documentodeidentidad",
    ]);

/// A Spanish foreigner's number.
pub(super) const NIE: Definition = define("es_nie", "ES_NIE", Group::NationalId)
    .forms(&[form(r"[XYZ]-?\d{7,8}-?[A-Z]", alone(65).near(90)).check(nie)])
    .words(&["nie extranjero"]);

/// The check letters, by the number modulo 23.
const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// A tax number: the letter is the number modulo 23 (Real Decreto 1553/2005).
fn nif(code: &[u8]) -> bool {
    let (body, last) = match code.len() {
        8 => (number(code, 0, 7), letter(code, 7)),
        _ => (number(code, 0, 8), letter(code, 8)),
    };
    LETTERS.get((body % 23) as usize) == Some(&last)
}

/// The number of a foreigner: X, Y and Z in front count as 0, 1 and 2.
fn nie(code: &[u8]) -> bool {
    let first = u64::from(letter(code, 0).wrapping_sub(b'X'));
    let body = first * 10_u64.pow((code.len() as u32).saturating_sub(2))
        + number(code, 1, code.len().saturating_sub(2));
    first < 3 && code.last() == LETTERS.get((body % 23) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_checks_the_digits() {
        assert!(nif(b"87654321X") && !nif(b"87654321Y"));
        assert!(nie(b"Y1234567X") && !nie(b"Y1234567W"));
    }
}
