//! A sensor_msgs/msg/CompressedImage: its declared and its actual format, and a replacement for it.

use super::compressed_format::{FormatWords, agrees};
use super::frame::nanoseconds;
use super::labels::frame_id;
use super::{BlankReason, CompressedFormat};
use discreet_cdr::{Malformed, Reader, Writer};

/// A serialized sensor_msgs/msg/CompressedImage with the positions of its fields.
#[derive(Debug, Clone, Copy)]
pub struct CompressedImage<'a> {
    time: (i32, u32),
    frame_id: &'a [u8],
    format: &'a [u8],
    data: &'a [u8],
}

impl<'a> CompressedImage<'a> {
    /// Finds the fields in `cdr`.
    pub fn read(cdr: &'a [u8]) -> Result<CompressedImage<'a>, Malformed> {
        let mut reader = Reader::new(cdr)?;
        let time = (reader.i32()?, reader.u32()?);
        let frame_id = reader.string(None)?;
        let format = reader.string(None)?;
        let count = reader.sequence(1, None)? as usize;
        let start = reader.offset();
        if reader.left() > count.saturating_add(3) {
            return Err(Malformed::Trailing { offset: start + count, extra: reader.left() - count });
        }
        // `sequence` has compared the count with the rest of the message.
        let data = cdr.get(start..start + count).unwrap_or_default();
        Ok(CompressedImage { time, frame_id, format, data })
    }

    /// header.stamp, nanoseconds since 1970.
    pub fn stamp(&self) -> i64 {
        nanoseconds(self.time)
    }

    /// The declared format: `rgb8; jpeg compressed bgr8`, `jpeg`. Not checked.
    pub fn format(&self) -> &'a [u8] {
        self.format
    }

    /// The compressed bytes.
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The actual format. An error if the message declares another one, or data other than 8-bit light (a
    /// depth image as PNG has distances in its pixels).
    pub fn kind(&self) -> Result<CompressedFormat, BlankReason> {
        let found = kind(self.data).ok_or(BlankReason::UnknownEncoding)?;
        agrees(self.format, found).map(|()| found)
    }

    /// Writes the message with other data into `out`, which is emptied first. Frame and format are those that are
    /// understood.
    pub fn rewrite(&self, data: &[u8], out: &mut Vec<u8>) {
        let mut writer = Writer::new(out);
        writer.i32(self.time.0);
        writer.u32(self.time.1);
        writer.str(frame_id(self.frame_id));
        writer.str(&FormatWords::read(self.format).write(kind(self.data)));
        writer.octets(data);
    }
}

/// The format by the first bytes of an image.
pub fn kind(data: &[u8]) -> Option<CompressedFormat> {
    if data.starts_with(&[0xff, 0xd8, 0xff]) {
        Some(CompressedFormat::Jpeg)
    } else if data.starts_with(PNG) {
        Some(CompressedFormat::Png)
    } else {
        None
    }
}

/// Columns and rows of a JPEG or PNG, read from its header alone, so that an image that would fill the memory
/// is refused before it is decoded.
pub fn dimensions(data: &[u8]) -> Option<(u32, u32)> {
    shape(data).map(|shape| (shape.width, shape.height))
}

/// Contents of the header of a JPEG or PNG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Columns; never 0.
    pub width: u32,
    /// Rows; never 0.
    pub height: u32,
    /// Brightness alone.
    pub grey: bool,
}

/// The size of a JPEG or PNG and whether it has colours, read from its header alone.
pub fn shape(data: &[u8]) -> Option<Shape> {
    let shape = match kind(data)? {
        CompressedFormat::Jpeg => jpeg_shape(data),
        CompressedFormat::Png => png_shape(data),
    }?;
    (shape.width > 0 && shape.height > 0).then_some(shape)
}

pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The header chunk must be the first one.
fn png_shape(data: &[u8]) -> Option<Shape> {
    let header = data.strip_prefix(PNG)?.strip_prefix(b"\0\0\0\x0dIHDR")?.first_chunk::<10>()?;
    let [a, b, c, d, e, f, g, h, _, colours] = *header;
    let grey = matches!(colours, 0 | 4);
    Some(Shape { width: u32::from_be_bytes([a, b, c, d]), height: u32::from_be_bytes([e, f, g, h]), grey })
}

