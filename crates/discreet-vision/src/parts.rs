//! Small things in large pictures: detectors inspect the whole at a small size, and then its parts in full
//! resolution.

use opencv::core::{Mat, Rect};

use super::VisionError;
use super::blob::{Pixels, shrunk, size, times};
use super::detectors::Detector;
use discreet_redact::{Following, Margin, Sighting, THUMBNAIL_SIDE};

/// The longest side of a part, and of the picture in which large things are found.
const SIDE: usize = THUMBNAIL_SIDE as usize;
/// A thing with so many pixels in the small picture is found there. Parts are about smaller ones, and overlap by
/// as much, so that these are whole in one of them.
pub(crate) const LARGE: usize = 48;
/// Parts of a very large picture do not overlap by more.
const MOST_OVERLAP: usize = SIDE / 4;
/// The most parts. The largest photograph has fewer, whatever its shape.
const MOST_PARTS: usize = 1500;

/// A detector that inspects parts too if a picture is longer than [`SIDE`].
pub(super) struct Parts {
    detector: Box<dyn Detector>,
    small: Mat,
    seen: Vec<Sighting>,
}

/// `detector`, for small things too.
pub(super) fn in_parts(detector: Box<dyn Detector>) -> Box<dyn Detector> {
    Box::new(Parts { detector, small: Mat::default(), seen: Vec::new() })
}

impl Detector for Parts {
    fn detect(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
        let Some(small) = shrunk(picture, SIDE, &mut self.small)? else {
            return self.detector.detect(picture, seen);
        };
        let (start, times) = (seen.len(), times(size(picture), size(&small)));
        self.detector.detect(&small, seen)?;
        seen.iter_mut().skip(start).for_each(|one| *one = one.scaled(times));
        self.detect_in_parts(picture, self.detector.seen_whole() * times.0.max(times.1), seen)
    }

    fn seen_whole(&self) -> f32 {
        self.detector.seen_whole()
    }

    fn slow(&self) -> bool {
        self.detector.slow()
    }

    fn same(&self) -> f32 {
        self.detector.same()
    }

    fn margin(&self) -> Margin {
        self.detector.margin()
    }

    fn following(&self) -> Following {
        self.detector.following()
    }
}

impl Parts {
    /// Adds what is smaller than `large`: larger things have parts of their own that look like small ones.
    fn detect_in_parts(
        &mut self,
        picture: &Pixels<'_>,
        large: f32,
        seen: &mut Vec<Sighting>,
    ) -> Result<(), VisionError> {
        let parts = parts(size(picture));
        if parts.len() > MOST_PARTS {
            return Err(VisionError::Answer("a picture of so many parts"));
        }
        // Scores depend on the size in the pixels that the detector inspected.
        let least = self.detector.following().first;
        for part in parts {
            self.seen.clear();
            self.detector.detect_part(&Mat::roi(picture, part)?, &mut self.seen)?;
            let credible = |one: &&Sighting| {
                let side = one.side();
                one.is_sound() && side < large && one.score >= least.at(side)
            };
            let small = self.seen.iter().filter(credible);
            seen.extend(small.map(|one| one.moved(part.x as f32, part.y as f32)));
        }
        Ok(())
    }
}

/// The parts of a picture of this size.
fn parts((width, height): (usize, usize)) -> Vec<Rect> {
    let overlap = overlap(width.max(height));
    let (columns, rows) = (pieces(width, overlap), pieces(height, overlap));
    let side = |side: usize| i32::try_from(side).unwrap_or(i32::MAX);
    let row = |(top, high): (usize, usize)| {
        let part = move |(left, wide)| Rect::new(side(left), side(top), side(wide), side(high));
        columns.iter().copied().map(part)
    };
    rows.into_iter().flat_map(row).collect()
}

/// The overlap of the parts of a picture of this length.
fn overlap(long: usize) -> usize {
    (LARGE * long).div_ceil(SIDE).min(MOST_OVERLAP)
}

