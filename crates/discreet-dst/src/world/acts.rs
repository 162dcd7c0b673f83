//! The steps, carried out.

use discreet_keeper::state::{Decision, StateFault};

use super::World;
use crate::ledger::{Broken, Commanded, Revocation, Sent};
use crate::link::state_path;
use crate::network::{Node, Packet};
use crate::record::log_path;
use crate::robot::{GUARD, KEEPER};
use crate::setting::{
    FASTEST, LATCHED, PARTIES, call_topic, command_topic, robot_name, serialized, serialized_command,
};
use crate::step::{Kind, NewPolicy, PUBLISHED, Part};

impl World {
    pub(super) fn act(&mut self, kind: Kind) -> Result<(), Broken> {
        match kind {
            Kind::Pass(ticks, ms) => return (0..ticks).try_for_each(|_| self.tick(ms)),
            Kind::Publish { robot, topic, count, malformed } => {
                for _ in 0..count {
                    let _number = self.publish_inside(robot, topic, malformed);
                }
            }
            Kind::Impostor { robot, who } => self.robots[robot].set_impostor(who),
            Kind::Command { party, robot, count } => {
                for _ in 0..count {
                    let _not_sent = self.command(party, robot);
                }
            }
            Kind::Call { party, robot, count } => {
                for _ in 0..count {
                    let _not_sent = self.call(party, robot);
                }
            }
            Kind::Stubborn { party, robot, count } => {
                (0..count).for_each(|_| self.stubborn_command(party, robot));
            }
            Kind::Stranger(trick, count) => self.trick(trick, count),
            Kind::Revoke { robot, party } => return self.revoke(robot, party),
            Kind::Grant { robot, party } => self.grant(robot, party),
            Kind::Policy { robot, new } => self.change_policy(robot, new),
            Kind::Rotate { party } => self.rotate(party),
            Kind::RotateRobot { robot } => return self.rotate_robot(robot),
            Kind::Kill(part, power) => self.kill_part(part, power),
            Kind::Start(part) => return self.start(part),
            Kind::Person { robot } => return self.person(robot),
            Kind::Fuse(part, left) => self.disk_of(part, |disk| disk.set_fuse(left)),
            Kind::Full(part, on) => self.disk_of(part, |disk| disk.set_full(on)),
            Kind::Damaged(part, damage) => {
                let (robot, which) = place_of(part);
                self.kill_part(part, true);
                let of = &mut self.robots[robot];
                if of.damage(which, damage, &mut self.rng) {
                    self.ledger.count("damaged files", 1);
                }
                if of.rolled_back {
                    let can_notice = of.can_notice();
                    self.ledger.rolled_back(robot, can_notice);
                }
            }
            Kind::Clock(node, ms) => {
                match node {
                    Node::Guard(robot) => self.robots[robot].clock.skew = ms,
                    Node::Party(party) => self.parties[party].clock.skew = ms,
                }
                self.set_clocks();
            }
            Kind::Stop { robot, on } => self.robots[robot].link.stopped = on,
            Kind::Mend => return self.mend(),
            Kind::Weather(weather) => self.network.weather = weather,
            Kind::Cut(node, on) => {
                self.network.cut.retain(|cut| *cut != node);
                self.network.cut.extend(on.then_some(node));
            }
        }
        Ok(())
    }

    /// A driver, or its impostor, publishes. The number of the message.
    pub(super) fn publish_inside(&mut self, robot: usize, topic: usize, malformed: bool) -> usize {
        let number = self.ledger.sent.len();
        let mut bytes = serialized(&format!("m{number}"));
        if malformed {
            bytes[4] = 200; // longer than the message
        }
        let impostor = self.robots[robot].impostor.is_some() && self.rng.percent(50);
        let (gid, sequence) = self.robots[robot].publish(topic, bytes, impostor);
        let genuine = !malformed && !impostor;
        self.ledger.sent.push(Sent { robot, topic: PUBLISHED[topic].into(), genuine });
        if PUBLISHED[topic] == LATCHED && !impostor {
            self.latest[robot].push_back(number);
            let over = self.latest[robot].len() > self.setting.kept;
            over.then(|| self.latest[robot].pop_front());
        }
        self.numbers.insert((robot, gid, sequence), number);
        self.ledger.count("published inside", 1);
        number
    }

