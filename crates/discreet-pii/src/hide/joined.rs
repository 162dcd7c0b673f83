//! Neighbouring values of a document that only together are a number: `[4111, 1111, 1111, 1111]`,
//! `{"ssn": ["123", "45", "6789"]}`, `{"phone": {"area": "020", "local": "7946 0123"}}`.

mod search;

use std::ops::Range;

use super::json::{self, Part, Walk};
use crate::{Finder, Hit, Scratch};
use search::Search;

/// The longest value that may be a part of a number, in bytes.
const LONGEST: usize = 24;
/// The most values that are read as one row.
const MOST: usize = 64;
/// The most columns that are read at the same time.
const COLUMNS: usize = 4;

/// Finds values that are parts of a number: the first byte of each, in order, and the finding.
#[derive(Default)]
pub(super) struct Joined {
    row: Row,
    /// The values of one array or one object below a key.
    group: Row,
    /// The texts of one key in the objects of an array, such as the words of a transcript; each with the path of the key.
    columns: Vec<(String, Row)>,
    search: Search,
}

/// Values that may be one number.
#[derive(Default)]
struct Row {
    /// The keys above them. Empty if they do not matter.
    label: String,
    /// They are in an array.
    array: bool,
    parts: Vec<Range<usize>>,
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
        self.search.found.clear();
        let mut walk = Walk::new(document, json);
        let mut end = |search: &mut Search, row: &mut Row| {
            search.search(document, row, finder, scratch);
            row.parts.clear();
        };
        while let Ok(Some(entry)) = walk.next() {
            if entry.part == Part::Key {
                continue;
            }
            let Joined { row, group, columns, search } = self;
            if !is_part(document.get(entry.range.clone()).unwrap_or_default()) {
                end(search, row);
                end(search, group);
                continue;
            }
            if row.parts.len() >= MOST {
                end(search, row);
            }
            if !group.has(&walk) {
                end(search, group);
                group.begin(&walk);
            }
            if let Some(column) = column_of(columns, &walk).filter(|_| entry.part == Part::Text) {
                column.parts.push(entry.range.clone());
                if column.parts.len() >= MOST {
                    end(search, column);
                }
            }
            group.parts.push(entry.range.clone());
            row.parts.push(entry.range);
        }
        for row in
            [&mut self.row, &mut self.group].into_iter().chain(self.columns.iter_mut().map(|(_, row)| row))
        {
            end(&mut self.search, row);
        }
        self.columns.clear();
        self.search.found.sort_unstable_by_key(|(start, _)| *start);
    }

    /// The finding that the value beginning at `start` is a part of.
    pub(super) fn at(&self, start: usize) -> Option<Hit> {
        let found = &self.search.found;
        let place = found.binary_search_by_key(&start, |(start, _)| *start).ok()?;
        found.get(place).map(|(_, hit)| *hit)
    }
}

impl Row {
    /// Is the last value of a walk in the same array or object?
    fn has(&self, walk: &Walk<'_, '_>) -> bool {
        let first = matches!(walk.place(), Some((0, _)));
        !first && self.parts.len() < MOST && self.label == above(walk)
    }

    fn begin(&mut self, walk: &Walk<'_, '_>) {
        above(walk).clone_into(&mut self.label);
        self.array = walk.place().is_some();
    }
}

/// The column that the last value of a walk is in.
fn column_of<'c>(columns: &'c mut Vec<(String, Row)>, walk: &Walk<'_, '_>) -> Option<&'c mut Row> {
    if walk.place().is_some() {
        return None;
    }
    let known = columns.iter().position(|(path, _)| path == walk.path());
    let number = known.unwrap_or(columns.len());
    if known.is_none() && number < COLUMNS {
        columns.push((walk.path().to_owned(), Row::default()));
    }
    columns.get_mut(number).map(|(_, row)| row)
}

/// The keys that parts of a number have in common: `guest.phone` of `guest.phone.area`, `guest.ssn` of `guest.ssn2`.
fn above<'w>(walk: &'w Walk<'_, '_>) -> &'w str {
    let path = walk.path();
    if walk.place().is_some() {
        return path;
    }
    let (outer, key) = path.rsplit_once('.').unwrap_or(("", path));
    let stem = key.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
    if stem.len() == key.len() || stem.is_empty() {
        return outer;
    }
    path.get(..path.len() - (key.len() - stem.len())).unwrap_or(outer)
}

/// May the value be a part of a number: digits of any script, and hardly anything else?
fn is_part(value: &str) -> bool {
    let letters = || value.chars().filter(|c| c.is_alphabetic()).count();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '+') || !c.is_ascii();
    (1..=LONGEST).contains(&value.len())
        && value.chars().all(fits)
        && value.chars().any(char::is_numeric)
        && letters() <= 4
}
