//! `discreet check`: is this a policy, and does it make sense?

use std::path::{Path, PathBuf};

use discreet::entrance::unlimitable;
use discreet::policy::finding::{Span, has_errors, plain};
use discreet::policy::{Finding, Policy, Severity, cases};
use discreet::redact::unhideable;
use discreet::types::TypeLibrary;

use super::Answer;
use super::input::{Source, say, say_json};

/// Checks policies: everything that is wrong, at once, with its place and what to do.
///
/// Errors make a policy unusable. Warnings do not: a rule that never decides anything, a topic nobody may read,
/// something that this version cannot do yet. Where ROS 2 is sourced, the limits of commands and the names of fields that are to be
/// hidden are held against the installed types too.
///
/// Of a file of cases (`hotel.cases.yaml`) it says whether it is one; `discreet test` says how they come out.
#[derive(clap::Args)]
#[command(after_long_help = "\
Examples:
  discreet check policies/hotel.yaml
  discreet check --strict --json policies/*.yaml

Exit codes:
  0  every policy can be used (with --strict: and has no warnings)
  1  a policy has errors (with --strict: or warnings)
  2  a file cannot be read")]
pub struct Check {
    /// The policies, and the files of their cases.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Answers with JSON: a list, one object a file, with its findings.
    #[arg(long)]
    json: bool,
    /// Takes warnings for errors.
    #[arg(long)]
    strict: bool,
}

impl Check {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let sources = self.files.iter().map(|file| Source::read(file)).collect::<anyhow::Result<Vec<_>>>()?;
        let mut answer = Answer::Yes;
        let mut all = Vec::new();
        for source in &sources {
            let (summary, findings) = judged(source);
            let refused = self.strict && !findings.is_empty();
            if summary.is_none() || refused {
                answer = Answer::No;
            }
            if self.json {
                all.push(source.json(&findings));
                continue;
            }
            if !findings.is_empty() {
                say(source.render(&findings, true).trim_end());
                say("");
            }
            let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
            let warnings = several(findings.len() - errors, "warning");
            let summary = summary.unwrap_or_else(|| several(errors, "error"));
            say(&format!("{}: {summary}, {warnings}", source.name));
        }
        if self.json {
            say_json(&all.into())?;
        }
        Ok(answer)
    }
}

/// What is in the file, if it can be used, and all that was found.
fn judged(source: &Source) -> (Option<String>, Vec<Finding>) {
    if source.name.ends_with(".cases.yaml") {
        return match cases::check(&source.text) {
            Ok(number) => (Some(several(number, "case")), Vec::new()),
            Err(findings) => (None, findings),
        };
    }
    let (policy, mut findings) = source.policy();
    if let (Some(policy), Ok(library)) = (&policy, TypeLibrary::from_env()) {
        findings.extend(unlimitable(policy, &library));
        findings.extend(unhideable(policy, &library));
    }
    findings.extend(policy.iter().filter_map(|policy| missing_key(source, policy)));
    let summary = policy.filter(|_| !has_errors(&findings)).map(|policy| {
        format!(
            "a policy for {}, version {}: {}, {}",
            plain(policy.robot()),
            policy.version(),
            several(policy.topics().count(), "topic"),
            several(policy.rules().len(), "rule"),
        )
    });
    (summary, findings)
}

/// The key that pseudonyms need may be on the robot only; but a guard without it refuses the policy.
fn missing_key(source: &Source, policy: &Policy) -> Option<Finding> {
    let folder = Path::new(&source.name).parent().unwrap_or(Path::new(""));
    let error = policy.personal_data().read_key(folder).err()?;
    let message = format!("a guard would refuse this policy here, for want of its key: {error}");
    let help = "`discreet pseudonym-key` makes one, beside the policy";
    let at_start = Span { line: 1, column: 1, start: 0, end: 0 };
    Some(Finding::warning("no-key", at_start, message).help(help))
}

fn several(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
