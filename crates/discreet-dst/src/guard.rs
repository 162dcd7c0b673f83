//! A simulated guard: the real decisions, records and keys, put together as `nodes/guard` and `discreet_ros` do it.

mod ingress;
mod policy;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use discreet_audit::{Audit, LogRefused, Opening, Rotation, Time};
use discreet_graph::{Gid, TopicGraph};
use discreet_guard::denied::Denied;
use discreet_guard::desired::{Desired, DomainFacts};
use discreet_guard::ingress::{KeeperCommandKeys, Rates};
use discreet_guard::lanes::Lanes;
use discreet_guard::offers::{OfferFacts, OfferedRoute};
use discreet_guard::outbound::Outbound;
use discreet_guard::protect::{Makers, Protection, Seal, SealedTopic};
use discreet_guard::sources::Sources;
use discreet_host::clock::ClockFloor;
use discreet_host::machine::Machine;
use discreet_host::sync::lock;
use discreet_keeper::client::{self, Carrier, Event, KeyRing, Now};
use discreet_policy::watch::PolicyWatch;
use discreet_policy::{LivePolicy, Policy};
use discreet_seal::catalog::{CATALOG_TOPIC, Catalog, CatalogLease, RENEWED_EVERY};
use discreet_seal::epoch_keys::Keys;
use discreet_seal::{Freshness, GRANTS_TOPIC, ReceivingKey, SenderKey};

use crate::disk::Disk;
use crate::exit::{Entity, Exit, Left};
use crate::inner::InnerTopic;
use crate::link::number_of;
use crate::record::{Windows, log_path};
use crate::route::Route;
use crate::setting::{DOMAIN, TYPE, definition, policy_path, robot_name};
use crate::step::PUBLISHED;

pub use ingress::{Answered, Obeyed, Outcome, Service};
use ingress::{Call, Entrance};

/// The topics of the inner domain, by their names.
pub type Inner = BTreeMap<String, Arc<Mutex<InnerTopic>>>;

/// A running guard.
pub struct Guard {
    robot: usize,
    disk: Disk,
    /// The record.
    pub audit: Arc<Audit>,
    /// The policy in force.
    pub live: Arc<LivePolicy>,
    watch: PolicyWatch,
    floor: Arc<ClockFloor>,
    keys: Arc<KeyRing>,
    command_keys: Arc<KeeperCommandKeys>,
    sender: Arc<SenderKey>,
    sources: Sources,
    routes: BTreeMap<String, Route>,
    commands: Option<Entrance>,
    calls: Option<Entrance>,
    under_way: Vec<Call>,
    /// Publishers of each topic outside so far, and those that ended.
    made: BTreeMap<String, u32>,
    closed: Vec<Entity>,
    /// Answers that are not sent yet.
    answered: Vec<Answered>,
    machine: Machine,
    freshness: Arc<Mutex<Freshness>>,
    rates: Arc<Mutex<Rates>>,
    started: Now,
    /// Its publisher of the catalogue.
    pub gid: Gid,
    catalog: Option<(CatalogLease, Catalog)>,
    /// The second for which the catalogue was made, unless something that it depends on has changed since.
    offered: Option<i64>,
    grants_renewed: Duration,
    changed: Arc<AtomicBool>,
    /// The last mark that the keeper has told it.
    marked: Arc<Mutex<Option<String>>>,
    restored: bool,
    /// Messages, publishers and topics kept in, apart from those of the present routes.
    denied: BTreeMap<Denied, u64>,
    windows: Arc<Mutex<Windows>>,
}

