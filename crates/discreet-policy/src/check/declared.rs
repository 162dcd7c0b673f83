//! Stakeholders, topics, commands and services: their names, types and classes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::super::class::Class;
use super::super::declared::{Bounds, Declaration, Published, Stakeholder};
use super::super::file::{
    CommandEntry, Located, ParametersEntry, Section, ServiceEntry, StakeholderEntry, TopicEntry,
};
use super::super::finding::{Span, quoted, suggest};
use super::super::names::{Pattern, action_part, is_outside, is_ros_name, is_ros_type, is_word};
use super::super::time::end_of;
use super::super::verb::Verb;
use super::actions::is_part;
use super::{Checker, fields, images, parameters};
use discreet_cdr::types::is_event_name;
use discreet_pii::PersonalData;

pub(super) type Classes = HashMap<String, Option<Arc<Class>>>;

pub(super) fn stakeholders(section: &Section<StakeholderEntry>, context: &mut Checker) -> Vec<Stakeholder> {
    let mut stakeholders: Vec<Stakeholder> = Vec::new();
    for entry in &section.0 {
        if entry.name == "everyone" {
            let help = "`everyone` is always there and has no identity: take it out of `stakeholders`";
            context.error("reserved-name", entry.span, "a stakeholder cannot be called `everyone`", help);
            continue;
        }
        if !is_word(&entry.name) {
            let message = format!("{} is not a name for a stakeholder", quoted(&entry.name));
            let help = "use small letters, digits and `_`, beginning with a letter: `front_desk`";
            context.error("bad-stakeholder-name", entry.span, message, help);
            continue;
        }
        let Some(written) = &entry.value else { continue };
        if is_outside(&written.identity) {
            let message = format!("identity {} is outside the policy's folder", quoted(&written.identity));
            let help = "name a file next to the policy, such as `identities/front_desk.pub`";
            context.error("identity-outside", entry.place("identity"), message, help);
        }
        let until = written.until.as_ref().and_then(|text| end(text, entry.place("until"), context));
        let identity = written.identity.clone();
        stakeholders.push(Stakeholder {
            name: entry.name.as_str().into(),
            identity,
            until,
            span: entry.span,
        });
    }
    stakeholders
}

pub(super) fn topics(
    section: &Section<TopicEntry>,
    classes: &Classes,
    personal: &Arc<PersonalData>,
    context: &mut Checker,
) -> Vec<Declaration> {
    let mut topics: Vec<Declaration> = Vec::new();
    for entry in &section.0 {
        if is_part(entry, Verb::Read, context) {
            continue;
        }
        let Some(pattern) = Pattern::read(&entry.name) else {
            let message = format!("{} is neither a topic nor a glob over topics", quoted(&entry.name));
            context.error("bad-topic-name", entry.span, message, NAME_HELP);
            continue;
        };
        let Some(written) = &entry.value else { continue };
        let class = class(&written.class, entry, classes, context);
        // Service introspection publishes calls on a topic of an event type.
        if !is_event_name(&written.type_name) {
            ros_type(&written.type_name, "msg", entry.place("type"), context);
        }
        if let Some(hash) = &written.type_hash {
            type_hash(hash, entry.place("type_hash"), context);
        }
        if let Some(source) = written.source.as_ref().filter(|source| !is_ros_name(source)) {
            let message = format!("{} is not the full name of a node", quoted(source));
            context.error("bad-node-name", entry.place("source"), message, "write it as `/camera_driver`");
        }
        let image = images::rules(entry, written, context);
        let text = fields::rules(entry, &written.type_name, written.redact.as_ref(), personal, context);
        let Some(class) = class else { continue };
        topics.push(Declaration {
            image,
            text,
            published: Published {
                type_hash: written.type_hash.clone(),
                source: written.source.clone(),
                depth: written.depth.and_then(|depth| usize::try_from(depth).ok()),
                rate: written.rate,
                without_people: written.people.is_some(),
            },
            ..declaration(Verb::Read, pattern, &written.type_name, class, entry.span)
        });
    }
    images::followers(section, &topics, context);
    overlaps(&topics, context);
    reserved(&topics, context);
    topics
}

/// On the outer domain, commands are taken on `<topic>/command`. A robot's topic of that name would be published there.
pub(super) fn ingress(topics: &[Declaration], commands: &[Declaration], context: &mut Checker) {
    let names: HashSet<&str> = commands.iter().map(|command| command.pattern.text()).collect();
    for topic in topics {
        let name = topic.pattern.text();
        let Some(of) = name.strip_suffix("/command").filter(|base| names.contains(base)) else { continue };
        let message = format!("{} is where the guard takes commands for {}", quoted(name), quoted(of));
        context.error("reserved-name", topic.span, message, "call the robot's topic something else");
    }
}

