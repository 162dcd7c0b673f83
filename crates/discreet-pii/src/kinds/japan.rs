//! Japan.

use super::form::{Definition, define, form};
use super::score::alone;
use super::{Group, documents};

/// A Japanese passport.
pub(super) const PASSPORT: Definition = define("jp_passport", "JP_PASSPORT", Group::Document)
    .covered_by("passport")
    .forms(&[form(r"[A-Z]{2}\d{7}", alone(5).near(71))])
    .words(&[documents::PASSPORT_WORDS]);
