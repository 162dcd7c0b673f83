//! Keeps the routes as the inner domain, the outer domain and the policy want them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::catalog::CatalogPublisher;
use super::ingress::{IngressParts, IngressPoints, IngressStatus};
use super::kept_out::KeptOutLog;
use super::readers::{Unmatched, unmatched};
use super::rmw::{self, Middleware};
use super::roster::RosterService;
use super::route::Route;
use super::route_maker::{InspectorFactory, RouteMaker};
use super::shared::Shared;
use super::topic_status::TopicStatus;
use super::workers::{ReadyQueue, Serve, join_within};
use super::{Apart, Context, GraphChanges, Node, Publisher, RosError, TypeSupport};
use discreet_graph::qos::Qos;
use discreet_graph::{TopicGraph, participant};
use discreet_guard::denied::Denied;
use discreet_guard::desired::{Desired, DomainFacts, Exclusion, RoutePlan, RouteSpec};
use discreet_guard::lanes::Plan;
use discreet_guard::offers::{OfferFacts, OfferedRoute};
use discreet_guard::sources::Sources;
use discreet_policy::Policy;
use discreet_seal::catalog::Catalog;
use discreet_seal::{GRANTS_TOPIC, GRANTS_TYPE, SEALED_TYPE, sealed_topic};

/// Time that reliable readers of an ending topic have to receive the last messages.
const DRAIN: Duration = Duration::from_millis(500);

/// The longest time that waiting messages are served when routes end.
const LAST_ROUND: Duration = Duration::from_millis(100);

/// The longest time that the end of the guard waits for messages that are being decided on.
const LAST_MESSAGES: Duration = Duration::from_millis(800);
/// Sources whose quality of service the audit records.
const MAX_DESCRIBED: usize = 16;

/// The two domains and everything between them.
pub struct Bridge {
    inner: Arc<Node>,
    outer: Arc<Node>,
    /// The prefix of outer topics when there is only one domain.
    prefix: &'static str,
    maker: RouteMaker,
    threads: Vec<JoinHandle<()>>,
    closing: Vec<JoinHandle<()>>,
    shared: Shared,
    sources: Sources,
    routes: BTreeMap<String, ActiveRoute>,
    exclusions: BTreeMap<String, Vec<Exclusion>>,
    undeclared: BTreeSet<String>,
    entered: KeptOutLog,
    ingress: IngressPoints,
    /// Held, so that the service is offered while the bridge exists.
    _rosters: Arc<RosterService>,
    grants: Arc<Publisher>,
    apart: Apart,
    middleware: Middleware,
    /// Set once the domains have met: nothing leaves any more.
    met: Option<RosError>,
    catalog: CatalogPublisher,
    started: Instant,
    /// False while nothing may leave or come in, whatever the policy says; from the next [`Bridge::reconcile`] on.
    pub active: bool,
}

/// The parts of a bridge.
pub struct BridgeParts {
    /// The full name of the control node. The nodes of the data plane are named after it.
    pub node: String,
    /// The robot's own domain.
    pub inner_domain: usize,
    /// The domain of the consumers of the robot's data.
    pub outer_domain: usize,
    /// Threads for operational topics, and as many for contextual ones; at least 1.
    pub workers: usize,
    /// The parts that routes and ingress share.
    pub shared: Shared,
    /// Starts to inspect the images of a topic.
    pub inspectors: InspectorFactory,
}

struct ActiveRoute {
    route: Arc<Route>,
    spec: RouteSpec,
    nodes: BTreeSet<String>,
    queue: Arc<ReadyQueue>,
    /// The worker of a route that redacts images, which may wait for the redactor.
    threads: Vec<JoinHandle<()>>,
}

