//! Parameters of nodes: names, types and bounds; and services and topics that would open them in another way.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::super::compile::Compiled;
use super::super::declared::{Bounds, Declaration, TopicPolicy};
use super::super::file::{Located, ParameterEntry, ParametersEntry, Section};
use super::super::finding::{Span, quoted};
use super::super::names::Pattern;
use super::super::parameter::{
    LONGEST_NAME, Parameter, ParameterService, ParameterType, is_parameter_name, qualified, whole_node,
};
use super::super::rule::{Effect, Form, Rule, Target};
use super::super::tree::MapEntry;
use super::super::verb::Verb;
use super::actions::is_part;
use super::declared::{Classes, class, declaration, full_name, rate};
use super::{Checker, fields};
use discreet_pii::PersonalData;
use discreet_redact::{EVERY_FIELD, TextRules};

/// The type of `/parameter_events`.
const EVENT_TYPE: &str = "rcl_interfaces/msg/ParameterEvent";

/// The parameters of all nodes, in the order of the file; each once to be read and once to be set.
pub(super) fn parameters(
    section: &Section<ParametersEntry>,
    classes: &Classes,
    personal: &Arc<PersonalData>,
    context: &mut Checker,
) -> Vec<Declaration> {
    let mut declared = Vec::new();
    for entry in &section.0 {
        if is_part(entry, Verb::Get, context) || full_name(entry, context).is_none() {
            continue;
        }
        let longest = ParameterService::ALL.into_iter().map(|one| one.full_name(&entry.name).len()).max();
        if longest > Some(LONGEST_NAME) {
            let message =
                format!("{} is too long: the names of its services are not ROS names", quoted(&entry.name));
            context.error("bad-name", entry.span, message, "use a shorter name");
            continue;
        }
        let Some(written) = &entry.value else { continue };
        let class = class(&written.class, entry, classes, context);
        if written.names.is_empty() {
            let help = "name the parameters, or leave the node out: undeclared ones are denied anyway";
            context.error("no-parameters", entry.place("names"), "`names` has no parameter", help);
        }
        let node: Arc<str> = entry.name.as_str().into();
        for (name, one) in &written.names {
            let Some(place) = place(entry, name) else { continue };
            let parameter = parameter((&node, entry.span), name, one, place, context);
            let text = text(name, one, place, personal, context);
            let (Some(parameter), Some(class)) = (parameter, &class) else { continue };
            let parameter = Arc::new(parameter);
            for verb in [Verb::Get, Verb::Set] {
                let pattern = Pattern::exact(&qualified(&node, name));
                declared.push(Declaration {
                    text: text.clone().filter(|_| verb == Verb::Get),
                    bounds: Bounds { rate: rate(written.rate), ..Bounds::default() },
                    parameter: Some(Arc::clone(&parameter)),
                    ..declaration(verb, pattern, one.kind.name(), Arc::clone(class), place.key_span)
                });
            }
        }
    }
    declared
}

/// A parameter in the tree.
fn place<'a>(entry: &'a Located<ParametersEntry>, name: &str) -> Option<&'a MapEntry> {
    entry.node.entry("names")?.node.entry(name)
}

fn parameter(
    (node, node_span): (&Arc<str>, Span),
    name: &str,
    written: &ParameterEntry,
    place: &MapEntry,
    context: &mut Checker,
) -> Option<Parameter> {
    let ParameterEntry { kind, limits, one_of, max_length, .. } = written;
    if !is_parameter_name(name) {
        let message = format!("{} is not the name of a parameter", quoted(name));
        let help = "write the whole name, with letters, digits, `_`, `.`, `/` and `-`: `FollowPath.max_vel_x`; no globs";
        context.error("bad-parameter-name", place.key_span, message, help);
        return None;
    }
    let fits = [
        ("limits", limits.is_some(), kind.is_number(), "are for numbers"),
        ("one_of", one_of.is_some(), kind.is_text(), "is for text"),
        ("max_length", max_length.is_some(), kind.has_length(), "is for text and arrays"),
    ];
    for (key, written, fits, is_for) in fits {
        if written && !fits {
            let message = format!("`{key}` {is_for}, but {} is {}", quoted(name), with_article(*kind));
            context.error("bad-bound", key_place(place, key), message, "take it out, or correct the type");
        }
    }
    unreachable_bounds(name, written, place, context);
    if let Some([least, most]) = limits
        && least > most
    {
        let message = format!("the limits of {} are reversed: no value fits", quoted(name));
        let help = format!("the least comes first: `[{most}, {least}]`");
        context.error("reversed-limits", key_place(place, "limits"), message, help);
    }
    Some(Parameter {
        node: Arc::clone(node),
        node_span,
        name: name.to_owned(),
        kind: *kind,
        limits: *limits,
        one_of: one_of.as_ref().map(|texts| texts.iter().cloned().collect::<BTreeSet<_>>()),
        max_length: max_length.and_then(|length| usize::try_from(length).ok()),
    })
}

