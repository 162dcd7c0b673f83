//! Keeps the routes as the inner domain, the outer domain and the policy want them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Weak};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::inbox::Listen;
use super::ingress::{IngressParts, IngressPoints, IngressStatus};
use super::kept_out::KeptOutLog;
use super::lanes::Lanes;
use super::outer::Released;
use super::readers::{Unmatched, unmatched};
use super::roster::RosterDesk;
use super::route::Route;
use super::workers::{ReadyQueue, Serve, join_within};
use super::{Apart, Context, GraphChanges, Node, Publisher, RosError, TypeSupport};
use discreet_audit::{Audit, Time};
use discreet_cdr::types::{TypeDefinition, TypeLibrary};
use discreet_graph::qos::{Qos, mirror};
use discreet_graph::{TopicGraph, participant};
use discreet_guard::delivery::{Delivery, DeliveryAudience, members};
use discreet_guard::denied::Denied;
use discreet_guard::desired::{Desired, DomainFacts, Refusal, RoutePlan, RouteSpec, SealedForms};
use discreet_guard::ingress::CommandKeys;
use discreet_guard::lanes::{Plan, catalogued};
use discreet_guard::outbound::Outbound;
use discreet_guard::protect::{CameraInfo, Makers, Protection, Seal, SealedTopic};
use discreet_guard::sources::Sources;
use discreet_guard::tag::tag_topic;
use discreet_host::clock::ClockFloor;
use discreet_pii::Rosters;
use discreet_policy::{Form, LivePolicy, Moment, Policy};
use discreet_redact::{CAMERA_INFO_TYPE, Cameras, ImageInspector, ImageKind, ImageRedactor, MessageRedactor};
use discreet_seal::catalog::{CATALOG_TOPIC, CATALOG_TYPE, Catalog, Entry, Lease};
use discreet_seal::epoch_keys::Keys;
use discreet_seal::{GRANTS_TOPIC, GRANTS_TYPE, SEALED_TYPE, SenderKey, sealed_topic};

/// Reliable readers of a topic that ends have this long to get the last of it.
const DRAIN: Duration = Duration::from_millis(500);

/// What still waits when routes end is served for at most so long.
const LAST_ROUND: Duration = Duration::from_millis(100);

/// So long the end of the guard waits for the messages that are being decided on.
const LAST_MESSAGES: Duration = Duration::from_millis(800);
/// Sources whose quality of service the audit tells.
const MAX_DESCRIBED: usize = 16;

/// The two domains and everything between them.
pub struct Bridge {
    inner: Arc<Node>,
    outer: Arc<Node>,
    /// Stands before outer topics when there is only one domain.
    prefix: &'static str,
    operational: Arc<ReadyQueue>,
    /// Contextual messages may have to wait for the audit's disk, so they have workers of their own.
    contextual: Arc<ReadyQueue>,
    threads: Vec<JoinHandle<()>>,
    farewells: Vec<JoinHandle<()>>,
    live: Arc<LivePolicy>,
    audit: Arc<Audit>,
    clock: Arc<ClockFloor>,
    types: Types,
    inspectors: InspectorFactory,
    keys: Arc<dyn Keys>,
    cameras: Arc<Cameras>,
    rosters: Arc<Rosters>,
    sources: Sources,
    routes: BTreeMap<String, ActiveRoute>,
    refusals: BTreeMap<String, Vec<Refusal>>,
    undeclared: BTreeSet<String>,
    entered: KeptOutLog,
    ingress: IngressPoints,
    /// Held, so that it is offered as long as the bridge is there.
    _rosters: Arc<RosterDesk>,
    grants: Arc<Publisher>,
    apart: Apart,
    /// They are not: nothing leaves any more.
    met: Option<RosError>,
    catalog: Publisher,
    /// The last catalogue, and how long it holds.
    published: Option<(Lease, Catalog)>,
    signer: Option<Arc<SenderKey>>,
    started: Instant,
}

/// What a bridge is made of.
pub struct BridgeParts {
    /// The robot's own domain.
    pub inner_domain: usize,
    /// The domain of everything that uses the robot's data.
    pub outer_domain: usize,
    /// Threads for operational topics, and as many for contextual ones; at least 1.
    pub workers: usize,
    /// The policy in force.
    pub live: Arc<LivePolicy>,
    /// The log.
    pub audit: Arc<Audit>,
    /// Whether the time can be relied on.
    pub clock: Arc<ClockFloor>,
    /// The installed types.
    pub types: TypeLibrary,
    /// What is sealed is sealed with these.
    pub keys: Arc<dyn Keys>,
    /// Keys for what comes in.
    pub command_keys: Arc<dyn CommandKeys>,
    /// Starts to look at the images of a topic.
    pub inspectors: InspectorFactory,
}

