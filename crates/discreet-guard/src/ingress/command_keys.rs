//! Who stands at the door: what the keeper knows of those who come, and the guard's own keys.

use std::sync::Arc;
use std::time::Instant;

use discreet_seal::identity::PublicIdentity;
use discreet_seal::{CommandOpener, SenderKey};

/// Keys for what comes in.
pub trait CommandKeys: Send + Sync {
    /// What commands and calls are sealed for, at this instant and second since 1970. None as long as the robot has not
    /// announced a key, and when the keeper was not heard for too long.
    fn opener(&self, at: Instant, second: i64) -> Option<Arc<CommandOpener>>;
    /// The id that the key was announced under, once it was.
    fn key_id(&self) -> Option<u32>;
    /// Stakeholders with a valid identity who are not revoked. The same `Arc` as long as they are the same.
    fn stakeholders(&self) -> Arc<Vec<PublicIdentity>>;
    /// What answers are signed with.
    fn signer(&self) -> Option<Arc<SenderKey>>;
}

/// Nobody: nothing goes in.
pub struct NoCommandKeys;

impl CommandKeys for NoCommandKeys {
    fn opener(&self, _at: Instant, _second: i64) -> Option<Arc<CommandOpener>> {
        None
    }

    fn key_id(&self) -> Option<u32> {
        None
    }

    fn stakeholders(&self) -> Arc<Vec<PublicIdentity>> {
        Arc::default()
    }

    fn signer(&self) -> Option<Arc<SenderKey>> {
        None
    }
}
