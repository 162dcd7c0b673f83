//! Rules: the parties and names in them, and combinations that make no sense.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::action::{ActionPart, action_of};
use super::super::declared::Declaration;
use super::super::declared::Declared;
use super::super::file::{Located, OneOrMore, ParametersEntry, PolicyFile, RuleEntry};
use super::super::finding::{Span, quoted, suggest};
use super::super::names::Pattern;
use super::super::parameter::all_of;
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
    /// Without a value after an error, which is reported.
    nodes: HashMap<&'a str, Option<&'a ParametersEntry>>,
    globs: HashMap<String, Result<(), Unreachable>>,
}

pub(super) fn rules(file: &PolicyFile, declared: &Declared, context: &mut Checker) -> Vec<Rule> {
    let mut known = Known {
        file,
        declared,
        stakeholders: file.stakeholders.names().map(|name| (name, Arc::from(name))).collect(),
        topics: file.topics.names().collect(),
        ingress: Verb::ALL.into_iter().map(|verb| (verb, file.names(verb).collect())).collect(),
        nodes: file.parameters.0.iter().map(|one| (one.name.as_str(), one.value.as_ref())).collect(),
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
        match reached(verb, name, known) {
            Ok(reached) => {
                if reached.iter().any(|target| targets.contains(target)) {
                    let message = format!("{} is named twice in this rule", quoted(name));
                    context.warning("named-twice", entry.item_place(key, index), message, "once is enough");
                }
                let new: Vec<Target> = reached.into_iter().filter(|one| !targets.contains(one)).collect();
                targets.extend(new);
            }
            Err((code, message, help)) => context.error(code, entry.item_place(key, index), message, help),
        }
    }
    if who.contains(&Party::Everyone) && written.deny != Some(true) {
        let index = written.who.names().position(|name| name == "everyone").unwrap_or(0);
        unsigned(verb, &targets, entry.item_place("who", index), context);
    }
    Some(Rule { id, span: entry.span, who, verb, targets, effect: effect?, hours, until })
}

/// Reports a rule that would let everyone send something into the robot.
fn unsigned(verb: Verb, targets: &[Target], place: Span, context: &mut Checker) {
    let only_listens = |target: &Target| match target {
        Target::Class(_) => true,
        Target::Names(name) => ActionPart::split(name.text()).is_some_and(|(_, part)| !part.is_service()),
    };
    if verb.is_read() || (verb == Verb::Act && targets.iter().all(only_listens)) {
        return;
    }
    let (message, help) = match verb {
        Verb::Act => (
            "`everyone` has no key to sign with, so it cannot be allowed to send or cancel goals, or to get results",
            "name the stakeholders who may; of an action, everyone may have `_action/feedback` and `_action/status`",
        ),
        Verb::Get | Verb::Set => (
            "`everyone` has no key to sign with, so it cannot be allowed to read or set parameters",
            "name the stakeholders who may",
        ),
        Verb::Read | Verb::Command | Verb::Call => (
            "`everyone` has no key to sign with, so it cannot be allowed to command or call",
            "name the stakeholders who may",
        ),
    };
    context.error("unsigned", place, message, help);
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
        let help = "add `read:` with a class or topic, `command:` with a command, `call:` with a service, `act:` with an \
                    action, or `get:` or `set:` with parameters";
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
                "only topics, the answers of services, actions, and parameters that are read have a form",
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

/// The targets of a name in a rule: one, or all parts of an action.
fn reached(verb: Verb, name: &str, known: &mut Known) -> Result<Vec<Target>, Unreachable> {
    let one = match verb {
        Verb::Read if !name.starts_with('/') => class(name, known),
        Verb::Read => topic(name, known),
        Verb::Command | Verb::Call => ingress(name, verb, known),
        Verb::Act => return parts(name, known),
        Verb::Get | Verb::Set => parameters(name, verb, known),
    };
    one.map(|target| vec![target])
}

/// A parameter of a node, or all of them by the name of the node.
fn parameters(name: &str, verb: Verb, known: &Known) -> Result<Target, Unreachable> {
    let (node, parameter) = name.split_once(':').map_or((name, None), |(node, one)| (node, Some(one)));
    let Some(declared) = known.nodes.get(node) else {
        let help = suggest(node, names(&known.file.parameters), "declare it under `parameters`");
        return Err((verb.undeclared(), format!("no parameters of {} are declared", quoted(node)), help));
    };
    let Some(parameter) = parameter else { return Ok(Target::Names(all_of(node))) };
    // An error in the node's declaration is reported already.
    if declared.is_some_and(|node| !node.names.contains_key(parameter)) {
        let all = declared.iter().flat_map(|node| node.names.keys().map(String::as_str));
        let help = suggest(parameter, all, "declare it under the `names` of the node");
        let message = format!("parameter {} of {} is not declared", quoted(parameter), quoted(node));
        return Err((verb.undeclared(), message, help));
    }
    Ok(Target::Names(Pattern::exact(name)))
}

/// A part of an action by its full name, or all parts by the name of the action.
fn parts(name: &str, known: &Known) -> Result<Vec<Target>, Unreachable> {
    let (action, named) = match action_of(name) {
        Some(action) => (action, ActionPart::split(name).map(|(_, part)| vec![part])),
        None => (name, Some(ActionPart::ALL.to_vec())),
    };
    // An error in the name of the action is reported as for commands.
    ingress(action, Verb::Act, known)?;
    let Some(named) = named else {
        let part = name.rsplit('/').next().unwrap_or_default();
        let help = suggest(part, ActionPart::ALL.map(ActionPart::name), "name the action as a whole");
        return Err((Verb::Act.undeclared(), format!("actions have no part {}", quoted(part)), help));
    };
    let names = named.into_iter().filter_map(|part| Pattern::read(&part.full_name(action)));
    Ok(names.map(Target::Names).collect())
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
