//! Tracking from frame to frame: a thing that a detector misses for some frames stays covered.

use super::sighting::{BySize, Sighting};
use super::{Cause, Motion};

/// Parameters of tracking for one subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Following {
    /// Least score in the first picture, in which everything is new.
    pub first: BySize,
    /// Least score of a new thing.
    pub start: BySize,
    /// Least score of a thing that is tracked already.
    pub go_on: BySize,
    /// The number of detections that may miss it before it is dropped, once it was seen `sure` times.
    pub hold: u32,
    /// A thing that was seen less often is dropped sooner.
    pub sure: u32,
}

/// The things of one subject that one camera sees.
#[derive(Debug, Clone)]
pub struct Tracks {
    following: Following,
    tracks: Vec<Track>,
    /// No picture was inspected yet.
    fresh: bool,
}

/// The most tracked things.
const MOST_TRACKS: usize = 2048;

#[derive(Debug, Clone, Copy)]
struct Track {
    /// Its estimated position.
    place: Sighting,
    /// The covered area: its present position and that of a moment ago. Detectors report a face now a little
    /// larger, now a little smaller.
    reach: Sighting,
    /// The motion of its centre per frame, in addition to the camera's.
    speed: (f32, f32),
    /// Number of sightings, and of detections that have missed it since.
    seen: u32,
    missed: u32,
    /// Its position without a sighting in this frame, to measure the error of the prediction.
    held: bool,
}

impl Tracks {
    /// Tracks nothing yet.
    pub fn new(following: Following) -> Tracks {
        Tracks { following, tracks: Vec::new(), fresh: true }
    }

    /// Drops all tracks: the picture shows another scene.
    pub fn forget(&mut self) {
        self.tracks.clear();
        self.fresh = true;
    }

    /// The lowest score that can matter.
    pub fn least_score(&self) -> f32 {
        let Following { first, start, go_on, .. } = self.following;
        [first, start, go_on].iter().fold(1.0, |least, score| score.small.min(score.large).min(least))
    }

    /// True if there may be more things than are tracked.
    pub fn is_full(&self) -> bool {
        self.tracks.len() >= MOST_TRACKS
    }

    /// Advances to the next frame: everything moves as the camera moved it, and as it moved before.
    pub fn advance(&mut self, camera: &Motion, (width, height): (u32, u32)) {
        let scale = camera.scale();
        for track in &mut self.tracks {
            let place = track.place;
            let (x, y) = camera.apply(place.middle());
            let (x, y) = (x + track.speed.0, y + track.speed.1);
            track.place = Sighting::around(x, y, place.width() * scale, place.height() * scale, place.score);
            let from = Shift { from: place.middle(), to: (x, y), scale };
            track.reach = from.apply(&track.reach);
            track.held = true;
            if track.missed > 0 {
                // Its motion is no longer known.
                track.speed = (track.speed.0 * 0.8, track.speed.1 * 0.8);
            }
        }
        let (width, height) = (width as f32, height as f32);
        self.tracks.retain(|track| {
            let (x, y) = track.place.middle();
            track.place.is_sound() && (0.0..width).contains(&x) && (0.0..height).contains(&y)
        });
    }

    /// Adds the sightings in this frame, sorted by score, each thing once.
    pub fn see(&mut self, sightings: &[Sighting]) {
        let before = self.tracks.len();
        let mut free = vec![true; before];
        let start = if std::mem::take(&mut self.fresh) { self.following.first } else { self.following.start };
        for sighting in sightings {
            let side = sighting.side();
            match self.best_match(sighting, &free) {
                Some(at) if sighting.score >= self.following.go_on.at(side) => {
                    if let (Some(track), Some(free)) = (self.tracks.get_mut(at), free.get_mut(at)) {
                        track.update(sighting);
                        *free = false;
                    }
                }
                _ if sighting.score >= start.at(side) && self.tracks.len() < MOST_TRACKS => {
                    self.tracks.push(Track::new(sighting));
                }
                _ => {}
            }
        }
        for (track, missed) in self.tracks.iter_mut().zip(&free) {
            track.missed += u32::from(*missed);
        }
        let Following { hold, sure, .. } = self.following;
        self.tracks.retain(|track| {
            let patience = if track.seen >= sure { hold } else { hold * track.seen / sure.max(1) };
            track.missed <= patience
        });
    }

