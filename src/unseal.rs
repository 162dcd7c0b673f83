//! A stakeholder's side: keys come with grants, and sealed messages are opened with them.
//!
//! Pure: no clock, no ROS. [`crate::ros`] has the node that does this for every topic, `python/discreet` the same in Python.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::cdr::Malformed;
use crate::graph::Gid;
use crate::identity::{Identity, PublicIdentity};
use crate::seal::{ContextDigest, GRACE, Grant, OpenError, OpeningKey, Receiver, Replay, key_id, read_board};

/// What was granted to one stakeholder by one robot, and not yet over.
pub struct Granted {
    me: Identity,
    robot: PublicIdentity,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    keys: HashMap<u32, Arc<OpeningKey>>,
    /// Grants that were read already, by their hash: most come again and again.
    known: HashMap<[u8; 32], i64>,
    receiver: Option<Receiver>,
}

/// The most grants that are remembered. A robot has one for each group and epoch, and the ended ones are forgotten.
const MAX_KNOWN: usize = 8192;

/// What came of reading grants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heeded {
    /// Keys that were not there before.
    pub keys: usize,
    /// Grants that the robot did not sign, or that do not open. Anybody outside can publish such.
    pub refused: usize,
}

impl Granted {
    /// Nothing yet.
    pub fn new(me: Identity, robot: PublicIdentity) -> Granted {
        Granted { me, robot, held: Mutex::default() }
    }

    /// Whose they are.
    pub fn me(&self) -> &Identity {
        &self.me
    }

    /// Who grants.
    pub fn robot(&self) -> &PublicIdentity {
        &self.robot
    }

    /// Reads a message of [`crate::seal::GRANTS_TOPIC`] at second `now`, and forgets the keys that are over.
    pub fn heed(&self, message: &[u8], now: i64) -> Result<Heeded, Malformed> {
        let board = read_board(message)?;
        let mut held = self.held();
        held.forget(now);
        let mut heeded = Heeded::default();
        for bytes in &board.grants {
            let hash = *blake3::hash(bytes).as_bytes();
            if held.known.contains_key(&hash) {
                continue;
            }
            let Ok(grant) = Grant::read(bytes, &self.robot) else {
                heeded.refused += 1;
                continue;
            };
            let until = grant.terms().until;
            if is_over(until, now) || held.known.len() >= MAX_KNOWN {
                continue;
            }
            match grant.open(&self.me) {
                Ok(Some(key)) => {
                    held.keys.insert(key.id(), Arc::new(key));
                    heeded.keys += 1;
                }
                Ok(None) => {}
                Err(_) => heeded.refused += 1,
            }
            held.known.insert(hash, until);
        }
        if let Ok(receiver) = Receiver::read(board.receiver, &self.robot) {
            let (key, until) = (receiver.terms().key, receiver.terms().until);
            let known = held.receiver.as_ref().map(|known| known.terms().key);
            if !is_over(until, now) && known.is_none_or(|known| known < key) {
                held.receiver = Some(receiver);
            }
        }
        Ok(heeded)
    }

    /// The key of this number.
    pub fn key(&self, id: u32) -> Option<Arc<OpeningKey>> {
        self.held().keys.get(&id).cloned()
    }

    /// Until when something can be opened, by class and form: the keys that there are.
    pub fn keys(&self) -> Vec<Arc<OpeningKey>> {
        self.held().keys.values().cloned().collect()
    }

    /// Where commands can be sent now.
    pub fn receiver(&self, now: i64) -> Option<Receiver> {
        self.held().receiver.clone().filter(|receiver| !is_over(receiver.terms().until, now))
    }

    /// Forgets the keys that are over at second `now`.
    pub fn forget(&self, now: i64) {
        self.held().forget(now);
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn forget(&mut self, now: i64) {
        self.keys.retain(|_, key| !is_over(key.validity().1, now));
        self.known.retain(|_, until| !is_over(*until, now));
    }
}

fn is_over(until: i64, now: i64) -> bool {
    now >= until.saturating_add(GRACE)
}

/// What the sealed messages of a topic are bound to, apart from the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSource {
    /// The domain that they come from.
    pub domain: u32,
    /// The topic's name in the policy.
    pub topic: String,
    /// The type of what is inside.
    pub type_name: String,
    /// Its hash.
    pub type_hash: String,
    /// `clear` or `redacted`.
    pub form: String,
}

