//! Addresses and serial numbers of devices. IPv6 addresses have too many forms for a pattern: the recogniser
//! `ipv6.rs` reads them.

use super::Group;
use super::checksums::{luhn, monotone, number};
use super::form::{Definition, define, form};
use super::score::{alone, only_near};

/// An IP address.
pub(super) const IP: Definition = define("ip", "IP_ADDRESS", Group::Network)
    .forms(&[form(
        r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?:/\d{1,2})?(?:(?::\d{1,5})+|-\d{1,3}(?:\.\d{1,3}){0,3}(?::\d{1,5})?)?",
        alone(65).near(85),
    )
    .check_text(|raw| raw.parse::<std::net::Ipv4Addr>().is_ok() || ipv4(raw) && may_follow(raw))
    .up_to(address_end)])
    .words(&["ip ipv4 ipv6 ipaddress ipadresse adresseip direccionip indirizzoip host hostname \
        server gateway subnet ping"]);

/// A network card's address.
pub(super) const MAC: Definition = define("mac", "MAC_ADDRESS", Group::Network)
    .forms(&[
        form(r"[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}(?:-\d{1,5})?", alone(65).near(85))
            .check(mac)
            .up_to(mac_end)
            .case_sensitive(),
        // A filter of packets writes two of them, and the number of a protocol.
        form(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}(?::\d{1,5}|(?::[0-9A-Fa-f]{2}){8})?", alone(65).near(85))
            .check(mac)
            .up_to(mac_end)
            .case_sensitive(),
        form(r"[0-9A-Fa-f]{12}", only_near(75)).check(mac).within(0).case_sensitive(),
        form(r"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}", alone(60).near(85))
            .check(mac)
            .case_sensitive(),
    ])
    .words(&["mac macaddress ethernet hardware hardwareaddress physicaladdress wifi bluetooth \
        bssid wlan"]);

/// A telephone's serial number.
pub(super) const IMEI: Definition = define("imei", "IMEI", Group::Network)
    .forms(&[
        form(r"\d{15}", alone(30).near(85)).check(imei),
        form(r"\d{2}-\d{6}-\d{6}-\d", alone(70).near(90)).check(imei),
    ])
    .words(&["imei imeisv handset serialnumber"]);

/// The end of an address, in front of its port or the end of its range.
fn address_end(raw: &str) -> usize {
    memchr::memchr2(b':', b'-', raw.as_bytes()).unwrap_or(raw.len())
}

/// The end of one or two addresses of network cards.
fn mac_end(raw: &str) -> usize {
    const ONE: usize = 17;
    const TWO: usize = 2 * ONE + 1;
    if raw.len() > TWO { TWO } else { ONE }
}

/// May this follow an address: a port, or the end of a range, `10.0.0.5-254`? `1.2.3.4-1` is the version of a package.
fn may_follow(raw: &str) -> bool {
    let Some((address, range)) = raw.split_once('-') else { return true };
    let number = |text: &str| text.parse::<u16>().unwrap_or(u16::MAX);
    let last = address.rsplit('.').next().map_or(u16::MAX, number);
    range.len() > 1 && (range.contains('.') || (last.saturating_add(1)..256).contains(&number(range)))
}

/// An IPv4 address (RFC 791), with or without a prefix length.
fn ipv4(raw: &str) -> bool {
    let raw = raw.get(..address_end(raw)).unwrap_or(raw);
    let (address, length) =
        raw.split_once('/').map_or((raw, None), |(address, length)| (address, Some(length)));
    address.parse::<std::net::Ipv4Addr>().is_ok()
        && length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= 32))
}

/// A MAC address (IEEE 802), neither broadcast nor zero.
fn mac(code: &[u8]) -> bool {
    code.len() >= 12 && !code.get(..12).is_some_and(monotone)
}

/// A mobile equipment identity (3GPP TS 23.003, 6.2.1): a reporting body, and Luhn.
fn imei(code: &[u8]) -> bool {
    let body = matches!(number(code, 0, 2), 1 | 10 | 30 | 33 | 35 | 44 | 45 | 49..=54 | 86 | 91 | 98 | 99);
    code.len() == 15 && luhn(code) && body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_numbers_up_to_255_are_an_address() {
        assert!(ipv4("10.1.2.3") && ipv4("10.1.2.0/24") && !ipv4("10.1.2.300") && !ipv4("10.1.2.0/64"));
    }

    #[test]
    fn a_port_or_a_range_may_follow_an_address() {
        for text in ["10.1.2.3", "10.1.2.3:80", "10.1.2.3-10.1.2.9", "10.1.2.3-254"] {
            assert!(ipv4(text) && may_follow(text), "{text}");
            assert_eq!(address_end(text), 8, "{text}");
        }
        for text in ["10.1.2.3-1", "10.1.2.3-4", "10.1.2.30-22", "10.1.2.3-257"] {
            assert!(!may_follow(text), "{text}");
        }
    }

    #[test]
    fn an_equipment_identity_has_a_check_digit() {
        assert!(imei(b"490154203237518") && !imei(b"490154203237519"));
    }

    #[test]
    fn the_broadcast_address_belongs_to_no_device() {
        assert!(mac(b"001A2B3C4D5E") && !mac(b"FFFFFFFFFFFF"));
    }
}
