//! A stakeholder's node: opens the sealed topics of a robot and republishes them on a domain of its own.

mod outputs;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::wake::wake;
use super::workers::{ReadyQueue, Serve, Turn};
use super::{Apart, Context, Node, RosError, SerializedMessage, Subscription, TypeSupport};
use discreet_audit::Time;
use discreet_cdr::types::{TypeDefinition, TypeLibrary};
use discreet_graph::qos::Qos;
use discreet_graph::{Gid, Participant, participant};
use discreet_guard::ingress::FailureLimiter;
use discreet_guard::lanes::Input;
use discreet_host::sync::lock;
use discreet_seal::catalog::{CATALOG_TOPIC, CATALOG_TYPE, Offer, Unverified};
use discreet_seal::unseal::{Forgotten, From, Granted, Offered, Opener, Refusal, SealedSource, Unopened};
use discreet_seal::{GRANTS_TOPIC, GRANTS_TYPE, OpenError, SEALED_TYPE};

use outputs::Outputs;

/// Messages opened in one go before other topics have their turn.
const BATCH: usize = 16;
/// Grants and catalogues that wait to be read: several robots and strangers publish on these topics. One that is displaced
/// comes again within ten seconds.
const POSTS: usize = 64;

/// How often it is looked whether the two domains are still apart.
const LOOK: Duration = Duration::from_millis(500);

/// What an unsealer is made of.
pub struct UnsealingParts {
    /// The robot's outer domain.
    pub outer_domain: usize,
    /// The domain to republish on.
    pub own_domain: usize,
    /// Stands before the names of republished topics.
    pub namespace: String,
    /// The stakeholder's keys.
    pub granted: Arc<Granted>,
    /// The installed types.
    pub types: TypeLibrary,
}

/// Every sealed topic that a stakeholder may open.
pub struct Unsealing {
    apart: Apart,
    looked: Instant,
    outer: Arc<Node>,
    own: Arc<Node>,
    namespace: String,
    granted: Arc<Granted>,
    types: TypeLibrary,
    queue: Arc<ReadyQueue>,
    threads: Vec<JoinHandle<()>>,
    grants: Subscription,
    catalog: Subscription,
    taken: SerializedMessage,
    offered: Offered,
    /// By the name on the outer domain.
    topics: BTreeMap<String, Open>,
    failed: BTreeMap<String, String>,
    refused: RefusedPosts,
    /// With those who publish grants and catalogues.
    failures: FailureLimiter,
    started: Instant,
}

struct Open {
    topic: Arc<UnsealedTopic>,
    offer: Offer,
}

/// Control messages in the robot's name that it did not sign, or that are not what they should be. Anybody outside can
/// publish such.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RefusedPosts {
    /// Grants and announcements.
    pub grants: u64,
    /// Catalogues.
    pub catalogs: u64,
}

/// How one topic fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsealedStatus {
    /// Its name on the outer domain.
    pub topic: String,
    /// Its name on the own domain; none if it cannot be opened.
    pub own_topic: Option<String>,
    /// Messages opened.
    pub opened: u64,
    /// Messages without a key.
    pub without_key: u64,
    /// Messages that are not what they should be.
    pub refused: u64,
    /// Messages of another publisher than the robot's guard that did not open: of another robot, or of a stranger.
    pub foreign: u64,
    /// The last reason for that, or why the topic cannot be opened at all.
    pub why: String,
}

