//! Keeps the routes as the inner domain, the outer domain and the policy want them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::outer::{OuterTopic, Released};
use super::route::{Origin, Route, RouteParts};
use super::workers::{self, ReadyQueue, Serve};
use super::{Context, GraphChanges, Node, Publisher, RosError, Subscription, TypeSupport};
use crate::audit::{Audit, Time};
use crate::catalog::{CATALOG_TOPIC, CATALOG_TYPE, Catalog, Entry};
use crate::clock::ClockFloor;
use crate::denied::Denied;
use crate::graph::{Endpoint, Gid, TopicGraph, participant};
use crate::policy::{Form, LivePolicy, Policy, TopicPolicy, Verdict};
use crate::qos::{Mirrored, Qos, mirror};
use crate::sources::{Sources, Standing};
use crate::tag::tag_topic;
use crate::types::{TypeDefinition, TypeLibrary};

/// Reliable readers of a topic that ends have this long to get the last of it.
const FAREWELL: Duration = Duration::from_millis(500);

/// Topics that are not declared are listed up to this many; the rest is only counted.
const MAX_LISTED: usize = 200;

/// The two domains and everything between them.
pub struct Bridge {
    inner: Arc<Node>,
    outer: Arc<Node>,
    /// Stands before outer topics when there is only one domain.
    prefix: &'static str,
    queue: Arc<ReadyQueue>,
    workers: Vec<JoinHandle<()>>,
    live: Arc<LivePolicy>,
    audit: Arc<Audit>,
    clock: Arc<ClockFloor>,
    types: Types,
    sources: Sources,
    routes: BTreeMap<String, ActiveRoute>,
    refusals: BTreeMap<String, Vec<Refusal>>,
    undeclared: BTreeSet<String>,
    catalog: Publisher,
    published: Option<Catalog>,
    started: Instant,
}

/// What a bridge is made of.
pub struct BridgeParts {
    /// The robot's own domain.
    pub inner_domain: usize,
    /// The domain of everything that uses the robot's data.
    pub outer_domain: usize,
    /// Threads of the data plane, at least 1.
    pub workers: usize,
    /// The policy in force.
    pub live: Arc<LivePolicy>,
    /// The log.
    pub audit: Arc<Audit>,
    /// Whether the time can be relied on.
    pub clock: Arc<ClockFloor>,
    /// The installed types.
    pub types: TypeLibrary,
}

struct ActiveRoute {
    route: Arc<Route>,
    spec: RouteSpec,
    nodes: BTreeSet<String>,
}

/// What a route is made for. If any of it changes, the route is made anew.
#[derive(Clone, PartialEq)]
struct RouteSpec {
    type_name: String,
    type_hash: String,
    qos: Qos,
    downgraded: bool,
    /// Whether the policy lets `everyone` have it, at some time, in a form that can be made.
    released: bool,
}

/// A publisher, or a whole topic, that is kept out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Denied,
    /// The publisher; none if it is the topic.
    pub publisher: Option<Gid>,
    /// The publisher's node, if it told one.
    pub node: Option<String>,
    /// The type that it announced, or what is wrong with the declared one.
    pub detail: String,
}

/// A topic as diagnostics shows it.
pub struct TopicStatus {
    /// Its name on the inner domain.
    pub topic: String,
    /// Its route, if it has one.
    pub route: Option<Arc<Route>>,
    /// What is offered on the outer domain.
    pub qos: Option<Qos>,
    /// The sources differ in what they offer.
    pub downgraded: bool,
    /// The nodes that it comes from.
    pub nodes: Vec<String>,
    /// Who is kept out.
    pub refusals: Vec<Refusal>,
}

