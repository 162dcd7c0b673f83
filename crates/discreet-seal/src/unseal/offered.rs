//! The sealed topics that a robot offers to a stakeholder.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use super::Granted;
use crate::catalog::{Offer, ReadFor, Unverified, Verified};
use discreet_graph::Gid;

/// The longest validity of a catalogue, in seconds. A longer one comes from another version.
const LONGEST: i64 = 300;
/// The most that the robot's clock may be ahead, in seconds.
const AHEAD: i64 = 60;

/// The newest catalogue that one of the robot's guards signed.
///
/// Only a newer signed one replaces it: messages of strangers neither open nor close a topic.
pub struct Offered {
    granted: Arc<Granted>,
    verified: Option<Verified>,
    /// The hash of the message that it was read from: anybody may repeat it, which must cost little.
    known: Option<[u8; 32]>,
    /// Messages signed by a sender that is not certified. The grant that certifies it may arrive later.
    early: VecDeque<Vec<u8>>,
    /// The certified senders when those were last verified.
    tried: Vec<[u8; 32]>,
}

/// The most early messages, and the most bytes of each.
const MOST_EARLY: usize = 4;
const MOST_BYTES: usize = 1 << 20;

/// Why a catalogue was ignored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Of another robot, or not signed by its guard.
    #[error(transparent)]
    Unverified(#[from] Unverified),
    /// Expired, of the future, or with a validity that is too long.
    #[error("it has expired, or is not valid yet")]
    NotNow,
    /// A newer one is known.
    #[error("a newer one is known")]
    Older,
}

impl Offered {
    /// Without a catalogue.
    pub fn new(granted: Arc<Granted>) -> Offered {
        Offered { granted, verified: None, known: None, early: VecDeque::new(), tried: Vec::new() }
    }

    /// Takes a message of [`crate::catalog::CATALOG_TOPIC`] at second `now`.
    pub fn update(&mut self, message: &[u8], now: i64) -> Result<(), Refusal> {
        let now = self.granted.not_before(now);
        let hash = *blake3::hash(message).as_bytes();
        if self.known == Some(hash) {
            return Ok(());
        }
        let senders = self.granted.senders(now);
        let read = Verified::read(
            message,
            ReadFor {
                robot: &self.granted.robot().name,
                domain: self.granted.domain(),
                senders: &senders,
                audience: &self.granted.me().public().name,
            },
        );
        if read == Err(Unverified::Signature) && message.len() <= MOST_BYTES {
            self.early.push_back(message.to_vec());
            if self.early.len() > MOST_EARLY {
                self.early.pop_front();
            }
        }
        let verified = read?;
        let (made, until) = (verified.lease.stamp.div_euclid(1_000_000_000), verified.lease.until);
        if until <= now || made > now.saturating_add(AHEAD) || until.saturating_sub(made) > LONGEST {
            return Err(Refusal::NotNow);
        }
        match &self.verified {
            Some(known) if known.lease.until > now && known.lease.stamp > verified.lease.stamp => {
                Err(Refusal::Older)
            }
            _ => {
                (self.verified, self.known) = (Some(verified), Some(hash));
                Ok(())
            }
        }
    }

    /// Reads early messages again once another guard is certified. Call it after grants were read.
    pub fn retry(&mut self, now: i64) {
        let senders = self.granted.senders(now);
        if senders == self.tried {
            return;
        }
        self.tried = senders;
        for message in std::mem::take(&mut self.early) {
            let _still_early = self.update(&message, now);
        }
    }

    /// True if the catalogue holds at second `now`. After its end no topic is opened, and an open one stays open as long as
    /// there are keys for it.
    pub fn holds(&self, now: i64) -> bool {
        let now = self.granted.not_before(now);
        self.verified.as_ref().is_some_and(|verified| verified.lease.until > now)
    }

    /// The topics for which there is a key at second `now`. No other is ever opened.
    pub fn offers(&self, now: i64) -> Vec<&Offer> {
        let keys = self.granted.keys(now);
        let granted: HashSet<_> = keys.iter().map(|held| (held.key().class(), held.key().form())).collect();
        let offers = self.verified.iter().flat_map(|verified| &verified.offers);
        offers.filter(|offer| granted.contains(&(offer.data_class.as_str(), offer.form.as_str()))).collect()
    }