/// A side in as few pieces as possible, of one length: their starts and lengths.
fn pieces(side: usize, overlap: usize) -> Vec<(usize, usize)> {
    let count = side.saturating_sub(overlap).div_ceil(SIDE - overlap).max(1);
    let length = (side + (count - 1) * overlap).div_ceil(count);
    let last = side.saturating_sub(length);
    (0..count).map(|number| (number * last / (count - 1).max(1), length)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use opencv::prelude::*;

    /// The largest photograph, at its largest and smallest sides; a camera's frames, and others.
    const SIZES: [(usize, usize); 12] = [
        (1, 1),
        (960, 960),
        (961, 540),
        (1280, 720),
        (1920, 1080),
        (2592, 1944),
        (3840, 2160),
        (2160, 3840),
        (3840, 3840),
        (11_585, 11_585),
        (65_535, 2_048),
        (1 << 20, 128),
    ];

    #[test]
    fn every_pixel_is_in_a_part_and_none_is_larger_than_the_detector_takes() {
        for (width, height) in SIZES {
            for (side, other) in [(width, height), (height, width)] {
                let overlap = overlap(side.max(other));
                let pieces = pieces(side, overlap);
                assert_eq!(pieces[0].0, 0);
                let (start, length) = pieces[pieces.len() - 1];
                assert_eq!(start + length, side);
                assert!((1..=SIDE).contains(&length), "{side}: {pieces:?}");
                // What is not longer than the overlap is whole in one of two neighbours.
                let apart = pieces.windows(2).map(|pair| pair[0].0 + pair[0].1 - pair[1].0).min();
                assert!(apart.is_none_or(|apart| apart >= overlap), "{side}: {pieces:?}");
            }
        }
    }

    #[test]
    fn the_number_of_parts_is_bounded() {
        let numbers = SIZES.map(|size| parts(size).len());
        assert_eq!(numbers[..9], [1, 1, 2, 2, 6, 9, 15, 15, 25]);
        assert!(numbers.iter().all(|number| *number <= MOST_PARTS), "{numbers:?}");
    }

    /// Sees the white part of a picture, if it is not cut.
    struct White;

    impl Detector for White {
        fn detect(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
            let (mut grey, mut points) = (Mat::default(), Mat::default());
            opencv::imgproc::cvt_color_def(picture, &mut grey, opencv::imgproc::COLOR_BGR2GRAY)?;
            opencv::core::find_non_zero(&grey, &mut points)?;
            if points.empty() {
                return Ok(());
            }
            let found = opencv::imgproc::bounding_rect(&points)?;
            let [left, top] = [found.x, found.y].map(|side| side as f32);
            let [right, bottom] = [found.x + found.width, found.y + found.height].map(|side| side as f32);
            seen.push(Sighting { left, top, right, bottom, score: 0.5 });
            Ok(())
        }

        fn margin(&self) -> Margin {
            let none = discreet_redact::BySize { small: 0.0, large: 0.0 };
            Margin { across: none, above: none, below: none, pixels: 0.0 }
        }

        fn following(&self) -> Following {
            let any = discreet_redact::BySize { small: 0.0, large: 0.0 };
            Following { first: any, start: any, go_on: any, hold: 5, sure: 1 }
        }
    }

    #[test]
    fn a_thing_between_two_parts_is_seen_whole_and_at_its_place() {
        let mut detector = in_parts(Box::new(White));
        let black = opencv::core::Scalar::default();
        let mut picture = Mat::new_rows_cols_with_default(2160, 3840, opencv::core::CV_8UC3, black).unwrap();
        let parts = parts((3840, 2160));
        let (x, y) = (parts[1].x + 3, parts[5].y + 5);
        let place = Rect::new(x - 15, y - 15, 40, 40);
        opencv::imgproc::rectangle(&mut picture, place, opencv::core::Scalar::all(255.0), -1, 8, 0).unwrap();
        let mut seen = Vec::new();
        detector.detect(&picture.reshape_def(3).unwrap(), &mut seen).unwrap();
        let whole = |one: &Sighting| {
            [one.left, one.top, one.right, one.bottom]
                == [place.x, place.y, place.x + 40, place.y + 40].map(|side| side as f32)
        };
        assert!(seen.iter().filter(|one| whole(one)).count() >= 1, "{seen:?}");
    }
}