impl Bridge {
    /// Joins both domains and starts the workers. With one and the same domain, released topics get the prefix
    /// `/discreet`; that is for trying it out, since everybody on that domain sees the sources too.
    pub fn new(parts: BridgeParts) -> Result<Bridge, RosError> {
        let BridgeParts { inner_domain, outer_domain, workers, live, audit, clock, types } = parts;
        let inner = Node::new(&Context::new(inner_domain)?, "guard_inner")?;
        let outer = Node::new(&Context::new(outer_domain)?, "guard_outer")?;
        let latched = Qos { latched: true, depth: 1, ..Qos::default() };
        let catalog = Publisher::new(&outer, CATALOG_TOPIC, &TypeSupport::load(CATALOG_TYPE)?, latched)?;
        let queue = Arc::new(ReadyQueue::default());
        let workers =
            workers::start(&queue, workers.max(1)).map_err(|error| RosError::Thread(error.to_string()))?;
        Ok(Bridge {
            inner,
            outer,
            prefix: if inner_domain == outer_domain { "/discreet" } else { "" },
            queue,
            workers,
            live,
            audit,
            clock,
            types: Types { library: types, known: RefCell::default() },
            sources: Sources::default(),
            routes: BTreeMap::new(),
            refusals: BTreeMap::new(),
            undeclared: BTreeSet::new(),
            catalog,
            published: None,
            started: Instant::now(),
        })
    }

    /// Tells when the inner domain changes.
    pub fn graph_changes(&self) -> Result<GraphChanges, RosError> {
        GraphChanges::new(&self.inner)
    }

    /// Opens, changes and closes routes until they are as domain and policy want them now.
    pub fn reconcile(&mut self) -> Result<(), RosError> {
        let now = self.started.elapsed();
        let mut graph = self.inner.topic_graph()?;
        self.leave_out_own(&mut graph);
        self.sources.observe(&graph, now);
        let policy = self.live.current().as_ref().map(Arc::clone);
        let mut refusals = BTreeMap::new();
        let mut undeclared = BTreeSet::new();
        let mut wanted = BTreeMap::new();
        for (topic, endpoints) in &graph {
            let Some(declared) = policy.as_ref().and_then(|policy| policy.topic(topic)) else {
                undeclared.insert(topic.clone());
                continue;
            };
            let (want, refused) = self.judge(declared, endpoints, now, self.routes.get(topic));
            if !refused.is_empty() {
                refusals.insert(topic.clone(), refused);
            }
            if let Some(want) = want {
                wanted.insert(topic.clone(), want);
            }
        }
        self.note_refusals(&refusals, &undeclared);
        (self.refusals, self.undeclared) = (refusals, undeclared);
        let gone = |topic: &String| !wanted.contains_key(topic);
        for topic in self.routes.keys().filter(|topic| gone(topic)).cloned().collect::<Vec<_>>() {
            self.close(&topic);
        }
        for (topic, want) in wanted {
            if let Err(error) = self.open_or_change(&topic, want) {
                // One topic that cannot be made must not keep the others from being made.
                let refusal = Refusal {
                    reason: Denied::TypeNotInstalled,
                    publisher: None,
                    node: None,
                    detail: error.to_string(),
                };
                self.refusals.entry(topic).or_default().push(refusal);
            }
        }
        self.publish_catalog(policy.as_deref())
    }

    /// Everything that diagnostics shows.
    pub fn status(&self) -> Vec<TopicStatus> {
        let topics: BTreeSet<&String> = self.routes.keys().chain(self.refusals.keys()).collect();
        topics
            .into_iter()
            .map(|topic| {
                let active = self.routes.get(topic);
                TopicStatus {
                    topic: topic.clone(),
                    route: active.map(|active| Arc::clone(&active.route)),
                    qos: active.map(|active| active.spec.qos),
                    downgraded: active.is_some_and(|active| active.spec.downgraded),
                    nodes: active.map(|active| active.nodes.iter().cloned().collect()).unwrap_or_default(),
                    refusals: self.refusals.get(topic).cloned().unwrap_or_default(),
                }
            })
            .collect()
    }

    /// Topics of the inner domain that the policy does not declare.
    pub fn undeclared(&self) -> &BTreeSet<String> {
        &self.undeclared
    }

    /// Whether every thread of the data plane is alive.
    pub fn is_sound(&self) -> bool {
        self.workers.iter().all(|worker| !worker.is_finished())
    }

    /// Closes every route and stops the workers.
    pub fn shut_down(&mut self) {
        for (_, active) in std::mem::take(&mut self.routes) {
            active.route.close(FAREWELL);
        }
        self.queue.close();
        for worker in self.workers.drain(..) {
            let _panicked = worker.join();
        }
    }

    /// With one domain, what the guard itself publishes must not come in again.
    fn leave_out_own(&self, graph: &mut TopicGraph) {
        let own = participant(&self.catalog.gid());
        graph.retain(|_, endpoints| {
            endpoints.retain(|endpoint| participant(&endpoint.gid) != own);
            !endpoints.is_empty()
        });
    }

