//! A stakeholder's node: opens the sealed topics of a robot and republishes them on a domain of its own.

mod outputs;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Instant;

use super::workers::{ReadyQueue, Serve, Turn};
use super::{Context, Node, RosError, SerializedMessage, Subscription, TypeSupport};
use crate::audit::Time;
use crate::catalog::{CATALOG_TOPIC, CATALOG_TYPE, Offer, offers_for};
use crate::graph::Gid;
use crate::lanes::Input;
use crate::qos::{Qos, mirror};
use crate::seal::{GRANTS_TOPIC, GRANTS_TYPE, SEALED_TYPE};
use crate::types::{TypeDefinition, TypeLibrary};
use crate::unseal::{Granted, Opener, SealedSource, Unopened};

use outputs::Outputs;

/// Messages opened in one go before other topics have their turn.
const BATCH: usize = 16;

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
    offers: Vec<Offer>,
    topics: BTreeMap<Offer, Open>,
    failed: BTreeMap<Offer, String>,
    /// Grants that were refused.
    forged: u64,
}

struct Open {
    topic: Arc<UnsealedTopic>,
    qos: Qos,
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
        let latched = Qos { latched: true, depth: 1, ..Qos::default() };
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
        Ok(Unsealing {
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
            offers: Vec::new(),
            topics: BTreeMap::new(),
            failed: BTreeMap::new(),
            forged: 0,
        })
    }

    /// Reads what came in of grants and catalogue, and opens and closes topics accordingly. To be called when woken, and
    /// once a second.
    pub fn attend(&mut self) -> Result<(), RosError> {
        let now = Time::system().second();
        while self.grants.take(&mut self.taken)?.is_some() {
            match self.granted.heed(self.taken.as_bytes(), now) {
                Ok(heeded) => self.forged += heeded.refused as u64,
                Err(_) => self.forged += 1,
            }
        }
        self.granted.forget(now);
        while self.catalog.take(&mut self.taken)?.is_some() {
            if let Ok(offers) = offers_for(&self.granted.me().public().name, self.taken.as_bytes()) {
                self.offers = offers;
            }
        }
        self.reconcile()?;
        // Messages may have waited for a key that came now.
        self.topics.values().for_each(|open| self.queue.push(Arc::clone(&open.topic) as Arc<dyn Serve>));
        Ok(())
    }

    fn reconcile(&mut self) -> Result<(), RosError> {
        let graph = if self.offers.is_empty() { BTreeMap::new() } else { self.outer.topic_graph()? };
        let offers = std::mem::take(&mut self.offers);
        self.topics.retain(|offer, _| offers.contains(offer));
        self.failed.clear();
        for offer in &offers {
            // Without a publisher there is nothing to subscribe to, and no QoS to mirror.
            let Some(endpoints) = graph.get(&offer.topic) else { continue };
            let sealed = endpoints.iter().filter(|endpoint| endpoint.type_name == SEALED_TYPE);
            let depth = usize::try_from(offer.depth).ok();
            let qos = mirror(sealed.map(|endpoint| endpoint.qos), depth).qos;
            if let Some(open) = self.topics.get(offer).filter(|open| open.qos == qos) {
                open.topic.path().output.retain(|gid| endpoints.iter().any(|endpoint| endpoint.gid == *gid));
                continue;
            }
            self.topics.remove(offer);
            match self.open(offer, qos) {
                Ok(topic) => drop(self.topics.insert(offer.clone(), Open { topic, qos })),
                Err(why) => drop(self.failed.insert(offer.clone(), why)),
            }
        }
        self.offers = offers;
        Ok(())
    }

    fn open(&self, offer: &Offer, qos: Qos) -> Result<Arc<UnsealedTopic>, String> {
        let definition = self.types.definition(&offer.type_name).map_err(|error| error.to_string())?;
        if definition.hash != offer.type_hash {
            return Err(format!("the robot has another version of {}", offer.type_name));
        }
        let said = |error: RosError| error.to_string();
        let name = format!("{}{}", self.namespace, offer.policy_topic);
        let types = TypeSupport::load(&offer.type_name).map_err(said)?;
        let output = Outputs::new(Arc::clone(&self.own), name.clone(), types, qos);
        let of = SealedSource {
            domain: u32::try_from(self.outer.domain_id()).unwrap_or(u32::MAX),
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
            path: Mutex::new(Path {
                input: None,
                taken: SerializedMessage::new(),
                opener: Opener::new(of, Arc::clone(&self.granted)),
                definition,
                output: output.map_err(said)?,
                why: String::new(),
            }),
        });
        let sealed = TypeSupport::load(SEALED_TYPE).map_err(said)?;
        let on_message = wake(Arc::downgrade(&topic), Arc::clone(&self.queue));
        let asked = Input::of(qos).qos(Some(qos.depth));
        let input = Subscription::new(&self.outer, &offer.topic, &sealed, asked, on_message).map_err(said)?;
        topic.path().input = Some(input);
        Ok(topic)
    }

    /// Each topic that is sealed for this stakeholder.
    pub fn statuses(&self) -> Vec<UnsealedStatus> {
        let open = self.topics.iter().map(|(offer, open)| UnsealedStatus {
            topic: offer.topic.clone(),
            own_topic: Some(open.topic.name.clone()),
            opened: open.topic.opened.load(Relaxed),
            without_key: open.topic.without_key.load(Relaxed),
            refused: open.topic.refused.load(Relaxed),
            why: open.topic.path().why.clone(),
        });
        let failed = self.failed.iter().map(|(offer, why)| UnsealedStatus {
            topic: offer.topic.clone(),
            own_topic: None,
            opened: 0,
            without_key: 0,
            refused: 0,
            why: why.clone(),
        });
        open.chain(failed).collect()
    }

    /// The keys that there are.
    pub fn granted(&self) -> &Granted {
        &self.granted
    }

    /// Grants that the robot did not sign, or that did not open.
    pub fn forged(&self) -> u64 {
        self.forged
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

/// The word from the middleware to the workers.
fn wake(topic: Weak<UnsealedTopic>, queue: Arc<ReadyQueue>) -> Box<dyn Fn() + Send + Sync> {
    Box::new(move || {
        if let Some(topic) = topic.upgrade() {
            queue.push(topic);
        }
    })
}

/// One sealed topic, and where it is republished.
struct UnsealedTopic {
    name: String,
    turn: Turn,
    started: Instant,
    opened: AtomicU64,
    without_key: AtomicU64,
    refused: AtomicU64,
    path: Mutex<Path>,
}

struct Path {
    input: Option<Subscription>,
    taken: SerializedMessage,
    opener: Opener,
    definition: TypeDefinition,
    output: Outputs,
    why: String,
}

impl UnsealedTopic {
    fn path(&self) -> MutexGuard<'_, Path> {
        self.path.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens one message and republishes it.
    fn pass(&self, path: &mut Path, from: Gid, mut waited: Option<Vec<u8>>, now: i64) {
        let Path { taken, opener, definition, output, why, .. } = path;
        let message = waited.as_deref_mut().unwrap_or_else(|| taken.as_mut_bytes());
        match opener.open(message, now) {
            // Whoever shares a key of an operational topic could have sealed anything: readers get whole messages only.
            Ok(text) if definition.plan.check(text).is_err() => self.refuse(why, "malformed"),
            Ok(text) => match output.publish(from, text) {
                Ok(_) => drop(self.opened.fetch_add(1, Relaxed)),
                Err(error) => self.refuse(why, &error.to_string()),
            },
            Err(Unopened::NoKey(_)) => {
                let at = self.started.elapsed();
                opener.wait(from, waited.as_deref().unwrap_or_else(|| taken.as_bytes()), at);
            }
            Err(Unopened::Refused(error)) => self.refuse(why, error.label()),
        }
    }

    fn refuse(&self, why: &mut String, reason: &str) {
        self.refused.fetch_add(1, Relaxed);
        *why = reason.into();
    }
}

impl Serve for UnsealedTopic {
    fn serve(&self) -> bool {
        let path = &mut *self.path();
        for _ in 0..BATCH {
            let now = Time::system().second();
            let (waited, forgotten) = path.opener.ready(self.started.elapsed());
            self.without_key.fetch_add(forgotten as u64, Relaxed);
            let (from, waited) = match waited {
                Some((from, message)) => (from, Some(message)),
                None => {
                    let Some(input) = &mut path.input else { return false };
                    match input.take(&mut path.taken) {
                        Ok(Some(info)) => (info.gid, None),
                        Ok(None) => return false,
                        Err(error) => {
                            self.refuse(&mut path.why, &error.to_string());
                            return false;
                        }
                    }
                }
            };
            self.pass(path, from, waited, now);
        }
        true
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}
