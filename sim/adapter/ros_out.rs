//! Common parts of all publishers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use discreet_cdr::Writer;
use discreet_graph::qos::Qos;
use discreet_ros::RosError;

use crate::frame::Fault;

/// QoS of newer Gazebo's bridge, and of real drivers of images: reliable, because a large image is many packets, and
/// best effort would lose all of it with one. A reliable publisher also serves subscribers that request less.
pub const SENSOR: Qos = Qos::DEFAULT;

/// Only the newest time is useful.
pub const CLOCK: Qos = Qos { reliable: false, depth: 1, ..SENSOR };

/// Reason why a message was not published.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// It was invalid: it is counted, and the next one may be valid.
    #[error(transparent)]
    Message(#[from] Fault),
    /// ROS failed: nothing more can be published.
    #[error(transparent)]
    Ros(#[from] RosError),
}

/// Writes a `std_msgs/msg/Header`.
pub fn header(writer: &mut Writer<'_>, stamp: i64, frame_id: &str) {
    time(writer, stamp);
    writer.str(frame_id);
}

/// Writes a `builtin_interfaces/msg/Time`.
pub fn time(writer: &mut Writer<'_>, stamp: i64) {
    writer.i32(i32::try_from(stamp.div_euclid(1_000_000_000)).unwrap_or(i32::MAX));
    writer.u32(stamp.rem_euclid(1_000_000_000) as u32);
}

/// Writes numbers, one after the other.
pub fn numbers<const N: usize>(writer: &mut Writer<'_>, numbers: [f64; N]) {
    numbers.iter().for_each(|number| writer.f64(*number));
}

/// Counts of messages so far, and the simulated time.
#[derive(Debug, Default)]
pub struct Counts {
    pub frames: Flow,
    pub depth_frames: Flow,
    pub scans: Flow,
    pub odometry: AtomicU64,
    pub commands: AtomicU64,
    /// Commands without a subscriber in Gazebo, or that are not velocities.
    pub commands_lost: AtomicU64,
    /// Number of stops because commands ended.
    pub stops: AtomicU64,
    /// Invalid messages of Gazebo.
    pub malformed: AtomicU64,
    pub now: AtomicI64,
}

/// A topic with a steady rate. Gaps show in its stamps, whatever their cause.
#[derive(Debug, Default)]
pub struct Flow(Mutex<Stamps>);

#[derive(Debug, Default)]
struct Stamps {
    count: u64,
    last: i64,
    /// Counts of the gaps between two messages, by milliseconds.
    gaps: BTreeMap<i64, u64>,
}

/// Longer gaps count as this one, in milliseconds, to bound their number.
const LONGEST_GAP: i64 = 10_000;

impl Flow {
    /// One more, of this time in nanoseconds.
    pub fn add(&self, stamp: i64) {
        let mut stamps = self.stamps();
        let gap = stamp.saturating_sub(stamps.last) / 1_000_000;
        if stamps.count > 0 && gap > 0 {
            *stamps.gaps.entry(gap.min(LONGEST_GAP)).or_default() += 1;
        }
        stamps.count += 1;
        stamps.last = stamp;
    }

    /// Number of messages.
    pub fn count(&self) -> u64 {
        self.stamps().count
    }

    /// Number of missing messages, with the median gap as the period.
    pub fn lost(&self) -> u64 {
        let stamps = self.stamps();
        let half = stamps.gaps.values().sum::<u64>().div_ceil(2);
        let mut seen = 0;
        let median = stamps.gaps.iter().find(|(_, count)| {
            seen += *count;
            seen >= half
        });
        let period = median.map_or(1, |(gap, _)| *gap).max(1);
        let lost = |gap: i64| ((gap + period / 2) / period - 1).max(0).unsigned_abs();
        stamps.gaps.iter().map(|(gap, count)| lost(*gap) * count).sum()
    }

    fn stamps(&self) -> MutexGuard<'_, Stamps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// The topics without a message so far.
    pub fn silent(&self) -> Vec<&'static str> {
        let topics = [
            ("/camera/image_raw", self.frames.count()),
            ("/camera/depth/image_rect_raw", self.depth_frames.count()),
            ("/scan", self.scans.count()),
            ("/odom", self.odometry.load(Ordering::Relaxed)),
        ];
        topics.into_iter().filter(|(_, count)| *count == 0).map(|(topic, _)| topic).collect()
    }

    /// All counts as one line of JSON.
    pub fn json(&self) -> serde_json::Value {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        serde_json::json!({
            "simulated_seconds": self.now.load(Ordering::Relaxed) as f64 / 1e9,
            "frames": self.frames.count(),
            "frames_lost": self.frames.lost(),
            "depth_frames": self.depth_frames.count(),
            "depth_frames_lost": self.depth_frames.lost(),
            "scans": self.scans.count(),
            "scans_lost": self.scans.lost(),
            "odometry": of(&self.odometry),
            "commands": of(&self.commands),
            "commands_lost": of(&self.commands_lost),
            "stops": of(&self.stops),
            "malformed": of(&self.malformed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(milliseconds: &[i64]) -> u64 {
        let flow = Flow::default();
        milliseconds.iter().for_each(|stamp| flow.add(stamp * 1_000_000));
        flow.lost()
    }

    #[test]
    fn a_hole_in_the_stamps_is_counted_and_jitter_is_not() {
        assert_eq!(lost(&[]), 0);
        assert_eq!(lost(&[68]), 0);
        assert_eq!(lost(&[68, 132, 200, 210, 268, 332]), 0);
        assert_eq!(lost(&[68, 132, 200, 268, 400, 464, 664, 732]), 1 + 2);
    }

    #[test]
    fn a_world_that_is_set_back_loses_nothing() {
        assert_eq!(lost(&[100, 200, 300, 100, 200]), 0);
    }
}
