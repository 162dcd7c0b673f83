//! The redacted form of a message: covers what the policy names in an image, hides it in text, and blanks an
//! image that could not be inspected.
//!
//! The guard holds the pixels of an image and covers them in place. A [`ImageInspector`] finds what to cover.
//! The guard keeps it in another process, so that a detector that crashes, hangs or reads a hostile image
//! does no other harm.

mod area;
mod believed;
mod black;
mod blur;
mod cameras;
mod compressed;
mod compressed_format;
mod cover;
mod detector_subjects;
mod encoding;
mod follow;
mod found;
mod frame;
mod further_pictures;
mod image;
mod image_rules;
mod inspector;
mod labels;
mod message;
mod mosaic;
mod motion;
pub mod protocol;
mod raw_fields;
pub mod remote;
pub mod serve;
mod sighting;
mod text_rules;
mod thumbnail;
mod tracks;

pub use area::{Area, Size};
pub use black::black;
pub use cameras::{Cameras, FrameFindings};
pub use compressed::{CompressedImage, Shape, dimensions, kind, shape};
pub use cover::{MOST_TILES, SMALLEST_TILE};
pub use detector_subjects::{Subject, Subjects};
pub use encoding::{Encoding, Order, encoding_name, encoding_names};
pub use follow::{Calibration, Follow, Intrinsics, View};
pub use found::{Cause, DETAIL_SIDE, Found, Picture, THUMBNAIL_SIDE};
pub use frame::{Frame, RawImage, blank_all};
pub use further_pictures::has_further_pictures;
pub use image::{CAMERA_INFO_TYPE, ImageKind, ImageRedactor, Redacted, Redaction};
pub use image_rules::{Cover, ImageRules, Rotated, WholeFrame};
pub use inspector::{BlankReason, CompressedFormat, ImageInspector};
pub use message::{MessageRedactor, Recipient, Rewritten, Unredactable};
pub use motion::{Motion, Moved};
pub use sighting::{BySize, Margin, Sighting, suppress};
pub use text_rules::{EVERY_FIELD, FieldRule, TextRules};
pub use thumbnail::Thumbnail;
pub use tracks::{Following, Tracks};
