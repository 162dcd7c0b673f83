//! Warnings about a correct policy: rules without effect, topics that no rule lets anyone read, redaction that cannot
//! be done.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::super::action::ActionPart;
use super::super::compile::Compiled;
use super::super::declared::{Ingress, TopicPolicy, is_opaque};
use super::super::file::PolicyFile;
use super::super::finding::quoted;
use super::super::rule::{Effect, Form, Party, Rule, RuleId, Target, is_within};
use super::super::verb::Verb;
use super::{Checker, goals, parameters};
pub(crate) fn warn(file: &PolicyFile, compiled: &Compiled, context: &mut Checker) {
    let reach = &Reach::new(compiled);
    unread_topics(compiled, context);
    open_contextual(compiled, reach, context);
    nothing_to_redact(compiled, context);
    nothing_to_redact_in_answers(compiled, context);
    goals::warn(compiled, context);
    parameters::warn(compiled, context);
    unused_classes(file, compiled, context);
    idle_stakeholders(compiled, context);
    // Finding the rule that settles another compares it with all others: worth it for a file a person reads.
    let find_settling = compiled.rules.len() <= 300;
    for rule in &compiled.rules {
        if !compiled.deciding.contains(&rule.id) {
            let other = if find_settling { settles(rule, compiled, reach) } else { None };
            without_effect(rule, other, reach, context);
        } else if rule.effect == Effect::Deny && !rule.who.contains(&Party::Everyone) {
            hollow(rule, compiled, reach, context);
        }
    }
}

/// For each rule that decides for such a topic, the first of them.
fn deciding_first(
    compiled: &Compiled,
    which: impl Fn(&TopicPolicy) -> bool,
) -> BTreeMap<RuleId, &TopicPolicy> {
    let mut first: BTreeMap<RuleId, &TopicPolicy> = BTreeMap::new();
    for topic in compiled.topics.iter().filter(|topic| which(topic)) {
        let tables = topic.access.named.iter().map(|(_, table)| table).chain([&topic.access.everyone]);
        for id in tables.flat_map(|table| table.deciding()) {
            first.entry(id).or_insert(topic);
        }
    }
    first
}

fn unread_topics(compiled: &Compiled, context: &mut Checker) {
    for topic in &compiled.topics {
        if !topic.access.everyone.allows() && !topic.access.named.iter().any(|(_, table)| table.allows()) {
            let message = format!("nobody may read {}", quoted(topic.name()));
            let help =
                "add a rule that allows it, or take the topic out: undeclared topics are denied anyway";
            context.warning("unread-topic", topic.declaration.span, message, help);
        }
    }
}

