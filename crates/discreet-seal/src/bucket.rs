//! A token bucket.

use std::time::Duration;

/// A bucket that fills at a rate of tokens per second, and holds one second's worth: it lets a burst pass, and cuts a
/// faster stream to the rate.
#[derive(Debug, Default)]
pub struct Bucket {
    state: Option<(f64, Duration)>,
}

impl Bucket {
    /// Takes a token, if there is one. `now` is monotonic.
    pub fn take(&mut self, per_second: u32, now: Duration) -> bool {
        let most = f64::from(per_second);
        let tokens = match self.state {
            None => most,
            Some((tokens, before)) => (tokens + now.saturating_sub(before).as_secs_f64() * most).min(most),
        };
        let enough = tokens >= 1.0;
        self.state = Some((if enough { tokens - 1.0 } else { tokens }, now));
        enough
    }

    /// True if a token was asked for at `then` or later.
    pub fn used_since(&self, then: Duration) -> bool {
        self.state.is_some_and(|(_, last)| last >= then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(bucket: &mut Bucket, per_second: u32, from: u64, every_ms: u64, times: u64) -> usize {
        let at = |n| Duration::from_millis(from + n * every_ms);
        (0..times).filter(|n| bucket.take(per_second, at(*n))).count()
    }

    #[test]
    fn a_stream_is_cut_to_the_rate_whatever_its_own() {
        assert_eq!(taken(&mut Bucket::default(), 20, 0, 50, 1000), 1000, "exactly the rate");
        assert_eq!(
            taken(&mut Bucket::default(), 20, 0, 10, 1000),
            20 + 199,
            "five times as many in ten seconds"
        );
        assert_eq!(taken(&mut Bucket::default(), 1, 0, 100, 100), 1 + 9);
    }

    #[test]
    fn a_pause_saves_up_a_second_and_no_more() {
        let mut bucket = Bucket::default();
        assert_eq!(taken(&mut bucket, 10, 0, 0, 50), 10);
        assert_eq!(taken(&mut bucket, 10, 3_600_000, 0, 50), 10);
    }

    #[test]
    fn a_rate_that_a_new_policy_lowers_holds_at_once() {
        let mut bucket = Bucket::default();
        assert!(bucket.take(1000, Duration::ZERO));
        assert_eq!(taken(&mut bucket, 2, 1, 0, 50), 2);
    }

    #[test]
    fn time_that_stands_still_or_runs_back_gives_nothing() {
        let mut bucket = Bucket::default();
        assert!(bucket.take(1, Duration::from_secs(10)));
        assert!(!bucket.take(1, Duration::from_secs(9)));
    }
}