    /// A party commands. The number of the command, if it was sent.
    pub(super) fn command(&mut self, party: usize, robot: usize) -> Result<usize, String> {
        let number = self.ledger.commands.len();
        // Those of the end have to be obeyed.
        let speed =
            if self.calm { FASTEST } else { self.rng.pick(&[0.0, FASTEST, 1.001 * FASTEST, -9.0, f64::NAN]) };
        let bytes = self.parties[party].command(robot, &serialized_command(&format!("c{number}"), speed))?;
        let keys = self.parties[party].stubborn.earlier.len();
        self.send_command(party, robot, bytes, (keys, speed.abs() <= FASTEST));
        Ok(number)
    }

    /// A party commands without asking whether it still may.
    fn stubborn_command(&mut self, party: usize, robot: usize) {
        let mut message = serialized_command(&format!("c{}", self.ledger.commands.len()), 0.0);
        let malformed = self.rng.percent(10);
        if malformed {
            message.truncate(message.len() - 1);
        }
        let sealed = self.parties[party].stubborn_command(robot, &message, &mut self.rng);
        if let Some((bytes, keys)) = sealed {
            self.ledger.count("stubborn commands", 1);
            self.send_command(party, robot, bytes, (keys, !malformed));
        }
    }

    fn send_command(&mut self, party: usize, robot: usize, bytes: Vec<u8>, (keys, fair): (usize, bool)) {
        let stamp = u64::from_le_bytes(bytes[4..12].try_into().unwrap());
        self.ledger.commands.push(Commanded { party, robot, stamp, keys, call: false, fair });
        self.ledger.count("commands sent", 1);
        let from = self.parties[party].gid;
        self.publish(Packet::new(command_topic(), from, bytes, None), Some(Node::Party(party)));
    }

    /// A party calls. The number of the call, if it was sent.
    pub(super) fn call(&mut self, party: usize, robot: usize) -> Result<usize, String> {
        let (number, at) = (self.ledger.commands.len(), self.time.elapsed());
        let request = serialized(&format!("c{number}"));
        let bytes = self.parties[party].call(robot, number as u64, &request, at)?;
        let stamp = u64::from_le_bytes(bytes[4..12].try_into().unwrap());
        let keys = self.parties[party].stubborn.earlier.len();
        self.ledger.commands.push(Commanded { party, robot, stamp, keys, call: true, fair: true });
        self.ledger.count("calls sent", 1);
        let packet = Packet::new(call_topic(), self.parties[party].gid, bytes, None);
        self.publish(Packet { call: Some(number as u64), ..packet }, Some(Node::Party(party)));
        Ok(number)
    }

    pub(super) fn revoke(&mut self, robot: usize, party: usize) -> Result<(), Broken> {
        let (now, at) = (self.now(robot), self.truth());
        // Keys that are under way were given before.
        self.robots[robot].link.exchange(now, 1);
        self.look_at_keeper(robot)?;
        let link = &mut self.robots[robot].link;
        let Some(engine) = link.engine.as_mut().filter(|_| !link.stopped) else { return Ok(()) };
        if engine.outdated().is_some() {
            return Ok(());
        }
        let ordered = engine.revoke(PARTIES[party], now.second);
        let Some(ordered) = link.sound(ordered) else { return Ok(()) };
        link.exchange(now, 1);
        let confirmed = !ordered.awaited.is_empty() && link.is_confirmed();
        let known = self.ledger.robots[robot].revoked.entry(party);
        known.or_insert(Revocation { at, confirmed: false }).confirmed |= confirmed;
        self.ledger.count("revocations", 1);
        Ok(())
    }