impl Unsealing {
    /// Joins both domains and waits for grants. `wake` is called when there is something for [`Unsealing::attend`].
    pub fn new(
        parts: UnsealingParts,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Unsealing, RosError> {
        let UnsealingParts { outer_domain, own_domain, namespace, granted, types } = parts;
        let outer = Node::new(&Context::new(outer_domain)?, "unsealer_outer")?;
        let own = Node::new(&Context::new(own_domain)?, "unsealer_own")?;
        let latched = Qos { latched: true, depth: POSTS, ..Qos::default() };
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(wake);
        let subscribe = |topic, type_name| {
            let wake = Arc::clone(&wake);
            Subscription::new(
                &outer,
                topic,
                &TypeSupport::load(type_name)?,
                latched,
                Box::new(move || wake()),
            )
        };
        let (grants, catalog) =
            (subscribe(GRANTS_TOPIC, GRANTS_TYPE)?, subscribe(CATALOG_TOPIC, CATALOG_TYPE)?);
        let (queue, threads) =
            ReadyQueue::start("unseal", 2).map_err(|error| RosError::Thread(error.to_string()))?;
        let offered = Offered::new(Arc::clone(&granted));
        Ok(Unsealing {
            apart: Apart::of_reader(&outer, &own)?,
            looked: Instant::now(),
            grants,
            catalog,
            outer,
            own,
            namespace,
            granted,
            types,
            queue,
            threads,
            taken: SerializedMessage::new(),
            offered,
            topics: BTreeMap::new(),
            failed: BTreeMap::new(),
            refused: RefusedPosts::default(),
            failures: FailureLimiter::default(),
            started: Instant::now(),
        })
    }

    /// Reads what came in of grants and catalogue, and opens and closes topics accordingly. To be called when woken, and
    /// several times a second.
    pub fn attend(&mut self) -> Result<(), RosError> {
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            self.apart.check()?;
            self.forget_gone()?;
        }
        let now = Time::system().second();
        // Not all that there is: a flood of them must not keep the rest from being served.
        for _ in 0..POSTS {
            let Some(info) = self.grants.take(&mut self.taken)? else { break };
            let at = self.started.elapsed();
            if !self.failures.allows(&info.gid, at) {
                self.refused.grants += 1;
                continue;
            }
            match self.granted.update(self.taken.as_bytes(), now) {
                Ok(updated) => {
                    self.refused.grants += updated.refused as u64;
                    (0..updated.refused).for_each(|_| self.failures.charge(&info.gid, at));
                    if updated.keys > 0 || updated.announced {
                        self.failures.opened(&info.gid, at);
                    }
                }
                Err(_) => self.refused.grants += 1,
            }
        }
        self.offered.retry(now);
        for _ in 0..POSTS {
            let Some(info) = self.catalog.take(&mut self.taken)? else { break };
            let at = self.started.elapsed();
            if !self.failures.allows(&info.gid, at) {
                self.refused.catalogs += 1;
                continue;
            }
            match self.offered.update(self.taken.as_bytes(), now) {
                Ok(()) => self.failures.opened(&info.gid, at),
                // Genuine, but sent again: to find that costs as much as to find a forgery.
                Err(Refusal::Older | Refusal::NotNow) => self.failures.charge(&info.gid, at),
                // Another robot on the same domain is nobody's fault.
                Err(Refusal::Unverified(Unverified::OtherRobot)) => {}
                Err(Refusal::Unverified(Unverified::Signature)) => {
                    self.failures.charge(&info.gid, at);
                    self.refused.catalogs += 1;
                }
                Err(Refusal::Unverified(Unverified::Malformed(_))) => self.refused.catalogs += 1,
            }
        }
        self.reconcile(now);
        // Messages may have waited for a key that came just now.
        self.topics.values().for_each(|open| self.queue.push(Arc::clone(&open.topic) as Arc<dyn Serve>));
        Ok(())
    }

    fn reconcile(&mut self, now: i64) {
        let offers: BTreeMap<String, Offer> =
            self.offered.offers(now).into_iter().map(|offer| (offer.topic.clone(), offer.clone())).collect();
        let is_same =
            |open: &Open, offer: &Offer| Offer { qos: open.offer.qos, ..offer.clone() } == open.offer;
        self.topics.retain(|name, open| offers.get(name).is_some_and(|offer| is_same(open, offer)));
        self.failed.clear();
        if !self.offered.holds(now) {
            return;
        }
        let guard = self.offered.publisher().as_ref().map(participant);
        for (name, offer) in offers {
            let outcome = match self.topics.get_mut(&name) {
                Some(open) if open.offer.qos == offer.qos => continue,
                // The guard's sources offer something else than before; what was published stays published.
                Some(open) => {
                    open.topic.follow(&self.outer, &offer, &self.queue).map(|()| open.offer = offer)
                }
                None => self
                    .open(&offer)
                    .map(|topic| drop(self.topics.insert(name.clone(), Open { topic, offer }))),
            };
            if let Err(why) = outcome {
                self.failed.insert(name, why);
            }
        }
        for open in self.topics.values() {
            open.topic.set_guard(guard);
        }
    }

    /// Lets go of what publishers of the robot that are gone had latched.
    fn forget_gone(&self) -> Result<(), RosError> {
        for (name, open) in self.topics.iter().filter(|(_, open)| open.offer.qos.latched) {
            let there = self.outer.publishers_of(name)?;
            open.topic.path().output.retain(|gid| there.iter().any(|endpoint| endpoint.gid == *gid));
        }
        Ok(())
    }

