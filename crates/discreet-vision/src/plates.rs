//! Licence plates, with the single-shot detector of HyperLPR.

use super::blob::{Blob, Colours, Pixels, at_most, size};
use super::detectors::Detector;
use super::engine::Net;
use super::{Engines, Models, VisionError};
use discreet_redact::{BySize, Following, Margin, Sighting};

/// At 512 pixels, half as many American plates are found as at 800, and as many European and Brazilian ones.
const SIDES: [usize; 2] = [512, 832];
const LEAST: f32 = 0.1;
/// As in training: red first, ImageNet's mean and deviation.
const COLOURS: Colours = Colours {
    red_first: true,
    mean: [123.675, 116.28, 103.53],
    scale: [1.0 / 58.395, 1.0 / 57.12, 1.0 / 57.375],
};

pub(super) struct Plates {
    net: Net,
    blob: Blob,
}

impl Plates {
    pub fn load(models: &Models, _: &Engines) -> Result<Plates, VisionError> {
        let (network, weights) =
            (models.load("mininet_ssd_v1.prototxt")?, models.load("mininet_ssd_v1.caffemodel")?);
        Ok(Plates { net: Net::from_caffe(&network, &weights)?, blob: Blob::new() })
    }
}

impl Detector for Plates {
    fn detect(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
        for side in SIDES {
            let (across, down) = self.blob.fill(picture, at_most(size(picture), side), 32, &COLOURS)?;
            let (width, height) = (self.blob.width() as f32 * across, self.blob.height() as f32 * down);
            let answer = self.net.run(&self.blob, &["detection_out"])?;
            let found = answer.first().ok_or(VisionError::Answer("plates"))?;
            // The picture's number, a class, a score, and the four sides in shares of the picture.
            for [_, _, score, left, top, right, bottom] in found.values.as_chunks::<7>().0 {
                if *score >= LEAST {
                    let (left, right) = (left * width, right * width);
                    seen.push(Sighting {
                        left,
                        top: top * height,
                        right,
                        bottom: bottom * height,
                        score: *score,
                    });
                }
            }
        }
        Ok(())
    }

    fn margin(&self) -> Margin {
        let share = BySize { small: 0.2, large: 0.15 };
        Margin { across: share, above: share, below: share, pixels: 2.0 }
    }

    fn following(&self) -> Following {
        let start = BySize { small: 0.1, large: 0.3 };
        Following { first: start, start, go_on: BySize { small: 0.1, large: 0.1 }, hold: 8, sure: 3 }
    }
}
