//! Publishers of one topic's opened messages: for a latched topic, one for each of the robot's publishers, so that
//! each keeps its own history for late joiners.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{Node, Publisher, RosError, TypeSupport};
use discreet_graph::Gid;
use discreet_graph::qos::Qos;
use discreet_guard::lanes::{Handover, MAX_LANES};
use discreet_seal::unseal::Republish;

/// The publishers of one topic on the own domain.
pub struct Outputs {
    node: Arc<Node>,
    topic: String,
    types: TypeSupport,
    qos: Qos,
    shared: Publisher,
    of: HashMap<Gid, Output>,
}

/// The publisher for one of the robot's publishers.
struct Output {
    publisher: Publisher,
    depth: usize,
    /// The publisher of another depth, as long as its history is needed.
    before: Handover<Publisher>,
}

impl Outputs {
    /// Announces the topic.
    pub fn new(node: Arc<Node>, topic: String, types: TypeSupport, qos: Qos) -> Result<Outputs, RosError> {
        let shared = Publisher::new(&node, &topic, &types, qos)?;
        Ok(Outputs { node, topic, types, qos, shared, of: HashMap::new() })
    }

    /// Offers another quality of service from now on. Latched messages stay until the new depth has been published.
    pub fn set_qos(&mut self, qos: Qos) -> Result<(), RosError> {
        if self.qos.promise() != qos.promise() {
            self.shared = Publisher::new(&self.node, &self.topic, &self.types, qos)?;
        }
        self.qos = qos;
        Ok(())
    }

    /// Ends the publishers whose counterpart on the robot is gone, with their histories.
    pub fn retain(&mut self, is_there: impl Fn(&Gid) -> bool) {
        self.of.retain(|gid, _| is_there(gid));
    }
}

impl Republish for Outputs {
    type Fault = RosError;

    fn publish(&mut self, from: Option<Gid>, message: &[u8]) -> Result<(), RosError> {
        let Some(from) = from.filter(|_| self.qos.latched) else {
            return self.shared.publish(message).map(drop);
        };
        let depth = self.qos.depth;
        let new = || Publisher::new(&self.node, &self.topic, &self.types, self.qos);
        if !self.of.contains_key(&from) && self.of.len() < MAX_LANES {
            self.of.insert(from, Output { publisher: new()?, depth, before: Handover::default() });
        }
        let Some(output) = self.of.get_mut(&from) else {
            return self.shared.publish(message).map(drop);
        };
        if output.depth != depth {
            let before = std::mem::replace(&mut output.publisher, new()?);
            output.depth = depth;
            drop(output.before.begin(before, depth));
        }
        output.publisher.publish(message)?;
        drop(output.before.published());
        Ok(())
    }
}
