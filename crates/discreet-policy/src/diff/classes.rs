//! Classes: retention, sealing, and escalation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::declared::{Class, Declaration, Escalation};
use super::super::verb::Verb;
use super::access::Seen;
use super::personal::words;
use super::{Direction, Facet, Found, Subject, To, Who};
use crate::Then;
use discreet_pii::{Kind, Kinds};

/// Collects the parties that a class's changes concern: each is listed once, however many topics it reads.
#[derive(Default)]
pub(super) struct Classes {
    /// By the old name and the new.
    facets: HashMap<[String; 2], Vec<(To, Facet)>>,
    audience: BTreeMap<String, BTreeMap<Who, BTreeSet<usize>>>,
}

impl Classes {
    /// Compares the classes of one topic. If they are two classes, all differences are listed under the topic.
    pub fn compare(
        &mut self,
        topic: &str,
        old: &Declaration,
        new: &Declaration,
        audience: &[Seen],
        found: &mut Found,
    ) {
        let (old, new) = (&old.class, &new.class);
        if old.name() != new.name() {
            let facets = facets(topic, old, new);
            return found.push_for(audience, Subject::Declared(Verb::Read), topic, &facets);
        }
        let key = [old.name().to_owned(), new.name().to_owned()];
        let data = || format!("{} data", new.name());
        let facets = self.facets.entry(key).or_insert_with(|| facets(&data(), old, new));
        if facets.is_empty() {
            return;
        }
        let told = self.audience.entry(new.name().to_owned()).or_default();
        for (at, (to, facet)) in facets.iter().enumerate() {
            for seen in audience.iter().filter(|seen| seen.is_told(*to, facet.direction, audience)) {
                told.entry(seen.who).or_default().insert(at);
            }
        }
    }

    /// Tells each party what changes in the classes that it reads.
    pub fn finish(self, found: &mut Found) {
        for (class, told) in self.audience {
            let Some(facets) = self.facets.get(&[class.clone(), class.clone()]) else { continue };
            for (who, places) in told {
                for (_, facet) in places.iter().filter_map(|at| facets.get(*at)) {
                    found.push(who, Subject::Class, &class, facet);
                }
            }
        }
    }
}

fn facets(data: &str, old: &Class, new: &Class) -> Vec<(To, Facet)> {
    let mut facets = Vec::new();
    if old.name() != new.name() {
        let names = [old.name(), new.name()].map(str::to_owned);
        facets.push((To::All, Facet::instead("class", names, kind(old, new), &format!("reads {data} as"))));
    }
    facets.extend(retention(data, old, new).map(|facet| (To::All, facet)));
    facets.extend(escalation(data, old, new).map(|facet| (To::All, facet)));
    if old.suite() != new.suite() {
        let suites = [old, new].map(|class| class.suite().name().to_owned());
        let says = format!("has {data} sealed with");
        facets.push((To::Named, Facet::instead("suite", suites, Direction::Changes, &says)));
    }
    if old.epoch() != new.epoch() {
        let epochs = [old, new].map(|class| class.written_epoch().written.to_string());
        let says = format!("has one key for {data} of");
        facets.push((To::Named, Facet::instead("epoch", epochs, Direction::Changes, &says)));
    }
    facets.extend(padding(data, old, new).map(|facet| (To::Onlookers, facet)));
    facets
}

/// Contextual data leaves signed, and never without a record: operational data has weaker protection.
fn kind(old: &Class, new: &Class) -> Direction {
    match (old.is_contextual(), new.is_contextual()) {
        (true, false) => Direction::Gains,
        (false, true) => Direction::Loses,
        (true, true) | (false, false) => Direction::Changes,
    }
}

fn retention(data: &str, old: &Class, new: &Class) -> Option<Facet> {
    let (before, after) = (old.retention(), new.retention());
    let terms = [old, new].map(|class| class.written_retention().written.to_string());
    let direction = Direction::of(after > before, after < before);
    (before != after).then(|| Facet::instead("retention", terms, direction, &format!("may keep {data}")))
}

fn padding(data: &str, old: &Class, new: &Class) -> Option<Facet> {
    let (before, after) = (old.is_padded(), new.is_padded());
    let says = if after { "no longer sees" } else { "sees" };
    (before != after).then(|| Facet {
        what: "padding".to_owned(),
        old: before.to_string(),
        new: after.to_string(),
        direction: Direction::of(before, after),
        says: format!("{says} how long sealed messages of {data} are"),
    })
}

fn escalation(data: &str, old: &Class, new: &Class) -> Option<Facet> {
    let (before, after) = (old.escalation().map(AsRef::as_ref), new.escalation().map(AsRef::as_ref));
    let differs = |more: fn(u8, u8) -> bool| {
        Kinds::all().iter().any(|kind| more(leaves(after, kind), leaves(before, kind)))
    };
    let (gains, loses) = (differs(|new, old| new > old), differs(|new, old| new < old));
    let says = format!("reads {data} with personal data in it");
    let words = [before, after].map(describe);
    (gains || loses).then(|| Facet::instead("escalate", words, Direction::of(gains, loses), &says))
}

/// A rank for the part of a message that leaves if this kind is found in it. Without an alarm, the finding stays
/// unknown.
fn leaves(escalation: Option<&Escalation>, kind: Kind) -> u8 {
    match escalation.filter(|escalation| escalation.rules.kinds().contains(kind)).map(|found| found.then) {
        Some(Then::Deny) => 0,
        Some(Then::Redact) => 1,
        Some(Then::Alarm) => 2,
        None => 3,
    }
}

fn describe(escalation: Option<&Escalation>) -> String {
    let Some(escalation) = escalation else { return "let through unnoticed".to_owned() };
    let then = match escalation.then {
        Then::Deny => "denied",
        Then::Redact => "redacted",
        Then::Alarm => "let through with an alarm",
    };
    format!("{then} ({})", words(escalation.rules.kinds()))
}
