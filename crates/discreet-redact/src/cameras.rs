//! The latest findings of each camera, for the depth cameras that follow them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::area::Size;
use super::{Calibration, Found, Intrinsics};
use discreet_host::sync::lock;

/// Frames that are kept of each camera: more than a second at 30 Hz.
const KEPT: usize = 48;

/// The greatest difference in time between a depth frame and a colour frame that belong together.
const TOGETHER: Duration = Duration::from_millis(50);

/// The findings in one frame.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FrameFindings {
    /// Time of the frame: nanoseconds since 1970.
    pub stamp: i64,
    /// The frame's columns and rows.
    pub size: (u32, u32),
    /// The findings, in the frame's own pixels.
    pub found: Vec<Found>,
}

/// The latest frames of all cameras, for those that follow them.
#[derive(Debug, Default)]
pub struct Cameras {
    latest: Mutex<Latest>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Latest {
    cameras: HashMap<String, VecDeque<FrameFindings>>,
    intrinsics: HashMap<String, Intrinsics>,
    /// The sizes that images may have, by the topic of the `camera_info`.
    sizes: HashMap<String, Vec<Size>>,
}

impl Latest {
    fn last(&self, camera: &str) -> Option<i64> {
        self.cameras.get(camera).and_then(VecDeque::back).map(|seen| seen.stamp)
    }
}

impl Cameras {
    /// Adds an inspected frame of `camera`. Reuses the memory of the oldest frame.
    pub fn add(&self, camera: &str, stamp: i64, size: (u32, u32), found: impl IntoIterator<Item = Found>) {
        let mut latest = self.latest();
        if !latest.cameras.contains_key(camera) {
            latest.cameras.insert(camera.into(), VecDeque::with_capacity(KEPT));
        }
        if let Some(seen) = latest.cameras.get_mut(camera) {
            let oldest = if seen.len() >= KEPT { seen.pop_front() } else { None };
            let mut frame = oldest.unwrap_or_default();
            (frame.stamp, frame.size) = (stamp, size);
            frame.found.clear();
            frame.found.extend(found);
            seen.push_back(frame);
        }
        drop(latest);
        self.changed.notify_all();
    }

