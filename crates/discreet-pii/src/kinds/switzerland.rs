//! Switzerland.

use super::checksums::{digit, number, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids};

/// A Swiss social insurance number.
pub(super) const AHV: Definition = define("ch_ahv", "CH_AHV", Group::NationalId)
    .forms(&[form(r"756\.?\d{4}\.?\d{4}\.?\d{2}", alone(85).near(95)).check(ahv)])
    .words(&[national_ids::ID_WORDS, "ahv ahvnummer avs navs sozialversicherungsnummer"]);

/// A social insurance number: 756, and the check digit of EAN-13.
fn ahv(code: &[u8]) -> bool {
    let sum = weighted(code, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
    code.len() == 13 && number(code, 0, 3) == 756 && (10 - sum % 10) % 10 == digit(code, 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_checks_the_others() {
        assert!(ahv(b"7569217076985") && !ahv(b"7569217076986"));
    }
}
