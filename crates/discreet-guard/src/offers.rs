//! The catalogue: the topics that leave now, in which form, and to which audience.

use std::collections::BTreeSet;

use crate::audiences::{Audience, Audiences, members};
use crate::desired::RouteSpec;
use crate::lanes::catalogued;
use crate::tag::tag_topic;
use discreet_graph::Gid;
use discreet_graph::qos::{Qos, mirror};
use discreet_policy::{Form, Moment, Policy};
use discreet_seal::catalog::{Catalog, CatalogEntry};
use discreet_seal::epoch_keys::Keys;
use discreet_seal::sealed_topic;

/// A route as the catalogue needs it.
pub struct OfferedRoute<'a> {
    /// The topic on the inner domain.
    pub topic: &'a str,
    /// The properties that the route was made for.
    pub spec: &'a RouteSpec,
    /// The nodes of its accepted publishers.
    pub nodes: &'a BTreeSet<String>,
    /// The offer of each lane outside.
    pub offered: Vec<Qos>,
}

/// The facts that a catalogue is made of.
pub struct OfferFacts<'a> {
    /// The policy in force.
    pub policy: &'a Policy,
    /// The time of day by it.
    pub moment: Moment,
    /// The present keys.
    pub keys: &'a dyn Keys,
    /// The prefix of outer topics, where there is only one domain.
    pub prefix: &'a str,
    /// The publisher of the catalogue.
    pub publisher: Gid,
}

impl OfferFacts<'_> {
    /// The catalogue of these routes. One that has no publisher outside yet is left out.
    pub fn catalog<'a>(&self, routes: impl Iterator<Item = OfferedRoute<'a>>) -> Catalog {
        let policy = self.policy;
        Catalog {
            robot: policy.robot().into(),
            publisher: self.publisher,
            policy_version: policy.version(),
            policy_hash: policy.hash().iter().map(|byte| format!("{byte:02x}")).collect(),
            entries: routes
                .filter(|route| !route.offered.is_empty())
                .flat_map(|route| self.entries(&route))
                .collect(),
        }
    }

    fn entries(&self, route: &OfferedRoute<'_>) -> Vec<CatalogEntry> {
        let Some(declared) = self.policy.topic(route.topic) else { return Vec::new() };
        let audiences = Audiences::of(declared, self.moment, self.keys);
        audiences.each().filter_map(|(form, audience)| self.entry(route, form, audience)).collect()
    }

    /// One form of one topic.
    fn entry(&self, route: &OfferedRoute<'_>, form: Form, audience: Audience) -> Option<CatalogEntry> {
        let OfferedRoute { topic, spec, nodes, offered } = route;
        let class = self.policy.topic(topic)?.class();
        let outer = format!("{}{topic}", self.prefix);
        let (outer, tag_topic, audience, sealed) = match audience {
            Audience::Everyone => {
                let tags = if spec.tags { tag_topic(&outer) } else { String::new() };
                (outer, tags, vec!["everyone".into()], false)
            }
            Audience::Group(group, key) => {
                let members = members(self.keys, &group, self.moment.unix_seconds, key);
                if members.is_empty() {
                    return None; // without a key it does not leave
                }
                (sealed_topic(&outer, form), String::new(), members, true)
            }
        };
        // A reader of all sources can request this: the weakest offer, and the number of messages kept of each
        // source.
        let qos = mirror(offered.clone(), Some(catalogued(offered, spec.depth))).qos;
        Some(CatalogEntry {
            tag_topic,
            topic: outer,
            policy_topic: (*topic).into(),
            sealed,
            type_name: spec.type_name.clone(),
            type_hash: spec.type_hash.clone(),
            data_class: class.name().into(),
            form: form.name().into(),
            audience,
            retention: class.retention(),
            policy_version: self.policy.version(),
            source: nodes.iter().cloned().collect(),
            qos,
        })
    }
}
