//! Identities: the keys of a party. One key to receive with (X25519), one to sign with (Ed25519).
//!
//! The public half is a text file of a few lines ([`public`]), the private half a file in age's format that a
//! passphrase opens ([`mod@file`], [`age`]).

pub mod age;
pub mod file;
pub mod passphrase;
pub mod private;
pub mod public;

mod error;
mod private_file;

use ed25519_dalek::{Signer, SigningKey};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroize;

use discreet_host::secret::{NoRandomness, Secret};

pub use error::IdentityError;
pub use passphrase::PassphraseSource;
pub use public::PublicIdentity;

/// The longest name, in bytes.
const LONGEST_NAME: usize = 64;

/// An identity with its private keys.
pub struct Identity {
    public: PublicIdentity,
    receive: Secret<32>,
    sign: Secret<32>,
}

impl Identity {
    /// Makes a new one from fresh random bytes.
    pub fn generate(name: &str) -> Result<Identity, NoRandomness> {
        Ok(Identity::from_secrets(name, Secret::random()?, Secret::random()?))
    }

    /// From its private keys: the X25519 scalar and the Ed25519 seed.
    pub fn from_secrets(name: &str, receive: Secret<32>, sign: Secret<32>) -> Identity {
        let public = PublicIdentity {
            name: name.into(),
            receive: PublicKey::from(&StaticSecret::from(*receive.expose())).to_bytes(),
            sign: SigningKey::from_bytes(sign.expose()).verifying_key().to_bytes(),
        };
        Identity { public, receive, sign }
    }

    /// The public half.
    pub fn public(&self) -> &PublicIdentity {
        &self.public
    }

    /// The X25519 private key.
    pub fn receive(&self) -> &Secret<32> {
        &self.receive
    }

    /// A key for one purpose, which only the holder of the private keys can derive. `context` must be unique
    /// to that purpose.
    pub fn derive(&self, context: &str) -> Secret<32> {
        let mut hasher = blake3::Hasher::new_derive_key(context);
        hasher.update(self.receive.expose()).update(self.sign.expose());
        let mut key: [u8; 32] = hasher.finalize().into();
        hasher.zeroize();
        Secret::take(&mut key)
    }

    /// Signs a message (Ed25519, RFC 8032).
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        SigningKey::from_bytes(self.sign.expose()).sign(message).to_bytes()
    }
}

/// Can this be the name of an identity, of a robot or of a stakeholder? 1 to 64 characters: ASCII letters and
/// digits, `_`, `-` and `.`.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        assert!(is_name("concierge-1") && is_name("front_desk"));
        assert!(!is_name("") && !is_name("a b") && !is_name("a\n") && !is_name(&"a".repeat(65)));
    }
}
