//! The rate at which one stakeholder may use one ingress.

use std::collections::HashMap;
use std::time::Duration;

use discreet_seal::identity::PublicIdentity;

/// Buckets that are kept before full ones are removed.
const MANY: usize = 1024;

/// The use that each stakeholder has made of each ingress. By keys, not by name, and as old as the guard: neither
/// another name in the policy nor an ingress that closes and opens again gives a second's worth again.
#[derive(Debug, Default)]
pub struct Rates(HashMap<([u8; 32], String), Bucket>);

impl Rates {
    /// Takes a use of `ingress` by `sender`, if one is left; `now` is monotonic, and the same clock for all.
    pub fn take(&mut self, sender: &PublicIdentity, ingress: &str, per_second: u32, now: Duration) -> bool {
        if self.0.len() >= MANY {
            // After two seconds a bucket is full.
            self.0.retain(|_, bucket| bucket.used_since(now.saturating_sub(Duration::from_secs(2))));
        }
        self.0.entry((sender.sign, ingress.to_owned())).or_default().take(per_second, now)
    }
}

/// A token bucket that fills by so many tokens a second, and holds a second's worth: a burst passes, a stream of
/// more than the rate does not.
#[derive(Debug, Default)]
pub struct Bucket {
    state: Option<(f64, Duration)>,
}

impl Bucket {
    /// Takes a token, if there is one; `now` is monotonic.
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

    fn used_since(&self, then: Duration) -> bool {
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
