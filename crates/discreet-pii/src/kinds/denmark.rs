//! Denmark.

use super::calendar::ddmmyy;
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids};

/// A Danish identity number.
pub(super) const CPR: Definition = define("dk_cpr", "DK_CPR", Group::NationalId)
    .forms(&[
        form(r"\d{6}-\d{4}", alone(35).near(85)).check(cpr),
        form(r"\d{10}", alone(4).near(75)).check(cpr),
    ])
    .words(&[national_ids::ID_WORDS, "cpr cprnummer personnummer"]);

/// A personal number begins with a day of birth. Numbers since 2007 have no check digit.
fn cpr(code: &[u8]) -> bool {
    code.len() == 10 && ddmmyy(code, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_begins_with_a_day_of_birth() {
        assert!(cpr(b"2905801234") && !cpr(b"3213801234"));
    }
}
