//! Singapore.

use super::checksums::{digit, letter, number, weighted};
use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, national_ids};

/// A Singaporean identity number.
pub(super) const NRIC_FIN: Definition = define("sg_nric_fin", "SG_NRIC_FIN", Group::NationalId)
    .forms(&[
        form(r"[STFGM]\d{7}[A-Z]", alone(75).near(92)).check(nric),
        form(r"[A-Z]\d{7}[A-Z]", alone(10).near(30)),
    ])
    .words(&[national_ids::ID_WORDS, "nric fin singapore"]);

/// A Singaporean entity number.
pub(super) const UEN: Definition = define("sg_uen", "SG_UEN", Group::Business)
    .forms(&[form(r"\d{8}[A-Z]|\d{9}[A-Z]|[TSR]\d{2}[A-Z]{2}\d{4}[A-Z]", alone(50).near(90)).check(uen)])
    .words(&["uen uniqueentity entity"]);

/// An identity number (ICA): weights 2, 7, 6, 5, 4, 3, 2, and a letter of the series.
fn nric(code: &[u8]) -> bool {
    let sum: u32 =
        [2, 7, 6, 5, 4, 3, 2].iter().enumerate().map(|(at, weight)| digit(code, at + 1) * weight).sum();
    let (letters, offset): (&[u8], u32) = match letter(code, 0) {
        b'S' => (b"JZIHGFEDCBA", 0),
        b'T' => (b"JZIHGFEDCBA", 4),
        b'F' => (b"XWUTRQPNMLK", 0),
        b'G' => (b"XWUTRQPNMLK", 4),
        b'M' => (b"XWUTRQPNJLK", 3),
        _ => return false,
    };
    let at = (sum + offset) % 11;
    let at = if letter(code, 0) == b'M' { 10 - at } else { at };
    code.len() == 9
        && (letters.get(at as usize) == Some(&letter(code, 8))
            || (letter(code, 0) == b'M' && b"KLJNPQRTUWX".get(at as usize) == Some(&letter(code, 8))))
}

/// An entity number (ACRA) in its three forms, with the check letter of each.
fn uen(code: &[u8]) -> bool {
    match code.len() {
        9 => {
            let sum = weighted(code, &[10, 4, 9, 3, 8, 2, 7, 1]);
            b"XMKECAWLJDB".get((sum % 11) as usize) == Some(&letter(code, 8))
        }
        10 if code.first().is_some_and(u8::is_ascii_digit) => {
            let sum = weighted(code, &[10, 8, 6, 4, 9, 7, 5, 3, 1]);
            (1800..2100).contains(&number(code, 0, 4))
                && b"ZKCMDNERGWH".get((sum % 11) as usize) == Some(&letter(code, 9))
        }
        10 => {
            const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWX0123456789";
            let value = |at: usize| LETTERS.iter().position(|known| *known == letter(code, at)).unwrap_or(0);
            let weights = [4, 3, 5, 3, 10, 2, 2, 5, 7];
            let sum: usize = weights.iter().enumerate().map(|(at, weight)| value(at) * weight).sum();
            entity_type(code) && LETTERS.get((sum + 6) % 11) == Some(&letter(code, 9))
        }
        _ => false,
    }
}

/// The two letters are a type of entity.
fn entity_type(code: &[u8]) -> bool {
    const SORTS: &str = "LP LL FC PF RF MQ MM NB CC CS MB FM GS DP CP NR CM CD MD HS VH CH MH CL XL CX HC RP TU TC FB FN PA PB SS MC SM GA GB CT";
    let sort = code.get(3..5);
    SORTS.split(' ').any(|known| sort == Some(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_checks_the_digits() {
        assert!(nric(b"S1234567D") && nric(b"T1234567J") && !nric(b"S1234567E"));
        assert!(uen(b"53125226D") && !uen(b"53125226E"));
    }
}
