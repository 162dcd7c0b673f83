//! The end of a run: faults stop, persons do what the messages say, and honest parties get again what they may.

use super::World;
use crate::clock::START;
use crate::ledger::Broken;
use crate::network::Node;
use crate::rights::Rights;
use crate::robot::{GUARD, KEEPER};
use crate::setting::{LATCHED, PARTIES, SEALED, robot_name};
use crate::step::Trick;

/// Seconds after the last fault within which everything works again: a lease, a renewal, and the silence after which
/// a dead peer is noticed.
pub const WITHIN: u32 = 45;

impl World {
    /// Ends all faults but strangers, and checks that everything works again within `WITHIN`.
    pub fn calm_down(&mut self) -> Result<(), Broken> {
        self.tell("all faults end; strangers stay".into());
        self.end_faults()?;
        for second in 0..WITHIN {
            if second % 9 == 4 {
                self.trick(Trick::Catalog, 1);
                self.trick(Trick::Grants, 1);
                self.trick(Trick::Replay, 3);
            }
            self.tick(1000)?;
        }
        self.probe()
    }

    /// Everything is well for a while, and faults go on afterwards.
    pub(super) fn mend(&mut self) -> Result<(), Broken> {
        self.calm_down()?;
        self.calm = false;
        Ok(())
    }

    fn end_faults(&mut self) -> Result<(), Broken> {
        self.calm = true;
        self.network.calm();
        self.leap();
        for robot in 0..self.robots.len() {
            self.buried(robot)?;
            self.robots[robot].set_impostor(None);
            self.robots[robot].link.stopped = false;
            let newest = self.robots[robot].policies.values().last().cloned().unwrap_or_default();
            self.robots[robot].put_policy(&newest);
            for which in [KEEPER, GUARD] {
                self.robots[robot].disks[which].set_full(false);
                self.robots[robot].disks[which].set_fuse(u32::MAX);
            }
            self.person(robot)?;
            if self.robots[robot].guard.is_none() && self.start_guard(robot).is_err() {
                self.move_log_away(robot);
                let _tried_again_below = self.start_guard(robot);
            }
        }
        for _ in 0..3 {
            self.tick(1000)?;
            // A keeper that learns from its guard that it is outdated.
            (0..self.robots.len()).try_for_each(|robot| self.person(robot))?;
        }
        for robot in 0..self.robots.len() {
            self.repeat_grants(robot);
        }
        // Reliable readers get what the network had lost and what is still kept.
        (0..self.parties.len())
            .for_each(|party| self.network.join(Node::Party(party), None, self.time.ms, &mut self.rng));
        self.restart_readers();
        Ok(())
    }

    /// A reader that has a key of the same id waits for its end, unless it is restarted and nobody repeats the old grant.
    /// docs/simulation.md has this as a limit.
    fn restart_readers(&mut self) {
        let robots = 0..self.robots.len();
        let unheld: Vec<usize> = robots.filter(|robot| self.ledger.robots[*robot].unheld).collect();
        if !unheld.is_empty() || self.rng.percent(50) {
            unheld.iter().for_each(|robot| self.network.forget_grants(&robot_name(*robot)));
            (0..self.parties.len()).for_each(|party| self.restart_party(party));
            self.ledger.robots.iter_mut().for_each(|robot| robot.unheld = false);
        }
    }

    /// An order that had no answer may have taken effect all the same: the administrator looks, and grants again.
    fn repeat_grants(&mut self, robot: usize) {
        for (party, name) in PARTIES.iter().enumerate() {
            if self.ledger.robots[robot].revoked.contains_key(&party) {
                continue;
            }
            let engine = self.robots[robot].link.engine.as_ref();
            if engine.is_some_and(|engine| engine.state().revoked().any(|(who, _)| who == *name)) {
                self.grant(robot, party);
            }
        }
    }

    /// True time moves on beyond every time that a wrong clock has shown, and all clocks are right.
    fn leap(&mut self) {
        let clocks = || {
            self.robots.iter().map(|robot| &robot.clock).chain(self.parties.iter().map(|party| &party.clock))
        };
        let latest = clocks().map(|clock| clock.second()).max().unwrap_or(START).max(self.latest_shown);
        // By whole days, so that hours of a policy still come.
        // Not at all if no clock was ahead: then keys and windows outlive the faults.
        let behind = (latest - self.second()).max(0) as u64;
        self.leapt += (behind + 6 * u64::from(behind > 0)).div_ceil(86_400) * 86_400_000;
        self.robots.iter_mut().for_each(|robot| robot.clock.skew = 0);
        self.parties.iter_mut().for_each(|party| party.clock.skew = 0);
        self.set_clocks();
    }

