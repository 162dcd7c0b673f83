//! Every reason for which a command or a call is rejected.

use std::fmt;

use discreet_seal::CommandRefused;

discreet_host::words! {
    /// The reason for which a command or a call does not go in, or its answer not out. Audit, counters, diagnostics and
    /// the answer to the caller follow these variants.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Refused {
        /// No policy was loaded.
        NoPolicy = "no_policy",
        /// The policy does not declare the ingress any more, or with another type.
        Undeclared = "undeclared",
        /// The declared type is not installed where the guard runs.
        TypeNotInstalled = "type_not_installed",
        /// The policy limits a field that the type does not have, or that is not a number; or hides one that is not text.
        UnknownField = "unknown_field",
        /// The middleware refused to make the ingress; it is tried again.
        NotOpened = "not_opened",
        /// The robot has not announced a key for commands: no keeper runs.
        NoKey = "no_key",
        /// Its publisher sent too many messages that did not open.
        Flood = "flood",
        /// The bytes are not a sealed command.
        NotSealed = "not_sealed",
        /// Sealed for a guard that ran before, or for another robot.
        OtherReceiver = "other_receiver",
        /// The sender may not command: unknown, revoked, or expired.
        UnknownSender = "unknown_sender",
        /// Not signed by the sender that it names, or for another topic, domain, type or robot.
        BadSignature = "bad_signature",
        /// Signed, but not sealed for this guard.
        BadSeal = "bad_seal",
        /// The clock is not trusted, so freshness cannot be decided.
        ClockUnsure = "clock_unsure",
        /// Too old.
        Late = "late",
        /// From the future.
        Early = "early",
        /// Received before, or overtaken by a later one.
        Replayed = "replayed",
        /// No rule allows it to this stakeholder now.
        NoRule = "no_rule",
        /// A rule denies it.
        RuleDenies = "rule_denies",
        /// More per second than the policy allows.
        OverRate = "over_rate",
        /// The sealed bytes are not a message of the declared type.
        Malformed = "malformed",
        /// A value is not within the policy's limits.
        OverLimit = "over_limit",
        /// The audit could not record it.
        NotRecorded = "not_recorded",
        /// Too many calls are under way.
        Busy = "busy",
        /// The robot does not offer the service.
        NoServer = "no_server",
        /// The robot did not answer in time.
        TimedOut = "timed_out",
        /// The robot's answer is not a response of the declared type.
        BadResponse = "bad_response",
        /// The robot's answer has more text than is inspected in one message.
        TooLong = "too_long",
        /// The middleware or the operating system refused.
        NotForwarded = "not_forwarded",
    }

    /// The name in the audit, in diagnostics and in the answer to a caller. Never changes once released.
    label
}

impl Refused {
    /// The remedy, for the person on shift.
    pub const fn advice(self) -> &'static str {
        match self {
            Refused::NoPolicy => {
                "nothing goes in without a policy; `discreet check` shows the errors in the file"
            }
            Refused::Undeclared => "declare it in the policy with the type that the robot has",
            Refused::TypeNotInstalled => "install the type's package, or source the workspace that has it",
            Refused::UnknownField => {
                "a field under `limits:` is not a number of the type, or a field under `redact:` is not text; correct its path"
            }
            Refused::NotOpened => {
                "the middleware refused to open the topic or service; diagnostics has its error. It is tried again"
            }
            Refused::NoKey => "the robot takes no commands without its keeper; start it, or read its log",
            Refused::Flood => {
                "a publisher outside floods the topic with messages that are not commands for this robot; find it and stop it"
            }
            Refused::NotSealed => "a message that is not sealed was published here; use the commander",
            Refused::OtherReceiver => "sealed before the guard started again, or for another robot",
            Refused::UnknownSender => {
                "the sender is unknown to the policy, revoked, or expired; see `discreet who`"
            }
            Refused::BadSignature => {
                "forged, or made for another topic, domain or version of the type than the robot's"
            }
            Refused::BadSeal => "signed, but damaged or not sealed for this guard; check the sender",
            Refused::ClockUnsure => "the robot's clock was set back; correct it",
            Refused::Late => {
                "more than two seconds old: the network is slow, or the sender's clock is behind; keep both clocks by NTP"
            }
            Refused::Early => {
                "more than half a second from the future: the sender's clock is ahead; keep both clocks by NTP"
            }
            Refused::Replayed => "received before: a replay, or two senders share one identity",
            Refused::NoRule => "no rule allows it to this stakeholder now; `discreet explain` tells more",
            Refused::RuleDenies => "a rule denies it; `discreet explain` tells which",
            Refused::OverRate => "the sender sends more than the policy's `rate:`",
            Refused::Malformed => {
                "the sealed bytes are not a message of the declared type; correct the sender"
            }
            Refused::OverLimit => "a value is outside the policy's `limits:`",
            Refused::NotRecorded => "the audit cannot be written; free the disk or correct its path",
            Refused::Busy => "the robot answers more slowly than it is called",
            Refused::NoServer => "no node of the robot offers the service; start it",
            Refused::TimedOut => "the node that offers the service did not answer; check it",
            Refused::BadResponse => "the node that offers the service answers with bytes of another type",
            Refused::TooLong => {
                "the node that offers the service answers with more text than is inspected (4 MiB)"
            }
            Refused::NotForwarded => "the middleware refused; the log has its error",
        }
    }

    /// True for a hint at an attack or a fault; false for the policy at work.
    pub const fn is_alarm(self) -> bool {
        match self {
            Refused::NoPolicy
            | Refused::TypeNotInstalled
            | Refused::UnknownField
            | Refused::NotOpened
            | Refused::NoKey
            | Refused::Flood
            | Refused::NotSealed
            | Refused::OtherReceiver
            | Refused::UnknownSender
            | Refused::BadSignature
            | Refused::BadSeal
            | Refused::ClockUnsure
            | Refused::Replayed
            | Refused::Malformed
            | Refused::NotRecorded
            | Refused::TimedOut
            | Refused::BadResponse
            | Refused::TooLong
            | Refused::NotForwarded => true,
            Refused::Undeclared
            | Refused::Late
            | Refused::Early
            | Refused::NoRule
            | Refused::RuleDenies
            | Refused::OverRate
            | Refused::OverLimit
            | Refused::Busy
            | Refused::NoServer => false,
        }
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

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
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
