//! Where the data path gets the keys from that it seals with.

use std::sync::Arc;

use crate::{SealingKey, SenderKey};

/// Where the keys of groups come from.
pub trait Keys: Send + Sync {
    /// Changes whenever another key may be in use than before.
    fn generation(&self) -> u64;
    /// The key that a group's messages are sealed with at this second, if there is one.
    fn key(&self, group: &[u8; 16], second: i64) -> Option<Arc<EpochKey>>;
}

/// The key of one group for one stretch of time. Its number names both: no other key of the robot has it, ever.
pub struct EpochKey {
    /// The robot's name in the policy.
    pub robot: Arc<str>,
    /// Seals.
    pub key: SealingKey,
    /// The first second at which it is not used any more.
    pub until: i64,
    /// The version of the policy that it was made under.
    pub policy_version: u64,
    /// Signs what this guard sends.
    pub sender: Arc<SenderKey>,
    /// Whom it was wrapped to.
    pub members: Vec<String>,
}

/// No keys: nothing can be sealed.
pub struct NoKeys;

impl Keys for NoKeys {
    fn generation(&self) -> u64 {
        0
    }

    fn key(&self, _group: &[u8; 16], _second: i64) -> Option<Arc<EpochKey>> {
        None
    }
}
