//! France.

use super::checksums::{digit, letter, number};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents, national_ids};

/// French words for a passport.
pub(super) const PASSPORT_WORDS: &str = "passeport passeports";

/// A French passport.
pub(super) const PASSPORT: Definition = define("fr_passport", "FR_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"\d{2}[A-Z]{2}\d{5}", alone(20).near(75))])
    .words(&[documents::PASSPORT_WORDS, PASSPORT_WORDS]);

/// A French social security number.
pub(super) const NIR: Definition = define("fr_nir", "FR_NIR", Group::NationalId)
    .forms(&[form(r"[1-478] ?\d{2} ?\d{2} ?\d[0-9AB] ?\d{3} ?\d{3} ?\d{2}", alone(75).near(95)).check(nir)])
    .words(&[national_ids::ID_WORDS, "nir securitesociale numerosecuritesociale numerodesecuritesociale secu insee nss ss numerosecu numerodesecu assure numerodassure"]);

/// A social security number (INSEE): the key is 97 minus the rest modulo 97. Corsica counts as 19 and 18.
fn nir(code: &[u8]) -> bool {
    let corsica = letter(code, 6);
    let department = match corsica {
        b'A' => 19,
        b'B' => 18,
        _ => number(code, 5, 2),
    };
    let body = (number(code, 0, 5) * 100 + department) * 1_000_000 + number(code, 7, 6);
    let month = number(code, 3, 2);
    let key = if code.len() == 15 { Some(number(code, 13, 2)) } else { None };
    matches!(digit(code, 0), 1..=4 | 7 | 8)
        && matches!(month, 1..=12 | 20..=42 | 50..=99)
        && department > 0
        && key.is_none_or(|key| key == 97 - body % 97)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_checks_the_number() {
        assert!(nir(b"255081416802538") && !nir(b"255081416802539"));
    }

    #[test]
    fn a_department_of_corsica_counts_as_a_number() {
        let key = 97 - 1_850_618_001_001_u64 % 97;
        assert!(nir(format!("185062B001001{key:02}").as_bytes()));
    }
}
