//! Finland.

use super::calendar::day_of;
use super::checksums::{letter, number};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids};

/// A Finnish identity code.
pub(super) const PERSONAL_IDENTITY_CODE: Definition =
    define("fi_personal_identity_code", "FI_PERSONAL_IDENTITY_CODE", Group::NationalId)
        .forms(&[form(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", alone(85).near(95))
            .check_text(personal_identity_code)])
        .words(&[
            national_ids::ID_WORDS,
            "henkilotunnus hetu personalidentitycode personbeteckning finnishid",
        ]);

/// A day of birth, the sign of a century, and a character that is the nine digits modulo 31.
fn personal_identity_code(raw: &str) -> bool {
    const CHARACTERS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let code = raw.as_bytes();
    let century = match letter(code, 6) {
        b'+' => 1800,
        b'-' | b'Y' | b'X' | b'W' | b'V' | b'U' => 1900,
        b'A'..=b'F' => 2000,
        _ => return false,
    };
    let (day, month, year) = (number(code, 0, 2), number(code, 2, 2), number(code, 4, 2));
    let rest = (number(code, 0, 6) * 1000 + number(code, 7, 3)) % 31;
    code.len() == 11
        && day_of(century + year, month, day)
        && number(code, 7, 3) >= 2
        && CHARACTERS.get(rest as usize) == Some(&letter(code, 10).to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_character_checks_the_digits() {
        assert!(personal_identity_code("131052-308T") && !personal_identity_code("131052-308U"));
    }
}
