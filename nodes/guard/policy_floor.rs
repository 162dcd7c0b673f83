//! Floors: no time and no policy older than an earlier run has seen. The audit log holds them, and the keeper.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use discreet_host::sync::lock;
use discreet_policy::Floor;

use crate::guard::Guard;

impl Guard {
    /// Restores the floors of earlier runs from the audit log and from the keeper. A log that could not be read at the start is
    /// followed as soon as it can be read.
    pub fn restore_floor(&self) {
        let last = self.audit.last();
        if let Some(time) = last.time {
            self.clock.trusts(time.second());
        }
        if let Some(mark) = last.policy {
            self.raise_floor(Floor { version: mark.version, hash: mark.hash });
        }
        self.restore_from_keeper();
    }

    /// Restores the floors, once, from the keeper's first answer: a guard whose log is gone has lost its own.
    fn restore_from_keeper(&self) {
        if self.restored.load(Ordering::Relaxed) {
            return;
        }
        let Some(held) = self.keys.held() else { return };
        let current = self.live.current().as_ref().map(Arc::clone);
        let robot = current.as_ref().map_or(self.robot.as_str(), |policy| policy.robot());
        if robot.is_empty() {
            return; // the robot of the policy to come is not known yet
        }
        self.restored.store(true, Ordering::Relaxed);
        if robot != held.robot {
            return; // the keeper gives no keys for this policy either, and reports why
        }
        if let Some(latest) = held.latest {
            self.clock.trusts(latest);
        }
        let Some((version, hash)) = held.floor else { return };
        if current.is_some_and(|policy| policy.version() < version) {
            let _refused = self.reload(); // the newer one may be in the file already
        }
        self.raise_floor(Floor { version, hash });
    }

    /// Takes an older policy out of force.
    fn raise_floor(&self, floor: Floor) {
        if self.live.raise_floor(floor) {
            let why =
                format!("version {} was in force before; the older one is taken out of force", floor.version);
            self.logger.error(&why);
            self.audit.policy_refused(None, &why);
            *lock(&self.refused) = Some(why);
            self.reconcile();
        }
    }
}
