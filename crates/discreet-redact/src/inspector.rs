//! The port through which images are inspected.

use super::{Found, ImageRules, Picture};

/// Finds what to cover. In the guard this is another process; offline, the same one.
///
/// One for each image topic: it tracks findings from frame to frame.
pub trait ImageInspector {
    /// Called about once a second, also without frames.
    fn tend(&mut self) {}

    /// Its state, for diagnostics.
    fn state(&self) -> String {
        String::new()
    }

    /// The areas to cover in `picture`. `stamp`: the time of the picture, nanoseconds since 1970.
    fn look(&mut self, rules: &ImageRules, picture: Picture<'_>, stamp: i64)
    -> Result<&[Found], BlankReason>;

    /// Decodes a compressed image, covers what the rules name, and encodes it again in the same format,
    /// with nothing but pixels: no EXIF, no thumbnail, no comment.
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

discreet_host::words! {
    /// Why a frame could not be inspected, so that it is blanked.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum BlankReason {
        /// The detector is not running (not yet, or no longer).
        Absent = "blank_detector_absent",
        /// It did not answer in time.
        Late = "blank_detector_late",
        /// It reported a failure: an unreadable image, or a fault of its own.
        Failed = "blank_detector_failed",
        /// The image's encoding cannot be inspected.
        UnknownEncoding = "blank_unknown_encoding",
        /// Its size, step and data are inconsistent.
        UnfitLayout = "blank_unfit_layout",
        /// Its size or its encoding is not the camera's.
        Misdeclared = "blank_misdeclared",
        /// The camera that it follows has no recent inspected frame.
        NothingToFollow = "blank_nothing_to_follow",
    }

    /// The name in the audit and in diagnostics. Never changes once released.
    label
}

impl BlankReason {
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
            BlankReason::Misdeclared => {
                "size or encoding of the message is not that of the policy's `size:` and `encoding:` or of the camera's `camera_info`, or \
                 cannot be a camera's (one side more than 8 times the other, rows or data with much padding); correct the publisher or its \
                 calibration, or name the true values in the policy"
            }
            BlankReason::NothingToFollow => {
                "the camera named by `follows:` has no inspected frame of that time, or a `camera_info` is missing"
            }
        }
    }
}