    pub(super) fn grant(&mut self, robot: usize, party: usize) {
        let now = self.now(robot);
        let link = &mut self.robots[robot].link;
        let Some(engine) = link.engine.as_mut().filter(|_| !link.stopped) else { return };
        if engine.outdated().is_some() {
            return;
        }
        // Before the order: its keys are given while it is carried out.
        self.ledger.robots[robot].revoked.remove(&party);
        let ordered = engine.grant(PARTIES[party], now.second);
        link.sound(ordered);
        link.exchange(now, 1);
    }

    fn change_policy(&mut self, robot: usize, new: NewPolicy) {
        let setting = self.setting;
        let Some(newest) = self.robots[robot].policies.keys().last().copied() else { return };
        match new {
            NewPolicy::Next(rights) => {
                let text = rights.policy(&setting, robot, newest + 1);
                self.ledger.robots[robot].rights.insert(newest + 1, rights);
                self.robots[robot].put_policy(&text);
                self.robots[robot].policies.insert(newest + 1, text);
            }
            NewPolicy::Older => {
                let all: Vec<String> = self.robots[robot].policies.values().cloned().collect();
                let one = self.rng.below(all.len());
                self.robots[robot].put_policy(&all[one]);
            }
            NewPolicy::Broken => {
                let text = self.robots[robot].policies[&newest].clone();
                self.robots[robot].put_policy(&text[..text.len() / 2]);
            }
        }
    }

    fn rotate(&mut self, party: usize) {
        let machine = discreet_host::machine::Machine {
            files: std::sync::Arc::new(crate::disk::Disk::default()),
            random: std::sync::Arc::new(crate::rng::SeededRandom::new(self.rng.number())),
        };
        let secrets = crate::link::Secrets::draw(&machine);
        self.robots.iter_mut().for_each(|robot| robot.put_public(party, &secrets));
        self.parties[party].rekey(secrets);
        let now = self.truth();
        self.ledger.given_up[party].push(now);
        self.restart_party(party);
    }

    fn rotate_robot(&mut self, robot: usize) -> Result<(), Broken> {
        self.kill_part(Part::Keeper(robot), false);
        self.robots[robot].rekey();
        (0..self.parties.len()).for_each(|party| self.restart_party(party));
        self.start(Part::Keeper(robot))
    }

    pub(super) fn restart_party(&mut self, party: usize) {
        let publics: Vec<_> = self.robots.iter().map(crate::robot::Robot::public).collect();
        self.parties[party].restart(&publics, self.time.elapsed());
        self.network.join(Node::Party(party), None, self.time.ms, &mut self.rng);
    }

    fn kill_part(&mut self, part: Part, power: bool) {
        match part {
            Part::Keeper(robot) => {
                self.robots[robot].remember();
                self.kill(robot, KEEPER, power);
            }
            Part::Guard(robot) => self.kill(robot, GUARD, power),
            Part::Party(party) => self.restart_party(party),
        }
    }

    fn start(&mut self, part: Part) -> Result<(), Broken> {
        match part {
            Part::Keeper(robot) if self.robots[robot].link.engine.is_none() => {
                let started = self.robots[robot].start_keeper(Decision::None);
                self.keeper_started(robot, started)
            }
            Part::Guard(robot) if self.robots[robot].guard.is_none() => {
                if let Err(why) = self.start_guard(robot) {
                    self.tell(format!("the guard of {} does not start: {why}", robot_name(robot)));
                }
                Ok(())
            }
            Part::Keeper(_) | Part::Guard(_) | Part::Party(_) => Ok(()),
        }
    }

