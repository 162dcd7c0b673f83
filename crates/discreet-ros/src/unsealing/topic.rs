//! One sealed topic on the outer domain, and its republished counterpart on the own domain.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use super::outputs::Outputs;
use crate::wake::wake;
use crate::workers::{ReadyQueue, Serve, Turn};
use crate::{Node, RosError, SerializedMessage, Subscription, TypeSupport};
use discreet_audit::Time;
use discreet_cdr::types::TypeLibrary;
use discreet_graph::{Gid, Participant};
use discreet_guard::lanes::Input;
use discreet_host::sync::lock;
use discreet_seal::SEALED_TYPE;
use discreet_seal::catalog::Offer;
use discreet_seal::unseal::{
    Granted, OpenTopic, ReadTime, SealedInput, SealedSource, TopicCounts, TopicState, UnsealedTopic,
};

/// Messages opened in one go before other topics have their turn.
const BATCH: usize = 16;

/// Opens topics between the two domains.
pub struct TopicOpener<'a> {
    /// The robot's outer domain.
    pub outer: &'a Arc<Node>,
    /// The domain to republish on.
    pub own: &'a Arc<Node>,
    /// Prefix of the names of republished topics.
    pub namespace: &'a str,
    /// The stakeholder's keys.
    pub granted: &'a Arc<Granted>,
    /// The installed types.
    pub types: &'a TypeLibrary,
    /// Queue of the workers.
    pub queue: &'a Arc<ReadyQueue>,
}

/// An open topic.
pub struct ServedTopic {
    name: String,
    turn: Turn,
    started: Instant,
    /// Apart from `path`, so that diagnostics does not wait for a message.
    state: Arc<TopicState>,
    path: Mutex<Path>,
}

struct Path {
    input: SealedSubscription,
    topic: UnsealedTopic,
    output: Outputs,
}

/// The subscription to the sealed topic; none before it is made, and after the end.
struct SealedSubscription {
    subscription: Option<Subscription>,
    taken: SerializedMessage,
}

impl OpenTopic for TopicOpener<'_> {
    type Topic = Arc<ServedTopic>;

    fn open(&mut self, offer: &Offer) -> Result<Arc<ServedTopic>, String> {
        let definition = self.types.definition(&offer.type_name).map_err(|error| error.to_string())?;
        if definition.hash != offer.type_hash {
            return Err(format!("the robot has another version of {}", offer.type_name));
        }
        let text = |error: RosError| error.to_string();
        let name = format!("{}{}", self.namespace, offer.policy_topic);
        let types = TypeSupport::load(&offer.type_name).map_err(text)?;
        let output = Outputs::new(Arc::clone(self.own), name.clone(), types, offer.qos).map_err(text)?;
        let of = SealedSource {
            domain: self.granted.domain(),
            topic: offer.policy_topic.clone(),
            type_name: offer.type_name.clone(),
            type_hash: offer.type_hash.clone(),
            form: offer.form.clone(),
        };
        let topic = UnsealedTopic::new(of, Arc::clone(self.granted), definition.plan);
        let input = SealedSubscription { subscription: None, taken: SerializedMessage::new() };
        let served = Arc::new(ServedTopic {
            name,
            turn: Turn::default(),
            started: Instant::now(),
            state: Arc::clone(topic.state()),
            path: Mutex::new(Path { input, topic, output }),
        });
        let subscription = self.subscribe(&served, offer)?;
        served.path().input.subscription = Some(subscription);
        Ok(served)
    }

    /// The new subscription is there before the old one ends; a message that arrives on both is opened once.
    fn set_qos(&mut self, topic: &Arc<ServedTopic>, offer: &Offer) -> Result<(), String> {
        let subscription = self.subscribe(topic, offer)?;
        let mut path = topic.path();
        path.output.set_qos(offer.qos).map_err(|error| error.to_string())?;
        path.input.subscription = Some(subscription);
        Ok(())
    }

    fn set_guard(&mut self, topic: &Arc<ServedTopic>, guard: Option<Participant>) {
        topic.state.set_guard(guard);
    }
}

impl TopicOpener<'_> {
    fn subscribe(&self, topic: &Arc<ServedTopic>, offer: &Offer) -> Result<Subscription, String> {
        let text = |error: RosError| error.to_string();
        let sealed = TypeSupport::load(SEALED_TYPE).map_err(text)?;
        let qos = Input::of(offer.qos).qos(Some(offer.qos.depth));
        let on_message = wake(Arc::downgrade(topic), Arc::clone(self.queue));
        Subscription::new(self.outer, &offer.topic, &sealed, qos, on_message).map_err(text)
    }
}

impl ServedTopic {
    /// Its name on the own domain, and its counters.
    pub fn state(&self) -> (String, TopicCounts) {
        (self.name.clone(), self.state.counts())
    }

    /// Ends what the robot's publishers latched that are gone.
    pub fn retain(&self, is_there: impl Fn(&Gid) -> bool) {
        self.path().output.retain(is_there);
    }

    /// Ends the subscription.
    pub fn disconnect(&self) {
        self.path().input.subscription = None;
    }

    fn path(&self) -> MutexGuard<'_, Path> {
        lock(&self.path)
    }
}

impl Serve for ServedTopic {
    fn serve(&self) -> bool {
        let Path { input, topic, output } = &mut *self.path();
        (0..BATCH).all(|_| {
            let now = ReadTime { second: Time::system().second(), elapsed: self.started.elapsed() };
            topic.serve_one(input, output, now)
        })
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}

impl SealedInput for SealedSubscription {
    type Fault = RosError;

    fn take(&mut self) -> Result<Option<Gid>, RosError> {
        let Some(subscription) = &mut self.subscription else { return Ok(None) };
        Ok(subscription.take(&mut self.taken)?.map(|info| info.gid))
    }

    fn message(&mut self) -> &mut [u8] {
        self.taken.as_mut_bytes()
    }
}
