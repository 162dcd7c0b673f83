//! Numbers with `:` or `-` and a digit directly behind: `203.0.113.9:51122`, `203.0.113.9-203.0.113.20`, `a4:5e:60:c2:19:7f:12`.

use std::ops::Range;

use crate::{Group, Kind};

/// May a finding of `kind` end with `at`? Mostly a number goes on behind `:` or `-` and a digit, as a date or a time does.
#[inline]
pub(super) fn may_end(bytes: &[u8], kind: Kind, at: Range<usize>) -> bool {
    let sign = bytes.get(at.end).copied().unwrap_or(b' ');
    if !matches!(sign, b':' | b'-') || !bytes.get(at.end + 1).is_some_and(u8::is_ascii_digit) {
        return true;
    }
    goes_on(bytes, kind, at, sign)
}

/// May a number of `kind` have `sign` and a digit behind it?
#[cold]
fn goes_on(bytes: &[u8], kind: Kind, at: Range<usize>, sign: u8) -> bool {
    match kind {
        Kind::Ip if sign == b'-' => is_range(bytes, at),
        Kind::PaymentCard => true,
        _ => match kind.group() {
            Group::Network => true,
            Group::Money | Group::Document | Group::NationalId | Group::Health => sign == b':',
            _ => false,
        },
    }
}

/// Does the address `at` begin a range: `10.0.0.5-10.0.0.9`, `10.0.0.5-254`? `1.2.3.4-1` is the version of a package.
fn is_range(bytes: &[u8], at: Range<usize>) -> bool {
    let number = |digits: &[u8]| digits.iter().fold(0_u32, |all, byte| all * 10 + u32::from(byte - b'0'));
    let rest = bytes.get(at.end + 1..).unwrap_or_default();
    let length = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let (next, behind) = rest.split_at(length);
    let last = bytes.get(at).and_then(|address| address.rsplit(|byte| *byte == b'.').next()).unwrap_or_default();
    let last = last.get(..last.len().min(3)).filter(|last| last.iter().all(u8::is_ascii_digit)).map_or(255, number);
    match behind {
        [b'.', more, ..] if more.is_ascii_digit() => true,
        [more, ..] if more.is_ascii_alphanumeric() => false,
        _ => (2..=3).contains(&length) && (last + 1..256).contains(&number(next)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port_or_begins_a_range() {
        let may = |text: &str| may_end(text.as_bytes(), Kind::Ip, 0..8);
        for text in ["10.0.0.5", "10.0.0.5:80", "10.0.0.5-254", "10.0.0.5-10.0.0.9", "10.0.0.5-x", "10.0.0.5: 1"] {
            assert!(may(text), "{text}");
        }
        for text in ["10.0.0.5-1", "10.0.0.5-3", "10.0.0.5-22ubuntu", "10.0.0.5-2026"] {
            assert!(!may(text), "{text}");
        }
        assert!(!may_end(b"2026-11-30:08", Kind::Date, 0..10));
    }
}
