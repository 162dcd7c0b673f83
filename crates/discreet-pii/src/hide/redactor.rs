//! Hides personal data in text: plain, or JSON in a string.

mod named;
mod outcome;
mod rules;
mod writer;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use discreet_host::steps;

use super::joined::Joined;
use super::json::{self, Part, Unescaped, Walk, push_escaped};
use super::{Operator, OperatorKeys, apply};
use crate::recognisers::spoken::Written;
use crate::{Field, Finder, Hit, Kind, LONGEST, Roster, Scratch};

use named::Named;
use writer::{Form, Writer};

pub use outcome::{Counts, Outcome};
pub use rules::{FieldRules, HidingRules};

/// The depth to which JSON in a string of JSON is read. Deeper it is text.
const DEEPEST: usize = 3;
/// A number of JSON with fewer digits is searched only if its key suggests a kind.
const SHORT_NUMBER: usize = 5;
/// The most paths of keys that are remembered.
const MOST_PATHS: usize = 4096;

/// A text that is longer than allowed, or takes more steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too_long: the text is longer than allowed, or takes too many steps to search")]
pub struct TooLong;

/// Hides personal data in texts by the rules of one audience. Each thread needs its own.
pub struct TextRedactor {
    rules: HidingRules,
    finder: Arc<Finder>,
    keys: Option<Arc<OperatorKeys>>,
    roster: Option<Arc<Roster>>,
    longest: usize,
    json: json::Scratch,
    unescaped: Unescaped,
    inner: HashMap<String, Inner>,
    /// The path before this one, which mostly is the same.
    last: Option<(String, String, Inner)>,
    path: String,
    joined: Joined,
    writing: Writing,
}

/// The knowledge about a value in a document.
#[derive(Clone, Copy)]
struct Inner {
    field: Field,
    whole: Option<Operator>,
}

/// Memory of a search and its output, kept for the next text.
#[derive(Default)]
struct Writing {
    scratch: Scratch,
    written: Written,
    made: String,
    /// A label and the value behind it.
    labelled: String,
    outcome: Outcome,
}

impl TextRedactor {
    /// A redactor by these rules. Without keys, operators that need them write the name of the kind.
    pub fn new(rules: HidingRules, finder: Arc<Finder>, keys: Option<Arc<OperatorKeys>>) -> TextRedactor {
        TextRedactor {
            rules,
            finder,
            keys,
            roster: None,
            longest: LONGEST,
            json: json::Scratch::default(),
            unescaped: Unescaped::default(),
            inner: HashMap::new(),
            last: None,
            path: String::new(),
            joined: Joined::default(),
            writing: Writing::default(),
        }
    }

    /// Uses these keys from now on. They belong to one audience.
    pub fn set_keys(&mut self, keys: Option<Arc<OperatorKeys>>) {
        self.keys = keys;
    }

    /// Accepts texts of up to so many bytes from now on; at first [`LONGEST`].
    pub fn set_longest(&mut self, bytes: usize) {
        self.longest = bytes;
    }

    /// Each text from now on is a line of a file, so that it may be a row of a table whose labels came before; or is not.
    pub fn set_line_by_line(&mut self, is: bool) {
        self.writing.scratch.set_line_by_line(is);
    }

    /// Uses this roster from now on.
    pub fn set_roster(&mut self, roster: Option<Arc<Roster>>) {
        self.roster = roster;
    }

    /// The rules.
    pub fn rules(&self) -> &HidingRules {
        &self.rules
    }

