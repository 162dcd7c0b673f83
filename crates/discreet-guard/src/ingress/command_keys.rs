//! The keys of commands and calls: the port through which the way in asks for the guard's own keys and the senders'.

use std::sync::Arc;
use std::time::Instant;

use discreet_seal::identity::PublicIdentity;
use discreet_seal::{CommandOpener, SenderKey};

/// Keys of commands and calls.
pub trait CommandKeys: Send + Sync {
    /// The key that commands and calls are sealed for, at this instant and second since 1970. None while the robot
    /// has not announced a key, and after the keeper was silent for too long.
    fn opener(&self, at: Instant, second: i64) -> Option<Arc<CommandOpener>>;
    /// The id under which the key was announced, once it was.
    fn key_id(&self) -> Option<u32>;
    /// Stakeholders with a valid identity who are not revoked. The same `Arc` while they do not change.
    fn stakeholders(&self) -> Arc<Vec<PublicIdentity>>;
    /// The key that answers are signed with.
    fn signer(&self) -> Option<Arc<SenderKey>>;
}

/// No keys: nothing goes in.
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
