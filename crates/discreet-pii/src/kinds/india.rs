//! India.

use super::checksums::{digit, letter, number, verhoeff};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents, national_ids, vehicles};

/// An Indian passport.
pub(super) const PASSPORT: Definition = define("in_passport", "IN_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"[A-Z]\d{2} ?\d{5}", alone(10).near(74)).check(passport)])
    .words(&[documents::PASSPORT_WORDS]);

/// An Indian vehicle registration.
pub(super) const VEHICLE_REGISTRATION: Definition =
    define("in_vehicle_registration", "IN_VEHICLE_REGISTRATION", Group::Document)
        .covered_by("vehicle_plate")
        .forms(&[
            form(r"[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z]{1,3}[ -]?\d{4}", alone(60).near(85)).check(plate),
            form(r"[A-Z]{2}\d{4}|[A-Z]1\d{4}", alone(1).near(30)),
        ])
        .words(&[vehicles::PLATE_WORDS]);

/// An Indian Aadhaar number.
pub(super) const AADHAAR: Definition = define("in_aadhaar", "IN_AADHAAR", Group::NationalId)
    .forms(&[
        form(r"\d{12}", alone(20).near(90)).check(aadhaar),
        form(r"\d{4}[ :-]\d{4}[ :-]\d{4}", alone(60).near(92)).check(aadhaar),
    ])
    .words(&[national_ids::ID_WORDS, "aadhaar aadhar uidai uid"]);

/// An Indian tax number.
pub(super) const PAN: Definition = define("in_pan", "IN_PAN", Group::NationalId)
    .forms(&[
        form(r"[A-Z]{5}\d{4}[A-Z]", alone(60).near(90)).check(pan),
        form(r"[A-Z]{5}\d{4}[A-Z]", alone(20).near(85)),
    ])
    .words(&[national_ids::TAX_WORDS, "pan permanentaccount pancard permanentaccountnumber"]);

/// An Indian voter number.
pub(super) const VOTER: Definition = define("in_voter", "IN_VOTER", Group::NationalId)
    .forms(&[form(r"[A-Z]{3}\d{7}", alone(30).near(85))])
    .words(&["voter epic elector vote voterid"]);

/// An Indian goods and services tax number.
pub(super) const GSTIN: Definition = define("in_gstin", "IN_GSTIN", Group::Business)
    .forms(&[form(r"(?i)\d{2}[a-z]{5}\d{4}[a-z][1-9a-z]z[0-9a-z]", alone(80).near(92))
        .check(gstin)
        .case_sensitive()])
    .words(&["gstin gst goodsandservices"]);

/// A passport: no Q, X or Z in front; the first and last digits are not 0.
fn passport(code: &[u8]) -> bool {
    code.len() == 8 && !b"QXZ".contains(&letter(code, 0)) && digit(code, 1) > 0 && digit(code, 7) > 0
}

/// A registration begins with a state or territory.
fn plate(code: &[u8]) -> bool {
    const STATES: &str = "AN AP AR AS BH BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TG TN TR TS UK UP WB";
    let state = code.get(..2);
    STATES.split(' ').any(|known| state == Some(known.as_bytes()))
}

/// Verhoeff; the first digit is at least 2, and the number is not a palindrome.
fn aadhaar(code: &[u8]) -> bool {
    code.len() == 12 && digit(code, 0) >= 2 && !code.iter().eq(code.iter().rev()) && verhoeff(code)
}

/// The fourth letter of a permanent account number is the type of its holder.
fn pan(code: &[u8]) -> bool {
    b"ABCFGHJLPT".contains(&letter(code, 3))
}

/// A goods and services tax number begins with a state.
fn gstin(code: &[u8]) -> bool {
    matches!(number(code, 0, 2), 1..=37) && code.len() == 15
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_check_digits_and_ranges() {
        assert!(aadhaar(b"234123412346") && !aadhaar(b"234123412347"));
        assert!(gstin(b"22AAAAA0000A1Z5") && !gstin(b"99AAAAA0000A1Z5"));
        assert!(pan(b"ABCPE1234F") && !pan(b"ABCDE1234F"));
        assert!(passport(b"A1234567") && !passport(b"Q1234567"));
        assert!(plate(b"MH12AB1234") && !plate(b"XX12AB1234"));
    }
}
