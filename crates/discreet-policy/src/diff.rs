//! Everything that changes for any party between two policies, at any time.
//!
//! `pairs` matches what the policies declare, by name. Each of the other files compares one subject. Differences of
//! writing are not changes: comments, order, a default that is written out, the same time in another unit, and the
//! description of rules that decide the same. tests/policy_diff/main.rs checks this for every key of the schema.

mod access;
mod actions;
mod classes;
mod differences;
mod ingress;
mod pairs;
mod parameters;
mod personal;
mod redaction;
mod scope;
mod stakeholders;
mod times;
mod topics;

use std::collections::BTreeMap;

use super::Policy;
use super::verb::Verb;
use access::Named;
pub(crate) use differences::{Affected, Facet};
use differences::{Differences, EVERYONE, Parties, Who};
use pairs::pairs;
pub(crate) use personal::words;

/// Everything that changes, as far as it is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// By party, then by subject and name; at most [`MAX_CHANGES`].
    pub listed: Vec<Change>,
    /// The number of changes beyond these.
    pub more: usize,
}

/// The most changes that are listed: more than a person reads, in some 50 MB of memory.
pub const MAX_CHANGES: usize = 50_000;

/// One declaration that changes for one party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The party: `everyone`, or a stakeholder's name.
    pub who: String,
    /// The part of the policy that it is about.
    pub subject: ChangedPart,
    /// The name of that part: of a topic, a class, a stakeholder. `policy` for the policy itself.
    pub name: String,
    /// The right or the key that changes: `read`, `retention`, `limits.linear.x`.
    pub what: String,
    /// The old value, in the words of the policy.
    pub old: String,
    /// The new value, in the words of the policy.
    pub new: String,
    /// More or less than before.
    pub direction: Direction,
    /// The change as the predicate of a sentence about the party.
    pub says: String,
}

/// The part of a policy that a change is about. In the order of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangedPart {
    /// Its scope and its clock.
    Policy,
    /// A party with an identity.
    Stakeholder,
    /// Personal data in general.
    PersonalData,
    /// A class of data.
    Class,
    /// A topic, a command, a service, an action or a part of one, or a parameter.
    Declared(Verb),
}

impl ChangedPart {
    /// One word for it, for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Stakeholder => "stakeholder",
            Self::PersonalData => "personal_data",
            Self::Class => "class",
            Self::Declared(verb) => verb.object(),
        }
    }
}

/// More or less than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More, or with weaker protection.
    Gains,
    /// Less, or with stronger protection.
    Loses,
    /// More at some times or in some respect, less in another.
    Both,
    /// Something else, on which a person has to decide.
    Changes,
}

impl Direction {
    pub(crate) const fn of(gains: bool, loses: bool) -> Self {
        match (gains, loses) {
            (true, true) => Self::Both,
            (true, false) => Self::Gains,
            (false, true) => Self::Loses,
            (false, false) => Self::Changes,
        }
    }

    /// One word for it, for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gains => "gains",
            Self::Loses => "loses",
            Self::Both => "both",
            Self::Changes => "changes",
        }
    }

    /// True if there is a time or a respect in which the party has more than before.
    pub const fn gains(self) -> bool {
        matches!(self, Self::Gains | Self::Both)
    }

    /// True if there is a time or a respect in which the party has less than before.
    pub const fn loses(self) -> bool {
        matches!(self, Self::Loses | Self::Both)
    }
}

/// Everything that changes for any party: by party, then by subject and name.
///
/// A stakeholder's entries cover its own rules only. A change for `everyone` also applies to each stakeholder whose own
/// rules give it less.
pub fn diff(old: &Policy, new: &Policy) -> Changes {
    let unknown = Fingerprints::new();
    diff_with_keys((old, &unknown), (new, &unknown))
}

/// Fingerprints of the stakeholders' keys, by name, of the files that are present.
pub type Fingerprints = BTreeMap<String, String>;

/// The same, with the keys in the identity files. A key that is unknown in one of the two policies is not compared.
pub fn diff_with_keys(
    (old, old_keys): (&Policy, &Fingerprints),
    (new, new_keys): (&Policy, &Fingerprints),
) -> Changes {
    let parties = Parties::new(old, new);
    let mut differences = Differences::new(&parties);
    scope::compare(old, new, &mut differences);
    stakeholders::compare((old, old_keys), (new, new_keys), &mut differences);
    let zones = [old.zone(), new.zone()];
    let globs = [old, new].iter().all(|policy| policy.globs().next().is_some());
    let mut tables = access::Tables::new();
    let mut classes = classes::Classes::default();
    let mut personal = personal::Personal::new(old, new);
    let mut actions = actions::Actions::default();
    let mut parameters = parameters::Parameters::default();
    for pair in pairs(old, new) {
        let audience = tables.audience(&pair, &parties);
        if matches!(pair.verb, Verb::Act | Verb::Get | Verb::Set) {
            match pair.verb {
                Verb::Act => actions.note(&pair, audience, zones),
                _ => parameters.note(&pair, audience, zones),
            }
            if let (Some(before), Some(after)) = (pair.old, pair.new) {
                personal.note([before.declaration, after.declaration], &audience.seen);
            }
            continue;
        }
        let subject = ChangedPart::Declared(pair.verb);
        for (who, facet) in audience.changes(&pair, zones, &Named::of(&pair)) {
            differences.push(who, subject, &pair.name, &facet);
        }
        let [before, after] = [pair.old, pair.new].map(|side| side.map(|side| side.declaration));
        let siblings = topics::siblings(&pair.name, before, after);
        if let Some(facet) = siblings.filter(|_| globs && pair.verb.is_read()) {
            differences.push(EVERYONE, subject, &pair.name, &facet);
        }
        let (Some(before), Some(after)) = (before, after) else { continue };
        let facets = match pair.verb.is_read() {
            true => topics::facets(&pair.name, before, after),
            false => ingress::facets(&pair, before, after),
        };
        differences.push_for(&audience.seen, subject, &pair.name, &facets);
        if pair.verb.is_read() {
            classes.compare(&pair.name, before, after, &audience.seen, &mut differences);
        }
        personal.note([before, after], &audience.seen);
    }
    actions.finish(&mut differences);
    parameters.finish(&mut differences);
    classes.finish(&mut differences);
    personal.finish(&mut differences);
    differences.sorted()
}
