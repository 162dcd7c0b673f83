//! The simulated outer domain, for one topic of a guard: its publishers, and what left on them.

use std::sync::{Arc, Mutex};

use discreet_audit::{Receipt, Time};
use discreet_graph::qos::Qos;
use discreet_guard::lanes::{About, Leaves, Outside};
use discreet_guard::protect::Releasable;
use discreet_host::sync::lock;

use crate::disk::Disk;
use crate::record::Windows;

/// The last bytes of a publisher's id: the rest is the guard's participant.
pub type Entity = [u8; 4];

/// A message that left.
#[derive(Debug, Clone)]
pub struct Left {
    /// The topic on the inner domain.
    pub topic: String,
    /// The key that it is sealed with, and its number under this key; none if it is open to everyone.
    pub sealed: Option<(u32, u64)>,
    /// The bytes on the outer domain.
    pub bytes: Vec<u8>,
    /// The publisher inside, and its number there.
    pub origin: ([u8; 16], u64),
    /// The class is about people.
    pub contextual: bool,
    /// The receipt says that it is recorded.
    pub recorded: bool,
    /// The audiences in the durable entries that say so.
    pub audiences: Vec<String>,
    /// The publisher outside.
    pub publisher: Entity,
    /// Messages that it keeps for late joiners.
    pub kept: usize,
}

/// The message has a form that no publisher has.
#[derive(Debug)]
pub struct NotAnnounced;

/// Makes the publishers of a topic.
pub struct Exit {
    topic: String,
    disk: Disk,
    windows: Arc<Mutex<Windows>>,
    /// The time of messages that leave.
    pub now: Time,
    /// Messages that left.
    pub left: Vec<Left>,
    ended: Arc<Mutex<Vec<Entity>>>,
    /// The number of the topic, and of its publishers so far.
    made: (u8, u32),
}

/// The publishers of a lane: here one for all forms.
#[derive(Debug)]
pub struct Publisher {
    entity: Entity,
    offer: Qos,
    leaves: Leaves,
    ended: Arc<Mutex<Vec<Entity>>>,
}

impl Exit {
    /// Without publishers yet. `number` is the topic's; `made`: publishers that earlier exits of it had.
    pub fn new(topic: &str, (number, made): (u8, u32), disk: &Disk, windows: &Arc<Mutex<Windows>>) -> Exit {
        Exit {
            topic: topic.into(),
            disk: disk.clone(),
            windows: Arc::clone(windows),
            now: Time::from_second(0),
            left: Vec::new(),
            ended: Arc::default(),
            made: (number, made),
        }
    }

    /// The number of publishers so far.
    pub fn made(&self) -> u32 {
        self.made.1
    }

    /// The publishers that ended: to be read when the exit is gone, too.
    pub fn ended(&self) -> Arc<Mutex<Vec<Entity>>> {
        Arc::clone(&self.ended)
    }

    fn next_entity(&mut self) -> Entity {
        self.made.1 += 1;
        let [one, two, three, _] = self.made.1.to_le_bytes();
        [self.made.0 + 1, one, two, three]
    }
}

impl Outside for Exit {
    type Fault = NotAnnounced;
    type Outlets = Publisher;

    fn open(&mut self, offer: Qos, leaves: Leaves) -> Result<Publisher, NotAnnounced> {
        Ok(Publisher { entity: self.next_entity(), offer, leaves, ended: self.ended() })
    }

    fn publish(
        &mut self,
        publisher: &mut Publisher,
        message: Releasable<'_>,
        receipt: Receipt,
    ) -> Result<(), NotAnnounced> {
        // A program that has died publishes nothing.
        if self.disk.is_dead() {
            return Ok(());
        }
        let (form, origin) = (message.form(), message.origin());
        let Leaves { open, sealed } = publisher.leaves;
        if !(if message.is_sealed() { *sealed.get(form) } else { open }) {
            return Err(NotAnnounced);
        }
        let sealed = message.is_sealed().then(|| number_under_key(message.cdr()));
        let (at, key) = (self.now.second(), sealed.map_or(0, |(key, _)| key));
        let audiences = lock(&self.windows).of_key(&self.disk, &self.topic, (form.name(), at), key);
        let Qos { latched, depth, .. } = publisher.offer;
        self.left.push(Left {
            topic: self.topic.clone(),
            sealed,
            bytes: message.cdr().to_vec(),
            origin: (origin.publisher, origin.sequence),
            contextual: message.class().is_contextual(),
            recorded: receipt.is_recorded(),
            audiences,
            publisher: publisher.entity,
            kept: if latched { depth } else { 0 },
        });
        Ok(())
    }

    fn describe(&mut self, _: &mut Publisher, _: &About) {}

    fn close(&mut self, publisher: Publisher) {
        drop(publisher);
    }
}

fn number_under_key(sealed: &[u8]) -> (u32, u64) {
    let (counter, key) = (&sealed[4..12], &sealed[12..16]);
    (u32::from_le_bytes(key.try_into().unwrap()), u64::from_le_bytes(counter.try_into().unwrap()))
}

impl Drop for Publisher {
    fn drop(&mut self) {
        lock(&self.ended).push(self.entity);
    }
}
