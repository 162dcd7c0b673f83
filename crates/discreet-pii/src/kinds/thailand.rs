//! Thailand.

use super::checksums::{digit, number, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids};

/// A Thai identity number.
pub(super) const TNIN: Definition = define("th_tnin", "TH_TNIN", Group::NationalId)
    .forms(&[
        form(r"\d{13}", alone(25).near(90)).check(tnin),
        form(r"\d-\d{4}-\d{5}-\d{2}-\d", alone(90).near(95)).check(tnin),
    ])
    .words(&[national_ids::ID_WORDS, "thai thaiid เลขประจำตัวประชาชน บัตรประชาชน"]);

/// Modulo 11; the first digit is a type of citizen, the next two are a province.
fn tnin(code: &[u8]) -> bool {
    let sum = weighted(code, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    let province = matches!(number(code, 1, 2), 10..=27 | 30..=58 | 60..=67 | 70..=77 | 80..=86 | 90..=96);
    code.len() == 13
        && (1..=8).contains(&digit(code, 0))
        && province
        && (11 - sum % 11) % 10 == digit(code, 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_checks_the_others() {
        assert!(tnin(b"3100501765437") && !tnin(b"3100501765438"));
    }
}