/// On the outer domain, the guard publishes the catalogue below `/discreet`, and next to each topic its tags and its
/// sealed messages. A robot's topic of such a name would be taken for the guard's own.
fn reserved(topics: &[Declaration], context: &mut Checker) {
    let names: HashSet<&str> = topics.iter().map(|topic| topic.pattern.text()).collect();
    for topic in topics {
        let name = topic.pattern.text();
        let base_of = |end| name.strip_suffix(end).filter(|base| names.contains(base));
        let tags_of = base_of("/tag").map(|base| format!("the tags of {}", quoted(base)));
        let sealed = base_of("/sealed/clear").or(base_of("/sealed/redacted"));
        let whose = tags_of.or(sealed.map(|base| format!("the sealed messages of {}", quoted(base))));
        let below = name.starts_with("/discreet/").then(|| "the catalogue".to_owned());
        let Some(whose) = whose.or(below) else { continue };
        let message = format!("{} is where the guard publishes {whose}", quoted(name));
        context.error("reserved-name", topic.span, message, "call the robot's topic something else");
    }
}

pub(super) fn declaration(
    verb: Verb,
    pattern: Pattern,
    type_name: &str,
    class: Arc<Class>,
    span: Span,
) -> Declaration {
    Declaration {
        verb,
        pattern,
        type_name: type_name.to_owned(),
        class,
        span,
        image: None,
        text: None,
        published: Published::default(),
        bounds: Bounds::default(),
        part: None,
        parameter: None,
    }
}

/// Two globs may overlap only if one is within the other: then the narrower one decides on its names.
fn overlaps(topics: &[Declaration], context: &mut Checker) {
    let globs: Vec<&Declaration> = topics.iter().filter(|topic| topic.pattern.is_glob()).collect();
    for (at, later) in globs.iter().enumerate() {
        for earlier in globs.iter().take(at) {
            let (a, b) = (&earlier.pattern, &later.pattern);
            if a.overlaps(b) && a.covers(b) == b.covers(a) {
                let message = format!(
                    "{} and {} overlap and neither is more specific",
                    quoted(a.text()),
                    quoted(b.text())
                );
                let help = format!(
                    "a topic could fit both; narrow one of them (the other is on line {})",
                    earlier.span.line
                );
                context.error("ambiguous-globs", later.span, message, help);
            }
        }
    }
}

const NAME_HELP: &str =
    "write a full name, `/camera/image_raw`, or a glob: `*` within a segment, `**` for whole segments";

pub(super) fn commands(
    section: &Section<CommandEntry>,
    classes: &Classes,
    context: &mut Checker,
) -> Vec<Declaration> {
    let mut commands = Vec::new();
    for entry in &section.0 {
        if is_part(entry, Verb::Command, context) {
            continue;
        }
        let Some(pattern) = full_name(entry, context) else { continue };
        let Some(written) = &entry.value else { continue };
        let class = class(&written.class, entry, classes, context);
        ros_type(&written.type_name, "msg", entry.place("type"), context);
        let limits = limits(entry, written.limits.as_ref(), context);
        let Some(class) = class else { continue };
        commands.push(Declaration {
            bounds: Bounds { rate: rate(written.rate), limits },
            ..declaration(Verb::Command, pattern, &written.type_name, class, entry.span)
        });
    }
    commands
}

/// The limits of a command or an action.
pub(super) fn limits<T>(
    entry: &Located<T>,
    written: Option<&BTreeMap<String, [f64; 2]>>,
    context: &mut Checker,
) -> BTreeMap<String, [f64; 2]> {
    let limits = written.cloned().unwrap_or_default();
    for (field, [least, most]) in &limits {
        let (span, _) = fields::places(entry, "limits", field);
        if !is_field(field) {
            let message = format!("{} is not a field of a message", quoted(field));
            context.error("bad-field", span, message, "write a field, or a path to one: `linear.x`");
        }
        if least > most {
            let message = format!("the limits of {} are reversed: no value fits", quoted(field));
            context.error(
                "reversed-limits",
                span,
                message,
                format!("the least comes first: `[{most}, {least}]`"),
            );
        }
    }
    limits
}

