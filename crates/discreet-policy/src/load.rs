//! From the text of a policy file to a policy: read, checked and compiled.

use std::sync::LazyLock;

use jiff::tz::TimeZone;

use super::check::{self, Checker};
use super::compile::compile;
use super::file::PolicyFile;
use super::finding::{Finding, Severity, has_errors};
use super::tree::{FileLimits, Node, Value};
use super::verb::Verb;
use super::{Policy, json_schema, writing};

/// Made once: it costs more than the rest of reading a small policy.
static SCHEMA: LazyLock<serde_json::Value> = LazyLock::new(json_schema::schema::<PolicyFile>);

/// Reads, checks and compiles a policy.
pub(super) fn load(
    file_name: &str,
    text: &str,
    limits: &FileLimits,
) -> Result<(Policy, Vec<Finding>), Vec<Finding>> {
    let root = writing::read(text, limits)?;
    if matches!(root.node.value, Value::Null) {
        let finding = Finding::error("empty-file", root.node.span, "there is nothing in this file");
        return Err(vec![finding.help("begin with `discreet: 1`; policies/hotel.yaml is an example")]);
    }
    let mut findings = json_schema::validate(&root.node, text, &SCHEMA);
    findings.extend(root.findings);
    let root = root.node;
    let mut context = Checker { zone: TimeZone::UTC, findings };
    let file = PolicyFile::from_tree(&root);
    count(&file, &root, limits, &mut context);
    if context.findings.iter().any(|finding| finding.code == "too-many") {
        // The next steps compare entries with each other: not worth the time for a file that is refused for its size.
        return Err(sorted(context.findings));
    }
    let scope = check::scope(&file, &root, &mut context);
    let (declared, rules) = check::check(&file, &root, &mut context);
    if !has_errors(&context.findings) {
        // If the schema ever accepts what the types do not: a rule that is not understood is never skipped.
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
    check::effect::warn(&file, &compiled, &mut context);
    if has_errors(&context.findings) {
        return Err(sorted(context.findings));
    }
    let Checker { zone, mut findings } = context;
    let tags = file.tags.as_ref().and_then(|tags| tags.value).unwrap_or_default();
    let policy = Policy { tags, ..Policy::assemble(file_name, scope, version, text, zone, compiled) };
    check::siblings::check(&policy, &mut findings);
    if !has_errors(&findings) {
        // An error at the same topic is more important.
        check::people::warn(&policy, &mut findings);
        check::layout::warn(&policy, &mut findings);
    }
    if has_errors(&findings) { Err(sorted(findings)) } else { Ok((policy, sorted(findings))) }
}

/// Refuses a section with more entries than `limits` allow.
fn count(file: &PolicyFile, root: &Node, limits: &FileLimits, context: &mut Checker) {
    let globs = file.topics.names().filter(|name| name.contains('*')).count();
    let parameters = file.parameters.0.iter().filter_map(|entry| entry.value.as_ref());
    let parameters = parameters.map(|node| node.names.len()).sum();
    // Both verbs of parameters have one section.
    let verbs = Verb::ALL.into_iter().filter(|verb| *verb != Verb::Set);
    let declared =
        verbs.map(|verb| (verb.section(), verb.section(), file.names(verb).count(), limits.entries));
    let numbers = [
        ("classes", "classes", file.classes.0.len(), limits.entries),
        ("stakeholders", "stakeholders", file.stakeholders.0.len(), limits.stakeholders),
        ("topics", "globs over topics", globs, limits.globs),
        ("parameters", "parameters of nodes", parameters, limits.entries),
        ("rules", "rules", file.rules.len(), limits.entries),
    ];
    for (key, what, number, most) in declared.chain(numbers) {
        if number > most {
            let span = root.entry(key).map_or(root.span, |entry| entry.key_span);
            let help = "use globs, lists and classes to write the same with fewer entries";
            context.error(
                "too-many",
                span,
                format!("there are {number} {what}; at most {most} are read"),
                help,
            );
        }
    }
}

/// The findings in the order of the file, at most `SHOWN`.
fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    const SHOWN: usize = 200;
    findings.sort_by_key(|finding| (finding.span.start, finding.span.end));
    if findings.len() > SHOWN {
        let more = findings.len() - SHOWN;
        // Errors stay: they keep the file from being used.
        findings.sort_by_key(|finding| (finding.severity != Severity::Error, finding.span.start));
        findings.truncate(SHOWN);
        let span = findings.last().map(|finding| finding.span).unwrap_or_default();
        findings.push(Finding::warning(
            "more",
            span,
            format!("and {more} more, shown once these are corrected"),
        ));
    }
    findings
}
