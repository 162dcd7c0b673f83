//! Freshness of commands: neither old, nor from the future, nor repeated.

use std::collections::HashMap;
use std::time::Duration;

use super::CommandRefused;

/// Remembers the last stamp of each sender on each topic. Only for opened commands: the number of pairs is
/// bounded by the policy's senders and topics, and strangers cannot add one. It need not survive a restart,
/// because a restarted guard has another receiving key.
#[derive(Debug)]
pub struct Freshness {
    max_age: Duration,
    max_ahead: Duration,
    last: HashMap<[u8; 32], u64>,
}

/// The greatest age of a command.
const MAX_AGE: Duration = Duration::from_secs(2);
/// The greatest lead of the sender's clock.
const MAX_AHEAD: Duration = Duration::from_millis(500);

impl Default for Freshness {
    fn default() -> Self {
        Freshness::new(MAX_AGE, MAX_AHEAD)
    }
}

impl Freshness {
    /// With other limits.
    pub fn new(max_age: Duration, max_ahead: Duration) -> Freshness {
        Freshness { max_age, max_ahead, last: HashMap::new() }
    }

    /// Accepts each stamp of a sender on a topic once, in order. Times are nanoseconds since 1970.
    pub fn accept(
        &mut self,
        sender: &crate::identity::PublicIdentity,
        topic: &str,
        stamp_ns: u64,
        now_ns: u64,
    ) -> Result<(), CommandRefused> {
        let age = Duration::from_nanos(now_ns.saturating_sub(stamp_ns));
        let ahead = Duration::from_nanos(stamp_ns.saturating_sub(now_ns));
        if age > self.max_age {
            return Err(CommandRefused::Late { by_ms: milliseconds(age - self.max_age) });
        }
        if ahead > self.max_ahead {
            return Err(CommandRefused::Early { by_ms: milliseconds(ahead - self.max_ahead) });
        }
        let last = self.last.entry(pair(sender, topic)).or_insert(0);
        if stamp_ns <= *last {
            return Err(CommandRefused::Replayed);
        }
        *last = stamp_ns;
        Ok(())
    }
}

/// By keys, not by name: a party that gets another name cannot repeat its commands.
fn pair(sender: &crate::identity::PublicIdentity, topic: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("discreet 2026-11 sender and topic v1");
    hasher.update(&super::identity_hash::party(sender)).update(topic.as_bytes());
    *hasher.finalize().as_bytes()
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::PublicIdentity;

    const NOW: u64 = 1_795_426_200_000_000_000;
    const SECOND: u64 = 1_000_000_000;

    fn somebody(byte: u8) -> PublicIdentity {
        PublicIdentity { name: "desk".into(), receive: [byte; 32], sign: [byte; 32] }
    }

    #[test]
    fn a_stamp_passes_once_and_in_order() {
        let mut fresh = Freshness::default();
        let desk = somebody(1);
        assert_eq!(fresh.accept(&desk, "/cmd_vel", NOW, NOW), Ok(()));
        assert_eq!(fresh.accept(&desk, "/cmd_vel", NOW, NOW), Err(CommandRefused::Replayed));
        assert_eq!(fresh.accept(&desk, "/cmd_vel", NOW - 1, NOW), Err(CommandRefused::Replayed));
        assert_eq!(fresh.accept(&desk, "/cmd_vel", NOW + 1, NOW), Ok(()));
        assert_eq!(fresh.accept(&desk, "/goal", NOW, NOW), Ok(()), "each topic by itself");
        assert_eq!(fresh.accept(&somebody(2), "/cmd_vel", NOW, NOW), Ok(()), "each sender by itself");
        let renamed = PublicIdentity { name: "night".into(), ..desk };
        assert_eq!(fresh.accept(&renamed, "/cmd_vel", NOW, NOW), Err(CommandRefused::Replayed));
    }

    #[test]
    fn late_and_early_say_by_how_much_and_use_up_no_stamp() {
        let mut fresh = Freshness::default();
        let mut at = |stamp| fresh.accept(&somebody(1), "/cmd_vel", stamp, NOW);
        assert_eq!(at(NOW - 2 * SECOND - 1), Err(CommandRefused::Late { by_ms: 1 }));
        assert_eq!(at(0), Err(CommandRefused::Late { by_ms: NOW / 1_000_000 - 2000 }));
        assert_eq!(at(NOW + SECOND), Err(CommandRefused::Early { by_ms: 500 }));
        assert_eq!(at(u64::MAX).map_err(|why| why.label()), Err("early"));
        assert_eq!(at(NOW - 2 * SECOND), Ok(()));
        assert_eq!(at(NOW + SECOND / 2), Ok(()));
    }
}
