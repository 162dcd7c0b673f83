//! Warnings about what a correct policy does: rules without effect, topics nobody may read, and what is not built yet.

use std::collections::HashSet;

use super::super::compile::Compiled;
use super::super::file::PolicyFile;
use super::super::finding::{Span, quoted};
use super::super::rule::{Action, Audience, Effect, Form, Rule, RuleId, is_within};
use super::super::things::TopicPolicy;
use super::Context;

pub(super) fn warn(file: &PolicyFile, compiled: &Compiled, context: &mut Context) {
    not_built(compiled, context);
    unread_topics(compiled, context);
    open_contextual(compiled, context);
    unused_classes(file, compiled, context);
    idle_stakeholders(compiled, context);
    for rule in &compiled.rules {
        if !compiled.deciding.contains(&rule.id) {
            without_effect(rule, compiled, context);
        } else if rule.effect == Effect::Deny && !rule.who.contains(&Audience::Everyone) {
            hollow(rule, compiled, context);
        }
    }
}

/// The language has these from the start; the guard denies them, with that reason, until they work.
fn not_built(compiled: &Compiled, context: &mut Context) {
    let mut once = |spans: Vec<Span>, what: &str, then: &str| {
        let Some(first) = spans.first() else { return };
        let times =
            if spans.len() > 1 { format!(" ({} times in this policy)", spans.len()) } else { String::new() };
        context.warning("not-built", *first, format!("{what} not built yet in this version{times}"), then);
    };
    let reads = || compiled.rules.iter().filter(|rule| rule.action == Action::Read);
    once(
        reads().filter(|rule| rule.effect == Effect::Allow(Form::Redacted)).map(|rule| rule.span).collect(),
        "the redacted form is",
        "the guard denies what this rule allows, and says so; nothing is passed unredacted",
    );
    once(
        reads()
            .filter(|rule| {
                rule.effect != Effect::Deny && rule.who.iter().any(|who| *who != Audience::Everyone)
            })
            .map(|rule| rule.span)
            .collect(),
        "sealing for named stakeholders is",
        "the guard denies what this rule allows, and says so; nothing is passed unsealed",
    );
    let spans = compiled.commands.iter().map(|command| command.thing.span).collect();
    once(spans, "commands are", "the guard lets none in, whoever sends it");
    let spans = compiled.services.iter().map(|service| service.thing.span).collect();
    once(spans, "services are", "the guard lets no call in, whoever makes it");
}

fn unread_topics(compiled: &Compiled, context: &mut Context) {
    for topic in &compiled.topics {
        if !topic.access.everyone.allows() && !topic.access.named.iter().any(|(_, table)| table.allows()) {
            let message = format!("nobody may read {}", quoted(topic.name()));
            let help =
                "add a rule that allows it, or take the topic out: what is not declared is denied anyway";
            context.warning("unread-topic", topic.thing.span, message, help);
        }
    }
}

fn open_contextual(compiled: &Compiled, context: &mut Context) {
    let clear_for_everyone = |rule: &&Rule| {
        rule.action == Action::Read
            && rule.effect == Effect::Allow(Form::Clear)
            && rule.who.contains(&Audience::Everyone)
    };
    for rule in compiled.rules.iter().filter(clear_for_everyone) {
        let reached = reached(rule, compiled).find(|topic| topic.class().is_contextual());
        if let Some(topic) = reached {
            let message = format!(
                "this rule shows {} to everyone as it is, and it is contextual",
                quoted(topic.name())
            );
            let help = "what a robot learns about people is for everyone at most `as: redacted`";
            context.warning("open-contextual", rule.span, message, help);
        }
    }
}

fn unused_classes(file: &PolicyFile, compiled: &Compiled, context: &mut Context) {
    let used: HashSet<&str> = (compiled.topics.iter().map(|topic| topic.class().name()))
        .chain(compiled.commands.iter().map(|command| command.class().name()))
        .chain(compiled.services.iter().map(|service| service.class().name()))
        .collect();
    for entry in &file.classes.0 {
        if !used.iter().any(|class| is_within(class, &entry.name)) {
            let message = format!("nothing is of class {}", quoted(&entry.name));
            context.warning("unused-class", entry.span, message, "give it a topic, or take it out");
        }
    }
}

