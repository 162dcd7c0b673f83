//! Reads the robot's control messages: grants with announcements, and catalogues.
//!
//! Anybody outside can publish such messages. Those that the robot did not sign are counted, and a publisher that
//! sends many of them is not read any further ([`FailureLimiter`]).

use std::sync::Arc;
use std::time::Duration;

use super::{Granted, Offered, Refusal};
use crate::FailureLimiter;
use crate::catalog::Unverified;
use discreet_graph::Gid;

/// Reads control messages, and counts those that it refuses.
pub struct Posts {
    granted: Arc<Granted>,
    refused: RefusedPosts,
    /// By publisher of grants or catalogues.
    failures: FailureLimiter,
}

/// Control messages in the robot's name that it did not sign, or that are malformed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RefusedPosts {
    /// Grants and announcements.
    pub grants: u64,
    /// Catalogues.
    pub catalogs: u64,
}

/// The time at which a message is read, by two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadTime {
    /// Seconds since 1970, for what ends.
    pub second: i64,
    /// Monotonic, for limits and patience.
    pub elapsed: Duration,
}

impl Posts {
    /// No message read yet.
    pub fn new(granted: Arc<Granted>) -> Posts {
        Posts { granted, refused: RefusedPosts::default(), failures: FailureLimiter::default() }
    }

    /// Takes keys and announcement from a message of [`crate::GRANTS_TOPIC`].
    pub fn read_grants(&mut self, publisher: &Gid, message: &[u8], now: ReadTime) {
        let ReadTime { second, elapsed } = now;
        if !self.failures.allows(publisher, elapsed) {
            self.refused.grants += 1;
            return;
        }
        let Ok(updated) = self.granted.update(message, second) else {
            self.refused.grants += 1; // found without a signature check
            return;
        };
        self.refused.grants += updated.refused as u64;
        (0..updated.refused).for_each(|_| self.failures.charge(publisher, elapsed));
        if updated.keys > 0 || updated.announced {
            self.failures.opened(publisher, elapsed);
        }
    }

    /// Takes the offers from a message of [`crate::catalog::CATALOG_TOPIC`].
    pub fn read_catalog(&mut self, offered: &mut Offered, publisher: &Gid, message: &[u8], now: ReadTime) {
        let ReadTime { second, elapsed } = now;
        if !self.failures.allows(publisher, elapsed) {
            self.refused.catalogs += 1;
            return;
        }
        match offered.update(message, second) {
            Ok(()) => self.failures.opened(publisher, elapsed),
            // Genuine, but repeated: finding that costs as much as finding a forgery.
            Err(Refusal::Older | Refusal::NotNow) => self.failures.charge(publisher, elapsed),
            // Another robot on the same domain does nothing wrong.
            Err(Refusal::Unverified(Unverified::OtherRobot)) => {}
            Err(Refusal::Unverified(Unverified::Signature)) => {
                self.failures.charge(publisher, elapsed);
                self.refused.catalogs += 1;
            }
            Err(Refusal::Unverified(Unverified::Malformed(_))) => self.refused.catalogs += 1,
        }
    }

    /// The stakeholder's keys.
    pub fn granted(&self) -> &Arc<Granted> {
        &self.granted
    }

