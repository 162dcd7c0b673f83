//! Parts of the picture that no detector has inspected: they came into view, or changed, since the last
//! detection.

use opencv::core::{BORDER_CONSTANT, Mat, Scalar};
use opencv::imgproc;
use opencv::prelude::*;

use super::VisionError;
use discreet_redact::{Area, Motion};

/// The side of the squares in which the picture is compared, in pixels of the small picture.
const SQUARE: i32 = 16;
/// A square has changed if its grey levels differ by this on average.
const CHANGED: u32 = 12;
/// The greatest shift of known content in addition to the camera's motion, in pixels: near things move
/// further than distant ones.
const SHIFT: i32 = 3;

/// The last picture that all detectors inspected.
pub(super) struct Inspected {
    grey: Mat,
    /// The camera's motion since, in pixels of the small picture.
    since: Motion,
    /// The picture that some detectors are still inspecting.
    aside: Mat,
    warped: Mat,
    valid: Mat,
}

impl Inspected {
    pub fn new() -> Inspected {
        let [grey, aside, warped, valid] = std::array::from_fn(|_| Mat::default());
        Inspected { grey, since: Motion::NONE, aside, warped, valid }
    }

    /// All detectors have inspected this picture.
    pub fn looked(&mut self, grey: &Mat) -> Result<(), VisionError> {
        grey.copy_to(&mut self.grey)?;
        self.since = Motion::NONE;
        Ok(())
    }

    /// Some detectors begin to inspect this picture, which the others have inspected.
    pub fn look_aside(&mut self, grey: &Mat) -> Result<(), VisionError> {
        Ok(grey.copy_to(&mut self.aside)?)
    }

    /// They have inspected it. `since` is the camera's motion meanwhile, in pixels of the small picture.
    pub fn looked_aside(&mut self, since: Motion) {
        std::mem::swap(&mut self.grey, &mut self.aside);
        self.since = since;
    }

    /// The camera moved.
    pub fn moved(&mut self, motion: &Motion) {
        self.since = self.since.then(motion);
    }

    /// The parts of `grey` that they have not inspected, in its own pixels.
    pub fn unseen(&mut self, grey: &Mat, areas: &mut Vec<Area>) -> Result<(), VisionError> {
        let Motion { a, b, dx, dy } = self.since;
        let map = Mat::from_slice_2d(&[[a, -b, dx], [b, a, dy]])?;
        let size = grey.size()?;
        let everything =
            Mat::new_size_with_default(self.grey.size()?, opencv::core::CV_8UC1, Scalar::all(255.0))?;
        for (from, to) in [(&self.grey, &mut self.warped), (&everything, &mut self.valid)] {
            imgproc::warp_affine(
                from,
                to,
                &map,
                size,
                imgproc::INTER_LINEAR,
                BORDER_CONSTANT,
                Scalar::all(0.0),
            )?;
        }
        let [now, then, valid] = [grey, &self.warped, &self.valid].map(Plane::of);
        let views = Views { now: now?, then: then?, valid: valid? };
        for top in (0..size.height).step_by(SQUARE as usize) {
            let bottom = (top + SQUARE).min(size.height);
            let mut run: Option<Area> = None;
            for left in (0..size.width).step_by(SQUARE as usize) {
                let right = (left + SQUARE).min(size.width);
                let square =
                    Area { left: left as u32, top: top as u32, right: right as u32, bottom: bottom as u32 };
                if views.shows_new(&square) {
                    run = Some(Area { left: run.map_or(square.left, |run| run.left), ..square });
                } else {
                    areas.extend(run.take());
                }
            }
            areas.extend(run);
        }
        Ok(())
    }
}

/// The present picture, the inspected one moved by the camera's motion, and the extent of that one.
struct Views<'a> {
    now: Plane<'a>,
    then: Plane<'a>,
    valid: Plane<'a>,
}

