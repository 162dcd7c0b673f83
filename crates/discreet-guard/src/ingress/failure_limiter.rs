//! How much of what does not open is looked at. To find that a message is forged costs a tenth of a millisecond, and
//! anybody outside can send.

use std::collections::HashMap;
use std::time::Duration;

use super::rate::Bucket;
use discreet_graph::Gid;

/// Messages a second of one publisher that may cost a look and not open; what it sends beyond is not looked at.
const FAILURES: u32 = 20;
/// The same of all publishers together that are not remembered one by one.
const OTHERS: u32 = 100;
/// Publishers that are remembered: as many that opened something, and as many that did not.
const MAX_KNOWN: usize = 256;
/// After so long without failures a publisher is as good as new.
const FORGOTTEN: Duration = Duration::from_secs(2);

/// Remembers who sent what cost a look and did not open, and who sent what opened. The latter share nothing with the
/// former: however many strangers there are, each of them is looked at.
#[derive(Debug, Default)]
pub struct FailureLimiter {
    /// Who opened something, and how it failed otherwise.
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
    /// The last one, and whether it was one too many.
    last: Duration,
    exhausted: bool,
}

impl FailureLimiter {
    /// Whether to look at a message of this publisher; `now` is monotonic.
    pub fn allows(&self, publisher: &Gid, now: Duration) -> bool {
        if let Some(proven) = self.proven.get(publisher) {
            return proven.failures.leave_some(now);
        }
        match self.strangers.get(publisher) {
            Some(failures) => failures.leave_some(now),
            None if self.strangers.len() < MAX_KNOWN => true,
            None => self.others.leave_some(now),
        }
    }

    /// A message of this publisher cost a signature check or a decryption, and did not open. What costs neither is not to be
    /// charged: whoever sends only such messages takes nothing from anybody.
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

    /// A message of this publisher opened, for the first time that it was there.
    pub fn opened(&mut self, publisher: &Gid, now: Duration) {
        if let Some(proven) = self.proven.get_mut(publisher) {
            proven.opened = now;
            return;
        }
        if self.proven.len() >= MAX_KNOWN {
            // Only who has a valid key comes here at all. Who was heard of least recently gives way.
            let oldest = self.proven.iter().min_by_key(|(_, proven)| proven.opened).map(|(gid, _)| *gid);
            oldest.and_then(|gid| self.proven.remove(&gid));
        }
        let failures = self.strangers.remove(publisher).unwrap_or_default();
        self.proven.insert(*publisher, Proven { failures, opened: now });
    }

    /// Whether something of this publisher opened before.
    pub fn knows(&self, publisher: &Gid) -> bool {
        self.proven.contains_key(publisher)
    }
}

impl Failures {
    fn leave_some(&self, now: Duration) -> bool {
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
