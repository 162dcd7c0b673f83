//! A message as it came in: serialized, and whose it is.

use crate::graph::Gid;
use crate::sources::Standing;

/// One message, taken from the inner domain. Its bytes stay where the middleware put them, and are redacted and sealed
/// there.
#[derive(Debug)]
pub struct Received<'a> {
    /// Whose it is.
    pub origin: Origin,
    /// The serialized message.
    pub cdr: Buffer<'a>,
}

/// Who published a message, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The publisher's id.
    pub publisher: Gid,
    /// What is known of the publisher.
    pub standing: Standing,
    /// The publisher's count of its messages.
    pub sequence: u64,
    /// When the publisher says it published: nanoseconds since 1970.
    pub source_stamp: i64,
}

/// A serialized message at the start of a buffer: four bytes of encapsulation header, then CDR (OMG DDSI-RTPS, 10.2).
/// There may be room behind it, for what sealing adds.
#[derive(Debug)]
pub struct Buffer<'a> {
    bytes: &'a mut [u8],
    length: usize,
}

impl<'a> Buffer<'a> {
    /// A message without room behind it.
    pub fn new(message: &'a mut [u8]) -> Buffer<'a> {
        Buffer { length: message.len(), bytes: message }
    }

    /// The first `length` bytes are the message; at most all.
    pub fn with_room(bytes: &'a mut [u8], length: usize) -> Buffer<'a> {
        Buffer { length: length.min(bytes.len()), bytes }
    }

    /// The message.
    pub fn message(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The message, to be changed.
    pub fn message_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.length).unwrap_or_default()
    }

    /// The message alone, for as long as the buffer is lent.
    pub fn into_message(self) -> &'a [u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The whole buffer, and the length of the message in it.
    pub fn into_parts(self) -> (&'a mut [u8], usize) {
        (self.bytes, self.length)
    }

    /// Cuts what lies beyond `length` off the message. It stays in the buffer, as room.
    pub fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }
}
