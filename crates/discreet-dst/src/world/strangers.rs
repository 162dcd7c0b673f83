//! Strangers: they have no key, and publish what they heard or made.

use discreet_graph::Gid;
use discreet_seal::catalog::{CATALOG_TOPIC, Catalog, CatalogLease};
use discreet_seal::{GRANTS_TOPIC, GrantSet, ReceiverTerms, SenderKey, announce, sealed_topic, write_grants};

use super::World;
use crate::clock::START;
use crate::network::Packet;
use crate::setting::{DOMAIN, SEALED, call_topic, command_topic, is_ingress, robot_name};
use crate::step::Trick;
use discreet_host::secret::Secret;

/// Publishers of a flood.
const FLOOD: usize = 700;
/// Forged commands of one publisher.
const FORGED: usize = 100;

impl World {
    pub(super) fn trick(&mut self, trick: Trick, count: usize) {
        match trick {
            Trick::Flood => self.flood(),
            Trick::Forge => self.forge(),
            Trick::Catalog => self.forged_catalog(),
            Trick::Grants => self.forged_grants(),
            Trick::Replay | Trick::Elsewhere | Trick::Flip => {
                (0..count).for_each(|_| self.repeat(trick));
            }
        }
        self.ledger.count("strangers' acts", count as u64);
    }

    fn repeat(&mut self, trick: Trick) {
        let heard = self.network.heard();
        if heard.is_empty() {
            return;
        }
        let mut packet = heard[self.rng.below(heard.len())].clone();
        packet.from = self.stranger();
        match trick {
            Trick::Elsewhere => {
                let topics = [
                    sealed_topic(SEALED[0], discreet_seal::Form::Clear),
                    sealed_topic(SEALED[1], discreet_seal::Form::Clear),
                    command_topic().to_owned(),
                    call_topic().to_owned(),
                ];
                packet.topic = topics[self.rng.below(topics.len())].as_str().into();
            }
            Trick::Flip if !packet.bytes.is_empty() => {
                let mut bytes = packet.bytes.to_vec();
                let at = self.rng.below(bytes.len());
                bytes[at] ^= 1 << self.rng.below(8);
                packet.bytes = bytes.into();
            }
            _ => {}
        }
        packet.robot = None;
        self.publish(packet, None);
    }

    fn stranger(&mut self) -> Gid {
        [200 + self.rng.below(8) as u8; 16]
    }

    /// The true second.
    pub(super) fn second(&self) -> i64 {
        START + (self.truth() / 1000) as i64
    }

    /// An empty catalogue in a robot's name, newer than any.
    fn forged_catalog(&mut self) {
        let robot = robot_name(self.rng.below(self.setting.robots));
        let sender = SenderKey::from_secret(&Secret::take(&mut [7; 32]));
        let stamp = (self.second() + 20) * 1_000_000_000;
        let catalog = Catalog { robot, publisher: self.stranger(), ..Catalog::default() };
        let bytes = catalog.signed(&sender, DOMAIN, CatalogLease::from(stamp));
        let from = self.stranger();
        self.publish(Packet::new(CATALOG_TOPIC, from, bytes, None), None);
    }

    /// An announcement of a key of the stranger's, in a robot's name, or with keys that the robot gave up.
    fn forged_grants(&mut self) {
        let number = self.rng.below(self.setting.robots);
        let given_up = &self.robots[number].given_up;
        let mut keys = self.strangers;
        if !given_up.is_empty() && self.rng.percent(50) {
            keys = given_up[self.rng.below(given_up.len())];
        }
        let robot = robot_name(number);
        let (signer, second) = (keys.identity(&robot), self.second());
        let terms = ReceiverTerms {
            robot: &robot,
            key: u32::MAX,
            from: second - 5,
            until: second + 250,
            domain: DOMAIN,
            receive: signer.public().receive,
            sender: signer.public().sign,
        };
        let Ok(announcement) = announce(&terms, &signer) else { return };
        let grants = vec![announcement.as_slice()];
        let bytes = write_grants(&GrantSet { robot: &robot, receiver: &announcement, grants });
        let from = self.stranger();
        self.publish(Packet::new(GRANTS_TOPIC, from, bytes, None), None);
    }

    /// The last command that was heard, with another signature, from one publisher.
    fn forge(&mut self) {
        let known = self.network.heard().iter().rev().find(|packet| is_ingress(&packet.topic)).cloned();
        let Some(mut packet) = known.filter(|packet| packet.bytes.len() > 16) else { return };
        let mut bytes = packet.bytes.to_vec();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        (packet.bytes, packet.from, packet.robot) = (bytes.into(), self.stranger(), None);
        (0..FORGED).for_each(|_| self.publish(packet.clone(), None));
    }

    /// Sealed commands for a key that no guard has, of hundreds of publishers.
    pub(super) fn flood(&mut self) {
        let known = self.network.heard().iter().find(|packet| is_ingress(&packet.topic)).cloned();
        let Some(mut packet) = known.filter(|packet| packet.bytes.len() > 16) else { return };
        let mut bytes = packet.bytes.to_vec();
        bytes[12..16].copy_from_slice(&[0; 4]);
        packet.bytes = bytes.into();
        for publisher in 0..FLOOD {
            packet.from = [0; 16];
            packet.from[..4].copy_from_slice(&(publisher as u32 + 1).to_le_bytes());
            packet.robot = None;
            self.publish(packet.clone(), None);
        }
    }
}
