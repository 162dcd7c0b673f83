//! Decodes compressed images, and encodes them again from nothing but their pixels.

use opencv::core::{Mat, Vector};
use opencv::prelude::*;
use opencv::{imgcodecs, imgproc};

use super::VisionError;
use super::blob::size;
use super::jpeg;
use discreet_redact::{BlankReason, CompressedFormat, dimensions, kind};

/// The largest image that is decoded, in pixels: 7680x4320.
const MOST_PIXELS: u64 = 7680 * 4320;
/// The same for a photograph, which is decoded once and offline.
const MOST_PIXELS_OF_A_PHOTOGRAPH: u64 = 128 << 20;
/// JPEG's quality, at which an image that is encoded repeatedly loses little.
const QUALITY: i32 = 90;

/// A decoded image.
#[derive(Debug)]
pub(super) struct Decoded {
    /// 8-bit blue, green, red.
    pub bgr: Mat,
    grey: bool,
}

/// Decodes an image of that format, within the limit of size. Its orientation is ignored, so that detection,
/// covering and encoding refer to the same pixels.
pub(super) fn decode(bytes: &[u8], format: CompressedFormat) -> Result<Decoded, BlankReason> {
    // OpenCV detects the format by the bytes: a message that claims JPEG must not reach another decoder.
    if kind(bytes) != Some(format) {
        return Err(BlankReason::UnknownEncoding);
    }
    let (width, height) = dimensions(bytes).ok_or(BlankReason::Failed)?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(BlankReason::UnfitLayout);
    }
    is_whole(bytes)?;
    let decoded = decode_all(bytes).map_err(|_| BlankReason::Failed)?;
    if size(&decoded) != (width as usize, height as usize) {
        return Err(BlankReason::Failed);
    }
    let (grey, code) = match (decoded.depth(), decoded.channels()) {
        (opencv::core::CV_8U, 3) => return Ok(Decoded { bgr: decoded, grey: false }),
        (opencv::core::CV_8U, 1) => (true, imgproc::COLOR_GRAY2BGR),
        // Transparent pixels can still be recovered, so they are shown and inspected.
        (opencv::core::CV_8U, 4) => (false, imgproc::COLOR_BGRA2BGR),
        // 16-bit images are distances or heat, which no detector can inspect.
        _ => return Err(BlankReason::UnknownEncoding),
    };
    let mut bgr = Mat::default();
    imgproc::cvt_color_def(&decoded, &mut bgr, code).map_err(|_| BlankReason::Failed)?;
    Ok(Decoded { bgr, grey })
}

/// Decodes a photograph, rotated upright by its EXIF: faces on their side are not found.
pub(super) fn decode_upright(bytes: &[u8]) -> Result<Decoded, BlankReason> {
    let (width, height) = dimensions(bytes).ok_or(BlankReason::Failed)?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS_OF_A_PHOTOGRAPH {
        return Err(BlankReason::UnfitLayout);
    }
    is_whole(bytes)?;
    let bgr = decode_colours(bytes, imgcodecs::IMREAD_COLOR).map_err(|_| BlankReason::Failed)?;
    let (width, height) = (width as usize, height as usize);
    let as_said = [(width, height), (height, width)].contains(&size(&bgr));
    if as_said { Ok(Decoded { bgr, grey: false }) } else { Err(BlankReason::Failed) }
}

/// The same photograph as it is stored, if it may have metadata that turn it.
pub(super) fn decode_as_stored(bytes: &[u8]) -> Result<Option<Mat>, VisionError> {
    // Between the pixels of a JPEG there is no such byte behind 0xff. The chunk of a PNG has this name.
    let sign: &[u8] = match kind(bytes) {
        Some(CompressedFormat::Jpeg) => b"\xff\xe1",
        Some(CompressedFormat::Png) | None => b"eXIf",
    };
    if !bytes.windows(sign.len()).any(|part| part == sign) {
        return Ok(None);
    }
    decode_colours(bytes, imgcodecs::IMREAD_COLOR | imgcodecs::IMREAD_IGNORE_ORIENTATION).map(Some)
}

fn decode_colours(bytes: &[u8], flags: i32) -> Result<Mat, VisionError> {
    Ok(imgcodecs::imdecode(&Mat::from_slice(bytes)?, flags)?)
}

/// Encodes the pixels, without metadata.
pub(super) fn encode(
    decoded: &Decoded,
    format: CompressedFormat,
    encoded: &mut Vec<u8>,
) -> Result<(), VisionError> {
    let mut grey = Mat::default();
    if decoded.grey {
        imgproc::cvt_color_def(&decoded.bgr, &mut grey, imgproc::COLOR_BGR2GRAY)?;
    }
    let pixels = if decoded.grey { &grey } else { &decoded.bgr };
    let (name, options) = match format {
        CompressedFormat::Jpeg => (".jpg", [imgcodecs::IMWRITE_JPEG_QUALITY, QUALITY]),
        // The fastest level that still compresses.
        CompressedFormat::Png => (".png", [imgcodecs::IMWRITE_PNG_COMPRESSION, 1]),
    };
    let mut bytes = Vector::new();
    imgcodecs::imencode(name, pixels, &mut bytes, &Vector::from_slice(&options))?;
    encoded.clear();
    encoded.extend_from_slice(bytes.as_slice());
    Ok(())
}

/// OpenCV decodes a damaged JPEG without an error.
fn is_whole(bytes: &[u8]) -> Result<(), BlankReason> {
    match kind(bytes) {
        Some(CompressedFormat::Jpeg) => jpeg::check(bytes).map_err(|_| BlankReason::Failed),
        Some(CompressedFormat::Png) | None => Ok(()),
    }
}

fn decode_all(bytes: &[u8]) -> Result<Mat, VisionError> {
    let flags = imgcodecs::IMREAD_UNCHANGED | imgcodecs::IMREAD_IGNORE_ORIENTATION;
    Ok(imgcodecs::imdecode(&Mat::from_slice(bytes)?, flags)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use opencv::core::{CV_8UC3, Scalar};

    fn encoded(name: &str) -> Vec<u8> {
        let mut picture = Mat::new_rows_cols_with_default(120, 160, CV_8UC3, Scalar::default()).unwrap();
        opencv::core::randu(&mut picture, &Scalar::all(0.0), &Scalar::all(255.0)).unwrap();
        let mut bytes = Vector::new();
        imgcodecs::imencode(name, &picture, &mut bytes, &Vector::new()).unwrap();
        bytes.to_vec()
    }

    #[test]
    fn a_damaged_image_is_not_decoded() {
        for (name, format) in [(".jpg", CompressedFormat::Jpeg), (".png", CompressedFormat::Png)] {
            let whole = encoded(name);
            assert!(decode(&whole, format).is_ok() && decode_upright(&whole).is_ok(), "{name}");
            let middle = whole.len() / 2;
            let mut zeroed = whole.clone();
            zeroed[middle..middle + 300].fill(0);
            for damaged in [&zeroed[..], &whole[..middle], &whole[..whole.len() - 20]] {
                assert_eq!(decode(damaged, format).err(), Some(BlankReason::Failed), "{name}");
                assert_eq!(decode_upright(damaged).err(), Some(BlankReason::Failed), "{name}");
            }
        }
    }
}
