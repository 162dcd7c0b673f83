//! Compressed images: decoded, and encoded anew from nothing but their pixels.

use opencv::core::{Mat, Vector};
use opencv::prelude::*;
use opencv::{imgcodecs, imgproc};

use super::VisionError;
use super::blob::size;
use discreet_redact::{BlankReason, CompressedFormat, dimensions, kind};

/// The largest image that is decoded, in pixels: 7680x4320.
const MOST_PIXELS: u64 = 7680 * 4320;
/// A photograph is decoded once, and nobody waits for it.
const MOST_PIXELS_OF_A_PHOTOGRAPH: u64 = 128 << 20;
/// JPEG's quality. What a camera encodes again and again loses little at this.
const QUALITY: i32 = 90;

/// A decoded image.
pub(super) struct Decoded {
    /// 8-bit blue, green, red.
    pub bgr: Mat,
    grey: bool,
}

/// Decodes an image, if it is of that format and of a size that is worth it. Its orientation is left alone: what looks at
/// the pixels, covers them and encodes them must mean the same ones.
pub(super) fn decode(bytes: &[u8], format: CompressedFormat) -> Result<Decoded, BlankReason> {
    // OpenCV looks at the bytes and not at the name: a message that says JPEG must not reach another decoder.
    if kind(bytes) != Some(format) {
        return Err(BlankReason::UnknownEncoding);
    }
    let (width, height) = dimensions(bytes).ok_or(BlankReason::Failed)?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(BlankReason::UnfitLayout);
    }
    let decoded = decode_all(bytes).map_err(|_| BlankReason::Failed)?;
    if size(&decoded) != (width as usize, height as usize) {
        return Err(BlankReason::Failed);
    }
    let (grey, code) = match (decoded.depth(), decoded.channels()) {
        (opencv::core::CV_8U, 3) => return Ok(Decoded { bgr: decoded, grey: false }),
        (opencv::core::CV_8U, 1) => (true, imgproc::COLOR_GRAY2BGR),
        // What is transparent is still there for who wants to see it: it is shown, and looked at.
        (opencv::core::CV_8U, 4) => (false, imgproc::COLOR_BGRA2BGR),
        // 16-bit images are distances or heat, and no detector can read them.
        _ => return Err(BlankReason::UnknownEncoding),
    };
    let mut bgr = Mat::default();
    imgproc::cvt_color_def(&decoded, &mut bgr, code).map_err(|_| BlankReason::Failed)?;
    Ok(Decoded { bgr, grey })
}

/// Decodes a photograph, turned as its EXIF says that it was taken: faces that lie on their side are not found.
pub(super) fn decode_upright(bytes: &[u8]) -> Result<Decoded, BlankReason> {
    let (width, height) = dimensions(bytes).ok_or(BlankReason::Failed)?;
    if u64::from(width) * u64::from(height) > MOST_PIXELS_OF_A_PHOTOGRAPH {
        return Err(BlankReason::UnfitLayout);
    }
    let decoded =
        Mat::from_slice(bytes).and_then(|bytes| imgcodecs::imdecode(&bytes, imgcodecs::IMREAD_COLOR));
    let bgr = decoded.map_err(|_| BlankReason::Failed)?;
    let (width, height) = (width as usize, height as usize);
    let as_said = [(width, height), (height, width)].contains(&size(&bgr));
    if as_said { Ok(Decoded { bgr, grey: false }) } else { Err(BlankReason::Failed) }
}

/// Encodes the pixels, and nothing else.
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
        // The fastest that still compresses: a camera's frames are seen once.
        CompressedFormat::Png => (".png", [imgcodecs::IMWRITE_PNG_COMPRESSION, 1]),
    };
    let mut bytes = Vector::new();
    imgcodecs::imencode(name, pixels, &mut bytes, &Vector::from_slice(&options))?;
    encoded.clear();
    encoded.extend_from_slice(bytes.as_slice());
    Ok(())
}

fn decode_all(bytes: &[u8]) -> Result<Mat, VisionError> {
    let flags = imgcodecs::IMREAD_UNCHANGED | imgcodecs::IMREAD_IGNORE_ORIENTATION;
    Ok(imgcodecs::imdecode(&Mat::from_slice(bytes)?, flags)?)
}
