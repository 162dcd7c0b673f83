//! Trust: the owners whose signatures a policy must have, and `threshold`, the number of them. It has a file of its
//! own, outside of the policy, so that a policy cannot name its own signers.

mod kept;
mod read;
mod unsigned;

use ed25519_dalek::VerifyingKey;

use super::Scope;
use super::signatures::Signatures;
use discreet_seal::identity::is_name;

pub use kept::{NotKept, read_kept};
pub use read::{TrustError, TrustFile};
pub use unsigned::Unsigned;

/// The most owners there may be.
pub const MOST_OWNERS: usize = 32;

/// The signatures that a policy of this robot must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    robot: String,
    fleet: Option<String>,
    threshold: usize,
    /// By name.
    owners: Vec<Owner>,
}

/// One of the robot's owners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its name.
    pub name: String,
    /// Ed25519 public key.
    pub key: [u8; 32],
}

/// Reason for which a trust is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTrust {
    /// No owner, or more than the most.
    #[error("it has {0} owners; a trust has 1 to {MOST_OWNERS}")]
    Owners(usize),
    /// The threshold is zero, or more than there are owners.
    #[error("its threshold is {threshold}, and it has {owners} owners; it must be from 1 to their number")]
    Threshold {
        /// The number of signatures.
        threshold: usize,
        /// The number of owners.
        owners: usize,
    },
    /// Two owners with one name.
    #[error("two owners are called {0}; each counts once, under a name of its own")]
    SameName(String),
    /// Two owners with one key.
    #[error("{0} and {1} have the same key; an owner counts once, whatever the name")]
    SameKey(String, String),
    /// A weak key, for which anyone can make signatures.
    #[error(
        "the key of {0} is weak: signatures of it prove nothing; `discreet identity new` makes a good one"
    )]
    WeakKey(String),
    /// Not a name.
    #[error("its {0} is not a name: up to 64 letters, digits, `_`, `-` and `.`")]
    Name(&'static str),
}

/// Result of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignedBy {
    /// The names of the owners whose signatures fit, each once.
    pub owners: Vec<String>,
    /// Remarks about other signatures.
    pub notes: Vec<String>,
}

impl Trust {
    /// The only way to make one, from a file or from the keeper: all checks are here.
    pub fn new(
        robot: String,
        fleet: Option<String>,
        threshold: usize,
        mut owners: Vec<Owner>,
    ) -> Result<Trust, NoTrust> {
        let names = [("robot", Some(&robot)), ("fleet", fleet.as_ref())];
        if let Some((what, _)) = names.iter().find(|(_, name)| name.is_some_and(|name| !is_name(name))) {
            return Err(NoTrust::Name(what));
        }
        if !(1..=MOST_OWNERS).contains(&owners.len()) {
            return Err(NoTrust::Owners(owners.len()));
        }
        if !(1..=owners.len()).contains(&threshold) {
            return Err(NoTrust::Threshold { threshold, owners: owners.len() });
        }
        owners.sort_by(|one, other| one.name.cmp(&other.name));
        let mut known: Vec<&Owner> = Vec::new();
        for owner in &owners {
            if !is_name(&owner.name) {
                return Err(NoTrust::Name("owner"));
            }
            if !VerifyingKey::from_bytes(&owner.key).is_ok_and(|key| !key.is_weak()) {
                return Err(NoTrust::WeakKey(owner.name.clone()));
            }
            if known.iter().any(|other| other.name == owner.name) {
                return Err(NoTrust::SameName(owner.name.clone()));
            }
            if let Some(other) = known.iter().find(|other| other.key == owner.key) {
                return Err(NoTrust::SameKey(other.name.clone(), owner.name.clone()));
            }
            known.push(owner);
        }
        Ok(Trust { robot, fleet, threshold, owners })
    }

    /// The robot that it is on.
    pub fn robot(&self) -> &str {
        &self.robot
    }

    /// The fleet that the robot belongs to.
    pub fn fleet(&self) -> Option<&str> {
        self.fleet.as_deref()
    }

    /// The number of owners that must have signed.
    pub fn threshold(&self) -> usize {
        self.threshold
    }

    /// The owners, by name.
    pub fn owners(&self) -> &[Owner] {
        &self.owners
    }

    /// The needed signatures, in words: `2 of alice, bob, carol`.
    pub fn summary(&self) -> String {
        let names: Vec<&str> = self.owners.iter().map(|owner| owner.name.as_str()).collect();
        format!("{} of {}", self.threshold, names.join(", "))
    }

    /// The robot that it is on and its fleet, in words.
    pub fn here(&self) -> String {
        let fleet = self.fleet.as_ref().map(|fleet| format!(" of fleet {fleet}"));
        format!("robot {}{}", self.robot, fleet.unwrap_or_default())
    }

    /// True if a policy with this scope is for this robot.
    pub fn is_for(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Robot(name) => *name == self.robot,
            Scope::Fleet(name) => Some(name) == self.fleet.as_ref(),
        }
    }

    /// The owners that have signed these bytes, if they are enough. The bytes are not parsed.
    pub fn verify(&self, policy: &[u8], signatures: &Signatures) -> Result<SignedBy, Unsigned> {
        let head = &signatures.head;
        let (mut signed, mut misfits) = (SignedBy::default(), Vec::new());
        if *blake3::hash(policy).as_bytes() != head.policy {
            let note =
                format!("the signatures are of other bytes: version {} for {}", head.version, head.scope);
            return Err(self.unsigned(SignedBy { notes: vec![note], ..signed }, &misfits));
        }
        for by in &signatures.by {
            match self.owners.iter().find(|owner| owner.key == by.key) {
                None => signed.notes.push(format!("{} is not an owner whose signature counts", by.name)),
                Some(owner) if owner.name != by.name => {
                    signed.notes.push(format!("the key of {} has signed as {}", owner.name, by.name));
                }
                Some(owner) if !head.fits(by) => {
                    signed.notes.push(format!("{}'s signature does not fit these bytes", owner.name));
                    misfits.push(owner.name.clone());
                }
                Some(owner) if signed.owners.contains(&owner.name) => {}
                Some(owner) => signed.owners.push(owner.name.clone()),
            }
        }
        signed.owners.sort();
        if signed.owners.len() < self.threshold {
            return Err(self.unsigned(signed, &misfits));
        }
        Ok(signed)
    }

    /// The error for a policy that no owner has signed, with the reason.
    pub fn nobody_signed(&self, why: String) -> Unsigned {
        self.unsigned(SignedBy { notes: vec![why], ..SignedBy::default() }, &[])
    }

    /// Names the missing owners: first those without a signature, then those with one that does not fit.
    fn unsigned(&self, signed: SignedBy, misfits: &[String]) -> Unsigned {
        let needed = self.threshold.saturating_sub(signed.owners.len());
        let absent = |also_misfits: bool| {
            let owners = self.owners.iter().map(|owner| owner.name.clone());
            let absent = owners.filter(|name| !signed.owners.contains(name));
            absent.filter(|name| also_misfits || !misfits.contains(name)).collect::<Vec<_>>()
        };
        let missing = Some(absent(false)).filter(|missing| missing.len() >= needed);
        let missing = missing.unwrap_or_else(|| absent(true));
        Unsigned { signed, threshold: self.threshold, needed, missing }
    }
}

#[cfg(test)]
mod tests;
