//! Asynchronous detection: a detector that is slower than the frames must not delay them.
//!
//! Slow detectors inspect a picture in a thread of their own, while the next ones are covered by earlier
//! findings. When they are done, their findings are tracked from that picture to the present one.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use opencv::core::Mat;
use opencv::prelude::*;

use super::SubjectTracker;
use crate::VisionError;
use crate::blob::Pixels;
use crate::detectors::Detector;
use discreet_redact::{Motion, Sighting, Subject, Tracks};

/// The thread's nice value, with which it yields to frames (nice(2)).
const NICE: i32 = 10;

/// The most frames that a detection may take: content that comes into view meanwhile has not been inspected.
const OVERDUE: usize = 60;

/// The slow detection of one camera.
#[derive(Default)]
pub(super) struct AsyncDetection {
    /// Started at its first use.
    thread: Option<Thread>,
    /// The detection in progress.
    pending: Option<Pending>,
    /// The memory of the one before.
    spare: Work,
}

struct Pending {
    /// True if its result is no longer needed.
    dropped: Arc<AtomicBool>,
    /// The camera's motion since, frame by frame.
    motions: Vec<Motion>,
}

impl Pending {
    fn is_dropped(&self) -> bool {
        self.dropped.load(Relaxed)
    }
}

struct Thread {
    work: SyncSender<Work>,
    done: Receiver<Work>,
    handle: JoinHandle<()>,
}

/// The data that goes to the thread and returns.
#[derive(Default)]
struct Work {
    picture: Mat,
    trackers: Vec<Part>,
    dropped: Arc<AtomicBool>,
    trouble: Option<VisionError>,
}

/// One detector's part of it.
struct Part {
    subject: Subject,
    /// Its tracks in that picture.
    tracks: Tracks,
    detector: Arc<Mutex<Box<dyn Detector>>>,
    sightings: Vec<Sighting>,
}

impl AsyncDetection {
    /// Begins to inspect `picture`, unless there are no slow detectors or one is in progress. True if it has
    /// begun.
    pub fn look<'e>(
        &mut self,
        picture: &Pixels<'_>,
        trackers: impl Iterator<Item = &'e SubjectTracker>,
    ) -> Result<bool, VisionError> {
        if self.pending.is_some() {
            return Ok(false);
        }
        let mut trackers = trackers.peekable();
        if trackers.peek().is_none() {
            return Ok(false);
        }
        let mut work = std::mem::take(&mut self.spare);
        picture.copy_to(&mut work.picture)?;
        work.dropped = Arc::default();
        work.trackers.clear();
        work.trackers.extend(trackers.map(|tracker| Part {
            subject: tracker.subject,
            tracks: tracker.tracks.clone(),
            detector: Arc::clone(&tracker.detector),
            sightings: Vec::new(),
        }));
        let dropped = Arc::clone(&work.dropped);
        let thread = match &mut self.thread {
            Some(thread) => thread,
            none => none.insert(Thread::start()?),
        };
        // It fails only if the thread is gone, which `done` detects.
        let _ = thread.work.send(work);
        self.pending = Some(Pending { dropped, motions: Vec::new() });
        Ok(true)
    }

    /// The camera moved.
    pub fn moved(&mut self, motion: Motion) {
        if let Some(open) = self.pending.as_mut().filter(|open| !open.is_dropped()) {
            open.motions.push(motion);
        }
    }

    /// If the detection is done, and counts, adds its findings to the tracks at their present positions;
    /// returns the camera's motion since then.
    pub fn done(
        &mut self,
        trackers: &mut [SubjectTracker],
        size: (u32, u32),
    ) -> Result<Option<Motion>, VisionError> {
        let (Some(thread), Some(_)) = (&self.thread, &self.pending) else { return Ok(None) };
        let mut work = match thread.done.try_recv() {
            Ok(work) => work,
            Err(TryRecvError::Empty) => return Ok(None),
            Err(TryRecvError::Disconnected) => return Err(self.ended()),
        };
        let open = self.pending.take().filter(|open| !open.is_dropped());
        let trouble = work.trouble.take();
        let Some(Pending { motions, .. }) = open else {
            self.spare = work;
            return Ok(None);
        };
        if let Some(trouble) = trouble {
            return Err(trouble);
        }
        for Part { subject, tracks, mut sightings, .. } in work.trackers.drain(..) {
            let Some(tracker) = trackers.iter_mut().find(|tracker| tracker.subject == subject) else {
                continue;
            };
            tracker.tracks = tracks;
            tracker.see(&mut sightings);
            motions.iter().for_each(|motion| tracker.tracks.advance(motion, size));
        }
        self.spare = work;
        Ok(Some(motions.iter().fold(Motion::NONE, |since, motion| since.then(motion))))
    }

    /// Has the detection taken so long that frames must wait for it?
    pub fn is_overdue(&self) -> bool {
        self.pending.as_ref().is_some_and(|open| !open.is_dropped() && open.motions.len() >= OVERDUE)
    }

    /// Cancels the detection in progress.
    pub fn drop_it(&mut self) {
        if let Some(open) = &self.pending {
            open.dropped.store(true, Relaxed);
        }
    }

    /// The thread panicked: so does this one.
    fn ended(&mut self) -> VisionError {
        self.pending = None;
        if let Some(Err(panic)) = self.thread.take().map(|thread| thread.handle.join()) {
            std::panic::resume_unwind(panic);
        }
        VisionError::Answer("a detection that has ended")
    }
}

