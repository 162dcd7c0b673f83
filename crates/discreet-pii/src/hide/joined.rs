//! Neighbouring values of a document that only together are a number: `[4111, 1111, 1111, 1111]`.

use std::ops::Range;

use super::json::{self, Part, Walk};
use crate::{Evidence, Field, Finder, Hit, Scratch};

/// The longest value that may be a part of a number, in bytes.
const LONGEST: usize = 24;
/// The fewest digits of a number in parts.
const DIGITS: usize = 12;
/// The most values that are read as one row.
const MOST: usize = 64;

/// Finds values that are parts of a number with check digits: the first byte of each, in order, and the finding.
#[derive(Default)]
pub(super) struct Joined {
    row: Vec<Range<usize>>,
    text: String,
    /// The end of each value in `text`.
    ends: Vec<usize>,
    found: Vec<(usize, Hit)>,
}

impl Joined {
    /// Reads a document.
    pub(super) fn read(
        &mut self,
        document: &str,
        json: &mut json::Scratch,
        finder: &Finder,
        scratch: &mut Scratch,
    ) {
        self.found.clear();
        self.row.clear();
        let mut walk = Walk::new(document, json);
        while let Ok(Some(entry)) = walk.next() {
            if entry.part == Part::Key {
                continue;
            }
            let value = document.get(entry.range.clone()).unwrap_or_default();
            if is_part(value) && self.row.len() < MOST {
                self.row.push(entry.range);
            } else {
                self.search(document, finder, scratch);
            }
        }
        self.search(document, finder, scratch);
    }

    /// The finding that the value beginning at `start` is a part of.
    pub(super) fn at(&self, start: usize) -> Option<Hit> {
        let place = self.found.binary_search_by_key(&start, |(start, _)| *start).ok()?;
        self.found.get(place).map(|(_, hit)| *hit)
    }

    fn search(&mut self, document: &str, finder: &Finder, scratch: &mut Scratch) {
        let Joined { row, text, ends, found } = self;
        text.clear();
        ends.clear();
        for value in row.iter() {
            text.push_str(document.get(value.clone()).unwrap_or_default());
            ends.push(text.len());
            text.push(' ');
        }
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if row.len() > 1 && digits >= DIGITS {
            let hits = finder.find_more(text.trim_end(), &Field::default(), None, scratch);
            for hit in hits.iter().filter(|hit| hit.evidence == Evidence::Checked) {
                let first = ends.partition_point(|end| *end <= hit.start);
                let last = ends.partition_point(|end| *end < hit.end);
                let parts = row.get(first..=last).filter(|_| last > first).unwrap_or_default();
                found.extend(parts.iter().map(|part| (part.start, *hit)));
            }
        }
        row.clear();
    }
}

/// May the value be a part of a number: digits, and hardly anything else?
fn is_part(value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-');
    (1..=LONGEST).contains(&value.len())
        && letters <= 4
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().all(rest)
}
