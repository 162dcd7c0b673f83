//! The guard's side: keys that a keeper gives, ready to be used without waiting.
//!
//! A thread of its own talks to the keeper, for as long as the [`KeyRing`] lives, and connects again when it has to.
//! Without the keeper, the keys of the present and the next epoch run out, and there are none until it is back.

mod carrier;
mod link;
mod ring;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::lease::CommandLease;
use discreet_policy::{Policy, Trust};
use discreet_seal::SenderKey;
use discreet_seal::epoch_keys::{EpochKey, Keys};
use discreet_seal::identity::PublicIdentity;

use link::Shared;

pub use super::protocol::Held;
pub use carrier::Carrier;
pub use link::Now;
pub use ring::CurrentGrants;

/// A guard, as its keeper knows it.
pub struct Guard {
    /// The keeper's socket.
    pub socket: PathBuf,
    /// Signs the messages of this guard. Made when it starts.
    pub sender: Arc<SenderKey>,
    /// X25519 public key for messages to this guard. Made when it starts.
    pub receiver: [u8; 32],
    /// The domain on which it sends.
    pub domain: u32,
    /// The mark of the keeper's state from the audit log of an earlier run.
    pub mark: Option<String>,
}

/// Changes of the keys, for audit, log and diagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Keys, grants or stakeholders have changed: publish [`KeyRing::grants`] again.
    Changed,
    /// A stakeholder was revoked. No key that it has is used any more.
    Revoked(String),
    /// A stakeholder may have again what the policy gives it.
    Granted(String),
    /// The keeper cannot be reached, or does not answer. Keys run out.
    KeeperGone(String),
    /// The keeper is connected, and has answered.
    KeeperBack,
    /// The keeper gives no keys for the policy that this guard runs.
    Mismatch(String),
    /// The trust of the keeper, if it has one. Comes with each connection, before any key.
    Trust(Option<Trust>),
    /// The mark of the keeper's state, to be remembered: [`Guard::mark`] of the next run.
    Marked(String),
    /// The keys of a stakeholder have changed: its name, and the fingerprints.
    Rekeyed(String, String),
    /// Another process of this user is a guard too, or tried to be.
    AnotherGuard(String),
    /// A person gave up what the keeper remembered, or accepted an older state.
    NewState(String),
    /// This guard's audit log is new, and there was one before.
    LogGone(String),
}

/// The present keys of a guard. Reading them never waits.
pub struct KeyRing {
    shared: Arc<Shared>,
}

impl KeyRing {
    /// Connects, in a thread of its own, and stays connected. No keys come before [`KeyRing::follow`] names a policy.
    ///
    /// `tell` is called from that thread, and should not take long: a revocation is not confirmed before it returns.
    pub fn connect(guard: Guard, tell: impl Fn(&Event) + Send + Sync + 'static) -> Arc<KeyRing> {
        let shared = Arc::new(Shared::new(guard, Box::new(tell)));
        link::start(&shared);
        Arc::new(KeyRing { shared })
    }

    /// Without a thread and a socket, for simulated time: the caller carries the messages between the two.
    pub fn carried(guard: Guard, tell: impl Fn(&Event) + Send + Sync + 'static) -> (Arc<KeyRing>, Carrier) {
        let shared = Arc::new(Shared::new(guard, Box::new(tell)));
        (Arc::new(KeyRing { shared: Arc::clone(&shared) }), Carrier::new(shared))
    }

    /// Asks for keys for this policy, and waits until they come (`true`) or until `patience` is over.
    ///
    /// Call it before the policy is switched. Keys of the one before that are of no use to the new one stay for another
    /// five seconds, so that no message falls between the two.
    pub fn follow(&self, policy: &Policy, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let hash = policy.hash();
        self.shared.want(hash);
        let mut state = self.shared.state();
        while state.applied != Some(hash) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// The grants of the keys that are used now or next, to be published, whole, whenever they change.
    pub fn grants(&self) -> Arc<CurrentGrants> {
        Arc::clone(&self.shared.ring.load().grants)
    }

    /// The id of the guard's receiving key in commands: known once the keeper has answered, and then constant.
    pub fn receiver_id(&self) -> Option<u32> {
        self.shared.ring.load().grants.receiver_id
    }

    /// Stakeholders with a valid identity that are not revoked, by the keeper's last message; it holds until
    /// [`KeyRing::lease`] ends. The policy decides on their rights.
    pub fn stakeholders(&self) -> Arc<Vec<PublicIdentity>> {
        Arc::clone(&self.shared.ring.load().stakeholders)
    }

    /// The lease on the stakeholders that may command: renewed by each message of the keeper, as long as it serves
    /// the policy that this guard runs.
    pub fn lease(&self) -> &CommandLease {
        &self.shared.lease
    }

    /// The keeper's memory at its first message in this run: floors for a guard that has lost its own.
    pub fn held(&self) -> Option<Held> {
        self.shared.state().held.clone()
    }

    /// Waits for that, if a keeper seems to be running.
    pub fn wait_held(&self, patience: Duration) {
        let until = Instant::now() + patience;
        let mut state = self.shared.state();
        while state.held.is_none() && self.shared.socket_is_there() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// True if a keeper answers.
    pub fn is_connected(&self) -> bool {
        self.shared.state().connected
    }
}

impl Keys for KeyRing {
    fn generation(&self) -> u64 {
        self.shared.ring.load().generation
    }

    fn key(&self, group: &[u8; 16], second: i64) -> Option<Arc<EpochKey>> {
        self.shared.ring.load().key(group, second)
    }
}

impl Drop for KeyRing {
    fn drop(&mut self) {
        self.shared.stop();
    }
}
