//! What the guard and its redactor say to each other, over a stream socket.
//!
//! Every frame is a length (u32) and as many bytes: a kind (u8) and what that kind has. Numbers are little-endian.
//!
//! | kind | what | then follow |
//! |---|---|---|
//! | 1 | Hello | version u16, pid u32, subjects u8, engine: 1 to 64 printable ASCII characters |
//! | 2 | Found | id u64, count u16, and for each: subject u8, why u8, score f32, left, top, right, bottom u32 |
//! | 3 | Remade | id u64, the compressed image |
//! | 4 | Failed | id u64 |
//! | 16 | ImageInspector | id u64, stamp i64, rules (17 bytes), width u32, height u32, the pixels |
//! | 17 | Remake | id u64, stamp i64, rules (17 bytes), format u8, the compressed image |
//!
//! The redactor says Hello once, and then gives one answer to each question, in their order. Neither side believes a
//! length before it was compared with what such a frame may have, and the guard believes nothing that does not fit what
//! it asked.

mod fields;
mod incoming;
mod reply;
mod request;

pub use incoming::{Incoming, Progress};
pub use reply::{Findings, Hello, Reply};
pub use request::{Request, RuleBytes, Work};

/// The version of what is said here. A redactor of another one is not asked.
pub const VERSION: u16 = 1;

/// The largest picture that is looked at, in bytes.
pub const MAX_PICTURE: usize = 1280 * 1280 * 3;

/// The largest compressed image, in bytes.
pub const MAX_COMPRESSED: usize = 32 << 20;

/// The most findings in one answer. What has more is not answered with a part of them.
pub const MAX_FINDINGS: usize = 256;

/// The longest frame that the redactor reads.
pub const MAX_REQUEST: usize = 64 + MAX_COMPRESSED;

/// The longest frames that the guard reads: while it waits for Hello or Found, and for Remade.
pub const MAX_SHORT_REPLY: usize = 16 + MAX_FINDINGS * 22;
/// See [`MAX_SHORT_REPLY`].
pub const MAX_REPLY: usize = 16 + MAX_COMPRESSED;

/// What was said does not make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Garbled {
    /// It ends too early.
    #[error("it ends too early")]
    Truncated,
    /// It goes on after its end.
    #[error("{0} bytes too many")]
    Trailing(usize),
    /// It claims to be longer than it may be.
    #[error("it claims {claimed} bytes, where {limit} are the most")]
    TooLong {
        /// What it claims.
        claimed: usize,
        /// The most that it may have.
        limit: usize,
    },
    /// A kind of frame that nobody knows, or that is not expected here.
    #[error("unexpected kind {0}")]
    Kind(u8),
    /// Another version.
    #[error("it speaks version {0}")]
    Version(u16),
    /// A field has a value that nobody defined.
    #[error("undefined value of `{0}`")]
    Undefined(&'static str),
    /// An area is empty, or not inside of the picture.
    #[error("an area outside of the picture")]
    Outside,
    /// The picture's size and its bytes do not fit together, or it is too large.
    #[error("a picture whose size does not fit")]
    Unfit,
    /// It answers what was not asked.
    #[error("an answer to question {0}, which is not open")]
    Unasked(u64),
}
