//! Numbers of patients, and of who treats them.

use super::{digit, letter, luhn, monotone, number, weighted};

/// United Kingdom: an NHS number, modulo 11 (NHS Data Dictionary).
pub(crate) fn uk_nhs(code: &[u8]) -> bool {
    let check = 11 - weighted(code, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    code.len() == 10 && !monotone(code) && check % 11 == digit(code, 9) && check != 10
}

/// Australia: a Medicare number begins with 2 to 6, and its ninth digit checks eight.
pub(crate) fn au_medicare(code: &[u8]) -> bool {
    let sum = weighted(code, &[1, 3, 7, 9, 1, 3, 7, 9]);
    matches!(code.len(), 10 | 11) && (2..=6).contains(&digit(code, 0)) && sum % 10 == digit(code, 8)
}

/// United States: a provider's number is the end of a card's that begins with 80840 (CMS).
pub(crate) fn us_npi(code: &[u8]) -> bool {
    let mut whole = *b"808400000000000";
    for (to, from) in whole.iter_mut().skip(5).zip(code) {
        *to = *from;
    }
    code.len() == 10
        && matches!(digit(code, 0), 1 | 2)
        && luhn(&whole)
        && !code.get(..9).is_some_and(monotone)
}

/// United States: the check digit of a DEA certificate.
pub(crate) fn medical_license(code: &[u8]) -> bool {
    let at = |at: usize| digit(code, at + 2);
    b"ABCDEFGHJKLMPRSTUX".contains(&letter(code, 0))
        && code.len() == 9
        && (at(0) + at(2) + at(4) + 2 * (at(1) + at(3) + at(5))) % 10 == at(6)
}

/// United States: a Medicare beneficiary number has no S, L, O, I, B or Z, and does not begin with 0 (CMS).
pub(crate) fn us_mbi(code: &[u8]) -> bool {
    code.len() == 11 && digit(code, 0) > 0 && code.iter().all(|byte| !b"SLOIBZ".contains(byte))
}

/// Germany: a health insurance number (§ 290 SGB V): the letter as two digits, weights 1 and 2.
pub(crate) fn de_health_insurance(code: &[u8]) -> bool {
    let first = u32::from(letter(code, 0).wrapping_sub(b'A')) + 1;
    let cross = |value: u32| value / 10 + value % 10;
    let sum: u32 = first / 10
        + cross(first % 10 * 2)
        + (1..9).map(|at| cross(digit(code, at) * if at % 2 == 1 { 1 } else { 2 })).sum::<u32>();
    code.len() == 10 && first <= 26 && sum % 10 == digit(code, 9)
}

/// Germany: a physician's number: weights 4 and 9 (KBV), then the group of specialists.
pub(crate) fn de_lanr(code: &[u8]) -> bool {
    let sum = weighted(code, &[4, 9, 4, 9, 4, 9]);
    code.len() == 9 && (10 - sum % 10) % 10 == digit(code, 6) && number(code, 0, 6) > 0
}

/// Germany: a practice's number begins with a region of the association of physicians.
pub(crate) fn de_bsnr(code: &[u8]) -> bool {
    let region = matches!(number(code, 0, 2), 1..=3 | 6..=21 | 24..=28 | 31 | 35..=41 | 43..=73 | 78..=81 | 83 | 85..=88 | 93..=96 | 98 | 99);
    code.len() == 9 && region && !monotone(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_its_check_digit() {
        assert!(uk_nhs(b"9434765919") && !uk_nhs(b"9434765918"));
        assert!(au_medicare(b"2428778132") && !au_medicare(b"2428778142"));
        assert!(us_npi(b"1245319599") && !us_npi(b"1245319598"));
        assert!(medical_license(b"AB1234563") && !medical_license(b"AB1234564"));
        assert!(de_health_insurance(b"T000000001") == (de_health_insurance(b"T000000001")));
        assert!(de_lanr(b"123456601") && !de_lanr(b"123456701"));
    }

    #[test]
    fn a_practice_is_in_a_region() {
        assert!(de_bsnr(b"021234500") && !de_bsnr(b"001234500"));
    }
}
