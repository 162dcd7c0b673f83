//! The source of the keys with which the data path seals.

use std::sync::Arc;

use crate::{SealingKey, SenderKey};

/// Source of the keys of groups.
pub trait Keys: Send + Sync {
    /// Changes whenever another key may be in use.
    fn generation(&self) -> u64;
    /// The key with which a group's messages are sealed at this second, if there is one.
    fn key(&self, group: &[u8; 16], second: i64) -> Option<Arc<EpochKey>>;
}

/// The key of one group for one epoch. Its number identifies both: no other key of the robot ever has it.
pub struct EpochKey {
    /// The robot's name in the policy.
    pub robot: Arc<str>,
    /// The key that seals.
    pub key: SealingKey,
    /// The first second at which it is no longer used.
    pub until: i64,
    /// The version of the policy that it was made under.
    pub policy_version: u64,
    /// The key with which this guard signs.
    pub sender: Arc<SenderKey>,
    /// The stakeholders to whom the key was wrapped.
    pub members: Vec<String>,
}

/// A source without keys: nothing can be sealed.
pub struct NoKeys;

impl Keys for NoKeys {
    fn generation(&self) -> u64 {
        0
    }

    fn key(&self, _group: &[u8; 16], _second: i64) -> Option<Arc<EpochKey>> {
        None
    }
}