/// Goes from marker to marker up to the frame header. Each marker has two bytes and each segment a length of
/// at least two, so this ends. A height of 0, which a later segment would define, is refused: no camera sends
/// it.
fn jpeg_shape(data: &[u8]) -> Option<Shape> {
    let mut rest = data.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let (mark, behind) = rest.split_first_chunk::<2>()?;
        match mark {
            [0xff, 0xff] => rest = rest.get(1..)?, // fill bytes
            // Frame headers of all kinds. Three numbers in their range have another meaning.
            [0xff, 0xc0..=0xcf] if !matches!(mark, [_, 0xc4 | 0xc8 | 0xcc]) => {
                let [_, _, _, h, height, w, width, components] = *behind.first_chunk::<8>()?;
                let side = |high, low| u32::from(u16::from_be_bytes([high, low]));
                return Some(Shape { width: side(w, width), height: side(h, height), grey: components == 1 });
            }
            // A scan before its frame, an end, a start, or markers that are not allowed here.
            [0xff, 0x00..=0x01 | 0xd0..=0xda] => return None,
            [0xff, _] => {
                let length = usize::from(u16::from_be_bytes(*behind.first_chunk::<2>()?));
                rest = behind.get(length.max(2)..)?;
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(format: &str, data: &[u8], big: bool) -> Vec<u8> {
        let mut cdr = vec![0, u8::from(!big), 0, 0];
        let word = |cdr: &mut Vec<u8>, value: u32| {
            cdr.resize(4 + (cdr.len() - 4).next_multiple_of(4), 0);
            cdr.extend(if big { value.to_be_bytes() } else { value.to_le_bytes() });
        };
        for number in [5, 7] {
            word(&mut cdr, number);
        }
        for text in ["camera", format] {
            word(&mut cdr, text.len() as u32 + 1);
            cdr.extend(text.bytes().chain([0]));
        }
        word(&mut cdr, data.len() as u32);
        cdr.extend(data);
        cdr
    }

    const JPEG: &[u8] = &[0xff, 0xd8, 0xff, 0xe0];

    #[test]
    fn what_the_message_says_and_what_its_data_is_must_agree() {
        let kind = |format: &str, data: &[u8]| {
            CompressedImage::read(&message(format, data, false)).unwrap().kind().map_err(|_| ())
        };
        for format in
            ["jpeg", "jpg", "JPEG", "", "rgb8; jpeg compressed bgr8", "bgr8;jpeg", "mono8; jpeg compressed "]
        {
            assert_eq!(kind(format, JPEG), Ok(CompressedFormat::Jpeg), "{format}");
        }
        assert_eq!(kind("bgr8; png compressed bgr8", PNG), Ok(CompressedFormat::Png));
        let others =
            ["png", "h264", "jpegxl", "16UC1; compressedDepth", "32FC1; compressedDepth rvl", "bgr8; theora"];
        for format in others {
            assert_eq!(kind(format, JPEG), Err(()), "{format}");
        }
        for format in
            ["16UC1; png compressed", "mono16; png compressed", "nonsense; png", "16UC1; compressedDepth png"]
        {
            assert_eq!(kind(format, PNG), Err(()), "{format}");
        }
        for data in [&b""[..], b"\xff\xd8", b"GIF89a", b"RIFF", &[0; 20]] {
            assert_eq!(kind("jpeg", data), Err(()));
        }
    }

    #[test]
    fn a_message_is_written_anew_with_the_header_and_the_format_that_are_understood() {
        for big in [false, true] {
            let cdr = message("rgb8; jpeg compressed bgr8", JPEG, big);
            let mut out = vec![9; 3];
            CompressedImage::read(&cdr).unwrap().rewrite(b"other", &mut out);
            assert_eq!(out, message("rgb8; jpeg compressed bgr8", b"other", false));
            assert_eq!(CompressedImage::read(&out).unwrap().data(), b"other");
            assert_eq!(CompressedImage::read(&out).unwrap().stamp(), 5_000_000_007);
        }
    }

    #[test]
    fn bytes_behind_the_data_are_malformed() {
        let mut cdr = message("jpeg", JPEG, false);
        cdr.extend([0; 4]);
        assert!(matches!(CompressedImage::read(&cdr), Err(Malformed::Trailing { extra: 4, .. })));
    }

    #[test]
    fn the_size_is_read_from_behind_other_segments() {
        let frame = [0xff, 0xc2, 0, 17, 8, 0x04, 0x38, 0x07, 0x80, 3];
        let jpeg = [JPEG, &[0, 4, 0xff, 0xc0, 0xff, 0xff, 0xc4, 0, 2], &frame].concat();
        assert_eq!(shape(&jpeg), Some(Shape { width: 1920, height: 1080, grey: false }));
        for end in 0..jpeg.len() {
            assert_eq!(dimensions(&jpeg[..end]), None);
        }
        let png = [PNG, b"\0\0\0\x0dIHDR", &[0, 0, 1, 0, 0, 0, 0, 7, 8, 0]].concat();
        assert_eq!(shape(&png), Some(Shape { width: 256, height: 7, grey: true }));
        let no_rows = [PNG, b"\0\0\0\x0dIHDR", &[0, 0, 1, 0, 0, 0, 0, 0, 8, 0]].concat();
        assert_eq!(dimensions(&no_rows), None);
    }
}
