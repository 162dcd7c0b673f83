//! South Korea.

use super::calendar::yymmdd;
use super::checksums::{digit, number, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents, national_ids};

/// A Korean passport.
pub(super) const PASSPORT: Definition = define("kr_passport", "KR_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"[MSROD]\d{3}[A-Z]\d{4}", alone(20).near(76)), form(r"[MSROD]\d{8}", alone(8).near(72))])
    .words(&[documents::PASSPORT_WORDS, "여권번호는 여권 여권번호"]);

/// A Korean driving licence.
pub(super) const DRIVER_LICENSE: Definition =
    define("kr_driver_license", "KR_DRIVER_LICENSE", Group::Document)
        .covered_by("driving_licence")
        .forms(&[
            form(r"\d{2}-\d{2}-\d{6}-\d{2}", alone(60).near(90)).check(driver_license),
            form(r"\d{12}", alone(5).near(75)).check(driver_license),
        ])
        .words(&[documents::LICENCE_WORDS]);

/// A Korean resident number.
pub(super) const RRN: Definition = define("kr_rrn", "KR_RRN", Group::NationalId)
    .forms(&[
        form(r"\d{6}-\d{7}", alone(60).near(90)).check(rrn),
        form(r"\d{13}", alone(10).near(85)).check(rrn),
        form(r"\d{6}-?\d{7}", alone(45).near(92)).check(|code| rrn(code) && checked(code)),
    ])
    .words(&[national_ids::ID_WORDS, "rrn residentregistration korean resident 주민등록번호 주민번호"]);

/// A Korean foreigner's number.
pub(super) const FRN: Definition = define("kr_frn", "KR_FRN", Group::NationalId)
    .forms(&[
        form(r"\d{6}-\d{7}", alone(60).near(90)).check(frn),
        form(r"\d{13}", alone(10).near(85)).check(frn),
        form(r"\d{6}-?\d{7}", alone(45).near(92)).check(|code| frn(code) && checked(code)),
    ])
    .words(&[national_ids::ID_WORDS, "frn foreignerregistration korean foreigner 외국인등록번호"]);

/// A Korean business number.
pub(super) const BRN: Definition = define("kr_brn", "KR_BRN", Group::Business)
    .forms(&[
        form(r"\d{3}-\d{2}-\d{5}", alone(60).near(90)).check(brn),
        form(r"\d{10}", alone(10).near(86)).check(brn),
    ])
    .words(&["brn businessregistration 사업자등록번호"]);

/// A licence begins with the region that issued it: 11 to 26, or 28.
fn driver_license(code: &[u8]) -> bool {
    code.len() == 12 && matches!(number(code, 0, 2), 11..=26 | 28)
}

/// A resident: day of birth, and sex and century as a digit from 1 to 4.
fn rrn(code: &[u8]) -> bool {
    registration(code, 1..=4)
}

/// A foreign resident: the same with a digit from 5 to 8.
fn frn(code: &[u8]) -> bool {
    registration(code, 5..=8)
}

/// A day of birth, a digit for sex and century, a region up to 95.
fn registration(code: &[u8], sexes: std::ops::RangeInclusive<u32>) -> bool {
    code.len() == 13 && sexes.contains(&digit(code, 6)) && yymmdd(code, 0) && number(code, 7, 2) <= 95
}

/// The check digit of numbers issued until October 2020.
fn checked(code: &[u8]) -> bool {
    let sum = weighted(code, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    let foreign = digit(code, 6) >= 5;
    (11 - sum % 11 + if foreign { 2 } else { 0 }) % 10 == digit(code, 12)
}

/// A business registration number: weights 1, 3, 7, 1, 3, 7, 1, 3, 5.
fn brn(code: &[u8]) -> bool {
    let sum = weighted(code, &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + digit(code, 8) * 5 / 10;
    code.len() == 10 && number(code, 0, 3) > 100 && (10 - sum % 10) % 10 == digit(code, 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_has_a_day_of_birth_and_a_sex() {
        assert!(rrn(b"8001011234567") && !rrn(b"8013011234567") && !rrn(b"8001015234567"));
        assert!(frn(b"8001015234567") && !frn(b"8001011234567"));
    }

    #[test]
    fn a_business_has_its_check_digit() {
        assert!(brn(b"2208162517") && !brn(b"2208162518"));
    }
}
