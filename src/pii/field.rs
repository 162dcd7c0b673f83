//! Where a text stands: the field's name says much about what is in it.

use super::Kinds;

/// What is known of a field before any text of it was seen. Made once for each field of a type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Field {
    /// What the field's name promises: `guest.passport_no` a passport.
    pub hints: Kinds,
    /// Its text was spoken: lower case, no punctuation, digits as words.
    pub spoken: bool,
}
