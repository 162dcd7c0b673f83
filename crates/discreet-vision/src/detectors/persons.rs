//! Whole people: a single-shot detector over MobileNetV2 (M. Sandler and others, 2018), which finds people
//! from behind too, and the body under each face, for people in a crowd or behind a counter that it misses.

use super::Detector;
use super::faces::Faces;
use crate::blob::{Blob, Colours, Pixels, size};
use crate::engine::Net;
use crate::{Engines, Models, VisionError, graph};
use discreet_redact::{BySize, Following, Margin, Sighting};

/// As in training: resized to a square of this side, red first, from -1 to 1.
const SIDE: usize = 300;
const COLOURS: Colours = Colours { red_first: true, mean: [127.5; 3], scale: [1.0 / 127.5; 3] };
const INPUT: &str = "Preprocessor/sub";
/// The number of cells on a side of each of its six layers.
const LAYERS: [usize; 6] = [19, 10, 5, 3, 2, 1];
/// People in a crowd overlap: below this score, a sighting is mostly a part of a person who was found
/// already.
const LEAST: f32 = 0.3;

/// The least score of a person who fills at most a quarter of the picture, and of one who fills all of it; and of
/// one who is wider than high, as hardly anybody is.
const ENOUGH: f32 = 0.4;
const ENOUGH_TO_FILL: f32 = 0.8;
const ENOUGH_LYING: f32 = 0.6;

/// The body extends this many widths of the face to each side, and as many heights below it.
const BESIDE: f32 = 1.0;
const BELOW: f32 = 7.0;
/// Only faces with this score get a body: a false one would hide much.
const SURE_FACE: f32 = 0.4;

pub(super) struct Persons {
    net: Net,
    blob: Blob,
    outputs: Vec<String>,
    anchors: Vec<Vec<Anchor>>,
    faces: Faces,
}

/// The reference box of an output, in shares of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Anchor {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

impl Persons {
    pub fn load(models: &Models, engines: &Engines) -> Result<Persons, VisionError> {
        let whole = models.load("pedestrian_ssdlite.pb")?;
        // Boxes and classes of each layer, alternating.
        let outputs: Vec<String> = (0..LAYERS.len())
            .flat_map(|layer| {
                ["BoxEncoding", "Class"].map(|part| format!("BoxPredictor_{layer}/{part}Predictor"))
            })
            .collect();
        let with_bias: Vec<String> = outputs.iter().map(|output| format!("{output}/BiasAdd")).collect();
        let cut = graph::cut(&whole, INPUT, &with_bias).ok_or(VisionError::Answer("persons"))?;
        Ok(Persons {
            net: Net::from_tensorflow(&cut)?,
            blob: Blob::new(),
            // OpenCV adds the bias in the convolution.
            outputs: outputs.into_iter().map(|output| format!("{output}/Conv2D")).collect(),
            anchors: anchors(),
            faces: Faces::load(models, engines)?,
        })
    }

    fn bodies(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
        let (width, height) = size(picture);
        self.blob.fill(picture, (SIDE, SIDE), 1, &COLOURS)?;
        let names: Vec<&str> = self.outputs.iter().map(String::as_str).collect();
        let answer = self.net.run(&self.blob, &names)?;
        let (layers, _) = answer.as_chunks::<2>();
        let full = (width as f32, height as f32);
        for (([boxes, classes], anchors), side) in layers.iter().zip(&self.anchors).zip(LAYERS) {
            decode([&boxes.values, &classes.values], anchors, side * side, full, seen)?;
        }
        seen.retain(|one| is_credible(one, full));
        Ok(())
    }
}

impl Detector for Persons {
    fn detect(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
        let before = seen.len();
        self.faces.detect(picture, seen)?;
        let mut faces = seen.split_off(before);
        discreet_redact::suppress(&mut faces, self.faces.same());
        let (width, height) = size(picture);
        let full = (width as f32, height as f32);
        let sure = faces.iter().filter(|face| face.score >= SURE_FACE);
        seen.extend(sure.map(body).filter(|body| is_credible(body, full)));
        let mut bodies = Vec::new();
        self.bodies(picture, &mut bodies)?;
        seen.append(&mut bodies);
        Ok(())
    }

    fn same(&self) -> f32 {
        0.6
    }

    fn margin(&self) -> Margin {
        let share = BySize { small: 0.1, large: 0.08 };
        Margin { across: share, above: share, below: share, pixels: 4.0 }
    }

    fn following(&self) -> Following {
        let start = BySize { small: 0.4, large: 0.4 };
        Following { first: start, start, go_on: BySize { small: 0.3, large: 0.3 }, hold: 8, sure: 3 }
    }
}

/// False for what is not believed at its score: a cup that fills the picture would hide all of it.
fn is_credible(person: &Sighting, (width, height): (f32, f32)) -> bool {
    let inside = |from: f32, to: f32, full: f32| (to.min(full) - from.max(0.0)).max(0.0) / full.max(1.0);
    let share = inside(person.left, person.right, width) * inside(person.top, person.bottom, height);
    let large = ((share - 0.25) / 0.75).max(0.0);
    let lying = person.width() > 1.3 * person.height() && person.score < ENOUGH_LYING;
    // Below the least score of all, a sighting goes on with a person who is tracked already.
    let least = if share <= 0.25 { LEAST } else { ENOUGH + (ENOUGH_TO_FILL - ENOUGH) * large };
    person.score >= least && !(lying && share > 0.25)
}

