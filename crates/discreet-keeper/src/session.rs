//! Session of one guard: the keys and messages that it was given.

use std::sync::Arc;

use super::frame::{Frame, frame};
use super::peer::Peer;
use super::protocol::{Apply, GuardHello, Held, Mismatch, News, PolicyHash, ToGuard};
use super::schedule::Stretch;
use discreet_policy::{KeyGroup, Policy};

/// Takes frames for a guard, without waiting. `false`: the guard does not read, or has disconnected.
pub type Outbox = Box<dyn FnMut(Frame) -> bool + Send>;

/// Seconds for which keys of the policy before stay valid after a switch, so that no message is lost between the two.
const HAND_OVER: i64 = 5;

/// A connected guard.
pub struct Session {
    pub(super) peer: Peer,
    pub(super) hello: GuardHello,
    outbox: Outbox,
    pub(super) wanted: Option<PolicyHash>,
    pub(super) policy: Option<Arc<Policy>>,
    pub(super) given: Vec<Given>,
    /// Number of the last [`Apply`].
    number: u64,
    /// Number of the last one that the guard has confirmed.
    pub(super) applied: u64,
    /// The id of its receiving key, and the end of the announcement.
    pub(super) receiver: Option<(u32, i64)>,
    /// The last reason that it was given for getting no keys.
    mismatch: Option<Mismatch>,
    /// The last mark that it received.
    mark: String,
    broken: bool,
}

/// A key that a guard has, or a stretch without members.
pub struct Given {
    pub(super) group: Arc<KeyGroup>,
    pub(super) stretch: Stretch,
    /// None: the group has no members in this stretch.
    pub(super) id: Option<u32>,
    /// True for a key of the policy before.
    leftover: bool,
}

/// Contents of the next [`Apply`].
#[derive(Default)]
pub(super) struct Notice {
    pub drop: Vec<u32>,
    pub shorten: Vec<(u32, i64)>,
    pub receiver: Option<Vec<u8>>,
    pub stakeholders: Option<Vec<super::protocol::Known>>,
    pub news: Vec<News>,
}

impl Session {
    pub(super) fn new(peer: Peer, hello: GuardHello, outbox: Outbox) -> Session {
        Session {
            peer,
            hello,
            outbox,
            wanted: None,
            policy: None,
            given: Vec::new(),
            number: 0,
            applied: 0,
            receiver: None,
            mismatch: None,
            mark: String::new(),
            broken: false,
        }
    }

    /// True if it does not read its messages, and the connection should end.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// The number of the last [`Apply`] that it has confirmed.
    pub fn applied(&self) -> u64 {
        self.applied
    }

    /// The number of the last [`Apply`] that it was sent.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The last stretch of a group with a key for the policy that it wants.
    pub(super) fn last_stretch(&self, group: &KeyGroup) -> Option<Stretch> {
        let mut last = None;
        for given in self.given.iter().filter(|given| !given.leftover && given.group.id() == group.id()) {
            last = Some(given.stretch);
        }
        last
    }

    pub(super) fn note(&mut self, group: &Arc<KeyGroup>, stretch: Stretch, id: Option<u32>) {
        self.given.push(Given { group: Arc::clone(group), stretch, id, leftover: false });
    }

    /// Forgets keys that have ended; the guard does so too.
    pub(super) fn forget_ended(&mut self, now: i64) {
        self.given.retain(|given| given.stretch.until > now);
    }

    /// Takes back the keys of some groups.
    pub(super) fn take_back(&mut self, notice: &mut Notice, of: impl Fn(&Arc<KeyGroup>) -> bool) {
        self.given.retain(|given| {
            let taken = of(&given.group);
            notice.drop.extend(given.id.filter(|_| taken));
            !taken
        });
    }

    /// Changes to another policy. Keys of groups that it has too are taken back; those of the others end soon.
    pub(super) fn change_policy(&mut self, policy: &Arc<Policy>, now: i64, notice: &mut Notice) {
        self.take_back(notice, |group| policy.groups().iter().any(|new| new.id() == group.id()));
        let end = now.saturating_add(HAND_OVER);
        for given in &mut self.given {
            given.leftover = true;
            if given.stretch.until > end {
                given.stretch.until = end;
                notice.shorten.extend(given.id.map(|id| (id, end)));
            }
        }
        self.policy = Some(Arc::clone(policy));
        self.mismatch = None;
    }

    pub(super) fn keys(&self) -> usize {
        self.given.iter().filter(|given| given.id.is_some()).count()
    }

    pub(super) fn tell(&mut self, message: &ToGuard) {
        if self.broken {
            return;
        }
        let sent = frame(message).is_ok_and(|frame| (self.outbox)(frame));
        self.broken = !sent;
    }

    /// Sends the mark of the keeper's state, if it is new.
    pub(super) fn tell_held(&mut self, held: &Held) {
        if self.mark != held.mark {
            self.mark.clone_from(&held.mark);
            self.tell(&ToGuard::Held(held.clone()));
        }
    }

    /// Sends the reason, and ends the connection.
    pub(super) fn end(&mut self, why: String) {
        self.tell(&ToGuard::Refused(why));
        self.broken = true;
    }

    /// Sends, once, the reason for which there are no keys.
    pub(super) fn tell_mismatch(&mut self, mismatch: Mismatch) -> bool {
        let new = self.mismatch.as_ref() != Some(&mismatch);
        if new {
            self.mismatch = Some(mismatch.clone());
            self.tell(&ToGuard::Mismatch(mismatch));
        }
        new
    }

    /// Puts everything that was sent since the last time into effect.
    pub(super) fn apply(&mut self, notice: Notice) {
        let Some(policy) = self.policy.clone() else { return };
        self.number = self.number.saturating_add(1);
        let Notice { drop, shorten, receiver, stakeholders, news } = notice;
        self.tell(&ToGuard::Apply(Apply {
            number: self.number,
            fresh: self.number == 1,
            policy: policy.hash(),
            policy_version: policy.version(),
            robot: policy.robot().to_owned(),
            drop,
            shorten,
            receiver_id: self.receiver.map(|(id, _)| id),
            receiver,
            stakeholders,
            news,
        }));
    }
}
