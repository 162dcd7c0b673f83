//! Norway.

use super::checksums::{number, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids};

/// A Norwegian identity number.
pub(super) const FNR: Definition = define("no_fnr", "NO_FNR", Group::NationalId)
    .forms(&[
        form(r"\d{11}", alone(35).near(92)).check(fnr),
        form(r"\d{6} \d{5}", alone(70).near(92)).check(fnr),
    ])
    .words(&[national_ids::ID_WORDS, "fodselsnummer fnr personnummer dnummer"]);

/// A birth number: a day of birth (plus 40 in a D number), and two check digits modulo 11.
fn fnr(code: &[u8]) -> bool {
    let first = weighted(code, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11;
    let second = weighted(code, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11;
    let (day, month) = (number(code, 0, 2) % 40, number(code, 2, 2) % 40);
    let born = (1..=31).contains(&day) && (1..=12).contains(&month);
    code.len() == 11 && born && first == 0 && second == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_check_the_others() {
        assert!(fnr(b"17054026641") && !fnr(b"17054026642"));
    }
}
