//! The inspector of one camera: its detectors and tracks.

mod async_detection;
mod photo;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use opencv::core::Mat;
use opencv::prelude::*;

use super::blob::{Pixels, shrunk, size, times, with_mat};
use super::detectors::{self, Detector};
use super::motion::{MotionEstimator, Since};
use super::unseen_regions::Inspected;
use super::{Engines, Models, VisionError, codec};
use async_detection::AsyncDetection;
use discreet_redact::{
    Area, BlankReason, Cause, CompressedFormat, Cover, Found, Frame, ImageInspector, ImageRules, Margin,
    Motion, Picture, Rotated, Sighting, Subject, THUMBNAIL_SIDE, Tracks, suppress,
};

pub use photo::{NoPhotograph, Photograph};

/// After this time without a picture, tracks are dropped.
const FORGET_AFTER: i64 = 1_000_000_000;

/// Inspects the pictures of one camera, one after the other.
pub struct Watch {
    models: Models,
    engines: Engines,
    trackers: Vec<SubjectTracker>,
    rotated: Rotated,
    background: AsyncDetection,
    estimator: MotionEstimator,
    inspected: Inspected,
    size: (u32, u32),
    stamp: Option<i64>,
    frames_since_looked: u32,
    sightings: Vec<Sighting>,
    found: Vec<Found>,
    encoded: Vec<u8>,
    spent: Spent,
    trouble: Option<VisionError>,
}

/// The time spent on the last picture, by step.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// The camera's motion.
    pub motion: Duration,
    /// The detectors that the picture waited for.
    pub detection: Duration,
    /// Tracking, and the search for regions not inspected.
    pub tracking: Duration,
}

struct SubjectTracker {
    subject: Subject,
    detector: Arc<Mutex<Box<dyn Detector>>>,
    slow: bool,
    margin: Margin,
    same: f32,
    tracks: Tracks,
}

/// A picture at two sizes.
struct Views<'a> {
    /// At most [`THUMBNAIL_SIDE`] long: motion, tracks, and the slow detectors.
    small: &'a Pixels<'a>,
    /// The same, or larger where small faces are looked for.
    large: &'a Pixels<'a>,
}

impl Views<'_> {
    /// Pixels of the large one for each of the small one, across and down.
    fn times(&self) -> (f32, f32) {
        times(size(self.large), size(self.small))
    }
}

impl SubjectTracker {
    fn new(subject: Subject, detector: Box<dyn Detector>) -> SubjectTracker {
        let (slow, margin, same) = (detector.slow(), detector.margin(), detector.same());
        let tracks = Tracks::new(detector.following());
        SubjectTracker { subject, detector: Arc::new(Mutex::new(detector)), slow, margin, same, tracks }
    }

    /// Waits while it inspects another picture. After a panic its state is undefined.
    fn detector(&self) -> Result<MutexGuard<'_, Box<dyn Detector>>, VisionError> {
        self.detector.lock().map_err(|_| VisionError::Answer("a detector that panicked"))
    }

    /// Adds its detector's sightings, at their places in the small picture. Only a fast detector is given the large one.
    fn look(&self, views: &Views<'_>, sightings: &mut Vec<Sighting>) -> Result<(), VisionError> {
        if self.slow {
            return self.detector()?.detect(views.small, sightings);
        }
        self.detector()?.detect(views.large, sightings)?;
        let (across, down) = views.times();
        sightings.iter_mut().for_each(|one| *one = one.scaled((1.0 / across, 1.0 / down)));
        Ok(())
    }

    /// Adds its detector's sightings to the tracks.
    fn see(&mut self, sightings: &mut Vec<Sighting>) {
        let least = self.tracks.least_score();
        sightings.retain(|sighting| sighting.score >= least);
        suppress(sightings, self.same);
        self.tracks.see(sightings);
    }
}

impl Watch {
    /// Loads the detectors for these rules. Others are loaded when rules ask for them.
    pub fn new(models: Models, engines: Engines, rules: &ImageRules) -> Result<Watch, VisionError> {
        let mut watch = Watch {
            models,
            engines,
            trackers: Vec::new(),
            rotated: rules.rotated,
            background: AsyncDetection::default(),
            estimator: MotionEstimator::new(),
            inspected: Inspected::new(),
            size: (0, 0),
            stamp: None,
            frames_since_looked: 0,
            sightings: Vec::new(),
            found: Vec::new(),
            encoded: Vec::new(),
            spent: Spent::default(),
            trouble: None,
        };
        watch.learn(rules)?;
        Ok(watch)
    }

    /// Forgets all tracks: the next picture shows another scene.
    pub fn forget(&mut self) {
        self.estimator.forget();
        self.background.drop_it();
        self.stamp = None;
        for tracker in &mut self.trackers {
            tracker.tracks.forget();
        }
    }

