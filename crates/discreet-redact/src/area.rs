//! A rectangle of an image.

/// Whole pixels: from `left` and `top`, up to but not including `right` and `bottom`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Area {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// One past the last column.
    pub right: u32,
    /// One past the last row.
    pub bottom: u32,
}

/// Columns and rows.
pub type Size = (u32, u32);

impl Area {
    /// All of an image.
    pub const fn all((width, height): Size) -> Area {
        Area { left: 0, top: 0, right: width, bottom: height }
    }

    /// The smallest area that contains the rectangle from `left`, `top` to `right`, `bottom`. Parts to the
    /// left of the image or above it are cut off; if a side is NaN, the area is empty.
    pub fn holding(left: f64, top: f64, right: f64, bottom: f64) -> Area {
        // A cast from float to integer saturates, and makes 0 of NaN.
        let area = Area {
            left: left.floor() as u32,
            top: top.floor() as u32,
            right: right.ceil() as u32,
            bottom: bottom.ceil() as u32,
        };
        let numbers = [left, top, right, bottom].iter().all(|side| !side.is_nan());
        if numbers { area } else { Area::all((0, 0)) }
    }

    /// Columns.
    pub const fn width(self) -> u32 {
        self.right.saturating_sub(self.left)
    }

    /// Rows.
    pub const fn height(self) -> u32 {
        self.bottom.saturating_sub(self.top)
    }

    /// Number of pixels.
    pub const fn pixels(self) -> u64 {
        self.width() as u64 * self.height() as u64
    }

    /// True if it has no pixel.
    pub const fn is_empty(self) -> bool {
        self.pixels() == 0
    }

    /// The part inside an image of this size.
    pub fn clipped(self, size: Size) -> Area {
        self.intersection(Area::all(size))
    }

    /// The pixels in both areas; empty if there are none.
    pub fn intersection(self, other: Area) -> Area {
        Area {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// The smallest area that contains both. An empty one adds nothing.
    pub fn union(self, other: Area) -> Area {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            _ => Area {
                left: self.left.min(other.left),
                top: self.top.min(other.top),
                right: self.right.max(other.right),
                bottom: self.bottom.max(other.bottom),
            },
        }
    }

    /// Intersection over union, 0 to 1.
    pub fn overlap(self, other: Area) -> f32 {
        let both = self.intersection(other).pixels();
        let either = self.pixels() + other.pixels() - both;
        if either == 0 { 0.0 } else { (both as f64 / either as f64) as f32 }
    }

    /// Grown about its centre: `wider` times as wide, `higher` times as high. Clip it afterwards.
    pub fn enlarged(self, wider: f32, higher: f32) -> Area {
        let more = |side: u32, factor: f32| f64::from(side) * f64::from(factor - 1.0) / 2.0;
        let (x, y) = (more(self.width(), wider), more(self.height(), higher));
        Area::holding(
            f64::from(self.left) - x,
            f64::from(self.top) - y,
            f64::from(self.right) + x,
            f64::from(self.bottom) + y,
        )
    }

    /// The same part of another image: contains each pixel of `to` that shows some of this area of `from`.
    pub fn scaled(self, from: Size, to: Size) -> Area {
        let down = |at: u32, from: u32, to: u32| u64::from(at) * u64::from(to) / u64::from(from.max(1));
        let up =
            |at: u32, from: u32, to: u32| (u64::from(at) * u64::from(to)).div_ceil(u64::from(from.max(1)));
        let whole = |at: u64| u32::try_from(at).unwrap_or(u32::MAX);
        Area {
            left: whole(down(self.left, from.0, to.0)),
            top: whole(down(self.top, from.1, to.1)),
            right: whole(up(self.right, from.0, to.0)),
            bottom: whole(up(self.bottom, from.1, to.1)),
        }
    }

    /// Grown to whole blocks of the image, within the image.
    pub(super) fn in_blocks(self, (across, down): Size, size: Size) -> Area {
        let first = |at: u32, block: u32| at - at % block.max(1);
        let last = |at: u32, block: u32| at.checked_next_multiple_of(block.max(1)).unwrap_or(u32::MAX);
        let area = self.clipped(size);
        if area.is_empty() {
            return Area::all((0, 0));
        }
        Area {
            left: first(area.left, across),
            top: first(area.top, down),
            right: last(area.right, across),
            bottom: last(area.bottom, down),
        }
        .clipped(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn area(left: u32, top: u32, right: u32, bottom: u32) -> Area {
        Area { left, top, right, bottom }
    }

    #[test]
    fn what_is_outside_of_the_image_is_cut_off() {
        assert_eq!(area(5, 5, 50, 7).clipped((20, 20)), area(5, 5, 20, 7));
        assert!(area(30, 30, 50, 50).clipped((20, 20)).is_empty());
        assert_eq!(Area::holding(-3.5, -1.0, 4.2, 1e30), area(0, 0, 5, u32::MAX));
        assert!(Area::holding(f64::NAN, 0.0, 5.0, 5.0).is_empty());
        assert!(Area::holding(0.0, 0.0, f64::NAN, 5.0).is_empty());
    }

    #[test]
    fn an_area_turned_inside_out_has_no_pixels() {
        let inside_out = area(9, 9, 3, 3);
        assert!(inside_out.is_empty());
        assert_eq!(inside_out.union(area(1, 2, 3, 4)), area(1, 2, 3, 4));
        assert!(inside_out.in_blocks((2, 2), (10, 10)).is_empty());
    }

    #[test]
    fn enlarging_keeps_the_centre_and_rounds_outwards() {
        assert_eq!(area(10, 10, 20, 30).enlarged(1.5, 1.0), area(7, 10, 23, 30));
        assert_eq!(area(0, 0, 10, 10).enlarged(2.0, 2.0), area(0, 0, 15, 15));
    }

    #[test]
    fn scaling_there_and_back_never_loses_a_pixel() {
        for from in [(960, 540), (448, 252), (7, 3)] {
            for to in [(1280, 720), (1919, 1079), (320, 180), (1, 1)] {
                for left in 0..from.0.min(20) {
                    let before = area(left, 1, left + 2, 3).clipped(from);
                    let back = before.scaled(from, to).scaled(to, from);
                    assert_eq!(back.intersection(before), before, "{from:?} {to:?} {before:?} {back:?}");
                }
            }
        }
        assert_eq!(area(1, 1, 2, 2).scaled((4, 4), (8, 8)), area(2, 2, 4, 4));
        assert_eq!(area(0, 0, u32::MAX, 1).scaled((1, 1), (u32::MAX, 1)).right, u32::MAX);
    }

    #[test]
    fn overlap_is_one_for_the_same_and_zero_for_strangers() {
        assert_eq!(area(0, 0, 10, 10).overlap(area(0, 0, 10, 10)), 1.0);
        assert_eq!(area(0, 0, 10, 10).overlap(area(10, 0, 20, 10)), 0.0);
        assert_eq!(area(0, 0, 10, 10).overlap(area(0, 5, 10, 15)), 1.0 / 3.0);
        assert_eq!(area(0, 0, 0, 0).overlap(area(0, 0, 0, 0)), 0.0);
    }

    #[test]
    fn blocks_are_whole_and_end_with_the_image() {
        assert_eq!(area(1, 1, 2, 2).in_blocks((2, 2), (8, 8)), area(0, 0, 2, 2));
        assert_eq!(area(3, 3, 9, 9).in_blocks((2, 1), (8, 8)), area(2, 3, 8, 8));
    }
}
