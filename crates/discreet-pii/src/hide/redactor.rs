//! Hides personal data in text: plain, or JSON in a string.

mod outcome;
mod rules;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use discreet_host::steps;

use super::json::{self, Part, Unescaped, Walk, push_escaped};
use super::{Operator, OperatorKeys, apply};
use crate::recognisers::spoken::{self, Written};
use crate::{Field, Finder, Group, Hit, Kind, LONGEST, Roster, Scratch};

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
            self.writer().text(text, field.field(), Form::Plain, out);
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
        let (mut walk, mut copied) = (Walk::new(text, &mut scratch), 0);
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
            if found.part == Part::Number {
                self.number(raw, &field, whole, out);
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
                None => self.writer().text(raw, &field, Form::String(&unescaped, found.part), out),
            }
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        (self.json, self.unescaped) = (scratch, unescaped);
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

    /// Appends a number. One that is replaced becomes a string: `4111111111111111` to `"<payment_card>"`.
    fn number(&mut self, raw: &str, field: &Field, whole: Option<Operator>, out: &mut String) {
        let digits = raw.bytes().filter(u8::is_ascii_digit).count();
        if whole.is_none() && digits < SHORT_NUMBER && field.hints.is_empty() {
            out.push_str(raw);
            return;
        }
        let (from, changed) = (out.len(), std::mem::take(&mut self.writing.outcome.changed));
        out.push('"');
        match whole {
            Some(operator) => push_escaped(self.writer().whole(raw, field, operator).unwrap_or(raw), out),
            None => self.writer().text(raw, field, Form::Plain, out),
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

/// The place of a text in the output.
#[derive(Clone, Copy)]
enum Form<'t> {
    Plain,
    /// A string of JSON.
    String(&'t Unescaped, Part),
}

/// Everything that is needed to hide the personal data of one text.
struct Writer<'r> {
    rules: &'r HidingRules,
    finder: &'r Finder,
    keys: Option<&'r OperatorKeys>,
    roster: Option<&'r Roster>,
    writing: &'r mut Writing,
}

impl<'r> Writer<'r> {
    /// Applies the rule of a field to a whole value of any form. `None` if the value stays.
    fn whole(self, value: &str, field: &Field, operator: Operator) -> Option<&'r str> {
        if value.is_empty() || operator == Operator::Keep {
            return None;
        }
        let Writing { written, made, outcome, .. } = self.writing;
        made.clear();
        apply(operator, field.hints.iter().next(), as_typed(value, field, written), self.keys, made);
        outcome.whole += 1;
        outcome.changed = true;
        Some(made)
    }

    /// Appends a text with its findings hidden.
    fn text(self, raw: &str, field: &Field, form: Form<'_>, out: &mut String) {
        let text = if let Form::String(unescaped, _) = form { unescaped.text() } else { raw };
        let Writing { scratch, written, made, outcome } = self.writing;
        let mut copied = 0;
        self.finder.find_more(text, field, self.roster, scratch);
        if scratch.is_over() {
            outcome.too_long = true;
            return;
        }
        for hit in scratch.hits() {
            let Some(operator) = self.rules.operator(hit).filter(|_| !form.is_key() || may_be_key(hit))
            else {
                continue;
            };
            outcome.hits.add(hit.kind);
            if operator == Operator::Keep {
                continue;
            }
            let (start, end) = (form.raw(hit.start), form.raw(hit.end));
            // Findings are disjoint. If two overlapped all the same, the second would not be written.
            let (Some(value), Some(before)) = (text.get(hit.start..hit.end), raw.get(copied..start)) else {
                continue;
            };
            made.clear();
            apply(operator, Some(hit.kind), as_typed(value, field, written), self.keys, made);
            out.push_str(before);
            if matches!(form, Form::Plain) {
                out.push_str(made)
            } else {
                push_escaped(made, out)
            }
            copied = end;
            outcome.changed = true;
        }
        out.push_str(raw.get(copied..).unwrap_or_default());
    }
}

impl Form<'_> {
    fn raw(self, at: usize) -> usize {
        if let Form::String(unescaped, _) = self { unescaped.raw(at) } else { at }
    }

    fn is_key(self) -> bool {
        matches!(self, Form::String(_, Part::Key))
    }
}

/// May a key of JSON be personal data of this kind? A key that looks like a name or a place mostly is a word of the
/// program. Five digits are not.
fn may_be_key(hit: &Hit) -> bool {
    hit.kind == Kind::DePlz || !matches!(hit.kind.group(), Group::Person | Group::Place)
}

/// Spoken digits as digits: then a mask shows digits, and a spoken number has the pseudonym of the typed one.
fn as_typed<'t>(value: &'t str, field: &Field, written: &'t mut Written) -> &'t str {
    if spoken::normalise(value, field, written) { written.text() } else { value }
}

#[cfg(test)]
mod tests;
