//! `discreet test`: runs a policy's own cases.

use std::path::PathBuf;

use discreet_policy::cases;
use serde_json::json;

use super::Answer;
use super::input::{FileText, say, say_json};

/// Runs a policy's own cases: `hotel.yaml` is tested by `hotel.cases.yaml` next to it.
///
/// A case has a party, a name, a time, and the expected decision:
///
///   cases:
///     - { who: everyone, topic: /scan, expect: clear }
///     - { who: maintenance, command: /cmd_vel, at: 2026-05-01T03:00:00+02:00, expect: denied, why: "not at night" }
///
/// The name is a `topic`, a `command`, a `service` or an `action`. Of an action, `/navigate_to_pose` stands for sending
/// goals; each part can be asked by name, `/navigate_to_pose/_action/feedback`. Parameters are asked with `get` and `set`:
/// `/controller_server:max_vel_x`.
///
/// `expect` is clear, redacted, allowed (for all but topics), denied, or undeclared: the policy has no such
/// name, neither as such nor under a glob, so that it stays inside. Without `at`, the clock counts as untrusted: such
/// a decision holds at any time. `line` names the line of the rule that must decide.
#[derive(clap::Args)]
#[command(
    verbatim_doc_comment,
    after_long_help = "\
Exit codes:
  0  every case came out as expected
  1  a case did not, or could not be asked
  2  a file cannot be read, or the policy is unusable"
)]
pub struct Test {
    /// The policy.
    file: PathBuf,
    /// Answers with JSON.
    #[arg(long)]
    json: bool,
}

impl Test {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let source = FileText::read(&self.file)?;
        let policy = source.usable_policy()?;
        let cases = FileText::read(&self.file.with_extension("cases.yaml"))?;
        let outcome = cases::run(&policy, &source.name, &source.text, &cases.text);
        let failed = outcome.failures.len();
        if self.json {
            let all = json!({ "file": cases.name, "cases": outcome.cases, "failed": failed, "findings": outcome.failures });
            say_json(&all)?;
        } else {
            if failed > 0 {
                say(cases.render(&outcome.failures, true).trim_end());
                say("");
            }
            say(&format!("{}: {} cases, {failed} failed", cases.name, outcome.cases));
        }
        Ok(if failed == 0 { Answer::Yes } else { Answer::No })
    }
}
