//! The parts of the guard that routes and ingress share.

use std::sync::Arc;

use discreet_audit::{Audit, Time};
use discreet_cdr::types::Definitions;
use discreet_guard::ingress::CommandKeys;
use discreet_host::clock::ClockFloor;
use discreet_pii::Rosters;
use discreet_policy::{LivePolicy, Moment, Policy};
use discreet_redact::Cameras;
use discreet_seal::epoch_keys::Keys;

/// Shared by everything between the two domains.
#[derive(Clone)]
pub struct Shared {
    /// The policy in force.
    pub live: Arc<LivePolicy>,
    /// The record.
    pub audit: Arc<Audit>,
    /// The trust in the time of day.
    pub clock: Arc<ClockFloor>,
    /// The keys that messages are sealed with.
    pub keys: Arc<dyn Keys>,
    /// The keys of commands and calls.
    pub command_keys: Arc<dyn CommandKeys>,
    /// The installed types.
    pub types: Arc<Definitions>,
    /// Names on today's list of guests.
    pub rosters: Arc<Rosters>,
    /// Findings of the cameras.
    pub cameras: Arc<Cameras>,
}

impl Shared {
    /// The present time of day by this policy.
    pub fn moment(&self, policy: &Policy) -> Moment {
        let seconds = Time::system().second();
        policy.moment(seconds, self.clock.trusts(seconds))
    }
}
