//! The lease on the stakeholders that may command.
//!
//! A permission does not last without the keeper, because one that has ended, hangs, or is cut off cannot revoke. So
//! each sign of life of the keeper renews a lease; when the lease ends, commands and calls are refused.

use discreet_host::sync::lock;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Commands and calls end this long after the keeper's last message.
pub const LEASE: Duration = Duration::from_secs(30);

/// Holds from each renewal for [`LEASE`], by the monotonic clock and by the time of day: a clock that is set back
/// does not lengthen it, and neither does a machine that was suspended.
#[derive(Debug, Default)]
pub struct CommandLease(Mutex<Option<(Instant, i64)>>);

impl CommandLease {
    /// Begins it again, at this instant and second since 1970.
    pub fn renew(&self, at: Instant, second: i64) {
        *self.renewed() = Some((at, second));
    }

    /// The time that is left; zero if it has ended or never began.
    pub fn left(&self, at: Instant, second: i64) -> Duration {
        let Some((renewed, since)) = *self.renewed() else { return Duration::ZERO };
        let by_clock = u64::try_from(second.saturating_sub(since)).unwrap_or_default();
        let gone = at.saturating_duration_since(renewed).max(Duration::from_secs(by_clock));
        LEASE.saturating_sub(gone)
    }

    /// True if it holds.
    pub fn holds(&self, at: Instant, second: i64) -> bool {
        !self.left(at, second).is_zero()
    }

    fn renewed(&self) -> std::sync::MutexGuard<'_, Option<(Instant, i64)>> {
        lock(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    #[test]
    fn it_ends_by_itself_and_a_renewal_renews_it() {
        let (lease, start) = (CommandLease::default(), Instant::now());
        let at = |seconds: u64| (start + Duration::from_secs(seconds), NOW + seconds as i64);
        let holds = |(instant, second)| lease.holds(instant, second);
        assert!(!holds(at(0)), "before the keeper was heard");
        lease.renew(start, NOW);
        assert!(holds(at(29)) && !holds(at(30)) && !holds(at(1_000_000)));
        for day in 1..100 {
            let (instant, second) = at(day * 86_400);
            lease.renew(instant, second);
            assert!(holds(at(day * 86_400 + 29)) && !holds(at(day * 86_400 + 30)));
        }
    }

    #[test]
    fn neither_a_clock_that_is_set_back_nor_a_suspended_machine_lengthens_it() {
        let (lease, start) = (CommandLease::default(), Instant::now());
        lease.renew(start, NOW);
        assert!(!lease.holds(start + Duration::from_secs(30), NOW - 3600), "set back");
        assert!(!lease.holds(start + Duration::from_secs(1), NOW + 3600), "suspended, or set forward");
        assert!(lease.holds(start + Duration::from_secs(29), NOW - 3600));
    }
}
