//! Every reason for which a command or a call is rejected.

use discreet_seal::CommandRefused;

discreet_host::reasons! {
    /// The reason for which a command or a call does not go in, or its answer not out. Audit, counters, diagnostics and
    /// the answer to the caller follow these variants.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Refused {
        /// No policy was loaded.
        NoPolicy = "no_policy", alarm,
            "nothing goes in without a policy; `discreet check` shows the errors in the file",
        /// The policy does not declare the ingress any more, or with another type.
        Undeclared = "undeclared", quiet,
            "declare it in the policy with the type that the robot has",
        /// The declared type is not installed where the guard runs.
        TypeNotInstalled = "type_not_installed", alarm,
            "install the type's package, or source the workspace that has it",
        /// The policy limits a field that the type does not have, or that is not a number; or hides one that is not text.
        UnknownField = "unknown_field", alarm,
            "a field under `limits:` is not a number of the type, or a field under `redact:` is not text; correct its path",
        /// The middleware refused to make the ingress; it is tried again.
        NotOpened = "not_opened", alarm,
            "the middleware refused to open the topic or service; diagnostics has its error. It is tried again",
        /// The robot has not announced a key for commands: no keeper runs.
        NoKey = "no_key", alarm,
            "the robot takes no commands without its keeper; start it, or read its log",
        /// Its publisher sent too many messages that did not open.
        Flood = "flood", alarm,
            "a publisher outside floods the topic with messages that are not commands for this robot; find it and stop it",
        /// The bytes are not a sealed command.
        NotSealed = "not_sealed", alarm,
            "a message that is not sealed was published here; use the commander",
        /// Sealed for a guard that ran before, or for another robot.
        OtherReceiver = "other_receiver", alarm,
            "sealed before the guard started again, or for another robot",
        /// The sender may not command: unknown, revoked, or expired.
        UnknownSender = "unknown_sender", alarm,
            "the sender is unknown to the policy, revoked, or expired; see `discreet who`",
        /// Not signed by the sender that it names, or for another topic, domain, type or robot.
        BadSignature = "bad_signature", alarm,
            "forged, or made for another topic, domain or version of the type than the robot's",
        /// Signed, but not sealed for this guard.
        BadSeal = "bad_seal", alarm,
            "signed, but damaged or not sealed for this guard; check the sender",
        /// The clock is not trusted, so freshness cannot be decided.
        ClockUnsure = "clock_unsure", alarm,
            "the robot's clock was set back; correct it",
        /// Too old.
        Late = "late", quiet,
            "more than two seconds old: the network is slow, or the sender's clock is behind; keep both clocks by NTP",
        /// From the future.
        Early = "early", quiet,
            "more than half a second from the future: the sender's clock is ahead; keep both clocks by NTP",
        /// Received before, or overtaken by a later one.
        Replayed = "replayed", alarm,
            "received before: a replay, or two senders share one identity",
        /// No rule allows it to this stakeholder now.
        NoRule = "no_rule", quiet,
            "no rule allows it to this stakeholder now; `discreet explain` tells more",
        /// A rule denies it.
        RuleDenies = "rule_denies", quiet,
            "a rule denies it; `discreet explain` tells which",
        /// More per second than the policy allows.
        OverRate = "over_rate", quiet,
            "the sender sends more than the policy's `rate:`",
        /// The sealed bytes are not a message of the declared type.
        Malformed = "malformed", alarm,
            "the sealed bytes are not a message of the declared type; correct the sender",
        /// A value is not within the policy's limits.
        OverLimit = "over_limit", quiet,
            "a value is outside the policy's `limits:`; of a parameter, perhaps of its `one_of:` or `max_length:`",
        /// The policy does not declare the parameter of the node.
        UndeclaredParameter = "undeclared_parameter", quiet,
            "a parameter is not declared under `parameters:`",
        /// A parameter would be set to a value of another type.
        WrongParameterType = "wrong_parameter_type", quiet,
            "a value has another type than the parameter in the policy, such as `1` for `1.0`",
        /// The audit could not record it.
        NotRecorded = "not_recorded", alarm,
            "the audit cannot be written; free the disk or correct its path",
        /// Too many calls are under way.
        Busy = "busy", quiet,
            "the robot answers more slowly than it is called",
        /// The robot does not offer the service.
        NoServer = "no_server", quiet,
            "no node of the robot offers the service; start it",
        /// The two ends of a service are of two vendors of DDS, between which ROS 2 has no services.
        OtherMiddleware = "other_middleware", alarm,
            "services do not work between two vendors of DDS: start this end and the guard with one RMW_IMPLEMENTATION",
        /// The robot did not answer in time.
        TimedOut = "timed_out", alarm,
            "the node that offers the service did not answer; check it",
        /// The robot's answer is not a response of the declared type.
        BadResponse = "bad_response", alarm,
            "the node that offers the service answers with bytes of another type",
        /// The robot's answer has more text than is inspected in one message.
        TooLong = "too_long", alarm,
            "the node that offers the service answers with more text than is inspected (4 MiB)",
        /// The middleware or the operating system refused.
        NotForwarded = "not_forwarded", alarm,
            "the middleware refused; the log has its error",
    }
}

impl From<CommandRefused> for Refused {
    fn from(why: CommandRefused) -> Refused {
        match why {
            CommandRefused::Malformed(_) => Refused::NotSealed,
            CommandRefused::Receiver(_) => Refused::OtherReceiver,
            CommandRefused::Sender => Refused::UnknownSender,
            CommandRefused::Signature => Refused::BadSignature,
            CommandRefused::Changed => Refused::BadSeal,
            CommandRefused::Late { .. } => Refused::Late,
            CommandRefused::Early { .. } => Refused::Early,
            CommandRefused::Replayed => Refused::Replayed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_listed_once_and_has_its_own_label() {
        for (index, refused) in Refused::ALL.iter().enumerate() {
            assert_eq!(*refused as usize, index);
            assert_eq!(Refused::ALL.iter().filter(|other| other.label() == refused.label()).count(), 1);
        }
    }
}
