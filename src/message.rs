//! A message as it came in: serialized, and whose it is.

use crate::graph::Gid;
use crate::sources::Standing;

/// One message, taken from the inner domain. Its bytes stay where the middleware put them, and are redacted there.
#[derive(Debug)]
pub struct Received<'a> {
    /// Whose it is.
    pub origin: Origin,
    /// Four bytes of encapsulation header, then CDR (OMG DDSI-RTPS, 10.2).
    pub cdr: &'a mut [u8],
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
