//! Hides the personal data of a JSON document.

use std::ops::Range;

use discreet_host::steps;

use super::super::Operator;
use super::super::apply;
use super::super::json::{self, Part, Unescaped, Walk, push_escaped};
use super::named::Named;
use super::writer::Form;
use super::{FieldRules, TextRedactor, Writing};
use crate::detect::{is_question_for_name, telling};
use crate::{Field, Hit, Kind, Kinds};

/// The depth to which JSON in a string of JSON is read. Deeper it is text.
const DEEPEST: usize = 3;
/// A number of JSON with fewer digits is searched only if its key suggests a kind.
const SHORT_NUMBER: usize = 5;
/// The most paths of keys that are remembered.
const MOST_PATHS: usize = 4096;

/// The knowledge about a value in a document.
#[derive(Clone, Copy)]
pub(super) struct Inner {
    field: Field,
    whole: Option<Operator>,
}

impl TextRedactor {
    /// Appends a JSON document.
    pub(super) fn document(&mut self, text: &str, outer: &FieldRules, depth: usize, out: &mut String) {
        let (mut scratch, mut unescaped) =
            (std::mem::take(&mut self.json), std::mem::take(&mut self.unescaped));
        let (mut joined, mut records) = (std::mem::take(&mut self.joined), std::mem::take(&mut self.records));
        joined.read(text, &mut scratch, &self.finder, &mut self.writing.scratch);
        records.read(text, &mut scratch);
        let (mut walk, mut copied) = (Walk::new(text, &mut scratch), 0);
        let mut named = Named::default();
        // The number of findings in front of the last entry, and its place.
        let (mut before, mut base) = (self.writing.places.count(), 0);
        while let Ok(Some(found)) = walk.next() {
            if self.writing.outcome.too_long {
                break;
            }
            steps::count(1);
            let Range { start, end } = found.range;
            self.writing.places.move_from(before, |place| base + place);
            (before, base) = (self.writing.places.count(), start);
            let raw = text.get(start..end).unwrap_or_default();
            let is_key = found.part == Part::Key;
            let path = if is_key { "" } else { walk.path() };
            let Inner { field, whole } = self.inner(outer, path);
            out.push_str(text.get(copied..start).unwrap_or_default());
            copied = end;
            let object = walk.object().filter(|_| !is_key);
            let part = joined.at(start).or_else(|| records.whole(object, path, raw));
            let part = part.filter(|_| !self.finder.never_hides(raw));
            if let Some((hit, operator)) = part.filter(|_| whole.is_none()).and_then(|hit| self.operator(hit))
            {
                self.writing.places.add(Hit { start: 0, end: raw.len(), ..hit });
                self.part(raw, hit.kind, operator, found.part, out);
                continue;
            }
            let place = walk.place().filter(|_| !is_key);
            named.forget_before(place);
            named.read_label(records.label(object, last(path)), text);
            // `[["passport", "C01X00T47"]]`
            let label = place.and_then(|place| named.of_second(place)).or_else(|| named.label());
            let labelled = Field {
                hints: label.map_or(field.hints, |label| field.hints.union(of_label(label))),
                ..field
            };
            let labelled = if records.is_name(object, path) { named_person(labelled) } else { labelled };
            let label = label.unwrap_or_else(|| telling(path));
            if found.part == Part::Number {
                self.number(raw, label, &labelled, whole, out);
                continue;
            }
            unescaped.read(raw);
            match whole.filter(|_| !is_key) {
                Some(operator) => match self.writer().whole(unescaped.text(), &field, operator) {
                    Some(made) => push_escaped(made, out),
                    None => out.push_str(raw),
                },
                None if !is_key && depth < DEEPEST && json::is_document(unescaped.text(), &mut self.json) => {
                    self.inside(raw, &unescaped, outer, depth, out);
                }
                None => {
                    self.writer().text(raw, &labelled, label, Form::String(&unescaped, found.part), out);
                    named.read_first(place, unescaped.text());
                }
            }
        }
        self.writing.places.move_from(before, |place| base + place);
        out.push_str(text.get(copied..).unwrap_or_default());
        (self.json, self.unescaped) = (scratch, unescaped);
        (self.joined, self.records) = (joined, records);
    }

