//! The fields of a serialized sensor_msgs/msg/Image, and the message written anew: with strings from what is
//! understood, or blank.

use std::ops::Range;

use super::area::Size;
use super::encoding::{Encoding, known};
use super::labels::frame_id;
use discreet_cdr::{HEADER, Malformed, Reader, Writer};

/// The encoding of a blank image whose own is not known.
const OTHERWISE: &str = "mono8";

/// The fields as the message has them.
#[derive(Debug, Clone)]
pub(super) struct RawFields<'a> {
    pub stamp: (i32, u32),
    pub frame_id: &'a [u8],
    pub size: Size,
    pub encoding: &'a [u8],
    pub big_endian: u8,
    pub step: u32,
    /// The bytes of the pixels, in the message.
    pub data: Range<usize>,
    /// Bytes of the message that belong to no field.
    gaps: [Range<usize>; 3],
}

impl<'a> RawFields<'a> {
    /// Finds the fields in `cdr`.
    pub fn read(cdr: &'a [u8]) -> Result<RawFields<'a>, Malformed> {
        let mut reader = Reader::new(cdr)?;
        let stamp = (reader.i32()?, reader.u32()?);
        let frame_id = reader.string(None)?;
        let behind_frame = to_next_word(reader.offset());
        let (height, width) = (reader.u32()?, reader.u32()?);
        let encoding = reader.string(None)?;
        let big_endian = reader.u8()?;
        let behind_order = to_next_word(reader.offset());
        let step = reader.u32()?;
        let count = reader.sequence(1, None)? as usize;
        // `sequence` has compared the count with the rest of the message.
        let data = reader.offset()..reader.offset().saturating_add(count);
        if reader.left() > count.saturating_add(3) {
            return Err(Malformed::Trailing { offset: data.end, extra: reader.left() - count });
        }
        let gaps = [behind_frame, behind_order, data.end..cdr.len()];
        Ok(RawFields { stamp, frame_id, size: (width, height), encoding, big_endian, step, data, gaps })
    }

    /// True if the message has nothing else in its fields than it would have if it was written anew.
    pub fn are_understood(&self) -> bool {
        frame_id(self.frame_id).as_bytes() == self.frame_id
            && known(self.encoding).is_some()
            && self.big_endian <= 1
    }

    /// The bytes between and behind the fields, which no reader sees and which may say anything.
    pub fn gaps(&self) -> [Range<usize>; 3] {
        self.gaps.clone()
    }

    /// Writes the message with the pixels that it has in `cdr`. An encoding that is not known becomes
    /// [`OTHERWISE`]: such a frame is blanked anyway.
    pub fn write(&self, cdr: &[u8], out: &mut Vec<u8>) {
        let name = known(self.encoding).map_or(OTHERWISE, |(name, _)| name);
        self.write_head(self.size, name, u8::from(self.big_endian != 0), self.step, out);
        Writer::append(out).octets(cdr.get(self.data.clone()).unwrap_or_default());
    }

    /// Writes a message of the same size with all pixels zero. If the data would not hold an image of that
    /// size, the size is false, and becomes 0.
    pub fn write_blank(&self, out: &mut Vec<u8>) {
        let (name, encoding) = known(self.encoding).or_else(|| known(OTHERWISE.as_bytes())).unzip();
        let step = encoding.and_then(|encoding| encoding.row_bytes(self.size.0));
        let bytes = encoding.zip(step).and_then(|(encoding, step)| tight_bytes(encoding, self.size, step));
        let fitting = bytes.zip(step).filter(|(bytes, _)| *bytes <= self.data.len());
        let (size, step, bytes) = fitting.map_or(((0, 0), 0, 0), |(bytes, step)| (self.size, step, bytes));
        self.write_head(size, name.unwrap_or(OTHERWISE), 0, step, out);
        Writer::append(out).sequence(bytes);
        out.resize(out.len().saturating_add(bytes), 0);
    }

    fn write_head(
        &self,
        (width, height): Size,
        encoding: &str,
        big_endian: u8,
        step: u32,
        out: &mut Vec<u8>,
    ) {
        let mut writer = Writer::new(out);
        writer.i32(self.stamp.0);
        writer.u32(self.stamp.1);
        writer.str(frame_id(self.frame_id));
        writer.u32(height);
        writer.u32(width);
        writer.str(encoding);
        writer.u8(big_endian);
        writer.u32(step);
    }
}

/// The bytes of an image without padding. `None` if there is no such image.
fn tight_bytes(encoding: Encoding, (width, height): Size, step: u32) -> Option<usize> {
    encoding.planes(width, height, step, false)?;
    encoding.bytes(height, step)
}

/// From here to where the next number of four bytes begins.
fn to_next_word(offset: usize) -> Range<usize> {
    let body = offset.saturating_sub(HEADER);
    offset..HEADER.saturating_add(body.next_multiple_of(4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::tests::image;

    fn written(cdr: &[u8]) -> Vec<u8> {
        let mut out = vec![9];
        RawFields::read(cdr).unwrap().write(cdr, &mut out);
        out
    }

    fn blank(cdr: &[u8]) -> Vec<u8> {
        let mut out = vec![9];
        RawFields::read(cdr).unwrap().write_blank(&mut out);
        out
    }

    #[test]
    fn a_message_of_either_byte_order_is_written_as_ros_writes_it() {
        let plain = image("rgb8", (2, 1), 8, 1, &[7; 8], false);
        assert!(RawFields::read(&plain).unwrap().are_understood());
        for big in [false, true] {
            assert_eq!(written(&image("rgb8", (2, 1), 8, 1, &[7; 8], big)), plain);
        }
        assert_eq!(written(&image("rgb8", (2, 1), 8, 200, &[7; 8], false)), plain);
    }

    #[test]
    fn nothing_of_a_blank_image_is_left_but_its_size() {
        let expected = image("rgb8", (2, 1), 6, 0, &[0; 6], false);
        assert_eq!(blank(&image("rgb8", (2, 1), 77, 200, &[7; 100], true)), expected);
        let unknown = image("rgb8;c2VjcmV0", (2, 1), 77, 1, &[7; 100], false);
        assert!(!RawFields::read(&unknown).unwrap().are_understood());
        assert_eq!(blank(&unknown), image("mono8", (2, 1), 2, 0, &[0; 2], false));
        // What is not an image of that size has no size.
        for false_size in [(2, 2), (u32::MAX, u32::MAX), (0, 3)] {
            let lie = image("rgb8", false_size, 6, 0, &[7; 6], false);
            assert_eq!(blank(&lie), image("rgb8", (0, 0), 0, 0, &[], false), "{false_size:?}");
        }
        assert_eq!(
            blank(&image("nv12", (2, 2), 8, 0, &[7; 24], false)),
            image("nv12", (2, 2), 2, 0, &[0; 6], false)
        );
    }

    #[test]
    fn the_bytes_between_the_fields_are_known() {
        let cdr = image("rgb8", (2, 1), 6, 0, &[7; 6], false);
        let gaps = RawFields::read(&cdr).unwrap().gaps();
        let bytes: usize = gaps.iter().map(ExactSizeIterator::len).sum();
        assert!(bytes > 0 && gaps.iter().all(|gap| cdr[gap.clone()].iter().all(|byte| *byte == 0)));
    }
}