    /// The findings of `camera` nearest to this stamp, at most 50 ms apart. Waits for them until the
    /// deadline.
    pub fn at(&self, camera: &str, stamp: i64, deadline: Duration) -> Option<FrameFindings> {
        let until = Instant::now() + deadline;
        let mut latest = self.latest();
        loop {
            let nearest = latest.cameras.get(camera).and_then(|seen| nearest(seen, stamp));
            let left = until.saturating_duration_since(Instant::now());
            // Frames come in order: after a later one, none of this moment can come.
            let later = latest.last(camera).is_some_and(|last| last > stamp);
            if nearest.is_some() || later || left.is_zero() {
                return nearest.cloned();
            }
            latest = self.changed.wait_timeout(latest, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The stamp of the last inspected frame of `camera`.
    pub fn last(&self, camera: &str) -> Option<i64> {
        self.latest().last(camera)
    }

    /// Sets the projection of the camera that publishes this `camera_info` topic; `None` if it is unknown.
    pub fn set_intrinsics(&self, camera_info: &str, intrinsics: Option<Intrinsics>) {
        let mut latest = self.latest();
        match (latest.intrinsics.get_mut(camera_info), intrinsics) {
            (Some(known), Some(intrinsics)) => *known = intrinsics,
            (None, Some(intrinsics)) => drop(latest.intrinsics.insert(camera_info.into(), intrinsics)),
            (Some(_), None) => drop(latest.intrinsics.remove(camera_info)),
            (None, None) => {}
        }
    }

    /// Takes over what a camera says of itself. `None` if its message cannot be read: then the projection is
    /// unknown, and the size is still the one before.
    pub fn set_calibration(&self, camera_info: &str, calibration: Option<Calibration>) {
        let (intrinsics, sizes) = calibration.map(|known| (known.intrinsics, known.sizes)).unzip();
        self.set_intrinsics(camera_info, intrinsics.flatten());
        let mut latest = self.latest();
        match sizes {
            Some(sizes) if sizes.is_empty() => drop(latest.sizes.remove(camera_info)),
            Some(sizes) if latest.sizes.get(camera_info) != Some(&sizes) => {
                latest.sizes.insert(camera_info.into(), sizes);
            }
            Some(_) | None => {}
        }
    }

    /// The sizes that images of a topic may have by its `camera_info`, which stands beside the image topic; the
    /// name of the compressed one is longer by a part. Empty if none was received.
    pub fn sizes(&self, image_topic: &str) -> Vec<Size> {
        let latest = self.latest();
        let mut spaces =
            std::iter::successors(image_topic.rsplit_once('/'), |(space, _)| space.rsplit_once('/'));
        let beside = spaces.next().map(|(space, _)| space);
        let above = spaces.next().filter(|_| image_topic.ends_with("/compressed")).map(|(space, _)| space);
        let known = |space: &str| latest.sizes.get(&format!("{space}/camera_info"));
        beside.and_then(known).or_else(|| above.and_then(known)).cloned().unwrap_or_default()
    }

    /// The projection of an image topic's camera, if its `camera_info` was received.
    pub fn intrinsics(&self, image_topic: &str) -> Option<Intrinsics> {
        let (namespace, _) = image_topic.rsplit_once('/')?;
        self.latest().intrinsics.get(&format!("{namespace}/camera_info")).copied()
    }

    /// Forgets the frames of a camera that ends or restarts under another policy.
    pub fn forget(&self, camera: &str) {
        self.latest().cameras.remove(camera);
    }

    fn latest(&self) -> MutexGuard<'_, Latest> {
        lock(&self.latest)
    }
}

fn nearest(seen: &VecDeque<FrameFindings>, stamp: i64) -> Option<&FrameFindings> {
    let apart = |frame: &&FrameFindings| frame.stamp.abs_diff(stamp);
    seen.iter().min_by_key(apart).filter(|frame| u128::from(apart(frame)) <= TOGETHER.as_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const MS: i64 = 1_000_000;

    #[test]
    fn the_nearest_frame_in_time_counts_and_none_that_is_too_far() {
        let cameras = Cameras::default();
        for at in 0..100 {
            cameras.add("/color", at * 33 * MS, (640, 480), []);
        }
        let at = |stamp| cameras.at("/color", stamp, Duration::ZERO).map(|frame| frame.stamp / MS);
        assert_eq!(at(98 * 33 * MS + 10 * MS), Some(98 * 33));
        assert_eq!(at(99 * 33 * MS + 49 * MS), Some(99 * 33));
        assert_eq!(at(99 * 33 * MS + 51 * MS), None);
        assert_eq!(at(0), None, "only the last {KEPT} are kept");
        assert_eq!(cameras.at("/other", 0, Duration::ZERO), None);
    }

    #[test]
    fn the_size_of_a_camera_is_that_of_the_camera_info_beside_its_images() {
        let cameras = Cameras::default();
        let sized = |size| Some(Calibration { intrinsics: None, sizes: vec![size] });
        cameras.set_calibration("/head/camera_info", sized((640, 480)));
        for topic in ["/head/image_raw", "/head/image_raw/compressed", "/head/compressed"] {
            assert_eq!(cameras.sizes(topic), [(640, 480)], "{topic}");
        }
        for topic in
            ["/image_raw", "/other/image_raw", "/head/crop/image_raw", "image", "/head/a/b/compressed"]
        {
            assert!(cameras.sizes(topic).is_empty(), "{topic}");
        }
        cameras.set_calibration("/head/camera_info", None);
        assert_eq!(
            cameras.sizes("/head/image_raw"),
            [(640, 480)],
            "a message that cannot be read changes nothing"
        );
        cameras.set_calibration("/head/camera_info", sized((320, 240)));
        assert_eq!(cameras.sizes("/head/image_raw"), [(320, 240)]);
    }

    #[test]
    fn nobody_waits_for_a_moment_that_is_over() {
        let cameras = Cameras::default();
        cameras.add("/color", 100 * MS, (640, 480), []);
        let began = Instant::now();
        assert_eq!(cameras.at("/color", 10 * MS, Duration::from_secs(10)), None);
        assert!(began.elapsed() < Duration::from_secs(5));
        assert_eq!(cameras.last("/color"), Some(100 * MS));
    }

    #[test]
    fn who_follows_waits_for_the_camera_it_follows() {
        let cameras = Arc::new(Cameras::default());
        let follower = Arc::clone(&cameras);
        let waiting = std::thread::spawn(move || follower.at("/color", 5, Duration::from_secs(10)));
        std::thread::sleep(Duration::from_millis(20));
        cameras.add("/color", 5, (640, 480), []);
        assert_eq!(waiting.join().unwrap().map(|frame| frame.stamp), Some(5));
    }
}
