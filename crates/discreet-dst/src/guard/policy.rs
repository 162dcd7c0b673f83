//! The policy of a simulated guard, and the floors: the steps of `nodes/guard/reload.rs` and `policy_floor.rs`.

use std::sync::Arc;
use std::time::Duration;

use discreet_audit::PolicyMark;
use discreet_keeper::client::Now;
use discreet_policy::Floor;

use super::Guard;
use crate::link::Link;
use crate::setting::robot_name;

impl Guard {
    /// Follows the policy file, and the floors of earlier runs.
    pub fn follow(&mut self, link: &mut Link, now: Now) {
        if self.watch.has_changed() {
            self.reload(link, now);
        }
        self.restore_floors(link, now);
    }

    /// Reads the policy file.
    pub fn reload(&mut self, link: &mut Link, now: Now) {
        self.offered = None;
        let (audit, keys) = (Arc::clone(&self.audit), Arc::clone(&self.keys));
        let outcome = self.live.reload(|policy| {
            policy.prepare();
            keys.follow(policy, Duration::ZERO);
            // The wait for the keys: whatever the keeper has to say.
            link.exchange(now, 1);
            audit.policy_switched(PolicyMark { version: policy.version(), hash: policy.hash() });
            audit.flush();
        });
        if let Err(refused) = outcome {
            self.audit.policy_refused(None, &refused.summary());
        }
    }

    /// Restores the floors from the audit log, and once from the keeper.
    pub fn restore_floors(&mut self, link: &mut Link, now: Now) {
        let last = self.audit.last();
        if let Some(time) = last.time {
            self.floor.trusts(time.second());
        }
        if let Some(mark) = last.policy {
            self.raise(Floor { version: mark.version, hash: mark.hash });
        }
        if self.restored {
            return;
        }
        let Some(held) = self.keys.held() else { return };
        self.restored = true;
        if held.robot != robot_name(self.robot) {
            return;
        }
        if let Some(latest) = held.latest {
            self.floor.trusts(latest);
        }
        let Some((version, hash)) = held.floor else { return };
        if self.live.current().as_ref().is_some_and(|policy| policy.version() < version) {
            self.reload(link, now);
        }
        self.raise(Floor { version, hash });
    }

    fn raise(&self, floor: Floor) {
        if self.live.raise_floor(floor) {
            self.audit.policy_refused(None, "an older policy is taken out of force");
        }
    }
}
