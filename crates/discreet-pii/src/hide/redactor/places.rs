//! The places of findings in a text, for those who ask what is hidden in it.

use crate::Hit;

/// The findings so far, if anybody asked for them.
#[derive(Default)]
pub(super) struct Places(Option<Vec<Hit>>);

impl Places {
    /// Collects findings from now on.
    pub(super) fn begin(&mut self) {
        self.0 = Some(Vec::new());
    }

    /// The findings; none are collected any more.
    pub(super) fn end(&mut self) -> Vec<Hit> {
        self.0.take().unwrap_or_default()
    }

    /// Adds a finding.
    pub(super) fn add(&mut self, hit: Hit) {
        if let Some(hits) = &mut self.0 {
            hits.push(hit);
        }
    }

    /// The number of findings so far.
    pub(super) fn count(&self) -> usize {
        self.0.as_ref().map_or(0, Vec::len)
    }

    /// Moves the findings behind the first `count` from their places in a part of a text to those in the text.
    pub(super) fn move_from(&mut self, count: usize, place: impl Fn(usize) -> usize) {
        for hit in self.0.iter_mut().flatten().skip(count) {
            (hit.start, hit.end) = (place(hit.start), place(hit.end));
        }
    }
}
