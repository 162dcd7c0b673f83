//! The outer domain: delivers, and drops, delays, doubles and reorders as it is told. Everyone hears everything.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use discreet_graph::{Gid, participant};
use discreet_seal::{GRANTS_TOPIC, read_grants};

use crate::rng::Rng;
use crate::setting::is_ingress;

/// A message on the outer domain. Clones share its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// The topic.
    pub topic: Arc<str>,
    /// The publisher.
    pub from: Gid,
    /// The serialized message.
    pub bytes: Arc<[u8]>,
    /// The robot that published it; none for parties and strangers.
    pub robot: Option<usize>,
    /// The number of a call, in its request and its answer.
    pub call: Option<u64>,
    /// Messages that its publisher keeps for late joiners.
    pub kept: usize,
}

impl Packet {
    /// A message that belongs to no call.
    pub fn new(topic: &str, from: Gid, bytes: Vec<u8>, robot: Option<usize>) -> Packet {
        Packet { topic: topic.into(), from, bytes: bytes.into(), robot, call: None, kept: 0 }
    }
}

/// Present behaviour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weather {
    /// Of a hundred messages, so many are lost.
    pub drops: u64,
    /// Of a hundred, so many arrive twice.
    pub doubles: u64,
    /// The longest delay in milliseconds. Delays differ, so messages overtake each other.
    pub delay: u64,
}

/// Messages under way, and what is latched.
#[derive(Debug, Default)]
pub struct Network {
    /// The present behaviour.
    pub weather: Weather,
    /// Parties and robots that are cut off: nothing reaches them or comes from them.
    pub cut: Vec<Node>,
    under_way: BTreeMap<(u64, u64), (Packet, Node)>,
    latched: BTreeMap<(Arc<str>, Gid), VecDeque<Packet>>,
    /// Everything that anybody heard, for those who repeat it. The newest.
    heard: Vec<Packet>,
    sent: u64,
    /// Messages that the network lost, doubled or delayed.
    pub faults: u64,
}

/// A participant of the outer domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// The guard of a robot.
    Guard(usize),
    /// A party, with its unsealers and commanders.
    Party(usize),
}

impl Node {
    /// Guards hear what goes in, parties everything else.
    fn listens(self, topic: &str) -> bool {
        is_ingress(topic) == matches!(self, Node::Guard(_))
    }
}

/// Packets that strangers remember.
const REMEMBERED: usize = 400;

impl Network {
    /// Sends a message to every node, at a time in milliseconds.
    pub fn send(&mut self, packet: Packet, from: Option<Node>, to: &[Node], now: u64, rng: &mut Rng) {
        if self.heard.len() >= REMEMBERED {
            self.heard.swap_remove(rng.below(REMEMBERED));
        }
        self.heard.push(packet.clone());
        if packet.kept > 0 {
            let history = self.latched.entry((packet.topic.clone(), packet.from)).or_default();
            history.push_back(packet.clone());
            if history.len() > packet.kept {
                history.pop_front();
            }
        }
        if from.is_some_and(|from| self.cut.contains(&from)) {
            self.faults += 1;
            return;
        }
        for node in to.iter().filter(|node| node.listens(&packet.topic)) {
            self.send_to(*node, &packet, now, rng);
        }
    }

    fn send_to(&mut self, node: Node, packet: &Packet, now: u64, rng: &mut Rng) {
        let Weather { drops, doubles, delay } = self.weather;
        if self.cut.contains(&node) || (drops > 0 && rng.percent(drops)) {
            self.faults += 1;
            return;
        }
        let copies = if doubles > 0 && rng.percent(doubles) { 2 } else { 1 };
        self.faults += copies - 1 + u64::from(delay > 0);
        for _ in 0..copies {
            let due = now + if delay > 0 { rng.number() % (delay + 1) } else { 0 };
            self.sent += 1;
            self.under_way.insert((due, self.sent), (packet.clone(), node));
        }
    }

    /// Gives a node that listens from now on what is latched, on one topic or on all.
    pub fn join(&mut self, node: Node, topic: Option<&str>, now: u64, rng: &mut Rng) {
        let here = |(name, _): &(Arc<str>, Gid)| topic.is_none_or(|topic| **name == *topic);
        let latched = self.latched.iter().filter(|(key, _)| here(key)).flat_map(|(_, history)| history);
        let latched: Vec<Packet> = latched.cloned().collect();
        latched.iter().for_each(|packet| self.send_to(node, packet, now, rng));
    }

    /// A publisher is gone, and what it latched.
    pub fn leave(&mut self, gid: &Gid) {
        self.latched.retain(|(_, from), _| from != gid);
    }

    /// All publishers of a participant are gone.
    pub fn leave_all(&mut self, gid: &Gid) {
        self.latched.retain(|(_, from), _| participant(from) != participant(gid));
    }

    /// Strangers have no grants of this robot any more, and none are under way. What its guard latches stays.
    pub fn forget_grants(&mut self, robot: &str) {
        let grants = |packet: &Packet| {
            *packet.topic == *GRANTS_TOPIC
                && read_grants(&packet.bytes).is_ok_and(|grants| grants.robot == robot)
        };
        self.heard.retain(|packet| !grants(packet));
        self.under_way.retain(|_, (packet, _)| !grants(packet));
        let latched = self.latched.values_mut();
        latched.for_each(|history| history.retain(|packet| packet.robot.is_some() || !grants(packet)));
    }

    /// Messages that arrive until `now`, in order.
    pub fn arrived(&mut self, now: u64) -> Vec<(Packet, Node)> {
        if self.under_way.first_key_value().is_none_or(|((due, _), _)| *due > now) {
            return Vec::new();
        }
        let later = self.under_way.split_off(&(now + 1, 0));
        std::mem::replace(&mut self.under_way, later).into_values().collect()
    }

    /// Everything that strangers remember.
    pub fn heard(&self) -> &[Packet] {
        &self.heard
    }

    /// All is well again.
    pub fn calm(&mut self) {
        (self.weather, self.cut) = (Weather::default(), Vec::new());
    }
}
