//! How much of what does not open is looked at. To find that a command is forged costs a tenth of a millisecond, and
//! anybody outside can send.

use std::collections::HashMap;
use std::time::Duration;

use super::rate::Bucket;
use crate::graph::Gid;

/// Messages a second of one publisher that may fail to open; what it sends beyond is not looked at.
const FAILURES: u32 = 20;
/// The same of all publishers together that are not remembered one by one.
const OTHERS: u32 = 100;
/// Publishers that are remembered.
const MAX_KNOWN: usize = 256;
/// After so long without failures a publisher is as good as new.
const FORGOTTEN: Duration = Duration::from_secs(2);

/// Remembers who sent what did not open. Publishers that never did are not in it.
#[derive(Debug, Default)]
pub struct Patience {
    known: HashMap<Gid, Failures>,
    others: Failures,
}

#[derive(Debug, Default)]
struct Failures {
    bucket: Bucket,
    /// The last one, and whether it was one too many.
    last: Duration,
    exhausted: bool,
}

impl Patience {
    /// Whether to look at a message of this publisher.
    pub fn has_some_for(&self, publisher: &Gid, now: Duration) -> bool {
        let failures = match self.known.get(publisher) {
            Some(failures) => failures,
            None if self.known.len() < MAX_KNOWN => return true,
            None => &self.others,
        };
        !failures.exhausted || now.saturating_sub(failures.last) >= Duration::from_secs(1)
    }

    /// A message of this publisher did not open.
    pub fn spend(&mut self, publisher: &Gid, now: Duration) {
        if self.known.len() >= MAX_KNOWN {
            self.known.retain(|_, failures| now.saturating_sub(failures.last) < FORGOTTEN);
        }
        let room = self.known.len() < MAX_KNOWN || self.known.contains_key(publisher);
        let (failures, most) = match room {
            true => (self.known.entry(*publisher).or_default(), FAILURES),
            false => (&mut self.others, OTHERS),
        };
        failures.exhausted = !failures.bucket.take(most, now);
        failures.last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Gid = [1; 16];
    const BAD: Gid = [2; 16];

    #[test]
    fn who_sends_too_much_that_does_not_open_is_not_looked_at_for_a_second_and_others_are() {
        let mut patience = Patience::default();
        let at = Duration::from_secs(5);
        let looked = (0..1000)
            .filter(|_| {
                let looks = patience.has_some_for(&BAD, at);
                if looks {
                    patience.spend(&BAD, at);
                }
                looks
            })
            .count();
        assert_eq!(looked, 21);
        assert!(patience.has_some_for(&GOOD, at));
        assert!(!patience.has_some_for(&BAD, at + Duration::from_millis(999)));
        assert!(patience.has_some_for(&BAD, at + Duration::from_secs(1)));
    }

    #[test]
    fn a_new_publisher_for_each_message_is_no_way_around_and_no_way_to_fill_memory() {
        let mut patience = Patience::default();
        let looked = (0..10_000_u32)
            .filter(|number| {
                let mut publisher = [0; 16];
                publisher[..4].copy_from_slice(&number.to_le_bytes());
                let looks = patience.has_some_for(&publisher, Duration::ZERO);
                if looks {
                    patience.spend(&publisher, Duration::ZERO);
                }
                looks
            })
            .count();
        assert!(looked <= MAX_KNOWN + OTHERS as usize + 1, "{looked}");
        assert!(patience.known.len() <= MAX_KNOWN);
        let later = Duration::from_secs(3);
        assert!(patience.has_some_for(&GOOD, later));
    }
}
