//! How large a compressed image says it is, read before anything is decoded: a few bytes can announce gigabytes.

use super::CompressedFormat;

/// Columns and rows of a JPEG or PNG, if its header can be read.
pub fn announced_size(format: CompressedFormat, bytes: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = match format {
        CompressedFormat::Jpeg => jpeg(bytes)?,
        CompressedFormat::Png => png(bytes)?,
    };
    (width > 0 && height > 0).then_some((width, height))
}

impl CompressedFormat {
    /// What the bytes themselves say that they are, whatever a message claims.
    pub fn of(bytes: &[u8]) -> Option<CompressedFormat> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(CompressedFormat::Jpeg)
        } else if bytes.starts_with(PNG) {
            Some(CompressedFormat::Png)
        } else {
            None
        }
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// PNG, section 11.2.1: the first chunk is IHDR, and begins with width and height.
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let (length, rest) = bytes.strip_prefix(PNG)?.split_first_chunk::<4>()?;
    let (width, rest) = rest.strip_prefix(b"IHDR")?.split_first_chunk::<4>()?;
    let (height, _) = rest.split_first_chunk::<4>()?;
    (u32::from_be_bytes(*length) == 13).then_some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// ITU T.81, section B.2: marker segments up to the frame header, which says how large the image is. A decoder takes the
/// first frame header that it meets, and so does this.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        // Any number of 0xff may stand before a marker's second byte.
        let (0xff, mut after) = (*rest.first()?, rest.get(1..)?) else { return None };
        while let Some((0xff, more)) = after.split_first() {
            after = more;
        }
        let (marker, after) = after.split_first()?;
        match marker {
            // The frame headers: 0xc4, 0xc8 and 0xcc between them are something else.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let [_, _, _, high, low, wide, narrow] = *after.first_chunk::<7>()?;
                return Some((
                    u16::from_be_bytes([wide, narrow]).into(),
                    u16::from_be_bytes([high, low]).into(),
                ));
            }
            // Markers without a segment, none of which belongs here; start of scan; end of image.
            0x00 | 0x01 | 0xd0..=0xda => return None,
            _ => {
                let length = usize::from(u16::from_be_bytes(*after.first_chunk::<2>()?));
                rest = after.get(length.max(2)..)?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL_JPEG: &[u8] = &[
        0xff, 0xd8, 0xff, 0xe0, 0, 4, b'J', b'F', 0xff, 0xff, 0xfe, 0, 3, 0, 0xff, 0xc0, 0, 17, 8, 2, 0xd0,
        5, 0, 3,
    ];
    const SMALL_PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x05\0\0\0\x02\xd0\x08\x02\0\0\0";

    #[test]
    fn the_size_is_read_without_decoding() {
        assert_eq!(announced_size(CompressedFormat::Jpeg, SMALL_JPEG), Some((1280, 720)));
        assert_eq!(announced_size(CompressedFormat::Png, SMALL_PNG), Some((1280, 720)));
        assert_eq!(CompressedFormat::of(SMALL_JPEG), Some(CompressedFormat::Jpeg));
        assert_eq!(CompressedFormat::of(SMALL_PNG), Some(CompressedFormat::Png));
        assert_eq!(CompressedFormat::of(b"GIF89a"), None);
    }

    #[test]
    fn a_header_cut_short_anywhere_is_no_header() {
        for length in 0..SMALL_JPEG.len() - 3 {
            assert_eq!(announced_size(CompressedFormat::Jpeg, &SMALL_JPEG[..length]), None, "{length}");
        }
        for length in 0..24 {
            assert_eq!(announced_size(CompressedFormat::Png, &SMALL_PNG[..length]), None, "{length}");
        }
    }

    #[test]
    fn an_image_without_pixels_is_none() {
        let mut empty = SMALL_JPEG.to_vec();
        empty[19..21].fill(0);
        assert_eq!(announced_size(CompressedFormat::Jpeg, &empty), None);
    }
}
