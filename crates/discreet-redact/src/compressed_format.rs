//! The string `format` of a sensor_msgs/msg/CompressedImage: `jpeg`, `rgb8; jpeg compressed bgr8`.

use super::encoding::known;
use super::{BlankReason, CompressedFormat, Encoding};

/// The words of a format that are understood, each from a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FormatWords {
    /// The encoding before compression.
    encoding: Option<&'static str>,
    codec: Option<&'static str>,
    /// The word `compressed`, which may have the encoding in the data after it.
    compressed: Option<Option<&'static str>>,
}

impl FormatWords {
    /// Reads as much as is understood; nothing after the first word that is not.
    pub fn read(format: &[u8]) -> FormatWords {
        let (encoding, codec) = parts(format);
        let mut words = codec.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let codec = words.next().and_then(codec_named);
        let compressed = codec.and_then(|_| words.next()).filter(|word| *word == b"compressed");
        let target = compressed.and_then(|_| words.next()).and_then(known);
        FormatWords {
            encoding: known(encoding).map(|(name, _)| name),
            codec,
            compressed: compressed.map(|_| target.map(|(name, _)| name)),
        }
    }

    /// Writes them as image_transport does; without a codec, the one that was found in the data.
    pub fn write(self, found: Option<CompressedFormat>) -> String {
        let codec = self.codec.unwrap_or(match found {
            Some(CompressedFormat::Png) => "png",
            Some(CompressedFormat::Jpeg) | None => "jpeg",
        });
        let before = self.encoding.map(|encoding| format!("{encoding}; ")).unwrap_or_default();
        let after = self.compressed.map(|target| format!(" compressed {}", target.unwrap_or_default()));
        format!("{before}{codec}{}", after.unwrap_or_default())
    }
}

/// An error if a message declares another codec than its data has, or data other than 8-bit light (a depth
/// image as PNG has distances in its pixels).
pub(super) fn agrees(format: &[u8], found: CompressedFormat) -> Result<(), BlankReason> {
    let (encoding, codec) = parts(format);
    if !encoding.is_empty() && !Encoding::named(encoding)?.is_eight_bit_light() {
        return Err(BlankReason::UnknownEncoding);
    }
    let word = codec.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let agrees = match (codec_named(word), found) {
        (Some("jpeg" | "jpg"), CompressedFormat::Jpeg) | (Some("png"), CompressedFormat::Png) => true,
        (Some(_), _) => false,
        (None, _) => word.is_empty(),
    };
    if agrees { Ok(()) } else { Err(BlankReason::UnknownEncoding) }
}

/// The parts before and behind the first semicolon. Without a semicolon, all is in the second.
fn parts(format: &[u8]) -> (&[u8], &[u8]) {
    match format.iter().position(|byte| *byte == b';') {
        Some(at) => {
            let (encoding, codec) = format.split_at(at);
            (encoding.trim_ascii(), codec.get(1..).unwrap_or_default().trim_ascii())
        }
        None => (&b""[..], format.trim_ascii()),
    }
}

fn codec_named(word: &[u8]) -> Option<&'static str> {
    ["jpeg", "jpg", "png"].into_iter().find(|codec| word.eq_ignore_ascii_case(codec.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(format: &str) -> String {
        FormatWords::read(format.as_bytes()).write(Some(CompressedFormat::Png))
    }

    #[test]
    fn a_format_that_is_understood_stays_as_it_is() {
        for format in [
            "jpeg",
            "jpg",
            "png",
            "rgb8; jpeg compressed bgr8",
            "mono8; jpeg compressed ",
            "bayer_rggb8; png compressed bgr8",
            "bgr8; jpeg compressed bgr8",
            "bgr8; jpeg",
        ] {
            assert_eq!(rewritten(format), format);
        }
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        for (format, left) in [
            ("", "png"),
            ("JPEG", "jpeg"),
            ("jpeg compressed QWRhIExvdmVsYWNl", "jpeg compressed "),
            ("jpeg QWRhIExvdmVsYWNl compressed bgr8", "jpeg"),
            ("rgb8;jpeg\tcompressed  bgr8 Ada", "rgb8; jpeg compressed bgr8"),
            ("QWRh; jpeg compressed bgr8; QWRh", "jpeg compressed "),
            ("Ada Lovelace", "png"),
            ("rgb8\0; jpeg", "jpeg"),
        ] {
            assert_eq!(rewritten(format), left, "{format}");
            assert_eq!(rewritten(left), left, "written once, it stays");
        }
    }
}