fn open_contextual(compiled: &Compiled, reach: &Reach, context: &mut Checker) {
    let clear_for_everyone = |rule: &&Rule| {
        rule.verb.is_read()
            && rule.effect == Effect::Allow(Form::Clear)
            && rule.who.contains(&Party::Everyone)
    };
    for rule in compiled.rules.iter().filter(clear_for_everyone) {
        let reached = reach.topics(rule).find(|topic| topic.class().is_contextual());
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

/// A topic without `redact:` has no redacted form. For an image that is an error: the author of the rule expects
/// faces to be hidden.
fn nothing_to_redact(compiled: &Compiled, context: &mut Checker) {
    let images = deciding_first(compiled, |topic| topic.is_image() && topic.image_rules().is_none());
    let others = deciding_first(compiled, |topic| !topic.is_image() && topic.text_rules().is_none());
    for rule in compiled.rules.iter().filter(|rule| rule.effect == Effect::Allow(Form::Redacted)) {
        let said = |topic: &TopicPolicy| {
            format!("this rule allows {} redacted, but nothing says what to hide in it", quoted(topic.name()))
        };
        if let Some(topic) = images.get(&rule.id) {
            let line = topic.declaration.span.line;
            let help = format!("add `redact: {{ faces: solid }}` to the topic on line {line}, or deny it");
            context.error("nothing-to-redact", rule.span, said(topic), help);
        }
        let Some(topic) = others.get(&rule.id) else { continue };
        let line = topic.declaration.span.line;
        if is_opaque(topic.type_name()) {
            let message = format!(
                "this rule allows {} redacted, but nothing can be covered in a {}",
                quoted(topic.name()),
                quoted(topic.type_name())
            );
            let help = format!("the guard denies it; a deny rule for the topic on line {line} says so");
            context.warning("cannot-redact", rule.span, message, help);
        } else {
            let help = format!("add `redact:` to the topic on line {line}; without it the guard denies it");
            context.warning("nothing-to-redact", rule.span, said(topic), help);
        }
    }
}

/// A rule with redacted answers, for a service without `redact:`; or with redacted feedback or results, for an action
/// that hides nothing in them. Other parts of an action have no text.
fn nothing_to_redact_in_answers(compiled: &Compiled, context: &mut Checker) {
    let bare: HashMap<(Verb, &str), &Ingress> = (compiled.ingress.iter().map(AsRef::as_ref))
        .filter(|one| one.text_rules().is_none() && one.part().is_none_or(ActionPart::has_text))
        .map(|one| ((one.declaration.verb, one.name()), one))
        .collect();
    let redacted = |rule: &&Rule| rule.effect == Effect::Allow(Form::Redacted) && rule.verb.has_form();
    for rule in compiled.rules.iter().filter(|rule| !rule.verb.is_read()).filter(redacted) {
        let named = rule.targets.iter().filter_map(|target| match target {
            Target::Names(name) => bare.get(&(rule.verb, name.text())),
            Target::Class(_) => None,
        });
        let Some(one) = named.into_iter().next() else { continue };
        let line = one.span().line;
        let (message, help) = match (one.part(), one.part().and_then(ActionPart::text_field)) {
            (Some(part), Some(field)) => (
                format!(
                    "this rule allows the {} of {} redacted, but nothing says what to hide in it",
                    field,
                    quoted(one.action().unwrap_or_default())
                ),
                format!(
                    "add `redact:` with `{field}`, or fields of it, to the action on line {line}, or leave {} to another \
                     rule",
                    quoted(&part.full_name(one.action().unwrap_or_default()))
                ),
            ),
            _ => (
                format!(
                    "this rule allows the answers of {} redacted, but nothing says what to hide in them",
                    quoted(one.name())
                ),
                format!("add `redact:` to the service on line {line}"),
            ),
        };
        context.error("nothing-to-redact", rule.span, message, help);
    }
}

fn unused_classes(file: &PolicyFile, compiled: &Compiled, context: &mut Checker) {
    let used: HashSet<&str> = (compiled.topics.iter().map(|topic| topic.class().name()))
        .chain(compiled.ingress.iter().map(|one| one.class().name()))
        .collect();
    for entry in &file.classes.0 {
        if !used.iter().any(|class| is_within(class, &entry.name)) {
            let message = format!("nothing is of class {}", quoted(&entry.name));
            context.warning("unused-class", entry.span, message, "give it a topic, or take it out");
        }
    }
}

fn idle_stakeholders(compiled: &Compiled, context: &mut Checker) {
    let named: HashSet<&str> = compiled.rules.iter().flat_map(|rule| &rule.who).map(Party::name).collect();
    for stakeholder in compiled.stakeholders.iter().filter(|one| !named.contains(one.name.as_ref())) {
        let message = format!("no rule names stakeholder {}", quoted(&stakeholder.name));
        context.warning("idle-stakeholder", stakeholder.span, message, "add a rule for it, or take it out");
    }
}

fn without_effect(rule: &Rule, settled_by: Option<&Rule>, reach: &Reach, context: &mut Checker) {
    if rule.verb.is_read() && reach.topics(rule).next().is_none() {
        let help = "give the class a topic, or take the rule out";
        context.warning("no-effect", rule.span, "this rule reaches no topic", help);
        return;
    }
    let help = match settled_by {
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

/// The rule that decides instead of this one, where and when this one begins to hold.
fn settles<'a>(rule: &Rule, compiled: &'a Compiled, reach: &Reach) -> Option<&'a Rule> {
    let strength = |effect: Effect| match effect {
        Effect::Deny => 2,
        Effect::Allow(Form::Clear) => 1,
        Effect::Allow(Form::Redacted) => 0,
    };
    let who = rule.who.first()?;
    let target = rule.targets.first()?;
    let covers = |other: &&Rule| {
        other.id != rule.id
            && other.verb == rule.verb
            && compiled.deciding.contains(&other.id)
            && other.concerns(who)
            && strength(other.effect) >= strength(rule.effect)
            && other.until.is_none_or(|end| rule.until.is_some_and(|own| own <= end))
            && other.hours.is_none_or(|hours| rule.hours.is_some_and(|own| hours.contain(own.from)))
            && (other.targets.contains(target) || (rule.verb.is_read() && shares_topic(rule, other, reach)))
    };
    compiled
        .rules
        .iter()
        .filter(covers)
        .max_by_key(|other| (strength(other.effect), std::cmp::Reverse(other.id)))
}

fn shares_topic(rule: &Rule, other: &Rule, reach: &Reach) -> bool {
    reach.topics(rule).any(|topic| other.reaches(&topic.declaration.pattern, topic.class().name()))
}

/// A deny without effect, because everyone may have the same in the open.
fn hollow(rule: &Rule, compiled: &Compiled, reach: &Reach, context: &mut Checker) {
    if !rule.verb.is_read() {
        return;
    }
    if let Some(topic) = reach.topics(rule).find(|topic| topic.access.everyone.allows()) {
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

/// Index of the topics that each rule reaches: there may be thousands of both.
struct Reach<'a> {
    topics: &'a [Arc<TopicPolicy>],
    by_name: HashMap<&'a str, &'a Arc<TopicPolicy>>,
    by_target: HashMap<&'a str, Vec<&'a Arc<TopicPolicy>>>,
}

impl<'a> Reach<'a> {
    fn new(compiled: &'a Compiled) -> Self {
        let by_name = compiled.topics.iter().map(|topic| (topic.name(), topic)).collect();
        let mut reach = Self { topics: &compiled.topics, by_name, by_target: HashMap::new() };
        for target in compiled.rules.iter().filter(|rule| rule.verb.is_read()).flat_map(|rule| &rule.targets)
        {
            let covers = |topic: &&Arc<TopicPolicy>| match target {
                Target::Class(class) => is_within(topic.class().name(), class),
                Target::Names(pattern) => pattern.covers(&topic.declaration.pattern),
            };
            let name = match target {
                Target::Class(class) => class,
                Target::Names(pattern) if pattern.is_glob() => pattern.text(),
                Target::Names(_) => continue,
            };
            let topics = reach.topics;
            reach.by_target.entry(name).or_insert_with(|| topics.iter().filter(covers).collect());
        }
        reach
    }

    fn topics(&self, rule: &'a Rule) -> impl Iterator<Item = &'a TopicPolicy> {
        let targets = rule.targets.iter().filter(|_| rule.verb.is_read());
        targets.flat_map(|target| {
            let (one, many): (Option<&Arc<TopicPolicy>>, &[&Arc<TopicPolicy>]) = match target {
                Target::Class(class) => (None, self.by_target.get(class.as_ref()).map_or(&[], Vec::as_slice)),
                Target::Names(pattern) if pattern.is_glob() => {
                    (None, self.by_target.get(pattern.text()).map_or(&[], Vec::as_slice))
                }
                Target::Names(pattern) => (self.by_name.get(pattern.text()).copied(), &[]),
            };
            one.into_iter().chain(many.iter().copied()).map(AsRef::as_ref)
        })
    }
}
