//! Messages that leave the robot for named stakeholders, and those that they send back: sealed messages, the
//! grants of the keys that open them, commands and calls.
//!
//! Bytes in, bytes out: no clock, no disk, no ROS. `docs/envelope.md` defines each byte,
//! `tests/data/envelope` has vectors, and `python/discreet` opens the same bytes with other code.

pub mod catalog;
pub mod commanding;
pub mod epoch_keys;
pub mod identity;
pub mod unseal;

mod addressed;
mod bucket;
mod call;
mod catalog_signature;
mod cipher;
mod command;
mod context;
mod error;
mod failure_limiter;
mod form;
mod freshness;
mod goal_id;
mod grant;
mod grant_set;
mod grant_terms;
mod header;
mod identity_hash;
mod ingress_kind;
mod key;
mod notice;
mod opening;
mod padding;
mod per_form;
mod receiver;
mod replay;
mod sender;
mod statement;
mod suite;
mod wrap;

pub use bucket::Bucket;
pub use call::{
    CallAnswer, Ticket, open_response, read_call_answer, seal_call, seal_response, write_call_answer,
};
pub use catalog_signature::{is_signed_catalog, sign_catalog};
pub use command::{Command, CommandContext, CommandOpener, CommandRefused, Unsendable, seal_command};
pub use context::{ContextDigest, MessageContext};
pub use error::OpenError;
pub use failure_limiter::FailureLimiter;
pub use form::Form;
pub use freshness::Freshness;
pub use goal_id::{GoalId, inner_goal_id, is_inner_goal_id};
pub use grant::{Grant, Ungranted, issue};
pub use grant_set::{GrantSet, read_grants, write_grants};
pub use grant_terms::GrantTerms;
pub use identity_hash::hint;
pub use ingress_kind::IngressKind;
pub use key::{SealError, SealingKey, sealed_size};
pub use notice::{Notice, is_notice_for, notice_topic, open_notice, seal_notice};
pub use opening::{OpeningKey, key_id};
pub use padding::Padding;
pub use per_form::PerForm;
pub use receiver::{Receiver, ReceiverTerms, ReceivingKey, announce};
pub use replay::Replay;
pub use sender::SenderKey;
pub use statement::Unreadable;
pub use suite::Suite;

/// The same functions with their randomness as an argument: for machines other than the system, and for test vectors.
#[doc(hidden)]
pub mod fixed {
    pub use super::call::{seal_call_drawing, seal_response_drawing};
    pub use super::command::seal_command_drawing;
    pub use super::grant::issue_drawing;
    pub use super::notice::seal_notice_drawing;
}

/// The ROS type of sealed messages and commands.
pub const SEALED_TYPE: &str = "discreet_interfaces/msg/Sealed";
/// The ROS type of messages on [`GRANTS_TOPIC`].
pub const GRANTS_TYPE: &str = "discreet_interfaces/msg/Grants";
/// The ROS type of calls.
pub const CALL_TYPE: &str = "discreet_interfaces/srv/Call";
/// The topic of grants: latched (reliable, transient local, depth 1), each message has the whole list.
pub const GRANTS_TOPIC: &str = "/discreet/grants";
/// Bytes that sealing needs before a serialized message.
pub const HEADROOM: usize = 24;
/// Bytes that it needs after the message: a tag of 16 and a signature of 64. Padding needs more; see
/// [`sealed_size`].
pub const TAILROOM: usize = TAG + SIGNATURE;

const TAG: usize = 16;
const SIGNATURE: usize = 64;

/// Seconds by which a reader's clock may differ from the guard's, or for which a message may be in transit.
pub const GRACE: i64 = 2;

/// The outer topic of the sealed messages of `topic` in this form.
pub fn sealed_topic(topic: &str, form: Form) -> String {
    format!("{topic}/sealed/{}", form.name())
}

/// Must messages of this class be signed? True for every class that is not operational, also for an unknown
/// one.
pub fn must_be_signed(class: &str) -> bool {
    !class.strip_prefix("operational").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_not_known_to_be_operational_is_signed() {
        let signed = ["contextual", "contextual/guest", "operationally", "", "other"];
        assert!(signed.iter().all(|class| must_be_signed(class)));
        assert!(!must_be_signed("operational") && !must_be_signed("operational/motors"));
    }

    #[test]
    fn topics_say_in_which_form_they_are_sealed() {
        assert_eq!(sealed_topic("/scan", Form::Clear), "/scan/sealed/clear");
        assert_eq!(sealed_topic("/scan", Form::Redacted), "/scan/sealed/redacted");
    }
}
