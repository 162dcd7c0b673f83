//! Canada.

use super::checksums::{digit, letter, luhn, monotone};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents, national_ids};

/// A Canadian passport.
pub(super) const PASSPORT: Definition = define("ca_passport", "CA_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"[A-Z]{2}\d{6}|[A-Z]\d{6}[A-Z]{2}", alone(5).near(73))])
    .words(&[documents::PASSPORT_WORDS]);

/// A Canadian social insurance number.
pub(super) const SIN: Definition = define("ca_sin", "CA_SIN", Group::NationalId)
    .forms(&[
        form(r"\d{3} \d{3} \d{3}|\d{3}-\d{3}-\d{3}", alone(50).near(90)).check(sin),
        form(r"\d{9}", alone(10).near(85)).check(sin),
    ])
    .words(&[national_ids::TAX_WORDS, "sin socialinsurance nas assurancesociale"]);

/// A social insurance number: Luhn; the first digit is neither 0 nor 8.
fn sin(code: &[u8]) -> bool {
    code.len() == 9 && !matches!(digit(code, 0), 0 | 8) && !monotone(code) && luhn(code)
}

/// A postal code has no D, F, I, O, Q or U, and no W or Z in front.
pub(super) fn postcode(code: &[u8]) -> bool {
    code.len() == 6 && code.iter().all(|byte| !b"DFIOQU".contains(byte)) && !b"WZ".contains(&letter(code, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_social_insurance_number_has_its_check_digit() {
        assert!(sin(b"193456787") && !sin(b"193456788"));
    }

    #[test]
    fn a_postal_code_omits_letters() {
        assert!(postcode(b"K1A0B1") && !postcode(b"W1A0B1") && !postcode(b"K1O0B1"));
    }
}
