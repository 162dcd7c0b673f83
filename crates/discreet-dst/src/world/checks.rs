//! Checks of what a robot remembers and does, after each step.

use super::World;
use crate::ledger::Broken;
use crate::setting::{PARTIES, robot_name};

impl World {
    /// A keeper that has started has everything that was confirmed.
    pub(super) fn check_memory(&mut self, robot: usize) -> Result<(), Broken> {
        let Some(engine) = &self.robots[robot].link.engine else { return Ok(()) };
        let ledger = &self.ledger.robots[robot];
        for party in ledger.revoked.keys() {
            if !engine.state().revoked().any(|(who, _)| who == PARTIES[*party]) {
                let what = format!(
                    "the keeper of {} has forgotten that {} is revoked",
                    robot_name(robot),
                    PARTIES[*party]
                );
                return Err(Broken { promise: "no revocation is lost", what });
            }
        }
        let floor = engine.state().floor().map_or(0, |floor| floor.version);
        if floor < ledger.keeper_floor {
            let what =
                format!("the keeper had policy {} in force, and remembers {floor}", ledger.keeper_floor);
            return Err(Broken { promise: "no policy floor is lost", what });
        }
        Ok(())
    }

    /// The keys that the keeper gave, its floor, and whether revocations are confirmed by now.
    pub(super) fn look_at_keeper(&mut self, robot: usize) -> Result<(), Broken> {
        let link = &mut self.robots[robot].link;
        for key in std::mem::take(&mut link.handed) {
            self.ledger.handed(robot, key)?;
        }
        if let Some(fault) = link.fault.take() {
            self.tell(format!("the keeper of {} ends: {fault}", robot_name(robot)));
        }
        let link = &self.robots[robot].link;
        let Some(engine) = &link.engine else { return Ok(()) };
        let floor = engine.state().floor().map_or(0, |floor| floor.version);
        let ledger = &mut self.ledger.robots[robot];
        ledger.keeper_floor = ledger.keeper_floor.max(floor);
        // A guard that has confirmed everything has confirmed the revocations too, also those of before it came.
        if !link.stopped && link.is_served() && std::mem::take(&mut self.robots[robot].rolled_back) {
            return self.check_memory(robot);
        }
        let link = &self.robots[robot].link;
        let ledger = &mut self.ledger.robots[robot];
        if !link.stopped && link.is_served() {
            ledger.revoked.values_mut().for_each(|revoked| revoked.confirmed = true);
        }
        Ok(())
    }

    /// The policy in force at the guard, its record, and its counters.
    pub(super) fn look_at_guard(&mut self, robot: usize) -> Result<(), Broken> {
        let truth = self.truth();
        let Some(guard) = &self.robots[robot].guard else { return Ok(()) };
        if let Some(version) = guard.live.current().as_ref().map(|policy| policy.version()) {
            let floor = &mut self.ledger.robots[robot].guard_floor;
            if version < *floor {
                let what = format!("the guard runs policy {version}, and {floor} was in force before");
                return Err(Broken { promise: "no policy floor is lost", what });
            }
            // A policy sets the floor only after it was recorded.
            if guard.audit.state() == discreet_audit::State::Writing {
                *floor = version;
            }
        }
        for (_, topic, audience) in guard.audiences() {
            let names = |name: &str| audience.split(' ').any(|one| one == name);
            self.ledger.audience(robot, truth, &topic, names)?;
        }
        for (topic, audience) in guard.catalogued() {
            let names = |name: &str| audience.iter().any(|one| one == name);
            self.ledger.audience(robot, truth, topic, names)?;
        }
        let guard = self.robots[robot].guard.as_ref();
        if let Some((topic, lost)) = guard.and_then(|guard| guard.unaccounted()) {
            let what = format!("{lost} messages on {topic} were taken, and no counter has them");
            return Err(Broken { promise: "nothing is lost without being counted", what });
        }
        Ok(())
    }
}
