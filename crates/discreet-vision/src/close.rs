//! A small part of a picture at another size, for a second look.

use opencv::core::{CV_8UC3, Mat, Rect, Scalar, Size};
use opencv::imgproc;
use opencv::prelude::*;

use super::VisionError;
use super::blob::{Pixels, size};
use discreet_redact::Sighting;

/// Columns and rows of the picture for a second look.
pub(super) const CANVAS: (usize, usize) = (512, 384);

/// What is around the part if it is near an edge: the mean colour of photographs, blue first.
const AROUND: [f64; 4] = [104.0, 116.0, 124.0, 0.0];

/// The picture of a second look. Its memory is reused.
#[derive(Default)]
pub(super) struct Close {
    pub picture: Mat,
    part: Mat,
}

impl Close {
    /// Fills it with a thing of `picture` in its middle, `wide` pixels wide, and returns where that is.
    pub fn take(
        &mut self,
        picture: &Pixels<'_>,
        thing: &Sighting,
        wide: f32,
    ) -> Result<Sighting, VisionError> {
        let (width, height) = (CANVAS.0 as f32, CANVAS.1 as f32);
        let times = wide / thing.width().max(1.0);
        let (x, y) = thing.middle();
        let (rows, columns) = (whole(height), whole(width));
        if self.picture.empty() {
            self.picture = Mat::new_rows_cols_with_default(rows, columns, CV_8UC3, Scalar::default())?;
        }
        self.picture.set_to_def(&Scalar::from(AROUND))?;
        // The part of the picture that is in sight, in its own pixels.
        let full = size(picture);
        let start = |middle: f32, side: f32| (middle - side / times / 2.0).max(0.0).floor();
        let end = |middle: f32, side: f32, full: usize| (middle + side / times / 2.0).min(full as f32).ceil();
        let (left, top) = (start(x, width), start(y, height));
        let (right, bottom) = (end(x, width, full.0), end(y, height, full.1));
        let (part_width, part_height) = (whole(right - left), whole(bottom - top));
        if part_width > 0 && part_height > 0 {
            let part = Mat::roi(picture, Rect::new(whole(left), whole(top), part_width, part_height))?;
            let scaled = |side: i32| whole((side as f32 * times).round()).max(1);
            let wanted = Size::new(scaled(part_width), scaled(part_height));
            let how = if times < 1.0 { imgproc::INTER_AREA } else { imgproc::INTER_LINEAR };
            imgproc::resize(&part, &mut self.part, wanted, 0.0, 0.0, how)?;
            self.place((left - x) * times + width / 2.0, (top - y) * times + height / 2.0)?;
        }
        Ok(Sighting::around(width / 2.0, height / 2.0, wide, thing.height() * times, thing.score))
    }

    /// Puts the part at this place of the picture, cut at its edges.
    fn place(&mut self, left: f32, top: f32) -> Result<(), VisionError> {
        let (left, top) = (whole(left.round()), whole(top.round()));
        let (skip_x, skip_y) = ((-left).max(0), (-top).max(0));
        let (to_x, to_y) = (left.max(0), top.max(0));
        let columns = (self.part.cols() - skip_x).min(self.picture.cols() - to_x);
        let rows = (self.part.rows() - skip_y).min(self.picture.rows() - to_y);
        if columns > 0 && rows > 0 {
            let from = Mat::roi(&self.part, Rect::new(skip_x, skip_y, columns, rows))?;
            from.copy_to(&mut Mat::roi_mut(&mut self.picture, Rect::new(to_x, to_y, columns, rows))?)?;
        }
        Ok(())
    }
}

/// A cast from float to integer saturates.
fn whole(side: f32) -> i32 {
    side as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_in_the_middle_at_the_size_that_was_asked_for() {
        for (x, y) in [(480, 270), (5, 5), (930, 530)] {
            let mut picture = Mat::new_rows_cols_with_default(540, 960, CV_8UC3, Scalar::all(9.0)).unwrap();
            let place = Rect::new(x, y, 20, 8);
            imgproc::rectangle(&mut picture, place, Scalar::all(255.0), -1, 8, 0).unwrap();
            let [left, top, right, bottom] = [x, y, x + 20, y + 8].map(|side| side as f32);
            let thing = Sighting { left, top, right, bottom, score: 0.5 };
            let mut close = Close::default();
            for wide in [128.0, 20.0] {
                let seen = close.take(&picture.reshape_def(3).unwrap(), &thing, wide).unwrap();
                let (mut bright, mut points) = (Mat::default(), Mat::default());
                opencv::core::extract_channel(&close.picture, &mut points, 0).unwrap();
                imgproc::threshold(&points, &mut bright, 180.0, 255.0, imgproc::THRESH_BINARY).unwrap();
                opencv::core::find_non_zero(&bright, &mut points).unwrap();
                let found = imgproc::bounding_rect(&points).unwrap();
                let there = Sighting {
                    left: found.x as f32,
                    top: found.y as f32,
                    right: (found.x + found.width) as f32,
                    bottom: (found.y + found.height) as f32,
                    score: 0.5,
                };
                assert!(seen.overlap(&there) > 0.7, "{x} {y} {wide}: {seen:?} {there:?}");
            }
        }
    }
}
