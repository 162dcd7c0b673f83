//! The guard's side of a group's key: seals messages in place.

use std::sync::atomic::{AtomicU64, Ordering};

use super::cipher::{Cipher, associated};
use super::header::{Header, Sealing, front};
use super::padding::MARK;
use super::sender::data_statement;
use super::suite::Suite;
use super::{ContextDigest, HEADROOM, Padding, SIGNATURE, SenderKey, TAG};
use discreet_host::secret::Secret;

/// The most messages that one key seals: far below the safe limit of either suite.
const MESSAGES: u64 = 1 << 48;

/// The key of one group for one epoch, in the guard. Its id is unique for the robot for ever.
pub struct SealingKey {
    id: u32,
    cipher: Cipher,
    counter: AtomicU64,
}

/// Why a message was not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The buffer is too small for the sealed message.
    #[error("the buffer is {missing} bytes too small for the sealed message")]
    NoRoom {
        /// The number of missing bytes.
        missing: usize,
    },
    /// The key has sealed as many messages as it may.
    #[error("the key has sealed as many messages as it may")]
    Exhausted,
    /// DDS has no sequences of more than 4 GiB.
    #[error("the message is longer than a sealed message can be")]
    TooLong,
    /// The cipher's library refused.
    #[error("the cipher refused to encrypt")]
    Cipher,
}

impl SealError {
    /// The reason as one word, for counters and the audit log.
    pub fn label(&self) -> &'static str {
        match self {
            SealError::NoRoom { .. } => "no_room",
            SealError::Exhausted => "exhausted",
            SealError::TooLong => "too_long",
            SealError::Cipher => "cipher",
        }
    }
}

/// The length of a sealed message from the start of the buffer, for a message of `length` bytes. `None`:
/// beyond the format.
pub fn sealed_size(length: usize, signed: bool, padding: Padding) -> Option<usize> {
    let behind = TAG + if signed { SIGNATURE } else { 0 };
    padding.filled(length)?.checked_add(HEADROOM + behind)
}

impl SealingKey {
    /// The secret must be fresh: the counter starts at zero.
    pub fn new(suite: Suite, id: u32, secret: &Secret<32>) -> SealingKey {
        SealingKey { id, cipher: Cipher::new(suite, id, secret), counter: AtomicU64::new(0) }
    }

    /// The id of the key in grants and messages.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The cipher suite.
    pub fn suite(&self) -> Suite {
        self.cipher.suite()
    }

    /// Seals the message at `buffer[HEADROOM..HEADROOM + length]` in place. Returns a serialized `Sealed`,
    /// which begins where the buffer begins.
    pub fn seal<'a>(
        &self,
        context: &ContextDigest,
        sender: Option<&SenderKey>,
        padding: Padding,
        buffer: &'a mut [u8],
        length: usize,
    ) -> Result<&'a [u8], SealError> {
        let filled = padding.filled(length).ok_or(SealError::TooLong)?;
        let size = sealed_size(length, sender.is_some(), padding).ok_or(SealError::TooLong)?;
        let missing = size.saturating_sub(buffer.len());
        let body_length = u32::try_from(size - HEADROOM).map_err(|_| SealError::TooLong)?;
        let no_room = SealError::NoRoom { missing };
        let sealed = buffer.get_mut(..size).ok_or(no_room)?;
        let (start, body) = sealed.split_first_chunk_mut::<HEADROOM>().ok_or(no_room)?;
        let (encrypted, signature) = body.split_at_mut_checked(filled + TAG).ok_or(no_room)?;
        let (text, tag) = encrypted.split_last_chunk_mut::<TAG>().ok_or(no_room)?;

        // Counted before all else: a number that was drawn is never used again.
        let counter = self.counter.fetch_add(1, Ordering::Relaxed);
        if counter >= MESSAGES {
            return Err(SealError::Exhausted);
        }
        let header = Header {
            counter,
            key: self.id,
            sealing: Sealing::Group(self.cipher.suite()),
            signed: sender.is_some(),
            padded: padding != Padding::None,
        };
        let header = header.bytes();
        *start = front(&header, body_length);
        if let Some((mark, zeros)) = text.get_mut(length..).and_then(<[u8]>::split_first_mut) {
            *mark = MARK;
            zeros.fill(0);
        }
        let aad = associated(context, &header);
        *tag = self.cipher.encrypt(counter, &aad, text).ok_or(SealError::Cipher)?;
        if let (Some(sender), Some(signature)) = (sender, signature.first_chunk_mut::<SIGNATURE>()) {
            *signature = sender.sign(&data_statement(context, &header, encrypted));
        }
        Ok(sealed)
    }
}
