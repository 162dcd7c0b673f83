//! Writing, with the detector of PP-OCRv4 (M. Liao and others, "Real-time scene text detection with differentiable
//! binarization", 2020).

use opencv::core::{CV_32S, Mat, Scalar};
use opencv::imgproc;
use opencv::prelude::*;

use super::Detector;
use crate::blob::{Blob, Colours, Pixels, at_most, size};
use crate::engine::{Engine, Net};
use crate::{Engines, Models, VisionError};
use discreet_redact::{BySize, Following, Margin, Sighting};

const SIDE: usize = 960;
/// The probability from which a pixel belongs to a line of text.
const INK: f64 = 0.3;
const COLOURS: Colours = Colours { red_first: true, mean: [127.5; 3], scale: [1.0 / 127.5; 3] };
/// The most lines; a page has fewer.
const MOST_LINES: i32 = 1000;

pub(super) struct Text {
    net: Net,
    blob: Blob,
}

impl Text {
    /// OpenCV 4.6 cannot run this network.
    pub fn load(models: &Models, engines: &Engines) -> Result<Text, VisionError> {
        if engines.engine != Engine::OnnxRuntime {
            return Err(VisionError::NeedsOnnxRuntime("text"));
        }
        let model = models.load("ch_PP-OCRv4_det_infer.onnx")?;
        Ok(Text { net: Net::from_onnx(&model, engines)?, blob: Blob::new() })
    }
}

impl Detector for Text {
    fn detect(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
        let (across, down) = self.blob.fill(picture, at_most(size(picture), SIDE), 32, &COLOURS)?;
        let answer = self.net.run(&self.blob, &["sigmoid_0.tmp_0"])?;
        let likely =
            answer.first().filter(|likely| likely.values.len() == self.blob.width() * self.blob.height());
        let likely = likely.ok_or(VisionError::Answer("text"))?;
        let rows = i32::try_from(self.blob.height()).unwrap_or(0);
        let flat = Mat::from_slice(&likely.values)?;
        let likely = flat.reshape(1, rows)?;
        let mut ink = Mat::default();
        opencv::core::compare(&likely, &Scalar::all(INK), &mut ink, opencv::core::CMP_GT)?;
        let (mut labels, mut boxes, mut middles) = (Mat::default(), Mat::default(), Mat::default());
        let lines =
            imgproc::connected_components_with_stats(&ink, &mut labels, &mut boxes, &mut middles, 8, CV_32S)?;
        for line in 1..lines.min(MOST_LINES) {
            // Left, top, width, height and pixels of one component; the first is the background.
            let &[left, top, width, height, pixels] = boxes.at_row::<i32>(line)? else {
                return Err(VisionError::Answer("text"));
            };
            if width < 3 || height < 3 {
                continue;
            }
            let [left, top, width, height] = [left, top, width, height].map(|side| side as f32);
            // The network marks only the core of a line: it was trained on lines shrunk by this much.
            let more = width * height * 1.6 / (2.0 * (width + height));
            let score = (pixels as f32 / (width * height)).clamp(0.5, 1.0);
            seen.push(Sighting {
                left: (left - more) * across,
                top: (top - more) * down,
                right: (left + width + more) * across,
                bottom: (top + height + more) * down,
                score,
            });
        }
        Ok(())
    }

    fn margin(&self) -> Margin {
        let share = BySize { small: 0.05, large: 0.05 };
        Margin { across: share, above: share, below: share, pixels: 2.0 }
    }

    fn following(&self) -> Following {
        let any = BySize { small: 0.0, large: 0.0 };
        Following { first: any, start: any, go_on: any, hold: 5, sure: 3 }
    }
}
