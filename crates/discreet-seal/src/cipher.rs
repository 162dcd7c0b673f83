//! The two cipher suites: a key and a salt for one key id, applied to bytes in place.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Tag};
use zeroize::Zeroizing;

use super::header::{HeaderBytes, suite_number};
use super::suite::Suite;
use super::{ContextDigest, TAG};
use discreet_host::secret::Secret;

const KEY: &str = "discreet 2026-11 sealed message key v1";

/// Encrypts and decrypts under one key. The suite is fixed when the key is made.
pub(super) struct Cipher {
    suite: Suite,
    aead: Option<Box<Aead>>,
    salt: ([u8; 4], u64),
}

/// Both wipe their keys.
enum Aead {
    ChaCha(ChaCha20Poly1305),
    Aes(LessSafeKey),
}

impl Cipher {
    /// Suite and id are derived into the key: the same secret with another suite or id gives another key.
    pub fn new(suite: Suite, id: u32, secret: &Secret<32>) -> Cipher {
        let mut hasher = blake3::Hasher::new_derive_key(KEY);
        hasher.update(secret.expose()).update(&[suite_number(suite)]).update(&id.to_le_bytes());
        let mut output = hasher.finalize_xof();
        let (mut key, mut salt) = (Zeroizing::new([0; 32]), ([0; 4], [0; 8]));
        output.fill(key.as_mut_slice());
        output.fill(&mut salt.0);
        output.fill(&mut salt.1);
        let aead = match suite {
            Suite::ChaCha20Poly1305 => {
                ChaCha20Poly1305::new_from_slice(key.as_slice()).ok().map(Aead::ChaCha)
            }
            Suite::Aes256Gcm => {
                UnboundKey::new(&AES_256_GCM, key.as_slice()).ok().map(|key| Aead::Aes(LessSafeKey::new(key)))
            }
        };
        zeroize::Zeroize::zeroize(&mut hasher);
        zeroize::Zeroize::zeroize(&mut output);
        Cipher { suite, aead: aead.map(Box::new), salt: (salt.0, u64::from_be_bytes(salt.1)) }
    }

    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Encrypts in place. `None`: the library refused.
    pub fn encrypt(&self, counter: u64, aad: &Associated, bytes: &mut [u8]) -> Option<[u8; TAG]> {
        let nonce = self.nonce(counter);
        match self.aead.as_deref()? {
            Aead::ChaCha(key) => {
                key.encrypt_inout_detached(&nonce.into(), aad, InOutBuf::from(bytes)).ok().map(Into::into)
            }
            Aead::Aes(key) => {
                let nonce = Nonce::assume_unique_for_key(nonce);
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), bytes).ok()?;
                tag.as_ref().first_chunk().copied()
            }
        }
    }

    /// Decrypts ciphertext and tag in place. `None`: of another key, or changed; the buffer is then
    /// undefined.
    pub fn decrypt<'a>(&self, counter: u64, aad: &Associated, bytes: &'a mut [u8]) -> Option<&'a mut [u8]> {
        let nonce = self.nonce(counter);
        match self.aead.as_deref()? {
            Aead::ChaCha(key) => {
                let (text, tag) = bytes.split_last_chunk_mut::<TAG>()?;
                let tag = Tag::from(*tag);
                key.decrypt_inout_detached(&nonce.into(), aad, InOutBuf::from(&mut *text), &tag).ok()?;
                Some(text)
            }
            Aead::Aes(key) => {
                key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), bytes).ok()
            }
        }
    }

    /// Salt XOR counter, as in SFrame (RFC 9605, 4.4.3).
    fn nonce(&self, counter: u64) -> [u8; 12] {
        let mut nonce = [0; 12];
        let (high, low) = nonce.split_at_mut(4);
        high.copy_from_slice(&self.salt.0);
        low.copy_from_slice(&(self.salt.1 ^ counter).to_be_bytes());
        nonce
    }
}

/// Data that is authenticated in addition to the text. 64 bytes, because the library's Poly1305 takes four
/// blocks at a time only while it has received a multiple of four: with 48, camera frames take a fifth
/// longer.
pub(super) type Associated = [u8; 64];

const DOMAIN: [u8; 16] = *b"discreet seal v1";

/// The associated data of a message in a group.
pub(super) fn associated(context: &ContextDigest, header: &HeaderBytes) -> Associated {
    let mut aad = [0; 64];
    let (domain, rest) = aad.split_at_mut(DOMAIN.len());
    let (digest, head) = rest.split_at_mut(context.0.len());
    domain.copy_from_slice(&DOMAIN);
    digest.copy_from_slice(&context.0);
    head.copy_from_slice(header);
    aad
}
