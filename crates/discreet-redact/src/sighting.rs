//! The output of a detector: a tight rectangle and a score.

use super::{Area, Size};

/// One sighting of a detector, in pixels of the inspected picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sighting {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
    /// 0 to 1.
    pub score: f32,
}

impl Sighting {
    /// From its centre, width and height.
    pub fn around(x: f32, y: f32, width: f32, height: f32, score: f32) -> Sighting {
        let (across, down) = (width / 2.0, height / 2.0);
        Sighting { left: x - across, top: y - down, right: x + across, bottom: y + down, score }
    }

    /// Width.
    pub fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    /// Height.
    pub fn height(&self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }

    /// The side of the square of equal area.
    pub fn side(&self) -> f32 {
        (self.width() * self.height()).sqrt()
    }

    /// With all distances multiplied, across and down.
    pub fn scaled(&self, (across, down): (f32, f32)) -> Sighting {
        Sighting {
            left: self.left * across,
            top: self.top * down,
            right: self.right * across,
            bottom: self.bottom * down,
            score: self.score,
        }
    }

    /// Moved to the right and down.
    pub fn moved(&self, right: f32, down: f32) -> Sighting {
        Sighting {
            left: self.left + right,
            top: self.top + down,
            right: self.right + right,
            bottom: self.bottom + down,
            score: self.score,
        }
    }

    /// The centre.
    pub fn middle(&self) -> (f32, f32) {
        ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    /// False unless it is a rectangle of finite size: a detector's arithmetic can overflow.
    pub fn is_sound(&self) -> bool {
        let sides = [self.left, self.top, self.right, self.bottom, self.score];
        sides.iter().all(|side| side.is_finite()) && self.width() > 0.0 && self.height() > 0.0
    }

    /// Intersection over union, 0 to 1.
    pub fn overlap(&self, other: &Sighting) -> f32 {
        let across = self.right.min(other.right) - self.left.max(other.left);
        let down = self.bottom.min(other.bottom) - self.top.max(other.top);
        let both = across.max(0.0) * down.max(0.0);
        let either = self.width() * self.height() + other.width() * other.height() - both;
        if either > 0.0 { both / either } else { 0.0 }
    }
}

/// Non-maximum suppression: of several sightings of one thing, the one with the highest score stays. Sorts by
/// score, highest first.
pub fn suppress(sightings: &mut Vec<Sighting>, overlap: f32) {
    sightings.retain(Sighting::is_sound);
    sightings.sort_by(|one, other| other.score.total_cmp(&one.score));
    let mut kept: Vec<Sighting> = Vec::with_capacity(sightings.len());
    for sighting in sightings.drain(..) {
        if kept.iter().all(|surer| surer.overlap(&sighting) < overlap) {
            kept.push(sighting);
        }
    }
    *sightings = kept;
}

/// A value that depends on the size of the sighting: constant up to 20 pixels and from 160 on, in equal steps
/// for each doubling between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BySize {
    /// At 20 pixels.
    pub small: f32,
    /// At 160 pixels.
    pub large: f32,
}

impl BySize {
    /// The value for a thing with this side.
    pub fn at(self, side: f32) -> f32 {
        let doublings = (side.max(1.0) / 20.0).log2().clamp(0.0, 3.0);
        self.small + (self.large - self.small) * doublings / 3.0
    }
}

/// The margin of a cover around a sighting, on each side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margin {
    /// A share of the width, left and right.
    pub across: BySize,
    /// A share of the height, above.
    pub above: BySize,
    /// A share of the height, below.
    pub below: BySize,
    /// Pixels in addition.
    pub pixels: f32,
}

impl Margin {
    /// The area to cover in a picture of this size.
    pub fn around(&self, sighting: &Sighting, picture: Size) -> Area {
        let side = sighting.side();
        let across = sighting.width() * self.across.at(side) + self.pixels;
        let above = sighting.height() * self.above.at(side) + self.pixels;
        let below = sighting.height() * self.below.at(side) + self.pixels;
        let [left, top] = [sighting.left - across, sighting.top - above].map(f64::from);
        let [right, bottom] = [sighting.right + across, sighting.bottom + below].map(f64::from);
        Area::holding(left, top, right, bottom).clipped(picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(left: f32, top: f32, right: f32, bottom: f32, score: f32) -> Sighting {
        Sighting { left, top, right, bottom, score }
    }

    #[test]
    fn of_several_sightings_of_one_thing_the_surest_stays() {
        let mut seen = vec![
            sighting(0.0, 0.0, 10.0, 10.0, 0.5),
            sighting(1.0, 0.0, 11.0, 10.0, 0.9),
            sighting(30.0, 0.0, 40.0, 10.0, 0.3),
            sighting(f32::NAN, 0.0, 40.0, 10.0, 0.99),
            sighting(0.0, 0.0, f32::INFINITY, 10.0, 0.99),
        ];
        suppress(&mut seen, 0.4);
        assert_eq!(seen.iter().map(|seen| seen.score).collect::<Vec<_>>(), [0.9, 0.3]);
    }

    #[test]
    fn a_cover_reaches_beyond_the_face_and_not_beyond_the_picture() {
        let share = BySize { small: 0.5, large: 0.1 };
        let margin = Margin { across: share, above: share, below: share, pixels: 1.0 };
        let area = margin.around(&sighting(10.0, 10.0, 30.0, 30.0, 1.0), (100, 38));
        assert_eq!(area, Area { left: 0, top: 0, right: 41, bottom: 38 });
        let area = margin.around(&sighting(300.0, 300.0, 500.0, 500.0, 1.0), (1000, 1000));
        assert_eq!(area, Area { left: 279, top: 279, right: 521, bottom: 521 });
    }

    #[test]
    fn values_change_with_size_between_their_ends_only() {
        let value = BySize { small: 0.1, large: 0.4 };
        assert_eq!((value.at(0.0), value.at(20.0), value.at(1e9)), (0.1, 0.1, 0.4));
        assert!((value.at(40.0) - 0.2).abs() < 1e-6);
    }
}
