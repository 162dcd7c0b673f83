//! Codes that look like nothing in particular: only a word before them says what they are.

use super::Kind;
use super::check::wallet;

/// What a code of some length is, if a word near it says so.
pub(super) struct Code {
    pub(super) kind: Kind,
    /// How many letters and digits it has, at least and at most.
    pub(super) length: (usize, usize),
    /// The score.
    pub(super) near: u8,
    /// How many words may stand between.
    pub(super) reach: u8,
}

const fn code(kind: Kind, least: usize, most: usize, near: u8, reach: u8) -> Code {
    Code { kind, length: (least, most), near, reach }
}

/// All of them. Other forms of the same kinds score higher.
pub(super) const CODES: &[Code] = &[
    code(Kind::ApiKey, 20, 100, 80, 3),
    code(Kind::Token, 16, 100, 75, 3),
    code(Kind::Booking, 5, 16, 74, 3),
    code(Kind::MedicalRecord, 4, 14, 72, 3),
    code(Kind::Passport, 6, 10, 65, 3),
    code(Kind::NlPassport, 9, 9, 66, 3),
    code(Kind::DrivingLicence, 6, 18, 62, 3),
    code(Kind::NationalId, 6, 16, 61, 3),
    code(Kind::VehiclePlate, 4, 9, 60, 3),
];

/// The end of the code that begins at `start` - letters, digits, and `-`, `/` or `_` between them - and how many
/// letters and digits it has; none if no digit is in it.
pub(super) fn end(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    let rest = bytes.get(start..)?;
    let (mut count, mut number, mut end) = (0, false, 0);
    for (at, byte) in rest.iter().enumerate().take(128) {
        if byte.is_ascii_alphanumeric() {
            (count, end) = (count + 1, at + 1);
            number |= byte.is_ascii_digit();
        } else if !matches!(byte, b'-' | b'/' | b'_') || end != at {
            break;
        }
    }
    let foreign = rest.get(end).is_some_and(|next| *next >= 0x80);
    (number && !foreign).then_some((start + end, count))
}

/// What a word of many letters and digits is, and how sure that is: wallets, keys without a prefix of their own.
pub(super) fn long(word: &str) -> Option<(Kind, u8)> {
    let hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (word.as_bytes(), word.len()) {
        ([b'1' | b'3', ..], 26..=35) if wallet::base58check(word) => Some((Kind::CryptoWallet, 95)),
        (
            [b'b' | b'B', b'c' | b'C', b'1', ..] | [b't', b'b', b'1', ..] | [b'l', b't', b'c', b'1', ..],
            14..=90,
        ) if wallet::bech32(word) => Some((Kind::CryptoWallet, 95)),
        ([b'0', b'x', ..], 42) if word.get(2..).is_some_and(hex) => Some((Kind::CryptoWallet, 80)),
        // Twilio.
        ([b'A', b'C', ..] | [b'S', b'K', ..], 34) if word.get(2..).is_some_and(hex) => {
            Some((Kind::ApiKey, 85))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_ends_with_a_letter_or_digit_and_has_a_digit() {
        assert_eq!(end(b"AB-12/3, x", 0), Some((7, 5)));
        assert_eq!(end(b"hello", 0), None);
        assert_eq!(end(b"A1--", 0), Some((2, 2)));
    }
}
