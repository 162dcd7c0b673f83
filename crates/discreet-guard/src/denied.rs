//! Every reason for which a message stays inside.

use std::fmt;

discreet_host::words! {
    /// The reason for which a message does not leave. Audit, counters, diagnostics and the command line follow these
    /// variants.
    ///
    /// Without fields, so that denying costs no allocation and every reason can be counted in an array.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Denied {
        /// No policy was loaded.
        NoPolicy = "no_policy",
        /// The policy does not declare the topic.
        UndeclaredTopic = "undeclared_topic",
        /// The declared type is not installed where the guard runs, so its messages cannot be checked.
        TypeNotInstalled = "type_not_installed",
        /// The publisher's type is not the declared one.
        WrongType = "wrong_type",
        /// The publisher's definition of the type is not the installed (or pinned) one.
        WrongTypeHash = "wrong_type_hash",
        /// The policy names the node that may publish this topic, and this is another node.
        WrongSource = "wrong_source",
        /// A second node has the name of a node that was there before.
        DuplicateNode = "duplicate_node",
        /// The message came from a publisher that discovery does not know.
        UnknownSource = "unknown_source",
        /// The topic's name is reserved for what the guard itself publishes outside.
        ReservedName = "reserved_name",
        /// It would show the image of a protected camera topic to a party that may not have that much of it.
        OpenSibling = "open_sibling",
        /// The middleware refused to make the route; it is tried again.
        NotOpened = "not_opened",
        /// The bytes are not a message of the declared type.
        Malformed = "malformed",
        /// More text than is inspected in one message, or text that takes too many steps: not all of it was inspected.
        TooLong = "too_long",
        /// Personal data was found in it, and its class must not contain any.
        PersonalData = "personal_data",
        /// No rule allows it.
        NoRule = "no_rule",
        /// A rule denies it.
        RuleDenies = "rule_denies",
        /// A rule allows it at certain times, and the clock is not trusted.
        ClockUnsure = "clock_unsure",
        /// A rule allows it redacted, and the policy does not say what to hide, or a field to hide is missing.
        NotRedactable = "not_redactable",
        /// It leaves sealed, and no key for it exists.
        NoKey = "no_key",
        /// The audit could not record it.
        NotRecorded = "not_recorded",
    }

    /// The name in the audit, in diagnostics and in JSON. Never changes once released.
    label
}

impl Denied {
    /// The remedy, for the person on shift.
    pub const fn advice(self) -> &'static str {
        match self {
            Denied::NoPolicy => {
                "nothing leaves without a policy; `discreet check` shows the errors in the file"
            }
            Denied::UndeclaredTopic => "declare the topic in the policy if it should leave",
            Denied::TypeNotInstalled => "install the type's package, or source the workspace that has it",
            Denied::WrongType => "the publisher's type is not the declared one; correct whichever is wrong",
            Denied::WrongTypeHash => {
                "publisher and guard have different versions of the type; rebuild one of them"
            }
            Denied::WrongSource => "another node than the declared `source:` publishes this topic",
            Denied::DuplicateNode => {
                "two nodes have one name; rename one, or wait until the dead one has timed out"
            }
            Denied::UnknownSource => {
                "discovery does not know the publisher; it may be gone, or not a ROS node"
            }
            Denied::ReservedName => "the guard publishes under this name outside; rename the robot's topic",
            Denied::OpenSibling => {
                "it shows a protected camera's image; declare it with the camera's class and `redact:`, or deny it"
            }
            Denied::NotOpened => {
                "the middleware refused to open the route; diagnostics has its error. It is tried again"
            }
            Denied::Malformed => "the bytes are not a message of the declared type; correct the publisher",
            Denied::TooLong => {
                "more text than is inspected in one message (4 MiB, or too many steps); send less at once"
            }
            Denied::PersonalData => {
                "personal data was found in a topic whose class should have none (`escalate:`); declare it contextual, or correct the publisher"
            }
            Denied::NoRule => "no rule allows it; add one to the policy if it should leave",
            Denied::RuleDenies => "a rule denies it; `discreet explain` tells which",
            Denied::ClockUnsure => "the clock was set back; correct it, or use rules without times",
            Denied::NotRedactable => {
                "say under `redact:` what to hide; a field named there must be text, and in the type"
            }
            Denied::NoKey => {
                "the keeper has given no key for it, or its whole audience is revoked; see `discreet who`, and start the keeper \
                 with the same policy"
            }
            Denied::NotRecorded => "the audit cannot be written; free the disk or correct its path",
        }
    }

    /// True for a hint at an attack or a broken node; false for the policy at work.
    pub const fn is_alarm(self) -> bool {
        match self {
            Denied::WrongType
            | Denied::WrongTypeHash
            | Denied::WrongSource
            | Denied::DuplicateNode
            | Denied::UnknownSource
            | Denied::ReservedName
            | Denied::OpenSibling
            | Denied::NotOpened
            | Denied::Malformed
            | Denied::TooLong
            | Denied::PersonalData
            | Denied::ClockUnsure
            | Denied::NoKey
            | Denied::NotRecorded
            | Denied::NoPolicy
            | Denied::TypeNotInstalled => true,
            Denied::UndeclaredTopic | Denied::NoRule | Denied::RuleDenies | Denied::NotRedactable => false,
        }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_listed_once_and_has_its_own_label() {
        for (index, denied) in Denied::ALL.iter().enumerate() {
            assert_eq!(*denied as usize, index);
            assert_eq!(Denied::ALL.iter().filter(|other| other.label() == denied.label()).count(), 1);
        }
    }
}
