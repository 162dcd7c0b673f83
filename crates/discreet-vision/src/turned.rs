//! Detection for cameras that are not mounted upright: networks find hardly half of the faces that lie on their
//! side or stand on their head.

use opencv::core::{Mat, ROTATE_90_CLOCKWISE, ROTATE_90_COUNTERCLOCKWISE, ROTATE_180};
use opencv::prelude::*;

use super::VisionError;
use super::blob::{Pixels, size};
use super::detectors::Detector;
use discreet_redact::{Following, Margin, Rotated, Sighting, suppress};

/// The least score of what counts for the choice of a turn.
const SURE: f32 = 0.5;
/// The scores of all other turns count so much.
const OTHERWISE: f32 = 0.55;

/// A detector that inspects pictures after turning them. Its sightings are at their places in the picture
/// itself, so tracking and covers know nothing of the turn.
pub(super) struct Turned {
    detector: Box<dyn Detector>,
    turns: &'static [Turn],
    picture: Mat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Upright,
    Right,
    Half,
    Left,
}

/// `detector`, for pictures that this turn makes upright.
pub(super) fn turned(detector: Box<dyn Detector>, rotated: Rotated) -> Box<dyn Detector> {
    let turns: &[Turn] = match rotated {
        Rotated::No => return detector,
        Rotated::Right => &[Turn::Right],
        Rotated::Half => &[Turn::Half],
        Rotated::Left => &[Turn::Left],
        Rotated::Any => &[Turn::Upright, Turn::Right, Turn::Half, Turn::Left],
    };
    Box::new(Turned { detector, turns, picture: Mat::default() })
}

impl Detector for Turned {
    fn detect(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
        let mut looks = Vec::with_capacity(self.turns.len());
        for turn in self.turns {
            let mut look = Vec::new();
            self.look(picture, *turn, &mut look)?;
            let sure = self.sure(&look);
            looks.push((sure, look));
        }
        // The turn in which most is seen is the camera's at the moment. In the others, things look like faces that are not.
        looks.sort_by(|one, other| other.0.total_cmp(&one.0));
        for (number, (_, look)) in looks.into_iter().enumerate() {
            let times = if number == 0 { 1.0 } else { OTHERWISE };
            seen.extend(look.into_iter().map(|one| Sighting { score: one.score * times, ..one }));
        }
        Ok(())
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

impl Turned {
    /// Adds what is seen after a turn, at its place in the picture itself.
    fn look(
        &mut self,
        picture: &Pixels<'_>,
        turn: Turn,
        seen: &mut Vec<Sighting>,
    ) -> Result<(), VisionError> {
        let how = match turn {
            Turn::Upright => return self.detector.detect(picture, seen),
            Turn::Right => ROTATE_90_CLOCKWISE,
            Turn::Half => ROTATE_180,
            Turn::Left => ROTATE_90_COUNTERCLOCKWISE,
        };
        opencv::core::rotate(picture, &mut self.picture, how)?;
        self.detector.detect(&self.picture.reshape_def(3)?, seen)?;
        let (width, height) = size(picture);
        for sighting in seen {
            *sighting = turn.back(sighting, (width as f32, height as f32));
        }
        Ok(())
    }

    /// The sum of the scores of what it is sure of.
    fn sure(&self, look: &[Sighting]) -> f32 {
        let mut sure: Vec<Sighting> = look.iter().copied().filter(|one| one.score > SURE).collect();
        suppress(&mut sure, self.detector.same());
        sure.iter().map(|one| one.score).sum()
    }
}

impl Turn {
    /// The place in a picture of this size of a sighting in the turned picture.
    fn back(self, seen: &Sighting, (width, height): (f32, f32)) -> Sighting {
        let Sighting { left, top, right, bottom, score } = *seen;
        let [left, top, right, bottom] = match self {
            Turn::Upright => [left, top, right, bottom],
            Turn::Right => [top, height - right, bottom, height - left],
            Turn::Half => [width - right, height - bottom, width - left, height - top],
            Turn::Left => [width - bottom, left, width - top, right],
        };
        Sighting { left, top, right, bottom, score }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use discreet_redact::BySize;
    use opencv::core::{CV_8UC3, Rect, Scalar};

    /// Sees the white part of a picture.
    struct White;

    impl Detector for White {
        fn detect(&mut self, picture: &Pixels<'_>, seen: &mut Vec<Sighting>) -> Result<(), VisionError> {
            let (mut grey, mut points) = (Mat::default(), Mat::default());
            opencv::imgproc::cvt_color_def(picture, &mut grey, opencv::imgproc::COLOR_BGR2GRAY)?;
            opencv::core::find_non_zero(&grey, &mut points)?;
            let found = opencv::imgproc::bounding_rect(&points)?;
            let [left, top] = [found.x, found.y].map(|side| side as f32);
            let [right, bottom] = [found.x + found.width, found.y + found.height].map(|side| side as f32);
            seen.push(Sighting { left, top, right, bottom, score: 0.5 });
            Ok(())
        }

        fn margin(&self) -> Margin {
            let none = BySize { small: 0.0, large: 0.0 };
            Margin { across: none, above: none, below: none, pixels: 0.0 }
        }

        fn following(&self) -> Following {
            let any = BySize { small: 0.0, large: 0.0 };
            Following { first: any, start: any, go_on: any, hold: 5, sure: 1 }
        }
    }

    #[test]
    fn what_is_seen_in_a_turned_picture_is_where_it_is_in_the_picture() {
        let mut picture = Mat::new_rows_cols_with_default(60, 100, CV_8UC3, Scalar::default()).unwrap();
        let white = Scalar::all(255.0);
        opencv::imgproc::rectangle(&mut picture, Rect::new(7, 11, 13, 29), white, -1, 8, 0).unwrap();
        let place = Sighting { left: 7.0, top: 11.0, right: 20.0, bottom: 40.0, score: 0.5 };
        for rotated in Rotated::ALL {
            let mut seen = vec![place];
            let pixels = picture.reshape_def(3).unwrap();
            turned(Box::new(White), rotated).detect(&pixels, &mut seen).unwrap();
            let (looks, less) = if rotated == Rotated::Any { (4, 3) } else { (1, 0) };
            let is_less = |one: &&Sighting| one.score < place.score;
            assert_eq!((seen.len(), seen.iter().filter(is_less).count()), (looks + 1, less), "{rotated:?}");
            assert!(seen.iter().all(|one| Sighting { score: 0.5, ..*one } == place), "{rotated:?}: {seen:?}");
        }
    }
}
