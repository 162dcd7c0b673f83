//! Shrinks along one axis: the pixels of the frame that make one of the picture, and their weights.

/// Kept from frame to frame, while their sizes are the same.
#[derive(Debug, Default)]
pub(super) struct Axis {
    made_for: (u32, u32, u32),
    /// The most pixels of the frame for one of the picture.
    taps: usize,
    firsts: Vec<u32>,
    /// `taps` for each pixel of the picture; each such group has the same sum.
    weights: Vec<u16>,
    /// The same for [`average`](Axis::average), in groups of pixels and within these tap by tap: the offset
    /// of each pixel's tap in a row, and its weight for each of four numbers.
    starts: Vec<[u32; GROUP]>,
    wide: Vec<[[u16; 4]; GROUP]>,
}

impl Axis {
    /// From `from` pixels to `to`, which are fewer or as many, with weights whose sum is `total`.
    pub(super) fn set(&mut self, from: u32, to: u32, total: u32) {
        if std::mem::replace(&mut self.made_for, (from, to, total)) == (from, to, total) {
            return;
        }
        // In units of a pixel of the frame divided by `to`, all edges are whole numbers.
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
            // Rounded cumulatively, so that the remainder of one tap goes to the next.
            let so_far = |tap: u64| {
                let at = ((first + tap) * short).clamp(pixel * long, (pixel + 1) * long);
                (at - pixel * long) * total / long
            };
            let weight = |tap| u16::try_from(so_far(tap + 1) - so_far(tap)).unwrap_or(u16::MAX);
            self.weights.extend((0..taps).map(weight));
        }
        self.starts.clear();
        self.wide.clear();
        let groups = self.firsts.chunks(GROUP).zip(self.weights.chunks(GROUP * self.taps));
        for (firsts, weights) in groups {
            for (tap, number) in (0..self.taps).zip(0u32..) {
                let (mut starts, mut wide) = ([0; GROUP], [[0; 4]; GROUP]);
                let weights = weights.iter().skip(tap).step_by(self.taps);
                for (((start, wide), first), weight) in
                    starts.iter_mut().zip(&mut wide).zip(firsts).zip(weights)
                {
                    (*start, *wide) = ((first + number) * 3, [*weight; 4]);
                }
                self.starts.push(starts);
                self.wide.push(wide);
            }
        }
    }

    /// For each pixel of the picture: the first one of the frame, and the weights of it and the next ones.
    pub(super) fn taps(&self) -> impl Iterator<Item = (u32, &[u16])> {
        self.firsts.iter().copied().zip(self.weights.chunks_exact(self.taps.max(1)))
    }

    /// Averages a row of weighted sums, 256 for each step of brightness, into pixels of three bytes. `SWAP`
    /// exchanges the first and the third colour. `sums` has one number more than three for each pixel.
    pub(super) fn average<const SWAP: bool>(&self, sums: &[u16], out: &mut [u8]) {
        let groups = self.starts.chunks_exact(self.taps.max(1)).zip(self.wide.chunks_exact(self.taps.max(1)));
        for (out, (starts, weights)) in out.chunks_mut(GROUP * 3).zip(groups) {
            let mut mean = [[128; 4]; GROUP]; // half a step of brightness, for rounding
            for (starts, weights) in starts.iter().zip(weights) {
                add(&mut mean, sums, starts, weights);
            }
            store::<SWAP>(mean, out);
        }
    }
}

/// The number of pixels that are processed together, each as four numbers: compilers make vectors of these.
const GROUP: usize = 64;

/// Adds one tap of each pixel of a group, times its weight, of which 65536 would be the whole.
#[inline(always)]
fn add(mean: &mut [[u16; 4]; GROUP], sums: &[u16], starts: &[u32; GROUP], weights: &[[u16; 4]; GROUP]) {
    let under = starts.map(|start| {
        let pixel = sums.get(start as usize..start as usize + 4).and_then(|rest| rest.first_chunk::<4>());
        pixel.copied().unwrap_or_default()
    });
    let products = under.as_flattened().iter().zip(weights.as_flattened());
    for (mean, (under, weight)) in mean.as_flattened_mut().iter_mut().zip(products) {
        // The sum of weights is 65535 and that of rows at most 255 * 256: with the half step at the start it
        // fits.
        *mean += ((u32::from(*under) * u32::from(*weight)) >> 16) as u16;
    }
}

#[inline(always)]
fn store<const SWAP: bool>(mean: [[u16; 4]; GROUP], out: &mut [u8]) {
    let mut bytes = [0; 4 * GROUP];
    for (byte, colour) in bytes.iter_mut().zip(mean.as_flattened()) {
        *byte = (colour >> 8) as u8;
    }
    for (pixel, colours) in out.as_chunks_mut::<3>().0.iter_mut().zip(bytes.as_chunks::<4>().0) {
        let [first, second, third, _] = *colours;
        *pixel = if SWAP { [third, second, first] } else { [first, second, third] };
    }
}
