//! The search for a number in several values.

use super::Row;
use crate::detect::telling;
use crate::{Evidence, Field, Finder, Group, Hit, Kind, Kinds, Scratch};

/// The fewest digits of a number in parts, and of one behind a label.
const DIGITS: usize = 12;
const LABELLED_DIGITS: usize = 5;
/// The longest path of keys that is a label.
const LONGEST_LABEL: usize = 128;

/// Memory of a search, and the findings in a document.
#[derive(Default)]
pub(super) struct Search {
    text: String,
    /// The end of each value in `text`.
    ends: Vec<usize>,
    /// The last label, and the numbers that it announces.
    label: String,
    announced: Kinds,
    field: Field,
    /// The first byte of each part, and its finding.
    pub found: Vec<(usize, Hit)>,
}

impl Search {
    /// Searches for numbers in several values of a row.
    pub fn search(&mut self, document: &str, row: &Row, finder: &Finder, scratch: &mut Scratch) {
        let values = || row.parts.iter().map(|part| document.get(part.clone()).unwrap_or_default());
        let digits = values().flat_map(str::chars).filter(|c| c.is_numeric()).count();
        let labelled = !row.label.is_empty();
        if row.parts.len() < 2 || digits < if labelled { LABELLED_DIGITS } else { DIGITS } {
            return;
        }
        if labelled && !self.announces(&row.label) {
            return;
        }
        let field = if labelled { self.field } else { Field::default() };
        self.write(if labelled { telling(&row.label) } else { "" }, values());
        for hit in finder.find_more(self.text.trim_end(), &field, None, scratch) {
            self.add(row, hit);
        }
    }

    /// Does the label announce a number?
    fn announces(&mut self, label: &str) -> bool {
        if label.len() > LONGEST_LABEL {
            return false;
        }
        if self.label != label {
            label.clone_into(&mut self.label);
            self.field = Field::of(label);
            self.announced = numbers(self.field.hints);
        }
        !self.announced.is_empty()
    }

    /// Writes the values behind the label.
    fn write<'v>(&mut self, label: &str, values: impl Iterator<Item = &'v str> + Clone) {
        self.text.clear();
        self.ends.clear();
        if !label.is_empty() {
            self.text.extend([label, ":", " "]);
        }
        // `[0, 7, 9, 1]` is one group.
        let single = values.clone().all(|value| value.chars().count() == 1);
        for value in values {
            self.text.push_str(value);
            self.ends.push(self.text.len());
            if !single {
                self.text.push(' ');
            }
        }
    }

    /// Adds a finding to its parts. Those of an array whose key announces a number belong together.
    fn add(&mut self, row: &Row, hit: &Hit) {
        let announced = !row.label.is_empty() && self.announced.contains(hit.kind);
        // `+44`, `7700`, `900123`
        let plus = hit.kind == Kind::Phone && self.text.as_bytes().get(hit.start) == Some(&b'+');
        if !announced && !plus && hit.evidence != Evidence::Checked {
            return;
        }
        let first = self.ends.partition_point(|end| *end <= hit.start);
        let last = self.ends.partition_point(|end| *end < hit.end);
        let parts = match () {
            () if announced && row.array => Some(row.parts.as_slice()),
            () => row.parts.get(first..=last).filter(|_| last > first),
        };
        self.found.extend(parts.unwrap_or_default().iter().map(|part| (part.start, *hit)));
    }
}

/// Those of these kinds that are numbers, which may be written in groups.
fn numbers(kinds: Kinds) -> Kinds {
    let fits = |kind: &Kind| match kind.group() {
        Group::Money | Group::Document | Group::NationalId | Group::Health => true,
        _ => matches!(kind, Kind::Phone | Kind::Booking | Kind::EmployeeId),
    };
    kinds.iter().filter(fits).collect()
}
