//! Findings.

use std::ops::Range;

use crate::Kind;

/// A finding: personal data at a place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Its kind.
    pub kind: Kind,
    /// Its first byte, at a boundary of characters.
    pub start: usize,
    /// The byte behind its last, at a boundary of characters.
    pub end: usize,
    /// The confidence in points, 1 to 100. It is set by judgement and not a probability.
    pub score: u8,
    /// The evidence for it.
    pub evidence: Evidence,
}

/// The evidence for a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// Its form alone.
    Form,
    /// Its form, and a check digit or a range of its standard.
    Checked,
    /// Its form, and a word near it or the name of the field.
    Context,
    /// A list of names or places.
    Listed,
    /// The roster of guests, or a list of the policy.
    Roster,
    /// A pattern of the policy.
    Pattern,
    /// A trained model of names.
    Model,
}

impl Evidence {
    /// In words: `its form and check digits`.
    pub const fn text(self) -> &'static str {
        match self {
            Evidence::Form => "its form",
            Evidence::Checked => "its form and check digits",
            Evidence::Context => "its form and the words around it",
            Evidence::Listed => "a list of names and places",
            Evidence::Roster => "the roster or a list of the policy",
            Evidence::Pattern => "a pattern of the policy",
            Evidence::Model => "a model of names",
        }
    }
}

impl Hit {
    /// The same finding in another place.
    pub(super) fn moved(&self, to: Range<usize>) -> Hit {
        Hit { start: to.start, end: to.end, ..*self }
    }

    /// Do this finding and `other` share a byte?
    pub fn overlaps(&self, other: &Hit) -> bool {
        self.start < other.end && other.start < self.end
    }
}
