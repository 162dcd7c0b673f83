//! Sets of kinds.

use super::{Group, Kind, own};

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Kinds([u64; WORDS]);

/// Words of 64 bits.
const WORDS: usize = Kind::COUNT.div_ceil(64);

impl Kinds {
    /// The empty set.
    pub const NONE: Kinds = Kinds([0; WORDS]);

    /// Every kind, and every one that any policy may define.
    pub fn all() -> Kinds {
        Kind::all().collect()
    }

    /// The kinds that a word of a policy stands for: a built-in kind, a group, or `all`. `None` for another word.
    pub fn named(word: &str) -> Option<Kinds> {
        if word == "all" {
            return Some(Kinds::all());
        }
        if word == Group::Own.name() {
            return Some(Kind::OWN.iter().copied().collect());
        }
        let chosen: Kinds = Kind::BUILT_IN
            .iter()
            .copied()
            .filter(|kind| {
                kind.name() == word
                    || kind.group().name() == word
                    || kind.definition().covered_by == Some(word)
            })
            .collect();
        (!chosen.is_empty()).then_some(chosen)
    }

    /// The words that [`named`](Kinds::named) accepts.
    pub fn words() -> impl Iterator<Item = &'static str> + Clone {
        let kinds = Kind::BUILT_IN.iter().map(|kind| kind.name());
        // A group and a kind of the same name are one word.
        let groups =
            Group::ALL.iter().map(|group| group.name()).filter(|name| *name != Kind::NationalId.name());
        ["all"].into_iter().chain(groups).chain(kinds)
    }

    /// Adds a kind.
    pub fn insert(&mut self, kind: Kind) {
        let (word, bit) = Self::place(kind);
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= bit;
        }
    }

    /// Removes a kind.
    pub fn remove(&mut self, kind: Kind) {
        let (word, bit) = Self::place(kind);
        if let Some(bits) = self.0.get_mut(word) {
            *bits &= !bit;
        }
    }

    /// Is the kind in the set?
    pub fn contains(self, kind: Kind) -> bool {
        let (word, bit) = Self::place(kind);
        self.0.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Is the set empty?
    pub fn is_empty(self) -> bool {
        self.0 == [0; WORDS]
    }

    /// The kinds that are in either set.
    pub fn union(self, other: Kinds) -> Kinds {
        Kinds(std::array::from_fn(|word| self.word(word) | other.word(word)))
    }

    /// The kinds that are in both sets.
    pub(crate) fn common(self, other: Kinds) -> Kinds {
        Kinds(std::array::from_fn(|word| self.word(word) & other.word(word)))
    }

    /// Have the sets a kind in common?
    pub(crate) fn meets(self, other: Kinds) -> bool {
        (0..WORDS).any(|word| self.word(word) & other.word(word) != 0)
    }

    /// Is `other` a subset of this set?
    pub fn covers(self, other: Kinds) -> bool {
        self.union(other) == self
    }

    /// The kinds in the set that have a name, in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        let (mut left, mut at) = (self.0, 0);
        std::iter::from_fn(move || {
            loop {
                let word = left.get_mut(at)?;
                if *word == 0 {
                    at += 1;
                    continue;
                }
                let number = at * 64 + word.trailing_zeros() as usize;
                *word &= *word - 1;
                let kind = Kind::numbered(number)?;
                if !kind.is_own() || own::names(kind).is_some() {
                    return Some(kind);
                }
            }
        })
    }

    fn word(self, number: usize) -> u64 {
        self.0.get(number).copied().unwrap_or_default()
    }

    fn place(kind: Kind) -> (usize, u64) {
        let number = kind as usize;
        (number / 64, 1 << (number % 64))
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Kinds {
        let mut set = Kinds::NONE;
        kinds.into_iter().for_each(|kind| set.insert(kind));
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_word_of_a_policy_stands_for_something_and_no_two_kinds_share_a_name() {
        let words: Vec<&str> = Kinds::words().collect();
        assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len());
        assert!(words.into_iter().all(|word| Kinds::named(word).is_some()));
        assert_eq!(Kinds::named("nonsense"), None);
    }

    #[test]
    fn a_kind_without_a_country_covers_those_of_each_country() {
        let passports = Kinds::named("passport").unwrap();
        assert!(passports.contains(Kind::DePassport) && passports.contains(Kind::Passport));
        assert!(Kinds::named("national_id").unwrap().contains(Kind::EsNif));
        assert!(Kinds::all().covers(passports) && !passports.covers(Kinds::all()));
    }

    #[test]
    fn a_german_postal_code_is_a_location_and_not_a_national_id() {
        let has = |word: &str| Kinds::named(word).unwrap().contains(Kind::DePlz);
        assert!(!has("national_id"));
        assert!(has("location") && has("postcode") && has("de_plz") && has("all"));
    }

    #[test]
    fn a_set_contains_what_was_inserted_and_not_removed() {
        let mut set: Kinds = [Kind::Phone, Kind::SgUen].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Kind::Phone, Kind::SgUen]);
        assert!(set.meets(Kinds::named("contact").unwrap()) && !set.meets(Kinds::named("money").unwrap()));
        set.remove(Kind::Phone);
        assert!(!set.contains(Kind::Phone) && set.contains(Kind::SgUen) && !set.is_empty());
    }
}
