//! Blurs an area. The content can sometimes be guessed from the result, so a policy must ask for it by name.

use super::encoding::{Plane, Sample};
use super::mosaic::{bytes, number};
use super::{Area, Frame};

/// The radius is this part of the longer side, and at least [`LEAST_RADIUS`].
const RADIUS_PART: usize = 5;
const LEAST_RADIUS: usize = 8;
/// Three box blurs in sequence approximate a Gaussian whose sigma is the radius.
const PASSES: usize = 3;

impl Frame<'_> {
    /// Blurs `area`, which consists of whole blocks. No pixel outside has an influence, and none is changed.
    pub(super) fn blur(&mut self, area: Area) {
        let sample = self.encoding().sample();
        for plane in self.planes.into_iter().flatten() {
            let units = plane.units(area);
            let colours = if sample == Sample::One { plane.unit() } else { plane.unit() / 2 };
            for colour in 0..colours {
                self.blur_colour(&plane, units, colour, sample);
            }
        }
    }

    fn blur_colour(&mut self, plane: &Plane, units: Area, colour: usize, sample: Sample) {
        let (width, height) = (units.width() as usize, units.height() as usize);
        let big_endian = self.big_endian();
        let mut values: Vec<u16> = Vec::with_capacity(width * height);
        for row in units.top..units.bottom {
            let row = self.part(plane, row, units.left, units.right).chunks_exact(plane.unit());
            values.extend(row.map(|unit| match sample {
                Sample::One => unit.get(colour).copied().map_or(0, u16::from),
                _ => unit.as_chunks::<2>().0.get(colour).map_or(0, |pair| number(*pair, big_endian)),
            }));
        }
        let radius = (width.max(height) / RADIUS_PART).max(LEAST_RADIUS);
        let mut line = Vec::with_capacity(width.max(height));
        for _ in 0..PASSES {
            for row in values.chunks_exact_mut(width) {
                line.clear();
                line.extend_from_slice(row);
                row.iter_mut().zip(means(&line, radius)).for_each(|(to, mean)| *to = mean);
            }
            for column in 0..width {
                line.clear();
                line.extend(values.iter().skip(column).step_by(width));
                let column = values.iter_mut().skip(column).step_by(width);
                column.zip(means(&line, radius)).for_each(|(to, mean)| *to = mean);
            }
        }
        for (row, values) in (units.top..units.bottom).zip(values.chunks_exact(width)) {
            let row = self.part_mut(plane, row, units.left, units.right).chunks_exact_mut(plane.unit());
            for (unit, value) in row.zip(values) {
                match sample {
                    Sample::One => {
                        unit.get_mut(colour).into_iter().for_each(|byte| *byte = value.to_le_bytes()[0])
                    }
                    _ => {
                        let pair = unit.as_chunks_mut::<2>().0.get_mut(colour);
                        pair.into_iter().for_each(|pair| *pair = bytes(*value, big_endian));
                    }
                }
            }
        }
    }
}

/// The mean of each value and its neighbours up to `radius` on both sides. The ends are repeated.
fn means(line: &[u16], radius: usize) -> impl Iterator<Item = u16> {
    let first = line.first().copied().map_or(0, u64::from);
    let last = line.last().copied().map_or(0, u64::from);
    let at = move |index: usize| line.get(index).copied().map_or(last, u64::from);
    let count = 2 * radius as u64 + 1;
    let one = (1 << 32) / count; // multiplies, instead of dividing by the count
    // The window around the place before the first one.
    let mut sum = first * (radius as u64 + 1) + (0..radius).map(at).sum::<u64>();
    (0..line.len()).map(move |index| {
        let leaving = index.checked_sub(radius + 1).map_or(first, at);
        sum = sum + at(index + radius) - leaving;
        u16::try_from(((sum + count / 2) * one) >> 32).unwrap_or(u16::MAX)
    })
}
