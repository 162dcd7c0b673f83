//! The detectors: one line each, and a file each in `detectors/`.

mod faces;
mod persons;
mod plates;
mod text;

use crate::blob::Pixels;
use crate::parts::{LARGE, in_parts};
use crate::turned::turned;
use crate::{Engines, Models, VisionError};
use discreet_redact::{Following, Margin, Rotated, Sighting, Subject};

/// Finds the things of one subject in a picture.
pub trait Detector: Send {
    /// Adds its sightings in `picture` (8-bit blue, green, red), with any score, to `seen`.
    fn detect(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError>;

    /// The same for small things in a part of the picture that [`Detector::detect`] has inspected last.
    fn detect_part(&mut self, part: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
        self.detect(part, seen)
    }

    /// The least side, in pixels of the small picture, of things that [`Detector::detect`] finds in it: what is as
    /// large in a part, and was not seen there, is something else. At most `LARGE`.
    fn seen_whole(&self) -> f32 {
        LARGE as f32
    }

    /// True if it takes longer than the period of frames, so that frames should not wait for it.
    fn slow(&self) -> bool {
        true
    }

    /// The least overlap of two sightings of one thing.
    fn same(&self) -> f32 {
        0.4
    }

    /// The margin of a cover around a sighting.
    fn margin(&self) -> Margin;

    /// The parameters of tracking its sightings.
    fn following(&self) -> Following;
}

/// Loads the detector for a subject in pictures that this turn makes upright. Large ones are inspected in parts.
pub(super) fn load(
    subject: Subject,
    rotated: Rotated,
    models: &Models,
    engines: &Engines,
) -> Result<Box<dyn Detector>, VisionError> {
    let detector: Box<dyn Detector> = match subject {
        Subject::Faces => Box::new(faces::Faces::load(models, engines)?),
        Subject::Plates => Box::new(plates::Plates::load(models, engines)?),
        Subject::Persons => Box::new(persons::Persons::load(models, engines)?),
        Subject::Text => Box::new(text::Text::load(models, engines)?),
    };
    Ok(turned(in_parts(detector), rotated))
}
