//! Classes: the parties to which their differences matter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::class;
use super::super::declared::Declaration;
use super::super::verb::Verb;
use super::access::PartyAccess;
use super::{Affected, ChangedPart, Differences, Facet, Who};

/// Collects the parties that a class's changes concern: each is listed once, however many topics it reads.
#[derive(Default)]
pub(super) struct Classes {
    /// By the old name and the new.
    facets: HashMap<[String; 2], Vec<(Affected, Facet)>>,
    audience: BTreeMap<String, BTreeMap<Who, BTreeSet<usize>>>,
}

impl Classes {
    /// Compares the classes of one topic. If they are two classes, all differences are listed under the topic.
    pub fn compare(
        &mut self,
        topic: &str,
        old: &Declaration,
        new: &Declaration,
        audience: &[PartyAccess],
        differences: &mut Differences,
    ) {
        let (old, new) = (&old.class, &new.class);
        if old.name() != new.name() {
            let facets = class::differences(topic, old, new);
            return differences.push_for(audience, ChangedPart::Declared(Verb::Read), topic, &facets);
        }
        let key = [old.name().to_owned(), new.name().to_owned()];
        let data = || format!("{} data", new.name());
        let facets = self.facets.entry(key).or_insert_with(|| class::differences(&data(), old, new));
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
    pub fn finish(self, differences: &mut Differences) {
        for (class, told) in self.audience {
            let Some(facets) = self.facets.get(&[class.clone(), class.clone()]) else { continue };
            for (who, places) in told {
                for (_, facet) in places.iter().filter_map(|at| facets.get(*at)) {
                    differences.push(who, ChangedPart::Class, &class, facet);
                }
            }
        }
    }
}
