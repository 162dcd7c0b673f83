//! What a policy says of personal data in general.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{Finder, KeyFileError, Kind, Kinds, NotBuilt, Operator, Options, PseudonymKey};

/// How each kind of personal data is found and hidden.
#[derive(Default)]
pub struct PersonalData {
    operators: BTreeMap<Kind, Operator>,
    thresholds: BTreeMap<Kind, u8>,
    /// Texts that are always hidden, and as what.
    pub always: Vec<(Kind, String)>,
    /// Texts that are never hidden.
    pub never: Vec<String>,
    /// The file with the key of pseudonyms and encryption, beside the policy.
    pub key_file: Option<String>,
    /// The key itself, once the policy was read for use.
    key: OnceLock<PseudonymKey>,
    /// Made when the first message wants it, and shared: one is some megabytes.
    finders: Mutex<HashMap<Kinds, Arc<Finder>>>,
}

impl PersonalData {
    /// Says how kinds are hidden.
    pub fn hide(&mut self, kinds: Kinds, operator: Operator) {
        self.operators.extend(kinds.iter().map(|kind| (kind, operator)));
    }

    /// Says how sure findings of these kinds must be: 1 to 100.
    pub fn set_threshold(&mut self, kinds: Kinds, least: u8) {
        self.thresholds.extend(kinds.iter().map(|kind| (kind, least)));
    }

    /// How sure a finding of a kind must be, in hundredths: 1 to 100.
    pub fn threshold(&self, kind: Kind) -> u8 {
        self.thresholds.get(&kind).copied().unwrap_or(Options::default().threshold)
    }

    /// Reads the key, if the policy names one; `folder` is where the policy lies.
    pub fn read_key(&self, folder: &Path) -> Result<(), KeyFileError> {
        if let Some(file) = &self.key_file {
            let _once = self.key.set(PseudonymKey::read(&folder.join(file))?);
        }
        Ok(())
    }

    /// The key, if there is one.
    pub fn key(&self) -> Option<&PseudonymKey> {
        self.key.get()
    }

    /// How a kind is hidden.
    pub fn operator(&self, kind: Kind) -> Operator {
        self.operators.get(&kind).copied().unwrap_or_default()
    }

    /// What finds these kinds. A finder of more would do no harm, but where two kinds claim the same text only one is
    /// reported, and it must be one that is hidden.
    pub fn finder(&self, kinds: Kinds) -> Result<Arc<Finder>, NotBuilt> {
        let mut finders = self.finders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = finders.get(&kinds) {
            return Ok(Arc::clone(known));
        }
        let finder = Arc::new(Finder::new(&Options {
            kinds,
            thresholds: self.thresholds.iter().map(|(kind, least)| (*kind, *least)).collect(),
            allow: self.never.clone(),
            deny: self.always.iter().filter(|(kind, _)| kinds.contains(*kind)).cloned().collect(),
            ..Options::default()
        })?);
        finders.insert(kinds, Arc::clone(&finder));
        Ok(finder)
    }

    /// Whether nothing that `other` hides is shown, and all is hidden in the same way.
    pub fn hides_as_much_as(&self, other: &PersonalData) -> bool {
        Kind::ALL.iter().all(|kind| {
            self.threshold(*kind) <= other.threshold(*kind) && self.operator(*kind) == other.operator(*kind)
        }) && self.never.iter().all(|text| other.never.contains(text))
            && other.always.iter().all(|text| self.always.contains(text))
    }
}

impl std::fmt::Debug for PersonalData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonalData")
            .field("operators", &self.operators)
            .field("thresholds", &self.thresholds)
            .finish_non_exhaustive()
    }
}