/// The body of a face.
fn body(face: &Sighting) -> Sighting {
    let (width, height) = (face.width(), face.height());
    Sighting {
        left: face.left - BESIDE * width,
        right: face.right + BESIDE * width,
        bottom: face.bottom + BELOW * height,
        ..*face
    }
}

/// For each anchor of a layer: the offset of the box's centre from the anchor's, and the logarithm of its
/// relative size; and one score for "background" and one for "person". Planes, one after the other, as OpenCV
/// has them.
fn decode(
    [boxes, classes]: [&[f32]; 2],
    anchors: &[Anchor],
    cells: usize,
    (width, height): (f32, f32),
    seen: &mut Vec<Sighting>,
) -> Result<(), VisionError> {
    if boxes.len() != anchors.len() * 4 || classes.len() != anchors.len() * 2 {
        return Err(VisionError::Answer("persons"));
    }
    for (at, anchor) in anchors.iter().enumerate() {
        let (cell, shape) = (at % cells, at / cells);
        let plane = |values: &[f32], plane: usize| values.get(plane * cells + cell).copied().unwrap_or(0.0);
        let score = 1.0 / (1.0 + (-plane(classes, shape * 2 + 1)).exp());
        if score < LEAST {
            continue;
        }
        let [y, x, high, wide] = [0, 1, 2, 3].map(|part| plane(boxes, shape * 4 + part));
        seen.push(Sighting::around(
            (x / 10.0 * anchor.width + anchor.x) * width,
            (y / 10.0 * anchor.height + anchor.y) * height,
            (wide / 5.0).exp() * anchor.width * width,
            (high / 5.0).exp() * anchor.height * height,
            score,
        ));
    }
    Ok(())
}

/// The anchors of each layer in the order of its planes: by shape, and within a shape by cell.
fn anchors() -> Vec<Vec<Anchor>> {
    let scale = |layer: usize| if layer < LAYERS.len() { 0.2 + 0.15 * layer as f32 } else { 1.0 };
    let layer = |(layer, side): (usize, usize)| {
        let (small, large) = (scale(layer), scale(layer + 1));
        // A scale, and the ratio of width to height.
        let shapes = match layer {
            0 => vec![(0.1, 1.0), (small, 2.0), (small, 0.5)],
            _ => {
                let mut shapes: Vec<_> = [1.0, 2.0, 0.5, 3.0, 1.0 / 3.0].map(|wide| (small, wide)).to_vec();
                shapes.push(((small * large).sqrt(), 1.0));
                shapes
            }
        };
        let middle = move |at: usize| (at as f32 + 0.5) / side as f32;
        let cells = move |(scale, wide): (f32, f32)| {
            (0..side * side).map(move |cell| Anchor {
                x: middle(cell % side),
                y: middle(cell / side),
                width: scale * f32::sqrt(wide),
                height: scale / f32::sqrt(wide),
            })
        };
        shapes.into_iter().flat_map(cells).collect()
    };
    LAYERS.into_iter().enumerate().map(layer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_hangs_under_its_face() {
        let body = body(&Sighting::around(100.0, 50.0, 20.0, 20.0, 0.9));
        assert_eq!((body.left, body.top, body.right, body.bottom), (70.0, 40.0, 130.0, 200.0));
    }

    #[test]
    fn what_fills_the_picture_has_to_be_surer_of() {
        let person = |width, height, score| Sighting::around(50.0, 50.0, width, height, score);
        let credible = |one: Sighting| is_credible(&one, (100.0, 100.0));
        assert!(!credible(person(150.0, 100.0, 0.45)), "a cup");
        assert!(credible(person(90.0, 110.0, 0.9)), "somebody right in front of the camera");
        assert!(credible(person(20.0, 60.0, 0.35)) && credible(person(40.0, 90.0, 0.5)));
        assert!(!credible(person(90.0, 40.0, 0.5)) && credible(person(90.0, 40.0, 0.7)), "lying");
    }

    #[test]
    fn an_anchor_without_corrections_is_the_box() {
        let anchors = &anchors()[5];
        assert_eq!(anchors.len(), 6);
        let mut classes = vec![-9.0; 12];
        classes[2 * 2 + 1] = 9.0; // the third shape: twice as high as wide
        let mut seen = Vec::new();
        decode([&[0.0; 24], &classes], anchors, 1, (100.0, 200.0), &mut seen).unwrap();
        let [person] = seen[..] else { panic!("{seen:?}") };
        assert_eq!(person.middle(), (50.0, 100.0));
        assert!((person.height() / person.width() - 4.0).abs() < 1e-3, "{person:?}");
    }

    #[test]
    fn an_answer_of_another_size_is_an_error() {
        let anchors = &anchors()[5];
        assert!(decode([&[0.0; 23], &[0.0; 12]], anchors, 1, (1.0, 1.0), &mut Vec::new()).is_err());
    }
}
