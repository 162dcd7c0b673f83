//! A stakeholder and the robot's guard, for the tests of this module.

use std::sync::Arc;

use crate::unseal::Granted;
use crate::unseal::world::{DOMAIN, Robot, grant_set, granted};
use crate::{CommandOpener, ReceiverTerms, ReceivingKey, announce};
use discreet_cdr::Plan;

pub use crate::unseal::world::NOW;

pub const NOW_NS: i64 = NOW * 1_000_000_000;

/// A serialized message of the type that [`byte_plan`] walks.
pub const PUBLISHED_BYTE: [u8; 5] = [0, 1, 0, 0, 42];

const KEY: u32 = 9;

pub struct Desk {
    pub robot: Robot,
    pub granted: Arc<Granted>,
    pub guard: CommandOpener,
    receive: [u8; 32],
}

impl Desk {
    /// A desk that the robot has announced nothing to yet.
    pub fn new() -> Desk {
        let robot = Robot::new();
        let granted = granted(&robot);
        let key = ReceivingKey::generate().unwrap();
        let receive = key.public();
        Desk { robot, granted, guard: CommandOpener::new(key, KEY), receive }
    }

    /// Announces the guard's key, valid until this second.
    pub fn announce(&self, until: i64) {
        let terms = ReceiverTerms {
            robot: "r",
            key: KEY,
            from: NOW,
            until,
            domain: DOMAIN,
            receive: self.receive,
            sender: self.robot.sender.public(),
        };
        let announcement = announce(&terms, &self.robot.identity).unwrap();
        let updated = self.granted.update(&grant_set(&announcement, &[]), NOW).unwrap();
        assert!(updated.announced);
    }
}

/// The walk over messages with one byte.
pub fn byte_plan() -> Plan {
    let description = r#"{"type_description": {"type_name": "a/msg/B", "fields": [
        {"name": "value", "type": {"type_id": 3, "capacity": 0, "string_capacity": 0, "nested_type_name": ""}}
    ]}, "referenced_type_descriptions": []}"#;
    Plan::compile(&serde_json::from_str(description).unwrap()).unwrap()
}
