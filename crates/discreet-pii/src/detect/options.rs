//! Options of a finder.

use super::Pattern;
use crate::{Kind, Kinds};

/// The least score that is reported by default. The scores of the forms are chosen around it.
const THRESHOLD: u8 = 40;

/// The kinds that a finder looks for, and the scores that it reports.
#[derive(Debug, Clone)]
pub struct Options {
    /// The kinds wanted.
    pub kinds: Kinds,
    /// The least score that is reported, 1 to 100.
    pub threshold: u8,
    /// Other least scores for some kinds. Of two for the same kind the later counts.
    pub thresholds: Vec<(Kind, u8)>,
    /// Texts that are never reported, whatever their case.
    pub allow: Vec<String>,
    /// Texts that are always reported, whatever their case, as whole words.
    pub deny: Vec<(Kind, String)>,
    /// Patterns of texts that are always reported.
    pub patterns: Vec<Pattern>,
    /// Regular expressions for texts that are never reported; see [`Pattern::regex`].
    pub allow_patterns: Vec<String>,
    /// Report all findings that overlap, not only the best: to see why something was found.
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
            patterns: Vec::new(),
            allow_patterns: Vec::new(),
            overlapping: false,
        }
    }
}

impl Options {
    /// The least score of `kind` that is reported.
    pub(super) fn threshold_of(&self, kind: Kind) -> u8 {
        let own = self.thresholds.iter().rev().find(|(of, _)| *of == kind);
        own.map_or(self.threshold, |(_, threshold)| *threshold).max(1)
    }
}
