//! Netherlands.

use super::checksums::{digit, monotone, weighted};
use super::form::{Definition, define, form};
use super::score::{alone, only_near};
use super::{Group, documents, national_ids};

/// Dutch words for a passport.
pub(super) const PASSPORT_WORDS: &str = "paspoort reisdocument";

/// A Dutch passport.
pub(super) const PASSPORT: Definition = define("nl_passport", "NL_PASSPORT", Group::Document)
    .covered_by("passport")
    .code(9, 9, only_near(66))
    .words(&[documents::PASSPORT_WORDS, PASSPORT_WORDS]);

/// A Dutch citizen service number.
pub(super) const BSN: Definition = define("nl_bsn", "NL_BSN", Group::NationalId)
    .forms(&[
        form(r"\d{9}", alone(10).near(85)).check(bsn),
        form(r"\d{4}[. ]\d{2}[. ]\d{3}", alone(30).near(85)).check(bsn),
    ])
    .words(&[national_ids::ID_WORDS, "bsn burgerservicenummer sofinummer burgerservice"]);

/// A citizen service number: the "eleven proof", weights 9 to 2 modulo 11.
fn bsn(code: &[u8]) -> bool {
    let sum = weighted(code, &[9, 8, 7, 6, 5, 4, 3, 2]);
    code.len() == 9 && !monotone(code) && sum % 11 == digit(code, 8) && sum > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleven_proof_holds() {
        assert!(bsn(b"111222333") && !bsn(b"111222334"));
    }
}
