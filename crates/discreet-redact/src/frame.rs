//! The pixels of a sensor_msgs/msg/Image, in place in the serialized message.

use super::area::Size;
use super::encoding::{Encoding, Order, Plane, Planes};
use super::raw_fields::RawFields;
use super::{Area, BlankReason};
use discreet_cdr::{Malformed, Reader};

/// A serialized sensor_msgs/msg/Image with the positions of its fields. It can always be blanked;
/// [`frame`](RawImage::frame) finds out if its pixels can be covered one by one.
#[derive(Debug)]
pub struct RawImage<'a> {
    stamp: i64,
    size: Size,
    step: u32,
    encoding: Result<Encoding, BlankReason>,
    big_endian: bool,
    data: &'a mut [u8],
}

impl<'a> RawImage<'a> {
    /// Finds the fields in `cdr`.
    pub fn read(cdr: &'a mut [u8]) -> Result<RawImage<'a>, Malformed> {
        let fields = RawFields::read(cdr)?;
        let stamp = nanoseconds(fields.stamp);
        let (size, step, big_endian) = (fields.size, fields.step, fields.big_endian != 0);
        let (encoding, place) = (Encoding::named(fields.encoding), fields.data);
        let data = cdr.get_mut(place).unwrap_or_default();
        Ok(RawImage { stamp, size, step, encoding, big_endian, data })
    }

    /// header.stamp, nanoseconds since 1970.
    pub fn stamp(&self) -> i64 {
        self.stamp
    }

    /// The pixels, if encoding, size, step and data are consistent. Other bytes (padding after rows and after
    /// the last one) are zeroed at once, and opacity is set to opaque: no detector inspects them, so nothing may be
    /// hidden there, such as the infrared picture of an RGB-IR camera.
    pub fn frame(&mut self) -> Result<Frame<'_>, BlankReason> {
        let encoding = self.encoding?;
        Frame::new(self.size, self.step, encoding, self.big_endian, self.stamp, self.data)
    }

    /// Zeroes every byte of data, whatever its meaning.
    pub fn blank(&mut self) {
        self.data.fill(0);
    }
}

/// Zeroes every byte of data of a serialized sensor_msgs/msg/Image, whatever its meaning.
pub fn blank_all(cdr: &mut [u8]) -> Result<(), Malformed> {
    RawImage::read(cdr).map(|mut image| image.blank())
}

/// Pixels in place, in any of the known encodings.
#[derive(Debug)]
pub struct Frame<'a> {
    size: Size,
    encoding: Encoding,
    big_endian: bool,
    stamp: i64,
    pub(super) planes: Planes,
    pub(super) data: &'a mut [u8],
}

impl<'a> Frame<'a> {
    /// A decoded picture: 8-bit blue, green, red, without gaps.
    pub fn from_bgr(width: u32, height: u32, bgr: &'a mut [u8]) -> Result<Frame<'a>, BlankReason> {
        let step = width.checked_mul(3).ok_or(BlankReason::UnfitLayout)?;
        let encoding = Encoding::Colours { order: Order::Bgr, deep: false };
        Frame::new((width, height), step, encoding, false, 0, bgr)
    }

    fn new(
        size: Size,
        step: u32,
        encoding: Encoding,
        big_endian: bool,
        stamp: i64,
        data: &'a mut [u8],
    ) -> Result<Frame<'a>, BlankReason> {
        let planes = encoding.planes(size.0, size.1, step, big_endian).ok_or(BlankReason::UnfitLayout)?;
        let needed = encoding.bytes(size.1, step).ok_or(BlankReason::UnfitLayout)?;
        let (_, behind) = data.split_at_mut_checked(needed).ok_or(BlankReason::UnfitLayout)?;
        behind.fill(0);
        let mut frame = Frame { size, encoding, big_endian, stamp, planes, data };
        frame.zero_padding();
        frame.make_opaque();
        Ok(frame)
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.size.0
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.size.1
    }

    /// Columns and rows.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The encoding of the pixels.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// True if numbers of 16 and 32 bits begin with their high byte.
    pub fn big_endian(&self) -> bool {
        self.big_endian
    }

    /// header.stamp, nanoseconds since 1970.
    pub fn stamp(&self) -> i64 {
        self.stamp
    }

    /// All bytes of the image.
    pub fn data(&self) -> &[u8] {
        self.data
    }

