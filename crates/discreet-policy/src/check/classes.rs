//! Classes: their names, and the two roots.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::class::{Class, ClassEntry, inherited};
use super::super::file::{Located, Section};
use super::super::finding::{closest, quoted};
use super::super::rule::is_within;
use super::Checker;
use discreet_pii::PersonalData;

const ROOTS: [&str; 2] = ["operational", "contextual"];

/// Checks the classes and fills in what they inherit.
pub(super) fn classes(
    section: &Section<ClassEntry>,
    personal: &Arc<PersonalData>,
    context: &mut Checker,
) -> HashMap<String, Option<Arc<Class>>> {
    let mut classes: HashMap<String, Option<Arc<Class>>> = HashMap::new();
    // Parents before children: a parent's name is shorter.
    let mut entries: Vec<&Located<ClassEntry>> = section.0.iter().collect();
    entries.sort_by_key(|entry| entry.name.len());
    for entry in entries {
        let class = class(entry, &classes, personal, context);
        classes.entry(entry.name.clone()).or_insert(class.map(Arc::new));
    }
    classes
}

fn class(
    entry: &Located<ClassEntry>,
    parents: &HashMap<String, Option<Arc<Class>>>,
    personal: &Arc<PersonalData>,
    context: &mut Checker,
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
    inherited(entry, parent.as_deref(), personal, context)
}

fn is_class_name(name: &str) -> bool {
    name.len() <= 64
        && ROOTS.iter().any(|root| is_within(name, root))
        && name.split('/').all(|part| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        })
}

#[cfg(test)]
mod tests {
    use super::is_class_name;

    #[test]
    fn a_class_is_named_in_small_letters_and_each_part_begins_with_one() {
        for name in ["contextual", "operational/arm", "contextual/guest_2/face"] {
            assert!(is_class_name(name), "{name}");
        }
        for name in
            ["guest", "contextual/", "contextual/2d", "contextual/aB", "contextual/a b", "contextual/_a"]
        {
            assert!(!is_class_name(name), "{name}");
        }
        assert!(!is_class_name(&format!("contextual/{}", "a".repeat(54))));
    }
}
