//! Warnings about correct rules on actions: goals that cannot be cancelled, and what everyone can hear.

use std::collections::HashMap;

use super::super::action::ActionPart;
use super::super::closure::{Most, gives_more};
use super::super::compile::Compiled;
use super::super::declared::Ingress;
use super::super::finding::quoted;
use super::super::rule::{Effect, Form, Party, Rule, Target};
use super::super::timetable::Timetable;
use super::super::verb::Verb;
use super::Checker;

pub(super) fn warn(compiled: &Compiled, context: &mut Checker) {
    let parts = compiled.ingress.iter().filter(|one| one.part().is_some());
    let parts: HashMap<&str, &Ingress> = parts.map(|one| (one.name(), one.as_ref())).collect();
    for goals in compiled.ingress.iter().filter(|one| one.part() == Some(ActionPart::SendGoal)) {
        let action = goals.action().unwrap_or_default();
        if let Some(cancel) = parts.get(ActionPart::CancelGoal.full_name(action).as_str()) {
            without_cancel(action, goals, cancel, compiled, context);
        }
    }
    for rule in compiled.rules.iter().filter(|rule| rule.verb == Verb::Act) {
        let named = || {
            rule.targets.iter().filter_map(|target| match target {
                Target::Names(name) => parts.get(name.text()).copied(),
                Target::Class(_) => None,
            })
        };
        match rule.effect {
            Effect::Allow(Form::Clear) if rule.who.contains(&Party::Everyone) => {
                open_contextual(rule, named(), context);
            }
            Effect::Deny if !rule.who.contains(&Party::Everyone) => {
                hollow(rule, named(), compiled, context);
            }
            Effect::Allow(_) | Effect::Deny => {}
        }
    }
}

/// A robot on its way should be stopped by the party that sent it.
fn without_cancel(
    action: &str,
    goals: &Ingress,
    cancel: &Ingress,
    compiled: &Compiled,
    context: &mut Checker,
) {
    let Some(who) = gives_more(&goals.access, Most::Calibration, &cancel.access) else { return };
    let table = |of: &Ingress| {
        of.access.named.iter().find(|(name, _)| **name == *who).map(|(_, table)| table.clone())
    };
    let may_cancel = table(cancel).is_some_and(|table| table.allows());
    let rule = table(goals).and_then(|table| allowing(&table, compiled));
    let but = if may_cancel { "but not cancel them at all of these times" } else { "but not cancel them" };
    let message = format!("{} may send goals to {}, {but}", quoted(who), quoted(action));
    let help = format!("allow it {} too, at the same times", quoted(cancel.name()));
    context.warning("goals-without-cancel", rule.map_or(goals.span(), |rule| rule.span), message, help);
}

fn allowing<'a>(table: &Timetable, compiled: &'a Compiled) -> Option<&'a Rule> {
    let rules = table.deciding().filter_map(|id| compiled.rules.get(id.index()));
    rules.filter(|rule| rule.effect != Effect::Deny).min_by_key(|rule| rule.id)
}

/// Status has no text, and goals of others are in neither.
fn open_contextual<'a>(rule: &Rule, mut named: impl Iterator<Item = &'a Ingress>, context: &mut Checker) {
    let open =
        named.find(|part| part.part().is_some_and(ActionPart::has_text) && part.class().is_contextual());
    if let Some(part) = open {
        let message =
            format!("this rule shows {} to everyone as it is, and it is contextual", quoted(part.name()));
        let help = "what a robot learns about people is for everyone at most `as: redacted`";
        context.warning("open-contextual", rule.span, message, help);
    }
}

/// A deny without effect, because everyone may have the same in the open.
fn hollow<'a>(
    rule: &Rule,
    mut named: impl Iterator<Item = &'a Ingress>,
    compiled: &Compiled,
    context: &mut Checker,
) {
    // A rule that decides nothing has a warning of its own.
    if !compiled.deciding.contains(&rule.id) {
        return;
    }
    if let Some(part) = named.find(|part| part.access.everyone.allows()) {
        let by = allowing(&part.access.everyone, compiled);
        let by = by.map(|by| format!(" by the rule on line {}", by.span.line)).unwrap_or_default();
        let message = format!("this denies {} what everyone may have in the open{by}", quoted(part.name()));
        let help = "anyone can listen to the open domain: deny it to everyone and allow it by name";
        context.warning("hollow-deny", rule.span, message, help);
    }
}
