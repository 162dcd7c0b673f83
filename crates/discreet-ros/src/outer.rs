//! The topics of the outer domain on which one topic's messages leave: open, with their tags if the policy has them, or
//! sealed. They are made and ended as [`discreet_guard::lanes`] says.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::{Node, Publisher, RosError, TypeSupport};
use discreet_audit::Receipt;
use discreet_graph::Gid;
use discreet_graph::qos::Qos;
use discreet_guard::lanes::{About, Leaves, Outside};
use discreet_guard::protect::Releasable;
use discreet_guard::tag::{Stamp, TAG_TYPE, TagWriter, tag_topic};
use discreet_policy::Form;
use discreet_seal::{PerForm, SEALED_TYPE, sealed_topic};

/// Time that reliable readers of ending publishers have to receive the last messages.
const DRAIN: Duration = Duration::from_millis(500);

/// Makes the publishers of one topic.
pub struct OuterDomain {
    node: Arc<Node>,
    /// The properties of each lane, without the quality of service.
    released: Released,
    closing: ClosingPublishers,
}

/// Ending publishers, each in a thread of its own, because waiting for their readers may take a moment. The end
/// waits for them: when the process ends, the middleware must not be in use any more.
#[derive(Default)]
struct ClosingPublishers(Vec<JoinHandle<()>>);

/// The publishers of one topic's forms. A form that the policy never releases has no topic outside, and so no
/// publisher.
#[derive(Default)]
pub struct Outlets {
    open: Option<OuterTopic>,
    sealed: PerForm<Option<Publisher>>,
}

impl OuterDomain {
    /// `released` describes the topic; the quality of service is that of each lane.
    pub fn new(node: Arc<Node>, released: Released) -> OuterDomain {
        OuterDomain { node, released, closing: ClosingPublishers::default() }
    }
}

impl Outside for OuterDomain {
    type Fault = RosError;
    type Outlets = Outlets;

    fn open(&mut self, offer: Qos, leaves: Leaves) -> Result<Outlets, RosError> {
        Outlets::new(&self.node, &Released { qos: offer, ..self.released.clone() }, leaves)
    }

    fn publish(
        &mut self,
        outlets: &mut Outlets,
        message: Releasable<'_>,
        receipt: Receipt,
    ) -> Result<(), RosError> {
        outlets.publish(message, receipt)
    }

    fn describe(&mut self, outlets: &mut Outlets, about: &About) {
        outlets.open.iter_mut().flat_map(|open| &mut open.tags).for_each(|tags| tags.describe(about));
    }

    fn close(&mut self, outlets: Outlets) {
        self.closing.close(outlets);
    }
}

impl ClosingPublishers {
    fn close(&mut self, outlets: Outlets) {
        self.0.retain(|thread| !thread.is_finished());
        let thread = Builder::new().name("closing".into());
        // Without a thread they end at once.
        self.0.extend(thread.spawn(move || outlets.flush(Instant::now() + DRAIN)));
    }
}

impl Drop for ClosingPublishers {
    fn drop(&mut self) {
        for thread in self.0.drain(..) {
            let _panicked = thread.join();
        }
    }
}

impl Outlets {
    /// Advertises the topics of the forms that may leave.
    fn new(node: &Arc<Node>, released: &Released, leaves: Leaves) -> Result<Outlets, RosError> {
        let Leaves { open, sealed } = leaves;
        let open = open.then(|| OuterTopic::new(node, released)).transpose()?;
        let announce = |form: Form| {
            let topic = sealed_topic(&released.topic, form);
            Publisher::new(node, &topic, &TypeSupport::load(SEALED_TYPE)?, released.qos)
        };
        let sealed = sealed.map(|form, sealed| sealed.then(|| announce(form)).transpose()).all()?;
        Ok(Outlets { open, sealed })
    }

    /// Gives reliable readers time to receive the last messages.
    pub fn flush(&self, until: Instant) {
        let open = self.open.as_ref().map(|open| &open.messages);
        let sealed = self.sealed.as_ref().each().filter_map(|(_, sealed)| sealed.as_ref());
        for publisher in open.into_iter().chain(sealed) {
            publisher.flush(until.saturating_duration_since(Instant::now()));
        }
    }

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
            tags.publish(sequence, self.messages.gid(), &message);
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

    fn describe(&mut self, about: &About) {
        self.tag = TagWriter::new(&self.source_topic, &about.data_class, about.form.name());
        self.policy_version = about.policy_version;
    }

    /// A tag without a reader is not sent, which makes tags free. A latched one may be read later.
    fn publish(&mut self, sequence: u64, publisher: Gid, message: &Releasable<'_>) {
        if !self.latched && self.publisher.subscription_count() == 0 {
            return;
        }
        let source = message.origin();
        let whole = discreet_audit::digest(message.cdr());
        let digest = whole.first_chunk().copied().unwrap_or_default();
        let tag = self.tag.write(&Stamp {
            sequence,
            source_stamp: source.source_stamp,
            source_sequence: source.sequence,
            publisher,
            source: source.publisher,
            policy_version: self.policy_version,
            digest,
        });
        // The message is published; a tag that cannot follow it does not change that.
        let _tag_lost = self.publisher.publish(tag);
    }
}
