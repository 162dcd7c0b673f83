//! The cipher suites that messages are sealed with.

/// An AEAD with a key of 32 bytes, a nonce of 12 and a tag of 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// ChaCha20-Poly1305 (RFC 8439): fast without AES instructions.
    ChaCha20Poly1305,
    /// AES-256-GCM (NIST SP 800-38D): fast with AES instructions.
    Aes256Gcm,
}

impl Suite {
    /// The name in policies.
    pub const fn name(self) -> &'static str {
        match self {
            Suite::ChaCha20Poly1305 => "chacha20-poly1305",
            Suite::Aes256Gcm => "aes-256-gcm",
        }
    }
}
