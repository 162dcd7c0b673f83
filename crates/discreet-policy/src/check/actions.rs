//! Actions: each is declared as a whole, and compiled as its five parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::action::{Action, ActionPart, PartOf, action_of, is_within};
use super::super::declared::{Bounds, Declaration};
use super::super::file::{ActionEntry, Located, Section};
use super::super::finding::quoted;
use super::super::names::Pattern;
use super::super::verb::Verb;
use super::declared::{Classes, class, declaration, full_name, limits, rate, ros_type};
use super::{Checker, fields};
use discreet_pii::PersonalData;
use discreet_redact::{FieldRule, TextRules};

/// The parts of all actions, in the order of the file.
pub(super) fn actions(
    section: &Section<ActionEntry>,
    classes: &Classes,
    personal: &Arc<PersonalData>,
    context: &mut Checker,
) -> Vec<Declaration> {
    let mut parts = Vec::new();
    for entry in &section.0 {
        if let Some(action) = action_of(&entry.name) {
            let message = format!("{} is a part of an action", quoted(&entry.name));
            let help = format!("declare the action as a whole: {}", quoted(action));
            context.error("action-part", entry.span, message, help);
            continue;
        }
        let Some(patterns) = patterns(entry, context) else { continue };
        let Some(written) = &entry.value else { continue };
        let class = class(&written.class, entry, classes, context);
        ros_type(&written.type_name, "action", entry.place("type"), context);
        let bounds =
            Bounds { rate: rate(written.rate), limits: limits(entry, written.limits.as_ref(), context) };
        let hidden = hidden(entry, written, personal, context);
        let Some(class) = class else { continue };
        let action = Arc::new(Action {
            name: entry.name.clone(),
            type_name: written.type_name.clone(),
            on_end: written.on_end.unwrap_or_default(),
            hidden: (!hidden.is_empty())
                .then(|| TextRules::new(hidden.clone(), Arc::clone(personal)).to_string()),
        });
        let part = |(part, pattern): (ActionPart, Pattern)| {
            let type_name = part.type_name(&action.type_name);
            Declaration {
                text: text(part, &hidden, personal),
                bounds: if part == ActionPart::SendGoal { bounds.clone() } else { Bounds::default() },
                part: Some(PartOf { part, action: Arc::clone(&action) }),
                ..declaration(Verb::Act, pattern, &type_name, Arc::clone(&class), entry.span)
            }
        };
        parts.extend(patterns.into_iter().map(part));
    }
    parts
}

/// The names of the parts. `None` after an error, which is reported.
fn patterns(entry: &Located<ActionEntry>, context: &mut Checker) -> Option<Vec<(ActionPart, Pattern)>> {
    full_name(entry, context)?;
    let named = |part: ActionPart| Some((part, Pattern::read(&part.full_name(&entry.name))?));
    let patterns: Option<Vec<_>> = ActionPart::ALL.into_iter().map(named).collect();
    if patterns.is_none() {
        let message =
            format!("{} is too long: the names of its parts are not ROS names", quoted(&entry.name));
        context.error("bad-name", entry.span, message, "use a shorter name");
    }
    patterns
}

/// The rules for text of feedback and result, by path. After an error, which is reported, they may be incomplete.
fn hidden(
    entry: &Located<ActionEntry>,
    written: &ActionEntry,
    personal: &PersonalData,
    context: &mut Checker,
) -> Vec<(String, FieldRule)> {
    let redact: Option<&BTreeMap<_, _>> = written.redact.as_ref();
    let rules = fields::field_rules(entry, &written.type_name, redact, personal, context);
    let rules = rules.unwrap_or_default();
    for (field, _) in &rules {
        if !ActionPart::ALL.into_iter().any(|part| is_in(field, part)) {
            let message = format!("{} is neither in the feedback nor in the result", quoted(field));
            let help = "begin with the part: `feedback.note`, `result.message`; `feedback` stands for all of its text";
            context.error("bad-field", fields::places(entry, "redact", field).0, message, help);
        }
    }
    rules
}

/// True if a path of `redact` is about a part.
fn is_in(path: &str, part: ActionPart) -> bool {
    let Some(field) = part.text_field() else { return false };
    path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn text(
    part: ActionPart,
    hidden: &[(String, FieldRule)],
    personal: &Arc<PersonalData>,
) -> Option<Arc<TextRules>> {
    let own: Vec<_> = hidden.iter().filter(|(path, _)| is_in(path, part)).cloned().collect();
    (!own.is_empty()).then(|| Arc::new(TextRules::new(own, Arc::clone(personal))))
}

/// Reports a topic, command or service whose name is within an action, and is true then. Events that introspection
/// publishes are topics like any other.
pub(super) fn is_part<T>(entry: &Located<T>, verb: Verb, context: &mut Checker) -> bool {
    let is_part = if verb.is_read() { is_within(&entry.name) } else { action_of(&entry.name).is_some() };
    if is_part {
        let message = format!("{} is a part of an action", quoted(&entry.name));
        context.error("action-part", entry.span, message, "declare it under `actions`");
    }
    is_part
}
