//! Keys of the operators, one set for each audience.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroize;

/// The least length of a secret, in bytes.
const LEAST: usize = 16;
const SALT: &[u8] = b"discreet/pii/operators/v1";

/// The keys of one audience. Each audience gets other pseudonyms for the same value, so that a leaked copy shows its
/// audience.
pub struct OperatorKeys {
    // Boxed, so that a move leaves no copy in memory.
    keys: Box<Keys>,
}

struct Keys {
    pseudonym: [u8; 32],
    nonce: [u8; 32],
    reveal: [u8; 32],
    format: [u8; 32],
}

/// The secret is too short to derive keys from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret for pseudonyms needs at least {LEAST} bytes")]
pub struct WeakSecret;

impl OperatorKeys {
    /// Derives the keys of `audience` from a secret of the robot or of its owner (HKDF, RFC 5869). An error if the
    /// secret is shorter than 16 bytes.
    pub fn derive(secret: &[u8], audience: &str) -> Result<OperatorKeys, WeakSecret> {
        if secret.len() < LEAST {
            return Err(WeakSecret);
        }
        let derived = Hkdf::<Sha256>::new(Some(SALT), secret);
        let mut keys = OperatorKeys {
            keys: Box::new(Keys { pseudonym: [0; 32], nonce: [0; 32], reveal: [0; 32], format: [0; 32] }),
        };
        let Keys { pseudonym, nonce, reveal, format } = &mut *keys.keys;
        let purposes = [("pseudonym", pseudonym), ("nonce", nonce), ("reveal", reveal), ("format", format)];
        for (purpose, key) in purposes {
            // Fails only for thousands of bytes. The zero byte separates purpose and audience.
            let label = [purpose.as_bytes(), b"\0", audience.as_bytes()];
            derived.expand_multi_info(&label, key).map_err(|_| WeakSecret)?;
        }
        Ok(keys)
    }

    pub(super) fn pseudonym(&self) -> &[u8; 32] {
        &self.keys.pseudonym
    }

    pub(super) fn nonce(&self) -> &[u8; 32] {
        &self.keys.nonce
    }

    pub(super) fn reveal(&self) -> &[u8; 32] {
        &self.keys.reveal
    }

    pub(super) fn format(&self) -> &[u8; 32] {
        &self.keys.format
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        for key in [&mut self.pseudonym, &mut self.nonce, &mut self.reveal, &mut self.format] {
            key.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_audience_and_every_purpose_has_its_own_key() {
        let of = |audience| OperatorKeys::derive(b"sixteen bytes or more", audience).unwrap();
        let (desk, shop, again) = (of("front_desk"), of("shop"), of("front_desk"));
        assert_eq!(desk.pseudonym(), again.pseudonym());
        assert_ne!(desk.pseudonym(), shop.pseudonym());
        let keys = [desk.pseudonym(), desk.nonce(), desk.reveal(), desk.format(), &[0; 32]];
        assert!(keys.iter().enumerate().all(|(at, key)| !keys[..at].contains(key)));
        assert_eq!(OperatorKeys::derive(b"short", "shop").err(), Some(WeakSecret));
    }
}
