//! The desired state of a topic of the inner domain: the route that it should have, and the publishers kept out of
//! it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::admit::{NotAdmitted, admit_hash, admit_name};
use crate::audiences::{Audience, Audiences, can_be_made};
use crate::denied::Denied;
use crate::lanes::{LaneSource, Leaves, Plan};
use crate::sources::{PublisherTrust, Sources};
use discreet_cdr::types::TypeDefinition;
use discreet_graph::{Endpoint, Gid, Participant, TopicGraph, participant};
use discreet_policy::{Form, Moment, Policy, TopicPolicy, Verdict};
use discreet_seal::PerForm;
use discreet_seal::epoch_keys::Keys;

/// The properties that a route is made for. If one of them changes, the route is made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteSpec {
    /// The messages' type.
    pub type_name: String,
    /// Its installed definition.
    pub type_hash: String,
    /// The forms that the policy releases at some time and that can be made.
    pub ever: Leaves,
    /// It may leave in the redacted form, as an image or as text.
    pub redacts: bool,
    /// Its class must not contain personal data, and messages are checked for it.
    pub watches: bool,
    /// Making the redacted form means inspecting images.
    pub looks: bool,
    /// The class holds data about people.
    pub contextual: bool,
    /// Open messages have tags.
    pub tags: bool,
    /// The depth that the policy sets.
    pub depth: Option<usize>,
}

/// A route as it should be.
pub struct RoutePlan {
    /// The properties that it is made for.
    pub spec: RouteSpec,
    /// The plan of its messages.
    pub definition: Arc<TypeDefinition>,
    /// The policy that asks for it.
    pub policy: Arc<Policy>,
    /// Every publisher, with its input and its lane. Changes without the route being made again.
    pub plan: Plan,
    /// The accepted publishers' nodes.
    pub nodes: BTreeSet<String>,
}

/// A publisher, or a whole topic, that is kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// The reason.
    pub reason: Denied,
    /// The publisher; none if it is the topic.
    pub publisher: Option<Gid>,
    /// The publisher's node, if its name is known.
    pub node: Option<String>,
    /// Details in words.
    pub detail: String,
}

impl Exclusion {
    /// A whole topic that is kept out.
    pub fn of_topic(reason: Denied, detail: String) -> Exclusion {
        Exclusion { reason, publisher: None, node: None, detail }
    }
}

/// A topic with all facts about it.
pub struct TopicFacts<'a> {
    /// The policy in force.
    pub policy: &'a Arc<Policy>,
    /// Its declaration in the policy.
    pub declared: &'a TopicPolicy,
    /// Its publishers.
    pub endpoints: &'a [Endpoint],
    /// The names of the nodes.
    pub sources: &'a Sources,
    /// The present keys.
    pub keys: &'a dyn Keys,
    /// The time of day.
    pub moment: Moment,
    /// Monotonic.
    pub now: Duration,
}

/// The inner domain as discovery and policy have it at one moment.
pub struct DomainFacts<'a> {
    /// The publishers of each topic.
    pub graph: &'a TopicGraph,
    /// The guard's own participant on this domain, once it publishes commands there.
    pub own: Option<Participant>,
    /// The policy in force, and the time of day by it.
    pub policy: Option<(&'a Arc<Policy>, Moment)>,
    /// The publishers that were there before.
    pub sources: &'a Sources,
    /// The present keys.
    pub keys: &'a dyn Keys,
    /// Monotonic time.
    pub now: Duration,
}

/// The routes that a domain should have, and everything that is kept out.
#[derive(Default)]
pub struct Desired {
    /// By topic.
    pub routes: BTreeMap<String, RoutePlan>,
    /// By topic: itself, or some of its publishers.
    pub exclusions: BTreeMap<String, Vec<Exclusion>>,
    /// Topics that the policy does not declare.
    pub undeclared: BTreeSet<String>,
}

impl Desired {
    /// Judges every topic of the domain. `definition` looks up an installed type.
    pub fn of(
        domain: &DomainFacts<'_>,
        definition: impl Fn(&str) -> Result<Arc<TypeDefinition>, String>,
    ) -> Desired {
        let DomainFacts { graph, own, policy, sources, keys, now } = *domain;
        let mut desired = Desired::default();
        for (topic, endpoints) in graph {
            let admitted = policy.map(|(policy, moment)| (policy, moment, admit_name(policy, topic)));
            let (plan, exclusions) = match admitted {
                None | Some((_, _, Err(NotAdmitted::Undeclared))) => {
                    // A command topic is not a topic that could leave.
                    if endpoints.iter().any(|endpoint| Some(participant(&endpoint.gid)) != own) {
                        desired.undeclared.insert(topic.clone());
                    }
                    continue;
                }
                Some((_, _, Err(reason))) => {
                    let detail = match reason {
                        NotAdmitted::OpenSibling(protected) => format!("of {}", protected.name()),
                        _ => String::new(),
                    };
                    (None, vec![Exclusion::of_topic(reason.into(), detail)])
                }
                Some((policy, moment, Ok(declared))) => {
                    let facts = TopicFacts { policy, declared, endpoints, sources, keys, moment, now };
                    facts.judge(&definition)
                }
            };
            if !exclusions.is_empty() {
                desired.exclusions.insert(topic.clone(), exclusions);
            }
            desired.routes.extend(plan.map(|plan| (topic.clone(), plan)));
        }
        desired
    }
}

