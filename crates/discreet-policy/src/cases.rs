//! A policy's own tests: `hotel.cases.yaml` next to `hotel.yaml` has the decisions that its owner expects.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::explain::Explanation;
use super::file::{Located, list};
use super::finding::{Finding, Span, has_errors, plain, quoted, suggest};
use super::names::is_ros_name;
use super::parameter::is_parameter_name;
use super::rule::Form;
use super::time::Moment;
use super::timetable::Verdict;
use super::tree::FileLimits;
use super::verb::Verb;
use super::writing::{self, Written};
use super::{Policy, json_schema};

/// The decisions that the owner of a policy expects.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "file of cases")]
pub struct CasesFile {
    /// The expectations.
    pub cases: Vec<CaseEntry>,
}

/// One expectation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "case")]
pub struct CaseEntry {
    /// A stakeholder, or `everyone`.
    pub who: String,
    /// A topic to read.
    pub topic: Option<String>,
    /// A command to give.
    pub command: Option<String>,
    /// A service to call.
    pub service: Option<String>,
    /// An action to send a goal to, `/navigate_to_pose`, or a part of an action: `/navigate_to_pose/_action/feedback`.
    pub action: Option<String>,
    /// A parameter to read: `/controller_server:max_vel_x`.
    pub get: Option<String>,
    /// A parameter to set.
    pub set: Option<String>,
    /// When, with its offset: `2026-05-01T09:30:00+02:00`. Without it: at a time when the clock is not trusted.
    pub at: Option<String>,
    /// The expected decision. `undeclared`: denied, because the policy does not have it, neither by name nor by a glob.
    pub expect: Expect,
    /// The line of the rule that is to decide.
    pub line: Option<u64>,
    /// The reason for the expectation, shown if it fails.
    pub why: Option<String>,
}

impl CaseEntry {
    /// The name under the key of this verb.
    fn name(&self, verb: Verb) -> Option<&str> {
        match verb {
            Verb::Read => self.topic.as_deref(),
            Verb::Command => self.command.as_deref(),
            Verb::Call => self.service.as_deref(),
            Verb::Act => self.action.as_deref(),
            Verb::Get => self.get.as_deref(),
            Verb::Set => self.set.as_deref(),
        }
    }
}

/// The expected decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Read as it is.
    Clear,
    /// Read with something taken out.
    Redacted,
    /// A command, call or goal is let in.
    Allowed,
    /// Nothing.
    Denied,
    /// Nothing, because the policy does not have it, neither by name nor by a glob.
    Undeclared,
}

impl Expect {
    const ALL: [(&'static str, Self); 5] = [
        ("clear", Self::Clear),
        ("redacted", Self::Redacted),
        ("allowed", Self::Allowed),
        ("denied", Self::Denied),
        ("undeclared", Self::Undeclared),
    ];

    fn is_met_by(self, verdict: Verdict) -> bool {
        match (self, verdict) {
            (Self::Clear, Verdict::Allow { form, .. }) => form == Form::Clear,
            (Self::Redacted, Verdict::Allow { form, .. }) => form == Form::Redacted,
            (Self::Allowed, Verdict::Allow { .. })
            | (Self::Denied, Verdict::Deny { .. } | Verdict::NoRule) => true,
            (Self::Allowed | Self::Clear | Self::Redacted, _) | (Self::Denied, Verdict::Allow { .. }) => {
                false
            }
            // A verdict is on what is declared.
            (Self::Undeclared, _) => false,
        }
    }

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, value)| *value == self).map_or("", |(name, _)| name)
    }
}

impl<'de> Deserialize<'de> for Expect {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let known = Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        known.ok_or_else(|| serde::de::Error::custom("not an expectation"))
    }
}

impl JsonSchema for Expect {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Expect".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "enum": Self::ALL.map(|(name, _)| name) })
    }
}

/// The result of running the cases.
#[derive(Debug, Default)]
pub struct CaseResults {
    /// The number of cases.
    pub cases: usize,
    /// The cases with another result, and those that could not be asked.
    pub failures: Vec<Finding>,
}

/// The number of cases in a file of cases; `None` if it is not one. The cases are not run.
pub fn check(cases: &str) -> Result<usize, Vec<Finding>> {
    read(cases).map(|entries| entries.len())
}

/// Runs a file of cases against a policy. `policy_file` is how the policy is called in the messages.
pub fn run(policy: &Policy, policy_file: &str, policy_text: &str, cases: &str) -> CaseResults {
    let entries = match read(cases) {
        Ok(entries) => entries,
        Err(failures) => return CaseResults { cases: 0, failures },
    };
    let mut outcome = CaseResults { cases: entries.len(), failures: Vec::new() };
    for entry in &entries {
        let Some(case) = &entry.value else { continue };
        let asked = ask(policy, entry, case);
        let failure = match asked {
            Ok(None) => None,
            Ok(Some(explanation)) => judge(policy, policy_file, policy_text, entry, case, &explanation),
            Err(finding) => Some(*finding),
        };
        outcome.failures.extend(failure);
    }
    outcome
}

fn read(cases: &str) -> Result<Vec<Located<CaseEntry>>, Vec<Finding>> {
    let Written { node: root, mut findings } = writing::read(cases, &FileLimits::FILE)?;
    findings.extend(json_schema::validate(&root, cases, &json_schema::schema::<CasesFile>()));
    if has_errors(&findings) {
        return Err(findings);
    }
    let entries: Vec<Located<CaseEntry>> = list(&root, "cases");
    if entries.is_empty() {
        let finding = Finding::error("no-cases", root.span, "there are no cases in this file");
        return Err(vec![finding.help("add a case for each decision that matters")]);
    }
    Ok(entries)
}

