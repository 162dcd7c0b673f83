//! National numbers of America, Asia, Africa and Australia.

use super::dates::{day_of, yymmdd};
use super::{digit, letter, luhn, monotone, number, verhoeff, weighted};

/// United States: no area 000, 666 or from 900 on, no group 00, no serial 0000, and none of those in advertisements.
pub(crate) fn us_ssn(code: &[u8]) -> bool {
    let (area, group, serial) = (number(code, 0, 3), number(code, 3, 2), number(code, 5, 4));
    let published = matches!(code, b"078051120" | b"219099999" | b"123456789");
    code.len() == 9
        && !matches!(area, 0 | 666 | 900..)
        && group != 0
        && serial != 0
        && !published
        && !monotone(code)
}

/// United States: a taxpayer number's group is one that the IRS gives.
pub(crate) fn us_itin(code: &[u8]) -> bool {
    code.len() == 9
        && digit(code, 0) == 9
        && matches!(number(code, 3, 2), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// Canada: Luhn; none begins with 0 or 8.
pub(crate) fn ca_sin(code: &[u8]) -> bool {
    code.len() == 9 && !matches!(digit(code, 0), 0 | 8) && !monotone(code) && luhn(code)
}

/// Brazil: two check digits modulo 11.
pub(crate) fn br_cpf(code: &[u8]) -> bool {
    let check = |sum: u32| (sum * 10 % 11) % 10;
    code.len() == 11
        && !monotone(code)
        && check(weighted(code, &[10, 9, 8, 7, 6, 5, 4, 3, 2])) == digit(code, 9)
        && check(weighted(code, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) == digit(code, 10)
}

/// India: Verhoeff; the first digit is at least 2, and it does not read the same from behind.
pub(crate) fn in_aadhaar(code: &[u8]) -> bool {
    code.len() == 12 && digit(code, 0) >= 2 && !code.iter().eq(code.iter().rev()) && verhoeff(code)
}

/// India: the fourth letter of a tax number says whose it is.
pub(crate) fn in_pan(code: &[u8]) -> bool {
    b"ABCFGHJLPT".contains(&letter(code, 3))
}

/// Singapore: weights 2, 7, 6, 5, 4, 3, 2 and a letter of the series (ICA).
pub(crate) fn sg_nric(code: &[u8]) -> bool {
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

/// Korea: day of birth, and the sex with the century (1 to 4; 5 to 8 for foreigners).
pub(crate) fn kr_rrn(code: &[u8]) -> bool {
    korean(code, 1..=4)
}

/// Korea: a foreigner's number.
pub(crate) fn kr_frn(code: &[u8]) -> bool {
    korean(code, 5..=8)
}

fn korean(code: &[u8], sexes: std::ops::RangeInclusive<u32>) -> bool {
    code.len() == 13 && sexes.contains(&digit(code, 6)) && yymmdd(code, 0) && number(code, 7, 2) <= 95
}

/// Korea: the check digit that numbers had until October 2020.
pub(crate) fn kr_checked(code: &[u8]) -> bool {
    let sum = weighted(code, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    let foreign = digit(code, 6) >= 5;
    (11 - sum % 11 + if foreign { 2 } else { 0 }) % 10 == digit(code, 12)
}

/// Thailand: modulo 11; the first digit is a sort of citizen, the next two a province.
pub(crate) fn th_tnin(code: &[u8]) -> bool {
    let sum = weighted(code, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    let province = matches!(number(code, 1, 2), 10..=27 | 30..=58 | 60..=67 | 70..=77 | 80..=86 | 90..=96);
    code.len() == 13
        && (1..=8).contains(&digit(code, 0))
        && province
        && (11 - sum % 11) % 10 == digit(code, 12)
}

/// China: day of birth, and ISO 7064 MOD 11-2 (GB 11643).
pub(crate) fn cn_id(code: &[u8]) -> bool {
    let sum = weighted(code, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let born = day_of(number(code, 6, 4), number(code, 10, 2), number(code, 12, 2));
    let check = b"10X98765432".get((sum % 11) as usize);
    code.len() == 18 && born && matches!(number(code, 6, 2), 18..=20) && check == Some(&letter(code, 17))
}

/// Nigeria: Verhoeff over eleven digits.
pub(crate) fn ng_nin(code: &[u8]) -> bool {
    code.len() == 11 && !monotone(code) && verhoeff(code)
}

/// South Africa: day of birth, citizenship 0 to 2, an 8 or 9, Luhn.
pub(crate) fn za_id_number(code: &[u8]) -> bool {
    let body = digit(code, 10) <= 2 && matches!(digit(code, 11), 8 | 9);
    code.len() == 13 && yymmdd(code, 0) && body && luhn(code)
}

/// Philippines: the ninth digit is the others, weighted 9 to 2, modulo 11.
pub(crate) fn ph_tin(code: &[u8]) -> bool {
    let rest = weighted(code, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    matches!(code.len(), 9 | 12..=14) && number(code, 0, 9) > 0 && rest == digit(code, 8)
}

/// Australia: a tax file number, modulo 11.
pub(crate) fn au_tfn(code: &[u8]) -> bool {
    code.len() == 9 && !monotone(code) && weighted(code, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn american_numbers_are_of_those_that_are_given() {
        assert!(
            us_ssn(b"536220001") && !us_ssn(b"666220001") && !us_ssn(b"536000001") && !us_ssn(b"078051120")
        );
        assert!(us_itin(b"912700001") && !us_itin(b"912890001"));
        assert!(ca_sin(b"193456787") && !ca_sin(b"193456788"));
        assert!(br_cpf(b"52998224725") && !br_cpf(b"52998224726"));
    }

    #[test]
    fn asian_numbers_carry_their_check_digits() {
        assert!(in_aadhaar(b"234123412346") && !in_aadhaar(b"234123412347"));
        assert!(sg_nric(b"S1234567D") && sg_nric(b"T1234567J") && !sg_nric(b"S1234567E"));
        assert!(cn_id(b"11010519491231002X") && !cn_id(b"110105194912310021"));
        assert!(kr_rrn(b"8001011234567") && !kr_rrn(b"8013011234567") && !kr_rrn(b"8001015234567"));
        assert!(th_tnin(b"3100501765437") && !th_tnin(b"3100501765438"));
        assert!(ph_tin(b"123456782") && !ph_tin(b"123456783"));
    }

    #[test]
    fn african_and_australian_numbers_too() {
        assert!(za_id_number(b"8001015009087") && !za_id_number(b"8001015009088"));
        assert!(au_tfn(b"123456782") && !au_tfn(b"123456783"));
        assert!(ng_nin(b"23630000000") == verhoeff(b"23630000000"));
    }
}
