//! `discreet diff`: compares two policies by their effect.

use std::path::PathBuf;

use discreet_policy::diff::{Change, Changes, Direction, diff_with_keys};
use discreet_policy::finding::plain;
use serde::Serialize;

use super::Answer;
use super::input::{FileText, say, say_json};
use super::policy::identities::Identities;

/// Compares two policies by their effect: the rights that each party gains and loses, at any time.
///
/// The same rights in other words are not a difference. A version that is not newer is pointed out: a guard refuses it.
#[derive(clap::Args)]
#[command(after_long_help = "\
The output has one line a change:
  + a party gains something, or has it with weaker protection
  - a party loses something, or has it with stronger protection
  ~ more at some times or in some respect, less in another
  * something else that changes: a cipher suite, a type, a time zone

A change for `everyone` is one for each stakeholder that has no more by a rule of its own. A change of a topic, a class
or a command is listed for the parties that have it by the new policy. Of an action, one line tells a change of all its
parts, if they change alike; of a node, one of all its parameters.

Another identity is a change in both directions: the holder of the new keys gains what the holder of the old ones loses.
Keys are compared where the identity files lie next to both policies. Keys that were replaced in a file that both
policies share are not seen; `discreet policy sign` signs the fingerprints. The key of pseudonyms is never read.

With --json each change has: who, subject (policy, stakeholder, personal_data, class, topic, command, service,
action, parameter), name, what (the right or the key), old, new, direction (gains, loses, both, changes), gains, loses, text.
`more` is the number of changes that are not listed: two policies can differ in millions.

Exit codes:
  0  nothing changes for any party
  1  a party gains or loses something, or something else changes
  2  a file cannot be read, or a policy is unusable")]
pub struct Diff {
    /// The old policy.
    old: PathBuf,
    /// The new policy.
    new: PathBuf,
    /// Answers with JSON.
    #[arg(long)]
    json: bool,
}

impl Diff {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let (old_source, new_source) = (FileText::read(&self.old)?, FileText::read(&self.new)?);
        let (old, new) = (old_source.usable_policy()?, new_source.usable_policy()?);
        let old_keys = Identities::of(&old, old_source.folder());
        let new_keys = Identities::of(&new, new_source.folder());
        let changes = diff_with_keys((&old, &old_keys.here), (&new, &new_keys.here));
        if self.json {
            let (old_version, new_version) = (old.version(), new.version());
            let Changes { listed, more } = &changes;
            let changes = listed.iter().map(InJson::of).collect();
            say_json(&Report { old_version, new_version, changes, more: *more })?;
        } else {
            for change in &changes.listed {
                say(&as_line(change));
            }
            if changes.more > 0 {
                say(&format!("and {} more changes, which are not listed", changes.more));
            }
            if changes.listed.is_empty() {
                say("no party gains or loses anything");
            }
            if new.version() <= old.version() {
                let (old, new) = (old.version(), new.version());
                say(&format!(
                    "note: version {new} is not newer than {old}; a guard that has seen {old} refuses what differs"
                ));
            }
        }
        Ok(if changes.listed.is_empty() { Answer::Yes } else { Answer::No })
    }
}

fn as_line(change: &Change) -> String {
    let sign = match change.direction {
        Direction::Gains => "+",
        Direction::Loses => "-",
        Direction::Both => "~",
        Direction::Changes => "*",
    };
    format!("{sign} {} {}", plain(&change.who), plain(&change.says))
}

#[derive(Serialize)]
struct Report<'a> {
    old_version: u64,
    new_version: u64,
    changes: Vec<InJson<'a>>,
    more: usize,
}

#[derive(Serialize)]
struct InJson<'a> {
    who: &'a str,
    subject: &'static str,
    name: &'a str,
    what: &'a str,
    old: &'a str,
    new: &'a str,
    direction: &'static str,
    gains: bool,
    loses: bool,
    text: &'a str,
}

impl<'a> InJson<'a> {
    fn of(change: &'a Change) -> InJson<'a> {
        let Change { who, subject, name, what, old, new, direction, says } = change;
        let (gains, loses, text) = (direction.gains(), direction.loses(), says);
        let (subject, direction) = (subject.name(), direction.name());
        InJson { who, subject, name, what, old, new, direction, gains, loses, text }
    }
}