    /// A row of a plane; empty if it does not exist.
    pub(super) fn row(&self, plane: &Plane, row: u32) -> &[u8] {
        let units = self.size.0 / plane.block.0;
        self.data.get(span(plane, row, 0, units)).unwrap_or_default()
    }

    /// The units of a plane from column `left` to `right` in row `row`.
    pub(super) fn part(&self, plane: &Plane, row: u32, left: u32, right: u32) -> &[u8] {
        self.data.get(span(plane, row, left, right)).unwrap_or_default()
    }

    /// The same, mutable.
    pub(super) fn part_mut(&mut self, plane: &Plane, row: u32, left: u32, right: u32) -> &mut [u8] {
        self.data.get_mut(span(plane, row, left, right)).unwrap_or_default()
    }

    fn make_opaque(&mut self) {
        let Encoding::Colours { order: Order::Rgba | Order::Bgra, deep } = self.encoding else { return };
        let all = Area::all(self.size);
        for plane in self.planes.into_iter().flatten() {
            for row in all.top..all.bottom {
                let pixels = self.part_mut(&plane, row, all.left, all.right);
                if deep {
                    pixels
                        .as_chunks_mut::<8>()
                        .0
                        .iter_mut()
                        .for_each(|[.., high, low]| (*high, *low) = (255, 255));
                } else {
                    pixels.as_chunks_mut::<4>().0.iter_mut().for_each(|[.., opacity]| *opacity = 255);
                }
            }
        }
    }

    fn zero_padding(&mut self) {
        let Frame { size, planes, data, .. } = self;
        for plane in planes.iter().flatten() {
            let used = (size.0 / plane.block.0) as usize * plane.unit();
            if used == plane.reach {
                continue;
            }
            for row in 0..(size.1 / plane.block.1) as usize {
                let begin = plane.start + row * plane.stride;
                data.get_mut(begin + used..begin + plane.reach).unwrap_or_default().fill(0);
            }
        }
    }
}

/// Seconds and nanoseconds at the start of a header, as nanoseconds.
pub(super) fn stamp(reader: &mut Reader) -> Result<i64, Malformed> {
    Ok(nanoseconds((reader.i32()?, reader.u32()?)))
}

/// The same of its two numbers.
pub(super) fn nanoseconds((seconds, rest): (i32, u32)) -> i64 {
    i64::from(seconds) * 1_000_000_000 + i64::from(rest)
}

