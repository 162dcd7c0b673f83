//! Damage in JPEG images (ITU-T T.81). OpenCV decodes a damaged one without an error, and shows shifted or grey blocks
//! in which nothing is found.

// Its path is written out for the fuzz target, which includes this file by its own.
#[path = "jpeg/entropy.rs"]
mod entropy;

use entropy::{Bits, Huffman, Run, Scan};

/// Bytes that may follow the last block before a marker: webcams leave a few.
pub(super) const SURPLUS: usize = 4;
/// The most scans of a progressive image. Encoders write about ten.
const MOST_SCANS: usize = 200;
/// The most blocks of a progressive image: those of 256 megapixels in colour.
const MOST_BLOCKS: usize = 3 << 22;

/// Why an image is not decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

/// Reads all coefficients of all blocks, without computing a pixel: an error if one is missing or impossible, or if data
/// is left over. What follows the image is not read.
pub(super) fn check(bytes: &[u8]) -> Result<(), Damaged> {
    Jpeg::default().read(bytes).filter(|whole| *whole).map(|_| ()).ok_or(Damaged)
}

/// The state of decoding.
#[derive(Default)]
struct Jpeg {
    progressive: bool,
    size: (usize, usize),
    parts: Vec<Part>,
    tables: [[Option<Huffman>; 4]; 2],
    /// Units between two restart markers, or 0.
    restart: usize,
    scans: usize,
}

/// A component, such as brightness.
struct Part {
    id: u8,
    /// Blocks across and down in a unit of all components.
    unit: (usize, usize),
    /// Blocks across in all units.
    stride: usize,
    /// The coefficients of each block that are not zero.
    filled: Vec<u64>,
    seen: bool,
}

impl Jpeg {
    /// None for what is no JPEG; false if a component is missing at the end.
    fn read(&mut self, bytes: &[u8]) -> Option<bool> {
        let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
        loop {
            let marker;
            (marker, rest) = next_marker(rest)?;
            if marker == 0xd9 {
                return Some(!self.parts.is_empty() && self.parts.iter().all(|part| part.seen));
            }
            let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
            let segment = rest.get(2..length)?;
            rest = rest.get(length..)?;
            match marker {
                0xc0..=0xc2 => self.frame(segment, marker == 0xc2)?,
                0xc4 => self.huffman(segment)?,
                // Arithmetic coding, lossless and hierarchical images: hardly any program writes them.
                0xc3 | 0xc5..=0xcf => return None,
                0xdd => self.restart = usize::from(u16::from_be_bytes(*segment.first_chunk()?)),
                0xda => rest = self.scan(segment, rest)?,
                _ => {}
            }
        }
    }

    fn frame(&mut self, segment: &[u8], progressive: bool) -> Option<()> {
        let [_, high, low, wide, narrow, count, parts @ ..] = segment else { return None };
        let height = usize::from(u16::from_be_bytes([*high, *low]));
        let width = usize::from(u16::from_be_bytes([*wide, *narrow]));
        let (parts, rest) = parts.as_chunks::<3>();
        let fits = parts.len() == usize::from(*count) && (1..=4).contains(count) && rest.is_empty();
        let sides =
            parts.iter().map(|[id, sides, _]| (*id, (usize::from(sides >> 4), usize::from(sides & 15))));
        let allowed = sides.clone().all(|(_, unit)| (1..=4).contains(&unit.0) && (1..=4).contains(&unit.1));
        if !fits || !allowed || width == 0 || height == 0 || !self.parts.is_empty() {
            return None;
        }
        (self.progressive, self.size) = (progressive, (width, height));
        let most = sides.clone().fold((1, 1), |most, (_, unit)| (unit.0.max(most.0), unit.1.max(most.1)));
        let units = (width.div_ceil(8 * most.0), height.div_ceil(8 * most.1));
        let blocks = |unit: (usize, usize)| if progressive { units.0 * unit.0 * units.1 * unit.1 } else { 0 };
        if sides.clone().map(|(_, unit)| blocks(unit)).sum::<usize>() > MOST_BLOCKS {
            return None;
        }
        let part = |(id, unit): (u8, (usize, usize))| Part {
            id,
            unit,
            stride: units.0 * unit.0,
            filled: vec![0; blocks(unit)],
            seen: false,
        };
        self.parts = sides.map(part).collect();
        Some(())
    }

