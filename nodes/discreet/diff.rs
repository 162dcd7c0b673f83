//! `discreet diff`: who gains what and who loses what?

use std::path::PathBuf;

use discreet_policy::Action;
use discreet_policy::diff::{Change, diff};
use serde_json::json;

use super::Answer;
use super::input::{Source, say, say_json};

/// Compares two policies by what they do: who gains what, and who loses what, at whatever time.
///
/// The same said in other words is no difference. A version that is not newer is pointed out: a guard refuses it.
#[derive(clap::Args)]
#[command(after_long_help = "\
The output has one line a change:
  + who gains something     - who loses something     ~ more at some times, less at others

Exit codes:
  0  nobody gains or loses anything
  1  somebody does
  2  a file cannot be read, or a policy is unusable")]
pub struct Diff {
    /// The policy as it is.
    old: PathBuf,
    /// The policy as it is to be.
    new: PathBuf,
    /// Answers with JSON.
    #[arg(long)]
    json: bool,
}

impl Diff {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let (old, new) =
            (Source::read(&self.old)?.usable_policy()?, Source::read(&self.new)?.usable_policy()?);
        let changes = diff(&old, &new);
        if self.json {
            let changes: Vec<_> = changes.iter().map(as_json).collect();
            say_json(
                &json!({ "old_version": old.version(), "new_version": new.version(), "changes": changes }),
            )?;
        } else {
            for change in &changes {
                say(&as_line(change));
            }
            if changes.is_empty() {
                say("nobody gains or loses anything");
            }
            if new.version() <= old.version() {
                let (old, new) = (old.version(), new.version());
                say(&format!(
                    "note: version {new} is not newer than {old}; a guard that has seen {old} refuses what differs"
                ));
            }
        }
        Ok(if changes.is_empty() { Answer::Yes } else { Answer::No })
    }
}

fn sign(change: &Change) -> &'static str {
    match (change.gains, change.loses) {
        (true, true) => "~",
        (true, false) => "+",
        (false, _) => "-",
    }
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Read => "read",
        Action::Command => "command",
        Action::Call => "call",
    }
}

fn as_line(change: &Change) -> String {
    let Change { who, name, before, after, .. } = change;
    format!("{} {who} {} {name}: {before} -> {after}", sign(change), verb(change.action))
}

fn as_json(change: &Change) -> serde_json::Value {
    json!({
        "who": change.who, "action": verb(change.action), "name": change.name,
        "gains": change.gains, "loses": change.loses, "before": change.before, "after": change.after,
    })
}