    /// The time spent on the last picture.
    pub fn spent(&self) -> Spent {
        self.spent
    }

    /// The reason if the last picture could not be inspected.
    pub fn trouble(&self) -> Option<&VisionError> {
        self.trouble.as_ref()
    }

    fn learn(&mut self, rules: &ImageRules) -> Result<(), VisionError> {
        if rules.rotated != self.rotated {
            self.forget();
            self.trackers.clear();
            self.rotated = rules.rotated;
        }
        for (subject, _) in rules.covers.iter().copied() {
            if !self.trackers.iter().any(|tracker| tracker.subject == subject) {
                let detector = detectors::load(subject, rules.rotated, &self.models, &self.engines)?;
                self.trackers.push(SubjectTracker::new(subject, detector));
            }
        }
        Ok(())
    }

    fn look_at(&mut self, rules: &ImageRules, views: &Views<'_>, stamp: i64) -> Result<(), VisionError> {
        self.learn(rules)?;
        let (size, large) = (narrow(size(views.small)), narrow(size(views.large)));
        let later = self.stamp.is_some_and(|last| (0..FORGET_AFTER).contains(&stamp.saturating_sub(last)));
        if size != self.size || !later {
            self.forget();
        }
        (self.size, self.stamp) = (size, Some(stamp));

        let started = Instant::now();
        let since = self.estimator.step(views.small)?;
        let moved = Instant::now();
        self.frames_since_looked = self.frames_since_looked.saturating_add(1);
        let motion = match since {
            Since::Moved(motion) => motion,
            Since::Unknown => Motion::NONE,
        };
        self.inspected.moved(&motion.enlarged(1.0 / self.estimator.times));
        for tracker in &mut self.trackers {
            tracker.tracks.advance(&motion, size);
        }
        // Without a known motion, earlier findings are useless.
        let detection = if since == Since::Unknown || self.background.is_overdue() {
            self.background.drop_it();
            self.look_now(rules, views, |_| true)?
        } else {
            self.look_in_turn(rules, views, motion)?
        };
        if self.trackers.iter().any(|tracker| tracker.tracks.is_full()) {
            return Err(VisionError::TooMany);
        }
        self.found.clear();
        for tracker in self.trackers.iter().filter(|tracker| rules.cover(tracker.subject).is_some()) {
            self.found.extend(tracker.tracks.places().map(|(place, why)| {
                let area = tracker.margin.around(&place.scaled(views.times()), large);
                Found { subject: tracker.subject, area, score: place.score.clamp(0.0, 1.0), why }
            }));
        }
        if rules.strict {
            self.find_unseen(rules, large)?;
        }
        self.found.retain(|found| !found.area.is_empty());
        self.spent =
            Spent { motion: moved - started, detection, tracking: moved.elapsed().saturating_sub(detection) };
        Ok(())
    }

    /// Detects when it is due. Every n-th picture waits for the fast detectors; the slow ones inspect it
    /// while the following pictures pass, and their findings are then tracked as if they had been there at
    /// once.
    fn look_in_turn(
        &mut self,
        rules: &ImageRules,
        views: &Views<'_>,
        motion: Motion,
    ) -> Result<Duration, VisionError> {
        self.background.moved(motion);
        match self.background.done(&mut self.trackers, self.size) {
            Ok(Some(since)) => self.inspected.looked_aside(since.enlarged(1.0 / self.estimator.times)),
            Ok(None) => {}
            Err(trouble) => {
                // The next picture waits for all detectors, and is blanked if one still fails.
                self.forget();
                return Err(trouble);
            }
        }
        if self.frames_since_looked < rules.every {
            return Ok(Duration::ZERO);
        }
        let beside = |tracker: &SubjectTracker| rules.every > 1 && tracker.slow;
        let spent = self.look_now(rules, views, |tracker| !beside(tracker))?;
        let slow =
            self.trackers.iter().filter(|tracker| rules.cover(tracker.subject).is_some() && beside(tracker));
        if self.background.look(views.small, slow)? && rules.strict {
            self.inspected.look_aside(self.estimator.grey())?;
        }
        Ok(spent)
    }

    /// Waits for detectors to inspect this picture; returns the time that took.
    fn look_now(
        &mut self,
        rules: &ImageRules,
        views: &Views<'_>,
        these: impl Fn(&SubjectTracker) -> bool,
    ) -> Result<Duration, VisionError> {
        let started = Instant::now();
        let mut all = true;
        for tracker in self.trackers.iter_mut().filter(|tracker| rules.cover(tracker.subject).is_some()) {
            if these(tracker) {
                self.sightings.clear();
                tracker.look(views, &mut self.sightings)?;
                tracker.see(&mut self.sightings);
            } else {
                all = false;
            }
        }
        self.frames_since_looked = 0;
        if all && rules.strict {
            self.inspected.looked(self.estimator.grey())?;
        }
        Ok(started.elapsed())
    }