impl Guard {
    /// Starts it, with the connection that it will have to its keeper.
    pub fn start(
        robot: usize,
        run: u8,
        machine: &Machine,
        disk: &Disk,
        clock: discreet_audit::Clock,
        now: Now,
    ) -> Result<(Guard, Carrier), LogRefused> {
        let opening = Opening { program: "discreet".into(), robot: robot_name(robot), policy: None };
        let rotation = Rotation { max_bytes: 20_000, ..Rotation::NEVER };
        let audit = Audit::stepped(Arc::clone(&machine.files), &log_path(), opening, clock, rotation)?;
        let (audit, mut windows) = (Arc::new(audit), Windows::default());
        windows.read(disk);
        let sender = Arc::new(SenderKey::from_secret(&machine.secret().unwrap()));
        let receiving = ReceivingKey::from_secret(machine.secret().unwrap());
        let command_keys = Arc::new(KeeperCommandKeys::with(receiving, Arc::clone(&sender)));
        let changed = Arc::new(AtomicBool::new(false));
        let guard = client::Guard {
            socket: "/run/keeper.sock".into(),
            sender: Arc::clone(&sender),
            receiver: command_keys.public(),
            domain: DOMAIN,
            mark: audit.last().mark,
        };
        let marked = Arc::new(Mutex::new(audit.last().mark));
        let (log, told) = (Arc::clone(&audit), (Arc::clone(&changed), Arc::clone(&marked)));
        let (keys, carrier) = KeyRing::carried(guard, move |event| handle(event, &log, &told));
        command_keys.serve(&keys);
        let mut gid = [robot as u8 + 1; 16];
        gid[1] = run;
        let guard = Guard {
            robot,
            disk: disk.clone(),
            audit,
            live: Arc::new(LivePolicy::new(policy_path(), None).on(Arc::clone(&machine.files))),
            watch: PolicyWatch::on(Arc::clone(&machine.files), &policy_path()),
            floor: Arc::new(ClockFloor::new(None)),
            keys,
            command_keys,
            sender,
            sources: Sources::default(),
            routes: BTreeMap::new(),
            commands: None,
            calls: None,
            under_way: Vec::new(),
            made: BTreeMap::new(),
            closed: Vec::new(),
            answered: Vec::new(),
            machine: machine.clone(),
            freshness: Arc::default(),
            rates: Arc::default(),
            started: now,
            gid,
            catalog: None,
            offered: None,
            grants_renewed: Duration::ZERO,
            changed,
            marked,
            restored: false,
            denied: BTreeMap::new(),
            windows: Arc::new(Mutex::new(windows)),
        };
        Ok((guard, carrier))
    }

    /// The number of its mark of its keeper's, if it has one: with it an earlier state is noticed.
    pub fn mark(&self) -> Option<u64> {
        number_of(lock(&self.marked).as_deref()?)
    }

    /// Windows of the record since the last call: second of writing, topic, audience.
    pub fn audiences(&self) -> Vec<(i64, String, String)> {
        let mut windows = lock(&self.windows);
        windows.read(&self.disk);
        std::mem::take(&mut windows.audiences)
    }

    /// The audiences in the last catalogue: topic, and names.
    pub fn catalogued(&self) -> impl Iterator<Item = (&str, &[String])> {
        let entries = self.catalog.iter().flat_map(|(_, catalog)| &catalog.entries);
        entries.map(|entry| (entry.policy_topic.as_str(), entry.audience.as_slice()))
    }

    /// Messages that were taken and that no counter has, with their topic.
    pub fn unaccounted(&self) -> Option<(&str, i64)> {
        let counted = self.routes.iter().map(|(topic, route)| (topic.as_str(), route.unaccounted()));
        counted.into_iter().find(|(_, lost)| *lost != 0)
    }

    /// Messages, publishers and topics that it has kept in, with the reasons. A publisher or topic counts each second.
    pub fn denied(&mut self) -> BTreeMap<Denied, u64> {
        let mut denied = std::mem::take(&mut self.denied);
        self.routes.values().for_each(|route| count(&mut denied, route.stats.denied()));
        denied
    }