    /// The operator of a finding that is a whole value, if it hides.
    fn operator(&self, hit: Hit) -> Option<(Hit, Operator)> {
        let operator = self.rules.operator(&hit).filter(|_| self.finder.reports(&hit))?;
        (operator != Operator::Keep).then_some((hit, operator))
    }

    /// Appends a document in a string of a document.
    fn inside(
        &mut self,
        raw: &str,
        unescaped: &Unescaped,
        outer: &FieldRules,
        depth: usize,
        out: &mut String,
    ) {
        let (mut made, changed) = (String::new(), self.writing.outcome.changed);
        let before = self.writing.places.count();
        self.writing.outcome.changed = false;
        self.document(unescaped.text(), outer, depth + 1, &mut made);
        self.writing.places.move_from(before, |place| unescaped.raw(place));
        if self.writing.outcome.changed {
            push_escaped(&made, out);
        } else {
            out.push_str(raw);
            self.writing.outcome.changed = changed;
        }
    }

    /// Appends what hides a part of a number of this kind.
    fn part(&mut self, raw: &str, kind: Kind, operator: Operator, part: Part, out: &mut String) {
        let Writing { made, outcome, .. } = &mut self.writing;
        made.clear();
        apply(operator, Some(kind), raw, self.keys.as_deref(), made);
        let quote = if part == Part::Number { "\"" } else { "" };
        out.push_str(quote);
        push_escaped(made, out);
        out.push_str(quote);
        outcome.hits.add(kind);
        outcome.changed = true;
    }

    /// Appends a number. One that is replaced becomes a string: `4111111111111111` to `"<payment_card>"`.
    fn number(&mut self, raw: &str, label: &str, field: &Field, whole: Option<Operator>, out: &mut String) {
        let digits = raw.bytes().filter(u8::is_ascii_digit).count();
        let label = if self.finder.knows(label) { label } else { "" };
        if whole.is_none() && digits < SHORT_NUMBER && field.hints.is_empty() && !self.finder.has_patterns() {
            out.push_str(raw);
            return;
        }
        let (from, changed) = (out.len(), std::mem::take(&mut self.writing.outcome.changed));
        out.push('"');
        match whole {
            Some(operator) => push_escaped(self.writer().whole(raw, field, operator).unwrap_or(raw), out),
            None => self.writer().text(raw, field, label, Form::Plain, out),
        }
        out.push('"');
        if !self.writing.outcome.changed {
            out.truncate(from);
            out.push_str(raw);
            self.writing.outcome.changed = changed;
        }
    }

    /// The knowledge about the value at `path` in a document.
    fn inner(&mut self, outer: &FieldRules, path: &str) -> Inner {
        if let Some((known_outer, known, inner)) = &self.last
            && known == path
            && known_outer == outer.path()
        {
            return *inner;
        }
        let inner = self.look_up(outer, path);
        self.last = Some((outer.path().to_owned(), path.to_owned(), inner));
        inner
    }

    fn look_up(&mut self, outer: &FieldRules, path: &str) -> Inner {
        steps::count(path.len());
        self.path.clear();
        for part in [outer.path(), ".", path] {
            self.path.push_str(part);
        }
        if let Some(inner) = self.inner.get(&self.path) {
            return *inner;
        }
        let spoken = outer.field().spoken;
        let field = if path.is_empty() { *outer.field() } else { Field { spoken, ..Field::of(path) } };
        let inner = Inner { field, whole: self.rules.whole_inside(outer.path(), path) };
        // Keys come from outside: an author who invents new ones costs time, but not memory.
        if self.inner.len() >= MOST_PATHS {
            self.inner.clear();
        }
        self.inner.insert(self.path.clone(), inner);
        inner
    }
}

/// The kinds that a label suggests.
fn of_label(label: &str) -> Kinds {
    let hints = Field::of(label).hints;
    if is_question_for_name(label) { hints.union([Kind::Person].into_iter().collect()) } else { hints }
}

/// The field of the name of a person.
fn named_person(field: Field) -> Field {
    Field { hints: field.hints.union([Kind::Person].into_iter().collect()), ..field }
}

/// The last key of a path.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}
