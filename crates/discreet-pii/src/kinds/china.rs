//! China.

use super::calendar::day_of;
use super::checksums::{letter, number, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents, national_ids};

/// A Chinese passport.
pub(super) const PASSPORT: Definition = define("cn_passport", "CN_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"[EG]\d{8}|E[A-Z]\d{7}", alone(8).near(73))])
    .words(&[documents::PASSPORT_WORDS]);

/// A Chinese identity number.
pub(super) const ID: Definition = define("cn_id", "CN_ID", Group::NationalId)
    .forms(&[form(r"\d{17}[0-9Xx]", alone(85).near(95)).check(id).case_sensitive()])
    .words(&[national_ids::ID_WORDS, "chineseid residentidentity chinese 身份证 身份证号 身份证号码"]);

/// A day of birth, and ISO/IEC 7064 MOD 11-2 (GB 11643).
fn id(code: &[u8]) -> bool {
    let sum = weighted(code, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let born = day_of(number(code, 6, 4), number(code, 10, 2), number(code, 12, 2));
    let check = b"10X98765432".get((sum % 11) as usize);
    code.len() == 18 && born && matches!(number(code, 6, 2), 18..=20) && check == Some(&letter(code, 17))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_character_checks_the_digits() {
        assert!(id(b"11010519491231002X") && !id(b"110105194912310021"));
    }
}