    /// Publishes on the outer domain what is due: grants and the catalogue.
    pub fn posts(&mut self, now: Time, elapsed: Duration) -> Vec<(String, Vec<u8>)> {
        let mut posts = Vec::new();
        let changed = self.changed.swap(false, Relaxed);
        if changed || elapsed >= self.grants_renewed + RENEWED_EVERY {
            self.grants_renewed = elapsed;
            posts.push((GRANTS_TOPIC.to_owned(), self.keys.grants().message()));
        }
        if !changed && self.offered == Some(now.second()) {
            return posts;
        }
        self.offered = Some(now.second());
        let lease = CatalogLease::from(now.nanoseconds);
        let catalog = self.offers(now);
        let known = self.catalog.as_ref().filter(|(known, _)| !known.is_due(lease.stamp));
        if known.is_none_or(|(_, known)| *known != catalog) {
            posts.push((CATALOG_TOPIC.to_owned(), catalog.signed(&self.sender, DOMAIN, lease)));
            self.catalog = Some((lease, catalog));
        }
        posts
    }

    /// Judges the inner domain: opens, changes and closes routes and the ingress.
    pub fn reconcile(&mut self, graph: &TopicGraph, inner: &Inner, now: Time, elapsed: Duration) {
        self.offered = None;
        self.sources.observe(graph, elapsed);
        let policy = self.live.current().as_ref().map(Arc::clone);
        let moment = |policy: &Policy| policy.moment(now.second(), self.floor.trusts(now.second()));
        let desired = Desired::of(
            &DomainFacts {
                graph,
                own: None,
                policy: policy.as_ref().map(|policy| (policy, moment(policy))),
                sources: &self.sources,
                keys: self.keys.as_ref(),
                now: elapsed,
            },
            |_| Ok(definition()),
        );
        let refused = desired.exclusions.values().flatten().map(|exclusion| (exclusion.reason, 1));
        count(
            &mut self.denied,
            refused.chain(desired.undeclared.iter().map(|_| (Denied::UndeclaredTopic, 1))),
        );
        let gone: Vec<String> =
            self.routes.keys().filter(|topic| !desired.routes.contains_key(*topic)).cloned().collect();
        for topic in gone {
            let Some(route) = self.routes.remove(&topic) else { continue };
            count(&mut self.denied, route.stats.denied());
            let (made, closed) = route.end();
            self.made.insert(topic, made);
            self.closed.extend(closed);
        }
        for (topic, plan) in desired.routes {
            if !self.routes.contains_key(&topic) {
                let route = self.make(&topic, &inner[&topic], elapsed);
                self.routes.insert(topic.clone(), route);
            }
            let source = plan.nodes.into_iter().collect::<Vec<_>>().join(" ");
            let route = self.routes.get_mut(&topic).unwrap();
            route.judge(&plan.policy, &plan.plan, &source, (now, elapsed));
            self.closed.extend(route.closed());
        }
        self.reconcile_ingress(policy.is_some_and(|policy| !policy.ingress().is_empty()));
    }

    /// Serves all routes; gives the messages that left.
    pub fn serve(&mut self, now: Time, elapsed: Duration, at: Now) -> Vec<Left> {
        self.routes.values_mut().flat_map(|route| route.serve(now, elapsed, at.at)).collect()
    }

    /// Its publishers outside that ended since the last call.
    pub fn closed(&mut self) -> Vec<Gid> {
        self.closed.extend(self.routes.values_mut().flat_map(Route::closed));
        std::mem::take(&mut self.closed).into_iter().map(|entity| self.publisher(entity)).collect()
    }

    /// The id of one of its publishers outside.
    pub fn publisher(&self, entity: Entity) -> Gid {
        let mut gid = self.gid;
        gid[12..].copy_from_slice(&entity);
        gid
    }

