//! Faces, with YuNet (S. Wu and others, "YuNet: a tiny millisecond-level face detector", 2023).

use opencv::core::Mat;
use opencv::prelude::*;

use super::Detector;
use crate::blob::{Blob, Colours, Pixels, at_most, size};
use crate::engine::{Net, Output};
use crate::light::{Light, stretch, tint};
use crate::{Engines, Models, VisionError};
use discreet_redact::{BySize, Following, Margin, Sighting};

/// The network misses a face that fills the picture at the first size, and a distant one at the second.
const SIDES: [usize; 2] = [960, 512];
/// A part of a picture is inspected at the first only: it is about small faces.
const SIDES_OF_PART: [usize; 1] = [960];
/// The distances between the cells of the network's grids, in pixels.
const STRIDES: [usize; 3] = [8, 16, 32];
const OUTPUTS: [&str; 9] =
    ["cls_8", "cls_16", "cls_32", "obj_8", "obj_16", "obj_32", "bbox_8", "bbox_16", "bbox_32"];
/// Scores below this have no meaning.
const LEAST: f32 = 0.1;
const COLOURS: Colours = Colours { red_first: false, mean: [0.0; 3], scale: [1.0; 3] };

/// Without colours the network is less sure of faces than with them, and of other things more in a colour of skin.
const GREY: f32 = 1.5;
const TINTED: f32 = 0.7;

pub(super) struct Faces {
    net: Net,
    blob: Blob,
    /// The light in the last picture.
    light: Light,
    bright: Mat,
    made: Mat,
}

impl Faces {
    pub fn load(models: &Models, engines: &Engines) -> Result<Faces, VisionError> {
        let model = models.load("face_detection_yunet_2023mar.onnx")?;
        let net = Net::from_onnx(&model, engines)?;
        Ok(Faces {
            net,
            blob: Blob::new(),
            light: Light::default(),
            bright: Mat::default(),
            made: Mat::default(),
        })
    }
}

impl Faces {
    /// Adds what the network sees at each size, with `times` its score.
    fn look(
        &mut self,
        picture: &Pixels<'_>,
        sides: &[usize],
        times: f32,
        seen: &mut Vec<Sighting>,
    ) -> Result<(), VisionError> {
        let (full, start) = (size(picture), seen.len());
        let mut before = (0, 0);
        for side in sides {
            let wanted = at_most(full, *side);
            if wanted == before {
                continue; // a small picture, inspected already
            }
            before = wanted;
            let scale = self.blob.fill(picture, wanted, 32, &COLOURS)?;
            let answer = self.net.run(&self.blob, &OUTPUTS)?;
            for (at, stride) in STRIDES.into_iter().enumerate() {
                let [Some(class), Some(object), Some(places)] = [at, at + 3, at + 6].map(|at| answer.get(at))
                else {
                    return Err(VisionError::Answer("faces"));
                };
                decode([class, object, places], stride, self.blob.width() / stride, scale, seen)?;
            }
        }
        for sighting in seen.iter_mut().skip(start) {
            sighting.score = (sighting.score * times).min(1.0);
        }
        Ok(())
    }

    /// Looks at a picture without colours three times: as it is, mirrored, and in a colour of skin.
    fn look_at_grey(
        &mut self,
        picture: &Pixels<'_>,
        sides: &[usize],
        seen: &mut Vec<Sighting>,
    ) -> Result<(), VisionError> {
        self.look(picture, sides, GREY, seen)?;
        let (width, before) = (size(picture).0 as f32, seen.len());
        let mut made = std::mem::take(&mut self.made);
        opencv::core::flip(picture, &mut made, 1)?;
        self.look(&made.reshape_def(3)?, sides, GREY, seen)?;
        for sighting in seen.iter_mut().skip(before) {
            (sighting.left, sighting.right) = (width - sighting.right, width - sighting.left);
        }
        tint(picture, &mut made)?;
        self.look(&made.reshape_def(3)?, sides, TINTED, seen)?;
        self.made = made;
        Ok(())
    }

