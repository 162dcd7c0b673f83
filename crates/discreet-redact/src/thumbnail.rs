//! The small picture of a frame that detectors inspect.

mod axis;

use super::area::Size;
use super::encoding::{Converter, Encoding, Order};
use super::{BlankReason, Frame, Picture};
use axis::Axis;

/// Makes pictures of frames. Its memory is reused: one for each topic.
#[derive(Debug, Default)]
pub struct Thumbnail {
    across: Axis,
    down: Axis,
    /// A converted row of the frame, and its number.
    row: Vec<u8>,
    /// The weighted sum of rows.
    sum: Vec<u16>,
    picture: Vec<u8>,
}

impl Thumbnail {
    /// The frame in 8-bit blue, green, red, shrunk by averaging until its longer side is at most `long_side`.
    /// It is never enlarged. Bayer frames are halved first.
    ///
    /// Of 16-bit light, the range in use is stretched over the eight bits of the picture. Distances are [`BlankReason::UnknownEncoding`]: detectors cannot inspect them.
    pub fn picture(&mut self, frame: &Frame<'_>, long_side: u32) -> Result<Picture<'_>, BlankReason> {
        let mut picture = std::mem::take(&mut self.picture);
        picture.clear();
        let size = self.append(frame, long_side, &mut picture);
        self.picture = picture;
        let (width, height) = size?;
        Ok(Picture { width, height, bgr: &self.picture })
    }

    /// The same, appended to `out`, for example after a header. Returns the picture's columns and rows.
    pub fn append(
        &mut self,
        frame: &Frame<'_>,
        long_side: u32,
        out: &mut Vec<u8>,
    ) -> Result<Size, BlankReason> {
        if frame.encoding().is_depth() {
            return Err(BlankReason::UnknownEncoding);
        }
        let converter = Converter::new(frame);
        let from = converter.size();
        let to = shrunk(from, long_side);
        let start = out.len();
        out.resize(start + to.0 as usize * to.1 as usize * 3, 0);
        let rows = out.get_mut(start..).unwrap_or_default().chunks_exact_mut(to.0 as usize * 3);
        if from == to {
            rows.zip(0..).for_each(|(out, row)| converter.convert(row, out));
        } else {
            self.shrink(frame, &converter, (from, to), rows);
        }
        Ok(to)
    }

    fn shrink<'o>(
        &mut self,
        frame: &Frame<'_>,
        converter: &Converter<'_, '_>,
        (from, to): (Size, Size),
        out: impl Iterator<Item = &'o mut [u8]>,
    ) {
        self.across.set(from.0, to.0, u16::MAX.into());
        self.down.set(from.1, to.1, 256);
        let width = from.0 as usize * 3;
        self.row.resize(width, 0);
        // Each pixel is read together with the byte after it, because four bytes are faster than three.
        self.sum.resize(width + 1, 0);
        let order = match frame.encoding() {
            Encoding::Colours { order: order @ (Order::Rgb | Order::Bgr), deep: false } => Some(order),
            _ => None,
        };
        let mut in_row = None;
        for (out, (first, weights)) in out.zip(self.down.taps()) {
            for (number, weight) in (0..).zip(weights) {
                let row = match order {
                    Some(_) => converter.raw(first + number),
                    // The last row under one row of the picture is often the first under the next.
                    None => {
                        if in_row != Some(first + number) && *weight > 0 {
                            converter.convert(first + number, &mut self.row);
                            in_row = Some(first + number);
                        }
                        self.row.as_slice()
                    }
                };
                let sums = self.sum.iter_mut().zip(row);
                match (number, weight) {
                    (0, weight) => sums.for_each(|(sum, byte)| *sum = weight * u16::from(*byte)),
                    (_, 0) => {}
                    (_, weight) => sums.for_each(|(sum, byte)| *sum += weight * u16::from(*byte)),
                }
            }
            match order {
                Some(Order::Rgb) => self.across.average::<true>(&self.sum, out),
                _ => self.across.average::<false>(&self.sum, out),
            }
        }
    }
}