    /// The present positions, and if they were seen in this frame.
    pub fn places(&self) -> impl Iterator<Item = (Sighting, Cause)> {
        self.tracks.iter().map(|track| (track.reach, if track.held { Cause::Held } else { Cause::Seen }))
    }

    fn best_match(&self, sighting: &Sighting, free: &[bool]) -> Option<usize> {
        let candidates = self.tracks.iter().zip(free).enumerate().filter(|(_, (_, free))| **free);
        let closeness = candidates.map(|(at, (track, _))| (at, track.place.likeness(sighting)));
        closeness
            .filter(|(_, likeness)| *likeness > 0.0)
            .max_by(|one, other| one.1.total_cmp(&other.1))
            .map(|(at, _)| at)
    }
}

impl Track {
    fn new(sighting: &Sighting) -> Track {
        Track { place: *sighting, reach: *sighting, speed: (0.0, 0.0), seen: 1, missed: 0, held: false }
    }

    /// The steady state of a Kalman filter: a sighting has more weight than the prediction for the position,
    /// and less for the speed.
    fn update(&mut self, seen: &Sighting) {
        let (guess, real) = (self.place.middle(), seen.middle());
        let wrong = (real.0 - guess.0, real.1 - guess.1);
        let frames = (self.missed + 1) as f32;
        if self.seen == 1 {
            self.speed = (wrong.0 / frames / 2.0, wrong.1 / frames / 2.0);
        } else {
            self.speed = (self.speed.0 + 0.25 * wrong.0 / frames, self.speed.1 + 0.25 * wrong.1 / frames);
        }
        self.reach = self.reach.shrunk_to(seen);
        self.place = *seen;
        self.seen = self.seen.saturating_add(1);
        self.missed = 0;
        self.held = false;
    }
}

/// Change of position and size.
struct Shift {
    from: (f32, f32),
    to: (f32, f32),
    scale: f32,
}

impl Shift {
    fn apply(&self, place: &Sighting) -> Sighting {
        let across = |x: f32| self.to.0 + (x - self.from.0) * self.scale;
        let down = |y: f32| self.to.1 + (y - self.from.1) * self.scale;
        Sighting {
            left: across(place.left),
            top: down(place.top),
            right: across(place.right),
            bottom: down(place.bottom),
            score: place.score,
        }
    }
}

/// An area that was larger a moment ago shrinks by this share in a frame.
const SHRINK: f32 = 0.3;

impl Sighting {
    /// At least `seen`, and in addition a part of the former area.
    fn shrunk_to(&self, seen: &Sighting) -> Sighting {
        let between = |reach: f32, seen: f32| reach + (seen - reach) * SHRINK;
        Sighting {
            left: between(self.left, seen.left).min(seen.left),
            top: between(self.top, seen.top).min(seen.top),
            right: between(self.right, seen.right).max(seen.right),
            bottom: between(self.bottom, seen.bottom).max(seen.bottom),
            score: seen.score,
        }
    }