/// A name that is both read and commanded has one type: a message could not be of both.
pub(super) fn conflicts(topics: &[Declaration], commands: &[Declaration], context: &mut Checker) {
    for command in commands {
        let exact = topics.iter().find(|topic| topic.pattern == command.pattern);
        let topic = exact.or_else(|| topics.iter().find(|topic| topic.pattern.covers(&command.pattern)));
        if let Some(topic) = topic.filter(|topic| topic.type_name != command.type_name) {
            let name = quoted(command.pattern.text());
            let message =
                format!("{name} is a {} here and a {} as a topic", command.type_name, topic.type_name);
            let help = format!("a topic has one type: make it the same here and on line {}", topic.span.line);
            context.error("conflicting-types", command.span, message, help);
        }
    }
}

pub(super) fn services(
    section: &Section<ServiceEntry>,
    nodes: &Section<ParametersEntry>,
    classes: &Classes,
    personal: &Arc<PersonalData>,
    context: &mut Checker,
) -> Vec<Declaration> {
    let mut services = Vec::new();
    let nodes: HashSet<&str> = nodes.names().collect();
    for entry in &section.0 {
        if is_part(entry, Verb::Call, context) {
            continue;
        }
        let Some(pattern) = full_name(entry, context) else { continue };
        let Some(written) = &entry.value else { continue };
        parameters::service(&entry.name, &written.type_name, entry.span, &nodes, context);
        let class = class(&written.class, entry, classes, context);
        ros_type(&written.type_name, "srv", entry.place("type"), context);
        let text = fields::rules(entry, &written.type_name, written.redact.as_ref(), personal, context);
        let Some(class) = class else { continue };
        services.push(Declaration {
            text,
            bounds: Bounds { rate: rate(written.rate), ..Bounds::default() },
            ..declaration(Verb::Call, pattern, &written.type_name, class, entry.span)
        });
    }
    services
}

pub(super) fn rate(written: Option<u64>) -> Option<u32> {
    written.and_then(|rate| u32::try_from(rate).ok())
}

pub(super) fn full_name<T>(entry: &Located<T>, context: &mut Checker) -> Option<Pattern> {
    if !is_ros_name(&entry.name) {
        let message = format!("{} is not a full ROS name", quoted(&entry.name));
        context.error(
            "bad-name",
            entry.span,
            message,
            "write a full name, `/cmd_vel`; only topics may be globs",
        );
        return None;
    }
    Pattern::read(&entry.name)
}

pub(super) fn class<T>(
    name: &str,
    entry: &Located<T>,
    classes: &Classes,
    context: &mut Checker,
) -> Option<Arc<Class>> {
    if let Some(class) = classes.get(name) {
        return class.clone();
    }
    let mut known: Vec<&str> = classes.keys().map(String::as_str).collect();
    known.sort_unstable();
    let help = suggest(name, known, "declare it under `classes`");
    context.error("unknown-class", entry.place("class"), format!("there is no class {}", quoted(name)), help);
    None
}

pub(super) fn ros_type(name: &str, kind: &str, span: Span, context: &mut Checker) {
    if !is_ros_type(name, kind) {
        if let Some(part) = action_part(name) {
            let message = format!("{} is {part}", quoted(name));
            let help = match kind {
                "action" => "write the type of the action as a whole: `nav2_msgs/action/NavigateToPose`",
                _ => "declare it under `actions`",
            };
            context.error("bad-type", span, message, help);
            return;
        }
        let example = match kind {
            "msg" => "sensor_msgs/msg/Image",
            "srv" => "std_srvs/srv/Trigger",
            _ => "nav2_msgs/action/NavigateToPose",
        };
        let message = format!("{} is not a ROS {kind} type", quoted(name));
        context.error("bad-type", span, message, format!("write package, kind and name: `{example}`"));
    }
}

fn type_hash(hash: &str, span: Span, context: &mut Checker) {
    let digits = hash.strip_prefix("RIHS01_").unwrap_or_default();
    if digits.len() != 64 || !digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        let help = "it is `RIHS01_` and 64 small hex digits; `ros2 topic info --verbose` shows it";
        context.error("bad-type-hash", span, format!("{} is not a type hash", quoted(hash)), help);
    }
}

pub(super) fn end(text: &str, span: Span, context: &mut Checker) -> Option<i64> {
    match end_of(text, &context.zone) {
        Ok(end) => Some(end),
        Err(help) => {
            context.error("bad-until", span, format!("{} is not a date or a time", quoted(text)), help);
            None
        }
    }
}

/// A path to a field: `linear.x`.
fn is_field(path: &str) -> bool {
    path.len() <= 255 && path.split('.').all(is_word)
}
