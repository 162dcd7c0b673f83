//! The statements of a policy about personal data in all texts.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use super::{KeyFileError, Operator, PseudonymKey};
use crate::{Finder, Kind, Kinds, NameModel, NotBuilt, Options, Pattern};
use discreet_host::sync::lock;

/// The statements of a policy: how each kind of personal data is found and hidden.
#[derive(Default)]
pub struct PersonalData {
    operators: BTreeMap<Kind, Operator>,
    thresholds: BTreeMap<Kind, u8>,
    /// Texts that are always hidden, each as a kind.
    pub always: Vec<(Kind, String)>,
    /// Texts that are never hidden.
    pub never: Vec<String>,
    /// The kinds that are not built in.
    pub own: Kinds,
    /// Patterns of texts that are always hidden.
    pub patterns: Vec<Pattern>,
    /// Regular expressions for texts that are never hidden.
    pub never_patterns: Vec<String>,
    /// Recordings and files are also searched by the model of names.
    pub wants_name_model: bool,
    name_model: OnceLock<Arc<dyn NameModel>>,
    /// The file with the key of pseudonyms and encryption, relative to the folder of the policy.
    pub key_file: Option<String>,
    /// The key, once it is read.
    key: OnceLock<PseudonymKey>,
    /// Built for the first message that needs it, and shared: a finder takes some megabytes.
    finders: Mutex<HashMap<Kinds, Arc<Finder>>>,
}

impl PersonalData {
    /// Sets the operator of some kinds.
    pub fn hide(&mut self, kinds: Kinds, operator: Operator) {
        self.operators.extend(kinds.iter().map(|kind| (kind, operator)));
    }

    /// Sets the least score of some kinds, 1 to 100.
    pub fn set_threshold(&mut self, kinds: Kinds, least: u8) {
        self.thresholds.extend(kinds.iter().map(|kind| (kind, least)));
    }

    /// How sure a finding of a kind must be, in hundredths: 1 to 100.
    pub fn threshold(&self, kind: Kind) -> u8 {
        self.thresholds.get(&kind).copied().unwrap_or(Options::default().threshold)
    }

    /// Reads the key, if the policy names a file. `folder` is the folder of the policy.
    pub fn read_key(&self, folder: &Path) -> Result<(), KeyFileError> {
        if let Some(file) = &self.key_file {
            let _once = self.key.set(PseudonymKey::read(&folder.join(file))?);
        }
        Ok(())
    }

    /// Uses this model of names in the finders that are made from now on. For recordings and files only.
    pub fn set_name_model(&self, model: Arc<dyn NameModel>) {
        // The second model of a process is the same as the first.
        let _same = self.name_model.set(model);
    }

    /// The key, if it was read.
    pub fn key(&self) -> Option<&PseudonymKey> {
        self.key.get()
    }

    /// The kinds that a word of this policy stands for: a built-in kind, a group, `all`, or a kind of its own. `None` for
    /// another word.
    pub fn named(&self, word: &str) -> Option<Kinds> {
        let own = || self.own.iter().find(|kind| kind.name() == word);
        Kinds::named(word).or_else(|| own().map(|kind| [kind].into_iter().collect()))
    }

    /// The words that [`named`](PersonalData::named) accepts.
    pub fn words(&self) -> impl Iterator<Item = &'static str> + Clone {
        let own: Vec<_> = self.own.iter().map(Kind::name).collect();
        own.into_iter().chain(Kinds::words())
    }

    /// The operator of a kind.
    pub fn operator(&self, kind: Kind) -> Operator {
        self.operators.get(&kind).copied().unwrap_or_default()
    }

    /// A finder of exactly these kinds. Where kinds overlap a finder reports only one, which must be one that is
    /// hidden: a finder of more kinds would not do.
    pub fn finder(&self, kinds: Kinds) -> Result<Arc<Finder>, NotBuilt> {
        let mut finders = lock(&self.finders);
        if let Some(known) = finders.get(&kinds) {
            return Ok(Arc::clone(known));
        }
        let finder = Finder::new(&Options {
            kinds,
            thresholds: self.thresholds.iter().map(|(kind, least)| (*kind, *least)).collect(),
            allow: self.never.clone(),
            deny: self.always.iter().filter(|(kind, _)| kinds.contains(*kind)).cloned().collect(),
            patterns: self.patterns.iter().filter(|pattern| kinds.contains(pattern.kind)).cloned().collect(),
            allow_patterns: self.never_patterns.clone(),
            ..Options::default()
        })?;
        let finder = Arc::new(finder.with_name_model(self.name_model.get().cloned()));
        finders.insert(kinds, Arc::clone(&finder));
        Ok(finder)
    }

    /// Does this hide everything that `other` hides, and in the same way?
    pub fn hides_as_much_as(&self, other: &PersonalData) -> bool {
        Kinds::all().iter().all(|kind| {
            self.threshold(kind) <= other.threshold(kind) && self.operator(kind) == other.operator(kind)
        }) && self.never.iter().all(|text| other.never.contains(text))
            && self.never_patterns.iter().all(|regex| other.never_patterns.contains(regex))
            && other.always.iter().all(|text| self.always.contains(text))
            && other.patterns.iter().all(|pattern| self.patterns.contains(pattern))
            && self.wants_name_model >= other.wants_name_model
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
