//! Passports, licences and registrations.

use super::{digit, digits, icao, letter, monotone, number};

/// Germany: a passport or identity card: the ninth character checks eight (ICAO Doc 9303).
pub(crate) fn de_document(code: &[u8]) -> bool {
    let letters = code.iter().all(|byte| byte.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(byte));
    code.len() == 9
        && letters
        && letter(code, 8).is_ascii_digit()
        && icao(code.get(..8).unwrap_or_default()) == digit(code, 8)
}

/// Germany: a passport begins with one of these; identity cards with others too.
pub(crate) fn de_passport(code: &[u8]) -> bool {
    b"CFGHJKL".contains(&letter(code, 0)) && de_document(code)
}

/// Poland: two letters, a check digit, six digits; weights 7, 3, and 1 for the check digit's place (9303's, rearranged).
pub(crate) fn pl_passport(code: &[u8]) -> bool {
    let value = |at: usize| u32::from(letter(code, at).wrapping_sub(b'A')) + 10;
    let weights = [1, 7, 3, 1, 7, 3];
    let sum: u32 = value(0) * 7
        + value(1) * 3
        + weights.iter().enumerate().map(|(at, w)| digit(code, at + 3) * w).sum::<u32>();
    code.len() == 9 && (sum % 10 == digit(code, 2) || (10 - sum % 10) % 10 == digit(code, 2))
}

/// United Kingdom: in a driver's number five digits are decade, month (women's plus 50), day and year of birth.
pub(crate) fn uk_driving_licence(code: &[u8]) -> bool {
    let (month, day) = (number(code, 6, 2), number(code, 8, 2));
    let named = code.iter().take(5).all(|byte| byte.is_ascii_uppercase() || *byte == b'9');
    let ends =
        !digits(code.get(11..13).unwrap_or_default()) && code.iter().skip(14).all(u8::is_ascii_uppercase);
    code.len() == 16 && named && ends && matches!(month, 1..=12 | 51..=62) && (1..=31).contains(&day)
}

/// United Kingdom: a registration since 2001 has an age: 02 to 29, and 51 to 79 in the second half of a year.
pub(crate) fn uk_plate(code: &[u8]) -> bool {
    let area = code.iter().take(2).all(|byte| !b"IQZ".contains(byte));
    area && code.iter().skip(4).all(|byte| !b"IQ".contains(byte))
        && matches!(number(code, 2, 2), 2..=29 | 51..=79)
}

/// United Kingdom: the letters of registrations before 2001 leave I, O, Q, U and Z out where they tell a year.
pub(crate) fn uk_old_plate(code: &[u8]) -> bool {
    let year =
        if letter(code, 1).is_ascii_digit() { letter(code, 0) } else { code.last().copied().unwrap_or(0) };
    !b"IOQUZ".contains(&year) && code.iter().all(|byte| !b"IQ".contains(byte))
}

/// India: a passport's first letter is none of Q, X and Z; its first and last digits are not 0.
pub(crate) fn in_passport(code: &[u8]) -> bool {
    code.len() == 8 && !b"QXZ".contains(&letter(code, 0)) && digit(code, 1) > 0 && digit(code, 7) > 0
}

/// Turkey: a plate begins with a province, 01 to 81.
pub(crate) fn tr_plate(code: &[u8]) -> bool {
    (1..=81).contains(&number(code, 0, 2))
}

/// Korea: a licence begins with the region that gave it, 11 to 28.
pub(crate) fn kr_licence(code: &[u8]) -> bool {
    code.len() == 12 && matches!(number(code, 0, 2), 11..=26 | 28)
}

/// Germany: a driving licence: an authority's two characters, eight digits, a check character.
pub(crate) fn de_licence(code: &[u8]) -> bool {
    code.len() == 11 && code.iter().take(2).any(u8::is_ascii_uppercase)
}

/// India: a registration begins with a state or territory.
pub(crate) fn in_plate(code: &[u8]) -> bool {
    const STATES: &str = "AN AP AR AS BH BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TG TN TR TS UK UP WB";
    let state = code.get(..2);
    STATES.split(' ').any(|known| state == Some(known.as_bytes()))
}

/// United Kingdom: an inward code has no C, I, K, M, O or V, and an area no Q, V or X first (BS 7666).
pub(crate) fn uk_postcode(code: &[u8]) -> bool {
    let Some((inward, outward)) = code.split_last_chunk::<3>().map(|(a, b)| (b, a)) else { return false };
    let [sector, unit @ ..] = inward;
    let second = letter(outward, 1);
    sector.is_ascii_digit()
        && unit.iter().all(|byte| byte.is_ascii_uppercase() && !b"CIKMOV".contains(byte))
        && !b"QVX".contains(&letter(outward, 0))
        && (outward == b"GIR" || !b"IJZ".contains(&second))
}

/// Canada: no D, F, I, O, Q or U in a postal code, and no W or Z first.
pub(crate) fn ca_postcode(code: &[u8]) -> bool {
    code.len() == 6 && code.iter().all(|byte| !b"DFIOQU".contains(byte)) && !b"WZ".contains(&letter(code, 0))
}

/// Digits with a letter among them, or letters with a digit.
pub(crate) fn mixed(code: &[u8]) -> bool {
    code.iter().any(u8::is_ascii_digit) && code.iter().any(u8::is_ascii_alphabetic)
}

/// A code with digits in it that is not one of them over and over.
pub(crate) fn with_digits(code: &[u8]) -> bool {
    code.iter().any(u8::is_ascii_digit) && !monotone(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_documents_have_a_check_digit() {
        assert!(de_document(b"C01X00T47") == (icao(b"C01X00T4") == 7));
        assert!(de_document(b"L01X00T44") && !de_document(b"L01X00T45"));
    }

    #[test]
    fn a_british_driver_is_born_on_some_day() {
        assert!(uk_driving_licence(b"JONES710238AB9CD") && !uk_driving_licence(b"JONES713238AB9CD"));
        assert!(uk_plate(b"AB12CDE") && !uk_plate(b"AB42CDE"));
    }

    #[test]
    fn postcodes_leave_letters_out() {
        assert!(uk_postcode(b"EC1A1BB") && !uk_postcode(b"EC1A1CB") && !uk_postcode(b"XC1A1BB"));
    }
}
