//! Virtual time: one true time, and the clocks of machines, which may be wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use discreet_audit::{Clock, Time};
use discreet_keeper::client::Now;

/// The start of every run: a second in November 2026.
pub const START: i64 = 1_795_600_000;

/// The clock of a machine. Clones are the same clock.
#[derive(Debug, Clone, Default)]
pub struct WallClock {
    nanoseconds: Arc<AtomicI64>,
    /// Milliseconds that it is ahead of the true time.
    pub skew: i64,
}

impl WallClock {
    /// Sets it to the true time, given in milliseconds since the start, with its error.
    pub fn set(&self, true_ms: u64) {
        let milliseconds = START * 1000 + true_ms as i64 + self.skew;
        self.nanoseconds.store(milliseconds.saturating_mul(1_000_000), Relaxed);
    }

    /// The time that it shows.
    pub fn time(&self) -> Time {
        Time { nanoseconds: self.nanoseconds.load(Relaxed) }
    }

    /// The second that it shows.
    pub fn second(&self) -> i64 {
        self.time().second()
    }

    /// As the audit takes it.
    pub fn as_clock(&self) -> Clock {
        let nanoseconds = Arc::clone(&self.nanoseconds);
        Arc::new(move || Time { nanoseconds: nanoseconds.load(Relaxed) })
    }
}

/// Monotonic time: milliseconds since the start, as an [`Instant`] too.
#[derive(Debug, Clone, Copy)]
pub struct Monotonic {
    origin: Instant,
    /// Milliseconds since the start.
    pub ms: u64,
}

impl Monotonic {
    /// At the start. The instant itself is used only to count from.
    pub fn start() -> Monotonic {
        Monotonic { origin: Instant::now(), ms: 0 }
    }

    /// Now, by a clock.
    pub fn now(&self, clock: &WallClock) -> Now {
        Now { at: self.at(), second: clock.second() }
    }

    /// As an instant.
    pub fn at(&self) -> Instant {
        self.origin + self.elapsed()
    }

    /// As a duration.
    pub fn elapsed(&self) -> Duration {
        Duration::from_millis(self.ms)
    }
}