/// The size of a picture whose longer side is at most `long_side`.
fn shrunk(from: Size, long_side: u32) -> Size {
    let long = from.0.max(from.1).max(1);
    let to = long_side.clamp(1, long);
    let side = |from: u32| {
        let side = (u64::from(from) * u64::from(to) + u64::from(long) / 2) / u64::from(long);
        u32::try_from(side).unwrap_or(to).max(1)
    };
    (side(from.0), side(from.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawImage;
    use crate::frame::tests::image;

    fn seen(cdr: &[u8], long_side: u32) -> (u32, u32, Vec<u8>) {
        let mut cdr = cdr.to_vec();
        let mut thumbnail = Thumbnail::default();
        let mut raw = RawImage::read(&mut cdr).unwrap();
        let picture = thumbnail.picture(&raw.frame().unwrap(), long_side).unwrap();
        (picture.width, picture.height, picture.bgr.to_vec())
    }

    #[test]
    fn every_encoding_of_one_colour_looks_the_same() {
        let blue: [(&str, &[u8], u32); 14] = [
            ("rgb8", &[20, 60, 200], 1),
            ("bgr8", &[200, 60, 20], 1),
            ("rgba8", &[20, 60, 200, 0], 1),
            ("bgra8", &[200, 60, 20, 0], 1),
            ("rgb16", &[0, 20, 0, 60, 0, 200], 1),
            ("bgr16", &[0, 200, 0, 60, 0, 20], 1),
            ("rgba16", &[0, 20, 0, 60, 0, 200, 255, 255], 1),
            ("yuyv", &[71, 195, 71, 100], 2),
            ("uyvy", &[195, 71, 100, 71], 2),
            ("nv12", &[71], 1),
            ("nv21", &[71], 1),
            ("nv24", &[71], 1),
            ("i420", &[71], 1),
            ("8UC3", &[200, 60, 20], 1),
        ];
        for (encoding, unit, pixels) in blue {
            let mut data = unit.repeat(64 / pixels as usize);
            match encoding {
                "nv12" => data.extend([195, 100].repeat(16)),
                "nv21" => data.extend([100, 195].repeat(16)),
                "nv24" => data.extend([195, 100].repeat(64)),
                "i420" => data.extend([[195; 16], [100; 16]].as_flattened()),
                _ => {}
            }
            let cdr = image(encoding, (8, 8), 8 * unit.len() as u32 / pixels, 0, &data, false);
            for side in [8, 6, 4, 3, 1] {
                let (width, height, bgr) = seen(&cdr, side);
                assert_eq!((width, height), (side, side));
                // Sixteen bits are stretched.
                let expected = if encoding.ends_with("16") { [255, 57, 0] } else { [200, 60, 20] };
                for pixel in bgr.chunks(3) {
                    let near = pixel.iter().zip(expected).all(|(is, should)| is.abs_diff(should) <= 3);
                    assert!(near, "{encoding} {side}: {pixel:?}");
                }
            }
        }
    }

    #[test]
    fn bayer_blocks_become_pixels_of_their_colours() {
        for (name, block) in [
            ("bayer_rggb8", [20, 60, 60, 200]),
            ("bayer_bggr8", [200, 60, 60, 20]),
            ("bayer_gbrg8", [60, 200, 20, 60]),
            ("bayer_grbg8", [60, 20, 200, 60]),
        ] {
            let [a, b, c, d] = block;
            let data = [[a, b].repeat(4), [c, d].repeat(4)].concat().repeat(4);
            let cdr = image(name, (8, 8), 8, 0, &data, false);
            assert_eq!(seen(&cdr, 100), (4, 4, [200, 60, 20].repeat(16)), "{name}");
            assert_eq!(seen(&cdr, 3).2, [200, 60, 20].repeat(9), "{name}");
            let deep: Vec<u8> = data.iter().flat_map(|byte| [*byte, 0]).collect();
            let cdr = image(&name.replace('8', "16"), (8, 8), 16, 1, &deep, false);
            assert_eq!(seen(&cdr, 100).2, [255, 57, 0].repeat(16), "{name} deep, and stretched");
        }
    }

    #[test]
    fn shrinking_is_the_mean_of_what_each_pixel_covers() {
        let (width, height) = (53, 37);
        let data: Vec<u8> = (0..width * height * 3).map(|at| (at * at / 7 % 251) as u8).collect();
        let cdr = image("bgr8", (width, height), width * 3, 0, &data, false);
        for long in [53, 52, 40, 27, 26, 20, 17, 13, 11, 8, 5, 1] {
            let (across, down, bgr) = seen(&cdr, long);
            for (number, is) in bgr.iter().enumerate() {
                let (column, row) = (number as u32 / 3 % across, number as u32 / 3 / across);
                let mut mean = 0.0;
                for y in 0..height {
                    for x in 0..width {
                        let part = |at: u32, from: u32, to: u32, pixel: u32| {
                            let (from, to, at) = (f64::from(from), f64::from(to), f64::from(at));
                            let (begin, end) =
                                (f64::from(pixel) * from / to, f64::from(pixel + 1) * from / to);
                            ((at + 1.0).min(end) - at.max(begin)).max(0.0) * to / from
                        };
                        let weight = part(x, width, across, column) * part(y, height, down, row);
                        mean += weight * f64::from(data[((y * width + x) * 3) as usize + number % 3]);
                    }
                }
                assert!((f64::from(*is) - mean).abs() <= 2.0, "{long} {column} {row}: {is} {mean}");
            }
        }
    }

    #[test]
    fn deep_light_is_stretched_whatever_its_level_in_spite_of_hot_rows() {
        for (big_endian, dark, times) in [(0, 0, 4), (1, 0, 4), (0, 28_000, 2), (1, 7_000, 8)] {
            let bytes = |light: u16| if big_endian == 1 { light.to_be_bytes() } else { light.to_le_bytes() };
            let mut data: Vec<_> = (0..10_000).map(|at| bytes(dark + times * (at % 256))).collect();
            data[..200].fill(bytes(0xffff));
            let cdr = image("mono16", (100, 100), 200, big_endian, data.as_flattened(), false);
            let seen = seen(&cdr, 100).2;
            for (at, pixel) in seen.chunks(3).enumerate().skip(200) {
                let expected = (at % 256 * 192 / 245).min(192) as u8;
                assert!(pixel[0].abs_diff(expected) <= 8, "{dark} {times} {at}: {} {expected}", pixel[0]);
            }
        }
    }

    #[test]
    fn distances_are_not_looked_at() {
        let mut cdr = image("32FC1", (1, 1), 4, 0, &[0; 4], false);
        let mut raw = RawImage::read(&mut cdr).unwrap();
        let blind = Thumbnail::default().picture(&raw.frame().unwrap(), 9).err();
        assert_eq!(blind, Some(BlankReason::UnknownEncoding));
    }

    #[test]
    fn memory_is_used_again() {
        let mut bgr = vec![9; 64 * 64 * 3];
        let mut thumbnail = Thumbnail::default();
        let frame = Frame::from_bgr(64, 64, &mut bgr).unwrap();
        let first = thumbnail.picture(&frame, 40).unwrap().bgr.as_ptr();
        assert_eq!(thumbnail.picture(&frame, 40).unwrap().bgr.as_ptr(), first);
    }

    /// `cargo test --release --lib thumbnail::tests::speed -- --ignored --nocapture`
    #[test]
    #[ignore = "a measurement"]
    fn speed() {
        for (encoding, size, bytes) in [
            ("rgb8", (1280, 720), 3),
            ("bgr8", (1280, 720), 3),
            ("rgb8", (1920, 1080), 3),
            ("bgr8", (960, 540), 3),
            ("bgra8", (1280, 720), 4),
            ("mono16", (1280, 720), 2),
            ("yuyv", (1280, 720), 2),
            ("nv12", (1280, 720), 1),
            ("bayer_rggb8", (1920, 1080), 1),
        ] {
            let rows = if encoding == "nv12" { size.1 * 3 / 2 } else { size.1 };
            let data: Vec<u8> = (0..size.0 * bytes * rows).map(|at| (at / 7) as u8).collect();
            let mut cdr = image(encoding, size, size.0 * bytes, 0, &data, false);
            let mut thumbnail = Thumbnail::default();
            let mut times: Vec<_> = (0..200)
                .map(|_| {
                    let start = std::time::Instant::now();
                    let mut raw = RawImage::read(&mut cdr).unwrap();
                    thumbnail.picture(&raw.frame().unwrap(), 960).unwrap();
                    start.elapsed()
                })
                .collect();
            times.sort();
            println!("{encoding} {size:?} to 960: least {:?}, median {:?}", times[0], times[100]);
        }
    }
}
