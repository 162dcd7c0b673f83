//! The treatment of personal data where it does not belong: `escalate:` of a class.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::{Checker, kinds};
use crate::diff::{Direction, words};
use crate::file::KindWord;
use crate::tree::Node;
use discreet_pii::{Kind, Kinds, PersonalData};
use discreet_redact::{EVERY_FIELD, FieldRule, TextRules};

/// The treatment of personal data where it does not belong.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "escalation")]
pub struct EscalateEntry {
    /// The kinds of personal data to look for, in every text of the messages of this class.
    #[schemars(length(min = 1))]
    pub find: Vec<KindWord>,
    /// The treatment of the message. The alarm is raised in every case.
    pub then: Then,
}

/// What becomes of a message in which personal data was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Then {
    /// It stays inside.
    Deny,
    /// It leaves with the findings hidden, for every audience.
    Redact,
    /// It leaves as it is.
    Alarm,
}

/// The treatment of messages in which personal data is found that does not belong there.
#[derive(Debug)]
pub struct Escalation {
    /// The kinds that are searched for, in every text.
    pub rules: Arc<TextRules>,
    /// The treatment of the message.
    pub then: Then,
}

/// Reads the escalation of a class, which is written as `class`. `None` after an error, which is reported.
pub(crate) fn read(
    written: &EscalateEntry,
    class: &Node,
    personal: &Arc<PersonalData>,
    context: &mut Checker,
) -> Option<Escalation> {
    let list = class.entry("escalate").and_then(|escalate| escalate.node.entry("find"));
    let kinds = kinds(&written.find, list.map_or(class, |list| &list.node), personal, context)?;
    let rule = FieldRule::Find { kinds, with: None, spoken: false };
    let rules = TextRules::new(vec![(EVERY_FIELD.to_owned(), rule)], Arc::clone(personal));
    Some(Escalation { rules: Arc::new(rules), then: written.then })
}

/// Two escalations in words, and the direction of the change; `None` without a difference.
pub(crate) fn compared(escalations: [Option<&Escalation>; 2]) -> Option<([String; 2], Direction)> {
    let [before, after] = escalations;
    let differs = |more: fn(u8, u8) -> bool| {
        Kinds::all().iter().any(|kind| more(leaves(after, kind), leaves(before, kind)))
    };
    let (gains, loses) = (differs(|new, old| new > old), differs(|new, old| new < old));
    (gains || loses).then(|| (escalations.map(describe), Direction::of(gains, loses)))
}

/// A rank for the part of a message that leaves if this kind is found in it. Without an alarm, the finding stays
/// unknown.
fn leaves(escalation: Option<&Escalation>, kind: Kind) -> u8 {
    match escalation.filter(|escalation| escalation.rules.kinds().contains(kind)).map(|found| found.then) {
        Some(Then::Deny) => 0,
        Some(Then::Redact) => 1,
        Some(Then::Alarm) => 2,
        None => 3,
    }
}

fn describe(escalation: Option<&Escalation>) -> String {
    let Some(escalation) = escalation else { return "let through unnoticed".to_owned() };
    let then = match escalation.then {
        Then::Deny => "denied",
        Then::Redact => "redacted",
        Then::Alarm => "let through with an alarm",
    };
    format!("{then} ({})", words(escalation.rules.kinds()))
}
