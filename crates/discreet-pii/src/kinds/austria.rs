//! Austria.

use super::Group;
use super::checksums::{digit, number, weighted};
use super::form::{Definition, define, form};
use super::score::alone;

/// An Austrian social insurance number.
pub(super) const SVNR: Definition = define("at_svnr", "AT_SVNR", Group::NationalId)
    .forms(&[form(r"\d{4}[ -]?\d{6}", alone(12).near(85)).check(svnr)])
    .words(&["svnr sozialversicherungsnummer sozialversicherung versicherungsnummer svnummer"]);

/// A social insurance number: the fourth digit checks the others; a day of birth follows it.
fn svnr(code: &[u8]) -> bool {
    let sum = weighted(code, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    code.len() == 10
        && digit(code, 0) != 0
        && sum % 11 == digit(code, 3)
        && number(code, 4, 2) <= 31
        && number(code, 6, 2) <= 15
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fourth_digit_checks_the_others() {
        assert!(svnr(b"1237010180") && !svnr(b"1238010180"));
    }
}
