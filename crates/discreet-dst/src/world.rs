//! Everything together: one process, one thread, virtual time.

mod acts;
mod calm;
mod checks;
mod ingress;
mod strangers;

use std::collections::{HashMap, VecDeque};

use discreet_graph::Gid;
use discreet_keeper::client::Now;
use discreet_keeper::state::Decision;

use crate::clock::Monotonic;
use crate::guard::Service;
use crate::ledger::{Acting, Broken, Ledger, RobotLedger};
use crate::link::Secrets;
use crate::network::{Network, Node, Packet};
use crate::party::Party;
use crate::rights::Rights;
use crate::rng::Rng;
use crate::robot::{GUARD, KEEPER, Robot};
use crate::setting::{ANSWERS, PARTIES, Setting, number_in};
use crate::step::Step;
use discreet_seal::sealed_topic;

/// All robots, parties, strangers, the network, and the ledger.
pub struct World {
    setting: Setting,
    time: Monotonic,
    /// Milliseconds by which true time was moved on beyond the monotonic.
    leapt: u64,
    robots: Vec<Robot>,
    parties: Vec<Party>,
    strangers: Secrets,
    network: Network,
    /// All nodes of the outer domain.
    everyone: Vec<Node>,
    /// The ledger.
    pub ledger: Ledger,
    /// The message of each number of each publisher inside.
    numbers: HashMap<(usize, Gid, u64), usize>,
    /// The messages that the driver of each robot keeps on the topic that latches.
    latest: Vec<VecDeque<usize>>,
    rng: Rng,
    reconciled: u64,
    /// Behaviour of the robots' services.
    service: Service,
    /// The faults have ended.
    calm: bool,
    /// The latest second that any clock has shown.
    latest_shown: i64,
    /// The story, if it is told.
    pub story: Option<Vec<String>>,
    /// Ticks of the world.
    pub ticks: u64,
}

impl World {
    /// A world in which everything runs.
    pub fn new(setting: Setting, seed: u64, tells: bool) -> World {
        let mut rng = Rng::new(seed ^ 0x5eed);
        let mut robots: Vec<Robot> =
            (0..setting.robots).map(|number| Robot::new(number, setting.kept, &mut rng)).collect();
        let machine = discreet_host::machine::Machine {
            files: std::sync::Arc::new(crate::disk::Disk::default()),
            random: std::sync::Arc::new(crate::rng::SeededRandom::new(rng.number())),
        };
        let publics: Vec<_> = robots.iter().map(Robot::public).collect();
        let parties: Vec<Party> =
            (0..PARTIES.len()).map(|party| Party::new(party, Secrets::draw(&machine), &publics)).collect();
        let mut ledger = Ledger::default();
        for robot in &mut robots {
            let text = Rights::FIRST.policy(&setting, robot.number, 1);
            robot.put_policy(&text);
            robot.policies.insert(1, text);
            parties.iter().for_each(|party| robot.put_public(party.party, &party.secrets));
            let mut of = RobotLedger::default();
            of.rights.insert(1, Rights::FIRST);
            ledger.robots.push(of);
        }
        let mut world = World {
            setting,
            time: Monotonic::start(),
            leapt: 0,
            robots,
            parties,
            strangers: Secrets::draw(&machine),
            network: Network::default(),
            everyone: (0..setting.robots)
                .map(Node::Guard)
                .chain((0..PARTIES.len()).map(Node::Party))
                .collect(),
            ledger,
            numbers: HashMap::new(),
            latest: vec![VecDeque::new(); setting.robots],
            rng,
            reconciled: 0,
            service: Service::Silent,
            calm: false,
            latest_shown: 0,
            story: tells.then(Vec::new),
            ticks: 0,
        };
        world.set_clocks();
        for robot in 0..setting.robots {
            world.robots[robot].start_keeper(Decision::New).unwrap();
            let now = world.now(robot);
            world.robots[robot].start_guard(now).unwrap();
        }
        world
    }

    /// Takes a step; a broken promise ends the run.
    pub fn take(&mut self, step: &Step) -> Result<(), Broken> {
        self.rng = Rng::new(step.entropy);
        if self.story.is_some() {
            self.tell(step.kind.to_string());
        }
        self.ledger.count("steps", 1);
        if let Some(kind) = step.kind.fault() {
            self.ledger.count("faults", 1);
            self.ledger.coverage.fault(kind);
        }
        self.act(step.kind)?;
        self.settle()
    }

    /// The true time in milliseconds since the start.
    fn truth(&self) -> u64 {
        self.time.ms + self.leapt
    }

    fn now(&self, robot: usize) -> Now {
        self.time.now(&self.robots[robot].clock)
    }

    fn set_clocks(&mut self) {
        let truth = self.truth();
        let clocks = self.robots.iter().map(|robot| &robot.clock);
        for clock in clocks.chain(self.parties.iter().map(|party| &party.clock)) {
            clock.set(truth);
            self.latest_shown = self.latest_shown.max(clock.second());
        }
    }

    fn tell(&mut self, what: String) {
        let at = self.truth() as f64 / 1000.0;
        if let Some(story) = &mut self.story {
            story.push(format!("{at:9.1} s  {what}"));
        }
    }

    /// Time passes.
    fn tick(&mut self, ms: u64) -> Result<(), Broken> {
        self.time.ms += ms;
        self.set_clocks();
        self.settle()
    }

