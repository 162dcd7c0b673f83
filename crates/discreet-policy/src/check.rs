//! The check of a policy: from the file as written to its declarations and rules, with all mistakes in one run.

mod actions;
mod classes;
mod declared;
pub(super) mod effect;
mod fields;
mod goals;
mod images;
pub(super) mod layout;
pub(super) mod parameters;
mod patterns;
pub(super) mod people;
mod rules;
pub(super) mod siblings;

pub(super) use fields::kinds;

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::Scope;
use super::declared::Declared;
use super::file::{LAST_VERSION, PolicyFile, Section};
use super::finding::{Finding, Span, quoted};
use super::rule::Rule;
use super::tree::{Node, Value};
use discreet_seal::identity::is_name;

/// State that the parts of the check share.
pub(super) struct Checker {
    pub zone: TimeZone,
    pub findings: Vec<Finding>,
}

impl Checker {
    pub(super) fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.findings.push(Finding::error(code, span, message).help(help));
    }

    fn warning(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.findings.push(Finding::warning(code, span, message).help(help));
    }
}

/// The scope of the policy: a robot or a fleet, one of the two.
pub(super) fn scope(file: &PolicyFile, root: &Node, context: &mut Checker) -> Option<Scope> {
    match (&file.robot, &file.fleet) {
        (Some(robot), None) => robot.value.clone().map(Scope::Robot),
        (None, Some(fleet)) => {
            let name = fleet.value.clone()?;
            if !is_name(&name) {
                let message = format!("{} is not a name for a fleet", quoted(&name));
                let help = "use letters, digits, `_`, `-` and `.`, as its trust files do";
                context.error("bad-fleet-name", fleet.span, message, help);
            }
            Some(Scope::Fleet(name))
        }
        (Some(_), Some(fleet)) => {
            let help = "name the robot, or the fleet if it is for all of its robots";
            context.error("two-scopes", fleet.span, "a policy is for a robot or for a fleet, not both", help);
            None
        }
        (None, None) if matches!(root.value, Value::Map(_)) => {
            let help = "add `robot:`. The robot's name.";
            context.error("missing-key", root.span, "this policy has no `robot`", help);
            None
        }
        (None, None) => None,
    }
}

/// The declarations and rules of a file. Everything that is wrong with them is in the context's findings.
pub(super) fn check(file: &PolicyFile, root: &Node, context: &mut Checker) -> (Declared, Vec<Rule>) {
    if let Some(Some(name)) = file.timezone.as_ref().map(|entry| &entry.value) {
        match TimeZone::get(name) {
            Ok(zone) => context.zone = zone,
            Err(_) => context.error(
                "unknown-timezone",
                root.entry("timezone").map_or(root.span, |entry| entry.node.span),
                format!("there is no time zone {}", quoted(name)),
                "use an IANA name such as `Europe/Berlin` or `UTC`",
            ),
        }
    }
    if file.version.value == Some(LAST_VERSION) {
        let help = "versions only grow: begin lower, such as with 1 or a date, 20260501";
        context.warning("last-version", file.version.span, "no version can follow this one", help);
    }
    let personal = Arc::new(fields::personal_data(file.personal_data.as_ref(), context));
    let classes = classes::classes(&file.classes, &personal, context);
    let stakeholders = declared::stakeholders(&file.stakeholders, context);
    let topics = declared::topics(&file.topics, &classes, &personal, context);
    let commands = declared::commands(&file.commands, &classes, context);
    let services = declared::services(&file.services, &file.parameters, &classes, &personal, context);
    let actions = actions::actions(&file.actions, &classes, &personal, context);
    let parameters = parameters::parameters(&file.parameters, &classes, &personal, context);
    declared::conflicts(&topics, &commands, context);
    declared::ingress(&topics, &commands, context);
    let ingress = [commands, services, actions, parameters].concat();
    let declared = Declared { classes, stakeholders, topics, ingress, personal };
    patterns::without_rule(file.personal_data.as_ref(), &declared, context);
    let rules = rules::rules(file, &declared, context);
    (declared, rules)
}

/// The names of a section, for suggestions.
fn names<T>(section: &Section<T>) -> Vec<&str> {
    section.names().collect()
}
