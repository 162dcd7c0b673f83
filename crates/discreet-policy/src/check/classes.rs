//! Classes: two roots, inheritance, and how long data is kept.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::declared::{Class, Escalation, Lasting, Suite};
use super::super::file::{ClassEntry, Entry, EscalateEntry, Section};
use super::super::finding::{closest, quoted};
use super::super::rule::is_within;
use super::super::time::seconds_of;
use super::Context;
use super::fields::kinds;
use discreet_pii::PersonalData;
use discreet_redact::{EVERY_FIELD, FieldRule, TextRules};

const ROOTS: [&str; 2] = ["operational", "contextual"];

/// Checks the classes and fills in what they inherit.
pub(super) fn classes(
    section: &Section<ClassEntry>,
    personal: &Arc<PersonalData>,
    context: &mut Context,
) -> HashMap<String, Option<Arc<Class>>> {
    let mut classes: HashMap<String, Option<Arc<Class>>> = HashMap::new();
    // Parents before children: a parent's name is shorter.
    let mut entries: Vec<&Entry<ClassEntry>> = section.0.iter().collect();
    entries.sort_by_key(|entry| entry.name.len());
    for entry in entries {
        let class = class(entry, &classes, personal, context);
        classes.entry(entry.name.clone()).or_insert(class.map(Arc::new));
    }
    classes
}

fn class(
    entry: &Entry<ClassEntry>,
    parents: &HashMap<String, Option<Arc<Class>>>,
    personal: &Arc<PersonalData>,
    context: &mut Context,
) -> Option<Class> {
    let name = &entry.name;
    if !is_class_name(name) {
        let help = match closest(name, ROOTS) {
            Some(root) => format!("did you mean {}?", quoted(root)),
            None => "classes are `operational`, `contextual` and their children, such as `contextual/guest`"
                .to_owned(),
        };
        context.error("bad-class-name", entry.span, format!("{} is not a class", quoted(name)), help);
        return None;
    }
    let parent = match name.rsplit_once('/') {
        None => None,
        Some((parent, _)) => match parents.get(parent) {
            Some(Some(class)) => Some(Arc::clone(class)),
            Some(None) => return None,
            None => {
                let message = format!("the parent of {} is not declared", quoted(name));
                context.error("no-parent", entry.span, message, format!("declare {} too", quoted(parent)));
                return None;
            }
        },
    };
    let written = entry.value.as_ref()?;
    let parent = parent.as_deref();
    let mut wrong = false;
    let mut duration = |key: &str, text: &Option<String>| {
        let text = text.as_ref()?;
        match seconds_of(text) {
            Ok(seconds) => {
                Some(Lasting { time: Duration::from_secs(seconds), written: text.as_str().into() })
            }
            Err(help) => {
                let message = format!("{} is not a duration", quoted(text));
                context.error("bad-duration", entry.place(key), message, help);
                wrong = true;
                None
            }
        }
    };
    let epoch = duration("epoch", &written.epoch);
    let retention = duration("retention", &written.retention);
    if wrong {
        return None;
    }
    let Some(retention) = retention.or_else(|| parent.map(|class| class.written_retention().clone())) else {
        context.error(
            "never-erased",
            entry.span,
            format!("the data of class {} has no retention, not even an inherited one", quoted(name)),
            "add `retention:` with how long it may be kept, such as `24h`",
        );
        return None;
    };
    let epoch = epoch.or_else(|| parent.map(|class| class.written_epoch().clone()));
    let epoch = epoch.unwrap_or_else(|| Lasting { time: Duration::from_secs(3600), written: "1h".into() });
    if epoch.time > retention.time {
        context.error(
            "epoch-outlasts-retention",
            if written.epoch.is_some() { entry.place("epoch") } else { entry.place("retention") },
            format!(
                "class {} uses one key for {} seconds but keeps data for {} only",
                quoted(name),
                epoch.time.as_secs(),
                retention.time.as_secs()
            ),
            "data is erased with its key: make `epoch` no longer than `retention`",
        );
        return None;
    }
    let suite =
        written.suite.map(Suite::from).or(parent.map(Class::suite)).unwrap_or(Suite::ChaCha20Poly1305);
    let padded = written.padding.or(parent.map(Class::is_padded)).unwrap_or_default();
    let escalation = match &written.escalate {
        Some(EscalateEntry { find, then }) => {
            let list = entry.node.entry("escalate").and_then(|escalate| escalate.node.entry("find"));
            let kinds = kinds(find, list.map_or(&entry.node, |list| &list.node), personal, context)?;
            let rule = FieldRule::Find { kinds, with: None, spoken: false };
            let rules = TextRules::new(vec![(EVERY_FIELD.to_owned(), rule)], Arc::clone(personal));
            Some(Arc::new(Escalation { rules: Arc::new(rules), then: *then }))
        }
        None => parent.and_then(Class::escalation).cloned(),
    };
    Some(Class::new(name, suite, epoch, retention, padded, escalation))
}

fn is_class_name(name: &str) -> bool {
    name.len() <= 64
        && ROOTS.iter().any(|root| is_within(name, root))
        && name.split('/').all(|part| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        })
}
