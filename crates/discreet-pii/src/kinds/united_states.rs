//! United States.

use super::checksums::{digit, letter, luhn, mixed, monotone, number, varied};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents, national_ids};

/// A passport of the United States.
pub(super) const PASSPORT: Definition = define("us_passport", "US_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"[A-Z]\d{8}|\d{9}", alone(5).near(72)).check(varied)])
    .words(&[documents::PASSPORT_WORDS, "uspassport americanpassport unitedstates"]);

/// A driver license of the United States.
pub(super) const DRIVER_LICENSE: Definition = define("us_driver_license", "US_DRIVER_LICENSE", Group::Document).covered_by("driving_licence")
    .forms(&[
        form(r"[A-Z]\d{3,14}|[A-Z]{2}\d{3,7}[A-Z]?|\d{2}[A-Z]{3}\d{5,6}|\d{7,9}[A-Z]{1,2}|\d{3}[A-Z]{2}\d{4}|[A-Z]\d{6}R|\d{6,14}|\d{16}", alone(2).near(66)).check(varied),
        form(r"[A-Z]\d{3}[ -]\d{4}[ -]\d{4}|[A-Z]\d{3}-\d{3}-\d{2}-\d{3}-\d", alone(30).near(80)).check(mixed),
    ])
    .words(&[documents::LICENCE_WORDS]);

/// A US social security number.
pub(super) const SSN: Definition = define("us_ssn", "US_SSN", Group::NationalId)
    .forms(&[
        form(r"\d{3}-\d{2}-\d{4}", alone(85).near(95)).check(ssn),
        form(r"\d{3} \d{2} \d{4}|\d{3}\.\d{2}\.\d{4}", alone(50).near(90)).check(ssn),
        form(r"\d{9}", alone(5).near(85)).check(ssn),
        form(r"\d{3}-\d{6}|\d{5}-\d{4}", alone(5).near(80)).check(ssn),
    ])
    .words(&["ssn ssns socialsecurity socialsecurityno social ss"]);

/// A US taxpayer number.
pub(super) const ITIN: Definition = define("us_itin", "US_ITIN", Group::NationalId)
    .forms(&[
        form(r"9\d{2}[- ]\d{2}[- ]\d{4}", alone(60).near(92)).check(itin),
        form(r"9\d{8}", alone(30).near(86)).check(itin),
        form(r"9\d{2}-\d{6}|9\d{4}-\d{4}", alone(30).near(86)).check(itin),
        form(r"\d{2}-\d{7}", alone(5).near(80)).within(2),
    ])
    .words(&["ein employeridentification fein itin taxpayer individualtaxpayer", national_ids::TAX_WORDS]);

/// A US Medicare beneficiary number.
pub(super) const MBI: Definition = define("us_mbi", "US_MBI", Group::Health)
    .forms(&[form(r"\d[A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d{2}", alone(60).near(90)).check(mbi)])
    .words(&["mbi medicare beneficiary medicarebeneficiary"]);

/// A US health provider's number.
pub(super) const NPI: Definition = define("us_npi", "US_NPI", Group::Health)
    .forms(&[
        form(r"[12]\d{9}", alone(15).near(88)).check(npi),
        form(r"[12]\d{3}[ -]\d{3}[ -]\d{3}", alone(45).near(90)).check(npi),
        form(r"\d{10}", alone(1).near(72)).check(varied).within(1),
    ])
    .words(&["npi provider nationalprovider"]);

/// A US DEA certificate number.
pub(super) const DEA_CERTIFICATE: Definition = define("medical_license", "MEDICAL_LICENSE", Group::Health)
    .forms(&[form(r"[A-Z][A-Z9]\d{7}", alone(35).near(88)).check(dea_certificate)])
    .words(&["dea deanumber medicallicense certificate"]);

/// A number that the Social Security Administration issues: no area 000, 666 or 900 to 999, no group 00, no serial
/// 0000. Numbers known from advertisements do not count.
fn ssn(code: &[u8]) -> bool {
    let (area, group, serial) = (number(code, 0, 3), number(code, 3, 2), number(code, 5, 4));
    let published = matches!(code, b"078051120" | b"219099999" | b"123456789");
    code.len() == 9
        && !matches!(area, 0 | 666 | 900..)
        && group != 0
        && serial != 0
        && !published
        && !monotone(code)
}

/// A taxpayer number whose group the IRS issues.
fn itin(code: &[u8]) -> bool {
    code.len() == 9
        && digit(code, 0) == 9
        && matches!(number(code, 3, 2), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// A Medicare beneficiary number (CMS): no S, L, O, I, B or Z, and no 0 in front.
fn mbi(code: &[u8]) -> bool {
    code.len() == 11 && digit(code, 0) > 0 && code.iter().all(|byte| !b"SLOIBZ".contains(byte))
}

/// A provider number (CMS): with 80840 in front, Luhn holds.
fn npi(code: &[u8]) -> bool {
    let mut whole = *b"808400000000000";
    for (to, from) in whole.iter_mut().skip(5).zip(code) {
        *to = *from;
    }
    code.len() == 10
        && matches!(digit(code, 0), 1 | 2)
        && luhn(&whole)
        && !code.get(..9).is_some_and(monotone)
}

/// The check digit of a registration of the Drug Enforcement Administration.
fn dea_certificate(code: &[u8]) -> bool {
    let at = |at: usize| digit(code, at + 2);
    b"ABCDEFGHJKLMPRSTUX".contains(&letter(code, 0))
        && code.len() == 9
        && (at(0) + at(2) + at(4) + 2 * (at(1) + at(3) + at(5))) % 10 == at(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_in_an_issued_range() {
        assert!(ssn(b"536220001") && !ssn(b"666220001") && !ssn(b"536000001"));
        assert!(!ssn(b"078051120") && !ssn(b"219099999"), "numbers of advertisements");
        assert!(itin(b"912700001") && !itin(b"912890001"));
    }

    #[test]
    fn health_numbers_have_their_check_digits() {
        assert!(npi(b"1245319599") && !npi(b"1245319598"));
        assert!(dea_certificate(b"AB1234563") && !dea_certificate(b"AB1234564"));
        assert!(mbi(b"1EG4TE5MK73") && !mbi(b"1EG4TE5MS73"));
    }
}
