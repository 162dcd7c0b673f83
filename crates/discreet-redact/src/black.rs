//! Black images, in place of compressed ones that could not be inspected.
//!
//! Written without an encoder: in a black image every block and every row is the same, so this takes
//! microseconds, needs no memory for pixels, and works when the process with the encoder has died.

use super::CompressedFormat;
use super::compressed::{PNG, Shape};

/// The largest side of a JPEG, and of any image that is answered with a black one of its size.
const LONGEST: u32 = 65_535;

/// Writes a black image into `out`, which is emptied first. A side longer than 65535 is cut off there.
pub fn black(format: CompressedFormat, shape: Shape, out: &mut Vec<u8>) {
    out.clear();
    let side = |side: u32| u16::try_from(side.clamp(1, LONGEST)).unwrap_or(u16::MAX);
    let (width, height) = (side(shape.width), side(shape.height));
    match format {
        CompressedFormat::Jpeg => jpeg(width, height, shape.grey, out),
        CompressedFormat::Png => png(width, height, shape.grey, out),
    }
}

/// A baseline JPEG. Its quantisation divides by 128: the first block of brightness is -8 (black), and each
/// block after it has one bit for "as before" and one for "nothing else", both 0.
fn jpeg(width: u16, height: u16, grey: bool, out: &mut Vec<u8>) {
    let [[h, height_low], [w, width_low]] = [height.to_be_bytes(), width.to_be_bytes()];
    out.extend_from_slice(&[0xff, 0xd8]);
    // JFIF 1.1, pixels square.
    out.extend_from_slice(&[0xff, 0xe0, 0, 16]);
    out.extend_from_slice(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    // Quantisation table 0.
    out.extend_from_slice(&[0xff, 0xdb, 0, 67, 0]);
    out.extend_from_slice(&[128; 64]);
    // Frame: brightness at full size, colours (if any) at half size.
    if grey {
        out.extend_from_slice(&[0xff, 0xc0, 0, 11, 8, h, height_low, w, width_low, 1, 1, 0x11, 0]);
    } else {
        out.extend_from_slice(&[0xff, 0xc0, 0, 17, 8, h, height_low, w, width_low, 3]);
        out.extend_from_slice(&[1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]);
    }
    // Huffman tables. Differences of brightness: `0` none, `10` one of four bits. The rest of a block: `0` nothing.
    out.extend_from_slice(&[0xff, 0xc4, 0, 21, 0x00, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4]);
    out.extend_from_slice(&[0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let (blocks_per_unit, side) = if grey {
        out.extend_from_slice(&[0xff, 0xda, 0, 8, 1, 1, 0x00, 0, 63, 0]);
        (1, 8)
    } else {
        out.extend_from_slice(&[0xff, 0xda, 0, 12, 3, 1, 0x00, 2, 0x00, 3, 0x00, 0, 63, 0]);
        (6, 16)
    };
    let units = usize::from(width.div_ceil(side)) * usize::from(height.div_ceil(side));
    // The first block: `10`, -8 as `0111`, and `0`: five bits more than the others.
    let bits = units * blocks_per_unit * 2 + 5;
    let start = out.len();
    out.resize(start + bits.div_ceil(8), 0);
    if let Some(first) = out.get_mut(start) {
        *first = 0b1001_1100;
    }
    // The last byte is padded with ones.
    if let (Some(last), unused @ 1..) = (out.last_mut(), bits.div_ceil(8) * 8 - bits) {
        *last |= (1 << unused) - 1;
    }
    out.extend_from_slice(&[0xff, 0xd9]);
}

/// A PNG of one bit per pixel: grey, or of a palette whose only colour is black.
fn png(width: u16, height: u16, grey: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(PNG);
    let mut header = Vec::with_capacity(13);
    header.extend(u32::from(width).to_be_bytes());
    header.extend(u32::from(height).to_be_bytes());
    header.extend([1, if grey { 0 } else { 3 }, 0, 0, 0]);
    chunk(b"IHDR", &header, out);
    if !grey {
        chunk(b"PLTE", &[0; 3], out);
    }
    let row = 1 + usize::from(width).div_ceil(8);
    chunk(b"IDAT", &zeros(row * usize::from(height)), out);
    chunk(b"IEND", &[], out);
}

fn chunk(name: &[u8; 4], data: &[u8], out: &mut Vec<u8>) {
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    let start = out.len();
    out.extend(name);
    out.extend(data);
    let sum = out.get(start..).unwrap_or_default().iter().fold(u32::MAX, |sum, byte| {
        let low = (0..8).fold((sum ^ u32::from(*byte)) & 0xff, |sum, _| {
            if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
        });
        (sum >> 8) ^ low
    });
    out.extend((!sum).to_be_bytes());
}

/// `count` zeros as zlib (RFC 1950, 1951) writes them with its fixed code: one zero, then "the last byte 258 times".
fn zeros(count: usize) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let (mut bits, mut held) = (0u32, 0);
    let mut put = |out: &mut Vec<u8>, value: u32, length: u32| {
        bits |= value << held;
        held += length;
        while held >= 8 {
            out.push((bits & 0xff) as u8);
            bits >>= 8;
            held -= 8;
        }
    };
    put(&mut out, 0b011, 3); // the last block, in the fixed code
    let again = count.saturating_sub(1) / 258;
    // Codes are written from their high bit: 00110000 is a zero, 11000101 a run of 258, 00000 a distance of one.
    for _ in 0..count - again * 258 {
        put(&mut out, 0b0000_1100, 8);
    }
    for _ in 0..again {
        put(&mut out, 0b1010_0011, 13);
    }
    put(&mut out, 0, 7); // the end
    put(&mut out, 0, 7); // to a whole byte
    // Adler-32 of zeros.
    out.extend(((u32::try_from(count % 65_521).unwrap_or(0) << 16) | 1).to_be_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape;

    const SIZES: [(u32, u32); 8] =
        [(1, 1), (8, 8), (9, 7), (16, 16), (17, 33), (640, 480), (1920, 1080), (2047, 1)];

    fn each(check: impl Fn(Shape, &[u8]), format: CompressedFormat) {
        for (width, height) in SIZES {
            for grey in [false, true] {
                let (shaped, mut bytes) = (Shape { width, height, grey }, Vec::new());
                black(format, shaped, &mut bytes);
                assert_eq!(shape(&bytes), Some(shaped));
                check(shaped, &bytes);
            }
        }
    }

    #[test]
    fn a_decoder_reads_a_jpeg_as_black_and_of_the_same_size() {
        let check = |shape: Shape, bytes: &[u8]| {
            let mut decoder = zune_jpeg::JpegDecoder::new(std::io::Cursor::new(bytes));
            let pixels = decoder.decode().unwrap();
            assert_eq!(decoder.dimensions(), Some((shape.width as usize, shape.height as usize)));
            assert!(!pixels.is_empty() && pixels.iter().all(|byte| *byte == 0), "{shape:?}");
        };
        each(check, CompressedFormat::Jpeg);
    }

    #[test]
    fn a_decoder_reads_a_png_as_black_and_of_the_same_size() {
        let check = |shape: Shape, bytes: &[u8]| {
            let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
            decoder.set_transformations(png::Transformations::EXPAND);
            let mut reader = decoder.read_info().unwrap();
            let mut pixels = vec![9; reader.output_buffer_size().unwrap()];
            let read = reader.next_frame(&mut pixels).unwrap();
            assert_eq!((read.width, read.height), (shape.width, shape.height));
            let colours = if shape.grey { png::ColorType::Grayscale } else { png::ColorType::Rgb };
            assert_eq!(read.color_type, colours);
            assert!(pixels.iter().all(|byte| *byte == 0), "{shape:?}");
            reader.finish().unwrap();
        };
        each(check, CompressedFormat::Png);
    }

    #[test]
    fn a_side_that_no_jpeg_can_have_does_not_fill_the_memory() {
        let mut bytes = Vec::new();
        let huge = Shape { width: u32::MAX, height: 3, grey: true };
        black(CompressedFormat::Png, huge, &mut bytes);
        assert_eq!(dimensions_of(&bytes), (65_535, 3));
        black(CompressedFormat::Jpeg, Shape { width: 0, ..huge }, &mut bytes);
        assert_eq!(dimensions_of(&bytes), (1, 3));
    }

    fn dimensions_of(bytes: &[u8]) -> (u32, u32) {
        crate::dimensions(bytes).unwrap()
    }

    /// `cargo test --release --lib black::tests::speed -- --ignored --nocapture`
    #[test]
    #[ignore = "a measurement"]
    fn speed() {
        let shape = Shape { width: 1920, height: 1080, grey: false };
        for format in [CompressedFormat::Jpeg, CompressedFormat::Png] {
            let mut out = Vec::new();
            let start = std::time::Instant::now();
            (0..1000).for_each(|_| black(format, shape, &mut out));
            println!("{format:?} 1920x1080: {:?}, {} bytes", start.elapsed() / 1000, out.len());
        }
    }
}
