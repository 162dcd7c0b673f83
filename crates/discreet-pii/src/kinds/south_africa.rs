//! South Africa.

use super::calendar::yymmdd;
use super::checksums::{digit, luhn};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids};

/// A South African identity number.
pub(super) const ID_NUMBER: Definition = define("za_id_number", "ZA_ID_NUMBER", Group::NationalId)
    .forms(&[
        form(r"\d{13}", alone(40).near(92)).check(id_number),
        form(r"\d{6} \d{4} \d{3}|\d{6} \d{4} \d{2} \d", alone(70).near(92)).check(id_number),
    ])
    .words(&[national_ids::ID_WORDS, "southafrican southafricanid rsaid resident"]);

/// A day of birth, citizenship 0 to 2, an 8 or 9, Luhn.
fn id_number(code: &[u8]) -> bool {
    let body = digit(code, 10) <= 2 && matches!(digit(code, 11), 8 | 9);
    code.len() == 13 && yymmdd(code, 0) && body && luhn(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_checks_the_others() {
        assert!(id_number(b"8001015009087") && !id_number(b"8001015009088"));
    }
}