    /// Messages refused since the start.
    pub fn refused(&self) -> RefusedPosts {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{NOW, Robot, catalog, grant_set, granted};
    use super::*;
    use crate::catalog::CatalogLease;
    use discreet_host::steps;

    const GUARD: Gid = [1; 16];
    const STRANGER: Gid = [2; 16];
    const AT: ReadTime = ReadTime { second: NOW, elapsed: Duration::from_secs(5) };

    fn scene() -> (Robot, Posts, Offered) {
        let robot = Robot::new();
        let granted = granted(&robot);
        (robot, Posts::new(Arc::clone(&granted)), Offered::new(granted))
    }

    fn lease() -> CatalogLease {
        CatalogLease::from(NOW * 1_000_000_000)
    }

    #[test]
    fn genuine_grants_give_a_key_and_forged_ones_are_counted() {
        let (robot, mut posts, _) = scene();
        let me = posts.granted().me().public().clone();
        let (_, forged) = Robot::new().grant(7, &me, NOW + 60);
        posts.read_grants(&STRANGER, &grant_set(&[], &[&forged]), AT);
        posts.read_grants(&STRANGER, b"noise", AT);
        assert!(posts.granted().keys(NOW).is_empty());
        assert_eq!(posts.refused(), RefusedPosts { grants: 2, catalogs: 0 });
        let (_, genuine) = robot.grant(7, &me, NOW + 60);
        posts.read_grants(&GUARD, &grant_set(&[], &[&genuine]), AT);
        assert_eq!(posts.granted().keys(NOW).len(), 1);
        assert_eq!(posts.refused().grants, 2);
    }

    #[test]
    fn a_flood_of_forged_grants_stops_costing_and_does_not_keep_out_the_guards() {
        let (robot, mut posts, _) = scene();
        let me = posts.granted().me().public().clone();
        let (_, forged) = Robot::new().grant(7, &me, NOW + 60);
        let forged = grant_set(&[], &[&forged]);
        let before = steps::taken();
        (0..1000).for_each(|_| posts.read_grants(&STRANGER, &forged, AT));
        assert!(steps::taken() - before <= 25, "{}", steps::taken() - before);
        assert_eq!(posts.refused().grants, 1000, "those that are not read are counted too");
        let (_, genuine) = robot.grant(7, &me, NOW + 60);
        posts.read_grants(&GUARD, &grant_set(&[], &[&genuine]), AT);
        assert_eq!(posts.granted().keys(NOW).len(), 1);
        let later = ReadTime { elapsed: AT.elapsed + Duration::from_secs(1), ..AT };
        let before = steps::taken();
        posts.read_grants(&STRANGER, &forged, later);
        assert_eq!(steps::taken() - before, 1, "after a second the publisher is read again");
    }

    #[test]
    fn a_forged_catalogue_offers_nothing_and_is_counted() {
        let (robot, mut posts, mut offered) = scene();
        let me = posts.granted().me().public().clone();
        let (_, grant) = robot.grant(7, &me, NOW + 60);
        posts.read_grants(&GUARD, &grant_set(&[], &[&grant]), AT);
        let forged = Robot::new().catalog(&catalog(&["/b"]), lease());
        posts.read_catalog(&mut offered, &STRANGER, &forged, AT);
        posts.read_catalog(&mut offered, &STRANGER, b"noise", AT);
        assert!(offered.offers(NOW).is_empty() && !offered.holds(NOW));
        assert_eq!(posts.refused(), RefusedPosts { grants: 0, catalogs: 2 });
        posts.read_catalog(&mut offered, &GUARD, &robot.catalog(&catalog(&["/a"]), lease()), AT);
        let topics: Vec<_> = offered.offers(NOW).iter().map(|offer| offer.policy_topic.as_str()).collect();
        assert_eq!(topics, ["/a"]);
        assert_eq!(posts.refused().catalogs, 2);
    }

    #[test]
    fn the_catalogue_of_another_robot_is_neither_read_nor_refused() {
        let (_, mut posts, mut offered) = scene();
        let other = Robot::named("other").catalog(&catalog(&["/b"]), lease());
        (0..100).for_each(|_| posts.read_catalog(&mut offered, &STRANGER, &other, AT));
        assert_eq!(posts.refused(), RefusedPosts::default());
        assert!(posts.failures.allows(&STRANGER, AT.elapsed));
    }

    #[test]
    fn a_flood_of_forged_catalogues_is_not_verified_any_further() {
        let (_, mut posts, mut offered) = scene();
        let forged = Robot::new().catalog(&catalog(&["/b"]), lease());
        (0..100).for_each(|_| posts.read_catalog(&mut offered, &STRANGER, &forged, AT));
        assert!(!posts.failures.allows(&STRANGER, AT.elapsed));
        assert_eq!(posts.refused().catalogs, 100);
    }
}