/// The frame's constructor checked that a plane lies inside the data: no sum here overflows.
fn span(plane: &Plane, row: u32, left: u32, right: u32) -> std::ops::Range<usize> {
    let row = plane.start + row as usize * plane.stride;
    row + left as usize * plane.unit()..row + right as usize * plane.unit()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A serialized Image; little-endian CDR unless `big`.
    pub fn image(
        encoding: &str,
        (width, height): Size,
        step: u32,
        big_endian: u8,
        data: &[u8],
        big: bool,
    ) -> Vec<u8> {
        let mut cdr = vec![0, u8::from(!big), 0, 0];
        let word = |cdr: &mut Vec<u8>, value: u32| {
            cdr.resize(4 + (cdr.len() - 4).next_multiple_of(4), 0);
            cdr.extend(if big { value.to_be_bytes() } else { value.to_le_bytes() });
        };
        let text = |cdr: &mut Vec<u8>, text: &str| {
            word(cdr, text.len() as u32 + 1);
            cdr.extend(text.bytes().chain([0]));
        };
        word(&mut cdr, 5);
        word(&mut cdr, 7);
        text(&mut cdr, "camera");
        word(&mut cdr, height);
        word(&mut cdr, width);
        text(&mut cdr, encoding);
        cdr.push(big_endian);
        word(&mut cdr, step);
        word(&mut cdr, data.len() as u32);
        cdr.extend(data);
        cdr
    }

    #[test]
    fn pixels_are_found_in_either_byte_order() {
        for big in [false, true] {
            let mut cdr = image("rgb8", (2, 1), 6, 0, &[1, 2, 3, 4, 5, 6], big);
            let mut raw = RawImage::read(&mut cdr).unwrap();
            let frame = raw.frame().unwrap();
            assert_eq!((frame.width(), frame.height(), frame.stamp()), (2, 1, 5_000_000_007));
            assert_eq!(frame.data(), [1, 2, 3, 4, 5, 6]);
        }
    }

    #[test]
    fn a_message_that_ros_wrote_is_read() {
        let mut cdr =
            std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/cdr/sensor_msgs.Image.cdr"))
                .unwrap();
        let mut raw = RawImage::read(&mut cdr).unwrap();
        assert_eq!(
            (raw.size, raw.step, &*raw.data),
            ((0x930d_6eaf, 0x3e7d_1bfb), 0xe009_02c7, &[0xe5, 0x93, 0x25][..])
        );
        assert_eq!(raw.frame().err(), Some(BlankReason::UnknownEncoding));
    }

    #[test]
    fn the_fourth_of_four_channels_is_opaque_because_nobody_inspects_it() {
        for encoding in ["rgba8", "bgra8", "8UC4"] {
            let mut cdr = image(encoding, (2, 1), 9, 0, &[1, 2, 3, 4, 5, 6, 7, 8, 9], false);
            let mut raw = RawImage::read(&mut cdr).unwrap();
            assert_eq!(raw.frame().unwrap().data(), [1, 2, 3, 255, 5, 6, 7, 255, 0], "{encoding}");
        }
        for encoding in ["rgba16", "bgra16", "16UC4"] {
            let mut cdr = image(encoding, (1, 1), 8, 1, &[1, 2, 3, 4, 5, 6, 7, 8], false);
            let mut raw = RawImage::read(&mut cdr).unwrap();
            assert_eq!(raw.frame().unwrap().data(), [1, 2, 3, 4, 5, 6, 255, 255], "{encoding}");
        }
    }

    #[test]
    fn padding_is_zeroed_and_nothing_else() {
        let mut cdr = image("mono8", (2, 2), 3, 0, &[1, 2, 9, 3, 4, 9, 9, 9], false);
        assert_eq!(RawImage::read(&mut cdr).unwrap().frame().unwrap().data(), [1, 2, 0, 3, 4, 0, 0, 0]);
        let data = [1, 1, 9, 1, 1, 9, 2, 2, 9, 9];
        let mut cdr = image("nv12", (2, 2), 3, 0, &data, false);
        assert_eq!(RawImage::read(&mut cdr).unwrap().frame().unwrap().data(), [1, 1, 0, 1, 1, 0, 2, 2, 0, 0]);
        let mut cdr = image("bayer_rggb8", (2, 2), 3, 0, &[1, 2, 9, 3, 4, 9], false);
        assert_eq!(RawImage::read(&mut cdr).unwrap().frame().unwrap().data(), [1, 2, 0, 3, 4, 0]);
    }

    #[test]
    fn what_does_not_fit_together_is_not_looked_at_but_can_be_blanked() {
        let hostile = [
            ("rgb8", (2, 2), 5, 12),
            ("rgb8", (2, 2), 7, 12),
            ("rgb8", (0, 2), 6, 12),
            ("rgb8", (2, 0), 6, 12),
            ("rgb8", (u32::MAX, u32::MAX), u32::MAX, 12),
            ("mono8", (1, u32::MAX), u32::MAX, 12),
            ("yuyv", (3, 1), 12, 12),
            ("nv12", (2, 2), 2, 5),
            ("rgb8", (2, 2), 0, 12),
        ];
        for (encoding, size, step, bytes) in hostile {
            let mut cdr = image(encoding, size, step, 0, &vec![7; bytes], false);
            let mut raw = RawImage::read(&mut cdr).unwrap();
            assert_eq!(raw.frame().err(), Some(BlankReason::UnfitLayout), "{encoding} {size:?} {step}");
            raw.blank();
            assert!(!cdr.ends_with(&[7]), "{encoding}");
        }
        let mut cdr = image("64FC4", (2, 2), 6, 0, &[7; 12], false);
        assert_eq!(RawImage::read(&mut cdr).unwrap().frame().err(), Some(BlankReason::UnknownEncoding));
        blank_all(&mut cdr).unwrap();
        assert!(cdr.ends_with(&[0; 12]));
    }

    #[test]
    fn a_message_that_ends_early_or_late_is_malformed() {
        let mut cdr = image("mono8", (2, 1), 2, 0, &[1, 2], false);
        cdr.pop();
        assert!(matches!(blank_all(&mut cdr), Err(Malformed::Count { .. })));
        let mut cdr = image("mono8", (2, 1), 2, 0, &[1, 2], false);
        cdr.extend([0; 4]);
        assert!(matches!(blank_all(&mut cdr), Err(Malformed::Trailing { .. })));
    }
}
