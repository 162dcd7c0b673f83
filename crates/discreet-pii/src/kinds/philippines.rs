//! Philippines.

use super::checksums::{digit, number, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids};

/// A Philippine tax number.
pub(super) const TIN: Definition = define("ph_tin", "PH_TIN", Group::NationalId)
    .forms(&[
        form(r"\d{3}-\d{3}-\d{3}(?:-\d{3,5})?", alone(12).near(85)).check(tin),
        form(r"\d{12}|\d{9}", alone(2).near(80)).check(tin),
    ])
    .words(&[national_ids::TAX_WORDS, "bir philippine birtin"]);

/// A tax number: the ninth digit is the first eight, with weights 9 to 2, modulo 11.
fn tin(code: &[u8]) -> bool {
    let rest = weighted(code, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    matches!(code.len(), 9 | 12..=14) && number(code, 0, 9) > 0 && rest == digit(code, 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ninth_digit_checks_the_others() {
        assert!(tin(b"123456782") && !tin(b"123456783"));
    }
}