impl Bridge {
    /// Joins both domains and starts the workers. With one and the same domain, released topics get the prefix
    /// `/discreet`; that is for trials, since every participant of that domain sees the sources too.
    pub fn new(parts: BridgeParts) -> Result<Bridge, RosError> {
        let BridgeParts { node, inner_domain, outer_domain, workers, shared, inspectors } = parts;
        let inner = Node::new(&Context::new(inner_domain)?, &format!("{node}_inner"))?;
        let middleware = rmw::probe(&inner)?;
        let outer = Node::new(&Context::new(outer_domain)?, &format!("{node}_outer"))?;
        let latched = Qos { latched: true, depth: 1, ..Qos::default() };
        let catalog = CatalogPublisher::new(&outer, latched, shared.command_keys.signer())?;
        let grants = Publisher::new(&outer, GRANTS_TOPIC, &TypeSupport::load(GRANTS_TYPE)?, latched)?;
        let apart = Apart::of_writer(&outer, &inner)?;
        let (operational, mut threads) = start_workers("operational", workers)?;
        let (contextual, others) = start_workers("contextual", workers)?;
        threads.extend(others);
        let service = RosterService::open(&inner, &shared.types, Arc::clone(&shared.rosters), &operational)?;
        let prefix = if inner_domain == outer_domain { "/discreet" } else { "" };
        let maker = RouteMaker {
            inner: Arc::clone(&inner),
            outer: Arc::clone(&outer),
            prefix,
            operational,
            contextual,
            inspectors,
            shared: shared.clone(),
        };
        let ingress = IngressPoints::new(IngressParts {
            inner: Arc::clone(&inner),
            outer: Arc::clone(&outer),
            prefix,
            operational: Arc::clone(&maker.operational),
            contextual: Arc::clone(&maker.contextual),
            shared: shared.clone(),
        });
        Ok(Bridge {
            inner,
            outer,
            prefix,
            maker,
            threads,
            closing: Vec::new(),
            shared,
            sources: Sources::default(),
            routes: BTreeMap::new(),
            exclusions: BTreeMap::new(),
            undeclared: BTreeSet::new(),
            entered: KeptOutLog::default(),
            ingress,
            _rosters: service,
            grants: Arc::new(grants),
            apart,
            middleware,
            met: None,
            catalog,
            started: Instant::now(),
            active: true,
        })
    }

    /// Signals changes of the inner domain.
    pub fn graph_changes(&self) -> Result<GraphChanges, RosError> {
        GraphChanges::new(&self.inner)
    }

    /// The middleware of both domains.
    pub fn middleware(&self) -> &Middleware {
        &self.middleware
    }

    /// The publisher of the grants. Apart from the bridge, so that no work of the bridge delays it.
    pub fn grants(&self) -> Arc<Publisher> {
        Arc::clone(&self.grants)
    }

    /// Opens, changes and closes routes and ingress until they are as domains and policy want them now.
    pub fn reconcile(&mut self) -> Result<(), RosError> {
        if let Some(met) = self.met.clone() {
            return Err(met);
        }
        if let Err(met @ RosError::DomainsMeet { .. }) = self.apart.check() {
            // Fails closed: a topic that is kept inside must not look guarded when it is not.
            self.met = Some(met.clone());
            self.shut_down();
            return Err(met);
        }
        let now = self.started.elapsed();
        let mut graph = self.inner.topic_graph()?;
        self.leave_out_own(&mut graph);
        self.sources.observe(&graph, now);
        let policy = self.shared.live.current().as_ref().map(Arc::clone).filter(|_| self.active);
        let desired = Desired::of(
            &DomainFacts {
                graph: &graph,
                own: self.ingress.participant(),
                policy: policy.as_ref().map(|policy| (policy, self.shared.moment(policy))),
                sources: &self.sources,
                keys: self.shared.keys.as_ref(),
                now,
            },
            |type_name| self.shared.types.message(type_name),
        );
        let Desired { routes, mut exclusions, undeclared } = desired;
        let gone: Vec<String> =
            self.routes.keys().filter(|topic| !routes.contains_key(*topic)).cloned().collect();
        self.close_all(&gone);
        for (topic, want) in routes {
            if let Err(error) = self.open_or_change(&topic, want) {
                // One topic that cannot be made must not keep the others from being made.
                let exclusion = Exclusion::of_topic(Denied::NotOpened, error.to_string());
                exclusions.entry(topic).or_default().push(exclusion);
            }
        }
        let unread = if policy.is_some() { Denied::UndeclaredTopic } else { Denied::NoPolicy };
        let refused =
            exclusions.iter().flat_map(|(topic, all)| all.iter().map(move |one| (topic, one.reason)));
        let kept_out = refused.chain(undeclared.iter().map(|topic| (topic, unread)));
        if self.active {
            self.entered.enter(&self.shared.audit, kept_out, now);
        }
        (self.exclusions, self.undeclared) = (exclusions, undeclared);
        self.closing.retain(|thread| !thread.is_finished());
        self.ingress.reconcile(policy.as_deref());
        self.catalog.publish(policy.as_deref().map(|policy| self.offers(policy)).unwrap_or_default())
    }

