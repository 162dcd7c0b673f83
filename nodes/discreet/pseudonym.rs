//! `discreet pseudonym-key`: makes the key of pseudonyms.

use std::path::PathBuf;

use clap::Args;
use discreet_pii::PseudonymKey;

use super::Answer;
use super::input::say;

/// Makes the key that pseudonyms, reversible pseudonyms and encrypted numbers are made with
///
/// A policy names it: `personal_data: { key: FILE }`, beside the policy. Whoever has it can tell whose pseudonyms are the
/// same, and has the texts behind reversible ones (`discreet redact-text --reveal`): keep it as you keep what it hides.
#[derive(Args)]
pub struct NewKey {
    /// The file to make; it must not be there yet
    file: PathBuf,
}

impl NewKey {
    pub fn run(&self) -> anyhow::Result<Answer> {
        PseudonymKey::create(&self.file)?;
        say(&format!("{} is there, and its owner's alone", self.file.display()));
        Ok(Answer::Yes)
    }
}
