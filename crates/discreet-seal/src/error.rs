//! Reasons for which a sealed message does not open.

/// Why a sealed message was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not little-endian CDR of version 1.
    #[error("not a sealed message: another encapsulation")]
    Encapsulation,
    /// It is too short.
    #[error("the sealed message is too short")]
    Truncated,
    /// More bytes after its end than padding of the middleware.
    #[error("there are bytes after the sealed message")]
    Trailing,
    /// Of an unknown version.
    #[error("sealed in version {0}, which is not supported")]
    Version(u8),
    /// No such suite, or not that of the key.
    #[error("sealed with suite {0}, which is not that of the key")]
    Suite(u8),
    /// An unknown flag.
    #[error("unknown flags {0:#04x}")]
    Flags(u8),
    /// A byte that must be zero is not.
    #[error("a reserved byte is not zero")]
    Reserved,
    /// Sealed with another key.
    #[error("sealed with key {0}, which is another key")]
    Key(u32),
    /// The key is not valid yet.
    #[error("the key is not valid yet")]
    NotYet,
    /// The key has expired.
    #[error("the key has expired")]
    Expired,
    /// Its class requires a signature, and it has none.
    #[error("not signed; messages of its class must be")]
    Unsigned,
    /// Not signed by the guard, or not for this context.
    #[error("not signed by the robot's guard for this topic")]
    Signature,
    /// Changed, or sealed for another context.
    #[error("changed, or sealed for another topic, domain, type, class, form or policy")]
    Changed,
    /// Its padding is malformed.
    #[error("its padding is malformed")]
    Padding,
    /// The same message was opened before.
    #[error("the message was opened before")]
    Replayed,
    /// Older than the window of the replay check.
    #[error("the message is too old for the replay check")]
    TooOld,
}

impl OpenError {
    /// Did the refusal cost a signature check or a decryption? Refusals without cost need no rate limit.
    pub fn has_cost(&self) -> bool {
        match self {
            OpenError::Signature
            | OpenError::Changed
            | OpenError::Padding
            | OpenError::Replayed
            | OpenError::TooOld => true,
            OpenError::Encapsulation
            | OpenError::Truncated
            | OpenError::Trailing
            | OpenError::Version(_)
            | OpenError::Suite(_)
            | OpenError::Flags(_)
            | OpenError::Reserved
            | OpenError::Key(_)
            | OpenError::NotYet
            | OpenError::Expired
            | OpenError::Unsigned => false,
        }
    }

    /// The reason as one word, for counters and diagnostics.
    pub fn label(&self) -> &'static str {
        match self {
            OpenError::Encapsulation => "encapsulation",
            OpenError::Truncated => "truncated",
            OpenError::Trailing => "trailing",
            OpenError::Version(_) => "version",
            OpenError::Suite(_) => "suite",
            OpenError::Flags(_) => "flags",
            OpenError::Reserved => "reserved",
            OpenError::Key(_) => "key",
            OpenError::NotYet => "not_yet",
            OpenError::Expired => "expired",
            OpenError::Unsigned => "unsigned",
            OpenError::Signature => "signature",
            OpenError::Changed => "changed",
            OpenError::Padding => "padding",
            OpenError::Replayed => "replayed",
            OpenError::TooOld => "too_old",
        }
    }
}
