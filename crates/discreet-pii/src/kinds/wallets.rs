//! Addresses of crypto wallets.

use sha2::{Digest, Sha256};

use super::Group;
use super::form::{Definition, define};
use super::score::{Scores, alone};

/// The address of a crypto wallet.
pub(super) const WALLET: Definition = define("crypto_wallet", "CRYPTO", Group::Money)
    .words(&["bitcoin btc wallet crypto ethereum eth geldborse portefeuille cartera portafoglio"]);

/// The scores of a long word that is the address of a wallet.
pub(crate) fn address(word: &str) -> Option<Scores> {
    /// Ethereum has a check in the case of the letters, which many programs drop.
    const ETHEREUM: Scores = alone(80).near(97);
    const CHECKED: Scores = alone(95).near(97);
    let hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (word.as_bytes(), word.len()) {
        ([b'1' | b'3', ..], 26..=35) if base58check(word) => Some(CHECKED),
        (
            [b'b' | b'B', b'c' | b'C', b'1', ..] | [b't', b'b', b'1', ..] | [b'l', b't', b'c', b'1', ..],
            14..=90,
        ) if bech32(word) => Some(CHECKED),
        ([b'0', b'x', ..], 42) if word.get(2..).is_some_and(hex) => Some(ETHEREUM),
        _ => None,
    }
}

/// A Bitcoin address in Base58Check: the last four bytes are the first of a double SHA-256.
fn base58check(raw: &str) -> bool {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0_u8; 25];
    for byte in raw.bytes() {
        let Some(value) = ALPHABET.iter().position(|letter| *letter == byte) else { return false };
        let mut carry = value;
        for place in bytes.iter_mut().rev() {
            carry += usize::from(*place) * 58;
            *place = u8::try_from(carry & 0xff).unwrap_or(0);
            carry >>= 8;
        }
        if carry != 0 {
            return false;
        }
    }
    let (payload, check) = bytes.split_at(21);
    Sha256::digest(Sha256::digest(payload)).get(..4) == Some(check)
}

/// A Bitcoin address in bech32 (BIP 173) or bech32m (BIP 350).
fn bech32(raw: &str) -> bool {
    const ALPHABET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    if raw.bytes().any(|byte| byte.is_ascii_lowercase()) && raw.bytes().any(|byte| byte.is_ascii_uppercase())
    {
        return false;
    }
    let Some((human, data)) = raw.rsplit_once('1') else { return false };
    let step = |sum: u32, value: u32| {
        let mixed = (sum & 0x01ff_ffff) << 5 ^ value;
        GENERATOR.iter().enumerate().fold(mixed, |mixed, (bit, generator)| {
            if sum >> (25 + bit) & 1 == 1 { mixed ^ generator } else { mixed }
        })
    };
    let low = |byte: u8| u32::from(byte.to_ascii_lowercase());
    let mut sum = human.bytes().fold(1, |sum, byte| step(sum, low(byte) >> 5));
    sum = step(sum, 0);
    sum = human.bytes().fold(sum, |sum, byte| step(sum, low(byte) & 31));
    for byte in data.bytes() {
        let Some(value) = ALPHABET.iter().position(|letter| *letter == byte.to_ascii_lowercase()) else {
            return false;
        };
        sum = step(sum, u32::try_from(value).unwrap_or(0));
    }
    data.len() >= 6 && matches!(sum, 1 | 0x2bc8_30a3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_address_passes_and_a_misspelt_one_does_not() {
        assert!(base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));
        assert!(!base58check("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
    }

    #[test]
    fn addresses_of_the_standards_pass_and_misspelt_ones_do_not() {
        assert!(bech32("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"));
        assert!(bech32("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"));
        assert!(!bech32("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"));
        assert!(!bech32("bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));
    }
}
