//! Signatures: the sender of a message that every member of the group could have encrypted.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::header::HeaderBytes;
use super::{ContextDigest, SIGNATURE};
use discreet_host::secret::{NoRandomness, Secret};

const BODY: &str = "discreet 2026-11 sealed message body v1";
const DATA: [u8; 32] = *b"discreet sealed message sign v1\0";

/// The guard's signing key: made when it starts, never stored, certified in every grant.
pub struct SenderKey(SigningKey); // Zeroizes itself.

impl SenderKey {
    /// Makes a fresh one.
    pub fn generate() -> Result<SenderKey, NoRandomness> {
        Ok(SenderKey::from_secret(&Secret::random()?))
    }

    /// From its Ed25519 seed.
    pub fn from_secret(seed: &Secret<32>) -> SenderKey {
        SenderKey(SigningKey::from_bytes(seed.expose()))
    }

    /// The Ed25519 public key.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE] {
        self.0.sign(message).to_bytes()
    }
}

/// The signed statement about a message in a group.
pub(super) fn data_statement(context: &ContextDigest, header: &HeaderBytes, body: &[u8]) -> [u8; 112] {
    statement(&DATA, context, header, body)
}

/// The signed statement about a sealed message. It has the ciphertext's hash, because a holder of the key can
/// find several ciphertexts for one tag.
pub(super) fn statement(
    domain: &[u8; 32],
    context: &ContextDigest,
    header: &HeaderBytes,
    body: &[u8],
) -> [u8; 112] {
    let hash = blake3::derive_key(BODY, body);
    let mut statement = [0; 112];
    let parts = domain.iter().chain(&context.0).chain(header).chain(&hash);
    statement.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
    statement
}

/// Is this its signature? Keys and signatures that fit more than one message are refused.
pub(super) fn is_signed(by: &[u8; 32], statement: &[u8], signature: &[u8; SIGNATURE]) -> bool {
    VerifyingKey::from_bytes(by)
        .is_ok_and(|key| key.verify_strict(statement, &Signature::from_bytes(signature)).is_ok())
}
