//! The tag next to each released message, where the policy says `tags: true`: its class and form, its source, and
//! the policy by which it left.
//!
//! A consumer pairs message and tag by the publication sequence number, which DDS delivers with every message:
//! the tag of the message with number `n` on `/scan` is the one on `/scan/tag` whose `sequence` is `n`
//! (and whose `publisher_gid` is the message's publisher, where a topic may have several). Where a middleware does not give
//! that number, it pairs by the digest.
//!
//! Everything that changes from message to message stands first in the type, at fixed offsets, so that a tag is made
//! by overwriting some bytes of the last one.

use discreet_cdr::{Malformed, Reader, Writer};
use discreet_graph::Gid;

/// The type of a tag.
pub const TAG_TYPE: &str = "discreet_interfaces/msg/Tag";

/// The topic on which the tags of `topic` are published.
pub fn tag_topic(topic: &str) -> String {
    format!("{topic}/tag")
}

/// `discreet_interfaces/msg/Tag`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The part that changes with every message.
    pub stamp: Stamp,
    /// The topic of the inner domain that the message came from.
    pub source_topic: String,
    /// The data class, such as `contextual/guest`.
    pub data_class: String,
    /// `clear` or `redacted`.
    pub form: String,
}

/// The part of a tag that changes with every message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stamp {
    /// The released message's publication sequence number on the outer domain, from 1.
    pub sequence: u64,
    /// The source's time of publication: nanoseconds since 1970.
    pub source_stamp: i64,
    /// The source's count of its messages.
    pub source_sequence: u64,
    /// The guard's publisher on the outer domain.
    pub publisher: Gid,
    /// The source's publisher on the inner domain.
    pub source: Gid,
    /// The version of the policy by which it left.
    pub policy_version: u64,
    /// The first bytes of the audit's digest of the released message.
    pub digest: [u8; 8],
}

/// Bytes of the encapsulation header, and of the changing part after it.
const FIXED: std::ops::Range<usize> = 4..4 + 72;

/// Makes the tags of one route, each in the buffer of the last one.
pub struct TagWriter {
    cdr: Vec<u8>,
}

impl TagWriter {
    /// For messages that come from `source_topic` and leave as `form`.
    pub fn new(source_topic: &str, data_class: &str, form: &str) -> TagWriter {
        let mut cdr = Vec::new();
        let mut writer = Writer::new(&mut cdr);
        writer.bytes(&[0; FIXED.end - FIXED.start]);
        writer.str(source_topic);
        writer.str(data_class);
        writer.str(form);
        TagWriter { cdr }
    }

    /// The serialized tag, until the next is written.
    pub fn write(&mut self, stamp: &Stamp) -> &[u8] {
        let seconds = stamp.source_stamp.div_euclid(1_000_000_000) as i32;
        let nanoseconds = stamp.source_stamp.rem_euclid(1_000_000_000) as u32;
        let parts: [&[u8]; 8] = [
            &stamp.sequence.to_le_bytes(),
            &seconds.to_le_bytes(),
            &nanoseconds.to_le_bytes(),
            &stamp.source_sequence.to_le_bytes(),
            &stamp.publisher,
            &stamp.source,
            &stamp.policy_version.to_le_bytes(),
            &stamp.digest,
        ];
        for (to, from) in self.cdr.iter_mut().skip(FIXED.start).zip(parts.into_iter().flatten()) {
            *to = *from;
        }
        &self.cdr
    }
}

impl Tag {
    /// Reads a serialized tag, as a consumer does.
    pub fn read(cdr: &[u8]) -> Result<Tag, Malformed> {
        let mut reader = Reader::new(cdr)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let sequence = reader.u64()?;
        let (seconds, nanoseconds) = (reader.i32()?, reader.u32()?);
        let stamp = Stamp {
            sequence,
            source_stamp: i64::from(seconds) * 1_000_000_000 + i64::from(nanoseconds),
            source_sequence: reader.u64()?,
            publisher: reader.bytes()?,
            source: reader.bytes()?,
            policy_version: reader.u64()?,
            digest: reader.bytes()?,
        };
        let tag = Tag {
            stamp,
            source_topic: text(reader.string(None)?),
            data_class: text(reader.string(None)?),
            form: text(reader.string(None)?),
        };
        reader.end()?;
        Ok(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_as_it_was_written_and_the_next_one_overwrites_it() {
        let mut writer = TagWriter::new("/scan", "operational", "clear");
        let first = Stamp {
            sequence: 1,
            source_stamp: 1_795_000_000_123_456_789,
            source_sequence: 9,
            publisher: [7; 16],
            source: [8; 16],
            policy_version: 3,
            digest: *b"digested",
        };
        for stamp in [first, Stamp { sequence: 2, source_stamp: -1, ..first }, Stamp::default()] {
            let tag = Tag::read(writer.write(&stamp)).unwrap();
            assert_eq!(tag.stamp, stamp);
            assert_eq!((tag.source_topic.as_str(), tag.form.as_str()), ("/scan", "clear"));
        }
    }

    #[test]
    fn a_cut_tag_is_malformed() {
        let mut writer = TagWriter::new("/scan", "operational", "clear");
        let cdr = writer.write(&Stamp::default());
        for length in 0..cdr.len() {
            assert!(Tag::read(&cdr[..length]).is_err(), "{length}");
        }
    }
}
