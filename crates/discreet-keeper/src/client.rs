//! The guard's side: keys that a keeper gives, ready to be used without waiting.
//!
//! A thread of its own talks to the keeper, for as long as the [`KeyRing`] lives, and connects again when it has to.
//! If the keeper is gone, the keys of now and next run out, and there are none until it is back.

mod link;
mod ring;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::lease::Lease;
use discreet_policy::{Policy, Trust};
use discreet_seal::SenderKey;
use discreet_seal::epoch_keys::{EpochKey, Keys};
use discreet_seal::identity::PublicIdentity;

use link::Shared;

pub use super::protocol::Held;
pub use ring::CurrentGrants;

/// What a guard is to its keeper.
pub struct Guard {
    /// Where the keeper listens.
    pub socket: PathBuf,
    /// Signs what this guard sends. Made when it starts.
    pub sender: Arc<SenderKey>,
    /// X25519 public key of what is sent to this guard. Made when it starts.
    pub receiver: [u8; 32],
    /// The domain on which it sends.
    pub domain: u32,
    /// The mark of the keeper's state that the audit log of an earlier run has.
    pub mark: Option<String>,
}

/// What happens to the keys, for audit, log and diagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Keys, grants or stakeholders are others than before: publish [`KeyRing::grants`] again.
    Changed,
    /// A stakeholder was revoked. From now on no key is used that it has.
    Revoked(String),
    /// A stakeholder may have again what the policy gives it.
    Granted(String),
    /// The keeper cannot be reached, or does not answer. Keys run out.
    KeeperGone(String),
    /// The keeper is there, and has answered.
    KeeperBack,
    /// The keeper gives no keys for the policy that this guard runs.
    Mismatch(String),
    /// Whose signatures the keeper asks for, if any. Comes with each connection, before any key.
    Trust(Option<Trust>),
    /// The mark of the keeper's state, to be remembered: [`Guard::mark`] of the next run.
    Marked(String),
    /// A stakeholder has other keys than before: its name, and which.
    Rekeyed(String, String),
    /// Another process of this user is a guard too, or tried to be.
    AnotherGuard(String),
    /// A person gave up what the keeper remembered, or accepted an older state.
    NewState(String),
    /// This guard's audit log is new, and there was one before.
    LogGone(String),
}

/// The keys that a guard has at the moment. Reading them never waits.
pub struct KeyRing {
    shared: Arc<Shared>,
}

impl KeyRing {
    /// Connects, in a thread of its own, and stays connected. No keys come before [`KeyRing::follow`] says for which policy.
    ///
    /// `tell` is called from that thread, and should not take long: a revocation is not confirmed before it returns.
    pub fn connect(guard: Guard, tell: impl Fn(&Event) + Send + Sync + 'static) -> Arc<KeyRing> {
        let shared = Arc::new(Shared::new(guard, Box::new(tell)));
        link::start(&shared);
        Arc::new(KeyRing { shared })
    }

    /// Asks for keys for this policy, and waits until they are there: `true`, or until `patience` is over.
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

    /// What commands call the guard's receiving key: known once the keeper has answered, and then always the same.
    pub fn receiver_id(&self) -> Option<u32> {
        self.shared.ring.load().grants.receiver_id
    }

    /// Stakeholders with a valid identity that are not revoked, as the keeper said last; [`KeyRing::lease`] tells whether its
    /// word still holds. What they may do is the policy's to say.
    pub fn stakeholders(&self) -> Arc<Vec<PublicIdentity>> {
        Arc::clone(&self.shared.ring.load().stakeholders)
    }

    /// How long it still holds who may command: renewed whenever the keeper is heard, as long as it serves the policy that
    /// this guard runs.
    pub fn lease(&self) -> &Lease {
        &self.shared.lease
    }

    /// What the keeper remembered when it was first heard in this run: floors for a guard that has lost its own memory.
    pub fn held(&self) -> Option<Held> {
        self.shared.state().held.clone()
    }

    /// Waits for that, if a keeper seems to be there.
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

    /// Is there a keeper that answers?
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

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
