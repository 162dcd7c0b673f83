//! Tiles of one value each.

use super::cover::paint;
use super::encoding::{Encoding, Plane, Sample};
use super::{Area, Frame};

/// No unit has more colours.
const COLOURS: usize = 4;

impl Frame<'_> {
    /// Replaces `area`, which consists of whole blocks, by `across` by `down` tiles: each has the mean of its
    /// pixels.
    pub(super) fn mosaic(&mut self, area: Area, across: u32, down: u32) {
        let sample = self.encoding().sample();
        self.tiled(area, across, down, |frame, plane, tile| match sample {
            Sample::One => frame.mean_of_bytes(plane, tile),
            _ => frame.mean_of_pairs(plane, tile),
        });
    }

    /// Replaces distances by `across` by `down` tiles: each has its nearest distance.
    pub(super) fn nearest(&mut self, area: Area, across: u32, down: u32) {
        let metres = self.encoding() == Encoding::Metres;
        self.tiled(area, across, down, |frame, plane, tile| {
            if metres { frame.nearest_metres(plane, tile) } else { frame.nearest_millimetres(plane, tile) }
        });
    }

    /// Fills each tile of each plane with the unit that `unit` computes of it.
    fn tiled(
        &mut self,
        area: Area,
        across: u32,
        down: u32,
        unit: impl Fn(&Self, &Plane, Area) -> ([u8; 2 * COLOURS], usize),
    ) {
        let block = self.encoding().block();
        for plane in self.planes.into_iter().flatten() {
            for (top, bottom) in edges(area.top, area.bottom, down, block.1) {
                for (left, right) in edges(area.left, area.right, across, block.0) {
                    let tile = plane.units(Area { left, top, right, bottom });
                    if tile.is_empty() {
                        continue;
                    }
                    let (bytes, length) = unit(self, &plane, tile);
                    let unit = bytes.get(..length).unwrap_or(plane.black);
                    for row in tile.top..tile.bottom {
                        paint(self.part_mut(&plane, row, tile.left, tile.right), unit);
                    }
                }
            }
        }
    }

    fn mean_of_bytes(&self, plane: &Plane, tile: Area) -> ([u8; 2 * COLOURS], usize) {
        let rows = (tile.top..tile.bottom).map(|row| self.part(plane, row, tile.left, tile.right));
        let sums = match plane.unit() {
            1 => sums::<1>(rows),
            2 => sums::<2>(rows),
            3 => sums::<3>(rows),
            _ => sums::<4>(rows),
        };
        let mut unit = [0; 2 * COLOURS];
        for (byte, sum) in unit.iter_mut().zip(sums) {
            *byte = u8::try_from(rounded(sum, tile.pixels())).unwrap_or(u8::MAX);
        }
        (unit, plane.unit())
    }

    fn mean_of_pairs(&self, plane: &Plane, tile: Area) -> ([u8; 2 * COLOURS], usize) {
        let big_endian = self.big_endian();
        let mut sums = [0; COLOURS];
        for row in tile.top..tile.bottom {
            let row = self.part(plane, row, tile.left, tile.right);
            for unit in row.chunks_exact(plane.unit()) {
                for (sum, pair) in sums.iter_mut().zip(unit.as_chunks::<2>().0) {
                    *sum += u64::from(number(*pair, big_endian));
                }
            }
        }
        let mut unit = [0; 2 * COLOURS];
        for (pair, sum) in unit.as_chunks_mut::<2>().0.iter_mut().zip(sums) {
            let mean = u16::try_from(rounded(sum, tile.pixels())).unwrap_or(u16::MAX);
            *pair = bytes(mean, big_endian);
        }
        (unit, plane.unit())
    }

    fn nearest_millimetres(&self, plane: &Plane, tile: Area) -> ([u8; 2 * COLOURS], usize) {
        let rows = (tile.top..tile.bottom).map(|row| self.part(plane, row, tile.left, tile.right));
        let readings =
            rows.flat_map(|row| row.as_chunks::<2>().0).map(|pair| number(*pair, self.big_endian()));
        let nearest = readings.filter(|distance| *distance > 0).min();
        started(&bytes(nearest.unwrap_or(0), self.big_endian()))
    }

    fn nearest_metres(&self, plane: &Plane, tile: Area) -> ([u8; 2 * COLOURS], usize) {
        let rows = (tile.top..tile.bottom).map(|row| self.part(plane, row, tile.left, tile.right));
        let big_endian = self.big_endian();
        let float = |four: &[u8; 4]| {
            if big_endian { f32::from_be_bytes(*four) } else { f32::from_le_bytes(*four) }
        };
        let readings = rows.flat_map(|row| row.as_chunks::<4>().0).map(float);
        let nearest = readings.filter(|distance| distance.is_finite() && *distance > 0.0).reduce(f32::min);
        match nearest {
            None => started(plane.black),
            Some(nearest) if big_endian => started(&nearest.to_be_bytes()),
            Some(nearest) => started(&nearest.to_le_bytes()),
        }
    }
}

/// A number of 16 bits.
pub(super) fn number(pair: [u8; 2], big_endian: bool) -> u16 {
    if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
}

/// The inverse.
pub(super) fn bytes(number: u16, big_endian: bool) -> [u8; 2] {
    if big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
}

/// Divides a side into `count` parts of whole blocks, as equal as possible.
fn edges(from: u32, to: u32, count: u32, block: u32) -> impl Iterator<Item = (u32, u32)> {
    let edge = move |number: u32| {
        if number >= count {
            return to;
        }
        let at = u64::from(to.saturating_sub(from)) * u64::from(number) / u64::from(count.max(1));
        let at = from + u32::try_from(at).unwrap_or(u32::MAX);
        at - at % block.max(1)
    };
    (0..count).map(move |number| (edge(number), edge(number + 1)))
}

fn sums<'a, const N: usize>(rows: impl Iterator<Item = &'a [u8]>) -> [u64; COLOURS] {
    let mut sums = [0; COLOURS];
    for row in rows {
        // A row of 16 million pixels would overflow 32 bits; none fits a message.
        let mut of_row = [0u32; N];
        for unit in row.as_chunks::<N>().0 {
            for (sum, byte) in of_row.iter_mut().zip(unit) {
                *sum = sum.wrapping_add(u32::from(*byte));
            }
        }
        for (sum, of_row) in sums.iter_mut().zip(of_row) {
            *sum += u64::from(of_row);
        }
    }
    sums
}

fn rounded(sum: u64, count: u64) -> u64 {
    (sum + count / 2) / count.max(1)
}

fn started(unit: &[u8]) -> ([u8; 2 * COLOURS], usize) {
    let mut bytes = [0; 2 * COLOURS];
    for (to, from) in bytes.iter_mut().zip(unit) {
        *to = *from;
    }
    (bytes, unit.len())
}