    /// Everybody does what is due now.
    fn settle(&mut self) -> Result<(), Broken> {
        self.ticks += 1;
        let reconciles = self.time.ms >= self.reconciled + 1000;
        if reconciles {
            self.reconciled = self.time.ms;
        }
        for robot in 0..self.robots.len() {
            self.serve_robot(robot, reconciles)?;
        }
        let arrived = self.network.arrived(self.time.ms);
        for (packet, node) in arrived {
            match node {
                Node::Guard(robot) => self.ingress_arrives(robot, &packet)?,
                Node::Party(party) if *packet.topic == *ANSWERS => self.answer_arrives(party, &packet)?,
                Node::Party(party) => self.parties[party].hear(&packet),
            }
        }
        for party in 0..self.parties.len() {
            let (elapsed, truth) = (self.time.elapsed(), self.truth());
            let opened = self.parties[party].attend(elapsed);
            for topic in self.parties[party].joined() {
                self.network.join(Node::Party(party), Some(&topic), self.time.ms, &mut self.rng);
            }
            let of = (party, self.parties[party].run, self.parties[party].clock.second());
            for message in opened {
                let number = number_in(&message.message, b'm').unwrap_or(usize::MAX);
                self.ledger.opened(of, number, (message.robot, &message.topic), truth)?;
            }
        }
        Ok(())
    }

    /// Keeper, guard and the socket between them.
    fn serve_robot(&mut self, number: usize, reconciles: bool) -> Result<(), Broken> {
        let now = self.now(number);
        let (time, elapsed) = (self.robots[number].clock.time(), self.time.elapsed());
        let robot = &mut self.robots[number];
        robot.link.tick(now.second);
        robot.link.exchange(now, 1);
        self.look_at_keeper(number)?;
        let robot = &mut self.robots[number];
        let graph = reconciles.then(|| robot.graph());
        let Some(guard) = &mut robot.guard else { return self.buried(number) };
        guard.follow(&mut robot.link, now);
        robot.link.exchange(now, 1);
        if let Some(graph) = &graph {
            guard.reconcile(graph, &robot.inner, time, elapsed);
        }
        let left = guard.serve(time, elapsed, now);
        let (answers, refused) = guard.answers(time, now);
        let posts = guard.posts(time, elapsed);
        let closed = guard.closed();
        guard.audit.flush();
        let gid = guard.gid;
        self.look_at_keeper(number)?;
        self.look_at_guard(number)?;
        for left in left {
            self.left(number, left)?;
        }
        closed.iter().for_each(|gid| self.network.leave(gid));
        refused.into_iter().for_each(|reason| self.ledger.coverage.refuse(reason));
        for answer in answers {
            self.answer_leaves(number, answer)?;
        }
        for (topic, bytes) in posts {
            let packet = Packet { kept: 1, ..Packet::new(&topic, gid, bytes, Some(number)) };
            self.publish(packet, Some(Node::Guard(number)));
        }
        self.buried(number)
    }

    /// Parts that have died at an operation on their disk.
    fn buried(&mut self, number: usize) -> Result<(), Broken> {
        for which in [KEEPER, GUARD] {
            if self.robots[number].disks[which].is_dead() {
                let part = if which == KEEPER { "keeper" } else { "guard" };
                self.tell(format!("the {part} of r{number} has died in the middle of its work"));
                self.kill(number, which, true);
            }
        }
        Ok(())
    }

    fn kill(&mut self, robot: usize, which: usize, power: bool) {
        if which == GUARD {
            self.count_denied(robot);
        }
        let gid = self.robots[robot].kill(which, power, &mut self.rng);
        gid.iter().for_each(|gid| self.network.leave_all(gid));
        if which == GUARD && self.robots[robot].rolled_back {
            self.ledger.rolled_back(robot, false);
        }
    }

    /// The reasons for which a guard kept messages in, before it ends.
    pub(crate) fn count_denied(&mut self, robot: usize) {
        let Some(guard) = &mut self.robots[robot].guard else { return };
        for (reason, count) in guard.denied() {
            self.ledger.coverage.deny(reason, count);
        }
    }

    fn publish(&mut self, packet: Packet, from: Option<Node>) {
        let now = self.time.ms;
        self.network.send(packet, from, &self.everyone, now, &mut self.rng);
    }

    /// A message left the guard.
    fn left(&mut self, robot: usize, left: crate::exit::Left) -> Result<(), Broken> {
        let Some(message) = self.numbers.get(&(robot, left.origin.0, left.origin.1)).copied() else {
            return Err(Broken { promise: "nothing that was not sent", what: format!("on {}", left.topic) });
        };
        self.ledger.left(message, &left)?;
        let acting = self.acting(robot);
        let topic = if let Some(sealed) = left.sealed {
            self.ledger.sealed(acting, message, sealed)?;
            self.ledger.recorded_for(robot, &left)?;
            sealed_topic(&left.topic, discreet_seal::Form::Clear)
        } else {
            self.ledger.left_open(message)?;
            left.topic
        };
        let guard = self.robots[robot].guard.as_ref();
        let gid = guard.map(|guard| guard.publisher(left.publisher)).unwrap_or_default();
        let packet = Packet { kept: left.kept, ..Packet::new(&topic, gid, left.bytes, Some(robot)) };
        self.publish(packet, Some(Node::Guard(robot)));
        Ok(())
    }

    fn acting(&self, robot: usize) -> Acting {
        let guard = self.robots[robot].guard.as_ref();
        let version = guard.and_then(|guard| guard.live.current().as_ref().map(|policy| policy.version()));
        Acting {
            robot,
            at: self.truth(),
            second: self.robots[robot].clock.second(),
            version: version.unwrap_or_default(),
            writes: guard.is_some_and(|guard| guard.audit.state() == discreet_audit::State::Writing),
            // Keys of the present and the next epoch.
            bound: 1000 * (2 * self.setting.epoch.max(self.setting.operational) + 35),
        }
    }
}