/// The policy's decision on a case; `None` if the case expects the name to be undeclared, and it is.
fn ask(
    policy: &Policy,
    entry: &Located<CaseEntry>,
    case: &CaseEntry,
) -> Result<Option<Explanation>, Box<Finding>> {
    let wrong = |code, span: Span, message: String, help: String| {
        Box::new(Finding::error(code, span, message).help(help))
    };
    let mut named = Verb::ALL.into_iter().filter_map(|verb| Some((verb, case.name(verb)?)));
    let (verb, name) = match (named.next(), named.next()) {
        (Some(only), None) => only,
        (None, _) | (Some(_), Some(_)) => {
            let message = "a case is about one thing".to_owned();
            return Err(wrong(
                "one-thing",
                entry.span,
                message,
                "name a `topic`, a `command`, a `service`, an `action`, or a parameter to `get` or to `set`"
                    .to_owned(),
            ));
        }
    };
    let who = policy.party(&case.who).map_err(|unknown| {
        let names = policy.stakeholders().iter().map(|one| one.name.as_ref()).chain(["everyone"]);
        wrong("unknown-stakeholder", entry.place("who"), unknown.to_string(), suggest(&case.who, names, ""))
    })?;
    let now = moment(policy, case).ok_or_else(|| {
        let text = quoted(case.at.as_deref().unwrap_or_default());
        let help = "write it with its offset: `2026-05-01T09:30:00+02:00`".to_owned();
        wrong("bad-time", entry.place("at"), format!("{text} is not a time"), help)
    })?;
    if case.expect == Expect::Undeclared {
        return undeclared(policy, entry, case, verb, name)
            .map_or(Ok(None), |finding| Err(Box::new(finding)));
    }
    policy.explain(&who, verb, name, now).map(Some).map_err(|unknown| {
        let names: Vec<&str> = policy.declarations(verb).map(|(one, _)| one.pattern.text()).collect();
        wrong(
            "undeclared",
            entry.place(verb.question()),
            unknown.to_string(),
            format!(
                "{}. If it should stay inside, undeclared: `expect: undeclared`",
                suggest(name, names, "declare it in the policy").trim_end_matches('?')
            ),
        )
    })
}

/// The mistake in a case that expects the policy not to have this name.
fn undeclared(
    policy: &Policy,
    entry: &Located<CaseEntry>,
    case: &CaseEntry,
    verb: Verb,
    name: &str,
) -> Option<Finding> {
    // A name that nothing can have is undeclared in every policy: such a case would hold whatever happens.
    let (is_name, of, example) = match verb {
        Verb::Get | Verb::Set => {
            let is_name = |(node, name)| is_ros_name(node) && is_parameter_name(name);
            (name.split_once(':').is_some_and(is_name), "name of a parameter", "/controller_server:max_vel_x")
        }
        _ => (is_ros_name(name), "ROS name", "/camera/image_raw"),
    };
    if !is_name {
        let message = format!("{} is not a full {of}", quoted(name));
        let help = format!("write it as `{example}`");
        return Some(Finding::error("bad-name", entry.place(verb.question()), message).help(help));
    }
    if case.line.is_some() {
        let message = "no rule decides on an undeclared name";
        return Some(Finding::error("one-thing", entry.place("line"), message).help("take `line` out"));
    }
    let declaration = policy.declaration(verb, name)?;
    let message = format!("expected undeclared, but line {} declares it", declaration.span.line);
    let help = match &case.why {
        Some(why) => format!("as {}\nexpected because: {}", quoted(declaration.pattern.text()), plain(why)),
        None => format!("as {}", quoted(declaration.pattern.text())),
    };
    Some(Finding::error("case-failed", entry.place("expect"), message).help(help))
}

fn moment(policy: &Policy, case: &CaseEntry) -> Option<Moment> {
    match &case.at {
        None => Some(policy.moment(0, false)),
        Some(text) => text.parse::<Timestamp>().ok().map(|time| policy.moment(time.as_second(), true)),
    }
}

fn judge(
    policy: &Policy,
    policy_file: &str,
    policy_text: &str,
    entry: &Located<CaseEntry>,
    case: &CaseEntry,
    explanation: &Explanation,
) -> Option<Finding> {
    let rule = match explanation.verdict {
        Verdict::Allow { rule, .. } | Verdict::Deny { rule } => policy.rule(rule),
        Verdict::NoRule => None,
    };
    let came_out = match explanation.verdict {
        Verdict::Allow { form, .. } => form.name(),
        Verdict::Deny { .. } | Verdict::NoRule => "denied",
    };
    let line = rule.map(|rule| u64::from(rule.span.line));
    let by = match rule {
        Some(rule) => {
            let text =
                policy_text.lines().nth(rule.span.line.saturating_sub(1) as usize).unwrap_or_default().trim();
            format!("{policy_file}:{} decided: {text}", rule.span.line)
        }
        None => format!("no rule of {policy_file} is about it"),
    };
    let by = match &case.why {
        Some(why) => format!("{by}\nexpected because: {}", plain(why)),
        None => by,
    };
    if !case.expect.is_met_by(explanation.verdict) {
        let message = format!("expected {}, got {came_out}", case.expect.name());
        return Some(Finding::error("case-failed", entry.place("expect"), message).help(by));
    }
    if case.line.is_some() && case.line != line {
        return Some(Finding::error("case-failed", entry.place("line"), "another rule decided").help(by));
    }
    None
}
