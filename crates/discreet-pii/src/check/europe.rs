//! National numbers of western, central and southern Europe.

use super::dates::ddmmyy;
use super::{digit, digits, letter, luhn, mod_11_10, monotone, number, weighted};

/// United Kingdom: a national insurance number has no prefix that HMRC excludes.
pub(crate) fn uk_nino(code: &[u8]) -> bool {
    let letters = code.iter().take(2).all(|byte| !b"DFIQUV".contains(byte)) && letter(code, 1) != b'O';
    letters && !matches!(code.get(..2), Some(b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ"))
}

/// Ireland: a PPS number's letter is its digits modulo 23; a second letter counts nine times.
pub(crate) fn ie_pps(code: &[u8]) -> bool {
    let second = match letter(code, 8) {
        letter @ b'A'..=b'I' => u32::from(letter - b'A') + 1,
        _ => 0,
    };
    let rest = (weighted(code, &[8, 7, 6, 5, 4, 3, 2]) + second * 9) % 23;
    let wanted = if rest == 0 { b'W' } else { b'A' - 1 + u8::try_from(rest).unwrap_or(0) };
    letter(code, 7) == wanted
}

/// Germany: a tax identification number (§ 139b AO): MOD 11,10; among ten digits at most one comes again.
pub(crate) fn de_tax_id(code: &[u8]) -> bool {
    let count = |value: u8| code.iter().take(10).filter(|byte| **byte == b'0' + value).count();
    let again = (0..10).filter(|value| count(*value) > 1).count();
    let most = (0..10).map(count).max().unwrap_or(0);
    code.len() == 11 && digit(code, 0) != 0 && again <= 1 && most <= 3 && mod_11_10(code)
}

/// Germany: the insurance number of the pension fund (§ 147 SGB VI, VKVV § 4).
pub(crate) fn de_social_security(code: &[u8]) -> bool {
    let area = matches!(number(code, 0, 2), 2..=4 | 8..=21 | 23..=26 | 28 | 29 | 38..=40 | 42..=44 | 48..=54 | 56..=82 | 89);
    let born = letter(code, 8).wrapping_sub(b'A');
    let value = u32::from(born) + 1;
    let weights = [2, 1, 2, 5, 7, 1, 2, 1];
    let cross = |value: u32| value / 10 + value % 10;
    let sum: u32 =
        weights.iter().enumerate().map(|(at, weight)| cross(digit(code, at) * weight)).sum::<u32>()
            + cross(value / 10 * 2)
            + cross(value % 10)
            + cross(digit(code, 9) * 2)
            + cross(digit(code, 10));
    area && born < 26 && ddmmyy(code, 2) && sum % 10 == digit(code, 11)
}

/// Germany: a tax number in the form of all states (13 digits): a tax office, then a 0, as the rules of ELSTER say.
pub(crate) fn de_tax_number(code: &[u8]) -> bool {
    let state = matches!(number(code, 0, 2), 10 | 11 | 21..=24 | 26..=28 | 30..=32 | 40 | 41 | 50..=57 | 91..=93 | 1..=9);
    !monotone(code)
        && (code.len() != 13
            || (digit(code, 4) == 0 && state)
            || digit(code, 0) == 0 && number(code, 0, 3) > 9)
}

/// Germany: a postal code is from 01001 to 99998.
pub(crate) fn de_plz(code: &[u8]) -> bool {
    code.len() == 5 && (1001..=99998).contains(&number(code, 0, 5))
}

/// France: the key of a social security number is 97 minus the rest of it (INSEE); Corsica counts as 19 and 18.
pub(crate) fn fr_nir(code: &[u8]) -> bool {
    let corsica = letter(code, 6);
    let department = match corsica {
        b'A' => 19,
        b'B' => 18,
        _ => number(code, 5, 2),
    };
    let body = (number(code, 0, 5) * 100 + department) * 1_000_000 + number(code, 7, 6);
    let month = number(code, 3, 2);
    let key = if code.len() == 15 { Some(number(code, 13, 2)) } else { None };
    matches!(digit(code, 0), 1..=4 | 7 | 8)
        && matches!(month, 1..=12 | 20..=42 | 50..=99)
        && department > 0
        && key.is_none_or(|key| key == 97 - body % 97)
}

const SPANISH: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// Spain: a tax number's letter is the number modulo 23 (Real Decreto 1553/2005).
pub(crate) fn es_nif(code: &[u8]) -> bool {
    let (body, last) = match code.len() {
        8 => (number(code, 0, 7), letter(code, 7)),
        _ => (number(code, 0, 8), letter(code, 8)),
    };
    SPANISH.get((body % 23) as usize) == Some(&last)
}

/// Spain: a foreigner's number begins with X, Y or Z, which count as 0, 1 and 2.
pub(crate) fn es_nie(code: &[u8]) -> bool {
    let first = u64::from(letter(code, 0).wrapping_sub(b'X'));
    let body = first * 10_u64.pow((code.len() as u32).saturating_sub(2))
        + number(code, 1, code.len().saturating_sub(2));
    first < 3 && code.last() == SPANISH.get((body % 23) as usize)
}

/// Italy: the form of a fiscal code, a month's letter and a day that can be (DM 12/03/1974).
pub(crate) fn it_fiscal_form(code: &[u8]) -> bool {
    let day = |at: usize| match letter(code, at) {
        letter @ b'0'..=b'9' => u32::from(letter - b'0'),
        // Of two people with the same code one gets letters for digits.
        letter => b"LMNPQRSTUV".iter().position(|known| *known == letter).map_or(99, |at| at as u32),
    };
    let day = day(9) * 10 + day(10);
    let month = b"ABCDEHLMPRST".contains(&letter(code, 8));
    let number = |byte: &u8| byte.is_ascii_digit() || b"LMNPQRSTUV".contains(byte);
    let numbers = [6, 7, 9, 10, 12, 13, 14].iter().all(|at| number(&letter(code, *at)));
    code.len() == 16 && month && numbers && matches!(day, 0..=31 | 41..=71)
}

/// Italy: a fiscal code's last letter checks the others.
pub(crate) fn it_fiscal_code(code: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let place =
        |byte: u8| usize::from(if byte.is_ascii_digit() { byte - b'0' } else { byte.wrapping_sub(b'A') });
    let sum: u32 = code
        .iter()
        .take(15)
        .enumerate()
        .map(|(at, byte)| match at % 2 {
            0 => ODD.get(place(*byte)).copied().unwrap_or(0),
            _ => place(*byte) as u32,
        })
        .sum();
    it_fiscal_form(code) && u32::from(letter(code, 15).wrapping_sub(b'A')) == sum % 26
}

/// Netherlands: the "eleven proof" of a citizen service number.
pub(crate) fn nl_bsn(code: &[u8]) -> bool {
    let sum = weighted(code, &[9, 8, 7, 6, 5, 4, 3, 2]);
    code.len() == 9 && !monotone(code) && sum % 11 == digit(code, 8) && sum > 0
}

/// Belgium: the last two digits of a register number are 97 minus the rest, with a 2 before it from 2000 on.
pub(crate) fn be_nrn(code: &[u8]) -> bool {
    let (body, key) = (number(code, 0, 9), number(code, 9, 2));
    let born = matches!(number(code, 2, 2) % 20, 0..=12) && number(code, 4, 2) <= 31;
    born && number(code, 0, 6) > 0 && (97 - body % 97 == key || 97 - (2_000_000_000 + body) % 97 == key)
}

/// Switzerland: 756 and the check digit of EAN-13.
pub(crate) fn ch_ahv(code: &[u8]) -> bool {
    let sum = weighted(code, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
    code.len() == 13 && number(code, 0, 3) == 756 && (10 - sum % 10) % 10 == digit(code, 12)
}

/// Austria: the fourth digit checks the others; a day of birth follows it.
pub(crate) fn at_svnr(code: &[u8]) -> bool {
    let sum = weighted(code, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    code.len() == 10
        && digit(code, 0) != 0
        && sum % 11 == digit(code, 3)
        && number(code, 4, 2) <= 31
        && number(code, 6, 2) <= 15
}

/// Portugal: a tax number, modulo 11.
pub(crate) fn pt_nif(code: &[u8]) -> bool {
    let rest = weighted(code, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest < 2 { 0 } else { 11 - rest };
    code.len() == 9
        && matches!(digit(code, 0), 1..=3 | 5 | 6 | 8 | 9)
        && check == digit(code, 8)
        && !monotone(code)
}

/// Poland: a day of birth whose month tells the century, and weights 1, 3, 7, 9.
pub(crate) fn pl_pesel(code: &[u8]) -> bool {
    let sum = weighted(code, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    let born = matches!(number(code, 2, 2) % 20, 1..=12) && (1..=31).contains(&number(code, 4, 2));
    code.len() == 11 && born && (10 - sum % 10) % 10 == digit(code, 10)
}

/// Italy: a VAT number, Luhn.
pub(crate) fn it_vat(code: &[u8]) -> bool {
    let body = code.strip_prefix(b"IT").unwrap_or(code);
    body.len() == 11 && digits(body) && number(body, 0, 7) > 0 && luhn(body)
}

/// Turkey: the tenth digit checks nine, the eleventh all ten.
pub(crate) fn tr_national_id(code: &[u8]) -> bool {
    let odd = (0..9).step_by(2).map(|at| digit(code, at)).sum::<u32>();
    let even = (1..8).step_by(2).map(|at| digit(code, at)).sum::<u32>();
    let tenth = (odd * 7 + 100 - even) % 10;
    let all = (0..10).map(|at| digit(code, at)).sum::<u32>();
    code.len() == 11 && digit(code, 0) != 0 && tenth == digit(code, 9) && all % 10 == digit(code, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_check_spanish_and_irish_numbers() {
        assert!(es_nif(b"87654321X") && !es_nif(b"87654321Y"));
        assert!(es_nie(b"Y1234567X") && !es_nie(b"Y1234567W"));
        assert!(ie_pps(b"1234567T") && ie_pps(b"1234567FA") && !ie_pps(b"1234567S"));
    }

    #[test]
    fn german_numbers_carry_their_check_digits() {
        // The example of the Federal Central Tax Office, and of the rules for insurance numbers.
        assert!(de_tax_id(b"86095742719") && !de_tax_id(b"86095742718"));
        assert!(de_social_security(b"15070649C103") && !de_social_security(b"15070649C104"));
    }

    #[test]
    fn the_key_of_a_french_number_is_what_97_lacks() {
        assert!(fr_nir(b"255081416802538") && !fr_nir(b"255081416802539"));
        let (body, key) = (1_850_618_001_001_u64, 97 - 1_850_618_001_001_u64 % 97);
        assert!(fr_nir(format!("185062B001001{key:02}").as_bytes()), "{body}");
    }

    #[test]
    fn an_italian_code_has_its_letter() {
        assert!(it_fiscal_code(b"RSSMRA85T10A562S") && !it_fiscal_code(b"RSSMRA85T10A562T"));
        assert!(it_vat(b"00743110157") && !it_vat(b"00743110158"));
    }

    #[test]
    fn the_neighbours_have_theirs() {
        assert!(nl_bsn(b"111222333") && !nl_bsn(b"111222334"));
        assert!(be_nrn(b"85073003328") && !be_nrn(b"85073003329"));
        assert!(ch_ahv(b"7569217076985") && !ch_ahv(b"7569217076986"));
        assert!(at_svnr(b"1237010180") && !at_svnr(b"1238010180"));
        assert!(pt_nif(b"501442600") && !pt_nif(b"501442601"));
        assert!(pl_pesel(b"44051401359") && !pl_pesel(b"44051401358"));
        assert!(tr_national_id(b"10000000146") && !tr_national_id(b"10000000147"));
        assert!(uk_nino(b"AB123456C") && !uk_nino(b"GB123456C"));
    }
}
