//! IPv6 addresses (RFC 4291, 4007, 5952), which have too many forms for a pattern.

use std::net::Ipv6Addr;

/// Where the address ends that begins at `start`, with its zone and the length of its network; and how sure that is.
pub(super) fn ipv6(text: &str, start: usize) -> Option<(usize, u8)> {
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
    let score = match address.len() {
        2 => 10,
        // `a::b` is also how programs name things.
        _ if digits == 0 => 30,
        3..=4 if !address.starts_with("::") => 20,
        _ => 65,
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
    Some((start + length, score))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_address_is_read_whole() {
        for text in
            ["2001:db8::1", "fe80::1%eth0", "::ffff:192.0.2.1", "2001:db8::/32", "::1", "1:2:3:4:5:6:7:8"]
        {
            assert_eq!(ipv6(text, 0).map(|(end, _)| end), Some(text.len()), "{text}");
        }
        assert_eq!(ipv6("2001:db8::1.", 0).map(|(end, _)| end), Some(11));
    }

    #[test]
    fn times_and_names_of_programs_are_none() {
        assert_eq!(ipv6("12:34:56", 0), None);
        assert_eq!(ipv6("00:1a:2b:3c:4d:5e", 0), None);
        assert_eq!(ipv6("::Node", 0), None);
        assert!(ipv6("dead::beef", 0).is_some_and(|(_, score)| score < 40));
    }
}