/// Makes what looks at the images of the named topic.
pub type InspectorFactory = Box<dyn Fn(&str) -> Box<dyn ImageInspector + Send> + Send>;

struct ActiveRoute {
    route: Arc<Route>,
    spec: RouteSpec,
    nodes: BTreeSet<String>,
    queue: Arc<ReadyQueue>,
    /// Of a route that redacts images, its own worker: it may wait for the one who looks at them.
    threads: Vec<JoinHandle<()>>,
}

/// A topic as diagnostics shows it.
pub struct TopicStatus {
    /// Its name on the inner domain.
    pub topic: String,
    /// Its route, if it has one.
    pub route: Option<Arc<Route>>,
    /// What is offered on the outer domain, each once.
    pub qos: Vec<Qos>,
    /// Readers outside that get nothing of it, or not all.
    pub unmatched: Vec<Unmatched>,
    /// The nodes that it comes from.
    pub nodes: Vec<String>,
    /// Those of them whose name another node has as well.
    pub namesakes: Vec<String>,
    /// Who is kept out.
    pub refusals: Vec<Refusal>,
}

impl Bridge {
    /// Joins both domains and starts the workers. With one and the same domain, released topics get the prefix
    /// `/discreet`; that is for trying it out, since everybody on that domain sees the sources too.
    pub fn new(parts: BridgeParts) -> Result<Bridge, RosError> {
        let BridgeParts {
            inner_domain,
            outer_domain,
            workers,
            live,
            audit,
            clock,
            types,
            inspectors,
            keys,
            command_keys,
        } = parts;
        let inner = Node::new(&Context::new(inner_domain)?, "guard_inner")?;
        let outer = Node::new(&Context::new(outer_domain)?, "guard_outer")?;
        let latched = Qos { latched: true, depth: 1, ..Qos::default() };
        let catalog = Publisher::new(&outer, CATALOG_TOPIC, &TypeSupport::load(CATALOG_TYPE)?, latched)?;
        let grants = Publisher::new(&outer, GRANTS_TOPIC, &TypeSupport::load(GRANTS_TYPE)?, latched)?;
        let apart = Apart::of_writer(&outer, &inner)?;
        let (operational, mut threads) = start_workers("operational", workers)?;
        let (contextual, others) = start_workers("contextual", workers)?;
        threads.extend(others);
        let rosters = Arc::<Rosters>::default();
        let desk = RosterDesk::open(&inner, &types, Arc::clone(&rosters), &operational)?;
        let signer = command_keys.signer();
        let prefix = if inner_domain == outer_domain { "/discreet" } else { "" };
        let ingress = IngressPoints::new(IngressParts {
            inner: Arc::clone(&inner),
            outer: Arc::clone(&outer),
            prefix,
            operational: Arc::clone(&operational),
            contextual: Arc::clone(&contextual),
            live: Arc::clone(&live),
            audit: Arc::clone(&audit),
            clock: Arc::clone(&clock),
            command_keys,
            rosters: Arc::clone(&rosters),
            types: types.clone(),
        });
        Ok(Bridge {
            inner,
            outer,
            prefix,
            operational,
            contextual,
            threads,
            farewells: Vec::new(),
            live,
            audit,
            clock,
            types: Types { library: types, known: RefCell::default() },
            inspectors,
            keys,
            cameras: Arc::default(),
            rosters,
            sources: Sources::default(),
            routes: BTreeMap::new(),
            refusals: BTreeMap::new(),
            undeclared: BTreeSet::new(),
            entered: KeptOutLog::default(),
            ingress,
            _rosters: desk,
            grants: Arc::new(grants),
            apart,
            met: None,
            catalog,
            published: None,
            signer,
            started: Instant::now(),
        })
    }

    /// Tells when the inner domain changes.
    pub fn graph_changes(&self) -> Result<GraphChanges, RosError> {
        GraphChanges::new(&self.inner)
    }