    /// The guard's publisher of catalogues, as the catalogue claims.
    pub fn publisher(&self) -> Option<Gid> {
        self.verified.as_ref().map(|verified| verified.publisher)
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{NOW, Robot, catalog, grant_set, granted};
    use super::*;
    use crate::catalog::{Catalog, CatalogLease};

    fn at(second: i64) -> CatalogLease {
        CatalogLease::from(second * 1_000_000_000)
    }

    fn topics(offered: &Offered, now: i64) -> Vec<&str> {
        offered.offers(now).iter().map(|offer| offer.policy_topic.as_str()).collect()
    }

    /// The desk, which was granted a key until a minute from now.
    fn scene() -> (Robot, Offered) {
        let robot = Robot::new();
        let granted = granted(&robot);
        let (_, grant) = robot.grant(7, granted.me().public(), NOW + 60);
        granted.update(&grant_set(&[], &[&grant]), NOW).unwrap();
        (robot, Offered::new(granted))
    }

    #[test]
    fn strangers_neither_open_nor_close_a_topic() {
        let (robot, mut offered) = scene();
        offered.update(&robot.catalog(&catalog(&["/a", "/b"]), at(NOW)), NOW).unwrap();
        let (impostor, neighbour) = (Robot::new(), Robot::named("neighbour"));
        let signature = Err(Refusal::Unverified(Unverified::Signature));
        let empty = Catalog { robot: "r".into(), ..Catalog::default() };
        assert_eq!(offered.update(&impostor.catalog(&catalog(&[]), at(NOW + 5)), NOW + 5), signature);
        assert_eq!(offered.update(&empty.unsigned(at(NOW + 5)), NOW + 5), signature);
        assert_eq!(
            offered.update(&neighbour.catalog(&catalog(&[]), at(NOW + 5)), NOW + 5),
            Err(Refusal::Unverified(Unverified::OtherRobot))
        );
        assert_eq!(topics(&offered, NOW + 5), ["/a", "/b"]);
    }

    #[test]
    fn the_newest_counts_whatever_is_sent_again() {
        let (robot, mut offered) = scene();
        let [old, new] = [(vec!["/a"], NOW), (vec!["/b"], NOW + 10)]
            .map(|(topics, second)| robot.catalog(&catalog(&topics), at(second)));
        offered.update(&new, NOW + 10).unwrap();
        assert_eq!(offered.update(&old, NOW + 10), Err(Refusal::Older));
        assert_eq!(topics(&offered, NOW + 10), ["/b"]);
        assert_eq!(offered.update(&old, NOW + 30), Err(Refusal::NotNow));
    }

    #[test]
    fn from_a_catalogue_that_has_ended_nothing_is_opened_and_keys_keep_open_what_is() {
        let (robot, mut offered) = scene();
        offered.update(&robot.catalog(&catalog(&["/a"]), at(NOW)), NOW).unwrap();
        assert!(offered.holds(NOW + 29) && !offered.holds(NOW + 30));
        assert_eq!(topics(&offered, NOW + 61), ["/a"]);
        assert!(topics(&offered, NOW + 62).is_empty(), "no key is left");
        assert!(!offered.holds(NOW), "and time does not go back");
    }

    #[test]
    fn a_catalogue_that_comes_before_its_grant_is_not_lost() {
        let robot = Robot::new();
        let granted = granted(&robot);
        let mut offered = Offered::new(Arc::clone(&granted));
        let message = robot.catalog(&catalog(&["/a"]), at(NOW));
        assert_eq!(offered.update(&message, NOW), Err(Refusal::Unverified(Unverified::Signature)));
        let (_, grant) = robot.grant(7, granted.me().public(), NOW + 60);
        granted.update(&grant_set(&[], &[&grant]), NOW).unwrap();
        offered.retry(NOW);
        assert_eq!(topics(&offered, NOW), ["/a"]);
        let forged = Robot::new().catalog(&catalog(&["/b"]), at(NOW + 1));
        (0..100).for_each(|_| drop(offered.update(&forged, NOW + 1)));
        assert_eq!(offered.early.len(), MOST_EARLY);
    }

    #[test]
    fn a_lease_that_no_guard_gives_is_refused() {
        let (robot, mut offered) = scene();
        let mut refused = |lease| offered.update(&robot.catalog(&catalog(&["/a"]), lease), NOW);
        assert_eq!(
            refused(CatalogLease { stamp: NOW * 1_000_000_000, until: NOW + 301 }),
            Err(Refusal::NotNow)
        );
        assert_eq!(refused(at(NOW + 61)), Err(Refusal::NotNow));
        assert_eq!(refused(at(NOW - 30)), Err(Refusal::NotNow));
    }

    #[test]
    fn a_topic_of_a_class_without_a_key_is_not_opened() {
        let (robot, mut offered) = scene();
        let mut other = catalog(&["/a", "/b"]);
        other.entries[1].data_class = "operational".into();
        offered.update(&robot.catalog(&other, at(NOW)), NOW).unwrap();
        assert_eq!(topics(&offered, NOW), ["/a"]);
    }
}