impl TopicFacts<'_> {
    /// The route that the topic should have, if any, and the publishers kept out of it. `definition` looks up an
    /// installed type.
    pub fn judge(
        &self,
        definition: impl FnOnce(&str) -> Result<Arc<TypeDefinition>, String>,
    ) -> (Option<RoutePlan>, Vec<Exclusion>) {
        let TopicFacts { policy, declared, endpoints, sources, keys, moment, now } = self;
        let whole = |reason, detail: String| (None, vec![Exclusion::of_topic(reason, detail)]);
        if !declared.has_readers() {
            // A topic that may never leave is not subscribed to.
            return match declared.everyone(*moment) {
                Verdict::Deny { .. } => whole(Denied::RuleDenies, String::new()),
                Verdict::Allow { .. } | Verdict::NoRule => whole(Denied::NoRule, String::new()),
            };
        }
        let definition = match definition(declared.type_name()) {
            Ok(definition) => definition,
            Err(error) => return whole(Denied::TypeNotInstalled, error),
        };
        if let Err(reason) = admit_hash(declared, &definition.hash) {
            let detail = format!("installed {}, the policy wants another", definition.hash);
            return whole(reason.into(), detail);
        }
        let judge = |endpoint| sources.trust(declared, &definition.hash, endpoint, *now);
        let judged: Vec<(&Endpoint, PublisherTrust)> =
            endpoints.iter().map(|endpoint| (endpoint, judge(endpoint))).collect();
        let exclusions = judged.iter().filter_map(|(endpoint, trust)| exclusion(endpoint, *trust)).collect();
        // Messages of refused publishers are still taken, so that each is counted; messages of another type cannot
        // arrive.
        if !endpoints.iter().any(|endpoint| endpoint.type_name == declared.type_name()) {
            return (None, exclusions);
        }
        let audiences = Audiences::of(declared, *moment, *keys);
        let ever = may_leave(declared);
        let redacts = declared.may_release(Form::Redacted) || declared.group(Form::Redacted).is_some();
        let rules = declared.image_rules().filter(|_| redacts);
        let spec = RouteSpec {
            type_name: definition.name.clone(),
            type_hash: definition.hash.clone(),
            ever,
            redacts: redacts && declared.says_what_to_hide(),
            watches: declared.class().escalation().is_some(),
            looks: rules.is_some_and(|rules| rules.needs_looking()),
            contextual: declared.class().is_contextual(),
            tags: policy.tags(),
            depth: declared.depth(),
        };
        let of_type = judged.iter().filter(|(endpoint, _)| endpoint.type_name == declared.type_name());
        let source = |(endpoint, trust): &(&Endpoint, PublisherTrust)| LaneSource {
            gid: endpoint.gid,
            trust: *trust,
            offered: endpoint.qos,
        };
        let plan = Plan {
            sources: of_type.map(source).collect(),
            depth: declared.depth(),
            ever,
            now: leaves_now(audiences),
            under: (policy.hash(), audiences),
        };
        let accepted = judged.iter().filter(|(_, trust)| *trust == PublisherTrust::Accepted);
        let nodes = accepted.filter_map(|(endpoint, _)| endpoint.node.name().map(str::to_owned)).collect();
        let policy = Arc::clone(policy);
        (Some(RoutePlan { spec, definition, policy, plan, nodes }), exclusions)
    }
}

/// The forms that leave to these audiences: the open one, and the sealed ones.
fn leaves_now(audiences: Audiences) -> Leaves {
    let is_sealed = |audience| matches!(audience, Some(Audience::Group(..)));
    let sealed = audiences.0.map(|_, audience| is_sealed(audience));
    Leaves { open: audiences.open().is_some(), sealed }
}

/// The forms that leave at some time.
fn may_leave(declared: &TopicPolicy) -> Leaves {
    let mut forms = [Form::Clear, Form::Redacted].into_iter();
    let open = forms.any(|form| declared.may_release(form) && can_be_made(declared, form));
    let sealed = |form| declared.group(form).is_some() && can_be_made(declared, form);
    Leaves { open, sealed: PerForm::of(sealed) }
}

fn exclusion(endpoint: &Endpoint, trust: PublisherTrust) -> Option<Exclusion> {
    let PublisherTrust::Refused(reason) = trust else { return None };
    Some(Exclusion {
        reason,
        publisher: Some(endpoint.gid),
        node: endpoint.node.name().map(str::to_owned),
        detail: format!("announces {}", endpoint.type_name),
    })
}
