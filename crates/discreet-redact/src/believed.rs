//! Is an image what it says? Width, height and encoding can be false and agree with the data all the same: then
//! detectors see another picture than a reader who knows the truth.

use super::area::Size;
use super::encoding::known;
use super::raw_fields::RawFields;
use super::{BlankReason, ImageRules};

/// The longest side is at most this many times the other one. No camera is known whose picture is longer.
const LONGEST: u64 = 8;

/// Padding that every row, and the end of the data, may have in bytes.
const PADDING: usize = 64;

/// Holds a size against the policy's, or against that of the camera's `camera_info`, and against what cameras
/// have.
pub(super) fn size(rules: &ImageRules, of_camera: &[Size], size: Size) -> Result<(), BlankReason> {
    let (short, long) = (u64::from(size.0.min(size.1)), u64::from(size.0.max(size.1)));
    let believed = match (rules.sizes.as_slice(), of_camera) {
        ([], []) => long <= LONGEST * short,
        ([], known) => long <= LONGEST * short && known.contains(&size),
        (pinned, _) => pinned.contains(&size),
    };
    if believed { Ok(()) } else { Err(BlankReason::Misdeclared) }
}

/// The same for a raw image, and its encoding against the policy's. Where the policy names only a part of
/// that, rows and data may not have so much padding that an image of another encoding fits.
pub(super) fn raw(rules: &ImageRules, of_camera: &[Size], fields: &RawFields<'_>) -> Result<(), BlankReason> {
    size(rules, of_camera, fields.size)?;
    let Some((name, encoding)) = known(fields.encoding) else { return Err(BlankReason::UnknownEncoding) };
    let pinned = !rules.encodings.is_empty();
    if pinned && !rules.encodings.contains(&name) {
        return Err(BlankReason::Misdeclared);
    }
    if pinned && !rules.sizes.is_empty() {
        return Ok(());
    }
    let row = encoding.row_bytes(fields.size.0).ok_or(BlankReason::UnfitLayout)?;
    let data = encoding.bytes(fields.size.1, fields.step).ok_or(BlankReason::UnfitLayout)?;
    let fits = |has: usize, needs: usize| has.saturating_sub(needs) <= PADDING.max(needs / 4);
    if fits(fields.step as usize, row as usize) && fits(fields.data.len(), data) {
        Ok(())
    } else {
        Err(BlankReason::Misdeclared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::tests::image;

    fn believed(rules: &ImageRules, of_camera: &[Size], lie: (&str, Size, u32)) -> Result<(), BlankReason> {
        let (encoding, size, step) = lie;
        let data = vec![7; 512 * 512 * 3];
        raw(rules, of_camera, &RawFields::read(&image(encoding, size, step, 0, &data, false)).unwrap())
    }

    const NO: Result<(), BlankReason> = Err(BlankReason::Misdeclared);
    const TRUE: (&str, Size, u32) = ("rgb8", (512, 512), 1536);
    /// All of these agree with the length of the data of a 512x512 rgb8 image.
    const LIES: [(&str, Size, u32); 6] = [
        ("rgb8", (1, 262_144), 3),
        ("bayer_rggb8", (1536, 512), 1536),
        ("nv12", (1024, 512), 1024),
        ("mono8", (1536, 512), 1536),
        ("rgb8", (256, 1024), 768),
        ("rgb8", (1024, 256), 3072),
    ];

    #[test]
    fn a_false_size_is_found_by_the_camera_info_or_by_the_policy() {
        let free = ImageRules::default();
        let pinned = ImageRules { sizes: vec![(640, 480), (512, 512)], ..ImageRules::default() };
        assert_eq!(believed(&free, &[], TRUE), Ok(()));
        assert_eq!(believed(&free, &[(512, 512)], TRUE), Ok(()));
        assert_eq!(believed(&pinned, &[], TRUE), Ok(()));
        for lie in LIES {
            assert_eq!(believed(&free, &[(512, 512)], lie), NO, "{lie:?}");
            assert_eq!(believed(&pinned, &[], lie), NO, "{lie:?}");
        }
        assert_eq!(believed(&free, &[], LIES[0]), NO, "no camera has such sides");
        let panorama = ImageRules { sizes: vec![(1, 262_144)], ..ImageRules::default() };
        assert_eq!(believed(&panorama, &[(512, 512)], LIES[0]), Ok(()), "unless the policy says so");
    }

    #[test]
    fn a_false_encoding_of_the_true_size_is_found_by_the_policy_or_by_its_padding() {
        let free = ImageRules::default();
        let pinned = ImageRules { encodings: vec!["bgr8", "rgb8"], ..ImageRules::default() };
        assert_eq!(believed(&pinned, &[], TRUE), Ok(()));
        for lie in [("mono8", (512, 512), 1536), ("mono8", (512, 512), 512), ("yuyv", (512, 512), 1536)] {
            assert_eq!(believed(&free, &[(512, 512)], lie), NO, "{lie:?}");
            assert_eq!(believed(&pinned, &[], lie), NO, "{lie:?}");
        }
        assert_eq!(believed(&pinned, &[], ("nv24", (512, 512), 512)), NO);
        let both = ImageRules { encodings: vec!["mono8"], sizes: vec![(512, 512)], ..ImageRules::default() };
        assert_eq!(believed(&both, &[], ("mono8", (512, 512), 1536)), Ok(()), "as the policy says");
    }

    #[test]
    fn rows_may_be_padded_as_drivers_pad_them() {
        for (encoding, size, step) in [("rgb8", (500, 512), 1536), ("mono8", (1280, 512), 1536)] {
            let data = vec![7; step as usize * size.1 as usize];
            let cdr = image(encoding, size, step, 0, &data, false);
            let rules = ImageRules::default();
            assert_eq!(raw(&rules, &[], &RawFields::read(&cdr).unwrap()), Ok(()), "{encoding}");
        }
    }
}
