//! `discreet identity`: makes, shows and renews identities.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use discreet_host::secret::{Lock, harden};
use discreet_seal::identity::age::WORK;
use discreet_seal::identity::file::public_path;
use discreet_seal::identity::{Identity, PassphraseSource, PublicIdentity, is_name};
use serde_json::json;

use super::Answer;
use super::input::{say, say_error, say_json};

/// Makes, shows and renews identities: the keys of the robot, and of its stakeholders.
///
/// An identity is two files. NAME.key is secret: it stays where it was made, readable by its user alone, and a
/// passphrase opens it. NAME.pub is public: the robot's goes to the stakeholders, theirs to the robot, at the path in
/// the policy.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  discreet identity new front_desk.key               asks for a passphrase, writes front_desk.key and front_desk.pub
  discreet identity show front_desk.pub              name and fingerprint, to be compared by phone
  discreet identity rotate front_desk.key            new keys under the same name; the old files are kept aside

Exit codes:
  0  done
  2  could not: the error says what to do")]
pub struct IdentityArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    New(New),
    Show(Show),
    Rotate(Rotate),
}

/// Makes an identity: a private file, and the public one next to it
#[derive(Args)]
struct New {
    /// The private file: NAME.key. The public one becomes NAME.pub
    file: PathBuf,
    /// The robot's or stakeholder's name, as in the policy [default: the file's name]
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// Shows an identity and its fingerprint; of a private file, that of the public one next to it
#[derive(Args)]
struct Show {
    /// The public file, or the private one next to it
    file: PathBuf,
    /// Answers with JSON
    #[arg(long)]
    json: bool,
}

/// Makes new keys under the same name, and keeps the old files aside
#[derive(Args)]
struct Rotate {
    /// The private file
    file: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
}

#[derive(Args)]
struct Passphrase {
    /// A file with the passphrase, which no other user can read [default: asks]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// The cost of a guess of the passphrase, as a power of two: 17 is half a second and 128 MiB of memory
    #[arg(long, value_name = "N", default_value_t = WORK, value_parser = clap::value_parser!(u8).range(10..=20))]
    work: u8,
    /// Answers with JSON
    #[arg(long)]
    json: bool,
}

impl IdentityArgs {
    pub fn run(&self) -> anyhow::Result<Answer> {
        match &self.command {
            Command::New(new) => new.run(),
            Command::Show(show) => show.run(),
            Command::Rotate(rotate) => rotate.run(),
        }
    }
}

impl New {
    fn run(&self) -> anyhow::Result<Answer> {
        protect()?;
        let stem = || self.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let name = self.name.clone().or_else(stem).unwrap_or_default();
        if !is_name(&name) {
            bail!("a name has up to 64 letters, digits, `_`, `-` and `.`; give one with --name");
        }
        let passphrase = self.passphrase.source(&self.file)?.read_new(&self.file)?;
        let identity = Identity::generate(&name)?;
        let public = identity.create(&self.file, &passphrase, self.passphrase.work)?;
        if self.passphrase.json {
            say_json(&json!({
                "name": name, "private": self.file, "public": public,
                "fingerprint": identity.public().fingerprint(),
            }))?;
        } else {
            say(&format!(
                "{name}\n  fingerprint  {}\n  private      {}: keep it here; without its passphrase it is lost\n  public       \
                 {}: hand it out, and let the recipient compare the fingerprint",
                identity.public().fingerprint(),
                self.file.display(),
                public.display(),
            ));
        }
        Ok(Answer::Yes)
    }
}

impl Show {
    fn run(&self) -> anyhow::Result<Answer> {
        let is_private = self.file.extension().is_some_and(|extension| extension == "key");
        let file = if is_private { public_path(&self.file) } else { self.file.clone() };
        let identity = PublicIdentity::look_at(&file)?;
        let (name, fingerprint) = (&identity.name, identity.fingerprint());
        if self.json {
            let hex = |bytes: &[u8; 32]| blake3::Hash::from(*bytes).to_hex().to_string();
            say_json(&json!({
                "name": name, "fingerprint": fingerprint,
                "receive": hex(&identity.receive), "sign": hex(&identity.sign),
            }))?;
        } else {
            say(&format!("{name}\n  fingerprint  {fingerprint}"));
        }
        Ok(Answer::Yes)
    }
}

impl Rotate {
    fn run(&self) -> anyhow::Result<Answer> {
        protect()?;
        let source = self.passphrase.source(&self.file)?;
        // Only a person who can open the old one may replace it.
        let old = Identity::open(&self.file, &source)?;
        let passphrase = source.read_new(&self.file)?;
        let name = old.public().name.clone();
        let new = Identity::generate(&name)?;
        let mark = format!("old-{}", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ"));
        let aside = new
            .replace(&self.file, &passphrase, self.passphrase.work, &mark)
            .context("the identity was not replaced")?;
        let public = public_path(&self.file);
        if self.passphrase.json {
            say_json(&json!({
                "name": name, "private": self.file, "public": public, "kept": aside,
                "fingerprint": new.public().fingerprint(), "old_fingerprint": old.public().fingerprint(),
            }))?;
            return Ok(Answer::Yes);
        }
        let kept: Vec<String> = aside.iter().map(|path| path.display().to_string()).collect();
        say(&format!(
            "{name} has new keys\n  fingerprint  {}\n  was          {}\n  kept aside   {}",
            new.public().fingerprint(),
            old.public().fingerprint(),
            kept.join(", "),
        ));
        say(&format!(
            "Next steps:\n  a stakeholder's: put {} at the path in the policy; the keeper reads it within a second, \
             and later\n    messages open with the new keys only. Restart the unsealer.\n  the robot's: \
             restart the keeper once with --rotated-from and the old private file, and give {} to\n    \
             every stakeholder; until then they refuse its grants.\n  then delete \
             the old files. If the old keys may be known to others: `discreet revoke` first.",
            public.display(),
            public.display(),
        ));
        Ok(Answer::Yes)
    }
}

impl Passphrase {
    fn source(&self, identity: &std::path::Path) -> anyhow::Result<PassphraseSource> {
        Ok(PassphraseSource::choose(self.passphrase_file.as_deref(), identity)?)
    }
}

/// Protects the process, before any secret is in memory.
pub fn protect() -> anyhow::Result<()> {
    let hardened = harden(Lock::Secrets).context("cannot protect its own memory")?;
    hardened.notes.iter().for_each(|note| say_error(&format!("note: {note}")));
    Ok(())
}
