//! The forms in which a message leaves.

/// What a reader may have of a topic. The order is that of how much it gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// With what the policy's `redact` names taken out.
    Redacted,
    /// As it is.
    Clear,
}

impl Form {
    /// The name in policies and in topic names.
    pub const fn name(self) -> &'static str {
        match self {
            Form::Clear => "clear",
            Form::Redacted => "redacted",
        }
    }
}
