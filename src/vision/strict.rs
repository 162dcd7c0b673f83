//! What nobody has looked at yet: parts that came into view, and parts that changed, since the detectors last looked.

use opencv::core::{BORDER_CONSTANT, Mat, Scalar};
use opencv::imgproc;
use opencv::prelude::*;

use super::VisionError;
use crate::redact::{Area, Motion};

/// The picture is judged in squares of so many pixels, at the small size.
const SQUARE: i32 = 16;
/// A square changed if its grey levels differ by this on average.
const CHANGED: u32 = 12;

/// The picture that the detectors saw last.
pub(super) struct Seen {
    grey: Mat,
    /// What the camera did since, in pixels of the small picture.
    since: Motion,
    warped: Mat,
    valid: Mat,
}

impl Seen {
    pub fn new() -> Seen {
        Seen { grey: Mat::default(), since: Motion::NONE, warped: Mat::default(), valid: Mat::default() }
    }

    /// The detectors looked at this picture.
    pub fn looked(&mut self, grey: &Mat) -> Result<(), VisionError> {
        grey.copy_to(&mut self.grey)?;
        self.since = Motion::NONE;
        Ok(())
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
        for top in (0..size.height).step_by(SQUARE as usize) {
            let bottom = (top + SQUARE).min(size.height);
            let mut run: Option<Area> = None;
            for left in (0..size.width).step_by(SQUARE as usize) {
                let right = (left + SQUARE).min(size.width);
                let square =
                    Area { left: left as u32, top: top as u32, right: right as u32, bottom: bottom as u32 };
                if self.is_new(grey, &square)? {
                    run = Some(Area { left: run.map_or(square.left, |run| run.left), ..square });
                } else {
                    areas.extend(run.take());
                }
            }
            areas.extend(run);
        }
        Ok(())
    }

    fn is_new(&self, grey: &Mat, square: &Area) -> Result<bool, VisionError> {
        let (left, right) = (square.left as usize, square.right as usize);
        let (mut difference, mut count) = (0_u32, 0);
        for row in square.top..square.bottom {
            let row = row as i32;
            let [now, before, valid] = [grey, &self.warped, &self.valid].map(|mat| mat.at_row::<u8>(row));
            let (now, before, valid) =
                (part(now?, left, right), part(before?, left, right), part(valid?, left, right));
            if valid.iter().any(|valid| *valid < 250) {
                return Ok(true);
            }
            difference +=
                now.iter().zip(before).map(|(now, before)| u32::from(now.abs_diff(*before))).sum::<u32>();
            count += now.len() as u32;
        }
        Ok(difference > CHANGED * count)
    }
}

fn part(row: &[u8], left: usize, right: usize) -> &[u8] {
    row.get(left..right.min(row.len())).unwrap_or(&[])
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
