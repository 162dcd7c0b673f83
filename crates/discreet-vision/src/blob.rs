//! Network input: floating-point planes of a size that the network can divide.

use opencv::boxed_ref::BoxedRef;
use opencv::core::{Mat, Size};
use opencv::imgproc;
use opencv::prelude::*;

use super::VisionError;
use discreet_redact::Picture;

/// Pixels that OpenCV reads in place: 8-bit blue, green, red.
pub(super) type Pixels<'a> = BoxedRef<'a, Mat>;

/// A network's input: three planes, one after the other.
pub(super) struct Blob {
    width: usize,
    height: usize,
    values: Vec<f32>,
    small: Mat,
}

/// The colour format of a network's training data.
pub(super) struct Colours {
    /// Red first instead of blue.
    pub red_first: bool,
    /// Subtracted from each plane, in its order.
    pub mean: [f32; 3],
    /// Each plane is multiplied with this afterwards.
    pub scale: [f32; 3],
}

impl Blob {
    pub fn new() -> Blob {
        Blob { width: 0, height: 0, values: Vec::new(), small: Mat::default() }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Fills the blob with `picture`, resized to `width` by `height` and padded with black on the right and
    /// below, to whole `step`s. Returns how many pixels of the picture one of the blob has, across and down.
    pub fn fill(
        &mut self,
        picture: &Pixels<'_>,
        (width, height): (usize, usize),
        step: usize,
        colours: &Colours,
    ) -> Result<(f32, f32), VisionError> {
        let (columns, rows) = (dimension(picture.cols()), dimension(picture.rows()));
        let (width, height) = (width.max(1), height.max(1));
        let same = (columns, rows) == (width, height);
        if !same {
            let size = Size::new(i32::try_from(width).unwrap_or(1), i32::try_from(height).unwrap_or(1));
            // Only averaging preserves small faces when a picture is shrunk a lot.
            let how = if width * 3 < columns * 2 { imgproc::INTER_AREA } else { imgproc::INTER_LINEAR };
            imgproc::resize(picture, &mut self.small, size, 0.0, 0.0, how)?;
        }
        (self.width, self.height) = (width.next_multiple_of(step), height.next_multiple_of(step));
        let plane = self.width * self.height;
        let small;
        let source = if same {
            picture
        } else {
            small = self.small.reshape_def(3)?;
            &small
        };
        // Blue, green, red from here on; only the planes have the network's order.
        let [mut mean, mut scale] = [colours.mean, colours.scale];
        if colours.red_first {
            mean.reverse();
            scale.reverse();
        }
        let ([blue_mean, green_mean, red_mean], [blue_scale, green_scale, red_scale]) = (mean, scale);
        self.values.clear();
        for (mean, scale) in colours.mean.iter().zip(colours.scale) {
            self.values.resize(self.values.len() + plane, -mean * scale);
        }
        let (first, rest) = self.values.split_at_mut(plane);
        let (second, third) = rest.split_at_mut(plane);
        let (blue, red) = if colours.red_first { (third, first) } else { (first, third) };
        for row in 0..height {
            let pixels = source.at_row::<opencv::core::Vec3b>(i32::try_from(row).unwrap_or(0))?;
            let start = row * self.width;
            let (Some(blue), Some(green), Some(red)) = (
                blue.get_mut(start..start + width),
                second.get_mut(start..start + width),
                red.get_mut(start..start + width),
            ) else {
                break;
            };
            for (((pixel, blue), green), red) in pixels.iter().zip(blue).zip(green).zip(red) {
                let [b, g, r] = pixel.0;
                *blue = (f32::from(b) - blue_mean) * blue_scale;
                *green = (f32::from(g) - green_mean) * green_scale;
                *red = (f32::from(r) - red_mean) * red_scale;
            }
        }
        Ok((columns as f32 / width as f32, rows as f32 / height as f32))
    }
}

/// The size of a picture whose long side is at most `longest`.
pub(super) fn at_most((width, height): (usize, usize), longest: usize) -> (usize, usize) {
    let long = width.max(height).max(1);
    if long <= longest {
        return (width, height);
    }
    let scaled = |side: usize| ((side * longest + long / 2) / long).max(1);
    (scaled(width), scaled(height))
}

/// A copy of a picture, shrunk by averaging until its long side is at most `longest`. `None` if it is already.
pub(super) fn shrunk<'a>(
    picture: &Pixels<'_>,
    longest: usize,
    into: &'a mut Mat,
) -> Result<Option<Pixels<'a>>, VisionError> {
    let full = size(picture);
    let (width, height) = at_most(full, longest);
    if (width, height) == full {
        return Ok(None);
    }
    let wanted = Size::new(i32::try_from(width).unwrap_or(1), i32::try_from(height).unwrap_or(1));
    imgproc::resize(picture, into, wanted, 0.0, 0.0, imgproc::INTER_AREA)?;
    Ok(Some(into.reshape_def(3)?))
}

/// How many pixels of a picture of the one size one of the other has, across and down.
pub(super) fn times(full: (usize, usize), small: (usize, usize)) -> (f32, f32) {
    (full.0 as f32 / small.0.max(1) as f32, full.1 as f32 / small.1.max(1) as f32)
}

pub(super) fn size(picture: &impl MatTraitConst) -> (usize, usize) {
    (dimension(picture.cols()), dimension(picture.rows()))
}

/// Lends a picture's bytes to OpenCV, without a copy.
pub(super) fn with_mat<T>(
    picture: &Picture<'_>,
    work: impl FnOnce(&Pixels<'_>) -> Result<T, VisionError>,
) -> Result<T, VisionError> {
    let side = |side: u32| i32::try_from(side).map_err(|_| VisionError::Answer("a picture of this size"));
    let (rows, columns) = (side(picture.height)?, side(picture.width)?);
    let bytes = Mat::new_rows_cols_with_data(rows, columns.saturating_mul(3), picture.bgr)?;
    let pixels = bytes.reshape(3, rows)?;
    work(&pixels)
}

fn dimension(side: i32) -> usize {
    usize::try_from(side).unwrap_or(0)
}
