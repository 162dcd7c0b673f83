//! Trust in the time of day.
//!
//! A clock that is set back would revive expired rights. The guard therefore never trusts a time before one that it has
//! already seen, in this run or, by the audit log, in an earlier one.
//!
//! It cannot distinguish a clock that was set forward wrongly from one that was corrected: hours may begin early
//! then. After such a time, the right one counts as set back, until it has caught up or the audit log is moved aside.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// A clock may be corrected by this much without losing trust.
pub const TOLERANCE_SECONDS: i64 = 5;

/// The latest time that was ever seen.
#[derive(Debug)]
pub struct ClockFloor {
    latest: AtomicI64,
}

impl ClockFloor {
    /// `latest` is the last time known from before, in seconds since 1970; none on a first start.
    pub fn new(latest: Option<i64>) -> ClockFloor {
        ClockFloor { latest: AtomicI64::new(latest.unwrap_or(i64::MIN)) }
    }

    /// True if `unix_seconds`, the system's present time, can be trusted. Remembers it if it is the latest.
    pub fn trusts(&self, unix_seconds: i64) -> bool {
        let latest = self.latest.fetch_max(unix_seconds, Relaxed);
        unix_seconds >= latest.saturating_sub(TOLERANCE_SECONDS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_set_back_is_not_trusted_until_it_has_caught_up() {
        let floor = ClockFloor::new(Some(1000));
        assert!(!floor.trusts(900));
        assert!(floor.trusts(996));
        assert!(floor.trusts(2000));
        assert!(!floor.trusts(1990));
        assert!(floor.trusts(2001));
    }

    #[test]
    fn the_first_start_trusts_the_system() {
        assert!(ClockFloor::new(None).trusts(0));
    }
}
