//! Cards, banks and telephones.

use super::{digit, letter, luhn, monotone, number, weighted};

/// A payment card: an issuer's range of ISO/IEC 7812, its lengths, Luhn.
pub(crate) fn card(code: &[u8]) -> bool {
    let (two, three, four) = (number(code, 0, 2), number(code, 0, 3), number(code, 0, 4));
    let lengths: &[usize] = match (two, three, four) {
        (_, _, 2014 | 2149) => &[15],              // enRoute
        (22..=27, _, 2221..=2720) => &[16],        // Mastercard
        (22, _, 2200..=2205) => &[16, 17, 18, 19], // Mir
        (34 | 37, ..) => &[15],                    // American Express
        (30, 300..=305, _) | (30, 309, _) | (36 | 38 | 39, ..) => &[14, 16, 19], // Diners Club
        (35, ..) => &[16, 17, 18, 19],             // JCB
        (_, _, 2131 | 1800) => &[15],              // JCB, old
        (30 | 31 | 33, _, 3088..=3094 | 3096..=3102 | 3112..=3120 | 3158..=3159 | 3337..=3349) => &[15, 16],
        (40..=49, ..) => &[13, 16, 19], // Visa
        (51..=55, ..) => &[16],         // Mastercard
        (50 | 56..=59 | 61 | 63 | 66..=69, ..) => &[12, 13, 14, 15, 16, 17, 18, 19], // Maestro
        (60 | 62 | 64 | 65, ..) => &[12, 13, 14, 15, 16, 17, 18, 19], // Discover, UnionPay, RuPay, Maestro
        (81, ..) => &[16, 17, 18, 19],  // UnionPay, RuPay
        (10..=19, ..) => &[15],         // airlines (UATP)
        _ => return false,
    };
    lengths.contains(&code.len()) && luhn(code) && !monotone(code)
}

/// The routing number of the American Bankers Association: a Federal Reserve district, weights 3, 7, 1.
pub(crate) fn aba(code: &[u8]) -> bool {
    let district = matches!(number(code, 0, 2), 1..=12 | 21..=32 | 61..=72 | 80);
    district && code.len() == 9 && weighted(code, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// A bank's code (ISO 9362): its fifth and sixth letters are a country.
pub(crate) fn bic(code: &[u8]) -> bool {
    code.get(4..6).is_some_and(super::iban::country) && matches!(code.len(), 8 | 11)
}

/// A telephone's serial number (3GPP TS 23.003, 6.2.1): Luhn, and a reporting body's number.
pub(crate) fn imei(code: &[u8]) -> bool {
    let body = matches!(number(code, 0, 2), 1 | 10 | 30 | 33 | 35 | 44 | 45 | 49..=54 | 86 | 91 | 98 | 99);
    code.len() == 15 && luhn(code) && body
}

/// A network card's address (IEEE 802), none that means everyone or nobody.
pub(crate) fn mac(code: &[u8]) -> bool {
    code.len() == 12 && !monotone(code)
}

/// An IPv4 address (RFC 791), with the length of a network or without.
pub(crate) fn ipv4(raw: &str) -> bool {
    let (address, length) =
        raw.split_once('/').map_or((raw, None), |(address, length)| (address, Some(length)));
    address.parse::<std::net::Ipv4Addr>().is_ok()
        && length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= 32))
}

/// A British sort code and account: no digit run of a date.
pub(crate) fn sort_code(code: &[u8]) -> bool {
    !monotone(code) && matches!(code.len(), 6 | 14)
}

/// A vehicle's number (ISO 3779) with its check character of 49 CFR 565.15, required in North America and China.
pub(crate) fn vin(code: &[u8]) -> bool {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'H' => u32::from(byte - b'A') + 1,
        b'J'..=b'R' => u32::from(byte - b'J') + 1,
        b'S'..=b'Z' => u32::from(byte - b'S') + 2,
        _ => 0,
    };
    let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 = code.iter().zip(weights).map(|(byte, weight)| value(*byte) * weight).sum();
    let check = match sum % 11 {
        10 => b'X',
        rest => b'0' + u8::try_from(rest).unwrap_or(0),
    };
    letter(code, 8) == check && vin_form(code)
}

/// Letters and digits, as a vehicle's number has them; a row of one sort only is something else.
pub(crate) fn vin_form(code: &[u8]) -> bool {
    let numbers = code.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = code.iter().all(|byte| !matches!(byte, b'I' | b'O' | b'Q'));
    code.len() == 17 && letters && (5..=15).contains(&numbers) && code.iter().skip(13).all(u8::is_ascii_digit)
}

/// A card's security code: three digits, or four.
pub(crate) fn security_code(code: &[u8]) -> bool {
    (3..=4).contains(&code.len()) && digit(code, 0) < 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_has_an_issuer_a_length_and_luhn() {
        assert!(card(b"4111111111111111") && card(b"5105105105105100") && card(b"378282246310005"));
        assert!(!card(b"4111111111111112"), "a wrong digit");
        assert!(!card(b"9111111111111119"), "no issuer");
        assert!(!card(b"41111111111113"), "no length of Visa's");
    }

    #[test]
    fn a_routing_number_has_a_district_and_a_check_digit() {
        assert!(aba(b"111000025") && !aba(b"111000026") && !aba(b"991000025"));
    }

    #[test]
    fn a_serial_number_of_a_telephone_passes_luhn() {
        assert!(imei(b"490154203237518") && !imei(b"490154203237519"));
    }

    #[test]
    fn a_vehicle_has_its_check_character() {
        assert!(vin(b"1M8GDM9AXKP042788") && !vin(b"1M8GDM9A1KP042788"));
    }

    #[test]
    fn a_bank_code_names_a_country() {
        assert!(bic(b"DEUTDEFF") && bic(b"BNPAFRPPXXX") && !bic(b"COMPLETE"));
    }

    #[test]
    fn four_numbers_up_to_255_are_an_address() {
        assert!(ipv4("10.1.2.3") && ipv4("10.1.2.0/24") && !ipv4("10.1.2.300") && !ipv4("10.1.2.0/64"));
    }
}
