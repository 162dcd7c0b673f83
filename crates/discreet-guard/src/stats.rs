//! Counters of a route, cheap enough to be always on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::denied::Denied;
use discreet_graph::Gid;
use discreet_redact::{BlankReason, Redaction};

/// Counters of one route since it was made. Written by the route's thread, read by diagnostics.
#[derive(Debug, Default)]
pub struct RouteStats {
    /// Messages released.
    pub released: AtomicU64,
    /// Their bytes.
    pub bytes: AtomicU64,
    /// Messages that a source published and that never arrived: the queue was full, or the network lost them.
    pub lost: AtomicU64,
    /// Messages that were permitted and could not be published.
    pub failed: AtomicU64,
    /// Messages of latched sources that gave way to newer ones outside, and that their source may still have.
    pub displaced: AtomicU64,
    /// From taking a message to having published it.
    pub latency: Histogram,
    /// Areas covered in redacted images.
    pub covered: AtomicU64,
    /// Frames skipped because newer ones had arrived before they could be inspected.
    pub skipped: AtomicU64,
    /// Personal data found in classes that must not contain any.
    pub raised: AtomicU64,
    denied: [AtomicU64; Denied::ALL.len()],
    blanked: [AtomicU64; BlankReason::ALL.len()],
}

impl RouteStats {
    /// Counts a denial.
    pub fn deny(&self, reason: Denied) {
        if let Some(count) = self.denied.get(reason as usize) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// Counts a message of `bytes` that left, `latency` after it was taken.
    pub fn release(&self, bytes: u64, redaction: Option<&Redaction>, latency: Duration) {
        redaction.into_iter().for_each(|redaction| self.redact(redaction));
        self.released.fetch_add(1, Relaxed);
        self.bytes.fetch_add(bytes, Relaxed);
        self.latency.add(latency);
    }

    /// Counts the redaction of a message.
    fn redact(&self, redaction: &Redaction) {
        self.covered.fetch_add(redaction.covered.into(), Relaxed);
        self.raised.fetch_add(redaction.raised.into(), Relaxed);
        if let Some(count) = redaction.blank.and_then(|blind| self.blanked.get(blind as usize)) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// The reasons that occurred, with their counts.
    pub fn denied(&self) -> impl Iterator<Item = (Denied, u64)> {
        occurred(Denied::ALL, &self.denied)
    }

    /// The number of messages that stayed inside for this reason.
    pub fn denied_for(&self, reason: Denied) -> u64 {
        self.denied.get(reason as usize).map_or(0, |count| count.load(Relaxed))
    }

    /// The reasons for which frames were blanked, with their counts.
    pub fn blanked(&self) -> impl Iterator<Item = (BlankReason, u64)> {
        occurred(BlankReason::ALL, &self.blanked)
    }
}

fn occurred<T, const N: usize>(reasons: [T; N], counts: &[AtomicU64; N]) -> impl Iterator<Item = (T, u64)> {
    let counts = counts.iter().map(|count| count.load(Relaxed));
    reasons.into_iter().zip(counts).filter(|(_, count)| *count > 0)
}

/// Durations in buckets that each are a quarter of a power of two wide: from 256 ns to 34 s, with an error of at
/// most 12 %.
#[derive(Debug)]
pub struct Histogram {
    buckets: [AtomicU64; BUCKETS],
}

const BUCKETS: usize = 4 * 27;
const SMALLEST_LOG2: u32 = 8;

impl Default for Histogram {
    fn default() -> Self {
        Histogram { buckets: [const { AtomicU64::new(0) }; BUCKETS] }
    }
}

impl Histogram {
    /// Counts one duration.
    pub fn add(&self, duration: Duration) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX).max(1 << SMALLEST_LOG2);
        let log2 = nanoseconds.ilog2();
        let quarter = (nanoseconds >> (log2 - 2)) & 3;
        let index = ((log2 - SMALLEST_LOG2) * 4) as usize + quarter as usize;
        if let Some(bucket) = self.buckets.get(index.min(BUCKETS - 1)) {
            bucket.fetch_add(1, Relaxed);
        }
    }

