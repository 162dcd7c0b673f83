//! What a finder is to look for.

use super::{Kind, Kinds};

/// What is reported unless something else is wished: what is more likely than not.
const THRESHOLD: u8 = 40;

/// What a finder is to look for, and how sure it has to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// The kinds wanted.
    pub kinds: Kinds,
    /// The least score that is reported.
    pub threshold: u8,
    /// For these kinds another.
    pub thresholds: Vec<(Kind, u8)>,
    /// Texts that are never reported, whatever their case.
    pub allow: Vec<String>,
    /// Texts that always are, whatever their case, as whole words.
    pub deny: Vec<(Kind, String)>,
    /// Of what lies over each other everything is reported, not only the best: to see why something was found.
    pub overlapping: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            kinds: Kinds::all(),
            threshold: THRESHOLD,
            thresholds: Vec::new(),
            allow: Vec::new(),
            deny: Vec::new(),
            overlapping: false,
        }
    }
}

impl Options {
    /// The least score that is reported of `kind`.
    pub(super) fn threshold_of(&self, kind: Kind) -> u8 {
        let own = self.thresholds.iter().rev().find(|(of, _)| *of == kind);
        own.map_or(self.threshold, |(_, threshold)| *threshold).max(1)
    }
}
