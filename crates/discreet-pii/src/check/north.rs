//! National numbers of northern Europe. They begin with a day of birth.

use super::dates::{day_of, ddmmyy};
use super::{digit, letter, luhn, number, weighted};

/// Sweden: a day (from 61 on a coordination number), and Luhn over ten digits.
pub(crate) fn se_personnummer(code: &[u8]) -> bool {
    let Some(ten) = code.len().checked_sub(10).and_then(|from| code.get(from..)) else { return false };
    let century = if code.len() == 12 { number(code, 0, 2) } else { 20 };
    let day = number(ten, 4, 2);
    let day = if day > 60 { day - 60 } else { day };
    let born = |century: u64| day_of(century * 100 + number(ten, 0, 2), number(ten, 2, 2), day);
    matches!(code.len(), 10 | 12) && matches!(century, 18..=20) && (born(century) || born(19)) && luhn(ten)
}

/// Sweden: an organisation's third digit is at least 2, so that it is no month.
pub(crate) fn se_organisationsnummer(code: &[u8]) -> bool {
    let ten = code.strip_prefix(b"16").filter(|rest| rest.len() == 10).unwrap_or(code);
    ten.len() == 10 && digit(ten, 2) >= 2 && digit(ten, 0) != 0 && luhn(ten)
}

/// Norway: a day (from 41 on a D number), and two check digits modulo 11.
pub(crate) fn no_fnr(code: &[u8]) -> bool {
    let first = weighted(code, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11;
    let second = weighted(code, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11;
    let (day, month) = (number(code, 0, 2) % 40, number(code, 2, 2) % 40);
    let born = (1..=31).contains(&day) && (1..=12).contains(&month);
    code.len() == 11 && born && first == 0 && second == 0
}

/// Denmark: a day. The check digit is not kept any more since 2007.
pub(crate) fn dk_cpr(code: &[u8]) -> bool {
    code.len() == 10 && ddmmyy(code, 0)
}

/// Finland: a day, and a character that is the nine digits modulo 31. The century's sign stands between them.
pub(crate) fn fi_personal_identity_code(raw: &str) -> bool {
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
    fn each_country_checks_its_digits() {
        assert!(
            se_personnummer(b"8112189876")
                && se_personnummer(b"198112189876")
                && !se_personnummer(b"8112189875")
        );
        assert!(se_organisationsnummer(b"5560360793") && !se_organisationsnummer(b"5560360794"));
        assert!(no_fnr(b"17054026641") && !no_fnr(b"17054026642"));
        assert!(fi_personal_identity_code("131052-308T") && !fi_personal_identity_code("131052-308U"));
    }

    #[test]
    fn each_begins_with_a_day_that_was() {
        assert!(dk_cpr(b"2905801234") && !dk_cpr(b"3213801234"));
        assert!(!se_personnummer(b"8113189876"));
    }
}
