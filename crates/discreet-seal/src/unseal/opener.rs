//! Opens the messages of one sealed topic.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::Granted;
use crate::{ContextDigest, OpenError, key_id};
use discreet_graph::Gid;

/// The context of a topic's sealed messages, without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSource {
    /// The domain that they come from.
    pub domain: u32,
    /// The topic's name in the policy.
    pub topic: String,
    /// The type of the content.
    pub type_name: String,
    /// The hash of that type.
    pub type_hash: String,
    /// `clear` or `redacted`.
    pub form: String,
}

/// Opens the messages of one sealed topic.
pub struct Opener {
    of: SealedSource,
    granted: Arc<Granted>,
    /// By the id of a key: the topic's context under it, computed once.
    contexts: HashMap<u32, ContextDigest>,
    /// Messages whose key has not arrived: after a revocation the first message may overtake the grant.
    waiting: VecDeque<Waiting>,
    forgotten: Forgotten,
}

struct Waiting {
    since: Duration,
    from: From,
    message: Vec<u8>,
}

/// Origin of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct From {
    /// Its publisher.
    pub publisher: Gid,
    /// The publisher does not belong to the guard that the catalogue names.
    pub is_foreign: bool,
}

/// Messages whose key did not arrive in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Of the robot's guard, as it appears.
    pub own: u64,
    /// From other publishers: another robot, or a stranger.
    pub foreign: u64,
}

/// The longest time that a message waits for its key.
const PATIENCE: Duration = Duration::from_millis(1000);
/// The most messages that wait, and the most bytes. Beyond that, those of strangers are dropped first, then
/// the oldest.
const MAX_WAITING: usize = 64;
const MAX_WAITING_BYTES: usize = 32 << 20;

/// Why a message was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unopened {
    /// Its key is not known: it is not for this stakeholder, or no longer, or not yet.
    NoKey(u32),
    /// It was refused.
    Refused(OpenError),
}

impl Opener {
    /// An opener for the messages of a topic.
    pub fn new(of: SealedSource, granted: Arc<Granted>) -> Opener {
        Opener {
            of,
            granted,
            contexts: HashMap::new(),
            waiting: VecDeque::new(),
            forgotten: Forgotten::default(),
        }
    }

    /// Opens a serialized `Sealed` in place, at second `now`. Returns the serialized message in it.
    pub fn open<'m>(&mut self, message: &'m mut [u8], now: i64) -> Result<&'m [u8], Unopened> {
        let now = self.granted.not_before(now);
        let id = key_id(message).map_err(Unopened::Refused)?;
        let held = self.granted.key(id).ok_or(Unopened::NoKey(id))?;
        let key = held.key();
        if key.form() != self.of.form {
            return Err(Unopened::Refused(OpenError::Changed)); // a key of the other form, which has another topic
        }
        if !self.contexts.contains_key(&id) {
            self.contexts.retain(|id, _| self.granted.key(*id).is_some());
        }
        let SealedSource { domain, topic, type_name, type_hash, .. } = &self.of;
        let context =
            *self.contexts.entry(id).or_insert_with(|| key.context(*domain, topic, type_name, type_hash));
        let (text, counter) =
            key.open(&context, now, key.must_be_signed(), message).map_err(Unopened::Refused)?;
        held.accept(context, counter).map_err(Unopened::Refused)?;
        Ok(text)
    }

    /// Keeps a message until its key arrives; `at` is monotonic.
    pub fn wait(&mut self, message: &[u8], from: From, at: Duration) {
        self.waiting.push_back(Waiting { since: at, from, message: message.to_vec() });
        while self.waiting.len() > MAX_WAITING
            || self.waiting.iter().map(|waiting| waiting.message.len()).sum::<usize>() > MAX_WAITING_BYTES
        {
            let foreign = self.waiting.iter().position(|waiting| waiting.from.is_foreign);
            let gone = self.waiting.remove(foreign.unwrap_or(0));
            gone.iter().for_each(|gone| self.forgotten.count(gone.from.is_foreign));
        }
    }

    /// The first waiting message whose key has arrived.
    pub fn ready(&mut self, at: Duration) -> Option<(Vec<u8>, From)> {
        let Opener { waiting, forgotten, granted, .. } = self;
        waiting.retain(|waiting| {
            let stays = at.saturating_sub(waiting.since) < PATIENCE;
            if !stays {
                forgotten.count(waiting.from.is_foreign);
            }
            stays
        });
        let has_key = |waiting: &Waiting| key_id(&waiting.message).is_ok_and(|id| granted.key(id).is_some());
        let place = waiting.iter().position(has_key)?;
        let waited = waiting.remove(place)?;
        Some((waited.message, waited.from))
    }

    /// Messages that waited too long since the last call.
    pub fn take_forgotten(&mut self) -> Forgotten {
        std::mem::take(&mut self.forgotten)
    }
}

