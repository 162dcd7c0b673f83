//! Ireland.

use super::Group;
use super::checksums::{letter, weighted};
use super::form::{Definition, define, form};
use super::score::alone;

/// An Irish public service number.
pub(super) const PPS: Definition = define("ie_pps", "IE_PPS", Group::NationalId)
    .forms(&[form(r"\d{7}[A-W][A-IW]?", alone(50).near(85)).check(pps)])
    .words(&["pps ppsn publicservice"]);

/// A personal public service number: the letter is the digits modulo 23; a second letter has weight 9.
fn pps(code: &[u8]) -> bool {
    let second = match letter(code, 8) {
        letter @ b'A'..=b'I' => u32::from(letter - b'A') + 1,
        _ => 0,
    };
    let rest = (weighted(code, &[8, 7, 6, 5, 4, 3, 2]) + second * 9) % 23;
    let wanted = if rest == 0 { b'W' } else { b'A' - 1 + u8::try_from(rest).unwrap_or(0) };
    letter(code, 7) == wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_checks_the_digits() {
        assert!(pps(b"1234567T") && pps(b"1234567FA") && !pps(b"1234567S"));
    }
}
