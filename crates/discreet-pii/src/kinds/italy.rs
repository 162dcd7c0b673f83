//! Italy.

use super::checksums::{digits, letter, luhn, number};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents, national_ids};

/// Italian words for a passport.
pub(super) const PASSPORT_WORDS: &str = "passaporto passaporti";

/// Italian words for a driving licence.
pub(super) const LICENCE_WORDS: &str = "patente patentediguida";

/// An Italian passport.
pub(super) const PASSPORT: Definition = define("it_passport", "IT_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"[A-Z]{2}\d{7}", alone(5).near(73))])
    .words(&[documents::PASSPORT_WORDS, PASSPORT_WORDS]);

/// An Italian driving licence.
pub(super) const DRIVING_LICENCE: Definition =
    define("it_driver_license", "IT_DRIVER_LICENSE", Group::Document)
        .covered_by("driving_licence")
        .forms(&[form(r"[A-Z]{2}\d{7}[A-Z]|U1[A-Z0-9]{7}[A-Z]", alone(30).near(80))])
        .words(&[documents::LICENCE_WORDS, LICENCE_WORDS]);

/// An Italian fiscal code.
pub(super) const FISCAL_CODE: Definition = define("it_fiscal_code", "IT_FISCAL_CODE", Group::NationalId)
    .forms(&[
        form(r"[A-Z]{6}[A-Z0-9]{2}[A-Z][A-Z0-9]{2}[A-Z][A-Z0-9]{3}[A-Z]", alone(90).near(95))
            .check(fiscal_code),
        form(r"[A-Z]{6}[A-Z0-9]{2}[A-Z][A-Z0-9]{2}[A-Z][A-Z0-9]{3}[A-Z]", alone(50).near(85))
            .check(fiscal_form),
    ])
    .words(&[national_ids::TAX_WORDS, "codicefiscale fiscale cf"]);

/// An Italian identity card.
pub(super) const IDENTITY_CARD: Definition =
    define("it_identity_card", "IT_IDENTITY_CARD", Group::NationalId)
        .forms(&[
            form(r"[A-Z]{2}\d{5}[A-Z]{2}", alone(4).near(75)),
            form(r"[A-Z]{2} ?\d{7}|\d{7}[A-Z]{2}", alone(3).near(72)),
        ])
        .words(&[national_ids::ID_WORDS, "cartadidentita identita cie"]);

/// An Italian VAT number.
pub(super) const VAT_CODE: Definition = define("it_vat_code", "IT_VAT_CODE", Group::Business)
    .forms(&[
        form(r"\d{11}|\d{8}[_-]\d{3}|\d{5}_?\d{3}_?\d{3}", alone(20).near(90)).check(vat),
        form(r"IT ?\d{11}", alone(75).near(92)).check(vat),
    ])
    .words(&[national_ids::TAX_WORDS, "partitaiva piva iva partita"]);

/// The form of a fiscal code (DM 12/03/1974): the letter of a month, and a day of birth.
fn fiscal_form(code: &[u8]) -> bool {
    let day = |at: usize| match letter(code, at) {
        letter @ b'0'..=b'9' => u32::from(letter - b'0'),
        // Of two people with the same code one gets letters for digits.
        letter => b"LMNPQRSTUV".iter().position(|known| *known == letter).map_or(99, |at| at as u32),
    };
    let day = day(9) * 10 + day(10);
    let month = b"ABCDEHLMPRST".contains(&letter(code, 8));
    let number = |byte: &u8| byte.is_ascii_digit() || b"LMNPQRSTUV".contains(byte);
    let numbers = [6, 7, 9, 10, 12, 13, 14].iter().all(|at| number(&letter(code, *at)));
    code.len() == 16 && month && numbers && matches!(day, 0..=31 | 41..=71)
}

/// The last letter of a fiscal code checks the others.
fn fiscal_code(code: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let place =
        |byte: u8| usize::from(if byte.is_ascii_digit() { byte - b'0' } else { byte.wrapping_sub(b'A') });
    let sum: u32 = code
        .iter()
        .take(15)
        .enumerate()
        .map(|(at, byte)| match at % 2 {
            0 => ODD.get(place(*byte)).copied().unwrap_or(0),
            _ => place(*byte) as u32,
        })
        .sum();
    fiscal_form(code) && u32::from(letter(code, 15).wrapping_sub(b'A')) == sum % 26
}

/// A VAT number: Luhn.
fn vat(code: &[u8]) -> bool {
    let body = code.strip_prefix(b"IT").unwrap_or(code);
    body.len() == 11 && digits(body) && number(body, 0, 7) > 0 && luhn(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fiscal_code_has_its_letter_and_a_vat_number_its_digit() {
        assert!(fiscal_code(b"RSSMRA85T10A562S") && !fiscal_code(b"RSSMRA85T10A562T"));
        assert!(fiscal_form(b"RSSMRA85T10A562T"));
        assert!(vat(b"00743110157") && !vat(b"00743110158"));
    }
}
