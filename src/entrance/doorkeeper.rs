//! Who stands at the door: what the keeper knows of those who come, and the guard's own keys.

use std::sync::Arc;

use crate::identity::PublicIdentity;
use crate::seal::{CommandOpener, SenderKey};

/// Keys for what comes in.
pub trait Doorkeeper: Send + Sync {
    /// What commands and calls are sealed for now; none as long as the robot has not announced a key.
    fn opener(&self) -> Option<Arc<CommandOpener>>;
    /// Stakeholders with a valid identity who are not revoked. The same `Arc` as long as they are the same.
    fn stakeholders(&self) -> Arc<Vec<PublicIdentity>>;
    /// What answers are signed with.
    fn signer(&self) -> Option<Arc<SenderKey>>;
}

/// Nobody: nothing goes in.
pub struct NoDoorkeeper;

impl Doorkeeper for NoDoorkeeper {
    fn opener(&self) -> Option<Arc<CommandOpener>> {
        None
    }

    fn stakeholders(&self) -> Arc<Vec<PublicIdentity>> {
        Arc::default()
    }

    fn signer(&self) -> Option<Arc<SenderKey>> {
        None
    }
}
