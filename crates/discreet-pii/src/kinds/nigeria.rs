//! Nigeria.

use super::checksums::{monotone, verhoeff};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids, vehicles};

/// A Nigerian vehicle registration.
pub(super) const VEHICLE_REGISTRATION: Definition =
    define("ng_vehicle_registration", "NG_VEHICLE_REGISTRATION", Group::Document)
        .covered_by("vehicle_plate")
        .forms(&[form(r"[A-Z]{3}[ -]\d{3}[A-Z]{2}", alone(50).near(85))])
        .words(&[vehicles::PLATE_WORDS]);

/// A Nigerian identity number.
pub(super) const NIN: Definition = define("ng_nin", "NG_NIN", Group::NationalId)
    .forms(&[form(r"\d{11}", alone(6).near(82)).check(nin)])
    .words(&[national_ids::ID_WORDS, "nin nimc nigerian nigeria"]);

/// Verhoeff over eleven digits.
fn nin(code: &[u8]) -> bool {
    code.len() == 11 && !monotone(code) && verhoeff(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_last_digit_is_right() {
        let right = (b'0'..=b'9').filter(|last| nin(&[b"2363000000", &[*last][..]].concat()));
        assert_eq!(right.count(), 1);
    }
}
