//! Dark, pale and grey pictures, prepared for a network that was trained with coloured ones in daylight.

use opencv::core::{Mat, Scalar, Size};
use opencv::imgproc;
use opencv::prelude::*;

use super::VisionError;
use super::blob::Pixels;

/// A picture is dark, or pale, if 98 of 100 pixels are within so many steps of brightness.
const FEW: usize = 128;
/// These are stretched at most so many times: beyond, there is only noise.
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
    /// It is dark or pale, and has to be stretched.
    pub stretch: Option<Stretch>,
}

/// Makes `black` black, and what is brighter so many times as much brighter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stretch {
    pub black: f64,
    pub times: f64,
}

impl Light {
    /// Examines a picture.
    pub fn of(picture: &Pixels<'_>) -> Result<Light, VisionError> {
        let (mut darkest, mut brightest) = ([0_usize; 256], [0_usize; 256]);
        let (mut pixels, mut coloured) = (0, 0);
        for row in (0..picture.rows()).step_by(STEP) {
            let row = picture.at_row::<opencv::core::Vec3b>(row)?;
            for [blue, green, red] in row.iter().step_by(STEP).map(|pixel| pixel.0) {
                let (least, most) = (blue.min(green).min(red), blue.max(green).max(red));
                coloured += usize::from(most - least > COLOURLESS);
                pixels += 1;
                for (counts, value) in [(&mut darkest, least), (&mut brightest, most)] {
                    counts.get_mut(usize::from(value)).into_iter().for_each(|count| *count += 1);
                }
            }
        }
        let black = beyond(darkest.iter(), pixels / 100);
        let range = 255usize.saturating_sub(beyond(brightest.iter().rev(), pixels / 100) + black);
        let times = (255.0 / range.max(1) as f64).min(MOST_TIMES);
        let stretch = (range < FEW).then_some(Stretch { black: black as f64, times });
        Ok(Light { grey: pixels > 0 && coloured * 1000 <= pixels, stretch })
    }
}

/// The number of values until more than `few` pixels have one of them.
fn beyond<'c>(counts: impl Iterator<Item = &'c usize>, few: usize) -> usize {
    let sums = counts.scan(0, |sum, count| {
        *sum += count;
        Some(*sum)
    });
    sums.take_while(|sum| *sum <= few).count()
}

/// Stretches the brightness of a picture, and smooths the noise that becomes visible by that.
pub(super) fn stretch(picture: &Pixels<'_>, by: Stretch, into: &mut Mat) -> Result<(), VisionError> {
    picture.convert_to(into, opencv::core::CV_8U, by.times, -by.black * by.times)?;
    if by.times >= NOISY_TIMES {
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
        let stretched = |black, times| Some(Stretch { black, times });
        assert_eq!(light(200.0, 20.0, 150.0), Light { grey: false, stretch: None });
        assert_eq!(light(200.0, 202.0, 200.0), Light { grey: true, stretch: stretched(200.0, MOST_TIMES) });
        assert_eq!(light(51.0, 0.0, 10.0), Light { grey: false, stretch: stretched(0.0, 5.0) });
        assert_eq!(light(110.0, 150.0, 161.0), Light { grey: false, stretch: stretched(110.0, 5.0) });
        assert_eq!(light(0.0, 0.0, 0.0), Light { grey: true, stretch: stretched(0.0, MOST_TIMES) });
    }

    #[test]
    fn a_picture_is_stretched_and_tinted() {
        let dark = Mat::new_rows_cols_with_default(6, 8, CV_8UC3, Scalar::all(40.0)).unwrap();
        let pixels = dark.reshape_def(3).unwrap();
        let mut made = Mat::default();
        for (black, times, shown) in [(0.0, 2.0, 80), (0.0, 5.0, 200), (30.0, 5.0, 50), (41.0, 5.0, 0)] {
            stretch(&pixels, Stretch { black, times }, &mut made).unwrap();
            assert!(made.data_bytes().unwrap().iter().all(|byte| *byte == shown), "{black} {times}");
        }
        tint(&pixels, &mut made).unwrap();
        assert_eq!(made.data_bytes().unwrap()[..3], [28, 36, 46]);
    }
}
