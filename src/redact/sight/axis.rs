//! Shrinking along one axis: which pixels of the frame make one of the picture, and how much each counts.

/// Kept from frame to frame, as long as their sizes are the same.
#[derive(Debug, Default)]
pub(super) struct Axis {
    made_for: (u32, u32, u32),
    /// How many pixels make one, at most.
    taps: usize,
    firsts: Vec<u32>,
    /// `taps` for each pixel of the picture; each such group has the same sum.
    weights: Vec<u16>,
}

impl Axis {
    /// From `from` pixels to `to`, which are fewer or as many, with weights whose sum is `total`.
    pub(super) fn set(&mut self, from: u32, to: u32, total: u32) {
        if std::mem::replace(&mut self.made_for, (from, to, total)) == (from, to, total) {
            return;
        }
        // In units of a pixel of the frame divided by `to`, everything begins and ends at whole numbers.
        let (long, short, total) = (u64::from(from), u64::from(to), u64::from(total));
        let begin = |pixel: u64| pixel * long / short;
        let end = |pixel: u64| ((pixel + 1) * long).div_ceil(short);
        let taps = (0..short).map(|pixel| end(pixel) - begin(pixel)).max().unwrap_or(1);
        self.taps = usize::try_from(taps).unwrap_or(1);
        self.firsts.clear();
        self.weights.clear();
        for pixel in 0..short {
            let first = begin(pixel).min(long - taps);
            self.firsts.push(u32::try_from(first).unwrap_or(0));
            // Rounded along the way, so that what one tap loses the next one gets.
            let so_far = |tap: u64| {
                let at = ((first + tap) * short).clamp(pixel * long, (pixel + 1) * long);
                (at - pixel * long) * total / long
            };
            let weight = |tap| u16::try_from(so_far(tap + 1) - so_far(tap)).unwrap_or(u16::MAX);
            self.weights.extend((0..taps).map(weight));
        }
    }

    /// For each pixel of the picture: the first one of the frame, and the weights of it and those behind it.
    pub(super) fn taps(&self) -> impl Iterator<Item = (u32, &[u16])> {
        self.firsts.iter().copied().zip(self.weights.chunks_exact(self.taps.max(1)))
    }

    /// Averages a row of weighted sums, 256 for each step of brightness, into pixels of three bytes. `swap`: the first
    /// and the third colour change places. `sums` has one number more than three for each pixel.
    pub(super) fn average<const SWAP: bool>(&self, sums: &[u16], out: &mut [u8]) {
        // With the number of taps known, the compiler unrolls the loop over them.
        match self.taps {
            1 => self.average_of::<SWAP, 1>(sums, out),
            2 => self.average_of::<SWAP, 2>(sums, out),
            3 => self.average_of::<SWAP, 3>(sums, out),
            4 => self.average_of::<SWAP, 4>(sums, out),
            _ => self.average_of_many::<SWAP>(sums, out),
        }
    }

    fn average_of<const SWAP: bool, const TAPS: usize>(&self, sums: &[u16], out: &mut [u8]) {
        let pixels = out.as_chunks_mut::<3>().0.iter_mut();
        let taps = self.firsts.iter().zip(self.weights.as_chunks::<TAPS>().0);
        for (pixel, (first, weights)) in pixels.zip(taps) {
            let start = *first as usize * 3;
            let under = sums.get(start..start + TAPS * 3 + 1).unwrap_or_default();
            let mut mean = [128; 4];
            for (tap, weight) in weights.iter().enumerate() {
                add(&mut mean, under.get(tap * 3..), *weight);
            }
            store::<SWAP>(pixel, mean);
        }
    }

    fn average_of_many<const SWAP: bool>(&self, sums: &[u16], out: &mut [u8]) {
        for (pixel, (first, weights)) in out.as_chunks_mut::<3>().0.iter_mut().zip(self.taps()) {
            let mut mean = [128; 4];
            for (tap, weight) in (first as usize..).zip(weights) {
                add(&mut mean, sums.get(tap * 3..), *weight);
            }
            store::<SWAP>(pixel, mean);
        }
    }
}

/// Adds a pixel times its weight, of which 65536 would be all.
#[inline(always)]
fn add(mean: &mut [u16; 4], pixel: Option<&[u16]>, weight: u16) {
    let Some(pixel) = pixel.and_then(|rest| rest.first_chunk::<4>()) else { return };
    for (mean, colour) in mean.iter_mut().zip(pixel) {
        // The sum of weights is 65535 and that of rows at most 255 * 256: with the half step at the start it fits.
        *mean += ((u32::from(*colour) * u32::from(weight)) >> 16) as u16;
    }
}

#[inline(always)]
fn store<const SWAP: bool>(pixel: &mut [u8; 3], mean: [u16; 4]) {
    let [first, second, third, _] = mean.map(|colour| (colour >> 8) as u8);
    *pixel = if SWAP { [third, second, first] } else { [first, second, third] };
}
