//! United Kingdom.

use super::checksums::{digit, digits, letter, monotone, number, varied, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents, postcodes, vehicles};

/// A British postal code.
pub(super) const POSTCODE: Definition = define("uk_postcode", "UK_POSTCODE", Group::Place)
    .covered_by("postcode")
    .forms(&[form(
        r"(?:GIR|[A-Z]\d[A-Z]?|[A-Z]\d\d|[A-Z]{2}\d[A-Z]?|[A-Z]{2}\d\d) ?\d[A-Z]{2}",
        alone(45).near(80),
    )
    .check(postcode)])
    .words(&[postcodes::POSTCODE_WORDS, "address live lives"]);

/// A British passport.
pub(super) const PASSPORT: Definition = define("uk_passport", "UK_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"[A-Z]{2}\d{7}", alone(10).near(72)), form(r"\d{9}", alone(2).near(71)).check(varied)])
    .words(&[documents::PASSPORT_WORDS, "ukpassport britishpassport"]);

/// A British driving licence.
pub(super) const DRIVING_LICENCE: Definition =
    define("uk_driving_licence", "UK_DRIVING_LICENCE", Group::Document)
        .covered_by("driving_licence")
        .forms(&[form(r"[A-Z]{2}[A-Z0-9]{3}\d{6}[A-Z0-9]{5}", alone(50).near(90)).check(driving_licence)])
        .words(&[documents::LICENCE_WORDS, "dvla"]);

/// A British vehicle registration.
pub(super) const VEHICLE_REGISTRATION: Definition =
    define("uk_vehicle_registration", "UK_VEHICLE_REGISTRATION", Group::Document)
        .covered_by("vehicle_plate")
        .forms(&[
            form(r"[A-Z]{2}\d{2}[ -]?[A-Z]{3}", alone(55).near(90)).check(plate),
            form(r"[A-Z]\d{1,3}[ -]?[A-Z]{3}", alone(20).near(75)).check(old_plate),
            form(r"[A-Z]{3}[ -]?\d{1,3}[A-Z]", alone(15).near(75)).check(old_plate),
        ])
        .words(&[vehicles::PLATE_WORDS]);

/// A British national insurance number.
pub(super) const NINO: Definition = define("uk_nino", "UK_NINO", Group::NationalId)
    .forms(&[form(r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]", alone(60).near(90)).check(nino)])
    .words(&["nino nationalinsurance ni insurance"]);

/// An NHS number.
pub(super) const NHS: Definition = define("uk_nhs", "UK_NHS", Group::Health)
    .forms(&[
        form(r"\d{3}[ -]\d{3}[ -]\d{4}", alone(45).near(92)).check(nhs),
        form(r"\d{10}", alone(12).near(90)).check(nhs),
    ])
    .words(&["nhs nationalhealth"]);

/// A postal code (BS 7666): no C, I, K, M, O or V in the inward code, and no Q, V or X in front of the area.
fn postcode(code: &[u8]) -> bool {
    let Some((inward, outward)) = code.split_last_chunk::<3>().map(|(a, b)| (b, a)) else { return false };
    let [sector, unit @ ..] = inward;
    let second = letter(outward, 1);
    sector.is_ascii_digit()
        && unit.iter().all(|byte| byte.is_ascii_uppercase() && !b"CIKMOV".contains(byte))
        && !b"QVX".contains(&letter(outward, 0))
        && (outward == b"GIR" || !b"IJZ".contains(&second))
}

/// A driver number: five digits are decade, month (plus 50 for women), day and year of birth.
fn driving_licence(code: &[u8]) -> bool {
    let (month, day) = (number(code, 6, 2), number(code, 8, 2));
    let named = code.iter().take(5).all(|byte| byte.is_ascii_uppercase() || *byte == b'9');
    let ends =
        !digits(code.get(11..13).unwrap_or_default()) && code.iter().skip(14).all(u8::is_ascii_uppercase);
    code.len() == 16 && named && ends && matches!(month, 1..=12 | 51..=62) && (1..=31).contains(&day)
}

/// A registration since 2001 has an age identifier: 02 to 29, or 51 to 79 in the second half of a year.
fn plate(code: &[u8]) -> bool {
    let area = code.iter().take(2).all(|byte| !b"IQZ".contains(byte));
    area && code.iter().skip(4).all(|byte| !b"IQ".contains(byte))
        && matches!(number(code, 2, 2), 2..=29 | 51..=79)
}

/// A registration before 2001: no I, O, Q, U or Z as the letter of the year.
fn old_plate(code: &[u8]) -> bool {
    let year =
        if letter(code, 1).is_ascii_digit() { letter(code, 0) } else { code.last().copied().unwrap_or(0) };
    !b"IOQUZ".contains(&year) && code.iter().all(|byte| !b"IQ".contains(byte))
}

/// A national insurance number: none of the prefixes that HMRC excludes.
fn nino(code: &[u8]) -> bool {
    let letters = code.iter().take(2).all(|byte| !b"DFIQUV".contains(byte)) && letter(code, 1) != b'O';
    letters && !matches!(code.get(..2), Some(b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ"))
}

/// An NHS number: modulo 11 (NHS Data Dictionary).
fn nhs(code: &[u8]) -> bool {
    let check = 11 - weighted(code, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    code.len() == 10 && !monotone(code) && check % 11 == digit(code, 9) && check != 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_number_has_a_day_of_birth() {
        assert!(driving_licence(b"JONES710238AB9CD") && !driving_licence(b"JONES713238AB9CD"));
    }

    #[test]
    fn a_registration_has_an_age_identifier() {
        assert!(plate(b"AB12CDE") && !plate(b"AB42CDE"));
        assert!(old_plate(b"A123BCD") && !old_plate(b"Q123BCD"));
    }

    #[test]
    fn a_postal_code_omits_letters() {
        assert!(postcode(b"EC1A1BB") && !postcode(b"EC1A1CB") && !postcode(b"XC1A1BB"));
    }

    #[test]
    fn an_insurance_number_has_a_prefix_in_use_and_an_nhs_number_a_check_digit() {
        assert!(nino(b"AB123456C") && !nino(b"GB123456C"));
        assert!(nhs(b"9434765919") && !nhs(b"9434765918"));
    }
}
