//! Hides personal data in text: plain, or JSON in a string.

mod document;
mod named;
mod outcome;
mod places;
mod rules;
mod writer;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::joined::Joined;
use super::json::{self, Unescaped};
use super::records::Records;
use super::{Operator, OperatorKeys, apply};
use crate::detect::{is_label_of_people, is_label_of_person};
use crate::recognisers::spoken::Written;
use crate::{Field, Finder, Hit, LONGEST, Roster, Scratch};

use document::Inner;
use places::Places;
use writer::{Form, Writer};

pub use outcome::{Counts, Outcome};
pub use rules::{FieldRules, HidingRules};

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
    records: Records,
    writing: Writing,
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
    places: Places,
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
            records: Records::default(),
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

    /// The findings in a text that [`redact`](TextRedactor::redact) hides or keeps as the rules say, in order. Those in JSON
    /// have their places in the text too. An error if the text is too long or takes too many steps.
    pub fn hits(&mut self, text: &str, field: &FieldRules) -> Result<Vec<Hit>, TooLong> {
        self.writing.places.begin();
        let outcome = self.redact(text, field, &mut String::new());
        let hits = self.writing.places.end();
        if outcome.too_long { Err(TooLong) } else { Ok(hits) }
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
        } else if label.is_empty()
            && let Some(at) = json::embedded(text, &mut self.json)
        {
            self.embedded(text, at, field, out);
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

    /// Appends a text with a document in it.
    fn embedded(&mut self, text: &str, at: Range<usize>, field: &FieldRules, out: &mut String) {
        let part = |range| text.get(range).unwrap_or_default();
        self.writer().text(part(0..at.start), field.field(), "", Form::Plain, out);
        self.json.root.push_str(label_of_person(part(0..at.start)));
        let before = self.writing.places.count();
        self.document(part(at.clone()), field, 1, out);
        self.json.root.clear();
        self.writing.places.move_from(before, |place| at.start + place);
        let before = self.writing.places.count();
        self.writer().text(part(at.end..text.len()), field.field(), "", Form::Plain, out);
        self.writing.places.move_from(before, |place| at.end + place);
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

/// The label of a person that stands in front of a document: `guest: {"first": "Xiadani"}`.
fn label_of_person(head: &str) -> &str {
    let label = head.trim_end_matches(' ').strip_suffix([':', '=']).unwrap_or_default();
    let word = label.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    if is_label_of_person(word) || is_label_of_people(word) { word } else { "" }
}

#[cfg(test)]
mod tests;
