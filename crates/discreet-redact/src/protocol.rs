//! The protocol between the guard and its redactor, over a stream socket.
//!
//! Each frame is a length (u32) and as many bytes: a kind (u8) and the fields of that kind. Numbers are little-endian.
//!
//! | kind | name | fields |
//! |---|---|---|
//! | 1 | Hello | version u16, pid u32, subjects u8, engine: 1 to 64 printable ASCII characters |
//! | 2 | Found | id u64, count u16, and for each: subject u8, why u8, score f32, left, top, right, bottom u32 |
//! | 3 | Remade | id u64, the compressed image |
//! | 4 | Failed | id u64 |
//! | 16 | Inspect | id u64, stamp i64, rules, width u32, height u32, the pixels |
//! | 17 | Remake | id u64, stamp i64, rules, format u8, the compressed image |
//!
//! The redactor sends Hello once, and then one answer to each question, in their order. Both sides compare a length
//! with the limit of such a frame before they use it, and the guard accepts only what belongs to its question.

mod fields;
mod incoming;
mod reply;
mod request;

use crate::Subject;

pub use incoming::{Incoming, Progress};
pub use reply::{Findings, Hello, Reply};
pub use request::{Request, RuleBytes, Work};

/// The version of the protocol: of its frames, and the number of subjects, whose bits it carries. A redactor of another
/// version is not used.
pub const VERSION: u16 = 3 << 8 | Subject::COUNT as u16;

/// The largest picture, in bytes: a square one of [`DETAIL_SIDE`](super::DETAIL_SIDE).
pub const MAX_PICTURE: usize = (super::DETAIL_SIDE * super::DETAIL_SIDE * 3) as usize;

/// The largest compressed image, in bytes.
pub const MAX_COMPRESSED: usize = 32 << 20;

/// The most findings in one answer. A picture with more is answered with Failed.
pub const MAX_FINDINGS: usize = 4096;

/// The longest frame that the redactor reads.
pub const MAX_REQUEST: usize = 64 + MAX_PICTURE;
const _: () = assert!(MAX_COMPRESSED <= MAX_PICTURE);

/// The longest frames that the guard reads: while it waits for Hello or Found, and for Remade.
pub const MAX_SHORT_REPLY: usize = 16 + MAX_FINDINGS * 22;
/// See [`MAX_SHORT_REPLY`].
pub const MAX_REPLY: usize = 16 + MAX_COMPRESSED;

/// Why a frame is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Garbled {
    /// It is too short.
    #[error("it is too short")]
    Truncated,
    /// It has bytes after its end.
    #[error("{0} bytes too many")]
    Trailing(usize),
    /// It claims to be longer than the limit.
    #[error("it claims {claimed} bytes; the limit is {limit}")]
    TooLong {
        /// The claimed length.
        claimed: usize,
        /// The limit.
        limit: usize,
    },
    /// A kind that is unknown, or not expected here.
    #[error("unexpected kind {0}")]
    Kind(u8),
    /// Another version of the protocol.
    #[error("it uses version {0} of the protocol")]
    Version(u16),
    /// An undefined value of a field.
    #[error("undefined value of `{0}`")]
    Undefined(&'static str),
    /// An area is empty, or not inside the picture.
    #[error("an area outside the picture")]
    Outside,
    /// The picture's size and its bytes are inconsistent, or it is too large.
    #[error("a picture with an inconsistent size")]
    Unfit,
    /// It answers a question that was not asked.
    #[error("an answer to question {0}, which is not open")]
    Unasked(u64),
}
