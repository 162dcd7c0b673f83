//! Rules: the parties and names in them, and combinations that make no sense.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::declared::Declaration;
use super::super::declared::Declared;
use super::super::file::{Located, OneOrMore, PolicyFile, RuleEntry};
use super::super::finding::{quoted, suggest};
use super::super::names::Pattern;
use super::super::rule::{Effect, Form, Party, Rule, RuleId, Target};
use super::super::time::Hours;
use super::super::verb::Verb;
use super::declared::end;
use super::{Checker, names};

/// Names that rules may use. Entries with errors count too: their errors are reported already.
struct Known<'a> {
    file: &'a PolicyFile,
    declared: &'a Declared,
    stakeholders: HashMap<&'a str, Arc<str>>,
    topics: HashSet<&'a str>,
    ingress: HashMap<Verb, HashSet<&'a str>>,
    globs: HashMap<String, Result<(), Unreachable>>,
}

pub(super) fn rules(file: &PolicyFile, declared: &Declared, context: &mut Checker) -> Vec<Rule> {
    let mut known = Known {
        file,
        declared,
        stakeholders: file.stakeholders.names().map(|name| (name, Arc::from(name))).collect(),
        topics: file.topics.names().collect(),
        ingress: Verb::ALL.into_iter().map(|verb| (verb, file.names(verb).collect())).collect(),
        globs: HashMap::new(),
    };
    let mut rules = Vec::with_capacity(file.rules.len());
    for (index, entry) in file.rules.iter().enumerate() {
        let Some(written) = &entry.value else { continue };
        let id = RuleId(u32::try_from(index).unwrap_or(u32::MAX));
        rules.extend(rule(id, entry, written, &mut known, context));
    }
    rules
}

fn rule(
    id: RuleId,
    entry: &Located<RuleEntry>,
    written: &RuleEntry,
    known: &mut Known,
    context: &mut Checker,
) -> Option<Rule> {
    let who = audiences(entry, written, known, context);
    let hours = written.hours.as_ref().and_then(|text| match Hours::read(text) {
        Ok(hours) => Some(hours),
        Err(help) => {
            context.error(
                "bad-hours",
                entry.place("hours"),
                format!("{} is not hours of the day", quoted(text)),
                help,
            );
            None
        }
    });
    let until = written.until.as_ref().and_then(|text| end(text, entry.place("until"), context));
    let about = about(entry, written, context);
    let effect = effect(entry, written, about.map(|(verb, _)| verb), context);
    let (verb, names) = about?;
    let key = verb.name();
    let mut targets = Vec::new();
    for (index, name) in names.names().enumerate() {
        match target(verb, name, known) {
            Ok(target) if targets.contains(&target) => {
                let message = format!("{} is named twice in this rule", quoted(name));
                context.warning("named-twice", entry.item_place(key, index), message, "once is enough");
            }
            Ok(target) => targets.push(target),
            Err((code, message, help)) => context.error(code, entry.item_place(key, index), message, help),
        }
    }
    if !verb.is_read() && who.contains(&Party::Everyone) && written.deny != Some(true) {
        let index = written.who.names().position(|name| name == "everyone").unwrap_or(0);
        let message = "`everyone` has no key to sign with, so it cannot be allowed to command or call";
        context.error("unsigned", entry.item_place("who", index), message, "name the stakeholders who may");
    }
    Some(Rule { id, span: entry.span, who, verb, targets, effect: effect?, hours, until })
}

fn audiences(
    entry: &Located<RuleEntry>,
    written: &RuleEntry,
    known: &Known,
    context: &mut Checker,
) -> Vec<Party> {
    let mut who: Vec<Party> = Vec::new();
    for (index, name) in written.who.names().enumerate() {
        let span = entry.item_place("who", index);
        let audience = match known.stakeholders.get(name) {
            _ if name == "everyone" => Party::Everyone,
            Some(name) => Party::Stakeholder(Arc::clone(name)),
            None => {
                let mut all = names(&known.file.stakeholders);
                all.push("everyone");
                let help = suggest(name, all, "declare it under `stakeholders`");
                context.error(
                    "unknown-stakeholder",
                    span,
                    format!("there is no stakeholder {}", quoted(name)),
                    help,
                );
                continue;
            }
        };
        if who.contains(&audience) {
            context.warning(
                "named-twice",
                span,
                format!("{} is named twice in this rule", quoted(name)),
                "once is enough",
            );
        } else {
            who.push(audience);
        }
    }
    who
}

/// The verb of a rule, and the names that it is about.
fn about<'a>(
    entry: &Located<RuleEntry>,
    written: &'a RuleEntry,
    context: &mut Checker,
) -> Option<(Verb, &'a OneOrMore)> {
    let mut said = Verb::ALL.into_iter().filter_map(|verb| Some((verb, written.names(verb)?)));
    let Some(first) = said.next() else {
        let help = "add `read:` with a class or topic, `command:` with a command, or `call:` with a service";
        context.error("no-action", entry.span, "this rule does not say what it is about", help);
        return None;
    };
    if let Some((second, _)) = said.next() {
        let message =
            format!("a rule is about one thing: it has `{}` and `{}`", first.0.name(), second.name());
        context.error("two-actions", entry.key_place(second.name()), message, "make two rules of it");
        return None;
    }
    Some(first)
}