    fn make(&self, topic: &str, waiting: &Arc<Mutex<InnerTopic>>, elapsed: Duration) -> Route {
        let seal = || {
            let of = SealedTopic {
                domain: DOMAIN,
                topic: topic.into(),
                type_name: TYPE.into(),
                type_hash: definition().hash.clone(),
            };
            Some(Seal::new(of, Arc::clone(&self.keys) as Arc<dyn Keys>))
        };
        let seals = discreet_seal::PerForm::of(|_| seal());
        let outbound = Outbound {
            topic: topic.into(),
            source: String::new(),
            definition: definition(),
            resolved: None,
            live: Arc::clone(&self.live),
            clock: Arc::clone(&self.floor),
            audit: Arc::clone(&self.audit),
            keys: Arc::clone(&self.keys) as Arc<dyn Keys>,
            protection: Protection { makers: Makers { seals, ..Makers::default() }, ..Protection::default() },
            lanes: Lanes::new(self.exit(topic)),
        };
        Route::new(outbound, Arc::clone(waiting), elapsed)
    }

    fn exit(&self, topic: &str) -> Exit {
        let number =
            PUBLISHED.iter().position(|published| *published == topic).unwrap_or(PUBLISHED.len()) as u8;
        let made = self.made.get(topic).copied().unwrap_or_default();
        Exit::new(topic, (number, made), &self.disk, &self.windows)
    }

    fn offers(&self, now: Time) -> Catalog {
        let Some(policy) = self.live.current().as_ref().map(Arc::clone) else { return Catalog::default() };
        let moment = policy.moment(now.second(), self.floor.trusts(now.second()));
        let facts =
            OfferFacts { policy: &policy, moment, keys: self.keys.as_ref(), prefix: "", publisher: self.gid };
        let routes = self.routes.iter();
        let specs: Vec<_> = routes
            .filter_map(|(topic, route)| Some((topic, spec(&policy, topic)?, route.offered())))
            .collect();
        let nodes = BTreeSet::from(["/driver".to_owned()]);
        facts.catalog(specs.iter().map(|(topic, spec, offered)| OfferedRoute {
            topic,
            spec,
            nodes: &nodes,
            offered: offered.clone(),
        }))
    }
}

fn count(counts: &mut BTreeMap<Denied, u64>, more: impl Iterator<Item = (Denied, u64)>) {
    more.for_each(|(reason, count)| *counts.entry(reason).or_default() += count);
}

/// The properties of a route that the catalogue shows.
fn spec(policy: &Policy, topic: &str) -> Option<discreet_guard::desired::RouteSpec> {
    let declared = policy.topic(topic)?;
    Some(discreet_guard::desired::RouteSpec {
        type_name: TYPE.into(),
        type_hash: definition().hash.clone(),
        ever: Default::default(),
        redacts: false,
        watches: false,
        looks: false,
        contextual: declared.class().is_contextual(),
        tags: policy.tags(),
        depth: declared.depth(),
    })
}

/// Follows the events of the keeper, as `nodes/guard/keeper_events.rs` does.
fn handle(event: &Event, audit: &Audit, (changed, marked): &(Arc<AtomicBool>, Arc<Mutex<Option<String>>>)) {
    match event {
        Event::Changed => changed.store(true, Relaxed),
        Event::Revoked(who) => audit.keys("revoked", who, ""),
        Event::Granted(who) => audit.keys("granted", who, ""),
        Event::KeeperGone(why) => audit.keys("keeper_gone", "", why),
        Event::KeeperBack => audit.keys("keeper_back", "", ""),
        Event::Trust(_) => {}
        Event::Mismatch(why) => audit.keys("mismatch", "", why),
        Event::Marked(mark) => {
            *lock(marked) = Some(mark.clone());
            audit.keys("mark", "", mark);
        }
        Event::Rekeyed(who, which) => audit.keys("rekeyed", who, which),
        Event::AnotherGuard(which) => audit.keys("another_guard", "", which),
        Event::NewState(what) => audit.keys("new_state", "", what),
        Event::LogGone(what) => audit.keys("log_gone", "", what),
    }
}
