//! A robot that grants, seals and announces, for the tests of this module.

use std::sync::Arc;
use std::time::Duration;

use super::Granted;
use crate::Suite;
use crate::catalog::{Catalog, CatalogEntry, CatalogLease};
use crate::identity::{Identity, PublicIdentity};
use crate::{
    GrantSet, GrantTerms, HEADROOM, MessageContext, Padding, ReceiverTerms, SealingKey, SenderKey, TAILROOM,
    announce, issue, write_grants,
};
use discreet_graph::qos::Qos;
use discreet_host::secret::Secret;

pub const NOW: i64 = 1_800_000_000;
pub const DOMAIN: u32 = 4;

pub struct Robot {
    pub identity: Identity,
    pub sender: SenderKey,
}

impl Robot {
    pub fn new() -> Robot {
        Robot::named("r")
    }

    pub fn named(name: &str) -> Robot {
        Robot { identity: Identity::generate(name).unwrap(), sender: SenderKey::generate().unwrap() }
    }

    fn name(&self) -> &str {
        &self.identity.public().name
    }

    /// A key, and its grant to one member, from ten seconds before [`NOW`].
    pub fn grant(&self, id: u32, member: &PublicIdentity, until: i64) -> (SealingKey, Vec<u8>) {
        let secret = Secret::random().unwrap();
        let terms = GrantTerms {
            robot: self.name(),
            group: [3; 16],
            class: "contextual",
            form: "clear",
            suite: Suite::Aes256Gcm,
            key: id,
            from: NOW - 10,
            until,
            policy_version: 1,
            sender: self.sender.public(),
        };
        let grant = issue(&terms, &secret, &[member], &self.identity).unwrap();
        (SealingKey::new(Suite::Aes256Gcm, id, &secret), grant)
    }

    pub fn announcement(&self, key: u32, from: i64, until: i64) -> Vec<u8> {
        self.announcement_on(DOMAIN, key, from, until)
    }

    pub fn announcement_on(&self, domain: u32, key: u32, from: i64, until: i64) -> Vec<u8> {
        let (robot, sender) = (self.name(), self.sender.public());
        announce(&ReceiverTerms { robot, key, from, until, domain, receive: [9; 32], sender }, &self.identity)
            .unwrap()
    }

    pub fn grant_set(&self, receiver: &[u8], grants: &[&[u8]]) -> Vec<u8> {
        write_grants(&GrantSet { robot: self.name(), receiver, grants: grants.to_vec() })
    }

    pub fn catalog(&self, catalog: &Catalog, lease: CatalogLease) -> Vec<u8> {
        let catalog = Catalog { robot: self.name().into(), ..catalog.clone() };
        catalog.signed(&self.sender, DOMAIN, lease)
    }

    pub fn seal(&self, key: &SealingKey, topic: &str, text: &[u8]) -> Vec<u8> {
        let context = MessageContext {
            robot: self.name(),
            domain: DOMAIN,
            topic,
            type_name: "a/msg/B",
            type_hash: "h",
            class: "contextual",
            form: "clear",
            group: &[3; 16],
            policy_version: 1,
        };
        let mut buffer = vec![0; HEADROOM + text.len() + TAILROOM];
        buffer[HEADROOM..HEADROOM + text.len()].copy_from_slice(text);
        key.seal(&context.digest(), Some(&self.sender), Padding::None, &mut buffer, text.len())
            .unwrap()
            .to_vec()
    }
}

/// The message of the robot `r` with these grants.
pub fn grant_set(receiver: &[u8], grants: &[&[u8]]) -> Vec<u8> {
    write_grants(&GrantSet { robot: "r", receiver, grants: grants.to_vec() })
}

/// The desk's keys: none yet.
pub fn granted(robot: &Robot) -> Arc<Granted> {
    let me = Identity::generate("desk").unwrap();
    Arc::new(Granted::new(me, robot.identity.public().clone(), DOMAIN))
}

/// A catalogue of sealed topics of the class `contextual`, for the desk.
pub fn catalog(topics: &[&str]) -> Catalog {
    let entry = |topic: &&str| CatalogEntry {
        topic: format!("{topic}/sealed/clear"),
        policy_topic: topic.to_string(),
        sealed: true,
        type_name: "a/msg/B".into(),
        type_hash: "h".into(),
        data_class: "contextual".into(),
        form: "clear".into(),
        audience: vec!["desk".into()],
        retention: Duration::from_secs(1),
        policy_version: 1,
        source: Vec::new(),
        tag_topic: String::new(),
        qos: Qos::default(),
    };
    Catalog { entries: topics.iter().map(entry).collect(), ..Catalog::default() }
}
