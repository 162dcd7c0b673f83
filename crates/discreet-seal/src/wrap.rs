//! HPKE (RFC 9180, base mode): seals for one party alone. X25519, HKDF-SHA256, ChaCha20-Poly1305.

use std::convert::Infallible;

use hpke::aead::{AeadTag, ChaCha20Poly1305};
use hpke::inout::InOutBuf;
use hpke::kdf::HkdfSha256;
use hpke::kem::{Kem as _, X25519HkdfSha256};
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, OpModeR, OpModeS, Serializable, setup_receiver, setup_sender_with_rng};

use super::TAG;
use discreet_host::secret::Secret;

type Kem = X25519HkdfSha256;
type Encapsulated = <Kem as hpke::Kem>::EncappedKey;
type Private = <Kem as hpke::Kem>::PrivateKey;
type Public = <Kem as hpke::Kem>::PublicKey;

const RANDOM: &str = "discreet 2026-11 ephemeral randomness v1";

/// The key is not an X25519 key, or the sealed bytes were changed or belong to another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotForThisKey;

/// Encrypts in place. Returns the encapsulated key and the tag.
pub(super) fn wrap(
    to: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    random: &Secret<32>,
    bytes: &mut [u8],
) -> Result<([u8; 32], [u8; TAG]), NotForThisKey> {
    let to = Public::from_bytes(to).map_err(|_| NotForThisKey)?;
    let (encapsulated, mut context) = setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeS::Base,
        &to,
        info,
        &mut Drawn::new(random),
    )
    .map_err(|_| NotForThisKey)?;
    let tag = context.seal_inout_detached(InOutBuf::from(bytes), aad).map_err(|_| NotForThisKey)?;
    Ok((encapsulated.to_bytes().into(), tag.to_bytes().into()))
}

/// Decrypts in place.
pub(super) fn unwrap(
    me: &Secret<32>,
    encapsulated: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    bytes: &mut [u8],
    tag: &[u8; TAG],
) -> Result<(), NotForThisKey> {
    let me = Private::from_bytes(me.expose()).map_err(|_| NotForThisKey)?;
    let encapsulated = Encapsulated::from_bytes(encapsulated).map_err(|_| NotForThisKey)?;
    let tag = AeadTag::<ChaCha20Poly1305>::from_bytes(tag).map_err(|_| NotForThisKey)?;
    setup_receiver::<ChaCha20Poly1305, HkdfSha256, Kem>(&OpModeR::Base, &me, &encapsulated, info)
        .and_then(|mut context| context.open_inout_detached(InOutBuf::from(bytes), aad, &tag))
        .map_err(|_| NotForThisKey)
}

/// The public key of a private one.
pub(super) fn public(me: &Secret<32>) -> Option<[u8; 32]> {
    Some(Kem::sk_to_pk(&Private::from_bytes(me.expose()).ok()?).to_bytes().into())
}

/// 32 random bytes, expanded to the length that is asked for. The library's own source panics when the system
/// has none.
struct Drawn(blake3::OutputReader);

impl Drawn {
    fn new(random: &Secret<32>) -> Drawn {
        Drawn(blake3::Hasher::new_derive_key(RANDOM).update(random.expose()).finalize_xof())
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }
}

impl Drop for Drawn {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl TryRng for Drawn {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.array()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.array()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Drawn {}
