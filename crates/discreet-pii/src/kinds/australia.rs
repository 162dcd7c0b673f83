//! Australia.

use super::checksums::{digit, monotone, number, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents, national_ids};

/// An Australian passport.
pub(super) const PASSPORT: Definition = define("au_passport", "AU_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"[A-Z]\d{7}|P[A-Z]\d{7}", alone(5).near(71))])
    .words(&[documents::PASSPORT_WORDS]);

/// An Australian tax file number.
pub(super) const TFN: Definition = define("au_tfn", "AU_TFN", Group::NationalId)
    .forms(&[
        form(r"\d{3} \d{3} \d{3}", alone(30).near(90)).check(tfn),
        form(r"\d{9}", alone(10).near(85)).check(tfn),
    ])
    .words(&[national_ids::TAX_WORDS, "tfn taxfile taxfilenumber"]);

/// An Australian Medicare number.
pub(super) const MEDICARE: Definition = define("au_medicare", "AU_MEDICARE", Group::Health)
    .forms(&[
        form(r"[2-6]\d{3}[ -]\d{5}[ -]\d(?:[ /-]?[1-9])?", alone(60).near(92)).check(medicare),
        form(r"[2-6]\d{9,10}", alone(15).near(88)).check(medicare),
    ])
    .words(&["medicare medicarecard"]);

/// An Australian business number.
pub(super) const ABN: Definition = define("au_abn", "AU_ABN", Group::Business)
    .forms(&[
        form(r"\d{2} \d{3} \d{3} \d{3}", alone(70).near(92)).check(abn),
        form(r"\d{11}", alone(15).near(88)).check(abn),
    ])
    .words(&[national_ids::TAX_WORDS, "abn australianbusiness"]);

/// An Australian company number.
pub(super) const ACN: Definition = define("au_acn", "AU_ACN", Group::Business)
    .forms(&[
        form(r"\d{3} \d{3} \d{3}", alone(30).near(90)).check(acn),
        form(r"\d{9}", alone(8).near(85)).check(acn),
    ])
    .words(&["acn australiancompany"]);

/// A tax file number: modulo 11.
fn tfn(code: &[u8]) -> bool {
    code.len() == 9 && !monotone(code) && weighted(code, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

/// A Medicare number begins with 2 to 6; the ninth digit checks eight.
fn medicare(code: &[u8]) -> bool {
    let sum = weighted(code, &[1, 3, 7, 9, 1, 3, 7, 9]);
    matches!(code.len(), 10 | 11) && (2..=6).contains(&digit(code, 0)) && sum % 10 == digit(code, 8)
}

/// A business number: modulo 89, with the first digit less one.
fn abn(code: &[u8]) -> bool {
    let sum = weighted(code, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    code.len() == 11 && digit(code, 0) > 0 && sum.wrapping_sub(10).is_multiple_of(89)
}

/// A company number: weights 8 to 1.
fn acn(code: &[u8]) -> bool {
    let sum = weighted(code, &[8, 7, 6, 5, 4, 3, 2, 1]);
    code.len() == 9 && (10 - sum % 10) % 10 == digit(code, 8) && number(code, 0, 9) > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_check_digits() {
        assert!(tfn(b"123456782") && !tfn(b"123456783"));
        assert!(medicare(b"2428778132") && !medicare(b"2428778142"));
        assert!(abn(b"51824753556") && !abn(b"51824753557"));
        assert!(acn(b"004085616") && !acn(b"004085617"));
    }
}
