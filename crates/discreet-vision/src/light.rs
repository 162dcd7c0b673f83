//! Dark and grey pictures, prepared for a network that was trained with coloured ones in daylight.

use opencv::core::{Mat, Scalar, Size};
use opencv::imgproc;
use opencv::prelude::*;

use super::VisionError;
use super::blob::Pixels;

/// A picture is dark if 99 of 100 pixels are darker than this.
const DARK: usize = 128;
/// It is brightened at most so many times: beyond, there is only noise.
const MOST_TIMES: f64 = 10.0;
/// From here on, noise is smoothed.
const NOISY_TIMES: f64 = 3.0;
/// The greatest difference of colours in a picture without any, by compression.
const COLOURLESS: u8 = 4;
/// Every so many pixels and rows one is examined.
const STEP: usize = 4;

/// The light in a picture.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Light {
    /// It has no colours.
    pub grey: bool,
    /// It is dark, and becomes bright by this factor.
    pub times: Option<f64>,
}

impl Light {
    /// Examines a picture.
    pub fn of(picture: &Pixels<'_>) -> Result<Light, VisionError> {
        let (mut counts, mut pixels, mut coloured) = ([0_usize; 256], 0, 0);
        for row in (0..picture.rows()).step_by(STEP) {
            let row = picture.at_row::<opencv::core::Vec3b>(row)?;
            for [blue, green, red] in row.iter().step_by(STEP).map(|pixel| pixel.0) {
                let (least, most) = (blue.min(green).min(red), blue.max(green).max(red));
                coloured += usize::from(most - least > COLOURLESS);
                pixels += 1;
                if let Some(count) = counts.get_mut(usize::from(most)) {
                    *count += 1;
                }
            }
        }
        let mut brighter: usize = pixels / 100;
        let bright = counts.iter().rposition(|count| match brighter.checked_sub(*count) {
            Some(left) => {
                brighter = left;
                false
            }
            None => true,
        });
        let bright = bright.unwrap_or(0).max(1);
        let times = (bright < DARK).then(|| (255.0 / bright as f64).min(MOST_TIMES));
        Ok(Light { grey: pixels > 0 && coloured * 1000 <= pixels, times })
    }
}

/// Brightens a picture, and smooths the noise that becomes visible by that.
pub(super) fn brighten(picture: &Pixels<'_>, times: f64, into: &mut Mat) -> Result<(), VisionError> {
    opencv::core::convert_scale_abs(picture, into, times, 0.0)?;
    if times >= NOISY_TIMES {
        let noisy = std::mem::take(into);
        imgproc::gaussian_blur_def(&noisy, into, Size::new(5, 5), 0.8)?;
    }
    Ok(())
}

/// Gives a picture without colours a colour of skin.
pub(super) fn tint(picture: &Pixels<'_>, into: &mut Mat) -> Result<(), VisionError> {
    Ok(opencv::core::multiply(picture, &Scalar::new(0.7, 0.9, 1.15, 1.0), into, 1.0, -1)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use opencv::core::CV_8UC3;

    fn light(blue: f64, green: f64, red: f64) -> Light {
        let mut picture =
            Mat::new_rows_cols_with_default(60, 80, CV_8UC3, Scalar::new(blue, green, red, 0.0)).unwrap();
        // A lamp, smaller than a hundredth of the picture.
        let lamp = opencv::core::Rect::new(8, 8, 4, 4);
        imgproc::rectangle(&mut picture, lamp, Scalar::all(255.0), -1, 8, 0).unwrap();
        Light::of(&picture.reshape_def(3).unwrap()).unwrap()
    }

    #[test]
    fn dark_and_grey_pictures_are_known_by_their_pixels() {
        assert_eq!(light(200.0, 180.0, 150.0), Light { grey: false, times: None });
        assert_eq!(light(200.0, 202.0, 200.0), Light { grey: true, times: None });
        assert_eq!(light(51.0, 20.0, 10.0), Light { grey: false, times: Some(5.0) });
        assert_eq!(light(0.0, 0.0, 0.0), Light { grey: true, times: Some(MOST_TIMES) });
    }

    #[test]
    fn a_picture_is_brightened_and_tinted() {
        let dark = Mat::new_rows_cols_with_default(6, 8, CV_8UC3, Scalar::all(40.0)).unwrap();
        let pixels = dark.reshape_def(3).unwrap();
        let mut made = Mat::default();
        for times in [2.0, 5.0] {
            brighten(&pixels, times, &mut made).unwrap();
            assert!(made.data_bytes().unwrap().iter().all(|byte| *byte == (40.0 * times) as u8));
        }
        tint(&pixels, &mut made).unwrap();
        assert_eq!(made.data_bytes().unwrap()[..3], [28, 36, 46]);
    }
}
