//! Changes, and the parties that they concern.

use std::collections::HashMap;

use super::super::Policy;
use super::access::PartyAccess;
use super::{Change, ChangedPart, Changes, Direction, MAX_CHANGES};

/// A party by number: `everyone` is 0, then the old policy's stakeholders in file order, then those only the new one
/// has.
pub(super) type Who = usize;
pub(super) const EVERYONE: Who = 0;

pub(super) struct Parties<'a> {
    pub names: Vec<&'a str>,
    places: HashMap<&'a str, Who>,
}

impl<'a> Parties<'a> {
    pub fn new(old: &'a Policy, new: &'a Policy) -> Self {
        let mut parties = Self { names: Vec::new(), places: HashMap::new() };
        let stakeholders = old.stakeholders().iter().chain(new.stakeholders());
        for name in ["everyone"].into_iter().chain(stakeholders.map(|one| one.name.as_ref())) {
            if !parties.places.contains_key(name) {
                parties.places.insert(name, parties.names.len());
                parties.names.push(name);
            }
        }
        parties
    }

    pub fn place(&self, name: &str) -> Option<Who> {
        self.places.get(name).copied()
    }
}

/// A difference, before it is assigned to a party.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Facet {
    pub what: String,
    pub old: String,
    pub new: String,
    pub direction: Direction,
    pub says: String,
}

/// The part of a topic's audience that a difference concerns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Affected {
    /// All parties that read, command or call.
    All,
    /// Parties that receive it redacted.
    Redacted,
    /// Named stakeholders, which receive it sealed.
    Named,
    /// Anyone who listens to the open domain, where sealed messages can be seen.
    Onlookers,
}

/// The changes so far, each with its party; at most [`MAX_CHANGES`].
pub(super) struct Differences<'a> {
    pub parties: &'a Parties<'a>,
    all: Vec<(Who, Change)>,
    more: usize,
}

impl Facet {
    /// `says` ends before the values: `may keep guest data`, then `48h instead of 24h`.
    pub fn instead(what: &str, [old, new]: [String; 2], direction: Direction, says: &str) -> Self {
        let says = format!("{says} {new} instead of {old}");
        Self { what: what.to_owned(), old, new, direction, says }
    }
}

impl<'a> Differences<'a> {
    pub fn new(parties: &'a Parties<'a>) -> Self {
        Self { parties, all: Vec::new(), more: 0 }
    }

    pub fn push(&mut self, who: Who, subject: ChangedPart, name: &str, facet: &Facet) {
        let Some(party) = self.parties.names.get(who) else { return };
        if self.all.len() >= MAX_CHANGES {
            self.more += 1;
            return;
        }
        let Facet { what, old, new, direction, says } = facet.clone();
        let (who_name, name) = ((*party).to_owned(), name.to_owned());
        self.all.push((who, Change { who: who_name, subject, name, what, old, new, direction, says }));
    }

    pub fn push_for(
        &mut self,
        audience: &[PartyAccess],
        subject: ChangedPart,
        name: &str,
        facets: &[(Affected, Facet)],
    ) {
        for (to, facet) in facets {
            for seen in audience.iter().filter(|seen| seen.is_told(*to, facet.direction, audience)) {
                self.push(seen.who, subject, name, facet);
            }
        }
    }

    pub fn sorted(mut self) -> Changes {
        // Stable: the facets of one declaration stay in the order of its keys.
        self.all.sort_by(|(a, one), (b, other)| {
            (a, one.subject, &one.name).cmp(&(b, other.subject, &other.name))
        });
        Changes { listed: self.all.into_iter().map(|(_, change)| change).collect(), more: self.more }
    }
}
