//! A policy that too few owners have signed.

use std::fmt;

use super::SignedBy;

/// Too few owners have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsigned {
    /// The owners that have signed, with remarks.
    pub signed: SignedBy,
    /// The number of owners that must have signed.
    pub threshold: usize,
    /// The number of signatures that are missing.
    pub needed: usize,
    /// The owners to ask.
    pub missing: Vec<String>,
}

impl fmt::Display for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unsigned { signed, threshold, needed, missing } = self;
        write!(f, "signed by {} of {threshold}: missing ", signed.owners.len())?;
        let names = missing.join(", ");
        match needed {
            needed if *needed >= missing.len() => write!(f, "{names}")?,
            1 => write!(f, "one of {names}")?,
            needed => write!(f, "{needed} of {names}")?,
        }
        signed.notes.iter().try_for_each(|note| write!(f, "; {note}"))
    }
}

impl std::error::Error for Unsigned {}
