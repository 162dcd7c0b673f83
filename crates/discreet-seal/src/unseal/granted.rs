//! Grants of one robot to one stakeholder: keys, and the receiver of commands. All of it expires.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::identity::{Identity, PublicIdentity};
use crate::{ContextDigest, GRACE, Grant, OpenError, OpeningKey, Receiver, Replay, read_grants};
use discreet_cdr::Malformed;
use discreet_host::steps;
use discreet_host::sync::lock;

/// The unexpired grants of one robot to one stakeholder, on one outer domain.
pub struct Granted {
    me: Identity,
    robot: PublicIdentity,
    domain: u32,
    held: Mutex<Held>,
}

/// A key, and the numbers of the messages that it has opened. They live together: a topic that is closed and
/// opened again opens no message a second time.
pub struct HeldKey {
    key: OpeningKey,
    /// By the context of a topic. Contexts come from a catalogue that the robot's guard signed, so their
    /// number is bounded.
    seen: Mutex<HashMap<ContextDigest, Replay>>,
}

#[derive(Default)]
struct Held {
    keys: HashMap<u32, Arc<HeldKey>>,
    /// Hashes of grants that were read, with their ends: most grants are repeated many times.
    known: HashMap<[u8; 32], i64>,
    receiver: Option<Receiver>,
    /// The latest second that was seen. An earlier one is not accepted: it would revive expired keys.
    latest: Option<i64>,
}

/// The most grants that are remembered. A robot has one for each group and epoch, and expired ones are
/// forgotten.
const MAX_KNOWN: usize = 8192;

/// The longest validity of an announcement, in seconds. A longer one comes from another version, or from a
/// keeper whose clock is ahead.
const LONGEST: i64 = 300;

/// After this many grants that the robot did not sign, the rest of the message is not read.
const MOST_REFUSED: usize = 8;

/// Result of reading grants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Updated {
    /// The number of new keys.
    pub keys: usize,
    /// True if an announcement replaced the one before it.
    pub announced: bool,
    /// Grants and announcements in the robot's name that it did not sign. Anybody outside can publish them.
    pub refused: usize,
}

impl HeldKey {
    /// The key.
    pub fn key(&self) -> &OpeningKey {
        &self.key
    }

    /// Accepts each number of a topic once. Only for messages that opened.
    pub fn accept(&self, context: ContextDigest, counter: u64) -> Result<(), OpenError> {
        let mut seen = lock(&self.seen);
        seen.entry(context).or_default().accept(counter)
    }
}

impl Granted {
    /// Without any grant.
    pub fn new(me: Identity, robot: PublicIdentity, domain: u32) -> Granted {
        Granted { me, robot, domain, held: Mutex::default() }
    }

    /// The stakeholder.
    pub fn me(&self) -> &Identity {
        &self.me
    }

    /// The robot that grants.
    pub fn robot(&self) -> &PublicIdentity {
        &self.robot
    }

    /// The robot's outer domain.
    pub fn domain(&self) -> u32 {
        self.domain
    }

    /// Reads the grants of a message of [`crate::GRANTS_TOPIC`] that are valid at second `now`, and forgets
    /// expired keys. A message of another robot is ignored. A grant that is missing in a message is not
    /// revoked by that.
    pub fn update(&self, message: &[u8], now: i64) -> Result<Updated, Malformed> {
        let grant_set = read_grants(message)?;
        let mut held = self.held();
        let now = held.forget_ended(now);
        let mut updated = Updated::default();
        if grant_set.robot != self.robot.name {
            return Ok(updated);
        }
        for bytes in &grant_set.grants {
            let hash = *blake3::hash(bytes).as_bytes();
            // Checked before the signature, which costs fifty times as much: most grants are for others.
            if held.known.contains_key(&hash) || !Grant::names(bytes, self.me.public()) {
                continue;
            }
            // A guard publishes only grants that its robot signed. Each costs a signature check, and a
            // message with thousands must not delay the next one.
            if updated.refused >= MOST_REFUSED {
                break;
            }
            steps::count(1);
            let Ok(grant) = Grant::read(bytes, &self.robot) else {
                updated.refused += 1;
                continue;
            };
            let until = grant.terms().until;
            if has_ended(until, now) || held.known.len() >= MAX_KNOWN {
                continue;
            }
            match grant.open(&self.me) {
                Ok(Some(key)) => {
                    let held_key = HeldKey { key, seen: Mutex::default() };
                    // Of one id the first stays, together with its replay check.
                    held.keys.entry(held_key.key.id()).or_insert_with(|| Arc::new(held_key));
                    updated.keys += 1;
                }
                Ok(None) => {}
                Err(_) => updated.refused += 1,
            }
            held.known.insert(hash, until);
        }
        held.renew(grant_set.receiver, &self.robot, self.domain, now, &mut updated);
        Ok(updated)
    }

    /// The key of this id.
    pub fn key(&self, id: u32) -> Option<Arc<HeldKey>> {
        self.held().keys.get(&id).cloned()
    }

