//! `discreet pseudonym-key`: makes the key of pseudonyms.

use std::path::PathBuf;

use clap::Args;
use discreet_pii::PseudonymKey;

use super::Answer;
use super::input::say;

/// Makes the key that pseudonyms, reversible pseudonyms and encrypted numbers are made with
///
/// A policy names it: `personal_data: { key: FILE }`, next to the policy. A holder of the key can tell which
/// pseudonyms are the same, and has the texts behind reversible ones (`discreet redact-text --reveal`): protect it
/// like the data it hides.
#[derive(Args)]
pub struct NewKey {
    /// The file to make; it must not exist yet
    file: PathBuf,
}

impl NewKey {
    pub fn run(&self) -> anyhow::Result<Answer> {
        PseudonymKey::create(&self.file)?;
        say(&format!("{} is there, and its owner's alone", self.file.display()));
        Ok(Answer::Yes)
    }
}
