//! Messages sealed for one party and signed by another: commands, calls and their answers.

use super::header::{Header, Sealing, front};
use super::sender::{is_signed, statement};
use super::wrap::{unwrap, wrap};
use super::{ContextDigest, HEADROOM, SIGNATURE, TAG};
use discreet_host::secret::Secret;

/// Hint and encapsulated key in front of the ciphertext.
const BEFORE: usize = 8 + 32;

/// Labels that keep the two directions apart.
pub(super) struct Direction {
    info: [u8; 32],
    sign: [u8; 32],
}

/// From a stakeholder to the guard.
pub(super) const INWARD: Direction =
    Direction { info: *b"discreet sealed for the guard v1", sign: *b"discreet stakeholder command v1\0" };
/// From the guard to a stakeholder.
pub(super) const OUTWARD: Direction =
    Direction { info: *b"discreet answer to one caller v1", sign: *b"discreet guard answer sign v1\0\0\0" };
/// From the guard to a stakeholder, without a request.
pub(super) const NOTICE: Direction =
    Direction { info: *b"discreet notice to one party v1\0", sign: *b"discreet guard notice sign v1\0\0\0" };

#[cfg(test)]
impl Direction {
    pub fn labels(&self) -> [[u8; 32]; 2] {
        [self.info, self.sign]
    }
}

/// Facts about a message that both ends know without its bytes.
pub(super) struct Bound<'a> {
    pub direction: &'a Direction,
    pub context: &'a ContextDigest,
    /// The stakeholder at one end.
    pub party: &'a [u8; 32],
}

/// Why a message could not be sealed.
pub(super) enum Unsealable {
    TooLong,
    PublicKey,
}

/// Why a message was not opened.
pub(super) enum Unopenable {
    Truncated,
    Signature,
    Changed,
}

/// The header of messages to and from a guard's receiving key.
pub(super) fn header(counter: u64, key: u32) -> Header {
    Header { counter, key, sealing: Sealing::Hpke, signed: true, padded: false }
}

/// Seals a serialized message; returns a serialized `Sealed`. The order of fields is that of
/// interfaces/discreet_interfaces/msg/Sealed.msg.
pub(super) fn seal(
    bound: &Bound<'_>,
    header: Header,
    to: &[u8; 32],
    random: &Secret<32>,
    sign: impl FnOnce(&[u8]) -> [u8; SIGNATURE],
    message: &[u8],
) -> Result<Vec<u8>, Unsealable> {
    let length = message.len().saturating_add(BEFORE + TAG + SIGNATURE);
    let body_length = u32::try_from(length).map_err(|_| Unsealable::TooLong)?;
    let bytes = header.bytes();
    let [hint @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = bound.party;
    let mut sealed = Vec::with_capacity(length.saturating_add(HEADROOM));
    sealed.extend_from_slice(&front(&bytes, body_length));
    sealed.extend_from_slice(hint);
    let start = sealed.len() + 32;
    sealed.resize(start, 0);
    sealed.extend_from_slice(message);
    let (before, text) = sealed.split_at_mut_checked(start).ok_or(Unsealable::TooLong)?;
    let aad = associated(bound, &bytes);
    let (encapsulated, tag) =
        wrap(to, &bound.direction.info, &aad, random, text).map_err(|_| Unsealable::PublicKey)?;
    *before.last_chunk_mut().ok_or(Unsealable::TooLong)? = encapsulated;
    sealed.extend_from_slice(&tag);
    let body = sealed.get(HEADROOM..).unwrap_or_default();
    let signature = sign(&statement(&bound.direction.sign, bound.context, &bytes, body));
    sealed.extend_from_slice(&signature);
    Ok(sealed)
}

/// The hint in a body, by which its sender is looked up.
pub(super) fn hint(body: &[u8]) -> Option<[u8; 8]> {
    body.first_chunk().copied()
}

/// Opens a body in place. The signature is verified first, because that is the cheaper refusal.
pub(super) fn open<'a>(
    bound: &Bound<'_>,
    header: Header,
    me: &Secret<32>,
    signer: &[u8; 32],
    body: &'a mut [u8],
) -> Result<&'a mut [u8], Unopenable> {
    let bytes = header.bytes();
    let (body, signature) = body.split_last_chunk_mut::<SIGNATURE>().ok_or(Unopenable::Truncated)?;
    if body.len() < BEFORE + TAG {
        return Err(Unopenable::Truncated);
    }
    if !is_signed(signer, &statement(&bound.direction.sign, bound.context, &bytes, body), signature) {
        return Err(Unopenable::Signature);
    }
    let (_hint, rest) = body.split_first_chunk_mut::<8>().ok_or(Unopenable::Truncated)?;
    let (encapsulated, rest) = rest.split_first_chunk_mut::<32>().ok_or(Unopenable::Truncated)?;
    let (text, tag) = rest.split_last_chunk_mut::<TAG>().ok_or(Unopenable::Truncated)?;
    let aad = associated(bound, &bytes);
    unwrap(me, encapsulated, &bound.direction.info, &aad, text, tag).map_err(|_| Unopenable::Changed)?;
    Ok(text)
}

/// The signer is part of the associated data: nobody can sign another's ciphertext as its own.
fn associated(bound: &Bound<'_>, header: &[u8; 16]) -> [u8; 80] {
    let mut aad = [0; 80];
    let parts = bound.context.0.iter().chain(header).chain(bound.party);
    aad.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
    aad
}
