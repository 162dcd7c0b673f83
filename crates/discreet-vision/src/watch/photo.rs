//! Photographs: single pictures of any size and orientation, inspected more closely.

use opencv::core::Mat;
use opencv::prelude::*;

use super::{Watch, cover, narrow};
use crate::blob::size;
use crate::orientation::Orientation;
use crate::{VisionError, codec};
use discreet_redact::{
    Area, BlankReason, Cause, CompressedFormat, Found, ImageRules, Rotated, THUMBNAIL_SIDE, kind, suppress,
};

/// A redacted photograph.
#[derive(Debug)]
pub struct Photograph<'a> {
    /// Encoded from nothing but its pixels.
    pub encoded: &'a [u8],
    /// Columns and rows, upright.
    pub size: (u32, u32),
    /// The covered findings.
    pub found: &'a [Found],
}

/// Why a photograph cannot be redacted.
#[derive(Debug, thiserror::Error)]
pub enum NoPhotograph {
    /// Its first bytes are of another format.
    #[error("neither JPEG nor PNG")]
    UnknownFormat,
    /// It cannot be decoded, or not all of it.
    #[error("damaged: a part of it is missing or cannot be decoded")]
    Damaged,
    /// It is larger than the limit.
    #[error("larger than 128 megapixels")]
    TooLarge,
    /// It could not be inspected, or not encoded.
    #[error(transparent)]
    Vision(#[from] VisionError),
}

impl Watch {
    /// Covers in a photograph what the rules name, and encodes it in this format, or in its own. Nothing is
    /// kept from the one before. A picture that its metadata turn is inspected both as they say and as it is stored.
    pub fn photograph(
        &mut self,
        rules: &ImageRules,
        bytes: &[u8],
        format: Option<CompressedFormat>,
    ) -> Result<Photograph<'_>, NoPhotograph> {
        let was = kind(bytes).ok_or(NoPhotograph::UnknownFormat)?;
        let mut decoded = codec::decode_upright(bytes).map_err(|blind| match blind {
            BlankReason::UnfitLayout => NoPhotograph::TooLarge,
            _ => NoPhotograph::Damaged,
        })?;
        self.forget();
        self.found.clear();
        if rules.frame.is_none() {
            self.learn(rules)?;
            self.look_closely(rules, &decoded.bgr)?;
            self.look_as_stored(rules, bytes, &decoded.bgr)?;
        }
        cover(&mut decoded.bgr, rules, &self.found)?;
        codec::encode(&decoded, format.unwrap_or(was), &mut self.encoded)?;
        let (width, height) = narrow(size(&decoded.bgr));
        Ok(Photograph { encoded: &self.encoded, size: (width, height), found: &self.found })
    }

    /// Inspects a picture that its metadata turn also as it is stored: they may be false, and most faces on their side
    /// are not found. Adds the findings at their places in the turned picture.
    fn look_as_stored(&mut self, rules: &ImageRules, bytes: &[u8], tagged: &Mat) -> Result<(), VisionError> {
        let Some(stored) = codec::decode_as_stored(bytes)? else { return Ok(()) };
        let orientation = Orientation::between(&stored.reshape_def(3)?, &tagged.reshape_def(3)?)?;
        let orientation = orientation.ok_or(VisionError::Answer("two pictures of one file"))?;
        // With `any` all four turns were inspected.
        if orientation.is_upright() || (rules.rotated == Rotated::Any && !orientation.is_mirrored()) {
            return Ok(());
        }
        let mut found = std::mem::take(&mut self.found);
        self.look_closely(rules, &stored)?;
        let full = narrow(size(&stored));
        self.found.iter_mut().for_each(|one| one.area = orientation.place(one.area, full));
        for one in std::mem::take(&mut self.found) {
            add(&mut found, one);
        }
        self.found = found;
        Ok(())
    }

    /// Inspects the whole picture at a small size, for large things, and each part of a large one, for small
    /// things.
    fn look_closely(&mut self, rules: &ImageRules, bgr: &Mat) -> Result<(), VisionError> {
        let full = size(bgr);
        let whole = bgr.reshape_def(3)?;
        let longest = THUMBNAIL_SIDE as usize;
        let times = (full.0.max(full.1) as f32 / longest as f32).max(1.0);
        for tracker in self.trackers.iter().filter(|tracker| rules.cover(tracker.subject).is_some()) {
            let mut detector = tracker.detector()?;
            let start = detector.following().start;
            self.sightings.clear();
            detector.detect(&whole, &mut self.sightings)?;
            // Scores depend on the size in the small picture.
            self.sightings.retain(|one| one.is_sound() && one.score >= start.at(one.side() / times));
            suppress(&mut self.sightings, tracker.same);
            let (margin, subject) = (tracker.margin, tracker.subject);
            self.found.extend(self.sightings.iter().map(|one| Found {
                subject,
                area: margin.around(one, narrow(full)),
                score: one.score.clamp(0.0, 1.0),
                why: Cause::Seen,
            }));
        }
        self.found.retain(|found| !found.area.is_empty());
        Ok(())
    }
}

/// Adds a finding. If most of it is another finding of that subject, or the other way round, this becomes larger instead.
fn add(found: &mut Vec<Found>, one: Found) {
    let is_same = |other: &&mut Found| {
        let common = common(other.area, one.area).pixels();
        other.subject == one.subject && common * 2 > other.area.pixels().max(one.area.pixels())
    };
    match found.iter_mut().find(is_same) {
        Some(other) => {
            other.area = Area {
                left: other.area.left.min(one.area.left),
                top: other.area.top.min(one.area.top),
                right: other.area.right.max(one.area.right),
                bottom: other.area.bottom.max(one.area.bottom),
            };
            other.score = other.score.max(one.score);
        }
        None => found.push(one),
    }
}

fn common(one: Area, other: Area) -> Area {
    Area {
        left: one.left.max(other.left),
        top: one.top.max(other.top),
        right: one.right.min(other.right),
        bottom: one.bottom.min(other.bottom),
    }
}
