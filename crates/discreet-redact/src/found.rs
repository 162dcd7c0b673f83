//! Findings in an image.

use super::{Area, Subject};

/// Reason for covering an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A detector saw it in this picture.
    Seen,
    /// It was seen some frames ago and is held, moved along with the picture.
    Held,
    /// No detector has inspected this part yet (`strict`).
    Unseen,
}

/// An area to cover.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Its kind.
    pub subject: Subject,
    /// Its position in pixels of the inspected picture, with its margin.
    pub area: Area,
    /// The detector's score: 0 to 1.
    pub score: f32,
    /// The reason for covering it.
    pub why: Cause,
}

/// The picture that detectors inspect: 8-bit blue, green, red; `width * height * 3` bytes without gaps.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The pixels, row by row.
    pub bgr: &'a [u8],
}

/// The longest side of a picture for a [`ImageInspector`](super::ImageInspector); larger ones are shrunk to
/// it. Faces of 10 pixels in it are still found; a larger picture takes longer and yields hardly more.
pub const THUMBNAIL_SIDE: u32 = 960;

/// The same where small faces are looked for.
pub const DETAIL_SIDE: u32 = 3840;