    /// Where the grants of keys are published. Apart from the bridge, so that nothing that it does holds them up.
    pub fn grants(&self) -> Arc<Publisher> {
        Arc::clone(&self.grants)
    }

    /// Opens, changes and closes routes and ingress until they are as domain and policy want them now.
    pub fn reconcile(&mut self) -> Result<(), RosError> {
        if let Some(met) = self.met.clone() {
            return Err(met);
        }
        if let Err(met @ RosError::DomainsMeet { .. }) = self.apart.check() {
            // Fails closed: what the guard keeps inside must not look guarded when it is not.
            self.met = Some(met.clone());
            self.shut_down();
            return Err(met);
        }
        let now = self.started.elapsed();
        let mut graph = self.inner.topic_graph()?;
        self.leave_out_own(&mut graph);
        self.sources.observe(&graph, now);
        let policy = self.live.current().as_ref().map(Arc::clone);
        let desired = Desired::of(
            &DomainFacts {
                graph: &graph,
                own: self.ingress.participant(),
                policy: policy.as_ref().map(|policy| (policy, self.moment(policy))),
                sources: &self.sources,
                keys: self.keys.as_ref(),
                now,
            },
            |type_name| self.types.definition(type_name),
        );
        let Desired { routes, mut refusals, undeclared } = desired;
        let gone: Vec<String> =
            self.routes.keys().filter(|topic| !routes.contains_key(*topic)).cloned().collect();
        self.close_all(&gone);
        for (topic, want) in routes {
            if let Err(error) = self.open_or_change(&topic, want) {
                // One topic that cannot be made must not keep the others from being made.
                let refusal = Refusal::of_topic(Denied::NotOpened, error.to_string());
                refusals.entry(topic).or_default().push(refusal);
            }
        }
        let unread = if policy.is_some() { Denied::UndeclaredTopic } else { Denied::NoPolicy };
        let refused = refusals.iter().flat_map(|(topic, all)| all.iter().map(move |one| (topic, one.reason)));
        let kept_out = refused.chain(undeclared.iter().map(|topic| (topic, unread)));
        self.entered.enter(&self.audit, kept_out, now);
        (self.refusals, self.undeclared) = (refusals, undeclared);
        self.farewells.retain(|farewell| !farewell.is_finished());
        self.ingress.reconcile(policy.as_deref());
        self.publish_catalog(policy.as_deref())
    }

