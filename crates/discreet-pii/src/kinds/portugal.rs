//! Portugal.

use super::checksums::{digit, monotone, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids};

/// A Portuguese tax number.
pub(super) const NIF: Definition = define("pt_nif", "PT_NIF", Group::NationalId)
    .forms(&[form(r"\d{9}|\d{3} \d{3} \d{3}", alone(10).near(85)).check(nif)])
    .words(&[
        national_ids::ID_WORDS,
        national_ids::TAX_WORDS,
        "nif fiscal contribuinte numerodecontribuinte",
    ]);

/// A tax number: modulo 11.
fn nif(code: &[u8]) -> bool {
    let rest = weighted(code, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest < 2 { 0 } else { 11 - rest };
    code.len() == 9
        && matches!(digit(code, 0), 1..=3 | 5 | 6 | 8 | 9)
        && check == digit(code, 8)
        && !monotone(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_checks_the_others() {
        assert!(nif(b"501442600") && !nif(b"501442601"));
    }
}
