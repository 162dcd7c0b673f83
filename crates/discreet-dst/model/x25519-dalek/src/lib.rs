//! A model of key agreement, for the simulator alone: Diffie and Hellman's in a group of 61 bits, which protects nothing.
//!
//! It fails where X25519 fails: other keys agree on another secret, and zero on none.

/// The prime of the group, and a generator of most of it.
const PRIME: u64 = (1 << 61) - 1;
const BASE: u64 = 37;

/// A private key.
#[derive(Clone)]
pub struct StaticSecret([u8; 32]);

/// A public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

/// What two parties have agreed on.
pub struct SharedSecret([u8; 32]);

impl From<[u8; 32]> for StaticSecret {
    fn from(bytes: [u8; 32]) -> StaticSecret {
        StaticSecret(bytes)
    }
}

impl StaticSecret {
    /// Agrees on a secret with the holder of a public key.
    pub fn diffie_hellman(&self, with: &PublicKey) -> SharedSecret {
        SharedSecret(bytes(power(number(&with.0), self.exponent())))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0
    }

    fn exponent(&self) -> u64 {
        // Clamped, as X25519 does: libraries above may have done so already.
        let mut clamped = self.0;
        clamped[0] &= 0b1111_1000;
        clamped[31] = clamped[31] & 0b0111_1111 | 0b0100_0000;
        number(blake3::hash(&clamped).as_bytes()) | 1
    }
}

impl From<&StaticSecret> for PublicKey {
    fn from(secret: &StaticSecret) -> PublicKey {
        PublicKey(bytes(power(BASE, secret.exponent())))
    }
}

impl From<[u8; 32]> for PublicKey {
    fn from(bytes: [u8; 32]) -> PublicKey {
        PublicKey(bytes)
    }
}

impl PublicKey {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0
    }
}

impl SharedSecret {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0
    }
}

/// A number of the group from the first bytes. Of a changed public key too, so that it agrees on something else.
fn number(bytes: &[u8; 32]) -> u64 {
    let folded = bytes.chunks_exact(8).fold(0_u64, |folded, chunk| {
        folded.rotate_left(13) ^ chunk.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    });
    folded % PRIME
}

/// The bytes of a number, such that [`number`] gives it again.
fn bytes(number: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&number.to_le_bytes());
    bytes
}

fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut product = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            product = times(product, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    product
}

fn times(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_agree_and_a_third_does_not() {
        let [one, other, third] = [1, 2, 3].map(|seed| StaticSecret::from([seed; 32]));
        let shared =
            |mine: &StaticSecret, with: &StaticSecret| mine.diffie_hellman(&PublicKey::from(with)).to_bytes();
        assert_eq!(shared(&one, &other), shared(&other, &one));
        assert!(
            shared(&one, &third) != shared(&one, &other) && shared(&third, &other) != shared(&one, &other)
        );
        assert_ne!(shared(&one, &other), [0; 32]);
    }

    #[test]
    fn a_changed_key_agrees_on_something_else_and_zero_on_nothing() {
        let [one, other] = [1, 2].map(|seed| StaticSecret::from([seed; 32]));
        let public = PublicKey::from(&other);
        for bit in 0..256 {
            let mut changed = public.to_bytes();
            changed[bit / 8] ^= 1 << (bit % 8);
            let agreed = one.diffie_hellman(&PublicKey::from(changed)).to_bytes();
            assert_ne!(agreed, one.diffie_hellman(&public).to_bytes(), "bit {bit}");
        }
        assert_eq!(one.diffie_hellman(&PublicKey::from([0; 32])).to_bytes(), [0; 32]);
    }
}
