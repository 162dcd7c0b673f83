//! A message as it came in: serialized, and whose it is.

use crate::graph::Gid;
use crate::sources::Standing;

/// One message, taken from the inner domain. Its bytes stay where the middleware put them.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// The publisher's id.
    pub publisher: Gid,
    /// What is known of the publisher.
    pub standing: Standing,
    /// The publisher's count of its messages.
    pub sequence: u64,
    /// When the publisher says it published: nanoseconds since 1970.
    pub source_stamp: i64,
    /// Four bytes of encapsulation header, then CDR (OMG DDSI-RTPS, 10.2).
    pub cdr: &'a [u8],
}
