//! IPv6 addresses (RFC 4291, 4007, 5952).

use std::net::Ipv6Addr;

use crate::kinds::{Scores, alone};

/// `::`, the unspecified address, and a sign of many languages.
const UNSPECIFIED: Scores = alone(10).near(85);
/// An address of letters and colons: `dead::beef`. Programs name things so.
const LETTERS: Scores = alone(30).near(85);
/// An address of three or four characters: `a::1`.
const SHORT: Scores = alone(20).near(85);
/// Any other address.
const USUAL: Scores = alone(65).near(85);

/// The end of the address that begins at `start`, with its zone and prefix length, and its scores.
pub(crate) fn address(text: &str, start: usize) -> Option<(usize, Scores)> {
    let rest = text.as_bytes().get(start..)?;
    let belongs = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    // The longest has 45 characters.
    let mut length = rest.iter().take(48).take_while(|byte| belongs(byte)).count();
    if rest.get(length).is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, b'_')) {
        return None;
    }
    let mut address = text.get(start..start + length)?;
    if address.ends_with('.') || (address.ends_with(':') && !address.ends_with("::")) {
        length -= 1;
        address = text.get(start..start + length)?;
    }
    if address.bytes().filter(|byte| *byte == b':').count() < 2 || address.parse::<Ipv6Addr>().is_err() {
        return None;
    }
    let digits = address.bytes().filter(u8::is_ascii_digit).count();
    let scores = match address.len() {
        2 => UNSPECIFIED,
        _ if digits == 0 => LETTERS,
        3..=4 if !address.starts_with("::") => SHORT,
        _ => USUAL,
    };
    if rest.get(length) == Some(&b'%') {
        let zone =
            rest.iter().skip(length + 1).take(16).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        length += if zone > 0 { zone + 1 } else { 0 };
    }
    if rest.get(length) == Some(&b'/') {
        let bits = rest.iter().skip(length + 1).take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let value =
            text.get(start + length + 1..start + length + 1 + bits).and_then(|bits| bits.parse::<u16>().ok());
        length += if value.is_some_and(|value| value <= 128) { bits + 1 } else { 0 };
    }
    Some((start + length, scores))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_address_is_read_to_its_end() {
        for text in
            ["2001:db8::1", "fe80::1%eth0", "::ffff:192.0.2.1", "2001:db8::/32", "::1", "1:2:3:4:5:6:7:8"]
        {
            assert_eq!(address(text, 0).map(|(end, _)| end), Some(text.len()), "{text}");
        }
        assert_eq!(address("2001:db8::1.", 0).map(|(end, _)| end), Some(11));
    }

    #[test]
    fn times_and_names_of_programs_are_not_addresses() {
        assert_eq!(address("12:34:56", 0), None);
        assert_eq!(address("00:1a:2b:3c:4d:5e", 0), None);
        assert_eq!(address("::Node", 0), None);
        assert!(address("dead::beef", 0).is_some_and(|(_, scores)| scores == LETTERS));
    }
}
