//! Takes personal data out of text: plain, or JSON in a string.

mod outcome;
mod rules;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::json::{self, Part, Unescaped, Walk, push_escaped};
use super::spoken::{self, Normal};
use super::{Field, Finder, Group, Hit, LONGEST, Operator, OperatorKeys, Roster, Scratch, apply};
use discreet_host::steps;

pub use outcome::{Counts, Outcome};
pub use rules::{FieldRules, TextRules};

/// JSON in a string of JSON in a string is read; deeper it is text.
const DEEPEST: usize = 3;
/// A number with fewer digits is looked at only if its key promises something.
const SHORT_NUMBER: usize = 5;
/// How many paths of keys are remembered.
const MOST_PATHS: usize = 4096;

/// A text that is longer, or takes more steps, than a text may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too_long: it is longer, or takes more steps to look at, than a text may")]
pub struct TooLong;

/// Redacts texts by the rules of one audience. Each thread needs its own.
pub struct TextRedactor {
    rules: TextRules,
    finder: Arc<Finder>,
    keys: Option<Arc<OperatorKeys>>,
    roster: Option<Arc<Roster>>,
    longest: usize,
    json: json::Scratch,
    unescaped: Unescaped,
    inner: HashMap<String, Inner>,
    /// The value before this one is mostly of the same key.
    last: Option<(String, String, Inner)>,
    path: String,
    writing: Writing,
}

/// What is known of a value inside a document.
#[derive(Clone, Copy)]
struct Inner {
    field: Field,
    whole: Option<Operator>,
}

/// What finding and writing need, kept from one text to the next.
#[derive(Default)]
struct Writing {
    scratch: Scratch,
    normal: Normal,
    made: String,
    outcome: Outcome,
}

impl TextRedactor {
    /// By these rules. Without keys, pseudonyms are names of kinds.
    pub fn new(rules: TextRules, finder: Arc<Finder>, keys: Option<Arc<OperatorKeys>>) -> TextRedactor {
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

    /// From now on with these keys: they are one reader's.
    pub fn set_keys(&mut self, keys: Option<Arc<OperatorKeys>>) {
        self.keys = keys;
    }

    /// From now on texts of up to so many bytes are looked at.
    pub fn set_longest(&mut self, bytes: usize) {
        self.longest = bytes;
    }

    /// From now on with this list of names.
    pub fn set_roster(&mut self, roster: Option<Arc<Roster>>) {
        self.roster = roster;
    }

    /// The rules it goes by.
    pub fn rules(&self) -> &TextRules {
        &self.rules
    }

    /// What is found in a text, as it is; nothing is looked for in JSON by its keys. An error if not all of it could be looked
    /// at.
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

    /// Adds `text` to `out`, without what the rules take out of it. Nothing, if it is too long.
    pub fn redact(&mut self, text: &str, field: &FieldRules, out: &mut String) -> Outcome {
        self.begin();
        self.redact_more(text, field, out)
    }

    /// For the texts of another message: they have one budget.
    pub fn begin(&mut self) {
        self.writing.scratch.begin();
    }

    /// The same with a further text of a message.
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
            // A rule for `data.guest.name` cannot be kept in what cannot be read: nothing of it is let out.
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

    /// A document that was found to be one.
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

    /// A document in a string of a document.
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

    /// A number that is replaced becomes a string: `4111111111111111` to `"<payment_card>"`.
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

    /// What is known of the value at `path` in a document.
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
        // Keys are from outside: whoever invents new ones costs time, not memory.
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

/// How a text stands in what is written.
#[derive(Clone, Copy)]
enum Form<'t> {
    Plain,
    /// In a string of JSON.
    String(&'t Unescaped, Part),
}

/// What a text is redacted with.
struct Writer<'r> {
    rules: &'r TextRules,
    finder: &'r Finder,
    keys: Option<&'r OperatorKeys>,
    roster: Option<&'r Roster>,
    writing: &'r mut Writing,
}

impl<'r> Writer<'r> {
    /// Makes of a whole value what the rule for its field says, whatever it looks like. `None` if it stays.
    fn whole(self, value: &str, field: &Field, operator: Operator) -> Option<&'r str> {
        if value.is_empty() || operator == Operator::Keep {
            return None;
        }
        let Writing { normal, made, outcome, .. } = self.writing;
        made.clear();
        apply(operator, field.hints.iter().next(), as_written(value, field, normal), self.keys, made);
        outcome.whole += 1;
        outcome.changed = true;
        Some(made)
    }

    /// Writes a text without what is found in it.
    fn text(self, raw: &str, field: &Field, form: Form<'_>, out: &mut String) {
        let text = if let Form::String(unescaped, _) = form { unescaped.text() } else { raw };
        let Writing { scratch, normal, made, outcome } = self.writing;
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
            // Disjoint by promise; what overlaps all the same is not written twice.
            let (Some(value), Some(before)) = (text.get(hit.start..hit.end), raw.get(copied..start)) else {
                continue;
            };
            made.clear();
            apply(operator, Some(hit.kind), as_written(value, field, normal), self.keys, made);
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

/// A key that is an address or a number says who; one that looks like a name is mostly a word of the program.
fn may_be_key(hit: &Hit) -> bool {
    !matches!(hit.kind.group(), Group::Person | Group::Place)
}

/// Spoken digits as digits, so that a mask shows digits, and a pseudonym is that of the number typed.
fn as_written<'t>(value: &'t str, field: &Field, normal: &'t mut Normal) -> &'t str {
    if spoken::normalise(value, field, normal) { normal.text() } else { value }
}

#[cfg(test)]
mod tests;