fn idle_stakeholders(compiled: &Compiled, context: &mut Context) {
    let named: HashSet<&str> = compiled.rules.iter().flat_map(|rule| &rule.who).map(Audience::name).collect();
    for stakeholder in compiled.stakeholders.iter().filter(|one| !named.contains(one.name.as_ref())) {
        let message = format!("no rule names stakeholder {}", quoted(&stakeholder.name));
        context.warning("idle-stakeholder", stakeholder.span, message, "add a rule for it, or take it out");
    }
}

fn without_effect(rule: &Rule, compiled: &Compiled, context: &mut Context) {
    if rule.action == Action::Read && reached(rule, compiled).next().is_none() {
        let help = "give the class a topic, or take the rule out";
        context.warning("no-effect", rule.span, "this rule reaches no topic", help);
        return;
    }
    let help = match settles(rule, compiled) {
        Some(other) if other.effect == Effect::Deny && rule.effect != Effect::Deny => {
            format!("the deny on line {} wins over it; take one of them out", other.span.line)
        }
        Some(other) => {
            format!("the rule on line {} already says as much; take this one out", other.span.line)
        }
        None => "other rules already say as much; take this one out".to_owned(),
    };
    context.warning("shadowed-rule", rule.span, "this rule never decides anything", help);
}

/// The rule that decides in this one's place, where and when this one begins to hold.
fn settles<'a>(rule: &Rule, compiled: &'a Compiled) -> Option<&'a Rule> {
    let strength = |effect: Effect| match effect {
        Effect::Deny => 2,
        Effect::Allow(Form::Clear) => 1,
        Effect::Allow(Form::Redacted) => 0,
    };
    let who = rule.who.first()?;
    let target = rule.targets.first()?;
    let covers = |other: &&Rule| {
        other.id != rule.id
            && other.action == rule.action
            && compiled.deciding.contains(&other.id)
            && other.concerns(who)
            && strength(other.effect) >= strength(rule.effect)
            && other.until.is_none_or(|end| rule.until.is_some_and(|own| own <= end))
            && other.hours.is_none_or(|hours| rule.hours.is_some_and(|own| hours.contain(own.from)))
            && (other.targets.contains(target)
                || rule.action != Action::Read
                || shares_topic(rule, other, compiled))
    };
    compiled
        .rules
        .iter()
        .filter(covers)
        .max_by_key(|other| (strength(other.effect), std::cmp::Reverse(other.id)))
}

fn shares_topic(rule: &Rule, other: &Rule, compiled: &Compiled) -> bool {
    reached(rule, compiled).any(|topic| other.reaches(&topic.thing.pattern, topic.class().name()))
}

/// A deny that hides nothing, because the same may be had in the open.
fn hollow(rule: &Rule, compiled: &Compiled, context: &mut Context) {
    if rule.action != Action::Read {
        return;
    }
    if let Some(topic) = reached(rule, compiled).find(|topic| topic.access.everyone.allows()) {
        let by = allowing(topic, compiled).map(|id| format!(" by the rule on line {id}")).unwrap_or_default();
        let message = format!("this denies {} what everyone may have in the open{by}", quoted(topic.name()));
        let help = "anyone can listen to the open domain: deny it to everyone and allow it by name";
        context.warning("hollow-deny", rule.span, message, help);
    }
}

fn allowing(topic: &TopicPolicy, compiled: &Compiled) -> Option<u32> {
    let deciding: HashSet<RuleId> = topic.access.everyone.deciding().collect();
    let rule =
        compiled.rules.iter().find(|rule| rule.effect != Effect::Deny && deciding.contains(&rule.id))?;
    Some(rule.span.line)
}

fn reached<'a>(rule: &'a Rule, compiled: &'a Compiled) -> impl Iterator<Item = &'a TopicPolicy> {
    let is_read = rule.action == Action::Read;
    let topics = compiled.topics.iter().map(AsRef::as_ref);
    topics.filter(move |topic| is_read && rule.reaches(&topic.thing.pattern, topic.class().name()))
}