    /// What to do about a declared topic: the route that it should have, and who is kept out.
    fn judge(
        &self,
        declared: &TopicPolicy,
        endpoints: &[Endpoint],
        now: Duration,
        active: Option<&ActiveRoute>,
    ) -> (Option<Wanted>, Vec<Refusal>) {
        let whole =
            |reason, detail: String| (None, vec![Refusal { reason, publisher: None, node: None, detail }]);
        if !declared.has_readers() {
            // What may never leave is not even read.
            return whole(Denied::NoRule, String::new());
        }
        let definition = match self.types.definition(declared.type_name()) {
            Ok(definition) => definition,
            Err(error) => return whole(Denied::TypeNotInstalled, error),
        };
        if declared.type_hash().is_some_and(|pinned| pinned != definition.hash) {
            let detail = format!("installed {}, the policy wants another", definition.hash);
            return whole(Denied::WrongTypeHash, detail);
        }
        let judged: Vec<(&Endpoint, Standing)> = endpoints
            .iter()
            .map(|endpoint| (endpoint, self.sources.standing(declared, &definition.hash, endpoint, now)))
            .collect();
        let refusals = judged.iter().filter_map(|(endpoint, standing)| match standing {
            Standing::Refused(reason) => Some(Refusal {
                reason: *reason,
                publisher: Some(endpoint.gid),
                node: endpoint.node.clone(),
                detail: format!("announces {}", endpoint.type_name),
            }),
            Standing::Accepted | Standing::Awaited => None,
        });
        let refusals = refusals.collect();
        let mut offered: Vec<Qos> = judged
            .iter()
            .filter(|(_, standing)| !matches!(standing, Standing::Refused(_)))
            .map(|(endpoint, _)| endpoint.qos)
            .collect();
        // Messages of refused publishers are still taken, so that each is counted; but they have no say in the QoS.
        if !endpoints.iter().any(|endpoint| endpoint.type_name == declared.type_name()) {
            return (None, refusals);
        }
        if offered.is_empty() {
            offered.extend(endpoints.iter().map(|endpoint| endpoint.qos).next());
        }
        // A route that had to be downgraded stays so until its sources have left: else it would flap.
        offered.extend(active.filter(|active| active.spec.downgraded).map(|active| active.spec.qos));
        let Mirrored { qos, downgraded } = mirror(offered, declared.depth());
        let spec = RouteSpec {
            type_name: definition.name.clone(),
            type_hash: definition.hash.clone(),
            qos,
            downgraded: downgraded || active.is_some_and(|active| active.spec.downgraded),
            released: declared.may_release(Form::Clear),
        };
        let standings = judged.iter().map(|(endpoint, standing)| (endpoint.gid, *standing)).collect();
        let nodes = judged
            .iter()
            .filter(|(_, standing)| *standing == Standing::Accepted)
            .filter_map(|(endpoint, _)| endpoint.node.clone())
            .collect();
        (
            Some(Wanted { spec, definition, standings, nodes, data_class: declared.class().name().into() }),
            refusals,
        )
    }

    fn open_or_change(&mut self, topic: &str, want: Wanted) -> Result<(), RosError> {
        match self.routes.get_mut(topic) {
            Some(active) if active.spec == want.spec => {
                active.nodes = want.nodes;
                active.route.set_standings(want.standings);
                self.queue.push(Arc::clone(&active.route) as Arc<dyn Serve>);
                return Ok(());
            }
            Some(active) => {
                // What waits for the verdict on its source gets it before the route ends.
                active.route.set_standings(want.standings.iter().copied());
                self.close(topic);
            }
            None => {}
        }
        let outer = Released {
            topic: format!("{}{topic}", self.prefix),
            source_topic: topic.into(),
            type_name: want.spec.type_name.clone(),
            data_class: want.data_class,
            form: Form::Clear.name(),
            qos: want.spec.qos,
        };
        let output = want.spec.released.then(|| OuterTopic::new(&self.outer, &outer)).transpose()?;
        let route = Arc::new(Route::new(RouteParts {
            origin: Origin { topic: topic.into(), source: describe(&want.nodes, want.spec.qos) },
            definition: want.definition,
            live: Arc::clone(&self.live),
            clock: Arc::clone(&self.clock),
            audit: Arc::clone(&self.audit),
            output,
        }));
        let on_message = wake(Arc::downgrade(&route), Arc::clone(&self.queue));
        let types = TypeSupport::load(&want.spec.type_name)?;
        route.connect(Subscription::new(&self.inner, topic, &types, want.spec.qos, on_message)?);
        route.set_standings(want.standings);
        self.queue.push(Arc::clone(&route) as Arc<dyn Serve>);
        self.routes.insert(topic.into(), ActiveRoute { route, spec: want.spec, nodes: want.nodes });
        Ok(())
    }

