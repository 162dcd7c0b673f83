//! Covers parts of an image in place.

use super::{Area, Cover, Frame, WholeFrame};

/// The most tiles of a cover across and down, whatever the size of the area. People are still recognised at
/// 18 mosaic tiles across a face, hardly at 15 (Bachmann 1991), and familiar ones, blurred, at 7 by 10 pixels
/// (Sinha and others 2006, "Face recognition by humans: nineteen results").
pub const MOST_TILES: u32 = 6;
/// The least width and height of a tile, in pixels. With smaller tiles, small faces would remain visible.
pub const SMALLEST_TILE: u32 = 8;

impl Frame<'_> {
    /// Covers areas. Where areas overlap, the stronger cover wins.
    pub fn cover_all(&mut self, areas: &[(Area, Cover)]) {
        let with = |wanted: Cover| areas.iter().filter(move |(_, cover)| *cover == wanted);
        // The solid ones first, so that no mosaic or blur next to them takes up their content; and again
        // last, because a mosaic or blur may have been spread over them. For the same reason a mosaic comes
        // before a blur.
        for wanted in [Cover::Solid, Cover::Pixelate, Cover::Blur, Cover::Solid] {
            for (area, cover) in with(wanted) {
                self.cover(*area, *cover);
            }
        }
    }

    /// Covers one area, grown to the encoding's whole blocks. Distances are covered with "no reading",
    /// whatever `cover` is.
    pub fn cover(&mut self, area: Area, cover: Cover) {
        let area = self.blocks_of(area);
        if area.is_empty() {
            return;
        }
        match cover {
            _ if self.encoding().is_depth() => self.fill(area),
            Cover::Solid => self.fill(area),
            Cover::Pixelate => self.mosaic(area, tiles(area.width()), tiles(area.height())),
            Cover::Blur => self.blur(area),
        }
    }

    /// Covers the whole frame.
    pub fn cover_whole(&mut self, how: WholeFrame) {
        match how {
            WholeFrame::Blank => self.blank(),
            WholeFrame::Lowres => self.lowres(),
        }
    }

    /// Makes the whole frame black. A depth frame gets no readings.
    pub fn blank(&mut self) {
        self.fill(Area::all(self.size()));
    }

    /// Leaves a mosaic of the whole frame whose short side has at most [`MOST_TILES`] tiles: no face is wider
    /// than that, not even one that fills the frame. In a depth frame each tile has its nearest distance,
    /// which is the safe one for navigation.
    pub fn lowres(&mut self) {
        let (width, height) = self.size();
        let (short, long) = (width.min(height), width.max(height));
        let few = tiles(short);
        let side = short.div_ceil(few).max(SMALLEST_TILE);
        let many = (long / side).max(1);
        let (across, down) = if width < height { (few, many) } else { (many, few) };
        let all = Area::all(self.size());
        match self.encoding().is_depth() {
            true => self.nearest(all, across, down),
            false => self.mosaic(all, across, down),
        }
    }

    /// The area that is covered when `area` is asked for.
    pub fn blocks_of(&self, area: Area) -> Area {
        area.in_blocks(self.encoding().block(), self.size())
    }

    fn fill(&mut self, area: Area) {
        for plane in self.planes.into_iter().flatten() {
            let units = plane.units(area);
            for row in units.top..units.bottom {
                paint(self.part_mut(&plane, row, units.left, units.right), plane.black);
            }
        }
    }
}

/// Repeats `unit` over `part`.
pub(super) fn paint(part: &mut [u8], unit: &[u8]) {
    // The compiler stores units of a known size many at a time.
    fn each<const N: usize>(part: &mut [u8], unit: &[u8]) {
        if let Some(unit) = unit.first_chunk::<N>() {
            part.as_chunks_mut::<N>().0.fill(*unit);
        }
    }
    match (unit, unit.len()) {
        ([first, rest @ ..], _) if rest.iter().all(|byte| byte == first) => part.fill(*first),
        (_, 2) => each::<2>(part, unit),
        (_, 3) => each::<3>(part, unit),
        (_, 4) => each::<4>(part, unit),
        (_, 6) => each::<6>(part, unit),
        (_, 8) => each::<8>(part, unit),
        _ => part.fill(0), // no encoding has such a unit
    }
}

/// The number of tiles along a side.
fn tiles(side: u32) -> u32 {
    (side / SMALLEST_TILE).clamp(1, MOST_TILES)
}

#[cfg(test)]
mod tests;
