//! What leaves the robot for named stakeholders, and what they send back to it: sealed messages, the grants of the keys
//! that open them, commands and calls.
//!
//! Bytes in, bytes out: no clock, no disk, no ROS. `docs/envelope.md` says what each byte means, `tests/data/envelope` has
//! vectors for it, and `python/discreet` opens the same bytes without any of this code.

pub mod catalog;
pub mod epoch_keys;
pub mod identity;
pub mod unseal;

mod addressed;
mod call;
mod catalog_signature;
mod cipher;
mod command;
mod context;
mod form;
mod freshness;
mod grant;
mod grant_set;
mod header;
mod identity_hash;
mod key;
mod opening;
mod padding;
mod per_form;
mod receiver;
mod replay;
mod sender;
mod statement;
mod suite;
mod wrap;

pub use call::{
    CallAnswer, Ticket, open_response, read_call_answer, seal_call, seal_response, write_call_answer,
};
pub use catalog_signature::{is_signed_catalog, sign_catalog};
pub use command::{Command, CommandContext, CommandOpener, CommandRefused, Entry, Unsendable, seal_command};
pub use context::{Context, ContextDigest};
pub use form::Form;
pub use freshness::Freshness;
pub use grant::{Grant, GrantTerms, Ungranted, issue};
pub use grant_set::{GrantSet, read_grants, write_grants};
pub use identity_hash::hint;
pub use key::{SealError, SealingKey, sealed_size};
pub use opening::{OpenError, OpeningKey, key_id};
pub use padding::Padding;
pub use per_form::PerForm;
pub use receiver::{Receiver, ReceiverTerms, ReceivingKey, announce};
pub use replay::Replay;
pub use sender::SenderKey;
pub use statement::Unreadable;
pub use suite::Suite;

/// Doors for test vectors: the same functions with their randomness as an argument.
#[doc(hidden)]
pub mod fixed {
    pub use super::call::{seal_call_drawing, seal_response_drawing};
    pub use super::command::seal_command_drawing;
    pub use super::grant::issue_drawing;
}

/// The ROS type of sealed messages and commands.
pub const SEALED_TYPE: &str = "discreet_interfaces/msg/Sealed";
/// The ROS type of what [`GRANTS_TOPIC`] carries.
pub const GRANTS_TYPE: &str = "discreet_interfaces/msg/Grants";
/// The ROS type of calls.
pub const CALL_TYPE: &str = "discreet_interfaces/srv/Call";
/// Where grants are published: latched (reliable, transient local, depth 1), the whole list each time.
pub const GRANTS_TOPIC: &str = "/discreet/grants";
/// Bytes that sealing needs in front of a serialized message.
pub const HEADROOM: usize = 24;
/// Bytes that it needs behind: a tag of 16 and a signature of 64. Padding needs more; see [`sealed_size`].
pub const TAILROOM: usize = TAG + SIGNATURE;

const TAG: usize = 16;
const SIGNATURE: usize = 64;

/// Seconds by which a reader's clock may differ from the guard's, and a message be on its way.
pub const GRACE: i64 = 2;

/// Where a topic's messages are published sealed in this form.
pub fn sealed_topic(topic: &str, form: Form) -> String {
    format!("{topic}/sealed/{}", form.name())
}

/// Where commands for an inner topic are taken.
pub fn command_topic(topic: &str) -> String {
    format!("{topic}/command")
}

/// Where calls of an inner service are taken.
pub fn call_service(service: &str) -> String {
    format!("{service}/call")
}

/// Must messages of this class be signed? All that says something about people; a class that is not known to be
/// operational is taken for one of those.
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
        assert_eq!(command_topic("/cmd_vel"), "/cmd_vel/command");
        assert_eq!(call_service("/set_mode"), "/set_mode/call");
    }
}
