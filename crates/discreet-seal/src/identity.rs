//! Identities: who somebody is, as keys. One key to receive with (X25519), one to sign with (Ed25519).
//!
//! The public half is a text file of a few lines ([`public`]), the private half a file in age's format that a passphrase
//! opens ([`file`], [`age`]).

pub mod age;
pub mod file;
pub mod passphrase;
pub mod private;
pub mod public;

use ed25519_dalek::{Signer, SigningKey};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroize;

use discreet_host::secret::{NoRandomness, Secret};

pub use file::IdentityError;
pub use passphrase::PassphraseSource;
pub use public::PublicIdentity;

/// An identity with its private keys.
pub struct Identity {
    public: PublicIdentity,
    receive: Secret<32>,
    sign: Secret<32>,
}

impl Identity {
    /// Makes a new one.
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

    /// What everybody may know.
    pub fn public(&self) -> &PublicIdentity {
        &self.public
    }

    /// The X25519 private key.
    pub fn receive(&self) -> &Secret<32> {
        &self.receive
    }

    /// A key of its own for a purpose, which only who holds the private keys can derive. `context` is said nowhere else.
    pub fn derive(&self, context: &str) -> Secret<32> {
        let mut hasher = blake3::Hasher::new_derive_key(context);
        hasher.update(self.receive.expose()).update(self.sign.expose());
        let mut key: [u8; 32] = hasher.finalize().into();
        hasher.zeroize();
        Secret::take(&mut key)
    }

    /// Signs.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        SigningKey::from_bytes(self.sign.expose()).sign(message).to_bytes()
    }
}
