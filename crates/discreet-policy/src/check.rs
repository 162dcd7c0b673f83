//! From the policy as written to the policy as meant: everything that is wrong with it, at once.

mod classes;
mod declared;
mod effect;
mod fields;
mod images;
mod people;
mod rules;
mod siblings;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::compile::compile;
use super::declared::{Class, Declaration, Stakeholder};
use super::file::{LAST_VERSION, PolicyFile, Section};
use super::finding::{Finding, Span, has_errors, quoted};
use super::rule::Rule;
use super::tree::{Limits, Node, Value};
use super::{Policy, Scope, schema, writing};
use discreet_pii::PersonalData;
use discreet_seal::identity::public::is_name;

/// What the parts of the check share.
pub(super) struct Context {
    pub zone: TimeZone,
    pub findings: Vec<Finding>,
}

impl Context {
    fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>, help: impl Into<String>) {
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

/// What a policy declares, checked.
pub(super) struct Declared {
    /// By name; `None` if it is declared and wrong, which has been reported.
    pub classes: HashMap<String, Option<Arc<Class>>>,
    pub stakeholders: Vec<Stakeholder>,
    pub topics: Vec<Declaration>,
    pub commands: Vec<Declaration>,
    pub services: Vec<Declaration>,
    pub personal: Arc<PersonalData>,
}

/// Reads, checks and compiles a policy.
pub(super) fn read(
    file_name: &str,
    text: &str,
    limits: &Limits,
) -> Result<(Policy, Vec<Finding>), Vec<Finding>> {
    let root = writing::read(text, limits)?;
    if matches!(root.node.value, Value::Null) {
        let finding = Finding::error("empty-file", root.node.span, "there is nothing in this file");
        return Err(vec![finding.help("begin with `discreet: 1`; policies/hotel.yaml is an example")]);
    }
    let mut findings = schema::validate(&root.node, text, &schema::schema::<PolicyFile>());
    findings.extend(root.findings);
    let root = root.node;
    let mut context = Context { zone: TimeZone::UTC, findings };
    let file = PolicyFile::from_tree(&root);
    count(&file, &root, limits, &mut context);
    if context.findings.iter().any(|finding| finding.code == "too-many") {
        // What follows compares declared with each other: not worth it for a file that is refused for its size.
        return Err(sorted(context.findings));
    }
    let scope = scope(&file, &root, &mut context);
    let (declared, rules) = check(&file, &root, &mut context);
    if !has_errors(&context.findings) {
        // Should the schema ever let through what the types do not: a rule that is not understood is never skipped.
        context.findings.extend(file.not_understood().map(|span| {
            Finding::error("not-understood", span, "this could not be understood")
                .help("please report it: the schema and the reader disagree")
        }));
    }
    if has_errors(&context.findings) {
        return Err(sorted(context.findings));
    }
    let (Some(scope), Some(version)) = (scope, file.version.value) else {
        // Both are required, so their absence is an error already reported.
        return Err(sorted(context.findings));
    };
    let compiled = compile(declared, rules);
    effect::warn(&file, &compiled, &mut context);
    if has_errors(&context.findings) {
        return Err(sorted(context.findings));
    }
    let Context { zone, mut findings } = context;
    let policy = Policy::assemble(file_name, scope, version, text, zone, compiled);
    siblings::check(&policy, &mut findings);
    if !has_errors(&findings) {
        // An error at the same topic says more.
        people::warn(&policy, &mut findings);
    }
    if has_errors(&findings) { Err(sorted(findings)) } else { Ok((policy, sorted(findings))) }
}

/// For whom it is: a robot or a fleet, one of them.
fn scope(file: &PolicyFile, root: &Node, context: &mut Context) -> Option<Scope> {
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

fn check(file: &PolicyFile, root: &Node, context: &mut Context) -> (Declared, Vec<Rule>) {
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
    let declared = Declared {
        stakeholders: declared::stakeholders(&file.stakeholders, context),
        topics: declared::topics(&file.topics, &classes, &personal, context),
        commands: declared::commands(&file.commands, &classes, context),
        services: declared::services(&file.services, &classes, &personal, context),
        classes,
        personal,
    };
    declared::conflicts(&declared.topics, &declared.commands, context);
    declared::ingress(&declared.topics, &declared.commands, context);
    let rules = rules::rules(file, &declared, context);
    (declared, rules)
}

fn count(file: &PolicyFile, root: &Node, limits: &Limits, context: &mut Context) {
    let globs = file.topics.names().filter(|name| name.contains('*')).count();
    let numbers = [
        ("classes", "classes", file.classes.0.len(), limits.entries),
        ("stakeholders", "stakeholders", file.stakeholders.0.len(), limits.stakeholders),
        ("topics", "topics", file.topics.0.len(), limits.entries),
        ("topics", "globs over topics", globs, limits.globs),
        ("commands", "commands", file.commands.0.len(), limits.entries),
        ("services", "services", file.services.0.len(), limits.entries),
        ("rules", "rules", file.rules.len(), limits.entries),
    ];
    for (key, what, number, most) in numbers {
        if number > most {
            let span = root.entry(key).map_or(root.span, |entry| entry.key_span);
            let help = "use globs, lists and classes to say the same in fewer";
            context.error(
                "too-many",
                span,
                format!("there are {number} {what}; at most {most} are read"),
                help,
            );
        }
    }
}

/// In the order of the file, and no more than a person or a log can take.
fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    const SHOWN: usize = 200;
    findings.sort_by_key(|finding| (finding.span.start, finding.span.end));
    if findings.len() > SHOWN {
        let more = findings.len() - SHOWN;
        // Errors stay: they are what keeps the file from being used.
        findings
            .sort_by_key(|finding| (finding.severity != super::finding::Severity::Error, finding.span.start));
        findings.truncate(SHOWN);
        let span = findings.last().map(|finding| finding.span).unwrap_or_default();
        findings.push(Finding::warning(
            "more",
            span,
            format!("and {more} more, shown once these are put right"),
        ));
    }
    findings
}

/// The names of a section, for suggestions.
fn names<T>(section: &Section<T>) -> Vec<&str> {
    section.names().collect()
}
