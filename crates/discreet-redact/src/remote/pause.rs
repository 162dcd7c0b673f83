//! Pauses before the redactor is restarted.

use std::time::Duration;

/// Time limits for a redactor. The guard uses the default.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// A redactor without a Hello within this time is killed.
    pub hello: Duration,
    /// A redactor whose first answer, or first under other rules, takes longer is killed: it may have to load
    /// models.
    pub first_answer: Duration,
    /// A redactor that has not answered for this long is killed.
    pub silence: Duration,
    /// The first pause before a restart, doubled each time.
    pub shortest_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// After being ready for this long it counts as healthy: the next pause is the shortest again.
    pub healthy: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            hello: Duration::from_secs(10),
            first_answer: Duration::from_secs(10),
            silence: Duration::from_secs(2),
            shortest_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(10),
            healthy: Duration::from_secs(60),
        }
    }
}

/// The pauses so far.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    last: Option<Duration>,
}

impl Pauses {
    /// The next pause, after a redactor that was ready for this long.
    pub(super) fn next(&mut self, ready_for: Duration, patience: &Patience) -> Duration {
        let last = self.last.filter(|_| ready_for < patience.healthy);
        let next =
            last.map_or(patience.shortest_pause, |last| last.saturating_mul(2)).min(patience.longest_pause);
        self.last = Some(next);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_ten_seconds_and_are_short_again_after_a_minute_of_health() {
        let (mut pauses, patience) = (Pauses::default(), Patience::default());
        let mut rest = |seconds| pauses.next(Duration::from_secs(seconds), &patience).as_millis();
        assert_eq!([0; 8].map(&mut rest), [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
        assert_eq!(rest(59), 10_000);
        assert_eq!([60, 0].map(&mut rest), [250, 500]);
    }
}
