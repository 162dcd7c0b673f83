//! Parameters of nodes: access to them, and their keys. Of parameters that change alike for a party, one line tells all
//! of the node.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::super::declared::Declaration;
use super::super::parameter::Parameter;
use super::super::verb::Verb;
use super::access::{Concerned, Named, PartyAccess};
use super::ingress::{class, limit, rate};
use super::pairs::Pair;
use super::redaction::spoken;
use super::topics::message_type;
use super::{Affected, ChangedPart, Differences, Direction, Facet, Who};

/// Everything that changes of parameters.
#[derive(Default)]
pub(super) struct Parameters {
    /// By node and verb.
    access: BTreeMap<(String, Verb), Changed>,
    /// Keys of a node or of a parameter, with the parties that they concern. Both verbs have most of them.
    keys: Vec<(String, Facet, BTreeSet<Who>)>,
}

/// Access to the parameters of one node.
#[derive(Default)]
struct Changed {
    /// The parameters that one of the policies has.
    all: usize,
    by_party: BTreeMap<Who, Vec<ChangedAccess>>,
}

/// Access to one parameter.
struct ChangedAccess {
    name: String,
    /// In the words for the parameter.
    own: Facet,
    /// In the words for all of the node.
    whole: Facet,
}

impl Parameters {
    /// Notes the changes of one parameter.
    pub fn note(&mut self, pair: &Pair, audience: &mut Concerned, zones: [&TimeZone; 2]) {
        let sides = [pair.old, pair.new];
        let Some(parameter) =
            sides.into_iter().flatten().find_map(|side| side.declaration.parameter.as_ref())
        else {
            return;
        };
        let node = parameter.node.to_string();
        let changed = self.access.entry((node.clone(), pair.verb)).or_default();
        changed.all += 1;
        let own = audience.changes(pair, zones, &Named::of(pair));
        let of_node = Named { verb: pair.verb, name: &node, hidden: [None, None] };
        let whole = audience.changes(pair, zones, &of_node);
        for ((who, own), (_, whole)) in own.into_iter().zip(whole) {
            let of_one = ChangedAccess { name: pair.name.to_string(), own, whole };
            changed.by_party.entry(who).or_default().push(of_one);
        }
        for (name, to, facet) in keys(pair, &node) {
            let seen = &audience.seen;
            let is_told = |one: &&PartyAccess| one.is_told(to, facet.direction, seen);
            let told: BTreeSet<Who> = seen.iter().filter(is_told).map(|one| one.who).collect();
            match self.keys.iter_mut().find(|(known, same, _)| *known == name && *same == facet) {
                Some((_, _, who)) => who.extend(told),
                None => self.keys.push((name, facet, told)),
            }
        }
    }

    /// Lists them.
    pub fn finish(self, differences: &mut Differences) {
        for ((node, verb), Changed { all, by_party }) in self.access {
            let subject = ChangedPart::Declared(verb);
            for (who, changes) in by_party {
                let first = changes.first().map(|one| &one.whole);
                let alike =
                    all > 1 && changes.len() == all && changes.iter().all(|one| Some(&one.whole) == first);
                match first.filter(|_| alike) {
                    Some(facet) => differences.push(who, subject, &node, facet),
                    None => {
                        changes.iter().for_each(|one| differences.push(who, subject, &one.name, &one.own))
                    }
                }
            }
        }
        for (name, facet, told) in self.keys {
            let subject = ChangedPart::Declared(Verb::Get);
            told.into_iter().for_each(|who| differences.push(who, subject, &name, &facet));
        }
    }
}

/// The keys that differ: those of the node, with its name, and those of the parameter.
fn keys(pair: &Pair, node: &str) -> Vec<(String, Affected, Facet)> {
    let (Some(before), Some(after)) = (pair.old, pair.new) else { return Vec::new() };
    let (old, new) = (before.declaration, after.declaration);
    let of_node = [class(node, old, new), rate(&format!("may get or set parameters of {node}"), old, new)];
    let of_node = of_node.into_iter().flatten().map(|facet| (node.to_owned(), Affected::All, facet));
    let name = pair.name.as_ref();
    let own = message_type(name, old, new).into_iter();
    let own = own.chain(bounds(name, old, new).into_iter().filter(|_| pair.verb == Verb::Set));
    let own = own.map(|facet| (Affected::All, facet)).chain(spoken(name, old, new));
    of_node.chain(own.map(|(to, facet)| (name.to_owned(), to, facet))).collect()
}

fn bounds(name: &str, old: &Declaration, new: &Declaration) -> Vec<Facet> {
    let (Some(old), Some(new)) = (&old.parameter, &new.parameter) else { return Vec::new() };
    let may = format!("may set {name}");
    let limits = limit(&may, "to values", old.limits, new.limits);
    let limits = limits.map(|facet| Facet { what: "limits".to_owned(), ..facet });
    [limits, one_of(&may, old, new), max_length(&may, old, new)].into_iter().flatten().collect()
}

fn one_of(may: &str, old: &Parameter, new: &Parameter) -> Option<Facet> {
    let has_more = |one: &Parameter, other: &Parameter| match (&one.one_of, &other.one_of) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(one), Some(other)) => !one.is_subset(other),
    };
    let texts = |one: &Parameter| match &one.one_of {
        Some(texts) => texts.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        None => "any text".to_owned(),
    };
    let direction = Direction::of(has_more(new, old), has_more(old, new));
    let says = format!("{may} to");
    (old.one_of != new.one_of).then(|| Facet::instead("one_of", [texts(old), texts(new)], direction, &says))
}

fn max_length(may: &str, old: &Parameter, new: &Parameter) -> Option<Facet> {
    let most = |one: &Parameter| one.max_length.unwrap_or(usize::MAX);
    let length = |one: &Parameter| match one.max_length {
        Some(length) => format!("at most {length}"),
        None => "any".to_owned(),
    };
    let direction = Direction::of(most(new) > most(old), most(new) < most(old));
    let says = format!("{may} with a length of");
    (old.max_length != new.max_length)
        .then(|| Facet::instead("max_length", [length(old), length(new)], direction, &says))
}