    /// All unexpired keys at second `now`.
    pub fn keys(&self, now: i64) -> Vec<Arc<HeldKey>> {
        let mut held = self.held();
        held.forget_ended(now);
        held.keys.values().cloned().collect()
    }

    /// The receiver of commands at second `now`.
    pub fn receiver(&self, now: i64) -> Option<Receiver> {
        let mut held = self.held();
        let now = held.not_before(now);
        held.receiver.clone().filter(|receiver| receiver.is_valid(now))
    }

    /// The second at which the newest announcement expires, also if that has passed.
    pub fn announced_until(&self) -> Option<i64> {
        self.held().receiver.as_ref().map(|receiver| receiver.terms().until)
    }

    /// The guard's signing keys (Ed25519) that the robot certified and that are valid at second `now`.
    pub fn senders(&self, now: i64) -> Vec<[u8; 32]> {
        let mut held = self.held();
        let now = held.forget_ended(now);
        let announced = held.receiver.iter().filter(|receiver| receiver.is_valid(now));
        let mut senders: Vec<_> = announced.map(|receiver| receiver.terms().sender).collect();
        senders.extend(held.keys.values().map(|held| held.key.sender()));
        senders.sort_unstable();
        senders.dedup();
        senders
    }

    /// The second that counts when the clock shows `now`: the latest one that was seen.
    pub fn not_before(&self, now: i64) -> i64 {
        self.held().not_before(now)
    }
}

impl Granted {
    fn held(&self) -> MutexGuard<'_, Held> {
        lock(&self.held)
    }
}

impl Held {
    fn not_before(&mut self, now: i64) -> i64 {
        let latest = self.latest.map_or(now, |latest| latest.max(now));
        self.latest = Some(latest);
        latest
    }

    fn forget_ended(&mut self, now: i64) -> i64 {
        let now = self.not_before(now);
        self.keys.retain(|_, held| !has_ended(held.key.validity().1, now));
        self.known.retain(|_, until| !has_ended(*until, now));
        now
    }

    /// Reads an announcement, or the renewal of one.
    fn renew(&mut self, bytes: &[u8], robot: &PublicIdentity, domain: u32, now: i64, updated: &mut Updated) {
        // One that is not newer is not verified: anybody can repeat old ones. One that is not valid now gives
        // way to any that is: the robot's clock may have been set, or its state lost.
        let stays = |known: &Receiver| {
            let terms = known.terms();
            known.is_valid(now)
                && Receiver::claims(bytes).is_none_or(|claimed| claimed <= (terms.key, terms.until))
        };
        if bytes.is_empty() || self.receiver.as_ref().is_some_and(stays) {
            return;
        }
        let Ok(receiver) = Receiver::read(bytes, robot) else {
            updated.refused += 1;
            return;
        };
        if receiver.terms().domain != domain {
            updated.refused += 1; // of another domain
        } else if receiver.is_valid(now) && receiver.terms().until.saturating_sub(now) <= LONGEST {
            self.receiver = Some(receiver);
            updated.announced = true;
        }
    }
}

fn has_ended(until: i64, now: i64) -> bool {
    now >= until.saturating_add(GRACE)
}

#[cfg(test)]
mod tests {
    use super::super::world::{DOMAIN, NOW, Robot, grant_set, granted};
    use super::*;
    use crate::identity::Identity;

    #[test]
    fn a_renewal_under_the_same_id_takes_the_place_of_what_it_renews() {
        let robot = Robot::new();
        let granted = granted(&robot);
        let [first, renewed] = [30, 60].map(|seconds| robot.announcement(7, NOW, NOW + seconds));
        granted.update(&grant_set(&first, &[]), NOW).unwrap();
        assert!(granted.receiver(NOW + 29).is_some() && granted.receiver(NOW + 30).is_none());
        let granted = self::granted(&robot);
        for announcement in [&first, &renewed, &first] {
            granted.update(&grant_set(announcement, &[]), NOW).unwrap();
        }
        let receiver =
            granted.receiver(NOW + 59).expect("an old one that is sent again does not end the lease");
        assert_eq!(receiver.terms().until, NOW + 60);
        assert!(granted.receiver(NOW + 60).is_none());
        assert_eq!(granted.announced_until(), Some(NOW + 60), "also when that has passed");
    }

    #[test]
    fn a_day_of_renewals_never_leaves_a_commander_without_a_key() {
        let robot = Robot::new();
        let granted = granted(&robot);
        for second in NOW..NOW + 86_400 {
            if (second - NOW) % 10 == 0 {
                granted.update(&grant_set(&robot.announcement(7, second, second + 30), &[]), second).unwrap();
            }
            assert!(granted.receiver(second).is_some(), "after {} s", second - NOW);
        }
        assert!(granted.receiver(NOW + 86_400 + 30).is_none(), "and it ends when nobody renews it");
    }

