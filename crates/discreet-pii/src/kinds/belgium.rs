//! Belgium.

use super::checksums::number;
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids};

/// A Belgian national register number.
pub(super) const NRN: Definition = define("be_nrn", "BE_NRN", Group::NationalId)
    .forms(&[
        form(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", alone(90).near(95)).check(nrn),
        form(r"\d{11}", alone(20).near(85)).check(nrn),
    ])
    .words(&[national_ids::ID_WORDS, "rijksregisternummer rijksregister registrenational nrn niss insz"]);

/// A national register number: the last two digits are 97 minus the rest modulo 97, with a 2 in front since 2000.
fn nrn(code: &[u8]) -> bool {
    let (body, key) = (number(code, 0, 9), number(code, 9, 2));
    let born = matches!(number(code, 2, 2) % 20, 0..=12) && number(code, 4, 2) <= 31;
    born && number(code, 0, 6) > 0 && (97 - body % 97 == key || 97 - (2_000_000_000 + body) % 97 == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digits_check_the_others() {
        assert!(nrn(b"85073003328") && !nrn(b"85073003329"));
    }
}
