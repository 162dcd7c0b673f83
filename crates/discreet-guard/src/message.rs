//! A message as it was taken: serialized, with its origin.

use crate::sources::PublisherTrust;
use discreet_graph::Gid;

/// One message, taken from the inner domain. Its bytes stay where the middleware put them, and are redacted and
/// sealed there.
#[derive(Debug)]
pub struct Received<'a> {
    /// Its origin.
    pub origin: Origin,
    /// The serialized message.
    pub cdr: Buffer<'a>,
}

/// The publisher of a message, and its number and time, as the middleware tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageInfo {
    /// The publisher.
    pub gid: Gid,
    /// The publisher's count of its messages, from 1.
    pub sequence: u64,
    /// Time of publication by the source's clock, in nanoseconds since 1970.
    pub source_stamp: i64,
}

/// The publisher of a message, as judged, and its number and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The publisher's id.
    pub publisher: Gid,
    /// The trust in the publisher.
    pub trust: PublisherTrust,
    /// The publisher's count of its messages.
    pub sequence: u64,
    /// The source's time of publication: nanoseconds since 1970.
    pub source_stamp: i64,
}

/// A serialized message in a buffer: four bytes of encapsulation header, then CDR (OMG DDSI-RTPS, 10.2). There may be
/// room before and behind it, for the bytes that sealing adds.
#[derive(Debug)]
pub struct Buffer<'a> {
    bytes: &'a mut [u8],
    start: usize,
    length: usize,
}

impl<'a> Buffer<'a> {
    /// A message without room around it.
    pub fn new(message: &'a mut [u8]) -> Buffer<'a> {
        Buffer { start: 0, length: message.len(), bytes: message }
    }

    /// The message is the `length` bytes from `start` on, cut at the end of the buffer.
    pub fn with_room(bytes: &'a mut [u8], start: usize, length: usize) -> Buffer<'a> {
        let start = start.min(bytes.len());
        Buffer { start, length: length.min(bytes.len() - start), bytes }
    }

    /// The message.
    pub fn message(&self) -> &[u8] {
        self.bytes.get(self.start..self.start + self.length).unwrap_or_default()
    }

    /// The message, to be changed.
    pub fn message_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.start..self.start + self.length).unwrap_or_default()
    }

    /// The message alone, with the lifetime of the buffer.
    pub fn into_message(self) -> &'a [u8] {
        self.bytes.get(self.start..self.start + self.length).unwrap_or_default()
    }

    /// The buffer from `before` bytes before the message to its end, and the length of the message, if there is so
    /// much room before it and at least `behind` bytes behind it; else the message alone.
    pub fn into_frame(self, before: usize, behind: usize) -> Result<(&'a mut [u8], usize), &'a [u8]> {
        let Buffer { bytes, start, length } = self;
        let behind_it = bytes.len() - start - length;
        if start < before || behind_it < behind {
            return Err(bytes.get(start..start + length).unwrap_or_default());
        }
        Ok((bytes.get_mut(start - before..).unwrap_or_default(), length))
    }

    /// Cuts the message to at most `length` bytes. The rest stays in the buffer, as room.
    pub fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_there_only_with_room_on_both_sides() {
        let mut bytes = *b"..message...";
        let frame = |bytes: &mut [u8], before, behind| {
            let frame = Buffer::with_room(bytes, 2, 7).into_frame(before, behind);
            frame.map(|(frame, length)| (frame.len(), length)).map_err(<[u8]>::to_vec)
        };
        assert_eq!(frame(&mut bytes, 2, 3), Ok((12, 7)));
        assert_eq!(frame(&mut bytes, 1, 0), Ok((11, 7)));
        assert_eq!(frame(&mut bytes, 3, 0), Err(b"message".to_vec()));
        assert_eq!(frame(&mut bytes, 0, 4), Err(b"message".to_vec()));
        assert_eq!(Buffer::with_room(&mut bytes, 20, 7).message(), b"");
        assert_eq!(Buffer::with_room(&mut bytes, 9, 70).message(), b"...");
    }
}
