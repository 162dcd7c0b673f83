//! The turn that a photograph's metadata ask for, found by comparing the picture as it is decoded with the turn, and
//! as it is stored. The decoder reads the metadata; a second reader of ours might understand them differently.

use opencv::core::Vec3b;
use opencv::prelude::*;

use super::VisionError;
use super::blob::{Pixels, size};
use discreet_redact::Area;

/// One of the eight orientations of EXIF: first rows and columns are exchanged, then sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Orientation {
    transposed: bool,
    /// Left and right are exchanged.
    across: bool,
    /// Top and bottom are exchanged.
    down: bool,
}

impl Orientation {
    /// The orientation that makes `tagged` of `stored`; `None` if it is another picture.
    pub fn between(stored: &Pixels<'_>, tagged: &Pixels<'_>) -> Result<Option<Orientation>, VisionError> {
        for number in 0..8_u8 {
            let [transposed, across, down] = [4, 2, 1].map(|bit| number & bit != 0);
            let orientation = Orientation { transposed, across, down };
            if orientation.makes(stored, tagged)? {
                return Ok(Some(orientation));
            }
        }
        Ok(None)
    }

    /// True if the picture is tagged as it is stored.
    pub fn is_upright(self) -> bool {
        self == Orientation { transposed: false, across: false, down: false }
    }

    /// True if it shows things as a mirror does.
    pub fn is_mirrored(self) -> bool {
        self.transposed ^ self.across ^ self.down
    }

    /// The size of a tagged picture.
    fn turned(self, (width, height): (usize, usize)) -> (usize, usize) {
        if self.transposed { (height, width) } else { (width, height) }
    }

    fn makes(self, stored: &Pixels<'_>, tagged: &Pixels<'_>) -> Result<bool, VisionError> {
        let (width, height) = self.turned(size(stored));
        if size(tagged) != (width, height) {
            return Ok(false);
        }
        let flipped = |flip: bool, at: usize, side: usize| if flip { side - 1 - at } else { at };
        for y in 0..height {
            let row = tagged.at_row::<Vec3b>(y as i32)?;
            let stored_y = flipped(self.down, y, height);
            let same = match self.transposed {
                false => {
                    let from = stored.at_row::<Vec3b>(stored_y as i32)?;
                    if self.across { row.iter().eq(from.iter().rev()) } else { row == from }
                }
                true => {
                    let mut same = true;
                    for (x, pixel) in row.iter().enumerate() {
                        let stored_x = flipped(self.across, x, width);
                        same &= stored.at_2d::<Vec3b>(stored_x as i32, stored_y as i32)? == pixel;
                        if !same {
                            break;
                        }
                    }
                    same
                }
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The place in the tagged picture of an area of the stored one, which has this size.
    pub fn place(self, area: Area, (width, height): (u32, u32)) -> Area {
        let Area { left, top, right, bottom } = area.clipped((width, height));
        let (mut place, (width, height)) = match self.transposed {
            false => (Area { left, top, right, bottom }, (width, height)),
            true => (Area { left: top, top: left, right: bottom, bottom: right }, (height, width)),
        };
        if self.across {
            (place.left, place.right) = (width - place.right, width - place.left);
        }
        if self.down {
            (place.top, place.bottom) = (height - place.bottom, height - place.top);
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opencv::core::{CV_8UC3, Mat, Rect, Scalar, flip, transpose};
    use opencv::imgproc::rectangle;

    /// Black, with a white rectangle at this place, which makes no orientation look like another.
    fn picture(place: Area) -> Mat {
        let mut picture = Mat::new_rows_cols_with_default(60, 100, CV_8UC3, Scalar::default()).unwrap();
        let [left, top] = [place.left, place.top].map(|side| side as i32);
        let area = Rect::new(left, top, place.width() as i32, place.height() as i32);
        rectangle(&mut picture, area, Scalar::all(255.0), -1, 8, 0).unwrap();
        picture
    }

    #[test]
    fn each_orientation_is_found_and_areas_are_placed_by_it() {
        let stored_at = Area { left: 7, top: 11, right: 20, bottom: 40 };
        let stored = picture(stored_at);
        let mut mirrored = 0;
        for number in 0..8 {
            let mut tagged = stored.clone();
            let mut other = Mat::default();
            if number & 4 != 0 {
                transpose(&tagged, &mut other).unwrap();
                std::mem::swap(&mut tagged, &mut other);
            }
            for (bit, code) in [(2, 1), (1, 0)].into_iter().filter(|(bit, _)| number & bit != 0) {
                flip(&tagged, &mut other, code).unwrap();
                std::mem::swap(&mut tagged, &mut other);
                assert!(bit > 0);
            }
            let (one, two) = (stored.reshape_def(3).unwrap(), tagged.reshape_def(3).unwrap());
            let found = Orientation::between(&one, &two).unwrap().unwrap();
            assert_eq!(found.is_upright(), number == 0);
            mirrored += u32::from(found.is_mirrored());
            let place = found.place(stored_at, (100, 60));
            for (row, column, value) in [
                (place.top, place.left, 255),
                (place.bottom - 1, place.right - 1, 255),
                (place.bottom.min(tagged.rows() as u32 - 1), place.right - 1, 0),
                (place.top - 1, place.left, 0),
            ] {
                let pixel = two.at_2d::<Vec3b>(row as i32, column as i32).unwrap();
                assert_eq!(pixel.0[0], value, "{number}: {place:?}");
            }
        }
        assert_eq!(mirrored, 4);
        let another = picture(Area { left: 8, ..stored_at });
        let (one, two) = (stored.reshape_def(3).unwrap(), another.reshape_def(3).unwrap());
        assert_eq!(Orientation::between(&one, &two).unwrap(), None);
    }
}
