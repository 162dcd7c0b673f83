//! Turkey.

use super::checksums::{digit, number};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids, vehicles};

/// A Turkish vehicle registration.
pub(super) const LICENSE_PLATE: Definition = define("tr_license_plate", "TR_LICENSE_PLATE", Group::Document)
    .covered_by("vehicle_plate")
    .forms(&[form(r"\d{2} (?:[A-Z] \d{4,5}|[A-Z]{1,3} \d{2,4})", alone(30).near(85)).check(plate)])
    .words(&[vehicles::PLATE_WORDS, "plaka"]);

/// A Turkish identity number.
pub(super) const NATIONAL_ID: Definition = define("tr_national_id", "TR_NATIONAL_ID", Group::NationalId)
    .forms(&[form(r"\d{11}", alone(40).near(92)).check(national_id)])
    .words(&[national_ids::ID_WORDS, "tckn tckimlik kimlik kimlikno turkishid tcno vatandaslik"]);

/// A plate begins with a province, 01 to 81.
fn plate(code: &[u8]) -> bool {
    (1..=81).contains(&number(code, 0, 2))
}

/// An identity number: the tenth digit checks nine, the eleventh all ten.
fn national_id(code: &[u8]) -> bool {
    let odd = (0..9).step_by(2).map(|at| digit(code, at)).sum::<u32>();
    let even = (1..8).step_by(2).map(|at| digit(code, at)).sum::<u32>();
    let tenth = (odd * 7 + 100 - even) % 10;
    let all = (0..10).map(|at| digit(code, at)).sum::<u32>();
    code.len() == 11 && digit(code, 0) != 0 && tenth == digit(code, 9) && all % 10 == digit(code, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_check_the_others_and_a_plate_has_a_province() {
        assert!(national_id(b"10000000146") && !national_id(b"10000000147"));
        assert!(plate(b"34AB123") && !plate(b"82AB123"));
    }
}
