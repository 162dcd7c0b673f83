//! What was last seen by each camera, for the depth cameras that follow them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Found, Intrinsics};

/// Cameras that are kept of each camera: a second and more at 30 Hz.
const KEPT: usize = 48;

/// A frame of a depth camera and one of its colour camera belong together if they were taken this close to each other.
const TOGETHER: Duration = Duration::from_millis(50);

/// What was found in one frame.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// When the frame was taken: nanoseconds since 1970.
    pub stamp: i64,
    /// The frame's columns and rows.
    pub size: (u32, u32),
    /// What was found, in the frame's own pixels.
    pub found: Vec<Found>,
}

/// The latest frames of all cameras, for those that follow them.
#[derive(Debug, Default)]
pub struct Cameras {
    seen: Mutex<Board>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Board {
    cameras: HashMap<String, VecDeque<Seen>>,
    intrinsics: HashMap<String, Intrinsics>,
}

impl Board {
    fn last(&self, camera: &str) -> Option<i64> {
        self.cameras.get(camera).and_then(VecDeque::back).map(|seen| seen.stamp)
    }
}

impl Cameras {
    /// A frame of `camera` was looked at. Reuses the memory of the oldest frame.
    pub fn add(&self, camera: &str, stamp: i64, size: (u32, u32), found: impl IntoIterator<Item = Found>) {
        let mut board = self.board();
        if !board.cameras.contains_key(camera) {
            board.cameras.insert(camera.into(), VecDeque::with_capacity(KEPT));
        }
        if let Some(seen) = board.cameras.get_mut(camera) {
            let oldest = if seen.len() >= KEPT { seen.pop_front() } else { None };
            let mut frame = oldest.unwrap_or_default();
            (frame.stamp, frame.size) = (stamp, size);
            frame.found.clear();
            frame.found.extend(found);
            seen.push_back(frame);
        }
        drop(board);
        self.news.notify_all();
    }

    /// What `camera` saw when a frame with this stamp was taken; waits for it until the deadline.
    pub fn at(&self, camera: &str, stamp: i64, deadline: Duration) -> Option<Seen> {
        let until = Instant::now() + deadline;
        let mut board = self.board();
        loop {
            let nearest = board.cameras.get(camera).and_then(|seen| nearest(seen, stamp));
            let left = until.saturating_duration_since(Instant::now());
            // Frames come in order: once there is a later one, none that belongs to this moment comes any more.
            let later = board.last(camera).is_some_and(|last| last > stamp);
            if nearest.is_some() || later || left.is_zero() {
                return nearest.cloned();
            }
            board = self.news.wait_timeout(board, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// When the last frame of `camera` was taken that was looked at.
    pub fn last(&self, camera: &str) -> Option<i64> {
        self.board().last(camera)
    }

    /// How the camera projects that publishes this `camera_info` topic; nothing if it does not tell (any more).
    pub fn set_intrinsics(&self, camera_info: &str, intrinsics: Option<Intrinsics>) {
        let mut board = self.board();
        match (board.intrinsics.get_mut(camera_info), intrinsics) {
            (Some(known), Some(intrinsics)) => *known = intrinsics,
            (None, Some(intrinsics)) => drop(board.intrinsics.insert(camera_info.into(), intrinsics)),
            (Some(_), None) => drop(board.intrinsics.remove(camera_info)),
            (None, None) => {}
        }
    }

    /// How the camera of an image topic projects, if its `camera_info` has passed.
    pub fn intrinsics(&self, image_topic: &str) -> Option<Intrinsics> {
        let (namespace, _) = image_topic.rsplit_once('/')?;
        self.board().intrinsics.get(&format!("{namespace}/camera_info")).copied()
    }

    /// A camera that ends, or comes again with another policy, has seen nothing.
    pub fn forget(&self, camera: &str) {
        self.board().cameras.remove(camera);
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn nearest(seen: &VecDeque<Seen>, stamp: i64) -> Option<&Seen> {
    let apart = |frame: &&Seen| frame.stamp.abs_diff(stamp);
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
