//! The port through which images are looked at.

use super::{Found, ImageRules, Picture};

/// Finds what is to be covered. In the guard this is another process; offline, this one.
///
/// One for each image topic: it remembers what it saw in the frames before.
pub trait ImageInspector {
    /// Called about once a second, whether frames come or not.
    fn tend(&mut self) {}

    /// How it is, in words for diagnostics.
    fn state(&self) -> String {
        String::new()
    }

    /// What is to be covered in `picture`. `stamp`: when it was taken, nanoseconds since 1970.
    fn look(&mut self, rules: &ImageRules, picture: Picture<'_>, stamp: i64)
    -> Result<&[Found], BlankReason>;

    /// Decodes a compressed image, covers in it what the rules name, and encodes it anew in the same format, without
    /// anything but pixels: no EXIF, no thumbnail, no comment.
    fn remake(
        &mut self,
        rules: &ImageRules,
        compressed: &[u8],
        format: CompressedFormat,
        stamp: i64,
    ) -> Result<&[u8], BlankReason>;
}

/// Formats of compressed images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompressedFormat {
    /// JPEG (ISO/IEC 10918).
    Jpeg,
    /// PNG (ISO/IEC 15948).
    Png,
}

/// Why nobody could look, so that the frame is blanked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlankReason {
    /// The detector is not running (yet, or any more).
    Absent,
    /// It did not answer in time.
    Late,
    /// It answered that it could not: an image that it cannot read, or a fault of its own.
    Failed,
    /// The image's encoding is not one that can be looked at.
    UnknownEncoding,
    /// Its size, step and data do not fit together.
    UnfitLayout,
    /// The camera that it follows has not been looked at lately.
    NothingToFollow,
}

impl BlankReason {
    /// Every reason, in the order of the variants.
    pub const ALL: [BlankReason; 6] = [
        BlankReason::Absent,
        BlankReason::Late,
        BlankReason::Failed,
        BlankReason::UnknownEncoding,
        BlankReason::UnfitLayout,
        BlankReason::NothingToFollow,
    ];

    /// The name in the audit and in diagnostics. Never changes once released.
    pub const fn label(self) -> &'static str {
        match self {
            BlankReason::Absent => "blank_detector_absent",
            BlankReason::Late => "blank_detector_late",
            BlankReason::Failed => "blank_detector_failed",
            BlankReason::UnknownEncoding => "blank_unknown_encoding",
            BlankReason::UnfitLayout => "blank_unfit_layout",
            BlankReason::NothingToFollow => "blank_nothing_to_follow",
        }
    }

    /// Meaning and remedy, for the operator.
    pub const fn advice(self) -> &'static str {
        match self {
            BlankReason::Absent => {
                "the detector is not running; normal for some seconds after the start, otherwise `redactor` in diagnostics says why: \
                 models that cannot be read, or a process that keeps ending"
            }
            BlankReason::Late => {
                "no answer within `deadline:`; raise it, detect less (`every:`, fewer kinds), or give the machine more processor time"
            }
            BlankReason::Failed => {
                "the detector could not read the image, or failed; look at the source of the image"
            }
            BlankReason::UnknownEncoding => {
                "the image's encoding cannot be inspected; publish another one, or use `frame: lowres` or `frame: blank`"
            }
            BlankReason::UnfitLayout => {
                "width, height, step and data of the message contradict each other; correct the publisher"
            }
            BlankReason::NothingToFollow => {
                "the camera named by `follows:` has no inspected frame of that time, or a `camera_info` is missing"
            }
        }
    }
}
