//! Sixteen bits of light in eight. The part of the range that a frame uses is stretched: a face is found whatever the
//! exposure and the offset, as in a camera of twelve bits or of heat.

use super::{Plane, Sample};
use crate::Frame;
use crate::mosaic::number;

/// About so many rows, and numbers in each of them, are examined.
const ROWS: u32 = 64;
const IN_A_ROW: usize = 128;
/// This part of the numbers may be darker than black, and this one brighter than white.
const DARKEST: usize = 128;
const BRIGHTEST: usize = 1024;
/// This part may be so much brighter than the others that these would be dark. It has the last quarter of brightness.
const LIGHTS: usize = 16;
const FAR: u32 = 3;
const BELOW_LIGHTS: u32 = 192;
/// Less than this is noise.
const LEAST: u32 = 64;

/// The brightness of each number: a line from black to the knee, and another one to white.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tone {
    black: u32,
    knee: u32,
    /// Brightness for each number below the knee and above it, in 65536ths.
    below: u32,
    above: u32,
}

impl Tone {
    /// The tone of a frame, if it has numbers of 16 bits.
    pub fn of(frame: &Frame<'_>) -> Tone {
        if frame.encoding().sample() != Sample::Two {
            return Tone::default();
        }
        let mut numbers = examined(frame);
        numbers.sort_unstable();
        let (all, last) = (numbers.len(), numbers.len().saturating_sub(1));
        let at = |place: usize| numbers.get(place.min(last)).copied().map_or(0, u32::from);
        Tone::new(
            at(all / DARKEST),
            at(last - (all / LIGHTS).min(last)),
            at(last - (all / BRIGHTEST).min(last)),
        )
    }

    /// With black, the brightest but for lights, and white.
    fn new(black: u32, bright: u32, white: u32) -> Tone {
        let white = white.max(black + LEAST);
        let bright = bright.max(black + LEAST);
        let slope = |shown: u32, range: u32| (shown << 16) / range.max(1);
        if white - black <= FAR * (bright - black) {
            return Tone { black, knee: u32::MAX, below: slope(255, white - black), above: 0 };
        }
        let above = slope(255 - BELOW_LIGHTS, white - bright);
        Tone { black, knee: bright, below: slope(BELOW_LIGHTS, bright - black), above }
    }

    /// The eight bits of a number.
    #[inline(always)]
    pub fn shown(&self, number: u32) -> u8 {
        let from_black = number.min(self.knee).saturating_sub(self.black);
        let above = number.saturating_sub(self.knee);
        let shown = u64::from(from_black) * u64::from(self.below) + u64::from(above) * u64::from(self.above);
        u8::try_from((shown + 0x7fff) >> 16).unwrap_or(u8::MAX)
    }
}

/// Some of the numbers of a frame, spread over all of it. Opacity does not count.
fn examined(frame: &Frame<'_>) -> Vec<u16> {
    let mut numbers = Vec::with_capacity(2 * ROWS as usize * IN_A_ROW);
    for plane in frame.planes.iter().flatten() {
        let rows = frame.height() / plane.block.1;
        for row in (0..rows).step_by(rows.div_ceil(ROWS).max(1) as usize) {
            add(frame, plane, row, &mut numbers);
        }
    }
    numbers
}

fn add(frame: &Frame<'_>, plane: &Plane, row: u32, numbers: &mut Vec<u16>) {
    let pairs = frame.row(plane, row).as_chunks::<2>().0;
    let opaque = plane.unit() == 8; // the fourth of four numbers is opacity
    // Odd, so that all colours are met.
    let step = (pairs.len() / IN_A_ROW) | 1;
    let places = pairs.iter().enumerate().skip(row as usize % step).step_by(step);
    let light = places.filter(|(place, _)| !opaque || place % 4 != 3);
    numbers.extend(light.map(|(_, pair)| number(*pair, frame.big_endian())));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(tone: Tone, numbers: [u32; 4]) -> [u8; 4] {
        numbers.map(|number| tone.shown(number))
    }

    #[test]
    fn the_range_in_use_is_stretched_over_all_brightness() {
        assert_eq!(shown(Tone::new(0, 50_000, 65_535), [0, 257, 32_896, 65_535]), [0, 1, 128, 255]);
        assert_eq!(
            shown(Tone::new(28_000, 29_500, 30_040), [27_000, 28_000, 29_020, 31_000]),
            [0, 0, 127, 255]
        );
        assert_eq!(shown(Tone::new(500, 500, 500), [500, 501, 532, 600]), [0, 4, 127, 255]);
        assert_eq!(shown(Tone::new(0, 0, 65_535), [0, 64, 65_535, 65_535]), [0, 192, 255, 255]);
    }

    #[test]
    fn lights_do_not_make_the_rest_dark() {
        let tone = Tone::new(0, 4_000, 65_535);
        assert_eq!(shown(tone, [0, 2_000, 4_000, 65_535]), [0, 96, 192, 255]);
        assert!((1..u16::MAX.into()).all(|number| tone.shown(number) >= tone.shown(number - 1)));
    }
}
