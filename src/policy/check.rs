//! From the policy as written to the policy as meant: everything that is wrong with it, at once.

mod classes;
mod effect;
mod rules;
mod things;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::compile::compile;
use super::file::{PolicyFile, Section};
use super::finding::{Finding, Span, has_errors, quoted};
use super::rule::Rule;
use super::things::{Class, Stakeholder, Thing};
use super::tree::{Limits, Node};
use super::{Policy, schema, tree};

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
    pub topics: Vec<Thing>,
    pub commands: Vec<Thing>,
    pub services: Vec<Thing>,
}

/// Reads, checks and compiles a policy.
pub(super) fn read(text: &str, limits: &Limits) -> Result<(Policy, Vec<Finding>), Vec<Finding>> {
    let root = tree::read(text, limits).map_err(|finding| vec![finding])?;
    let mut context = Context { zone: TimeZone::UTC, findings: schema::validate(&root) };
    let file = PolicyFile::from_tree(&root);
    let (declared, rules) = check(&file, &root, limits, &mut context);
    if has_errors(&context.findings) {
        return Err(sorted(context.findings));
    }
    let (Some(robot), Some(version)) = (file.robot.value.clone(), file.version.value) else {
        // Both are required by the schema, so their absence is an error already reported.
        return Err(sorted(context.findings));
    };
    let compiled = compile(declared, rules);
    effect::warn(&file, &compiled, &mut context);
    let policy = Policy::assemble(robot, version, text, context.zone, compiled);
    Ok((policy, sorted(context.findings)))
}

fn check(file: &PolicyFile, root: &Node, limits: &Limits, context: &mut Context) -> (Declared, Vec<Rule>) {
    count(file, root, limits, context);
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
    let classes = classes::classes(&file.classes, context);
    let declared = Declared {
        stakeholders: things::stakeholders(&file.stakeholders, context),
        topics: things::topics(&file.topics, &classes, context),
        commands: things::commands(&file.commands, &classes, context),
        services: things::services(&file.services, &classes, context),
        classes,
    };
    let rules = rules::rules(file, &declared, context);
    (declared, rules)
}

fn count(file: &PolicyFile, root: &Node, limits: &Limits, context: &mut Context) {
    let sections = [
        ("classes", file.classes.0.len()),
        ("stakeholders", file.stakeholders.0.len()),
        ("topics", file.topics.0.len()),
        ("commands", file.commands.0.len()),
        ("services", file.services.0.len()),
        ("rules", file.rules.len()),
        (
            "globs",
            file.topics.names().filter(|name| name.contains('*')).count() * (limits.entries / GLOBS).max(1),
        ),
    ];
    for (name, number) in sections {
        if number <= limits.entries {
            continue;
        }
        let span = root
            .entry(if name == "globs" { "topics" } else { name })
            .map_or(root.span, |entry| entry.key_span);
        let most = if name == "globs" { GLOBS } else { limits.entries };
        let help = "use globs, lists and classes to say the same in fewer";
        context.error("too-many", span, format!("there are more than {most} {name}"), help);
    }
}

/// Globs are compared with each other, so there are fewer of them.
const GLOBS: usize = 500;

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