    fn open(&self, offer: &Offer) -> Result<Arc<UnsealedTopic>, String> {
        let definition = self.types.definition(&offer.type_name).map_err(|error| error.to_string())?;
        if definition.hash != offer.type_hash {
            return Err(format!("the robot has another version of {}", offer.type_name));
        }
        let said = |error: RosError| error.to_string();
        let name = format!("{}{}", self.namespace, offer.policy_topic);
        let types = TypeSupport::load(&offer.type_name).map_err(said)?;
        let output = Outputs::new(Arc::clone(&self.own), name.clone(), types, offer.qos);
        let of = SealedSource {
            domain: self.granted.domain(),
            topic: offer.policy_topic.clone(),
            type_name: offer.type_name.clone(),
            type_hash: offer.type_hash.clone(),
            form: offer.form.clone(),
        };
        let topic = Arc::new(UnsealedTopic {
            name,
            turn: Turn::default(),
            started: Instant::now(),
            opened: AtomicU64::new(0),
            without_key: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            foreign: AtomicU64::new(0),
            guard: Mutex::default(),
            path: Mutex::new(Path {
                input: None,
                taken: SerializedMessage::new(),
                opener: Opener::new(of, Arc::clone(&self.granted)),
                failures: FailureLimiter::default(),
                definition,
                output: output.map_err(said)?,
            }),
            why: Mutex::default(),
        });
        let on_message = wake(Arc::downgrade(&topic), Arc::clone(&self.queue));
        let input = subscribe(&self.outer, offer, on_message)?;
        topic.path().input = Some(input);
        Ok(topic)
    }

    /// Each topic that is sealed for this stakeholder.
    pub fn statuses(&self) -> Vec<UnsealedStatus> {
        let open = self.topics.iter().map(|(name, open)| UnsealedStatus {
            topic: name.clone(),
            own_topic: Some(open.topic.name.clone()),
            opened: open.topic.opened.load(Relaxed),
            without_key: open.topic.without_key.load(Relaxed),
            refused: open.topic.refused.load(Relaxed),
            foreign: open.topic.foreign.load(Relaxed),
            why: open.topic.why().clone(),
        });
        let failed = self.failed.iter().map(|(name, why)| UnsealedStatus {
            topic: name.clone(),
            own_topic: None,
            opened: 0,
            without_key: 0,
            refused: 0,
            foreign: 0,
            why: why.clone(),
        });
        open.chain(failed).collect()
    }

    /// The stakeholder's keys.
    pub fn granted(&self) -> &Granted {
        &self.granted
    }

    /// Whether the robot's catalogue holds at second `now`.
    pub fn has_catalog(&self, now: i64) -> bool {
        self.offered.holds(now)
    }

    /// Control messages that were refused.
    pub fn refused(&self) -> RefusedPosts {
        self.refused
    }
}

impl Drop for Unsealing {
    fn drop(&mut self) {
        for open in self.topics.values() {
            open.topic.path().input = None;
        }
        self.queue.close();
        for thread in self.threads.drain(..) {
            let _panicked = thread.join();
        }
    }
}

/// Reads a sealed topic of the robot.
fn subscribe(
    outer: &Arc<Node>,
    offer: &Offer,
    on_message: Box<dyn Fn() + Send + Sync>,
) -> Result<Subscription, String> {
    let said = |error: RosError| error.to_string();
    let sealed = TypeSupport::load(SEALED_TYPE).map_err(said)?;
    let asked = Input::of(offer.qos).qos(Some(offer.qos.depth));
    Subscription::new(outer, &offer.topic, &sealed, asked, on_message).map_err(said)
}

/// One sealed topic, and where it is republished.
struct UnsealedTopic {
    name: String,
    turn: Turn,
    started: Instant,
    opened: AtomicU64,
    without_key: AtomicU64,
    refused: AtomicU64,
    foreign: AtomicU64,
    /// Whose messages are the robot's, by the catalogue.
    guard: Mutex<Option<Participant>>,
    path: Mutex<Path>,
    /// The last reason for a refusal. Apart, so that diagnostics does not wait for a message.
    why: Mutex<String>,
}