    /// Looks at a picture as its light demands.
    fn look_in_light(
        &mut self,
        picture: &Pixels<'_>,
        sides: &[usize],
        seen: &mut Vec<Sighting>,
    ) -> Result<(), VisionError> {
        let Some(by) = self.light.stretch else { return self.look_in_colour(picture, sides, seen) };
        let mut bright = std::mem::take(&mut self.bright);
        stretch(picture, by, &mut bright)?;
        let looked = self.look_in_colour(&bright.reshape_def(3)?, sides, seen);
        self.bright = bright;
        looked
    }

    fn look_in_colour(
        &mut self,
        picture: &Pixels<'_>,
        sides: &[usize],
        seen: &mut Vec<Sighting>,
    ) -> Result<(), VisionError> {
        if self.light.grey {
            self.look_at_grey(picture, sides, seen)
        } else {
            self.look(picture, sides, 1.0, seen)
        }
    }
}

impl Detector for Faces {
    fn detect(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
        self.light = Light::of(picture)?;
        self.look_in_light(picture, &SIDES, seen)
    }

    /// In the light of the whole picture: a street has no colours, and a corner may be dark.
    fn detect_part(&mut self, part: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
        self.look_in_light(part, &SIDES_OF_PART, seen)
    }

    fn slow(&self) -> bool {
        false
    }

    fn margin(&self) -> Margin {
        let share = BySize { small: 0.2, large: 0.17 };
        Margin { across: share, above: share, below: share, pixels: 2.0 }
    }

    fn following(&self) -> Following {
        // A large false face hides much, a small one little, so small faces need a lower score.
        Following {
            first: BySize { small: 0.15, large: 0.3 },
            start: BySize { small: 0.15, large: 0.45 },
            go_on: BySize { small: 0.12, large: 0.3 },
            hold: 8,
            sure: 3,
        }
    }
}

/// The network's output for each cell of a grid: the likelihood of a face, the fit of its box, its centre
/// relative to the cell's corner, and the logarithm of its sides; distances in cells.
fn decode(
    [class, object, places]: [&Output; 3],
    stride: usize,
    columns: usize,
    (across, down): (f32, f32),
    seen: &mut Vec<Sighting>,
) -> Result<(), VisionError> {
    let cells = class.values.len();
    if object.values.len() != cells || places.values.len() != cells * 4 || columns == 0 {
        return Err(VisionError::Answer("faces"));
    }
    let step = stride as f32;
    let (places, _) = places.values.as_chunks::<4>();
    for (cell, ((class, object), [x, y, width, height])) in
        class.values.iter().zip(&object.values).zip(places).enumerate()
    {
        let score = (class.clamp(0.0, 1.0) * object.clamp(0.0, 1.0)).sqrt();
        if score < LEAST {
            continue;
        }
        let (column, row) = ((cell % columns) as f32, (cell / columns) as f32);
        let middle = ((column + x) * step * across, (row + y) * step * down);
        let sides = (width.exp() * step * across, height.exp() * step * down);
        seen.push(Sighting::around(middle.0, middle.1, sides.0, sides.1, score));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(values: Vec<f32>) -> Output {
        Output { values }
    }

    #[test]
    fn a_cell_says_where_a_face_is() {
        let [class, object] = [0.81, 1.0].map(|score| output(vec![0.0, 0.0, 0.0, 0.0, 0.0, score]));
        let mut places = vec![0.0; 24];
        places[20..].copy_from_slice(&[0.5, 0.25, 2.0_f32.ln(), 4.0_f32.ln()]);
        let mut seen = Vec::new();
        decode([&class, &object, &output(places)], 8, 3, (2.0, 1.0), &mut seen).unwrap();
        let [face] = seen[..] else { panic!("{seen:?}") };
        assert_eq!((face.middle(), face.score), ((40.0, 10.0), 0.9));
        assert!((face.width() - 32.0).abs() < 1e-4 && (face.height() - 32.0).abs() < 1e-4);
    }

    #[test]
    fn an_answer_of_another_size_is_an_error() {
        let cells = output(vec![0.9; 6]);
        let mut seen = Vec::new();
        assert!(
            decode([&cells, &output(vec![0.9; 5]), &output(vec![0.0; 24])], 8, 3, (1.0, 1.0), &mut seen)
                .is_err()
        );
        assert!(decode([&cells, &cells, &output(vec![0.0; 20])], 8, 3, (1.0, 1.0), &mut seen).is_err());
    }
}