impl Views<'_> {
    /// Does the square show anything that the detectors did not see near there?
    fn shows_new(&self, square: &Area) -> bool {
        if !self.was_in_view(square, 0) {
            return true;
        }
        // Near things move further than the whole picture.
        let mut shifts = (-SHIFT..=SHIFT).flat_map(|down| (-SHIFT..=SHIFT).map(move |right| (right, down)));
        let mut is_near =
            || self.was_in_view(square, SHIFT as u32) && shifts.any(|shift| self.shows(square, shift));
        !self.shows(square, (0, 0)) && !is_near()
    }

    /// Does the inspected picture extend this far around the square, or to the edge?
    fn was_in_view(&self, square: &Area, around: u32) -> bool {
        let (left, right) = (square.left.saturating_sub(around), square.right + around);
        let rows = square.top.saturating_sub(around)..(square.bottom + around).min(self.valid.rows);
        rows.into_iter().all(|row| self.valid.part(row, left, right).iter().all(|valid| *valid >= 250))
    }

    /// Does the square show what the detectors saw this far to the right and down of it?
    fn shows(&self, square: &Area, (right, down): (i32, i32)) -> bool {
        let (Some(left), Some(top)) =
            (square.left.checked_add_signed(right), square.top.checked_add_signed(down))
        else {
            return false;
        };
        let (width, height) = (square.right - square.left, square.bottom - square.top);
        if left + width > self.then.columns || top + height > self.then.rows {
            return false;
        }
        let most = CHANGED * width * height;
        let mut difference = 0;
        (0..height).all(|row| {
            let now = self.now.part(square.top + row, square.left, square.right);
            let then = self.then.part(top + row, left, left + width);
            difference += now.iter().zip(then).map(|(now, then)| u32::from(now.abs_diff(*then))).sum::<u32>();
            difference <= most
        })
    }
}

/// Grey levels, row by row.
struct Plane<'a> {
    columns: u32,
    rows: u32,
    levels: &'a [u8],
}

impl<'a> Plane<'a> {
    fn of(mat: &'a Mat) -> Result<Plane<'a>, VisionError> {
        let side = |side: i32| u32::try_from(side).unwrap_or(0);
        Ok(Plane { columns: side(mat.cols()), rows: side(mat.rows()), levels: mat.data_bytes()? })
    }

    /// A part of a row, cut off at its end.
    fn part(&self, row: u32, left: u32, right: u32) -> &'a [u8] {
        let start = row as usize * self.columns as usize;
        let right = right.min(self.columns) as usize;
        self.levels.get(start + left as usize..start + right).unwrap_or(&[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(shift: i32) -> Mat {
        let row = |y: i32| -> Vec<u8> {
            (0..320).map(|x| (((x + shift) / 5 * 31 + y / 5 * 17) % 200) as u8).collect()
        };
        Mat::from_slice_2d(&(0..180).map(row).collect::<Vec<_>>()).unwrap()
    }

    fn unseen(seen: &mut Inspected, grey: &Mat) -> Vec<Area> {
        let mut areas = Vec::new();
        seen.unseen(grey, &mut areas).unwrap();
        areas
    }

    #[test]
    fn the_strip_that_a_turning_camera_reveals_has_not_been_seen() {
        let mut seen = Inspected::new();
        seen.looked(&pattern(0)).unwrap();
        assert_eq!(unseen(&mut seen, &pattern(0)), []);
        seen.moved(&Motion { dx: -20.0, ..Motion::NONE });
        let areas = unseen(&mut seen, &pattern(20));
        assert!(areas.iter().all(|area| area.left >= 288 && area.right == 320), "{areas:?}");
        assert_eq!(areas.len(), 12, "one strip a row of squares: {areas:?}");
    }

    #[test]
    fn what_moved_a_little_has_been_seen_and_what_moved_far_has_not() {
        let mut seen = Inspected::new();
        seen.looked(&pattern(0)).unwrap();
        let inside = |areas: Vec<Area>| areas.iter().filter(|area| area.left < 304).count();
        assert_eq!(inside(unseen(&mut seen, &pattern(3))), 0, "but for what came in at the edge");
        assert_eq!(inside(unseen(&mut seen, &pattern(8))), 12, "each row of squares");
    }

    #[test]
    fn what_is_looked_at_beside_the_frames_counts_from_its_own_picture_on() {
        let mut seen = Inspected::new();
        seen.looked(&pattern(0)).unwrap();
        seen.look_aside(&pattern(40)).unwrap();
        assert!(!unseen(&mut seen, &pattern(40)).is_empty(), "nobody is done yet");
        seen.looked_aside(Motion { dx: -20.0, ..Motion::NONE });
        let areas = unseen(&mut seen, &pattern(60));
        assert!(!areas.is_empty() && areas.iter().all(|area| area.left >= 288), "{areas:?}");
    }

    #[test]
    fn somebody_who_steps_in_has_not_been_seen() {
        let mut seen = Inspected::new();
        seen.looked(&pattern(0)).unwrap();
        let mut grey = pattern(0);
        for row in 32..64 {
            grey.at_row_mut::<u8>(row).unwrap()[64..96].fill(255);
        }
        let expected = |top| Area { left: 64, top, right: 96, bottom: top + 16 };
        assert_eq!(unseen(&mut seen, &grey), [expected(32), expected(48)]);
    }
}