    fn offers(&self, policy: &Policy) -> Catalog {
        let facts = OfferFacts {
            policy,
            moment: self.shared.moment(policy),
            keys: self.shared.keys.as_ref(),
            prefix: self.prefix,
            publisher: self.catalog.gid(),
        };
        facts.catalog(self.routes.iter().map(|(topic, active)| OfferedRoute {
            topic,
            spec: &active.spec,
            nodes: &active.nodes,
            offered: active.route.offered(),
        }))
    }

    /// State of every topic, for diagnostics.
    pub fn status(&self) -> Vec<TopicStatus> {
        let topics: BTreeSet<&String> = self.routes.keys().chain(self.exclusions.keys()).collect();
        topics
            .into_iter()
            .map(|topic| {
                let active = self.routes.get(topic);
                let nodes: Vec<String> =
                    active.into_iter().flat_map(|active| active.nodes.iter().cloned()).collect();
                let mut qos = active.map(|active| active.route.offered()).unwrap_or_default();
                let unmatched = active.map(|active| self.unmatched(topic, active, &qos)).unwrap_or_default();
                qos.sort_by_key(Qos::to_string);
                qos.dedup();
                let shared = self.sources.shared();
                TopicStatus {
                    topic: topic.clone(),
                    route: active.map(|active| Arc::clone(&active.route)),
                    qos,
                    unmatched,
                    namesakes: nodes.iter().filter(|node| shared.contains(*node)).cloned().collect(),
                    nodes,
                    exclusions: self.exclusions.get(topic).cloned().unwrap_or_default(),
                }
            })
            .collect()
    }

    /// Readers outside that do not get all of a topic.
    fn unmatched(&self, topic: &str, active: &ActiveRoute, offered: &[Qos]) -> Vec<Unmatched> {
        let outer = format!("{}{topic}", self.prefix);
        let RouteSpec { type_name, ever, .. } = &active.spec;
        let open = ever.open.then(|| (outer.clone(), type_name.as_str()));
        let sealed = ever
            .sealed
            .each()
            .filter(|(_, sealed)| *sealed)
            .map(|(form, _)| (sealed_topic(&outer, form), SEALED_TYPE));
        let topics = open.into_iter().chain(sealed);
        topics
            .flat_map(|(topic, type_name)| match self.outer.subscribers_of(&topic) {
                Ok(readers) => unmatched(&topic, type_name, &readers, offered),
                Err(_) => Vec::new(), // asked again in a second
            })
            .collect()
    }

    /// State of every ingress, for diagnostics.
    pub fn ingress(&self) -> Vec<IngressStatus> {
        self.ingress.status()
    }

    /// Topics of the inner domain that the policy does not declare.
    pub fn undeclared(&self) -> &BTreeSet<String> {
        &self.undeclared
    }

    /// The reason for which nothing leaves any more: the two domains are not apart.
    pub fn met(&self) -> Option<&RosError> {
        self.met.as_ref()
    }

    /// True while every thread of the data plane is alive.
    pub fn is_sound(&self) -> bool {
        let own = self.routes.values().flat_map(|active| &active.threads);
        self.threads.iter().chain(own).all(|thread| !thread.is_finished())
    }