/// Opens the messages of one sealed topic.
pub struct Opener {
    of: SealedSource,
    granted: Arc<Granted>,
    /// By key: what was computed once for it, and which messages it has opened already.
    known: HashMap<u32, (ContextDigest, Replay)>,
    /// Messages whose key has not come yet: after a revocation the grant may come behind the first message.
    waiting: VecDeque<(Duration, Gid, Vec<u8>)>,
}

/// Messages wait this long for their key.
const PATIENCE: Duration = Duration::from_millis(1000);
/// So many messages wait, and so many bytes; the oldest give way.
const MAX_WAITING: usize = 64;
const MAX_WAITING_BYTES: usize = 32 << 20;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unopened {
    /// Its key is not there: it is not for this stakeholder, not any more, or not yet.
    NoKey(u32),
    /// It is not what it should be.
    Refused(OpenError),
}

impl Opener {
    /// For the messages of a topic.
    pub fn new(of: SealedSource, granted: Arc<Granted>) -> Opener {
        Opener { of, granted, known: HashMap::new(), waiting: VecDeque::new() }
    }

    /// Opens a serialized `Sealed` where it lies, at second `now`: the serialized message that was sealed.
    pub fn open<'m>(&mut self, message: &'m mut [u8], now: i64) -> Result<&'m [u8], Unopened> {
        let id = key_id(message).map_err(Unopened::Refused)?;
        let key = self.granted.key(id).ok_or(Unopened::NoKey(id))?;
        if key.form() != self.of.form {
            return Err(Unopened::Refused(OpenError::Changed)); // a key of the other form, which is on another topic
        }
        if !self.known.contains_key(&id) {
            self.known.retain(|id, _| self.granted.key(*id).is_some());
            let SealedSource { domain, topic, type_name, type_hash, .. } = &self.of;
            let context = key.context(*domain, topic, type_name, type_hash);
            self.known.insert(id, (context, Replay::default()));
        }
        let (context, replay) = self.known.get_mut(&id).ok_or(Unopened::NoKey(id))?;
        let (text, counter) =
            key.open(context, now, key.must_be_signed(), message).map_err(Unopened::Refused)?;
        replay.accept(counter).map_err(Unopened::Refused)?;
        Ok(text)
    }

    /// Keeps a message of a publisher for when its key comes; `at` is monotonic.
    pub fn wait(&mut self, from: Gid, message: &[u8], at: Duration) {
        self.waiting.push_back((at, from, message.to_vec()));
        while self.waiting.len() > MAX_WAITING
            || self.waiting.iter().map(|(.., message)| message.len()).sum::<usize>() > MAX_WAITING_BYTES
        {
            self.waiting.pop_front();
        }
    }

    /// The first message that waited and whose key is there now, with its publisher. Those that waited too long are forgotten, and counted.
    pub fn ready(&mut self, at: Duration) -> (Option<(Gid, Vec<u8>)>, usize) {
        let before = self.waiting.len();
        self.waiting.retain(|(since, ..)| at.saturating_sub(*since) < PATIENCE);
        let forgotten = before - self.waiting.len();
        let is_there = |(.., message): &(Duration, Gid, Vec<u8>)| {
            key_id(message).is_ok_and(|id| self.granted.key(id).is_some())
        };
        let place = self.waiting.iter().position(is_there);
        let message = place.and_then(|place| self.waiting.remove(place));
        (message.map(|(_, from, message)| (from, message)), forgotten)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Suite;
    use crate::seal::{
        Board, Context, GrantTerms, HEADROOM, Padding, SealingKey, SenderKey, TAILROOM, issue, write_board,
    };
    use crate::secret::Secret;

    const NOW: i64 = 1_800_000_000;

    struct Robot {
        identity: Identity,
        sender: SenderKey,
    }

    impl Robot {
        fn new() -> Robot {
            Robot { identity: Identity::generate("r").unwrap(), sender: SenderKey::generate().unwrap() }
        }

        fn grant(&self, id: u32, member: &PublicIdentity, until: i64) -> (SealingKey, Vec<u8>) {
            let secret = Secret::random().unwrap();
            let terms = GrantTerms {
                robot: "r",
                group: [3; 16],
                class: "contextual",
                form: "clear",
                suite: Suite::Aes256Gcm,
                key: id,
                from: NOW - 10,
                until,
                policy_version: 1,
                sender: self.sender.public(),
            };
            let grant = issue(&terms, &secret, &[member], &self.identity).unwrap();
            (SealingKey::new(Suite::Aes256Gcm, id, &secret), grant)
        }

        fn seal(&self, key: &SealingKey, topic: &str, text: &[u8]) -> Vec<u8> {
            let context = Context {
                robot: "r",
                domain: 4,
                topic,
                type_name: "a/msg/B",
                type_hash: "h",
                class: "contextual",
                form: "clear",
                group: &[3; 16],
                policy_version: 1,
            };
            let mut buffer = vec![0; HEADROOM + text.len() + TAILROOM];
            buffer[HEADROOM..HEADROOM + text.len()].copy_from_slice(text);
            key.seal(&context.digest(), Some(&self.sender), Padding::None, &mut buffer, text.len())
                .unwrap()
                .to_vec()
        }
    }

    fn board(grants: &[&[u8]]) -> Vec<u8> {
        write_board(&Board { robot: "r", receiver: &[], grants: grants.to_vec() })
    }

    fn opener(granted: &Arc<Granted>) -> Opener {
        let of = SealedSource {
            domain: 4,
            topic: "/t".into(),
            type_name: "a/msg/B".into(),
            type_hash: "h".into(),
            form: "clear".into(),
        };
        Opener::new(of, Arc::clone(granted))
    }

    fn granted(robot: &Robot) -> Arc<Granted> {
        let me = Identity::generate("desk").unwrap();
        Arc::new(Granted::new(me, robot.identity.public().clone()))
    }

    #[test]
    fn what_was_granted_opens_once_on_its_topic_until_it_is_over() {
        let robot = Robot::new();
        let granted = granted(&robot);
        let (key, grant) = robot.grant(7, granted.me().public(), NOW + 60);
        let mut opener = opener(&granted);
        let sealed = robot.seal(&key, "/t", b"hello");
        assert_eq!(opener.open(&mut sealed.clone(), NOW), Err(Unopened::NoKey(7)));
        let heeded = granted.heed(&board(&[&grant]), NOW).unwrap();
        assert_eq!(heeded, Heeded { keys: 1, refused: 0 });
        assert_eq!(granted.heed(&board(&[&grant]), NOW).unwrap(), Heeded::default(), "it is known");
        assert_eq!(opener.open(&mut sealed.clone(), NOW), Ok(b"hello".as_slice()));
        assert_eq!(opener.open(&mut sealed.clone(), NOW), Err(Unopened::Refused(OpenError::Replayed)));
        let elsewhere = robot.seal(&key, "/u", b"hello");
        assert_eq!(opener.open(&mut elsewhere.clone(), NOW), Err(Unopened::Refused(OpenError::Signature)));
        let late = robot.seal(&key, "/t", b"late");
        granted.forget(NOW + 60 + GRACE);
        assert_eq!(opener.open(&mut late.clone(), NOW + 60 + GRACE), Err(Unopened::NoKey(7)));
    }

    #[test]
    fn grants_of_another_robot_and_for_others_give_no_key() {
        let (robot, impostor) = (Robot::new(), Robot::new());
        let granted = granted(&robot);
        let (_, forged) = impostor.grant(7, granted.me().public(), NOW + 60);
        let (_, of_others) = robot.grant(8, robot.identity.public(), NOW + 60);
        let heeded = granted.heed(&board(&[&forged, &of_others, b"noise"]), NOW).unwrap();
        assert_eq!(heeded, Heeded { keys: 0, refused: 2 });
        assert!(granted.keys().is_empty());
    }

    #[test]
    fn a_message_waits_for_its_key_but_not_for_ever() {
        let robot = Robot::new();
        let granted = granted(&robot);
        let (key, grant) = robot.grant(7, granted.me().public(), NOW + 60);
        let mut opener = opener(&granted);
        let start = Duration::from_secs(5);
        opener.wait([1; 16], &robot.seal(&key, "/t", b"one"), start);
        opener.wait([2; 16], &robot.seal(&key, "/t", b"two"), start + PATIENCE / 2);
        assert_eq!(opener.ready(start), (None, 0));
        granted.heed(&board(&[&grant]), NOW).unwrap();
        let (message, forgotten) = opener.ready(start + PATIENCE);
        assert_eq!(forgotten, 1);
        let (from, mut message) = message.unwrap();
        assert_eq!((from, opener.open(&mut message, NOW)), ([2; 16], Ok(b"two".as_slice())));
        (0..1000).for_each(|_| opener.wait([0; 16], &[0; 100], start));
        assert_eq!(opener.waiting.len(), MAX_WAITING);
    }
}