    fn close(&mut self, topic: &str) {
        let Some(active) = self.routes.remove(topic) else { return };
        // Saying farewell may take a moment, and the other routes shall not wait for it.
        std::thread::spawn(move || active.route.close(FAREWELL));
    }

    /// Enters into the audit who is newly kept out.
    fn note_refusals(&self, refusals: &BTreeMap<String, Vec<Refusal>>, undeclared: &BTreeSet<String>) {
        let now = Time::system();
        for (topic, refused) in refusals {
            let before = self.refusals.get(topic).map(Vec::as_slice).unwrap_or_default();
            for refusal in refused.iter().filter(|refusal| !before.contains(refusal)) {
                self.audit.kept_out(now, topic, refusal.reason.label());
            }
        }
        for topic in undeclared.difference(&self.undeclared).take(MAX_LISTED) {
            self.audit.kept_out(now, topic, Denied::UndeclaredTopic.label());
        }
    }

    fn publish_catalog(&mut self, policy: Option<&Policy>) -> Result<(), RosError> {
        let now = Time::system();
        let mut catalog = Catalog::default();
        if let Some(policy) = policy {
            let moment = policy.moment(now.second(), self.clock.trusts(now.second()));
            catalog.robot = policy.robot().into();
            catalog.policy_version = policy.version();
            catalog.policy_hash = hex(&policy.hash());
            for (topic, active) in &self.routes {
                let Some(declared) = policy.topic(topic) else { continue };
                if let Verdict::Allow { form: Form::Clear, .. } = declared.everyone(moment) {
                    let outer = format!("{}{topic}", self.prefix);
                    catalog.entries.push(Entry {
                        tag_topic: tag_topic(&outer),
                        topic: outer,
                        type_name: active.spec.type_name.clone(),
                        type_hash: active.spec.type_hash.clone(),
                        data_class: declared.class().name().into(),
                        form: Form::Clear.name().into(),
                        audience: vec!["everyone".into()],
                        retention: declared.class().retention(),
                        policy_version: policy.version(),
                        source: active.nodes.iter().cloned().collect(),
                    });
                }
            }
        }
        if self.published.as_ref() != Some(&catalog) {
            self.catalog.publish(&catalog.to_cdr(now.nanoseconds))?;
            self.published = Some(catalog);
        }
        Ok(())
    }
}

struct Wanted {
    spec: RouteSpec,
    definition: Arc<TypeDefinition>,
    standings: Vec<(Gid, Standing)>,
    nodes: BTreeSet<String>,
    data_class: String,
}

/// The word from the middleware to the workers. Weak, because the route owns the subscription that owns this.
fn wake(route: Weak<Route>, queue: Arc<ReadyQueue>) -> Box<dyn Fn() + Send + Sync> {
    Box::new(move || {
        if let Some(route) = route.upgrade() {
            queue.push(route);
        }
    })
}

/// Definitions that were read once. What cannot be found is looked for again, since it may be installed meanwhile.
struct Types {
    library: TypeLibrary,
    known: RefCell<HashMap<String, Arc<TypeDefinition>>>,
}

impl Types {
    fn definition(&self, type_name: &str) -> Result<Arc<TypeDefinition>, String> {
        if let Some(known) = self.known.borrow().get(type_name) {
            return Ok(Arc::clone(known));
        }
        let definition =
            self.library.definition(type_name).map(Arc::new).map_err(|error| error.to_string())?;
        self.known.borrow_mut().insert(type_name.into(), Arc::clone(&definition));
        Ok(definition)
    }
}

/// Where a topic comes from, for the audit.
fn describe(nodes: &BTreeSet<String>, qos: Qos) -> String {
    let nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
    format!("{} ({qos})", nodes.join(" "))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
