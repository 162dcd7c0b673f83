//! The forms in which a message leaves.

discreet_host::words! {
    /// The form in which a reader may have a topic. `Clear` is greater because it discloses more.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Form {
        /// Without the data that the policy's `redact` names.
        Redacted = "redacted",
        /// Unchanged.
        Clear = "clear",
    }

    /// The name in policies and in topic names.
    name
}
