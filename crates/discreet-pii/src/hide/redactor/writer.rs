//! Hides the personal data of one text.

use super::super::json::{Part, Unescaped, push_escaped};
use super::super::{Operator, OperatorKeys, apply};
use super::{HidingRules, Writing};
use crate::kinds::Score;
use crate::recognisers::spoken::{self, Written};
use crate::{Evidence, Field, Finder, Group, Hit, Kind, Roster};

/// The place of a text in the output.
#[derive(Clone, Copy)]
pub(super) enum Form<'t> {
    Plain,
    /// A string of JSON.
    String(&'t Unescaped, Part),
}

/// Everything that is needed to hide the personal data of one text.
pub(super) struct Writer<'r> {
    pub rules: &'r HidingRules,
    pub finder: &'r Finder,
    pub keys: Option<&'r OperatorKeys>,
    pub roster: Option<&'r Roster>,
    pub writing: &'r mut Writing,
}

impl<'r> Writer<'r> {
    /// Applies the rule of a field to a whole value of any form. `None` if the value stays.
    pub fn whole(self, value: &str, field: &Field, operator: Operator) -> Option<&'r str> {
        if value.is_empty() || operator == Operator::Keep {
            return None;
        }
        let Writing { written, made, outcome, places, .. } = self.writing;
        if let Some(kind) = field.hints.iter().next() {
            let (score, evidence) = (Score::CERTAIN.points(), Evidence::Context);
            places.add(Hit { kind, start: 0, end: value.len(), score, evidence });
        }
        made.clear();
        apply(operator, field.hints.iter().next(), as_typed(value, field, written), self.keys, made);
        outcome.whole += 1;
        outcome.changed = true;
        Some(made)
    }

    /// Appends a text with its findings hidden. `label` is the name that the text has in its document or message; it
    /// may be empty.
    pub fn text(self, raw: &str, field: &Field, label: &str, form: Form<'_>, out: &mut String) {
        let text = if let Form::String(unescaped, _) = form { unescaped.text() } else { raw };
        let Writing { scratch, written, made, labelled, outcome, places } = self.writing;
        let (mut copied, mut shift) = (0, 0);
        let mut searched = text;
        if !label.is_empty() && (!field.hints.is_empty() || self.finder.knows(label)) {
            // `password` and `tulip7` mean something together.
            labelled.clear();
            labelled.extend([label, ": ", text]);
            (searched, shift) = (labelled, label.len() + 2);
        }
        self.finder.find_more(searched, field, self.roster, scratch);
        if scratch.is_over() {
            outcome.too_long = true;
            return;
        }
        for hit in scratch.hits() {
            let Some(end) = hit.end.checked_sub(shift).filter(|end| *end > 0) else { continue };
            // The whole value of a field for a password is one: `correct horse battery staple`.
            let named = || field.hints.contains(Kind::Person) && is_name(text);
            let whole = shift > 0
                && hit.start <= shift
                && (hit.start == shift && hit.kind == Kind::Password || hit.kind == Kind::Person && named());
            let end = if whole { text.len() } else { end };
            let hit = &Hit { start: hit.start.saturating_sub(shift), end, ..*hit };
            let Some(operator) = self.rules.operator(hit).filter(|_| !form.is_key() || may_be_key(hit, text))
            else {
                continue;
            };
            outcome.hits.add(hit.kind);
            places.add(Hit { start: form.raw(hit.start), end: form.raw(hit.end), ..*hit });
            if operator == Operator::Keep {
                continue;
            }
            // Findings are disjoint. If two overlapped all the same, the rest of the second would be hidden too.
            let (start, end) = (form.raw(hit.start).max(copied), form.raw(hit.end));
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

/// Is a text in the field of a person a name as a whole: some words with capitals, `Bo Li`?
fn is_name(text: &str) -> bool {
    const MOST: usize = 5;
    let is_part = |word: &str| {
        word.starts_with(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’'))
    };
    text.split(' ').all(is_part) && text.split(' ').count() <= MOST
}

/// May a key of JSON be personal data of this kind? A word that looks like a name or a place mostly is one of the
/// program. Two words are not, and neither are five digits.
fn may_be_key(hit: &Hit, key: &str) -> bool {
    let words = || key.get(hit.start..hit.end).is_some_and(|found| found.trim().contains(' '));
    hit.kind == Kind::DePlz || !matches!(hit.kind.group(), Group::Person | Group::Place) || words()
}

/// Spoken digits as digits: then a mask shows digits, and a spoken number has the pseudonym of the typed one.
fn as_typed<'t>(value: &'t str, field: &Field, written: &'t mut Written) -> &'t str {
    if spoken::normalise(value, field, written) { written.text() } else { value }
}
