//! A trained model that finds names which no list has. It is much slower than the lists, so nothing that a robot waits
//! for uses one; `discreet-ner` has it.

use std::ops::Range;

use super::{Evidence, Hit};
use crate::Kind;

/// The confidence in a name that only the model finds, in points.
pub(super) const SCORE: u8 = 60;

/// A model of names.
pub trait NameModel: Send + Sync {
    /// The names of people in a text: ranges of bytes, in order, on boundaries of characters.
    fn find(&self, text: &str) -> Result<Vec<Range<usize>>, NotSearched>;
}

/// A text that a model could not search. It must not be released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the model of names failed")]
pub struct NotSearched;

/// Adds the names that a model found. A name of the lists that is a part of one becomes all of it.
pub(super) fn add(names: &[Range<usize>], hits: &mut Vec<Hit>) {
    let known = hits.len();
    for name in names {
        let overlap =
            |hit: &&mut Hit| hit.kind == Kind::Person && hit.start < name.end && name.start < hit.end;
        let mut joined = false;
        for hit in hits.iter_mut().take(known).filter(overlap) {
            (hit.start, hit.end) = (hit.start.min(name.start), hit.end.max(name.end));
            joined = true;
        }
        if !joined {
            let (kind, evidence) = (Kind::Person, Evidence::Model);
            hits.push(Hit { kind, start: name.start, end: name.end, score: SCORE, evidence });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_which_the_lists_know_a_part_is_hidden_whole() {
        let (kind, evidence) = (Kind::Person, Evidence::Listed);
        let mut hits = vec![Hit { kind, start: 4, end: 8, score: 80, evidence }];
        add(&[4..14, 20..25], &mut hits);
        let places: Vec<_> = hits.iter().map(|hit| (hit.start, hit.end, hit.score)).collect();
        assert_eq!(places, [(4, 14, 80), (20, 25, SCORE)]);
    }
}
