//! Motion of the camera between two pictures, from points that are tracked at a small size (Lucas and
//! Kanade).

use opencv::core::{Mat, Point2f, Size, TermCriteria, TermCriteria_COUNT, TermCriteria_EPS, Vector};
use opencv::prelude::*;
use opencv::{imgproc, video};

use super::VisionError;
use super::blob::{Pixels, at_most, size};
use discreet_redact::{Motion, Moved};

/// The long side of the picture in which points are tracked.
const SIDE: usize = 320;
/// The distance between points, in its pixels.
const SPACING: usize = 20;
/// The greatest error of a point that the motion explains, in pixels.
const TOLERANCE: f32 = 1.0;
/// The average difference of grey levels between two pictures of one scene, by noise.
const NOISE: f64 = 3.0;

/// The last picture of a camera, small and grey.
pub(super) struct MotionEstimator {
    last: Mat,
    next: Mat,
    small: Mat,
    points: Vector<Point2f>,
    /// Pixels of the picture for each of the small one.
    pub times: f32,
}

/// Change since the last picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Since {
    /// The camera's motion, in pixels of the picture.
    Moved(Motion),
    /// Unknown: a cut, a flash, a covered lens.
    Unknown,
}

impl MotionEstimator {
    pub fn new() -> MotionEstimator {
        let (last, next, small) = (Mat::default(), Mat::default(), Mat::default());
        MotionEstimator { last, next, small, points: Vector::new(), times: 1.0 }
    }

    /// Forgets the last picture.
    pub fn forget(&mut self) {
        self.last = Mat::default();
    }

    /// The last picture, small and grey.
    pub fn grey(&self) -> &Mat {
        &self.last
    }

    /// Processes the next picture.
    pub fn step(&mut self, picture: &Pixels<'_>) -> Result<Since, VisionError> {
        let full = size(picture);
        let (width, height) = at_most(full, SIDE);
        self.times = full.0 as f32 / width.max(1) as f32;
        let wanted = Size::new(i32::try_from(width).unwrap_or(1), i32::try_from(height).unwrap_or(1));
        imgproc::resize(picture, &mut self.small, wanted, 0.0, 0.0, imgproc::INTER_AREA)?;
        imgproc::cvt_color_def(&self.small, &mut self.next, imgproc::COLOR_BGR2GRAY)?;
        let since = if self.last.size()? == self.next.size()? {
            self.compare(width, height)?
        } else {
            Since::Unknown
        };
        std::mem::swap(&mut self.last, &mut self.next);
        Ok(since)
    }

    fn compare(&mut self, width: usize, height: usize) -> Result<Since, VisionError> {
        let margin = SPACING / 2;
        let lines = |length: usize| (margin..length.saturating_sub(margin)).step_by(SPACING);
        let wanted = lines(height).len() * lines(width).len();
        if self.points.len() != wanted {
            self.points.clear();
            for y in lines(height) {
                for x in lines(width) {
                    self.points.push(Point2f::new(x as f32, y as f32));
                }
            }
        }
        let moved = self.follow()?;
        // A camera may show a wall with too few features to track.
        if let Some(motion) = Motion::of(&moved, TOLERANCE) {
            return Ok(Since::Moved(motion.enlarged(self.times)));
        }
        let mut change = Mat::default();
        opencv::core::absdiff(&self.last, &self.next, &mut change)?;
        let [mean, ..] = opencv::core::mean_def(&change)?.0;
        Ok(if mean < NOISE { Since::Moved(Motion::NONE) } else { Since::Unknown })
    }

    fn follow(&self) -> Result<Vec<Moved>, VisionError> {
        if self.points.is_empty() {
            return Ok(Vec::new());
        }
        let (mut to, mut status, mut wrong) =
            (Vector::<Point2f>::new(), Vector::<u8>::new(), Vector::<f32>::new());
        video::calc_optical_flow_pyr_lk(
            &self.last,
            &self.next,
            &self.points,
            &mut to,
            &mut status,
            &mut wrong,
            Size::new(15, 15),
            3,
            TermCriteria::new(TermCriteria_COUNT + TermCriteria_EPS, 10, 0.03)?,
            0,
            1e-3, // a region without texture cannot be tracked
        )?;
        let pairs = self.points.iter().zip(&to).zip(&status);
        let kept = pairs.filter(|(_, status)| *status == 1);
        Ok(kept.map(|((from, to), _)| ((from.x, from.y), (to.x, to.y))).collect())
    }
}