    fn huffman(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [place, rest @ ..] = segment {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let symbols = rest.get(..counts.iter().map(|count| usize::from(*count)).sum())?;
            let table = self.tables.get_mut(usize::from(place >> 4))?.get_mut(usize::from(place & 15))?;
            *table = Some(Huffman::new(counts, symbols)?);
            segment = rest.get(symbols.len()..)?;
        }
        Some(())
    }

    /// Reads a scan; returns the bytes from the marker after it.
    fn scan<'b>(&mut self, segment: &[u8], mut rest: &'b [u8]) -> Option<&'b [u8]> {
        self.scans += 1;
        let (count, named) = segment.split_first()?;
        let (named, last) = named.split_at_checked(usize::from(*count) * 2)?;
        let [from, to, bits] = last else { return None };
        let scan = Scan::new(self.progressive, (*from, *to), (bits >> 4, bits & 15))?;
        let places: Vec<(usize, u8)> = named
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[id, tables]| Some((self.parts.iter().position(|part| part.id == *id)?, *tables)))
            .collect::<Option<_>>()?;
        if self.scans > MOST_SCANS || places.is_empty() || (places.len() > 1 && scan.is_of_one()) {
            return None;
        }
        let units = self.units(&places);
        let each = if self.restart == 0 { units.0 * units.1 } else { self.restart };
        let mut data = Vec::new();
        for first in (0..units.0 * units.1).step_by(each) {
            let number = u8::try_from(first / each % 8).ok()?;
            if first > 0 {
                let marker;
                (marker, rest) = next_marker(rest)?;
                if marker != 0xd0 + (number + 7) % 8 {
                    return None;
                }
            }
            rest = entropy::data(rest, &mut data);
            let last = (first + each).min(units.0 * units.1);
            let left = self.interval(&scan, &places, units.0, first..last, &data)?;
            if left > SURPLUS {
                return None;
            }
        }
        places
            .iter()
            .for_each(|(place, _)| self.parts.get_mut(*place).into_iter().for_each(|part| part.seen = true));
        Some(rest)
    }

    /// Units across and down: blocks if the scan has one component.
    fn units(&self, places: &[(usize, u8)]) -> (usize, usize) {
        let most = |side: fn(&Part) -> usize| self.parts.iter().map(side).max().unwrap_or(1);
        let (across, down) = (most(|part| part.unit.0), most(|part| part.unit.1));
        let (width, height) = self.size;
        match places {
            [(place, _)] => {
                let unit = self.parts.get(*place).map_or((1, 1), |part| part.unit);
                (
                    ((width * unit.0).div_ceil(across)).div_ceil(8),
                    ((height * unit.1).div_ceil(down)).div_ceil(8),
                )
            }
            _ => (width.div_ceil(8 * across), height.div_ceil(8 * down)),
        }
    }

    /// Reads the units up to a restart marker. The number of bytes left.
    fn interval(
        &mut self,
        scan: &Scan,
        places: &[(usize, u8)],
        across: usize,
        units: std::ops::Range<usize>,
        data: &[u8],
    ) -> Option<usize> {
        let (mut bits, mut run) = (Bits::new(data), Run::default());
        let [light, other] = &self.tables;
        for unit in units {
            let (column, row) = (unit % across, unit / across);
            for (place, tables) in places {
                let part = self.parts.get_mut(*place)?;
                let tables = [light.get(usize::from(tables >> 4))?, other.get(usize::from(tables & 15))?];
                let (wide, high) = if places.len() == 1 { (1, 1) } else { part.unit };
                for block in 0..wide * high {
                    let at = (row * high + block / wide) * part.stride + column * wide + block % wide;
                    let mut unused = 0;
                    let filled = if self.progressive { part.filled.get_mut(at)? } else { &mut unused };
                    scan.block(&mut bits, tables.map(Option::as_ref), &mut run, filled)?;
                }
            }
        }
        bits.left()
    }
}

/// The next marker, and the bytes after it. Any number of 0xff may come before its number.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let bytes = bytes.strip_prefix(&[0xff])?;
    let fill = bytes.iter().take_while(|byte| **byte == 0xff).count();
    bytes.get(fill..)?.split_first().map(|(marker, rest)| (*marker, rest))
}