    /// Everything that diagnostics shows.
    pub fn status(&self) -> Vec<TopicStatus> {
        let topics: BTreeSet<&String> = self.routes.keys().chain(self.refusals.keys()).collect();
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
                    refusals: self.refusals.get(topic).cloned().unwrap_or_default(),
                }
            })
            .collect()
    }

    /// Who outside reads a topic without getting all of it.
    fn unmatched(&self, topic: &str, active: &ActiveRoute, offered: &[Qos]) -> Vec<Unmatched> {
        let outer = format!("{}{topic}", self.prefix);
        let RouteSpec { type_name, ever, .. } = &active.spec;
        let open = ever.open.then(|| (outer.clone(), type_name.as_str()));
        let sealed = ever.sealed.forms().map(|form| (sealed_topic(&outer, form), SEALED_TYPE));
        let topics = open.into_iter().chain(sealed);
        topics
            .flat_map(|(topic, type_name)| match self.outer.subscribers_of(&topic) {
                Ok(readers) => unmatched(&topic, type_name, &readers, offered),
                Err(_) => Vec::new(), // asked again in a second
            })
            .collect()
    }

    /// The same of what comes in.
    pub fn ingress(&self) -> Vec<IngressStatus> {
        self.ingress.status()
    }

    /// Topics of the inner domain that the policy does not declare.
    pub fn undeclared(&self) -> &BTreeSet<String> {
        &self.undeclared
    }

    /// Why nothing leaves any more: the two domains are not apart.
    pub fn met(&self) -> Option<&RosError> {
        self.met.as_ref()
    }

    /// Whether every thread of the data plane is alive.
    pub fn is_sound(&self) -> bool {
        let own = self.routes.values().flat_map(|active| &active.threads);
        self.threads.iter().chain(own).all(|thread| !thread.is_finished())
    }

    /// Closes every route and ingress, and stops the workers.
    pub fn shut_down(&mut self) {
        self.ingress.close();
        self.close_all(&self.routes.keys().cloned().collect::<Vec<_>>());
        self.operational.close();
        self.contextual.close();
        let threads = self.threads.drain(..).chain(self.farewells.drain(..)).collect();
        // One that decides on a message for longer ends with the process: the message does not leave.
        let _at_work = join_within(threads, LAST_MESSAGES);
    }

    /// With one domain, what the guard itself publishes must not come in again, nor be mixed with what others publish
    /// under the same names.
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
            // Also if the route ends: what waits for the verdict on its source gets it first.
            active.route.judge(&want.policy, want.plan.clone(), &source);
            if active.spec == want.spec {
                active.nodes = want.nodes;
                active.queue.push(Arc::clone(&active.route) as Arc<dyn Serve>);
                return active.route.trouble().map_or(Ok(()), |why| Err(RosError::Route(why)));
            }
            self.close_all(&[topic.to_owned()]);
        }
        let types = TypeSupport::load(&want.spec.type_name)?;
        let outer = Released {
            topic: format!("{}{topic}", self.prefix),
            source_topic: topic.into(),
            type_name: want.spec.type_name.clone(),
            qos: Qos::default(),
        };
        let lanes = Lanes::new(Arc::clone(&self.outer), outer);
        let protection = self.protection(topic, &want.spec, &want.definition);
        let (queue, threads) = match &protection.makers.images {
            Some(_) => start_workers("redaction", 1)?,
            None if want.spec.contextual => (Arc::clone(&self.contextual), Vec::new()),
            None => (Arc::clone(&self.operational), Vec::new()),
        };
        let route = Arc::new_cyclic(|route| {
            let wake = wake(Weak::clone(route), Arc::clone(&queue));
            let listen = Listen { node: Arc::clone(&self.inner), topic: topic.into(), types, wake };
            let outbound = Outbound {
                topic: topic.into(),
                source: String::new(),
                definition: want.definition,
                decision: None,
                live: Arc::clone(&self.live),
                clock: Arc::clone(&self.clock),
                audit: Arc::clone(&self.audit),
                keys: Arc::clone(&self.keys),
                protection,
                egress: lanes,
            };
            Route::new(outbound, listen)
        });
        route.begin(&want.policy, want.plan, &source);
        let trouble = route.trouble();
        queue.push(Arc::clone(&route) as Arc<dyn Serve>);
        let active = ActiveRoute { route, spec: want.spec, nodes: want.nodes, queue, threads };
        self.routes.insert(topic.into(), active);
        trouble.map_or(Ok(()), |why| Err(RosError::Route(why)))
    }

    fn protection(&self, topic: &str, spec: &RouteSpec, definition: &TypeDefinition) -> Protection {
        let seal = || {
            let of = SealedTopic {
                domain: self.outer_domain(),
                topic: topic.into(),
                type_name: spec.type_name.clone(),
                type_hash: spec.type_hash.clone(),
            };
            Seal::new(of, Arc::clone(&self.keys))
        };
        let SealedForms { clear, redacted } = spec.ever.sealed;
        let text = spec.redacts && ImageKind::of(&spec.type_name).is_none();
        let learns = spec.type_name == CAMERA_INFO_TYPE;
        Protection {
            watch: spec.watches.then(|| self.texts(definition)),
            camera_info: learns.then(|| CameraInfo::new(topic, Arc::clone(&self.cameras))),
            makers: Makers {
                images: self.images(topic, spec),
                texts: text.then(|| self.texts(definition)),
                clear: clear.then(seal),
                redacted: redacted.then(seal),
            },
        }
    }

    fn images(&self, topic: &str, spec: &RouteSpec) -> Option<ImageRedactor> {
        let kind = ImageKind::of(&spec.type_name).filter(|_| spec.redacts)?;
        let look = spec.looks.then(|| (self.inspectors)(topic));
        Some(ImageRedactor::new(topic, kind, look, Arc::clone(&self.cameras)))
    }

    fn texts(&self, definition: &TypeDefinition) -> MessageRedactor {
        MessageRedactor::new(definition.plan.clone(), Arc::clone(&self.rosters))
    }

    /// Ends routes. Nothing comes in any more when this returns; what is out still reaches its readers meanwhile. However
    /// many they are, they have one last round together.
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
            self.farewells.extend(active.threads);
        }
        self.cameras.forget(topic);
        // Saying farewell may take a moment, and the other routes shall not wait for it.
        let (farewell, route) = (Builder::new().name("farewell".into()), active.route);
        self.farewells.extend(farewell.spawn(move || route.flush(DRAIN)));
    }

    fn outer_domain(&self) -> u32 {
        u32::try_from(self.outer.domain_id()).unwrap_or(u32::MAX)
    }

    fn moment(&self, policy: &Policy) -> Moment {
        let seconds = Time::system().second();
        policy.moment(seconds, self.clock.trusts(seconds))
    }

    fn publish_catalog(&mut self, policy: Option<&Policy>) -> Result<(), RosError> {
        let catalog = policy.map(|policy| self.offers(policy)).unwrap_or_default();
        let lease = Lease::from(Time::system().nanoseconds);
        // By the time of day, as its readers judge it: a clock that was moved renews it at once.
        let published = self.published.as_ref().filter(|(known, _)| !known.is_due(lease.stamp));
        if published.is_none_or(|(_, published)| *published != catalog) {
            self.catalog.publish(&match &self.signer {
                Some(signer) => catalog.signed(signer, self.outer_domain(), lease),
                None => catalog.unsigned(lease),
            })?;
            self.published = Some((lease, catalog));
        }
        Ok(())
    }

    /// What leaves now.
    fn offers(&self, policy: &Policy) -> Catalog {
        let moment = self.moment(policy);
        // Without a source that may be one there is nothing outside yet.
        let offered = self.routes.iter().filter(|(_, active)| !active.route.offered().is_empty());
        let entries = offered.flat_map(|(topic, active)| {
            let declared = policy.topic(topic);
            let delivery = declared.map(|declared| Delivery::of(declared, moment, self.keys.as_ref()));
            let exits = delivery.unwrap_or_default().each();
            exits.filter_map(move |exit| self.offer(policy, moment, topic, active, exit))
        });
        Catalog {
            robot: policy.robot().into(),
            publisher: self.catalog.gid(),
            policy_version: policy.version(),
            policy_hash: policy.hash().iter().map(|byte| format!("{byte:02x}")).collect(),
            entries: entries.collect(),
        }
    }

    /// One form of one topic.
    fn offer(
        &self,
        policy: &Policy,
        moment: Moment,
        topic: &str,
        active: &ActiveRoute,
        (form, audience): (Form, DeliveryAudience),
    ) -> Option<Entry> {
        let declared = policy.topic(topic)?;
        let outer = format!("{}{topic}", self.prefix);
        let (outer, tag_topic, audience, sealed) = match audience {
            DeliveryAudience::Everyone => (outer.clone(), tag_topic(&outer), vec!["everyone".into()], false),
            DeliveryAudience::Group(group, key) => {
                let members = members(self.keys.as_ref(), &group, moment.unix_seconds, key);
                if members.is_empty() {
                    return None; // without a key it does not leave
                }
                (sealed_topic(&outer, form), String::new(), members, true)
            }
        };
        Some(Entry {
            tag_topic,
            topic: outer,
            policy_topic: topic.into(),
            sealed,
            type_name: active.spec.type_name.clone(),
            type_hash: active.spec.type_hash.clone(),
            data_class: declared.class().name().into(),
            form: form.name().into(),
            audience,
            retention: declared.class().retention(),
            policy_version: policy.version(),
            source: active.nodes.iter().cloned().collect(),
            qos: active.qos(),
        })
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

impl ActiveRoute {
    /// What a reader of all sources can ask for: the weakest promise, and of each source's messages how many are kept.
    fn qos(&self) -> Qos {
        let offered = self.route.offered();
        let depth = catalogued(&offered, self.spec.depth);
        mirror(offered, Some(depth)).qos
    }
}

/// The word from the middleware to the workers. Weak, because the route owns the subscription that owns this.
fn wake(route: Weak<Route>, queue: Arc<ReadyQueue>) -> Arc<dyn Fn() + Send + Sync> {
    Arc::new(move || {
        if let Some(route) = route.upgrade() {
            queue.push(route);
        }
    })
}

/// Where a topic comes from, for the audit.
fn describe(nodes: &BTreeSet<String>, plan: &Plan) -> String {
    let nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
    let promises: BTreeSet<String> =
        plan.accepted().map(|source| source.offered.promise().to_string()).take(MAX_DESCRIBED).collect();
    let promises: Vec<String> = promises.into_iter().collect();
    format!("{} ({})", nodes.join(" "), promises.join("; "))
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