    /// The duration below which `share` (0 to 1) of all lie; none before the first. The middle of the bucket.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let counts: Vec<u64> = self.buckets.iter().map(|bucket| bucket.load(Relaxed)).collect();
        let desired = (counts.iter().sum::<u64>() as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        let index = counts.iter().position(|count| {
            seen += count;
            seen >= desired
        })?;
        let base = 1_u64 << (SMALLEST_LOG2 as usize + index / 4);
        let middle = base + base / 4 * (index as u64 % 4) + base / 8;
        Some(Duration::from_nanos(middle))
    }
}

/// Finds messages that were published and never arrived, by gaps in a publisher's own count.
#[derive(Debug, Clone, Copy, Default)]
pub struct LossCounter {
    last: Option<u64>,
}

impl LossCounter {
    /// True if a message comes after all that came before. Where the middleware does not count, all do.
    pub fn is_new(&self, sequence: u64) -> bool {
        sequence == u64::MAX || self.last.is_none_or(|last| sequence > last)
    }

    /// The number of messages that were lost before the one that its publisher counted as `sequence`.
    pub fn lost_before(&mut self, sequence: u64) -> u64 {
        // A latched topic's first message may have any number; from then on there are no gaps.
        let last = self.last.replace(sequence);
        last.map_or(0, |last| sequence.saturating_sub(last).saturating_sub(1))
    }
}

/// The same for several publishers, to which any participant may add: the caller chooses, and their number is
/// bounded.
#[derive(Debug, Default)]
pub struct Losses(HashMap<Gid, LossCounter>);

/// Publishers remembered. Beyond this number the count begins again.
const MAX_PUBLISHERS: usize = 256;

impl Losses {
    /// The number of messages lost before the one that a publisher counted as `sequence`; 0 for one that is not
    /// remembered.
    pub fn lost_before(&mut self, publisher: &Gid, sequence: u64) -> u64 {
        self.0.get_mut(publisher).map_or(0, |counter| counter.lost_before(sequence))
    }

    /// Counts for this publisher from its message `sequence` on.
    pub fn remember(&mut self, publisher: &Gid, sequence: u64) {
        if self.0.contains_key(publisher) {
            return;
        }
        if self.0.len() >= MAX_PUBLISHERS {
            self.0.clear();
        }
        self.0.insert(*publisher, LossCounter { last: Some(sequence) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_an_eighth() {
        let histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), None);
        for microseconds in 1..=1000 {
            histogram.add(Duration::from_micros(microseconds));
        }
        for (share, truth) in [(0.5, 500.0), (0.99, 990.0), (0.01, 10.0)] {
            let found = histogram.quantile(share).unwrap().as_secs_f64() * 1e6;
            assert!((found / truth - 1.0).abs() < 0.13, "{share}: {found} for {truth}");
        }
    }

    #[test]
    fn no_duration_is_out_of_range() {
        let histogram = Histogram::default();
        histogram.add(Duration::ZERO);
        histogram.add(Duration::MAX);
        assert!(histogram.quantile(1.0).unwrap() > Duration::from_secs(20));
    }

    #[test]
    fn gaps_are_losses() {
        let mut counter = LossCounter::default();
        let lost: Vec<u64> = [5, 6, 9, 9, 3, 4].into_iter().map(|n| counter.lost_before(n)).collect();
        assert_eq!(lost, [0, 0, 2, 0, 0, 0]);
    }

    #[test]
    fn losses_are_counted_of_publishers_that_are_remembered_and_of_no_flood() {
        let mut losses = Losses::default();
        assert_eq!(losses.lost_before(&[1; 16], 90), 0);
        losses.remember(&[1; 16], 90);
        assert_eq!((losses.lost_before(&[1; 16], 91), losses.lost_before(&[1; 16], 95)), (0, 3));
        (0..10_000_u128).for_each(|number| losses.remember(&number.to_le_bytes(), 1));
        assert!(losses.0.len() <= MAX_PUBLISHERS);
    }

    #[test]
    fn denials_are_counted_by_reason() {
        let stats = RouteStats::default();
        stats.deny(Denied::NoRule);
        stats.deny(Denied::NoRule);
        stats.deny(Denied::NotRecorded);
        assert_eq!(stats.denied().collect::<Vec<_>>(), [(Denied::NoRule, 2), (Denied::NotRecorded, 1)]);
    }
}
