//! What nobody has looked at yet: parts that came into view, and parts that changed, since the detectors last looked.

use opencv::core::{BORDER_CONSTANT, Mat, Scalar};
use opencv::imgproc;
use opencv::prelude::*;

use super::VisionError;
use discreet_redact::{Area, Motion};

/// The picture is judged in squares of so many pixels, at the small size.
const SQUARE: i32 = 16;
/// A square changed if its grey levels differ by this on average.
const CHANGED: u32 = 12;
/// What was seen so many pixels away, beside what the camera did, is not new: what is near moves further than what is far.
const SHIFT: i32 = 3;

/// The picture that all detectors saw last.
pub(super) struct Seen {
    grey: Mat,
    /// What the camera did since, in pixels of the small picture.
    since: Motion,
    /// The picture that some are still looking at.
    aside: Mat,
    warped: Mat,
    valid: Mat,
}

impl Seen {
    pub fn new() -> Seen {
        let [grey, aside, warped, valid] = std::array::from_fn(|_| Mat::default());
        Seen { grey, since: Motion::NONE, aside, warped, valid }
    }

    /// The detectors looked at this picture.
    pub fn looked(&mut self, grey: &Mat) -> Result<(), VisionError> {
        grey.copy_to(&mut self.grey)?;
        self.since = Motion::NONE;
        Ok(())
    }

    /// Some detectors begin to look at this picture, which the others have looked at.
    pub fn look_aside(&mut self, grey: &Mat) -> Result<(), VisionError> {
        Ok(grey.copy_to(&mut self.aside)?)
    }

    /// They have looked at it. `since` is what the camera did meanwhile, in pixels of the small picture.
    pub fn looked_aside(&mut self, since: Motion) {
        std::mem::swap(&mut self.grey, &mut self.aside);
        self.since = since;
    }

    /// The camera moved.
    pub fn moved(&mut self, motion: &Motion) {
        self.since = self.since.then(motion);
    }

    /// What of `grey` they have not seen, in its own pixels.
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

/// The picture of now, the one that was looked at, moved as the camera moved, and where that one reaches.
struct Views<'a> {
    now: Plane<'a>,
    then: Plane<'a>,
    valid: Plane<'a>,
}

impl Views<'_> {
    /// Whether the square shows anything that the detectors did not see about there.
    fn shows_new(&self, square: &Area) -> bool {
        if !self.was_in_view(square, 0) {
            return true;
        }
        // What is near moves further than what the whole picture did.
        let mut shifts = (-SHIFT..=SHIFT).flat_map(|down| (-SHIFT..=SHIFT).map(move |right| (right, down)));
        let mut is_near =
            || self.was_in_view(square, SHIFT as u32) && shifts.any(|shift| self.shows(square, shift));
        !self.shows(square, (0, 0)) && !is_near()
    }

    /// Whether the picture that was looked at reaches so far around the square, or to the edge.
    fn was_in_view(&self, square: &Area, around: u32) -> bool {
        let (left, right) = (square.left.saturating_sub(around), square.right + around);
        let rows = square.top.saturating_sub(around)..(square.bottom + around).min(self.valid.rows);
        rows.into_iter().all(|row| self.valid.part(row, left, right).iter().all(|valid| *valid >= 250))
    }

    /// Whether the square shows what the detectors saw so far to the right and down of it.
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

    /// A part of a row, as far as there is one.
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

    fn unseen(seen: &mut Seen, grey: &Mat) -> Vec<Area> {
        let mut areas = Vec::new();
        seen.unseen(grey, &mut areas).unwrap();
        areas
    }

    #[test]
    fn the_strip_that_a_turning_camera_reveals_has_not_been_seen() {
        let mut seen = Seen::new();
        seen.looked(&pattern(0)).unwrap();
        assert_eq!(unseen(&mut seen, &pattern(0)), []);
        seen.moved(&Motion { dx: -20.0, ..Motion::NONE });
        let areas = unseen(&mut seen, &pattern(20));
        assert!(areas.iter().all(|area| area.left >= 288 && area.right == 320), "{areas:?}");
        assert_eq!(areas.len(), 12, "one strip a row of squares: {areas:?}");
    }

    #[test]
    fn what_moved_a_little_has_been_seen_and_what_moved_far_has_not() {
        let mut seen = Seen::new();
        seen.looked(&pattern(0)).unwrap();
        let inside = |areas: Vec<Area>| areas.iter().filter(|area| area.left < 304).count();
        assert_eq!(inside(unseen(&mut seen, &pattern(3))), 0, "but for what came in at the edge");
        assert_eq!(inside(unseen(&mut seen, &pattern(8))), 12, "each row of squares");
    }

    #[test]
    fn what_is_looked_at_beside_the_frames_counts_from_its_own_picture_on() {
        let mut seen = Seen::new();
        seen.looked(&pattern(0)).unwrap();
        seen.look_aside(&pattern(40)).unwrap();
        assert!(!unseen(&mut seen, &pattern(40)).is_empty(), "nobody is done yet");
        seen.looked_aside(Motion { dx: -20.0, ..Motion::NONE });
        let areas = unseen(&mut seen, &pattern(60));
        assert!(!areas.is_empty() && areas.iter().all(|area| area.left >= 288), "{areas:?}");
    }

    #[test]
    fn somebody_who_steps_in_has_not_been_seen() {
        let mut seen = Seen::new();
        seen.looked(&pattern(0)).unwrap();
        let mut grey = pattern(0);
        for row in 32..64 {
            grey.at_row_mut::<u8>(row).unwrap()[64..96].fill(255);
        }
        let expected = |top| Area { left: 64, top, right: 96, bottom: top + 16 };
        assert_eq!(unseen(&mut seen, &grey), [expected(32), expected(48)]);
    }
}
