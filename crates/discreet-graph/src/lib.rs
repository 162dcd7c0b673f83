//! The publishers of a domain, as discovery reports them.
//!
//! All of it is unverified: any node may claim any name. `discreet_guard::sources` decides how far it is
//! trusted.

pub mod qos;

use std::collections::BTreeMap;

use crate::qos::Qos;

/// A publisher's globally unique id on its domain (RTPS: 12 bytes of participant, 4 of entity).
pub type Gid = [u8; 16];

/// The part of a [`Gid`] that identifies the participant: one process, or one context of it.
pub type Participant = [u8; 12];

/// The participant that `gid` belongs to.
pub fn participant(gid: &Gid) -> Participant {
    let [participant @ .., _, _, _, _] = *gid;
    participant
}

/// The node that a publisher claims to belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeName {
    /// Discovery has not reported it yet. It arrives in a separate message, some milliseconds after the
    /// publisher.
    Unknown,
    /// Its participant is not a ROS node but a plain DDS application.
    NotRos,
    /// `/namespace/name`.
    Node(String),
}

impl NodeName {
    /// The name, if it has one.
    pub fn name(&self) -> Option<&str> {
        match self {
            NodeName::Node(name) => Some(name),
            NodeName::Unknown | NodeName::NotRos => None,
        }
    }
}

/// A publisher as it announced itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id, which is also in the info of each of its messages.
    pub gid: Gid,
    /// Its node.
    pub node: NodeName,
    /// Its type, `package/msg/Name`.
    pub type_name: String,
    /// Its type's hash, `RIHS01_...` (REP 2016), if it announces one.
    pub type_hash: Option<String>,
    /// The quality of service that it offers.
    pub qos: Qos,
}

/// Topic name to its publishers, at one moment. Topics without a publisher are left out.
pub type TopicGraph = BTreeMap<String, Vec<Endpoint>>;
