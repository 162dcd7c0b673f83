//! Photographs: single pictures of any size and orientation, inspected more closely.

use opencv::core::{Mat, Rect, Size};
use opencv::imgproc;
use opencv::prelude::*;

use super::{Watch, cover};
use crate::blob::{Pixels, at_most, size};
use crate::{VisionError, codec};
use discreet_redact::{
    BlankReason, Cause, CompressedFormat, Found, ImageRules, Sighting, THUMBNAIL_SIDE, kind, suppress,
};

/// Parts of a large photograph are inspected in full resolution. They overlap, so that no face is cut by all
/// of them.
const PART: usize = THUMBNAIL_SIDE as usize;
const OVERLAP: usize = PART / 4;

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
    /// It cannot be decoded.
    #[error("damaged: it cannot be decoded")]
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
    /// kept from the one before.
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
        }
        cover(&mut decoded.bgr, rules, &self.found)?;
        codec::encode(&decoded, format.unwrap_or(was), &mut self.encoded)?;
        let (width, height) = narrow(size(&decoded.bgr));
        Ok(Photograph { encoded: &self.encoded, size: (width, height), found: &self.found })
    }

    /// Inspects the whole picture at a small size, for large things, and each part of a large one, for small
    /// things.
    fn look_closely(&mut self, rules: &ImageRules, bgr: &Mat) -> Result<(), VisionError> {
        let full = size(bgr);
        let whole = bgr.reshape_def(3).map_err(VisionError::from)?;
        let (width, height) = at_most(full, PART);
        let mut small = Mat::default();
        let coarse = if (width, height) == full {
            None
        } else {
            let wanted = Size::new(i32::try_from(width).unwrap_or(1), i32::try_from(height).unwrap_or(1));
            imgproc::resize(&whole, &mut small, wanted, 0.0, 0.0, imgproc::INTER_AREA)?;
            Some(small.reshape_def(3)?)
        };
        let times = (full.0 as f32 / width as f32, full.1 as f32 / height as f32);
        for tracker in self.trackers.iter().filter(|tracker| rules.cover(tracker.subject).is_some()) {
            let mut detector = tracker.detector()?;
            let start = detector.following().start;
            let mut seen = Vec::new();
            let mut look = |picture: &Pixels<'_>, corner: (f32, f32), times: (f32, f32)| {
                self.sightings.clear();
                detector.detect(picture, &mut self.sightings)?;
                // Scores depend on the size in the pixels that the detector inspected.
                let believed =
                    self.sightings.iter().filter(|one| one.is_sound() && one.score >= start.at(one.side()));
                seen.extend(believed.map(|one| Sighting {
                    left: one.left * times.0 + corner.0,
                    top: one.top * times.1 + corner.1,
                    right: one.right * times.0 + corner.0,
                    bottom: one.bottom * times.1 + corner.1,
                    score: one.score,
                }));
                Ok::<(), VisionError>(())
            };
            look(coarse.as_ref().unwrap_or(&whole), (0.0, 0.0), times)?;
            if coarse.is_some() {
                for (left, wide) in parts(full.0) {
                    for (top, high) in parts(full.1) {
                        let [x, y, columns, rows] =
                            [left, top, wide, high].map(|side| i32::try_from(side).unwrap_or(i32::MAX));
                        let part = Mat::roi(&whole, Rect::new(x, y, columns, rows))?;
                        look(&part, (left as f32, top as f32), (1.0, 1.0))?;
                    }
                }
            }
            suppress(&mut seen, tracker.same);
            let (margin, subject) = (tracker.margin, tracker.subject);
            self.found.extend(seen.iter().map(|one| Found {
                subject,
                area: margin.around(one, narrow(full)),
                score: one.score.clamp(0.0, 1.0),
                why: Cause::Seen,
            }));
        }
        self.found.retain(|found| found.area.left < found.area.right && found.area.top < found.area.bottom);
        Ok(())
    }
}

/// A side in parts: their starts and their lengths.
fn parts(side: usize) -> Vec<(usize, usize)> {
    let last = side.saturating_sub(PART);
    let mut starts: Vec<usize> = (0..last).step_by(PART - OVERLAP).collect();
    starts.push(last);
    starts.into_iter().map(|start| (start, PART.min(side))).collect()
}

fn narrow((width, height): (usize, usize)) -> (u32, u32) {
    (u32::try_from(width).unwrap_or(u32::MAX), u32::try_from(height).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_whole_side_and_overlap() {
        for side in [1, 500, 1280, 1281, 2240, 2241, 4000, 7680] {
            let parts = parts(side);
            assert_eq!(parts[0].0, 0);
            assert!(parts.windows(2).all(|pair| pair[1].0 > pair[0].0), "{side}: {parts:?}");
            assert!(
                parts.windows(2).all(|pair| pair[1].0 + OVERLAP <= pair[0].0 + PART),
                "{side}: {parts:?}"
            );
            let (start, length) = parts[parts.len() - 1];
            assert_eq!(start + length, side);
        }
    }
}
