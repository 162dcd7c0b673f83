//! Licence plates, with the single-shot detector of HyperLPR.

use opencv::prelude::*;

use super::Detector;
use crate::blob::{Blob, Colours, Pixels, at_most, size};
use crate::close::{CANVAS, Close};
use crate::engine::Net;
use crate::{Engines, Models, VisionError};
use discreet_redact::{BySize, Following, Margin, Sighting, suppress};

/// At 512 pixels, half as many American plates are found as at 800, and as many European and Brazilian ones.
const SIDES: [usize; 2] = [512, 832];
const LEAST: f32 = 0.1;

/// The ratio of width to height of a plate, of two rows as of one, seen from the side as from the front.
const RATIO: std::ops::Range<f32> = 1.8..7.5;
/// The widest plate, in shares of the picture.
const WIDEST: f32 = 0.6;
/// A plate that is likely by its score and by its width is looked at again until it is seen once, another one twice.
const LIKELY: f32 = 0.25;
const LIKELY_WIDTH: f32 = 0.25;
/// The widths of the plate in the second looks, in pixels.
const WIDTHS: [f32; 3] = [128.0, 200.0, 72.0];
/// Least score and least overlap of what is the same plate in a second look.
const AGAIN: f32 = 0.15;
const SAME_PLACE: f32 = 0.45;
/// The most plates that are looked at again.
const MOST_CONFIRMED: usize = 8;
/// A plate of 45 by 13 pixels. Larger ones count only if they are found in the whole: in parts, banners look like them.
const SEEN_WHOLE: f32 = 24.0;
/// As in training: red first, ImageNet's mean and deviation.
const COLOURS: Colours = Colours {
    red_first: true,
    mean: [123.675, 116.28, 103.53],
    scale: [1.0 / 58.395, 1.0 / 57.12, 1.0 / 57.375],
};

pub(super) struct Plates {
    net: Net,
    blob: Blob,
    close: Close,
}

impl Plates {
    pub fn load(models: &Models, _: &Engines) -> Result<Plates, VisionError> {
        let (network, weights) =
            (models.load("mininet_ssd_v1.prototxt")?, models.load("mininet_ssd_v1.caffemodel")?);
        let net = Net::from_caffe(&network, &weights)?;
        Ok(Plates { net, blob: Blob::new(), close: Close::default() })
    }
}

impl Plates {
    /// Everything that the network takes for a plate, in pixels of `picture`.
    fn run(
        &mut self,
        picture: &Pixels<'_>,
        wanted: (usize, usize),
        seen: &mut Vec<Sighting>,
    ) -> Result<(), VisionError> {
        let (across, down) = self.blob.fill(picture, wanted, 32, &COLOURS)?;
        let (width, height) = (self.blob.width() as f32 * across, self.blob.height() as f32 * down);
        let answer = self.net.run(&self.blob, &["detection_out"])?;
        let found = answer.first().ok_or(VisionError::Answer("plates"))?;
        // The picture's number, a class, a score, and the four sides in shares of the picture.
        for [_, _, score, left, top, right, bottom] in found.values.as_chunks::<7>().0 {
            if *score >= LEAST {
                let (left, right) = (left * width, right * width);
                let (top, bottom) = (top * height, bottom * height);
                seen.push(Sighting { left, top, right, bottom, score: *score });
            }
        }
        Ok(())
    }

    /// True if it is seen again when it is looked at alone, at other sizes. Folds of clothes and rows of legs are not.
    fn is_confirmed(
        &mut self,
        picture: &Pixels<'_>,
        plate: &Sighting,
        needed: usize,
    ) -> Result<bool, VisionError> {
        let mut again = 0;
        for wide in WIDTHS {
            let expected = self.close.take(picture, plate, wide)?;
            let close = std::mem::take(&mut self.close);
            let mut seen = Vec::new();
            let ran = self.run(&close.picture.reshape_def(3)?, CANVAS, &mut seen);
            self.close = close;
            ran?;
            let same = |one: &Sighting| one.score >= AGAIN && one.overlap(&expected) >= SAME_PLACE;
            again += usize::from(seen.iter().any(same));
            if again >= needed {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Detector for Plates {
    fn detect(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
        let full = size(picture);
        let mut candidates = Vec::new();
        for side in SIDES {
            self.run(picture, at_most(full, side), &mut candidates)?;
        }
        suppress(&mut candidates, self.same());
        candidates.retain(|one| has_shape(one, full.0));
        for (number, plate) in candidates.into_iter().enumerate() {
            // In a car park, the others are believed: time is limited, and a cover too many does no harm.
            if number >= MOST_CONFIRMED || self.is_confirmed(picture, &plate, needed(&plate, full.0))? {
                seen.push(plate);
            }
        }
        Ok(())
    }

    fn seen_whole(&self) -> f32 {
        SEEN_WHOLE
    }

    fn margin(&self) -> Margin {
        let share = BySize { small: 0.2, large: 0.15 };
        Margin { across: share, above: share, below: share, pixels: 2.0 }
    }

    fn following(&self) -> Following {
        let start = BySize { small: 0.2, large: 0.2 };
        Following { first: start, start, go_on: BySize { small: 0.1, large: 0.1 }, hold: 8, sure: 3 }
    }
}

/// True for what can be a plate by its shape, and by its share of a picture of this width.
fn has_shape(plate: &Sighting, width: usize) -> bool {
    RATIO.contains(&(plate.width() / plate.height())) && plate.width() <= WIDEST * width as f32
}

/// The number of second looks that have to see it.
fn needed(plate: &Sighting, width: usize) -> usize {
    if plate.score >= LIKELY && plate.width() <= LIKELY_WIDTH * width as f32 { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_a_picture_is_not_a_plate() {
        let plate = |width, height| Sighting::around(480.0, 300.0, width, height, 0.5);
        assert!(has_shape(&plate(200.0, 45.0), 960) && has_shape(&plate(90.0, 45.0), 960));
        for (width, height) in [(600.0, 150.0), (200.0, 180.0), (300.0, 20.0), (40.0, 90.0)] {
            assert!(!has_shape(&plate(width, height), 960), "{width} {height}");
        }
        assert_eq!((needed(&plate(200.0, 45.0), 960), needed(&plate(300.0, 70.0), 960)), (1, 2));
        assert_eq!(needed(&Sighting { score: 0.2, ..plate(200.0, 45.0) }, 960), 2);
    }
}
