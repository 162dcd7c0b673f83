//! Whole people.

use super::blob::Pixels;
use super::detectors::Detector;
use super::faces::Faces;
use super::{Engines, Models, VisionError};
use crate::redact::{BySize, Following, Margin, Sighting};

/// A body is so many faces wide on each side of the face, and so many high below it.
const BESIDE: f32 = 1.0;
const BELOW: f32 = 7.0;

/// The body under each face.
pub(super) struct Persons {
    faces: Faces,
}

impl Persons {
    pub fn load(models: &Models, engines: &Engines) -> Result<Persons, VisionError> {
        Ok(Persons { faces: Faces::load(models, engines)? })
    }
}

impl Detector for Persons {
    fn detect(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
        let before = seen.len();
        self.faces.detect(picture, seen)?;
        for face in seen.iter_mut().skip(before) {
            let (width, height) = (face.width(), face.height());
            face.left -= BESIDE * width;
            face.right += BESIDE * width;
            face.bottom += BELOW * height;
        }
        Ok(())
    }

    fn margin(&self) -> Margin {
        let share = BySize { small: 0.1, large: 0.1 };
        Margin { across: share, above: share, below: share, pixels: 2.0 }
    }

    fn following(&self) -> Following {
        self.faces.following()
    }
}