impl Thread {
    fn start() -> std::io::Result<Thread> {
        let (work, todo) = sync_channel::<Work>(1);
        let (finished, done) = sync_channel(1);
        let handle = std::thread::Builder::new().name("look aside".into()).spawn(move || {
            // Of this thread alone, on Linux. If it fails, only the priority is higher.
            let _ = rustix::process::setpriority_process(None, NICE);
            for mut work in todo {
                work.trouble = work.look().err();
                if finished.send(work).is_err() {
                    return;
                }
            }
        })?;
        Ok(Thread { work, done, handle })
    }
}

impl Work {
    fn look(&mut self) -> Result<(), VisionError> {
        let picture = self.picture.reshape_def(3)?;
        for part in &mut self.trackers {
            if self.dropped.load(Relaxed) {
                return Ok(());
            }
            let mut detector =
                part.detector.lock().map_err(|_| VisionError::Answer("a detector that panicked"))?;
            detector.detect(&picture, &mut part.sightings)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
    use std::time::{Duration, Instant};

    use super::*;
    use discreet_redact::{BySize, Following, Margin};

    const SIZE: (u32, u32) = (640, 480);

    /// Sees one thing in each picture, once it is allowed to; fails or panics on request.
    struct Fake {
        allowed: Receiver<Outcome>,
        begun: SyncSender<()>,
    }

    enum Outcome {
        Sees,
        Fails,
        Panics,
    }

    impl Detector for Fake {
        fn detect(&mut self, _: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
            self.begun.send(()).ok();
            match self.allowed.recv().unwrap_or(Outcome::Fails) {
                Outcome::Sees => seen.push(Sighting::around(100.0, 100.0, 40.0, 20.0, 0.9)),
                Outcome::Fails => return Err(VisionError::Answer("a fake")),
                Outcome::Panics => std::panic::resume_unwind(Box::new("as the test wants it")),
            }
            Ok(())
        }

        fn margin(&self) -> Margin {
            let none = BySize { small: 0.0, large: 0.0 };
            Margin { across: none, above: none, below: none, pixels: 0.0 }
        }

        fn following(&self) -> Following {
            let any = BySize { small: 0.0, large: 0.0 };
            Following { first: any, start: any, go_on: any, hold: 5, sure: 1 }
        }
    }

    struct Scene {
        background: AsyncDetection,
        trackers: [SubjectTracker; 1],
        allow: SyncSender<Outcome>,
        begun: Receiver<()>,
    }

    impl Scene {
        fn new() -> Scene {
            let ((allow, allowed), (begin, begun)) = (sync_channel(9), sync_channel(9));
            let trackers = [SubjectTracker::new(Subject::Text, Box::new(Fake { allowed, begun: begin }))];
            Scene { background: AsyncDetection::default(), trackers, allow, begun }
        }

        fn look(&mut self) -> bool {
            let picture = Mat::new_rows_cols_with_default(2, 2, opencv::core::CV_8UC3, 0.0.into()).unwrap();
            self.background.look(&picture.reshape_def(3).unwrap(), self.trackers.iter()).unwrap()
        }

        /// As in `Watch`: everything moves, also during detection.
        fn frame(&mut self, dx: f32) -> Result<bool, VisionError> {
            let motion = Motion { dx, ..Motion::NONE };
            self.trackers[0].tracks.advance(&motion, SIZE);
            self.background.moved(motion);
            Ok(self.background.done(&mut self.trackers, SIZE)?.is_some())
        }

        /// Frames without motion until the detection is done.
        fn finish(&mut self) -> Result<bool, VisionError> {
            let started = Instant::now();
            while self.background.pending.is_some() && started.elapsed() < Duration::from_secs(10) {
                if self.frame(0.0)? {
                    return Ok(true);
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(false)
        }

        fn places(&self) -> Vec<f32> {
            self.trackers[0].tracks.places().map(|(place, _)| place.middle().0).collect()
        }
    }

    #[test]
    fn frames_go_on_and_what_was_seen_is_where_it_is_now() {
        let mut scene = Scene::new();
        assert!(scene.look());
        scene.begun.recv().unwrap();
        for _ in 0..7 {
            assert!(!scene.frame(10.0).unwrap(), "nobody waits");
        }
        assert!(!scene.look(), "one look at a time");
        assert!(scene.places().is_empty(), "nothing is known yet");
        scene.allow.send(Outcome::Sees).unwrap();
        assert!(scene.finish().unwrap());
        assert_eq!(scene.places(), [170.0]);
        assert!(scene.look(), "and the next");
    }

    #[test]
    fn what_was_dropped_does_not_count() {
        let mut scene = Scene::new();
        scene.look();
        scene.begun.recv().unwrap();
        scene.background.drop_it();
        scene.allow.send(Outcome::Sees).unwrap();
        assert!(!scene.finish().unwrap());
        assert!(scene.places().is_empty());
        assert!(scene.look(), "there can be another");
    }

    #[test]
    fn a_detector_that_fails_is_told_of() {
        let mut scene = Scene::new();
        scene.look();
        scene.allow.send(Outcome::Fails).unwrap();
        assert!(matches!(scene.finish(), Err(VisionError::Answer("a fake"))));
    }

    #[test]
    fn a_detector_that_hangs_becomes_overdue() {
        let mut scene = Scene::new();
        scene.look();
        for frame in 0..OVERDUE {
            assert!(!scene.background.is_overdue(), "in frame {frame}");
            assert!(!scene.frame(0.0).unwrap());
        }
        assert!(scene.background.is_overdue());
    }

    #[test]
    fn a_panic_beside_is_a_panic_here() {
        let mut scene = Scene::new();
        scene.look();
        scene.allow.send(Outcome::Panics).unwrap();
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| scene.finish()));
        assert!(caught.is_err());
    }
}