    #[test]
    fn an_announcement_of_the_future_or_of_a_lost_memory_gives_way_when_it_does_not_hold() {
        let robot = Robot::new();
        let granted = granted(&robot);
        let takes = |key, from, until, now| {
            granted.update(&grant_set(&robot.announcement(key, from, until), &[]), now).unwrap().announced
        };
        assert!(!takes(9, NOW + 3595, NOW + 3630, NOW), "the keeper's clock is an hour ahead");
        assert!(!takes(9, NOW - 5, NOW + 3630, NOW), "no keeper gives so much");
        assert!(takes(9, NOW - 5, NOW + 30, NOW));
        assert!(!takes(1, NOW + 5, NOW + 40, NOW + 10), "an older key, as long as the newer one holds");
        assert!(takes(1, NOW + 25, NOW + 60, NOW + 30), "the keeper began to count again");
        assert_eq!(granted.receiver(NOW + 30).unwrap().terms().key, 1);
    }

    #[test]
    fn an_announcement_for_another_domain_or_of_another_robot_says_nothing_here() {
        let (robot, other) = (Robot::new(), Robot::new());
        let granted = granted(&robot);
        let elsewhere = robot.announcement_on(DOMAIN + 1, 9, NOW, NOW + 30);
        assert_eq!(
            granted.update(&grant_set(&elsewhere, &[]), NOW),
            Ok(Updated { refused: 1, ..Updated::default() })
        );
        let forged = other.announcement(9, NOW, NOW + 30);
        assert_eq!(
            granted.update(&grant_set(&forged, &[]), NOW),
            Ok(Updated { refused: 1, ..Updated::default() })
        );
        assert!(granted.receiver(NOW).is_none());
    }

    #[test]
    fn grants_of_another_robot_and_for_others_give_no_key() {
        let (robot, impostor) = (Robot::new(), Robot::new());
        let granted = granted(&robot);
        let (_, forged) = impostor.grant(7, granted.me().public(), NOW + 60);
        let (_, of_others) = robot.grant(8, robot.identity.public(), NOW + 60);
        let updated = granted.update(&grant_set(&[], &[&forged, &of_others, b"noise"]), NOW).unwrap();
        assert_eq!(updated, Updated { refused: 1, ..Updated::default() });
        assert!(granted.keys(NOW).is_empty());
    }

    #[test]
    fn a_board_of_thousands_of_forged_grants_costs_a_few_signature_checks() {
        let (robot, impostor) = (Robot::new(), Robot::new());
        let granted = granted(&robot);
        let forged: Vec<_> =
            (0..200).map(|id| impostor.grant(id, granted.me().public(), NOW + 60).1).collect();
        let before = steps::taken();
        let grant_set = grant_set(&[], &forged.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let updated = granted.update(&grant_set, NOW).unwrap();
        assert_eq!(updated, Updated { refused: MOST_REFUSED, ..Updated::default() });
        assert!(steps::taken() - before <= MOST_REFUSED as u64);
    }

    #[test]
    fn a_board_of_another_robot_is_left_alone() {
        let (robot, other) = (Robot::new(), Robot::named("other"));
        let granted = granted(&robot);
        let (_, grant) = other.grant(7, granted.me().public(), NOW + 60);
        let grant_set = other.grant_set(&other.announcement(9, NOW, NOW + 30), &[&grant]);
        assert_eq!(granted.update(&grant_set, NOW), Ok(Updated::default()));
    }

    #[test]
    fn a_clock_that_is_set_back_revives_nothing() {
        let robot = Robot::new();
        let granted = granted(&robot);
        let (_, grant) = robot.grant(7, granted.me().public(), NOW + 60);
        let grant_set = grant_set(&robot.announcement(8, NOW, NOW + 30), &[&grant]);
        granted.update(&grant_set, NOW).unwrap();
        assert!(granted.keys(NOW + 62).is_empty());
        assert_eq!(granted.update(&grant_set, NOW), Ok(Updated::default()));
        assert!(
            granted.keys(NOW).is_empty()
                && granted.receiver(NOW).is_none()
                && granted.senders(NOW).is_empty()
        );
    }

    #[test]
    fn what_the_robot_certified_may_sign_until_that_ends() {
        let robot = Robot::new();
        let granted = granted(&robot);
        assert!(granted.senders(NOW).is_empty());
        let (_, grant) = robot.grant(7, granted.me().public(), NOW + 60);
        granted.update(&grant_set(&robot.announcement(8, NOW, NOW + 30), &[&grant]), NOW).unwrap();
        assert_eq!(granted.senders(NOW + 61), [robot.sender.public()]);
        assert!(granted.senders(NOW + 62).is_empty());
    }

    #[test]
    fn a_stranger_with_my_name_gets_none_of_my_keys() {
        let robot = Robot::new();
        let granted = granted(&robot);
        let stranger = Identity::generate("desk").unwrap();
        let (_, grant) = robot.grant(7, stranger.public(), NOW + 60);
        assert_eq!(granted.update(&grant_set(&[], &[&grant]), NOW), Ok(Updated::default()));
    }
}