struct Path {
    input: Option<Subscription>,
    taken: SerializedMessage,
    opener: Opener,
    /// With those who publish here: to find that one message is forged costs as much as to open one.
    failures: FailureLimiter,
    definition: TypeDefinition,
    output: Outputs,
}

impl UnsealedTopic {
    fn path(&self) -> MutexGuard<'_, Path> {
        lock(&self.path)
    }

    fn set_guard(&self, guard: Option<Participant>) {
        *lock(&self.guard) = guard;
    }

    fn origin(&self, publisher: Gid) -> From {
        let guard = *lock(&self.guard);
        From { publisher, is_foreign: guard.is_some_and(|guard| guard != participant(&publisher)) }
    }

    /// Reads and republishes with another quality of service. The new subscription is there before the old one ends; what both
    /// bring is opened once.
    fn follow(
        self: &Arc<Self>,
        outer: &Arc<Node>,
        offer: &Offer,
        queue: &Arc<ReadyQueue>,
    ) -> Result<(), String> {
        let input = subscribe(outer, offer, wake(Arc::downgrade(self), Arc::clone(queue)))?;
        let mut path = self.path();
        path.output.set_qos(offer.qos).map_err(|error| error.to_string())?;
        path.input = Some(input);
        Ok(())
    }

    /// Opens one message and republishes it. One that `waited` takes the place of the one in `path.taken`.
    fn pass(&self, path: &mut Path, waited: Option<Vec<u8>>, from: From, now: i64) {
        let Path { taken, opener, failures, definition, output, .. } = path;
        let (mut waited, at) = (waited, self.started.elapsed());
        let message = waited.as_deref_mut().unwrap_or_else(|| taken.as_mut_bytes());
        match opener.open(message, now) {
            // Whoever shares a key of an operational topic could have sealed anything: readers get whole messages only.
            Ok(text) if definition.plan.check(text).is_err() => self.refuse("malformed"),
            Ok(text) => {
                failures.opened(&from.publisher, at);
                match output.publish((!from.is_foreign).then_some(from.publisher), text) {
                    Ok(_) => drop(self.opened.fetch_add(1, Relaxed)),
                    Err(error) => self.refuse(&error.to_string()),
                }
            }
            // A guard that has just started may be ahead of its catalogue, so these wait as well.
            Err(Unopened::NoKey(_)) => {
                let message = waited.as_deref().unwrap_or_else(|| taken.as_bytes());
                opener.wait(message, from, at);
            }
            // The guard's own come again when its topic is read anew.
            Err(Unopened::Refused(OpenError::Replayed)) if !from.is_foreign => {}
            Err(Unopened::Refused(error)) => {
                if error.has_cost() {
                    failures.charge(&from.publisher, at);
                }
                match from.is_foreign {
                    true => drop(self.foreign.fetch_add(1, Relaxed)),
                    false => self.refuse(error.label()),
                }
            }
        }
    }

    fn refuse(&self, reason: &str) {
        self.refused.fetch_add(1, Relaxed);
        *self.why() = reason.into();
    }

    fn why(&self) -> MutexGuard<'_, String> {
        lock(&self.why)
    }

    fn count_forgotten(&self, opener: &mut Opener) {
        let Forgotten { own, foreign } = opener.take_forgotten();
        self.without_key.fetch_add(own, Relaxed);
        self.foreign.fetch_add(foreign, Relaxed);
    }
}

impl Serve for UnsealedTopic {
    fn serve(&self) -> bool {
        let path = &mut *self.path();
        for _ in 0..BATCH {
            let now = Time::system().second();
            let waited = path.opener.ready(self.started.elapsed());
            self.count_forgotten(&mut path.opener);
            let (message, from) = match waited {
                Some((message, from)) => (Some(message), from),
                None => {
                    let Some(input) = &mut path.input else { return false };
                    match input.take(&mut path.taken) {
                        Ok(Some(info)) => {
                            let from = self.origin(info.gid);
                            if !path.failures.allows(&info.gid, self.started.elapsed()) {
                                match from.is_foreign {
                                    true => drop(self.foreign.fetch_add(1, Relaxed)),
                                    false => self.refuse("flood"),
                                }
                                continue;
                            }
                            (None, from)
                        }
                        Ok(None) => return false,
                        Err(error) => {
                            self.refuse(&error.to_string());
                            return false;
                        }
                    }
                }
            };
            self.pass(path, message, from, now);
        }
        true
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}