    /// Closes every route and ingress, and stops the workers.
    pub fn shut_down(&mut self) {
        self.ingress.close();
        self.close_all(&self.routes.keys().cloned().collect::<Vec<_>>());
        self.maker.operational.close();
        self.maker.contextual.close();
        let threads = self.threads.drain(..).chain(self.closing.drain(..)).collect();
        // A worker that decides on a message for longer ends with the process: the message does not leave.
        let _at_work = join_within(threads, LAST_MESSAGES);
    }

    /// Removes the guard's own publishers: with one domain, their messages must not come in again, nor be mixed
    /// with those of other publishers of the same name.
    fn leave_out_own(&self, graph: &mut TopicGraph) {
        let own = participant(&self.catalog.gid());
        graph.retain(|topic, endpoints| {
            endpoints.retain(|endpoint| participant(&endpoint.gid) != own);
            let below_prefix = !self.prefix.is_empty() && topic.starts_with("/discreet/");
            !endpoints.is_empty() && !below_prefix
        });
    }

    fn open_or_change(&mut self, topic: &str, want: RoutePlan) -> Result<(), RosError> {
        let source = describe(&want.nodes, &want.plan);
        if let Some(active) = self.routes.get_mut(topic) {
            // Also if the route ends: messages that wait for the verdict on their source get it first.
            active.route.judge(&want.policy, want.plan.clone(), &source);
            if active.spec == want.spec {
                active.nodes = want.nodes;
                active.queue.push(Arc::clone(&active.route) as Arc<dyn Serve>);
                return active.route.trouble().map_or(Ok(()), |why| Err(RosError::Route(why)));
            }
            self.close_all(&[topic.to_owned()]);
        }
        let RoutePlan { spec, definition, policy, plan, nodes } = want;
        let (route, queue, threads) = self.maker.make(topic, &spec, definition)?;
        route.begin(&policy, plan, &source);
        let trouble = route.trouble();
        queue.push(Arc::clone(&route) as Arc<dyn Serve>);
        let active = ActiveRoute { route, spec, nodes, queue, threads };
        self.routes.insert(topic.into(), active);
        trouble.map_or(Ok(()), |why| Err(RosError::Route(why)))
    }

    /// Ends routes. Nothing comes in any more when this returns; published messages still reach their readers
    /// meanwhile. All routes share one last round, however many they are.
    fn close_all(&mut self, topics: &[String]) {
        for active in topics.iter().filter_map(|topic| self.routes.get(topic)) {
            active.route.wind_up();
            active.queue.push(Arc::clone(&active.route) as Arc<dyn Serve>);
        }
        let until = Instant::now() + LAST_ROUND;
        topics.iter().for_each(|topic| self.close(topic, until));
    }

    fn close(&mut self, topic: &str, until: Instant) {
        let Some(active) = self.routes.remove(topic) else { return };
        active.route.disconnect(until);
        if !active.threads.is_empty() {
            active.queue.close();
            self.closing.extend(active.threads);
        }
        self.shared.cameras.forget(topic);
        // Waiting for the readers may take a moment, and must not delay the other routes.
        let (thread, route) = (Builder::new().name("closing".into()), active.route);
        self.closing.extend(thread.spawn(move || route.flush(DRAIN)));
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.shut_down();
    }
}

fn start_workers(name: &str, count: usize) -> Result<(Arc<ReadyQueue>, Vec<JoinHandle<()>>), RosError> {
    ReadyQueue::start(name, count).map_err(|error| RosError::Thread(error.to_string()))
}

/// The sources of a topic, for the audit.
fn describe(nodes: &BTreeSet<String>, plan: &Plan) -> String {
    let nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
    let promises: BTreeSet<String> =
        plan.accepted().map(|source| source.offered.promise().to_string()).take(MAX_DESCRIBED).collect();
    let promises: Vec<String> = promises.into_iter().collect();
    format!("{} ({})", nodes.join(" "), promises.join("; "))
}
