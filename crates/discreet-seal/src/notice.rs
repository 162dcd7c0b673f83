//! Notices: messages of a robot's guard to one stakeholder, about that stakeholder's own goals.
//!
//! Feedback and status of an action differ for each sender of goals, so they are not sealed for a group but for one
//! party, as answers are.

use super::addressed::{self, Bound, NOTICE, hint};
use super::call::{Outward, open_outward};
use super::command::Unsendable;
use super::identity_hash::party;
use super::{ContextDigest, HEADROOM, OpenError, Receiver, SenderKey};
use crate::identity::{Identity, PublicIdentity};
use discreet_host::secret::Secret;

/// The end of their topics on the outer domain.
const END: &str = "notice";

/// The outer topic of the notices of an inner topic.
pub fn notice_topic(topic: &str) -> String {
    format!("{topic}/{END}")
}

/// The guard's side: seals a serialized message for one stakeholder; returns a serialized `Sealed`. The context is that of a
/// call of this name: notices are kept apart by their direction. `key` is the id of
/// the guard's key for commands. The stamp is nanoseconds since 1970, and must grow from one notice on a topic to the next.
pub fn seal_notice(
    sender: &SenderKey,
    to: &PublicIdentity,
    context: &ContextDigest,
    (key, stamp_ns): (u32, u64),
    message: &[u8],
) -> Result<Vec<u8>, Unsendable> {
    seal_notice_drawing(sender, to, context, (key, stamp_ns), message, &Secret::random()?)
}

/// The same, with its randomness as an argument.
pub fn seal_notice_drawing(
    sender: &SenderKey,
    to: &PublicIdentity,
    context: &ContextDigest,
    (key, stamp_ns): (u32, u64),
    message: &[u8],
    random: &Secret<32>,
) -> Result<Vec<u8>, Unsendable> {
    let party = party(to);
    let bound = Bound { direction: &NOTICE, context, party: &party };
    let sign = |statement: &[u8]| sender.sign(statement);
    Ok(addressed::seal(&bound, addressed::header(stamp_ns, key), &to.receive, random, sign, message)?)
}

/// Is this notice for the party? Costs no signature check; anybody can claim it.
pub fn is_notice_for(who: &PublicIdentity, notice: &[u8]) -> bool {
    notice.get(HEADROOM..).and_then(hint) == Some(super::hint(who))
}

/// A notice that was opened.
#[derive(Debug, PartialEq, Eq)]
pub struct Notice<'a> {
    /// Nanoseconds since 1970 by the guard's clock.
    pub stamp_ns: u64,
    /// The serialized message.
    pub message: &'a mut [u8],
}

/// The stakeholder's side: opens a notice in place. The caller decides whether it is fresh.
pub fn open_notice<'a>(
    me: &Identity,
    receiver: &Receiver,
    context: &ContextDigest,
    notice: &'a mut [u8],
) -> Result<Notice<'a>, OpenError> {
    let outward = Outward { direction: &NOTICE, context, key: receiver.terms().key };
    let (stamp_ns, message) = open_outward(me, receiver, &outward, notice)?;
    Ok(Notice { stamp_ns, message })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commanding::world::{Desk, NOW, NOW_NS};
    use crate::{CommandContext, IngressKind};

    fn context(topic: &str) -> ContextDigest {
        CommandContext {
            robot: "r",
            domain: 4,
            kind: IngressKind::Call,
            name: topic,
            type_name: "t",
            type_hash: "h",
        }
        .digest()
    }

    #[test]
    fn a_notice_opens_for_its_stakeholder_from_this_robot_and_topic_only() {
        let desk = Desk::new();
        desk.announce(NOW + 30);
        let (me, receiver) = (desk.granted.me(), desk.granted.receiver(NOW).unwrap());
        let (key, stamp) = (receiver.terms().key, NOW_NS.unsigned_abs());
        let topic = context("/go/_action/feedback");
        let seal = |key| seal_notice(&desk.robot.sender, me.public(), &topic, (key, stamp), b"near").unwrap();
        let mut notice = seal(key);
        assert!(is_notice_for(me.public(), &notice));
        let opened = open_notice(me, &receiver, &topic, &mut notice).unwrap();
        assert_eq!((opened.stamp_ns, &*opened.message), (stamp, &b"near"[..]));

        let refused =
            |notice: &mut [u8], topic: &ContextDigest| open_notice(me, &receiver, topic, notice).err();
        assert_eq!(refused(&mut seal(key), &context("/go/_action/status")), Some(OpenError::Signature));
        assert_eq!(refused(&mut seal(key + 1), &topic), Some(OpenError::Key(key + 1)));
        let somebody = Identity::generate("night").unwrap();
        let other = seal_notice(&desk.robot.sender, somebody.public(), &topic, (key, stamp), b"near");
        let mut other = other.unwrap();
        assert!(!is_notice_for(me.public(), &other));
        assert_eq!(refused(&mut other, &topic), Some(OpenError::Changed));
        let forger = SenderKey::generate().unwrap();
        let forged = seal_notice(&forger, me.public(), &topic, (key, stamp), b"near");
        assert_eq!(refused(&mut forged.unwrap(), &topic), Some(OpenError::Signature));
        for at in 0..seal(key).len() {
            let mut changed = seal(key);
            changed[at] ^= 1;
            assert!(refused(&mut changed, &topic).is_some(), "byte {at}");
        }
    }

    #[test]
    fn an_answer_is_not_a_notice() {
        assert_ne!(addressed::OUTWARD.labels(), NOTICE.labels());
        assert!(!is_notice_for(Desk::new().granted.me().public(), &[0; 10]));
    }
}