impl Forgotten {
    fn count(&mut self, is_foreign: bool) {
        match is_foreign {
            true => self.foreign += 1,
            false => self.own += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{DOMAIN, NOW, Robot, grant_set, granted};
    use super::*;
    use crate::GRACE;

    const OWN: From = From { publisher: [1; 16], is_foreign: false };
    const STRANGER: From = From { publisher: [2; 16], is_foreign: true };

    fn opener(granted: &Arc<Granted>) -> Opener {
        let of = SealedSource {
            domain: DOMAIN,
            topic: "/t".into(),
            type_name: "a/msg/B".into(),
            type_hash: "h".into(),
            form: "clear".into(),
        };
        Opener::new(of, Arc::clone(granted))
    }

    #[test]
    fn what_was_granted_opens_once_on_its_topic_until_it_ends() {
        let robot = Robot::new();
        let granted = granted(&robot);
        let (key, grant) = robot.grant(7, granted.me().public(), NOW + 60);
        let mut opener = opener(&granted);
        let sealed = robot.seal(&key, "/t", b"hello");
        assert_eq!(opener.open(&mut sealed.clone(), NOW), Err(Unopened::NoKey(7)));
        assert_eq!(granted.update(&grant_set(&[], &[&grant]), NOW).unwrap().keys, 1);
        assert_eq!(granted.update(&grant_set(&[], &[&grant]), NOW).unwrap().keys, 0, "it is known");
        assert_eq!(opener.open(&mut sealed.clone(), NOW), Ok(b"hello".as_slice()));
        assert_eq!(opener.open(&mut sealed.clone(), NOW), Err(Unopened::Refused(OpenError::Replayed)));
        let elsewhere = robot.seal(&key, "/u", b"hello");
        assert_eq!(opener.open(&mut elsewhere.clone(), NOW), Err(Unopened::Refused(OpenError::Signature)));
        let late = robot.seal(&key, "/t", b"late");
        assert!(granted.keys(NOW + 60 + GRACE).is_empty());
        assert_eq!(opener.open(&mut late.clone(), NOW + 60 + GRACE), Err(Unopened::NoKey(7)));
    }

    #[test]
    fn a_topic_that_is_closed_and_opened_again_opens_no_message_twice() {
        let robot = Robot::new();
        let granted = granted(&robot);
        let (key, grant) = robot.grant(7, granted.me().public(), NOW + 60);
        granted.update(&grant_set(&[], &[&grant]), NOW).unwrap();
        let recorded: Vec<_> = (0..150).map(|_| robot.seal(&key, "/t", b"hello")).collect();
        let opened = |of: &mut Opener| {
            recorded.iter().filter(|sealed| of.open(&mut sealed.to_vec(), NOW).is_ok()).count()
        };
        assert_eq!(opened(&mut opener(&granted)), 150);
        for _ in 0..3 {
            granted.update(&grant_set(&[], &[&grant]), NOW).unwrap();
            assert_eq!(opened(&mut opener(&granted)), 0);
        }
    }

    #[test]
    fn a_message_waits_for_its_key_but_not_for_ever() {
        let robot = Robot::new();
        let granted = granted(&robot);
        let (key, grant) = robot.grant(7, granted.me().public(), NOW + 60);
        let mut opener = opener(&granted);
        let start = Duration::from_secs(5);
        opener.wait(&robot.seal(&key, "/t", b"one"), OWN, start);
        opener.wait(&robot.seal(&key, "/t", b"two"), OWN, start + PATIENCE / 2);
        assert_eq!(opener.ready(start), None);
        granted.update(&grant_set(&[], &[&grant]), NOW).unwrap();
        let (mut message, from) = opener.ready(start + PATIENCE).unwrap();
        assert_eq!(from, OWN);
        assert_eq!(opener.take_forgotten(), Forgotten { own: 1, foreign: 0 });
        assert_eq!(opener.open(&mut message, NOW), Ok(b"two".as_slice()));
    }

    #[test]
    fn strangers_do_not_displace_what_waits() {
        let robot = Robot::new();
        let granted = granted(&robot);
        let (key, grant) = robot.grant(7, granted.me().public(), NOW + 60);
        let mut opener = opener(&granted);
        opener.wait(&robot.seal(&key, "/t", b"mine"), OWN, Duration::ZERO);
        (0..1000).for_each(|_| opener.wait(&[0; 100], STRANGER, Duration::ZERO));
        assert_eq!(opener.waiting.len(), MAX_WAITING);
        granted.update(&grant_set(&[], &[&grant]), NOW).unwrap();
        assert!(opener.ready(Duration::ZERO).is_some());
        assert_eq!(opener.take_forgotten(), Forgotten { own: 0, foreign: 1001 - MAX_WAITING as u64 });
        (0..1000).for_each(|_| opener.wait(&[0; 100], OWN, Duration::ZERO));
        assert_eq!(opener.waiting.len(), MAX_WAITING, "its own are bounded too");
    }
}