    fn find_unseen(&mut self, rules: &ImageRules, (width, height): (u32, u32)) -> Result<(), VisionError> {
        let Some((subject, _)) = rules.covers.first().copied() else { return Ok(()) };
        let times = width as f32 / size(self.estimator.grey()).0.max(1) as f32;
        let mut areas = Vec::new();
        self.inspected.unseen(self.estimator.grey(), &mut areas)?;
        let scaled = |side: u32| (side as f32 * times).round() as u32;
        self.found.extend(areas.iter().map(|area| Found {
            subject,
            area: Area {
                left: scaled(area.left),
                top: scaled(area.top),
                right: scaled(area.right).min(width),
                bottom: scaled(area.bottom).min(height),
            },
            score: 0.0,
            why: Cause::Unseen,
        }));
        Ok(())
    }

    /// Inspects a picture of any size, through small copies.
    fn look_through(
        &mut self,
        rules: &ImageRules,
        picture: &Pixels<'_>,
        stamp: i64,
    ) -> Result<(), VisionError> {
        let (mut of_large, mut of_small) = (Mat::default(), Mat::default());
        let large = shrunk(picture, rules.longest_side() as usize, &mut of_large)?;
        let large = large.as_ref().unwrap_or(picture);
        let small = shrunk(large, THUMBNAIL_SIDE as usize, &mut of_small)?;
        self.look_at(rules, &Views { small: small.as_ref().unwrap_or(large), large }, stamp)?;
        let (from, to) = (narrow(size(large)), narrow(size(picture)));
        for found in self.found.iter_mut().filter(|_| from != to) {
            found.area = found.area.scaled(from, to);
        }
        Ok(())
    }

    /// Stores the reason of a failure; the frame gets only a [`BlankReason`].
    fn noted<T>(&mut self, outcome: Result<T, VisionError>) -> Result<T, BlankReason> {
        outcome.map_err(|trouble| {
            self.trouble = Some(trouble);
            BlankReason::Failed
        })
    }
}

impl ImageInspector for Watch {
    fn look(
        &mut self,
        rules: &ImageRules,
        picture: Picture<'_>,
        stamp: i64,
    ) -> Result<&[Found], BlankReason> {
        let outcome = with_mat(&picture, |mat| self.look_through(rules, mat, stamp));
        self.noted(outcome)?;
        Ok(&self.found)
    }

    fn remake(
        &mut self,
        rules: &ImageRules,
        compressed: &[u8],
        format: CompressedFormat,
        stamp: i64,
    ) -> Result<&[u8], BlankReason> {
        let mut decoded = codec::decode(compressed, format)?;
        if rules.frame.is_none() {
            let outcome = match decoded.bgr.reshape_def(3) {
                Ok(pixels) => self.look_through(rules, &pixels, stamp),
                Err(error) => Err(error.into()),
            };
            self.noted(outcome)?;
        }
        let outcome = cover(&mut decoded.bgr, rules, &self.found);
        self.noted(outcome)?;
        let mut encoded = std::mem::take(&mut self.encoded);
        let outcome = codec::encode(&decoded, format, &mut encoded);
        self.encoded = encoded;
        self.noted(outcome)?;
        Ok(&self.encoded)
    }
}

/// Covers findings in a decoded image, as the guard does in a raw one.
fn cover(bgr: &mut Mat, rules: &ImageRules, found: &[Found]) -> Result<(), VisionError> {
    let (width, height) = narrow(size(bgr));
    let mut frame = Frame::from_bgr(width, height, bgr.data_bytes_mut()?)
        .map_err(|_| VisionError::Answer("a picture of this size"))?;
    match rules.frame {
        Some(whole) => frame.cover_whole(whole),
        // Parts that no detector has inspected are covered solid, whatever the rules say.
        None => frame.cover_all(&covers(rules, found)),
    }
    Ok(())
}

fn covers(rules: &ImageRules, found: &[Found]) -> Vec<(Area, Cover)> {
    let cover = |found: &Found| match found.why {
        Cause::Unseen => Cover::Solid,
        Cause::Seen | Cause::Held => rules.cover(found.subject).unwrap_or(Cover::Solid),
    };
    found.iter().map(|found| (found.area, cover(found))).collect()
}

fn narrow((width, height): (usize, usize)) -> (u32, u32) {
    (u32::try_from(width).unwrap_or(u32::MAX), u32::try_from(height).unwrap_or(u32::MAX))
}
