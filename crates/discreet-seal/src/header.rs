//! The clear part of a sealed message, and the position of its body.

use super::error::OpenError;
use super::suite::Suite;
use super::{HEADROOM, SIGNATURE, TAG};

/// The encapsulation that is written, and the only one that is accepted: CDR version 1, little endian.
const ENCAPSULATION: [u8; 4] = [0, 1, 0, 0];
/// The only version of the layout.
const VERSION: u8 = 1;
const SIGNED: u8 = 1;
const PADDED: u8 = 2;

/// The number of the suite for messages to one key: HPKE with X25519, HKDF-SHA256 and ChaCha20-Poly1305.
const HPKE: u8 = 3;

/// Encryption of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sealing {
    /// With the key of a group.
    Group(Suite),
    /// To the key of one party.
    Hpke,
}

/// A decoded header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub counter: u64,
    pub key: u32,
    pub sealing: Sealing,
    pub signed: bool,
    pub padded: bool,
}

/// The bytes of a header without the length of the body, as they go into the associated data.
pub(super) type HeaderBytes = [u8; 16];

/// A sealed message, split into its parts.
pub(super) struct Parts<'a> {
    pub header: Header,
    pub bytes: HeaderBytes,
    pub body: &'a mut [u8],
}

/// The number of a group's suite on the wire.
pub(super) fn suite_number(suite: Suite) -> u8 {
    match suite {
        Suite::ChaCha20Poly1305 => 1,
        Suite::Aes256Gcm => 2,
    }
}

/// The suite with this number.
pub(super) fn suite(number: u8) -> Option<Suite> {
    match number {
        1 => Some(Suite::ChaCha20Poly1305),
        2 => Some(Suite::Aes256Gcm),
        _ => None,
    }
}

impl Header {
    /// As it goes into the associated data.
    pub fn bytes(&self) -> HeaderBytes {
        let suite = match self.sealing {
            Sealing::Group(suite) => suite_number(suite),
            Sealing::Hpke => HPKE,
        };
        let flags = if self.signed { SIGNED } else { 0 } | if self.padded { PADDED } else { 0 };
        // As one number: bytes that are put together one by one are slow to load again, a tenth of the time
        // of a small message.
        let end = u128::from(u32::from_le_bytes([VERSION, suite, flags, 0]));
        (u128::from(self.counter) | u128::from(self.key) << 64 | end << 96).to_le_bytes()
    }

    fn read(bytes: HeaderBytes) -> Result<Header, OpenError> {
        let [a, b, c, d, e, f, g, h, i, j, k, l, version, suite_number, flags, reserved] = bytes;
        if version != VERSION {
            return Err(OpenError::Version(version));
        }
        let sealing = match suite_number {
            HPKE => Sealing::Hpke,
            number => Sealing::Group(suite(number).ok_or(OpenError::Suite(number))?),
        };
        if flags & !(SIGNED | PADDED) != 0 {
            return Err(OpenError::Flags(flags));
        }
        if reserved != 0 {
            return Err(OpenError::Reserved);
        }
        let (signed, padded) = (flags & SIGNED != 0, flags & PADDED != 0);
        let counter = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        Ok(Header { counter, key: u32::from_le_bytes([i, j, k, l]), sealing, signed, padded })
    }
}

/// The bytes before a body: encapsulation, header, length. The order of fields is that of
/// interfaces/discreet_interfaces/msg/Sealed.msg.
pub(super) fn front(header: &HeaderBytes, body: u32) -> [u8; HEADROOM] {
    let mut front = [0; HEADROOM];
    let (encapsulation, rest) = front.split_at_mut(ENCAPSULATION.len());
    let (head, length) = rest.split_at_mut(header.len());
    encapsulation.copy_from_slice(&ENCAPSULATION);
    head.copy_from_slice(header);
    length.copy_from_slice(&body.to_le_bytes());
    front
}

/// Splits a sealed message. Nothing in it is verified yet.
pub(super) fn split(message: &mut [u8]) -> Result<Parts<'_>, OpenError> {
    let Some(([zero, order, options, padding, rest @ ..], body)) =
        message.split_first_chunk_mut::<HEADROOM>()
    else {
        return Err(OpenError::Truncated);
    };
    // Middleware may pad a message to a multiple of four bytes, and may count the padding in the last byte.
    if [*zero, *order, *options] != [0, 1, 0] || *padding > 3 {
        return Err(OpenError::Encapsulation);
    }
    let (bytes, length) = (rest.first_chunk(), rest.last_chunk());
    let (Some(bytes), Some(length)) = (bytes.copied(), length.copied()) else {
        return Err(OpenError::Truncated);
    };
    let length = u32::from_le_bytes(length) as usize;
    let Some((body, filling)) = body.split_at_mut_checked(length) else { return Err(OpenError::Truncated) };
    if filling.len() > 3 || (*padding != 0 && filling.len() != usize::from(*padding)) {
        return Err(OpenError::Trailing);
    }
    let header = Header::read(bytes)?;
    let least = TAG + if header.signed { SIGNATURE } else { 0 };
    if body.len() < least {
        return Err(OpenError::Truncated);
    }
    Ok(Parts { header, bytes, body })
}
