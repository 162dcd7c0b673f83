//! Limit on the work that messages which do not open can cause: finding that a message is forged costs a tenth of a
//! millisecond, and anybody outside can send one.

use std::collections::HashMap;
use std::time::Duration;

use crate::Bucket;
use discreet_graph::Gid;

/// Failures per second that one publisher may cause; its further messages are not checked.
const FAILURES: u32 = 20;
/// The same, for all publishers together that are not remembered individually.
const OTHERS: u32 = 100;
/// Publishers remembered: this many with a message that opened, and this many without.
const MAX_KNOWN: usize = 256;
/// After this time without failures a publisher is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(2);

/// Remembers the publishers whose messages failed, and those with a message that opened. The latter share nothing
/// with the former: strangers, in any number, do not keep a proven publisher's messages from being checked.
#[derive(Debug, Default)]
pub struct FailureLimiter {
    /// Publishers with a message that opened, and their failures.
    proven: HashMap<Gid, Proven>,
    strangers: HashMap<Gid, Failures>,
    others: Failures,
}

#[derive(Debug, Default)]
struct Proven {
    failures: Failures,
    opened: Duration,
}

#[derive(Debug, Default)]
struct Failures {
    bucket: Bucket,
    /// Time of the last failure.
    last: Duration,
    /// The last failure was beyond the limit.
    exhausted: bool,
}

impl FailureLimiter {
    /// True if a message of this publisher is to be checked. `now` is monotonic.
    pub fn allows(&self, publisher: &Gid, now: Duration) -> bool {
        if let Some(proven) = self.proven.get(publisher) {
            return proven.failures.is_below_limit(now);
        }
        match self.strangers.get(publisher) {
            Some(failures) => failures.is_below_limit(now),
            None if self.strangers.len() < MAX_KNOWN => true,
            None => self.others.is_below_limit(now),
        }
    }

    /// Counts a message of this publisher that cost a signature check or a decryption, and did not open. A message
    /// that costs neither is not to be charged.
    pub fn charge(&mut self, publisher: &Gid, now: Duration) {
        if let Some(proven) = self.proven.get_mut(publisher) {
            return proven.failures.add(FAILURES, now);
        }
        if self.strangers.len() >= MAX_KNOWN {
            self.strangers.retain(|_, failures| now.saturating_sub(failures.last) < FORGOTTEN);
        }
        let room = self.strangers.len() < MAX_KNOWN || self.strangers.contains_key(publisher);
        match room {
            true => self.strangers.entry(*publisher).or_default().add(FAILURES, now),
            false => self.others.add(OTHERS, now),
        }
    }

    /// Remembers that a message of this publisher opened. Not to be called for a replay.
    pub fn opened(&mut self, publisher: &Gid, now: Duration) {
        if let Some(proven) = self.proven.get_mut(publisher) {
            proven.opened = now;
            return;
        }
        if self.proven.len() >= MAX_KNOWN {
            // Only publishers with a valid key get here. The one whose last message is the oldest is forgotten.
            let oldest = self.proven.iter().min_by_key(|(_, proven)| proven.opened).map(|(gid, _)| *gid);
            oldest.and_then(|gid| self.proven.remove(&gid));
        }
        let failures = self.strangers.remove(publisher).unwrap_or_default();
        self.proven.insert(*publisher, Proven { failures, opened: now });
    }

    /// True if a message of this publisher opened before.
    pub fn knows(&self, publisher: &Gid) -> bool {
        self.proven.contains_key(publisher)
    }
}

impl Failures {
    fn is_below_limit(&self, now: Duration) -> bool {
        !self.exhausted || now.saturating_sub(self.last) >= Duration::from_secs(1)
    }

    fn add(&mut self, most: u32, now: Duration) {
        self.exhausted = !self.bucket.take(most, now);
        self.last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Gid = [1; 16];
    const BAD: Gid = [2; 16];

    #[test]
    fn who_sends_too_much_that_does_not_open_is_not_looked_at_for_a_second_and_others_are() {
        let mut failures = FailureLimiter::default();
        let at = Duration::from_secs(5);
        let looked = (0..1000)
            .filter(|_| {
                let allowed = failures.allows(&BAD, at);
                if allowed {
                    failures.charge(&BAD, at);
                }
                allowed
            })
            .count();
        assert_eq!(looked, 21);
        assert!(failures.allows(&GOOD, at));
        assert!(!failures.allows(&BAD, at + Duration::from_millis(999)));
        assert!(failures.allows(&BAD, at + Duration::from_secs(1)));
    }

    #[test]
    fn a_new_publisher_for_each_message_is_no_way_around_and_no_way_to_fill_memory() {
        let mut failures = FailureLimiter::default();
        let looked = (0..10_000_u32)
            .filter(|number| {
                let mut publisher = [0; 16];
                publisher[..4].copy_from_slice(&number.to_le_bytes());
                let allowed = failures.allows(&publisher, Duration::ZERO);
                if allowed {
                    failures.charge(&publisher, Duration::ZERO);
                }
                allowed
            })
            .count();
        assert!(looked <= MAX_KNOWN + OTHERS as usize + 1, "{looked}");
        assert!(failures.strangers.len() <= MAX_KNOWN);
        let later = Duration::from_secs(3);
        assert!(failures.allows(&GOOD, later));
    }

    #[test]
    fn who_opened_something_is_looked_at_however_many_strangers_fail() {
        let mut failures = FailureLimiter::default();
        failures.opened(&GOOD, Duration::ZERO);
        for round in 0..50_u64 {
            let now = Duration::from_millis(round * 100);
            for number in 0..5000_u32 {
                let mut publisher = [9; 16];
                publisher[..4].copy_from_slice(&number.to_le_bytes());
                if failures.allows(&publisher, now) {
                    failures.charge(&publisher, now);
                }
            }
            assert!(failures.allows(&GOOD, now));
            assert!(failures.knows(&GOOD));
        }
    }

    #[test]
    fn who_opened_something_is_bounded_too_and_those_heard_of_least_recently_give_way() {
        let mut failures = FailureLimiter::default();
        failures.opened(&GOOD, Duration::ZERO);
        (0..40).for_each(|_| failures.charge(&GOOD, Duration::ZERO));
        assert!(!failures.allows(&GOOD, Duration::ZERO));
        for number in 0..10_000_u32 {
            let mut publisher = [9; 16];
            publisher[..4].copy_from_slice(&number.to_le_bytes());
            failures.opened(&publisher, Duration::from_secs(1));
        }
        assert!(failures.proven.len() <= MAX_KNOWN && !failures.knows(&GOOD));
    }
}
