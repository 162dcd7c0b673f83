//! `discreet check`: is this a policy, and does it make sense?

use std::path::PathBuf;

use discreet::entrance::unlimitable;
use discreet::policy::Severity;
use discreet::policy::finding::{has_errors, plain};
use discreet::types::TypeLibrary;

use super::Answer;
use super::input::{Source, say, say_json};

/// Checks policies: everything that is wrong, at once, with its place and what to do.
///
/// Errors make a policy unusable. Warnings do not: a rule that never decides anything, a topic nobody may read,
/// something that this version cannot do yet. Where ROS 2 is sourced, the limits of commands are held against the installed
/// types too.
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
    /// The policies.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Answers with JSON: a list, one object a file, with its findings.
    #[arg(long)]
    json: bool,
    /// Takes warnings for errors, except that something is not built yet.
    #[arg(long)]
    strict: bool,
}

impl Check {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let sources = self.files.iter().map(|file| Source::read(file)).collect::<anyhow::Result<Vec<_>>>()?;
        let mut answer = Answer::Yes;
        let mut all = Vec::new();
        for source in &sources {
            let (policy, mut findings) = source.policy();
            if let (Some(policy), Ok(library)) = (&policy, TypeLibrary::from_env()) {
                findings.extend(unlimitable(policy, &library));
            }
            let policy = policy.filter(|_| !has_errors(&findings));
            let refused = findings.iter().any(|finding| self.strict && finding.code != "not-built");
            if policy.is_none() || refused {
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
            let warnings = findings.len() - errors;
            match policy {
                Some(policy) => say(&format!(
                    "{}: a policy for {}, version {}: {}, {}, {}",
                    source.name,
                    plain(policy.robot()),
                    policy.version(),
                    several(policy.topics().count(), "topic"),
                    several(policy.rules().len(), "rule"),
                    several(warnings, "warning"),
                )),
                None => say(&format!(
                    "{}: {}, {}",
                    source.name,
                    several(errors, "error"),
                    several(warnings, "warning")
                )),
            }
        }
        if self.json {
            say_json(&all.into())?;
        }
        Ok(answer)
    }
}

fn several(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
