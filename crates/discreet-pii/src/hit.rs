//! What was found in a text.

use super::Kind;

/// Personal data at some place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// The byte at which it begins; a boundary of characters.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
    /// How sure that is, in hundredths: 0 to 100.
    pub score: u8,
    /// What speaks for it.
    pub why: Why,
}

/// What speaks for a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// Its form alone.
    Form,
    /// Its form, and a check digit or a range of the standard.
    Checked,
    /// Its form, and a word nearby, or the name of the field.
    Context,
    /// A list of names or places.
    Listed,
    /// The list of today's guests, or the policy's own list.
    Roster,
    /// A trained model.
    Model,
}

impl Why {
    /// In words, for `--explain`.
    pub const fn text(self) -> &'static str {
        match self {
            Why::Form => "its form",
            Why::Checked => "its form and check digits",
            Why::Context => "its form and the words around it",
            Why::Listed => "a list of names and places",
            Why::Roster => "the roster",
            Why::Model => "a model",
        }
    }
}

impl Hit {
    /// Whether it and `other` share a byte.
    pub fn overlaps(&self, other: &Hit) -> bool {
        self.start < other.end && other.start < self.end
    }
}
