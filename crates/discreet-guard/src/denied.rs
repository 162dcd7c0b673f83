//! Every reason for which a message stays inside.

discreet_host::reasons! {
    /// The reason for which a message does not leave. Audit, counters, diagnostics and the command line follow these
    /// variants.
    ///
    /// Without fields, so that denying costs no allocation and every reason can be counted in an array.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Denied {
        /// No policy was loaded.
        NoPolicy = "no_policy", alarm,
            "nothing leaves without a policy; `discreet check` shows the errors in the file",
        /// The policy does not declare the topic.
        UndeclaredTopic = "undeclared_topic", quiet,
            "declare the topic in the policy if it should leave",
        /// The declared type is not installed where the guard runs, so its messages cannot be checked.
        TypeNotInstalled = "type_not_installed", alarm,
            "install the type's package, or source the workspace that has it",
        /// The publisher's type is not the declared one.
        WrongType = "wrong_type", alarm,
            "the publisher's type is not the declared one; correct whichever is wrong",
        /// The publisher's definition of the type is not the installed (or pinned) one.
        WrongTypeHash = "wrong_type_hash", alarm,
            "publisher and guard have different versions of the type; rebuild one of them",
        /// The policy names the node that may publish this topic, and this is another node.
        WrongSource = "wrong_source", alarm,
            "another node than the declared `source:` publishes this topic",
        /// A second node has the name of a node that was there before.
        DuplicateNode = "duplicate_node", alarm,
            "two nodes have one name; rename one, or wait until the dead one has timed out",
        /// The message came from a publisher that discovery does not know.
        UnknownSource = "unknown_source", alarm,
            "discovery does not know the publisher; it may be gone, or not a ROS node",
        /// The topic's name is reserved for what the guard itself publishes outside.
        ReservedName = "reserved_name", alarm,
            "the guard publishes under this name outside; rename the robot's topic",
        /// It would show the image of a protected camera topic to a party that may not have that much of it.
        OpenSibling = "open_sibling", alarm,
            "it shows a protected camera's image; declare it with the camera's class and `redact:`, or deny it",
        /// The middleware refused to make the route; it is tried again.
        NotOpened = "not_opened", alarm,
            "the middleware refused to open the route; diagnostics has its error. It is tried again",
        /// More messages a second than the policy lets out; a newer one leaves instead.
        OverRate = "over_rate", quiet,
            "the publisher sends more a second than the policy's `rate:` lets out",
        /// The bytes are not a message of the declared type.
        Malformed = "malformed", alarm,
            "the bytes are not a message of the declared type; correct the publisher",
        /// More text than is inspected in one message, or text that takes too many steps: not all of it was inspected.
        TooLong = "too_long", alarm,
            "more text than is inspected in one message (4 MiB, or too many steps); send less at once",
        /// Personal data was found in it, and its class must not contain any.
        PersonalData = "personal_data", alarm,
            "personal data was found in a topic whose class should have none (`escalate:`); declare it contextual, or correct the publisher",
        /// No rule allows it.
        NoRule = "no_rule", quiet,
            "no rule allows it; add one to the policy if it should leave",
        /// A rule denies it.
        RuleDenies = "rule_denies", quiet,
            "a rule denies it; `discreet explain` tells which",
        /// A rule allows it at certain times, and the clock is not trusted.
        ClockUnsure = "clock_unsure", alarm,
            "the clock was set back; correct it, or use rules without times",
        /// A rule allows it redacted, and the policy does not say what to hide, or a field to hide is missing.
        NotRedactable = "not_redactable", quiet,
            "say under `redact:` what to hide; a field named there must be text, and in the type",
        /// It leaves sealed, and no key for it exists.
        NoKey = "no_key", alarm,
            "the keeper has given no key for it, or its whole audience is revoked; see `discreet who`, and start the keeper with the same policy",
        /// The audit could not record it.
        NotRecorded = "not_recorded", alarm,
            "the audit cannot be written; free the disk or correct its path",
    }
}

impl Denied {
    /// True for reasons that pass without anyone publishing again: the clock is right again, the key comes, the audit can be
    /// written.
    pub fn may_pass(self) -> bool {
        matches!(self, Denied::ClockUnsure | Denied::NoKey | Denied::NotRecorded)
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
