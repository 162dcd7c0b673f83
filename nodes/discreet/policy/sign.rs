//! `discreet policy sign`: an owner signs policies.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use discreet_policy::signatures::{Head, MOST_SIGNATURES, Signatures, signatures_path};
use discreet_seal::identity::{Identity, PassphraseSource, is_name};
use serde_json::json;

use super::super::Answer;
use super::super::identity::protect;
use super::super::input::{FileText, say, say_error, say_json};
use super::identities::Identities;

/// Adds an owner's signature to POLICY.sig, next to the policy
///
/// It signs the policy's exact bytes, its robot or fleet, its version, and the stakeholders' public identities that
/// are there now. The other owners add theirs with the same two files, one after the other. A policy with errors is
/// not signed. Read the changes before you sign: `discreet diff`.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  discreet policy sign hotel.yaml --key alice.key
  discreet policy sign porter-*.yaml --key alice.key --passphrase-file alice.pass

Signatures of an older version in POLICY.sig are replaced. Those of other bytes of the same version are not, unless --replace:
raise `version` with each change of a policy.

Exit codes:
  0  signed, or it was already
  1  not signed, nothing is written; the reason is shown
  2  a file cannot be read or written, or the passphrase is wrong")]
pub struct Sign {
    /// The policies
    #[arg(required = true)]
    policies: Vec<PathBuf>,
    /// The owner's private identity
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// A file with its passphrase, which no other user can read [default: asks]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Deletes present signatures of other bytes or identities
    #[arg(long)]
    replace: bool,
    /// Answers with JSON: a list, one object a policy
    #[arg(long)]
    json: bool,
}

/// A policy that can be signed.
struct Plan {
    name: String,
    signatures: Signatures,
    /// Notes for the person who signs.
    notes: Vec<String>,
}

impl Sign {
    pub fn run(&self) -> anyhow::Result<Answer> {
        protect()?;
        let mut plans = Vec::new();
        for policy in &self.policies {
            let source = FileText::read(policy)?;
            match self.plan(&source) {
                Ok(plan) => plans.push(plan),
                Err(why) => {
                    say_error(&format!("{}: not signed: {why}", source.name));
                    return Ok(Answer::No);
                }
            }
        }
        let passphrase = PassphraseSource::choose(self.passphrase_file.as_deref(), &self.key)?;
        let owner = Identity::open(&self.key, &passphrase)?;
        let mut told = Vec::new();
        for mut plan in plans {
            let signature = plan.signatures.head.sign(&owner);
            if plan.signatures.by.contains(&signature) {
                plan.notes.push(format!("{} had signed it already", owner.public().name));
            } else {
                plan.signatures.by.push(signature);
            }
            write(&signatures_path(Path::new(&plan.name)), &plan.signatures.write())?;
            if self.json {
                told.push(plan.json());
            } else {
                plan.say();
            }
        }
        if self.json {
            say_json(&told)?;
        }
        Ok(Answer::Yes)
    }

    /// Plans a policy's new signatures, with those that are kept. An error is the reason not to sign it.
    fn plan(&self, source: &FileText) -> Result<Plan, String> {
        let (policy, findings) = source.policy();
        let Some(policy) = policy else {
            return Err(format!("it has errors\n{}", source.render(&findings, false)));
        };
        if !is_name(policy.scope().name()) {
            return Err(format!(
                "`{}` is not the name of an identity; a robot's name is",
                policy.scope().kind()
            ));
        }
        let identities = Identities::of(&policy, source.folder());
        if !identities.wrong.is_empty() {
            return Err(identities.wrong.join("; "));
        }
        let mut notes = Vec::new();
        if !identities.absent.is_empty() {
            notes.push(format!(
                "no identity here of {}: a keeper with a trust gives them nothing under this version",
                identities.absent.join(", ")
            ));
        }
        let head = Head::of(&policy, identities.here);
        let path = signatures_path(Path::new(&source.name));
        let signatures = match path.symlink_metadata() {
            Ok(_) if !self.replace => kept(Signatures::open(&path)?, head, &mut notes)?,
            Ok(_) | Err(_) => Signatures::new(head),
        };
        Ok(Plan { name: source.name.clone(), signatures, notes })
    }
}

/// The present signatures, if they are of the same head; none, if they are of an older version.
fn kept(there: Signatures, head: Head, notes: &mut Vec<String>) -> Result<Signatures, String> {
    let names: Vec<&str> = there.by.iter().map(|by| by.name.as_str()).collect();
    let names = names.join(", ");
    if there.head.policy != head.policy {
        if there.head.scope == head.scope && there.head.version < head.version {
            notes.push(format!("the signatures of version {} are replaced ({names})", there.head.version));
            return Ok(Signatures::new(head));
        }
        return Err(format!(
            "its signatures are of version {} for {} in other bytes, by {names}: raise `version` beyond that, or delete \
             them with --replace",
            there.head.version, there.head.scope
        ));
    }
    // A second signer may have fewer of the identities, and none that differ.
    let differs = head.identities.iter().find(|(name, seen)| there.head.identities.get(*name) != Some(seen));
    if let Some((name, _)) = differs {
        return Err(format!(
            "the identity of {name} is another than {names} signed: raise `version`, or delete the signatures with \
             --replace"
        ));
    }
    let unseen = there.head.identities.keys().filter(|name| !head.identities.contains_key(*name));
    notes
        .extend(unseen.map(|name| {
            format!("the identity of {name} is signed with the fingerprint that {names} signed")
        }));
    if let Some(misfit) = there.by.iter().find(|by| !there.head.fits(by)) {
        return Err(format!("{}'s signature in it does not fit; delete it with --replace", misfit.name));
    }
    if there.by.len() >= MOST_SIGNATURES {
        return Err(format!("it has {MOST_SIGNATURES} signatures already"));
    }
    Ok(there)
}

impl Plan {
    fn signers(&self) -> Vec<&str> {
        self.signatures.by.iter().map(|by| by.name.as_str()).collect()
    }

    fn say(&self) {
        let Head { scope, version, policy, identities } = &self.signatures.head;
        let identities: Vec<&str> = identities.keys().map(String::as_str).collect();
        let none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        say(&format!(
            "{}: version {version} for {scope}\n  bytes       {} (BLAKE3)\n  identities  {}\n  signed by   {}",
            self.name,
            blake3::Hash::from(*policy).to_hex(),
            none(identities.join(", ")),
            self.signers().join(", "),
        ));
        self.notes.iter().for_each(|note| say(&format!("  note: {note}")));
    }

    fn json(&self) -> serde_json::Value {
        let Head { scope, version, policy, identities } = &self.signatures.head;
        json!({
            "policy": self.name, "signatures": signatures_path(Path::new(&self.name)),
            scope.kind(): scope.name(), "version": version,
            "blake3": blake3::Hash::from(*policy).to_hex().to_string(),
            "identities": identities, "signed_by": self.signers(), "notes": self.notes,
        })
    }
}

/// Replaces a file as a whole.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(format!(".{}.new", std::process::id()));
    let new = PathBuf::from(new);
    let written = || -> std::io::Result<()> {
        discreet_host::disk::refuse_special(path)?;
        let mut file = OpenOptions::new().write(true).create_new(true).open(&new)?;
        file.set_permissions(Permissions::from_mode(0o644))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    written()
        .inspect_err(|_| drop(fs::remove_file(&new)))
        .with_context(|| format!("cannot write {}", path.display()))?;
    // The name itself is in the folder. Not every file system can sync that.
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let _unsupported = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}