    /// The likelihood that two sightings in different frames are of one thing: 0 to 1.
    fn likeness(&self, other: &Sighting) -> f32 {
        let ((x, y), (to_x, to_y)) = (self.middle(), other.middle());
        let (small, large) = (self.side().min(other.side()), self.side().max(other.side()));
        let near = 1.0 - (x - to_x).hypot(y - to_y) / large.max(1.0);
        if small * 2.0 < large || near < 0.4 { 0.0 } else { near * small / large }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (u32, u32) = (1280, 720);

    fn tracks() -> Tracks {
        let [first, start, go_on] = [0.3, 0.5, 0.2].map(|score| BySize { small: score, large: score });
        Tracks::new(Following { first, start, go_on, hold: 8, sure: 2 })
    }

    fn face(x: f32, score: f32) -> Sighting {
        Sighting::around(x, 300.0, 40.0, 50.0, score)
    }

    fn step(tracks: &mut Tracks, camera: &Motion, seen: &[Sighting]) -> Vec<(f32, Cause)> {
        tracks.advance(camera, SIZE);
        tracks.see(seen);
        tracks.places().map(|(place, why)| (place.middle().0, why)).collect()
    }

    #[test]
    fn a_face_that_is_missed_for_some_frames_stays_covered_and_moves_on() {
        let mut tracks = tracks();
        for frame in 0..10 {
            step(&mut tracks, &Motion::NONE, &[face(200.0 + 6.0 * frame as f32, 0.9)]);
        }
        for frame in 10..16 {
            let [(x, why)] = step(&mut tracks, &Motion::NONE, &[])[..] else {
                panic!("lost in frame {frame}")
            };
            assert_eq!(why, Cause::Held);
            assert!((x - (200.0 + 6.0 * frame as f32)).abs() < 15.0, "{x} in frame {frame}");
        }
    }

    #[test]
    fn the_camera_moves_what_it_sees() {
        let mut tracks = tracks();
        step(&mut tracks, &Motion::NONE, &[face(200.0, 0.9)]);
        step(&mut tracks, &Motion::NONE, &[face(200.0, 0.9)]);
        let pan = Motion { dx: 30.0, ..Motion::NONE };
        assert_eq!(step(&mut tracks, &pan, &[]), [(230.0, Cause::Held)]);
        assert_eq!(
            step(&mut tracks, &pan, &[face(260.0, 0.25)]),
            [(260.0, Cause::Seen)],
            "weak, but expected"
        );
    }

    #[test]
    fn a_face_that_a_detector_says_less_of_is_uncovered_step_by_step() {
        let mut tracks = tracks();
        step(&mut tracks, &Motion::NONE, &[Sighting::around(200.0, 300.0, 60.0, 60.0, 0.9)]);
        step(&mut tracks, &Motion::NONE, &[Sighting::around(200.0, 300.0, 40.0, 60.0, 0.9)]);
        let (reach, _) = tracks.places().next().unwrap();
        assert!(reach.left < 178.0 && reach.left > 170.0, "{reach:?}");
        for _ in 0..20 {
            step(&mut tracks, &Motion::NONE, &[Sighting::around(200.0, 300.0, 40.0, 60.0, 0.9)]);
        }
        let (reach, _) = tracks.places().next().unwrap();
        assert!((reach.left - 180.0).abs() < 0.5, "{reach:?}");
    }

    #[test]
    fn weak_sightings_start_nothing() {
        let mut tracks = tracks();
        assert_eq!(step(&mut tracks, &Motion::NONE, &[face(200.0, 0.2)]), []);
        assert_eq!(step(&mut tracks, &Motion::NONE, &[face(200.0, 0.4)]), []);
        tracks.forget();
        assert_eq!(
            step(&mut tracks, &Motion::NONE, &[face(200.0, 0.4)]).len(),
            1,
            "but for the first picture"
        );
    }

    #[test]
    fn nothing_is_left_out_before_it_says_so() {
        let mut tracks = tracks();
        let crowd = |number: usize| -> Vec<Sighting> {
            (0..number)
                .map(|at| face((at % 100) as f32 * 90.0, 0.9).moved(0.0, (at / 100) as f32 * 90.0))
                .collect()
        };
        tracks.see(&crowd(MOST_TRACKS - 1));
        assert!(tracks.places().count() == MOST_TRACKS - 1 && !tracks.is_full());
        tracks.forget();
        tracks.see(&crowd(MOST_TRACKS + 1));
        assert!(tracks.is_full());
    }

    #[test]
    fn what_is_gone_is_let_go() {
        let mut tracks = tracks();
        step(&mut tracks, &Motion::NONE, &[face(200.0, 0.9)]);
        step(&mut tracks, &Motion::NONE, &[face(200.0, 0.9)]);
        for _ in 0..8 {
            assert_eq!(step(&mut tracks, &Motion::NONE, &[]).len(), 1);
        }
        assert_eq!(step(&mut tracks, &Motion::NONE, &[]), []);
    }

    #[test]
    fn what_left_the_picture_is_let_go() {
        let mut tracks = tracks();
        step(&mut tracks, &Motion::NONE, &[face(1250.0, 0.9)]);
        assert_eq!(step(&mut tracks, &Motion { dx: 40.0, ..Motion::NONE }, &[]), []);
    }

    #[test]
    fn two_faces_side_by_side_stay_two() {
        let mut tracks = tracks();
        for frame in 0..20 {
            let shift = frame as f32 * 2.0;
            let places =
                step(&mut tracks, &Motion::NONE, &[face(200.0 + shift, 0.9), face(245.0 + shift, 0.8)]);
            assert_eq!(places.len(), 2, "in frame {frame}");
        }
    }

    #[test]
    fn a_crowd_without_end_does_not_fill_the_memory() {
        let crowd: Vec<_> = (0..5000).map(|x| Sighting::around(x as f32, 9.0, 8.0, 8.0, 0.9)).collect();
        let mut tracks = tracks();
        tracks.see(&crowd);
        assert_eq!(tracks.places().count(), MOST_TRACKS);
    }
}
