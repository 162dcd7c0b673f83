//! Serialized messages (CDR) as received: walked, never copied, and untrusted.
//!
//! A [`Plan`] is compiled once from a type's definition and then walks any number of messages of that type.
//! Every length in a message is compared with the rest of the message before it is used. Bytes that no reader
//! would read are refused, because data could be smuggled out in them. [`Reader`] and [`Writer`] are the two
//! cursors underneath.
//!
//! The wire form is the one that Fast DDS writes for ROS 2 Jazzy: XCDR version 1, plain CDR, either byte order
//! (`fastdds_dialect.rs`).
//! Not checked: padding between fields (senders leave it uninitialised), the value of a bool, UTF-8 in strings.

pub mod types;

mod compile;
mod fastdds_dialect;
mod plan;
mod readable;
mod reader;
mod rewrite;
mod writer;

pub use compile::Unwalkable;
pub use plan::{Plan, Walk};
pub use reader::Reader;
pub use rewrite::{Rewriter, Strings};
pub use writer::Writer;

/// The encapsulation header before every message: representation (2 bytes) and options (2 bytes).
pub const HEADER: usize = 4;

/// Why a message was refused. Offsets count from the start of the message, header included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not plain CDR version 1, or no room for the header.
    #[error("not plain CDR: the header is missing or names another encoding")]
    Encapsulation,
    /// The message ends inside a field.
    #[error("the message ends at byte {offset}, {missing} bytes too early")]
    Truncated {
        /// Start of the field.
        offset: usize,
        /// The number of missing bytes.
        missing: usize,
    },
    /// A sequence claims more elements than the rest of the message could hold.
    #[error("byte {offset} claims {claimed} elements; the message cannot hold them")]
    Count {
        /// Position of the count.
        offset: usize,
        /// The claimed count.
        claimed: u32,
    },
    /// A string or sequence is longer than its type allows.
    #[error("byte {offset} has length {length}; the type allows {bound}")]
    Bound {
        /// Position of the length.
        offset: usize,
        /// The length found.
        length: u32,
        /// The most that the type allows.
        bound: u32,
    },
    /// A string without its final NUL.
    #[error("the string at byte {offset} does not end in NUL")]
    Unterminated {
        /// Position of the string's length.
        offset: usize,
    },
    /// Bytes after the last field that no reader would read.
    #[error("{extra} bytes after the message's end at byte {offset}")]
    Trailing {
        /// The end of the last field.
        offset: usize,
        /// The number of bytes after it.
        extra: usize,
    },
}

impl Malformed {
    /// The reason as one word, for counters and the audit log.
    pub fn label(&self) -> &'static str {
        match self {
            Malformed::Encapsulation => "encapsulation",
            Malformed::Truncated { .. } => "truncated",
            Malformed::Count { .. } => "count",
            Malformed::Bound { .. } => "bound",
            Malformed::Unterminated { .. } => "unterminated",
            Malformed::Trailing { .. } => "trailing",
        }
    }
}
