//! What can be looked for: one line each.

use super::blob::Pixels;
use super::{Engines, Models, VisionError, faces, persons, plates, text};
use discreet_redact::{Following, Margin, Sighting, Subject};

/// Finds the things of one subject in a picture.
pub trait Detector: Send {
    /// Adds what it sees in `picture` (8-bit blue, green, red), whatever its score, to `seen`.
    fn detect(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError>;

    /// Whether it takes longer than a frame lasts, so that frames should not wait for it.
    fn slow(&self) -> bool {
        true
    }

    /// How much of one another two sightings must cover to be of one thing.
    fn same(&self) -> f32 {
        0.4
    }

    /// How far a cover reaches beyond what was seen.
    fn margin(&self) -> Margin;

    /// How what was seen is followed from frame to frame.
    fn following(&self) -> Following;
}

/// Loads the detector for a subject.
pub(super) fn load(
    subject: Subject,
    models: &Models,
    engines: &Engines,
) -> Result<Box<dyn Detector>, VisionError> {
    Ok(match subject {
        Subject::Faces => Box::new(faces::Faces::load(models, engines)?),
        Subject::Plates => Box::new(plates::Plates::load(models, engines)?),
        Subject::Persons => Box::new(persons::Persons::load(models, engines)?),
        Subject::Text => Box::new(text::Text::load(models, engines)?),
    })
}