    /// The findings in a text that the rules hide. JSON is not read: its keys count as text. An error if the text is
    /// too long or takes too many steps.
    pub fn hits(&mut self, text: &str, field: &Field) -> Result<impl Iterator<Item = Hit> + '_, TooLong> {
        let TextRedactor { finder, roster, rules, writing, longest, .. } = self;
        if text.len() > *longest {
            return Err(TooLong);
        }
        writing.scratch.begin();
        finder.find_more(text, field, roster.as_deref(), &mut writing.scratch);
        if writing.scratch.is_over() {
            return Err(TooLong);
        }
        Ok(writing.scratch.hits().iter().copied().filter(|hit| rules.operator(hit).is_some()))
    }

    /// Appends `text` to `out` with its personal data hidden. Appends nothing if the text is too long; see
    /// [`Outcome::too_long`].
    pub fn redact(&mut self, text: &str, field: &FieldRules, out: &mut String) -> Outcome {
        self.begin();
        self.redact_more(text, field, out)
    }

    /// Renews the budget: the next texts belong to another message.
    pub fn begin(&mut self) {
        self.writing.scratch.begin();
    }

    /// The same for a further text of a message: the texts of a message share a budget.
    pub fn redact_more(&mut self, text: &str, field: &FieldRules, out: &mut String) -> Outcome {
        self.redact_labelled("", text, field, out)
    }

    /// The same for a text that has a label in the message, as the value of a pair of key and value has.
    pub fn redact_labelled(
        &mut self,
        label: &str,
        text: &str,
        field: &FieldRules,
        out: &mut String,
    ) -> Outcome {
        let before = out.len();
        self.writing.outcome = Outcome::default();
        if text.len() > self.longest {
            self.writing.outcome.too_long = true;
            return self.writing.outcome;
        }
        if let Some(operator) = field.whole() {
            out.push_str(self.writer().whole(text, field.field(), operator).unwrap_or(text));
        } else if json::is_document(text, &mut self.json) {
            self.document(text, field, 1, out);
        } else if json::looks_like(text) && self.rules.names_inside(field.path()) {
            // A rule for `data.guest.name` cannot be applied to JSON that cannot be read: nothing of it is released.
            apply(Operator::Replace, None, text, None, out);
            self.writing.outcome.changed = true;
        } else {
            let mut field = *field.field();
            if !label.is_empty() {
                field.hints = field.hints.union(Field::of(label).hints);
            }
            self.writer().text(text, &field, label, Form::Plain, out);
        }
        if self.writing.outcome.too_long {
            out.truncate(before);
        }
        self.writing.outcome
    }

    /// Appends a JSON document.
    fn document(&mut self, text: &str, outer: &FieldRules, depth: usize, out: &mut String) {
        let (mut scratch, mut unescaped) =
            (std::mem::take(&mut self.json), std::mem::take(&mut self.unescaped));
        let mut joined = std::mem::take(&mut self.joined);
        joined.read(text, &mut scratch, &self.finder, &mut self.writing.scratch);
        let (mut walk, mut copied) = (Walk::new(text, &mut scratch), 0);
        // The last value of a field such as `key`: the label of the `value` beside it.
        let mut named = Named::default();
        while let Ok(Some(found)) = walk.next() {
            if self.writing.outcome.too_long {
                break;
            }
            steps::count(1);
            let Range { start, end } = found.range;
            let raw = text.get(start..end).unwrap_or_default();
            let before = if found.part == Part::Key { "" } else { walk.path() };
            let Inner { field, whole } = self.inner(outer, before);
            out.push_str(text.get(copied..start).unwrap_or_default());
            copied = end;
            let part = joined.at(start).and_then(|hit| Some((hit.kind, self.rules.operator(&hit)?)));
            if let Some((kind, operator)) =
                part.filter(|(_, operator)| whole.is_none() && *operator != Operator::Keep)
            {
                self.part(raw, kind, operator, found.part, out);
                continue;
            }
            let (object, name) = before.rsplit_once('.').unwrap_or(("", before));
            let place = walk.place().filter(|_| found.part != Part::Key);
            named.forget_before(place);
            // `[["passport", "C01X00T47"]]`
            let label = place.and_then(|place| named.of_second(place)).or_else(|| named.of(object, name));
            let hints = label.map_or(field.hints, |label| field.hints.union(Field::of(label).hints));
            let labelled = Field { hints, ..field };
            if found.part == Part::Number {
                self.number(raw, label.unwrap_or(name), &labelled, whole, out);
                continue;
            }
            unescaped.read(raw);
            match whole.filter(|_| found.part == Part::Text) {
                Some(operator) => match self.writer().whole(unescaped.text(), &field, operator) {
                    Some(made) => push_escaped(made, out),
                    None => out.push_str(raw),
                },
                None if found.part == Part::Text
                    && depth < DEEPEST
                    && json::is_document(unescaped.text(), &mut self.json) =>
                {
                    self.inside(raw, unescaped.text(), outer, depth, out);
                }
                None => {
                    let form = Form::String(&unescaped, found.part);
                    self.writer().text(raw, &labelled, label.unwrap_or(name), form, out);
                    if found.part == Part::Text {
                        named.read(object, name, unescaped.text());
                        named.read_first(place, unescaped.text());
                    }
                }
            }
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        (self.json, self.unescaped, self.joined) = (scratch, unescaped, joined);
    }

    /// Appends a document in a string of a document.
    fn inside(&mut self, raw: &str, text: &str, outer: &FieldRules, depth: usize, out: &mut String) {
        let (mut made, changed) = (String::new(), self.writing.outcome.changed);
        self.writing.outcome.changed = false;
        self.document(text, outer, depth + 1, &mut made);
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

    fn writer(&mut self) -> Writer<'_> {
        Writer {
            rules: &self.rules,
            finder: &self.finder,
            keys: self.keys.as_deref(),
            roster: self.roster.as_deref(),
            writing: &mut self.writing,
        }
    }
}

#[cfg(test)]
mod tests;
