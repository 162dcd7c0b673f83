//! `discreet policy verify`: checks the owners' signatures.

use std::path::{Path, PathBuf};

use clap::Args;
use discreet_policy::finding::plain;
use discreet_policy::signatures::{Signatures, signatures_path};
use discreet_policy::{Policy, Trust, signed_policy};
use serde_json::json;

use super::super::Answer;
use super::super::input::{FileText, say, say_json};
use super::identities::Identities;

/// Checks if a robot with this trust file would accept these policies, and names the missing owners if not
///
/// It checks the same as keeper and guard: enough owners, these bytes, this robot or its fleet. Only the robot knows
/// if it has had a newer version.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  discreet policy verify hotel.yaml --trust trust.yaml
  discreet policy verify porter-*.yaml --trust trust.yaml --json

Exit codes:
  0  enough owners have signed each policy, and it is for the robot of the trust file
  1  not, and it says why
  2  a policy cannot be read, or the trust file is not one")]
pub struct Verify {
    /// The policies; their signatures are next to them
    #[arg(required = true)]
    policies: Vec<PathBuf>,
    /// The trust file: the robot, its owners, and how many of them must have signed
    #[arg(long, value_name = "FILE")]
    trust: PathBuf,
    /// Answers with JSON: a list, one object a policy
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(&self) -> anyhow::Result<Answer> {
        let trust = Trust::open(&self.trust)?;
        let (mut answer, mut told) = (Answer::Yes, Vec::new());
        for path in &self.policies {
            let source = FileText::read(path)?;
            let signatures = Signatures::open(&signatures_path(path));
            let verified = signatures.as_ref().ok().map(|found| trust.verify(source.text.as_bytes(), found));
            let notes = verified.and_then(Result::ok).map(|signed| signed.notes).unwrap_or_default();
            let policy = signed_policy(path, &source.text, signatures, &trust, true);
            if policy.is_err() {
                answer = Answer::No;
            }
            match (policy, self.json) {
                (Ok(policy), false) => accepted(&source, &policy, &trust, &notes),
                (Ok(policy), true) => told.push(as_json(&source, &policy, &notes)),
                (Err(why), false) => say(&format!("{}: no: {}", source.name, plain_lines(&why.to_string()))),
                (Err(why), true) => {
                    told.push(json!({ "policy": source.name, "ok": false, "why": why.to_string() }));
                }
            }
        }
        if self.json {
            say_json(&told)?;
        }
        Ok(answer)
    }
}

fn accepted(source: &FileText, policy: &Policy, trust: &Trust, notes: &[String]) {
    let signed_by = policy.signed().map(|signed| signed.by.join(", ")).unwrap_or_default();
    let (name, version, scope, summary) = (&source.name, policy.version(), policy.scope(), trust.summary());
    say(&format!("{name}: version {version} for {scope}, signed by {signed_by} (needed: {summary})"));
    notes.iter().for_each(|note| say(&format!("  note: {note}")));
    unserved(source.folder(), policy).iter().for_each(|line| say(&format!("  {line}")));
}

fn as_json(source: &FileText, policy: &Policy, notes: &[String]) -> serde_json::Value {
    let scope = policy.scope();
    json!({
        "policy": source.name, "ok": true, scope.kind(): scope.name(), "version": policy.version(),
        "signed_by": policy.signed().map(|signed| &signed.by), "notes": notes,
        "unserved": unserved(source.folder(), policy),
    })
}

/// Stakeholders whose identity differs from the signed one, or is missing here.
fn unserved(folder: &Path, policy: &Policy) -> Vec<String> {
    let found = Identities::of(policy, folder);
    let signed = policy.signed().map(|signed| signed.identities.clone()).unwrap_or_default();
    let same = |name: &str| found.here.get(name).is_some_and(|seen| signed.get(name) == Some(seen));
    let named = policy.stakeholders().iter().map(|one| one.name.as_ref()).filter(|name| !same(name));
    named.map(|name| format!("{}: its identity is not here as it was signed", plain(name))).collect()
}

fn plain_lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}
