//! The topics of the outer domain on which one topic's messages leave: open, with their tags if the policy has them, or
//! sealed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Node, Publisher, RosError, TypeSupport};
use discreet_audit::Receipt;
use discreet_graph::Gid;
use discreet_graph::qos::Qos;
use discreet_guard::lanes::Leaves;
use discreet_guard::message::Origin;
use discreet_guard::protect::Releasable;
use discreet_guard::relay::Output;
use discreet_guard::tag::{Stamp, TAG_TYPE, TagWriter, tag_topic};
use discreet_policy::Form;
use discreet_seal::{PerForm, SEALED_TYPE, sealed_topic};

/// The publishers of one topic's forms. A form that the policy never releases has no topic outside, and so no
/// publisher.
#[derive(Default)]
pub struct Outlets {
    open: Option<OuterTopic>,
    sealed: PerForm<Option<Publisher>>,
}

impl Outlets {
    /// Advertises the topics of the forms that may leave.
    pub fn new(node: &Arc<Node>, released: &Released, leaves: Leaves) -> Result<Outlets, RosError> {
        let Leaves { open, sealed } = leaves;
        let open = open.then(|| OuterTopic::new(node, released)).transpose()?;
        let announce = |form: Form| {
            let topic = sealed_topic(&released.topic, form);
            Publisher::new(node, &topic, &TypeSupport::load(SEALED_TYPE)?, released.qos)
        };
        let sealed = sealed.map(|form, sealed| sealed.then(|| announce(form)).transpose()).all()?;
        Ok(Outlets { open, sealed })
    }

    /// True if a form can leave.
    pub fn any(&self) -> bool {
        self.open.is_some() || self.sealed.as_ref().each().any(|(_, sealed)| sealed.is_some())
    }

    /// Sets the contents of the tags of open messages from now on.
    pub fn describe(&mut self, data_class: &str, form: Form, policy_version: u64) {
        if let Some(tags) = self.open.as_mut().and_then(|open| open.tags.as_mut()) {
            tags.describe(data_class, form, policy_version);
        }
    }

    /// Gives reliable readers time to receive the last messages.
    pub fn flush(&self, patience: Duration) {
        let until = Instant::now() + patience;
        let open = self.open.as_ref().map(|open| &open.messages);
        let sealed = self.sealed.as_ref().each().filter_map(|(_, sealed)| sealed.as_ref());
        for publisher in open.into_iter().chain(sealed) {
            publisher.flush(until.saturating_duration_since(Instant::now()));
        }
    }
}

impl Output for Outlets {
    type Fault = RosError;

    // The receipt is the proof: without one this cannot be called.
    fn publish(&mut self, message: Releasable<'_>, receipt: Receipt) -> Result<(), RosError> {
        let sealed = self.sealed.get(message.form());
        match (&mut self.open, sealed) {
            (Some(open), _) if !message.is_sealed() => open.publish(message, receipt),
            (_, Some(sealed)) if message.is_sealed() => sealed.publish(message.cdr()).map(drop),
            _ => Err(RosError::NotAnnounced),
        }
    }
}

/// Publishes messages that are open to everyone, and their tags.
struct OuterTopic {
    messages: Publisher,
    tags: Option<Tags>,
}

/// The tags of a topic's messages.
struct Tags {
    publisher: Publisher,
    tag: TagWriter,
    source_topic: String,
    policy_version: u64,
    latched: bool,
}

/// The constant properties of a route's messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// The topic's name on the outer domain.
    pub topic: String,
    /// The topic that the messages come from.
    pub source_topic: String,
    /// The messages' type.
    pub type_name: String,
    /// Open messages have tags.
    pub tags: bool,
    /// The offer of the sources.
    pub qos: Qos,
}

impl OuterTopic {
    fn new(node: &Arc<Node>, released: &Released) -> Result<OuterTopic, RosError> {
        let Released { topic, type_name, qos, .. } = released;
        Ok(OuterTopic {
            messages: Publisher::new(node, topic, &TypeSupport::load(type_name)?, *qos)?,
            tags: released.tags.then(|| Tags::new(node, released)).transpose()?,
        })
    }

    fn publish(&mut self, message: Releasable<'_>, _receipt: Receipt) -> Result<(), RosError> {
        let sequence = self.messages.publish(message.cdr())?;
        if let Some(tags) = &mut self.tags {
            tags.publish(sequence, self.messages.gid(), message.origin());
        }
        Ok(())
    }
}

impl Tags {
    fn new(node: &Arc<Node>, released: &Released) -> Result<Tags, RosError> {
        let Released { topic, source_topic, qos, .. } = released;
        Ok(Tags {
            publisher: Publisher::new(node, &tag_topic(topic), &TypeSupport::load(TAG_TYPE)?, *qos)?,
            tag: TagWriter::new(source_topic, "", ""),
            source_topic: source_topic.clone(),
            policy_version: 0,
            latched: qos.latched,
        })
    }

    fn describe(&mut self, data_class: &str, form: Form, policy_version: u64) {
        self.tag = TagWriter::new(&self.source_topic, data_class, form.name());
        self.policy_version = policy_version;
    }

    /// A tag without a reader is not sent, which makes tags free. A latched one may be read later.
    fn publish(&mut self, sequence: u64, publisher: Gid, source: Origin) {
        if !self.latched && self.publisher.subscription_count() == 0 {
            return;
        }
        let tag = self.tag.write(&Stamp {
            sequence,
            source_stamp: source.source_stamp,
            source_sequence: source.sequence,
            publisher,
            source: source.publisher,
            policy_version: self.policy_version,
        });
        // The message is published; a tag that cannot follow it does not change that.
        let _tag_lost = self.publisher.publish(tag);
    }
}
