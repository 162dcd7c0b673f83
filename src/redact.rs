//! The redacted form of an image: what the policy names is covered, and what could not be looked at is blanked.
//!
//! The guard holds the pixels and covers them in place; finding what to cover is the work of a [`Look`], which the guard
//! keeps in another process, so that a detector that crashes, hangs or is fed a hostile image takes nothing with it.

mod area;
mod found;
mod header;
mod look;
mod motion;
mod rules;
mod sighting;
mod tracks;

pub use area::Area;
pub use found::{Found, Picture, SIGHT_SIDE, Subject, Why};
pub use header::announced_size;
pub use look::{Blind, CompressedFormat, Look};
pub use motion::{Motion, Moved};
pub use rules::{Cover, ImageRules, WholeFrame};
pub use sighting::{BySize, Margin, Sighting, suppress};
pub use tracks::{Following, Tracks};
