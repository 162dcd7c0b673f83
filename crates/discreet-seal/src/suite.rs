//! The cipher suites of sealed messages.

discreet_host::words! {
    /// An AEAD with a key of 32 bytes, a nonce of 12 and a tag of 16.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Suite {
        /// ChaCha20-Poly1305 (RFC 8439): fast without AES instructions.
        ChaCha20Poly1305 = "chacha20-poly1305",
        /// AES-256-GCM (NIST SP 800-38D): fast with AES instructions.
        Aes256Gcm = "aes-256-gcm",
    }

    /// The name in policies.
    name
}
