//! A sensor_msgs/msg/CompressedImage: its declared and its actual format, and a replacement for it.

use super::frame::stamp;
use super::{BlankReason, CompressedFormat, Encoding};
use discreet_cdr::{HEADER, Malformed, Reader};

/// A serialized sensor_msgs/msg/CompressedImage with the positions of its fields.
#[derive(Debug, Clone, Copy)]
pub struct CompressedImage<'a> {
    stamp: i64,
    format: &'a [u8],
    data: &'a [u8],
    /// The message up to the end of the format.
    before: &'a [u8],
    big_endian: bool,
}

impl<'a> CompressedImage<'a> {
    /// Finds the fields in `cdr`.
    pub fn read(cdr: &'a [u8]) -> Result<CompressedImage<'a>, Malformed> {
        let mut reader = Reader::new(cdr)?;
        let stamp = stamp(&mut reader)?;
        reader.string(None)?; // frame_id
        let format = reader.string(None)?;
        let before = cdr.get(..reader.offset()).unwrap_or_default();
        let count = reader.sequence(1, None)? as usize;
        let start = reader.offset();
        if reader.left() > count.saturating_add(3) {
            return Err(Malformed::Trailing { offset: start + count, extra: reader.left() - count });
        }
        // `sequence` has compared the count with the rest of the message.
        let data = cdr.get(start..start + count).unwrap_or_default();
        Ok(CompressedImage { stamp, format, data, before, big_endian: cdr.get(1) == Some(&0) })
    }

    /// header.stamp, nanoseconds since 1970.
    pub fn stamp(&self) -> i64 {
        self.stamp
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
        let (encoding, codec) = match self.format.iter().position(|byte| *byte == b';') {
            Some(at) => {
                let (encoding, codec) = self.format.split_at(at);
                (encoding.trim_ascii(), codec.get(1..).unwrap_or_default())
            }
            None => (&b""[..], self.format),
        };
        if !encoding.is_empty() && !Encoding::named(encoding)?.is_eight_bit_light() {
            return Err(BlankReason::UnknownEncoding);
        }
        let word = codec.trim_ascii().split(u8::is_ascii_whitespace).next().unwrap_or_default();
        let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
        let agrees = match found {
            CompressedFormat::Jpeg => is("jpeg") || is("jpg"),
            CompressedFormat::Png => is("png"),
        };
        if agrees || word.is_empty() { Ok(found) } else { Err(BlankReason::UnknownEncoding) }
    }

    /// Writes the message with other data into `out`, which is emptied first. Header and format are copied.
    pub fn rewrite(&self, data: &[u8], out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(self.before);
        out.resize(HEADER + out.len().saturating_sub(HEADER).next_multiple_of(4), 0);
        // DDS has no messages of 4 GiB. Such a count makes decoding fail.
        let count = u32::try_from(data.len()).unwrap_or(u32::MAX);
        out.extend(if self.big_endian { count.to_be_bytes() } else { count.to_le_bytes() });
        out.extend_from_slice(data);
        // The options counted the padding after the old data.
        out.get_mut(3).into_iter().for_each(|options| *options = 0);
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
    fn a_message_is_written_anew_with_header_and_format_kept() {
        for big in [false, true] {
            let cdr = message("rgb8; jpeg compressed bgr8", JPEG, big);
            let mut out = vec![9; 3];
            CompressedImage::read(&cdr).unwrap().rewrite(b"other", &mut out);
            assert_eq!(out, message("rgb8; jpeg compressed bgr8", b"other", big));
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