    pub(super) fn start_guard(&mut self, robot: usize) -> Result<(), String> {
        let now = self.now(robot);
        let of = &mut self.ledger.robots[robot];
        of.latest_of_run = 0;
        if self.robots[robot].log_lost {
            // What only the log had is lost; the keeper may have it too.
            (of.guard_floor, of.latest) = (0, 0);
        }
        self.robots[robot].start_guard(now)?;
        self.ledger.rates.forget(robot);
        self.robots[robot].log_lost = false;
        Ok(())
    }

    fn keeper_started(&mut self, robot: usize, started: Result<(), StateFault>) -> Result<(), Broken> {
        match started {
            Ok(()) => self.memory_of_started(robot),
            Err(why) => {
                self.tell(format!("the keeper of {} does not start: {why}", robot_name(robot)));
                Ok(())
            }
        }
    }

    /// A person reads the message of a keeper that does not start, or that gives no keys, and does what it says.
    pub(super) fn person(&mut self, robot: usize) -> Result<(), Broken> {
        let outdated =
            self.robots[robot].link.engine.as_ref().is_some_and(|engine| engine.outdated().is_some());
        if outdated {
            self.kill(robot, KEEPER, false);
        }
        if self.robots[robot].link.engine.is_some() || self.robots[robot].disks[KEEPER].is_dead() {
            return Ok(());
        }
        let started = self.robots[robot].start_keeper(Decision::None);
        let decision = match started {
            Ok(()) => return self.memory_of_started(robot),
            Err(StateFault::Absent { .. }) => Decision::New,
            Err(StateFault::Altered { .. }) => {
                self.robots[robot].disks[KEEPER].delete(&state_path());
                Decision::New
            }
            Err(StateFault::Behind { .. }) => Decision::Accept,
            Err(_) => return Ok(()),
        };
        if self.robots[robot].start_keeper(decision).is_ok() {
            self.tell(format!("a person decides: {decision:?}, and repeats the revocations"));
            self.ledger.robots[robot].keeper_floor = 0;
            if decision == Decision::New {
                self.ledger.new_state(robot);
            }
            (self.robots[robot].repeats, self.robots[robot].rolled_back) = (true, false);
            self.robots[robot].repeated = self.ledger.robots[robot].revoked.keys().copied().collect();
            return self.memory_of_started(robot);
        }
        Ok(())
    }

    /// A keeper has started: a person repeats the revocations, if that is still to be done.
    fn memory_of_started(&mut self, robot: usize) -> Result<(), Broken> {
        if self.robots[robot].repeats {
            // They are in effect again from now on: a guard that has connected meanwhile had keys for all.
            let again = self.robots[robot].repeated.clone();
            self.ledger.robots[robot].revoked.clear();
            again.into_iter().try_for_each(|party| self.revoke(robot, party))?;
            if self.robots[robot].link.engine.is_none() {
                return Ok(()); // once more at the next start
            }
            self.robots[robot].repeats = false;
            return Ok(());
        }
        if self.robots[robot].rolled_back {
            return Ok(()); // until it meets its guard
        }
        self.check_memory(robot)
    }

    /// A guard whose log is refused: a person moves it away.
    pub(super) fn move_log_away(&mut self, robot: usize) {
        let disk = &self.robots[robot].disks[GUARD];
        let prefix = log_path().display().to_string();
        for path in disk.paths() {
            if path.display().to_string().starts_with(&prefix) {
                disk.delete(&path);
            }
        }
        self.robots[robot].log_lost = true;
    }

    fn disk_of(&mut self, part: Part, act: impl FnOnce(&crate::disk::Disk)) {
        let (robot, which) = place_of(part);
        let robot = &self.robots[robot];
        // A fuse is for one that runs.
        let runs = if which == KEEPER { robot.link.engine.is_some() } else { robot.guard.is_some() };
        if runs {
            act(&robot.disks[which]);
        }
    }
}

fn place_of(part: Part) -> (usize, usize) {
    match part {
        Part::Keeper(robot) => (robot, KEEPER),
        Part::Guard(robot) => (robot, GUARD),
        Part::Party(_) => (0, GUARD),
    }
}
