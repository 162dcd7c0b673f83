//! Where the opened messages of one topic go: of a latched topic, a publisher for each of the robot's, so that each keeps its
//! own history for those who come later.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{Node, Publisher, RosError, TypeSupport};
use discreet_graph::Gid;
use discreet_graph::qos::Qos;
use discreet_guard::lanes::MAX_LANES;

/// The publishers of one topic on the own domain.
pub struct Outputs {
    node: Arc<Node>,
    topic: String,
    types: TypeSupport,
    qos: Qos,
    shared: Publisher,
    of: HashMap<Gid, Output>,
}

/// The publisher for one of the robot's.
struct Output {
    publisher: Publisher,
    depth: usize,
    /// The same with another depth, and how many messages it still stands for.
    before: Option<(Publisher, usize)>,
}

impl Outputs {
    /// Announces the topic.
    pub fn new(node: Arc<Node>, topic: String, types: TypeSupport, qos: Qos) -> Result<Outputs, RosError> {
        let shared = Publisher::new(&node, &topic, &types, qos)?;
        Ok(Outputs { node, topic, types, qos, shared, of: HashMap::new() })
    }

    /// Offers something else from here on. What was latched stays as it was published, for as many messages as are now kept.
    pub fn set_qos(&mut self, qos: Qos) -> Result<(), RosError> {
        if self.qos.promise() != qos.promise() {
            self.shared = Publisher::new(&self.node, &self.topic, &self.types, qos)?;
        }
        self.qos = qos;
        Ok(())
    }

    /// Publishes a message that came from the robot's publisher `from`; none: from somebody else, who repeats it.
    pub fn publish(&mut self, from: Option<Gid>, message: &[u8]) -> Result<(), RosError> {
        let Some(from) = from.filter(|_| self.qos.latched) else {
            return self.shared.publish(message).map(drop);
        };
        let depth = self.qos.depth;
        let new = || Publisher::new(&self.node, &self.topic, &self.types, self.qos);
        if !self.of.contains_key(&from) && self.of.len() < MAX_LANES {
            self.of.insert(from, Output { publisher: new()?, depth, before: None });
        }
        let Some(output) = self.of.get_mut(&from) else {
            return self.shared.publish(message).map(drop);
        };
        if output.depth != depth {
            let before = std::mem::replace(&mut output.publisher, new()?);
            (output.depth, output.before) = (depth, Some((before, depth)));
        }
        output.publisher.publish(message)?;
        if let Some((before, left)) = output.before.take() {
            output.before = left.checked_sub(1).filter(|left| *left > 0).map(|left| (before, left));
        }
        Ok(())
    }

    /// Forgets those whose publisher on the robot is gone, with what they kept.
    pub fn retain(&mut self, is_there: impl Fn(&Gid) -> bool) {
        self.of.retain(|gid, _| is_there(gid));
    }
}