fn effect(
    entry: &Located<RuleEntry>,
    written: &RuleEntry,
    verb: Option<Verb>,
    context: &mut Checker,
) -> Option<Effect> {
    match (written.deny, written.form, verb) {
        (Some(false), ..) => {
            let help = "take `deny` out; what a rule allows it says with `as`";
            context.error("deny-false", entry.place("deny"), "`deny: false` says nothing", help);
            None
        }
        (Some(true), Some(_), _) => {
            let help = "a rule either denies or allows in a form: keep one of the two";
            context.error(
                "deny-and-allow",
                entry.key_place("as"),
                "this rule denies and allows at once",
                help,
            );
            None
        }
        (Some(true), None, _) => Some(Effect::Deny),
        (None, Some(_), Some(verb)) if !verb.has_form() => {
            context.error(
                "form-of-command",
                entry.key_place("as"),
                "only topics and the answers of services have a form",
                "take `as` out",
            );
            None
        }
        (None, Some(form), _) => Some(Effect::Allow(form.into())),
        (None, None, Some(verb)) if !verb.is_read() => Some(Effect::Allow(Form::Clear)),
        (None, None, Some(_)) => {
            let help = "add `as: clear` or `as: redacted`, or `deny: true`";
            context.error("no-form", entry.span, "this rule does not say in which form", help);
            None
        }
        (None, None, None) => None,
    }
}

/// Code, message and help of a mistake in a name.
type Unreachable = (&'static str, String, String);

fn target(verb: Verb, name: &str, known: &mut Known) -> Result<Target, Unreachable> {
    match verb.is_read() {
        true if !name.starts_with('/') => class(name, known),
        true => topic(name, known),
        false => ingress(name, verb, known),
    }
}

fn class(name: &str, known: &Known) -> Result<Target, Unreachable> {
    if known.declared.classes.contains_key(name) {
        return Ok(Target::Class(name.into()));
    }
    let mut all = names(&known.file.classes);
    let as_topic = format!("/{name}");
    if known.topics.contains(as_topic.as_str()) {
        all = vec![as_topic.as_str()];
    }
    let help = suggest(name, all, "declare it under `classes`");
    Err(("unknown-class", format!("there is no class {}", quoted(name)), help))
}

fn ingress(name: &str, verb: Verb, known: &Known) -> Result<Target, Unreachable> {
    let is_declared = |name: &str| known.ingress.get(&verb).is_some_and(|names| names.contains(name));
    let pattern = Pattern::read(name).filter(|pattern| !pattern.is_glob() && is_declared(pattern.text()));
    pattern.map(Target::Names).ok_or_else(|| {
        let mut all: Vec<&str> = known.file.names(verb).collect();
        all.sort_unstable();
        let help = suggest(name, all, &format!("declare it under `{}`", verb.section()));
        (verb.undeclared(), format!("{} {} is not declared", verb.object(), quoted(name)), help)
    })
}

fn topic(name: &str, known: &mut Known) -> Result<Target, Unreachable> {
    let Some(pattern) = Pattern::read(name) else {
        let message = format!("{} is neither a topic nor a glob over topics", quoted(name));
        return Err((
            "bad-topic-name",
            message,
            "write a full name, `/camera/image_raw`, or a glob".to_owned(),
        ));
    };
    if known.topics.contains(name) {
        return Ok(Target::Names(pattern));
    }
    if !pattern.is_glob() {
        let within = known.declared.topics.iter().find(|topic| topic.pattern.covers(&pattern));
        let help = match within {
            Some(topic) => format!(
                "it is only a part of {} on line {}: declare it on its own under `topics`",
                quoted(topic.pattern.text()),
                topic.span.line
            ),
            None => suggest(name, names(&known.file.topics), "declare it under `topics`"),
        };
        return Err(("undeclared-topic", format!("topic {} is not declared", quoted(name)), help));
    }
    if !known.globs.contains_key(name) {
        let answer = glob(&pattern, &known.declared.topics, &known.topics);
        known.globs.insert(name.to_owned(), answer);
    }
    match known.globs.get(name) {
        Some(Err(refused)) => Err(refused.clone()),
        _ => Ok(Target::Names(pattern)),
    }
}

/// A rule's glob stands for whole declared entries: half of one could not be compiled, nor explained.
fn glob(pattern: &Pattern, topics: &[Declaration], all_names: &HashSet<&str>) -> Result<(), Unreachable> {
    for topic in topics.iter().filter(|topic| topic.pattern.is_glob()) {
        let partly = pattern.overlaps(&topic.pattern) && !pattern.covers(&topic.pattern);
        // If the part is declared itself, the rule reaches that.
        let apart = || {
            topics.iter().any(|other| topic.pattern.covers(&other.pattern) && other.pattern.covers(pattern))
        };
        if partly && !(apart() && topic.pattern.text() != pattern.text()) {
            let message = format!(
                "{} covers only a part of the declared {}",
                quoted(pattern.text()),
                quoted(topic.pattern.text())
            );
            let help = format!(
                "declare {} on its own under `topics`, or name all of the topics on line {}",
                quoted(pattern.text()),
                topic.span.line
            );
            return Err(("partial-glob", message, help));
        }
    }
    let reached = all_names.iter().filter_map(|name| Pattern::read(name)).any(|name| pattern.covers(&name));
    if !reached {
        let message = format!("no declared topic fits {}", quoted(pattern.text()));
        return Err((
            "undeclared-topic",
            message,
            "declare the topics it is about under `topics`".to_owned(),
        ));
    }
    Ok(())
}
