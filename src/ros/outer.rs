//! A topic of the outer domain, with the tags beside it.

use std::sync::Arc;

use super::{Node, Publisher, RosError, TypeSupport};
use crate::audit::Receipt;
use crate::policy::Form;
use crate::protect::Releasable;
use crate::qos::Qos;
use crate::relay::Output;
use crate::tag::{Stamp, TAG_TYPE, TagWriter, tag_topic};

/// Publishes released messages and their tags.
pub struct OuterTopic {
    messages: Publisher,
    tags: Publisher,
    tag: TagWriter,
    source_topic: String,
    policy_version: u64,
    latched: bool,
}

/// What does not change from message to message on a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// The topic's name on the outer domain.
    pub topic: String,
    /// The topic that the messages come from.
    pub source_topic: String,
    /// The messages' type.
    pub type_name: String,
    /// What the sources offer.
    pub qos: Qos,
}

impl OuterTopic {
    /// Announces the topic and its tags.
    pub fn new(node: &Arc<Node>, released: &Released) -> Result<OuterTopic, RosError> {
        let Released { topic, source_topic, type_name, qos } = released;
        Ok(OuterTopic {
            messages: Publisher::new(node, topic, &TypeSupport::load(type_name)?, *qos)?,
            tags: Publisher::new(node, &tag_topic(topic), &TypeSupport::load(TAG_TYPE)?, *qos)?,
            tag: TagWriter::new(source_topic, "", ""),
            source_topic: source_topic.clone(),
            policy_version: 0,
            latched: qos.latched,
        })
    }

    /// What stands in the tags from now on.
    pub fn describe(&mut self, data_class: &str, form: Form, policy_version: u64) {
        self.tag = TagWriter::new(&self.source_topic, data_class, form.name());
        self.policy_version = policy_version;
    }

    /// The publisher of the messages.
    pub fn messages(&self) -> &Publisher {
        &self.messages
    }
}

/// A route that the policy never opens has no topic outside, and nothing to publish on.
impl Output for Option<OuterTopic> {
    type Fault = RosError;

    fn publish(&mut self, message: Releasable<'_>, receipt: Receipt) -> Result<(), RosError> {
        match self {
            Some(topic) => topic.publish(message, receipt),
            None => Err(RosError::NotAnnounced),
        }
    }
}

impl Output for OuterTopic {
    type Fault = RosError;

    // The receipt has done its work by being there: without one this cannot be called.
    fn publish(&mut self, message: Releasable<'_>, _receipt: Receipt) -> Result<(), RosError> {
        let sequence = self.messages.publish(message.cdr())?;
        // A tag that nobody reads is not sent, which is what makes tags free. A latched one may be read later.
        if self.latched || self.tags.subscription_count() > 0 {
            let source = message.origin();
            let tag = self.tag.write(&Stamp {
                sequence,
                source_stamp: source.source_stamp,
                source_sequence: source.sequence,
                publisher: self.messages.gid(),
                source: source.publisher,
                policy_version: self.policy_version,
            });
            // The message is out; a tag that cannot follow it does not make it unsent.
            let _tag_lost = self.tags.publish(tag);
        }
        Ok(())
    }
}