/// From here on a number of the policy does not tell two integers apart (IEEE 754, 53 bits).
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reports bounds that would not hold as they are written, and texts that can never be set.
fn unreachable_bounds(name: &str, written: &ParameterEntry, place: &MapEntry, context: &mut Checker) {
    let ParameterEntry { kind, limits, one_of, max_length, .. } = written;
    let is_integer = matches!(kind, ParameterType::Integer | ParameterType::IntegerArray);
    let exact = |limit: &f64| limit.fract() == 0.0 && limit.abs() < EXACT;
    if is_integer && limits.is_some_and(|limits| !limits.iter().all(exact)) {
        let message = format!("the limits of {}, an integer, are not exact", quoted(name));
        let help = "write whole numbers between -9007199254740991 and 9007199254740991";
        context.error("bad-bound", key_place(place, "limits"), message, help);
    }
    let longest = if *kind == ParameterType::String { *max_length } else { None };
    let never =
        |text: &&String| text.contains('\0') || longest.is_some_and(|longest| text.len() as u64 > longest);
    if let Some(text) = one_of.iter().flatten().find(never) {
        let message = format!("{} can never be {}", quoted(name), quoted(text));
        let help = "a text has no NUL, and at most as many bytes as `max_length`";
        context.error("bad-bound", key_place(place, "one_of"), message, help);
    }
}

fn with_article(kind: ParameterType) -> String {
    let article =
        if kind == ParameterType::Integer || kind == ParameterType::IntegerArray { "an" } else { "a" };
    format!("{article} {}", kind.name())
}

fn key_place(place: &MapEntry, key: &str) -> Span {
    place.node.entry(key).map_or(place.key_span, |entry| entry.key_span)
}

/// The rules for its text. `None` without `redact`, and after an error, which is reported.
fn text(
    name: &str,
    written: &ParameterEntry,
    place: &MapEntry,
    personal: &Arc<PersonalData>,
    context: &mut Checker,
) -> Option<Arc<TextRules>> {
    let how = written.redact.as_ref()?;
    let redact = place.node.entry("redact")?;
    if !written.kind.is_text() {
        let message = format!("there is no text to hide in {}, {}", quoted(name), with_article(written.kind));
        context.error("cannot-redact", redact.key_span, message, "take `redact` out");
        return None;
    }
    let rule = fields::rule(EVERY_FIELD, how, redact, written.kind.name(), personal, context)?;
    Some(Arc::new(TextRules::new(vec![(EVERY_FIELD.to_owned(), rule)], Arc::clone(personal))))
}

/// Reports a service through which parameters would pass without their bounds: an error if `parameters` declares the
/// node, else a warning.
pub(super) fn service(name: &str, type_name: &str, span: Span, nodes: &HashSet<&str>, context: &mut Checker) {
    let named = ParameterService::split(name);
    if let Some((node, service)) = named.filter(|(node, _)| nodes.contains(node)) {
        let message = format!("{} is the way to the parameters of {}", quoted(name), quoted(node));
        let verb = service.verb().name();
        let help =
            format!("take the service out: `parameters` declares the node, and rules with `{verb}` open it");
        context.error("parameter-service", span, message, help);
        return;
    }
    if ParameterService::ALL.into_iter().any(|service| service.type_name() == type_name) {
        let message = format!("{} opens every parameter of its node, and no range is checked", quoted(name));
        let help = "declare the node under `parameters`, with the names and ranges that may pass";
        context.warning("parameter-service", span, message, help);
    }
}

/// Warnings and errors about rules: text without a redacted form, and the topic with the values of all parameters.
pub(super) fn warn(compiled: &Compiled, context: &mut Checker) {
    let text = compiled.nodes.iter().flat_map(|node| node.parameters());
    let text = text.filter(|one| one.parameter().kind.is_text() && one.text_rules().is_none());
    let (mut by_name, mut by_node) = (HashMap::new(), HashMap::new());
    for one in text {
        by_name.insert(one.full_name(), one);
        by_node.entry(one.parameter().node.as_ref()).or_insert(one);
    }
    let redacted = |rule: &&Rule| rule.verb == Verb::Get && rule.effect == Effect::Allow(Form::Redacted);
    for rule in compiled.rules.iter().filter(redacted) {
        let reached = rule.targets.iter().find_map(|target| match target {
            Target::Names(name) => match whole_node(name) {
                Some(node) => by_node.get(node),
                None => by_name.get(name.text()),
            },
            Target::Class(_) => None,
        });
        let Some(one) = reached else { continue };
        let message = format!(
            "this rule allows the text of {} redacted, but nothing says what to hide in it",
            quoted(one.full_name())
        );
        let help = format!("add `redact:` to the parameter on line {}, or name others", one.get.0.span.line);
        context.error("nothing-to-redact", rule.span, message, help);
    }
    events(compiled, context);
}

/// The topic on which every node publishes each parameter that is set, by all nodes.
fn events(compiled: &Compiled, context: &mut Checker) {
    let Some(node) = compiled.nodes.first() else { return };
    let all = |topic: &&Arc<TopicPolicy>| topic.type_name() == EVENT_TYPE && topic.has_readers();
    for topic in compiled.topics.iter().filter(all) {
        let message = format!(
            "{} shows every parameter that is set, of all nodes, whatever line {} says of {}",
            quoted(topic.name()),
            node.span.line,
            quoted(&node.name)
        );
        let help = "deny the topic, or take it out: parameters are read under `parameters`";
        match topic.access.everyone.allows() {
            true => context.error("parameter-events", topic.span(), message, help),
            false => context.warning("parameter-events", topic.span(), message, help),
        }
    }
}
