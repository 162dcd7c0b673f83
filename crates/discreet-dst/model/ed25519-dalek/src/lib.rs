//! A model of signatures, for the simulator alone. It protects nothing: a signature is a hash of public key and message.
//!
//! It fails where Ed25519 fails: with another key, another message, any changed bit, and for half of all byte strings in
//! the place of a public key, which are not points of the curve. Nobody in the simulator computes hashes to forge.

/// The key or the signature is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureError;

/// A private key.
#[derive(Clone)]
pub struct SigningKey(VerifyingKey);

/// A public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey([u8; 32]);

/// A signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

/// Signs messages.
pub trait Signer {
    /// The signature of a message.
    fn sign(&self, message: &[u8]) -> Signature;
}

impl SigningKey {
    /// From its seed.
    pub fn from_bytes(seed: &[u8; 32]) -> SigningKey {
        let mut public = blake3::derive_key("discreet model of a public key", seed);
        public[31] ^= parity(&public);
        SigningKey(VerifyingKey(public))
    }

    /// The public key.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.0
    }
}

impl Signer for SigningKey {
    fn sign(&self, message: &[u8]) -> Signature {
        self.0.signature(message)
    }
}

impl VerifyingKey {
    /// Half of all byte strings are not points.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<VerifyingKey, SignatureError> {
        if parity(bytes) == 0 { Ok(VerifyingKey(*bytes)) } else { Err(SignatureError) }
    }

    /// The bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0
    }

    /// True for the neutral element and the like.
    pub fn is_weak(&self) -> bool {
        self.0 == [0; 32]
    }

    /// Is this the signature?
    pub fn verify_strict(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        let valid = !self.is_weak() && self.signature(message) == *signature;
        if valid { Ok(()) } else { Err(SignatureError) }
    }

    fn signature(&self, message: &[u8]) -> Signature {
        let mut signature = [0; 64];
        let mut output = blake3::Hasher::new_keyed(&self.0).update(message).finalize_xof();
        output.fill(&mut signature);
        Signature(signature)
    }
}

impl Signature {
    /// From its bytes.
    pub fn from_bytes(bytes: &[u8; 64]) -> Signature {
        Signature(*bytes)
    }

    /// The bytes.
    pub fn to_bytes(&self) -> [u8; 64] {
        self.0
    }
}

fn parity(bytes: &[u8; 32]) -> u8 {
    (bytes.iter().fold(0, |all, byte| all ^ byte).count_ones() & 1) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_and_the_message_of_a_signature_verify_it() {
        let [one, other] = [1, 2].map(|seed| SigningKey::from_bytes(&[seed; 32]));
        let signature = one.sign(b"message");
        let verify = |key: &SigningKey, message: &[u8], signature: &Signature| {
            let public = VerifyingKey::from_bytes(&key.verifying_key().to_bytes()).unwrap();
            public.verify_strict(message, signature).is_ok()
        };
        assert!(verify(&one, b"message", &signature));
        assert!(!verify(&other, b"message", &signature) && !verify(&one, b"messagf", &signature));
        for bit in 0..512 {
            let mut changed = signature.to_bytes();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!verify(&one, b"message", &Signature::from_bytes(&changed)));
        }
    }

    #[test]
    fn half_of_all_strings_are_not_public_keys() {
        let strings = (0..1000_u64).map(|number| *blake3::hash(&number.to_le_bytes()).as_bytes());
        let keys = strings.filter(|bytes| VerifyingKey::from_bytes(bytes).is_ok()).count();
        assert!((400..600).contains(&keys));
    }
}