    /// Everybody who may gets one message, and is obeyed once.
    fn probe(&mut self) -> Result<(), Broken> {
        self.check_latched()?;
        let (mut messages, mut commands) = (Vec::new(), Vec::new());
        for robot in 0..self.robots.len() {
            for topic in 0..SEALED.len() {
                messages.push((robot, topic, self.publish_inside(robot, topic, false)));
            }
        }
        self.flood();
        for robot in 0..self.robots.len() {
            let senders: Vec<usize> =
                (0..PARTIES.len()).filter(|party| self.may_command(robot, *party)).collect();
            for party in senders {
                match self.command(party, robot) {
                    Ok(command) => commands.push((robot, party, command)),
                    Err(why) => return Err(stuck(format!("{} cannot command: {why}", PARTIES[party]))),
                }
            }
        }
        let calls = self.probe_calls()?;
        for _ in 0..20 {
            self.tick(100)?;
        }
        if let Some((party, _)) = calls.into_iter().find(|(_, call)| !self.ledger.is_answered(*call)) {
            return Err(stuck(format!("{} is not answered", PARTIES[party])));
        }
        for (robot, topic, message) in messages {
            for party in (0..PARTIES.len()).filter(|party| self.may_read(robot, *party, topic)) {
                if !self.ledger.last_opened.contains_key(&(party, message)) {
                    let what =
                        format!("{} does not get {} of {}", PARTIES[party], SEALED[topic], robot_name(robot));
                    return Err(stuck(what));
                }
            }
        }
        for (robot, party, command) in commands {
            if !self.ledger.last_obeyed.contains_key(&command) {
                return Err(stuck(format!("{} is not obeyed by {}", PARTIES[party], robot_name(robot))));
            }
        }
        self.ledger.count("calm ends", 1);
        Ok(())
    }

    /// Everybody who may has what the driver keeps for late joiners, since the last start of its processes.
    fn check_latched(&self) -> Result<(), Broken> {
        for robot in 0..self.robots.len() {
            let kept = self.latest[robot].iter().filter(|message| self.ledger.sent[**message].genuine);
            for message in kept {
                for party in (0..PARTIES.len()).filter(|party| self.may_read(robot, *party, 2)) {
                    if !self.ledger.has_opened(party, self.parties[party].run, *message) {
                        let name = PARTIES[party];
                        let what =
                            format!("{name} does not get message {message}, which {LATCHED} keeps for it");
                        return Err(stuck(what));
                    }
                }
            }
        }
        Ok(())
    }

    fn probe_calls(&mut self) -> Result<Vec<(usize, usize)>, Broken> {
        let mut calls = Vec::new();
        for robot in 0..self.robots.len() {
            for party in (0..PARTIES.len()).filter(|party| self.may_call(robot, *party)).collect::<Vec<_>>() {
                let call = self.call(party, robot);
                let call = call.map_err(|why| stuck(format!("{} cannot call: {why}", PARTIES[party])))?;
                calls.push((party, call));
            }
        }
        Ok(calls)
    }

    fn may_call(&self, robot: usize, party: usize) -> bool {
        self.may(robot, party, |rights, second| rights.may_call(party, second))
    }

    /// May it read now, and for a minute before and after?
    fn may_read(&self, robot: usize, party: usize, topic: usize) -> bool {
        self.may(robot, party, |rights, second| rights.may_read(party, SEALED[topic], second))
    }

    fn may_command(&self, robot: usize, party: usize) -> bool {
        self.may(robot, party, |rights, second| rights.may_command(party, second))
    }

    fn may(&self, robot: usize, party: usize, right: impl Fn(&Rights, i64) -> bool) -> bool {
        let (ledger, second) = (&self.ledger.robots[robot], self.robots[robot].clock.second());
        let rights = ledger.rights.values().last();
        let always = |rights: &Rights| [-60, 0, 60].iter().all(|more| right(rights, second + more));
        !ledger.revoked.contains_key(&party) && rights.is_some_and(always)
    }
}

fn stuck(what: String) -> Broken {
    Broken { promise: "honest parties get what they may", what }
}
