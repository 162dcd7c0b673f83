//! Publishes the grants on the outer domain.

use std::sync::{Arc, OnceLock, Weak};

use discreet_keeper::client::KeyRing;
use discreet_ros::{Logger, Publisher};
use discreet_seal::{GrantSet, write_grants};

/// Publishes the grants while there are a topic for them and keys. It owns neither: the topic ends with the bridge.
#[derive(Default)]
pub struct GrantsPublisher(OnceLock<(Weak<Publisher>, Weak<KeyRing>)>);

impl GrantsPublisher {
    /// Sets topic and keys, and publishes the present grants.
    pub fn publish_on(&self, topic: &Arc<Publisher>, keys: &Arc<KeyRing>, logger: &Logger) {
        let _once = self.0.set((Arc::downgrade(topic), Arc::downgrade(keys)));
        self.publish(logger); // keys may have come meanwhile
    }

    /// Publishes the present grants. A failure is logged.
    pub fn publish(&self, logger: &Logger) {
        let Some((topic, keys)) = self.0.get() else { return };
        let (Some(topic), Some(keys)) = (topic.upgrade(), keys.upgrade()) else { return };
        let set = keys.grants();
        let grants = GrantSet {
            robot: &set.robot,
            receiver: set.receiver.as_deref().unwrap_or_default(),
            grants: set.grants.iter().map(AsRef::as_ref).collect(),
        };
        if let Err(error) = topic.publish(&write_grants(&grants)) {
            logger.error(&format!("grants: {error}"));
        }
    }
}
