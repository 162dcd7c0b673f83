//! The product's code, taken through the steps of the model.

use std::collections::BTreeSet;

use discreet_keeper::client::Now;
use discreet_keeper::state::Decision;
use discreet_seal::{Form, sealed_topic};

use super::{Act, EPOCH, State};
use crate::clock::Monotonic;
use crate::exit::Left;
use crate::guard::Outcome;
use crate::link::Secrets;
use crate::network::Packet;
use crate::party::Party;
use crate::rights::Rights;
use crate::rng::Rng;
use crate::robot::{KEEPER, Robot};
use crate::setting::{SEALED, Setting, command_topic, serialized, serialized_command};
use crate::step::PUBLISHED;

/// The party of the model, which may read [`SEALED`] and command.
const DESK: usize = 0;

/// A robot with its keeper and guard, a party, and what lies on the network.
struct Code {
    time: Monotonic,
    robot: Robot,
    party: Party,
    rng: Rng,
    commands: Vec<Packet>,
    messages: Vec<Packet>,
    sent: usize,
}

impl Code {
    fn start() -> Code {
        let mut rng = Rng::new(1);
        let mut robot = Robot::new(0, 1, &mut rng);
        let random = std::sync::Arc::new(crate::rng::SeededRandom::new(2));
        let machine = discreet_host::machine::Machine {
            files: std::sync::Arc::new(crate::disk::Disk::default()),
            random,
        };
        let secrets = crate::setting::PARTIES.map(|_| Secrets::draw(&machine));
        let setting =
            Setting { robots: 1, epoch: EPOCH.into(), operational: EPOCH.into(), kept: 1, told: true };
        robot.put_policy(&Rights::FIRST.policy(&setting, 0, 1));
        secrets.iter().enumerate().for_each(|(party, secrets)| robot.put_public(party, secrets));
        let party = Party::new(DESK, secrets[DESK], &[robot.public()]);
        let time = Monotonic::start();
        let (commands, messages) = (Vec::new(), Vec::new());
        let mut code = Code { time, robot, party, rng, commands, messages, sent: 0 };
        code.set_clocks();
        code.robot.start_keeper(Decision::New).unwrap();
        let now = code.now();
        code.robot.start_guard(now).unwrap();
        // Discovery takes some seconds.
        (0..4).for_each(|_| code.second());
        code
    }

    fn now(&self) -> Now {
        self.time.now(&self.robot.clock)
    }

    fn set_clocks(&mut self) {
        self.robot.clock.set(self.time.ms);
        self.party.clock.set(self.time.ms);
    }

    /// A second passes.
    fn second(&mut self) {
        self.time.ms += 1000;
        self.set_clocks();
        let left = self.settle();
        assert!(left.is_empty(), "nothing was published");
    }

    /// Everybody does what is due; gives the sealed messages that left.
    fn settle(&mut self) -> Vec<Packet> {
        let (now, time, elapsed) = (self.now(), self.robot.clock.time(), self.time.elapsed());
        let robot = &mut self.robot;
        robot.link.tick(now.second);
        robot.link.exchange(now, 1);
        let graph = robot.graph();
        let guard = robot.guard.as_mut().unwrap();
        guard.follow(&mut robot.link, now);
        robot.link.exchange(now, 1);
        guard.reconcile(&graph, &robot.inner, time, elapsed);
        let left = guard.serve(time, elapsed, now);
        let posts = guard.posts(time, elapsed);
        guard.audit.flush();
        let from = guard.gid;
        for (topic, bytes) in posts {
            self.party.hear(&Packet::new(&topic, from, bytes, Some(0)));
        }
        assert!(self.party.attend(elapsed).is_empty(), "no message was delivered");
        let packet = |left: Left| {
            let from = guard.publisher(left.publisher);
            Packet::new(&sealed_topic(&left.topic, Form::Clear), from, left.bytes, Some(0))
        };
        left.into_iter().filter(|left| left.sealed.is_some()).map(packet).collect()
    }

    /// Takes a step; true if it had effect.
    fn take(&mut self, act: Act) -> bool {
        let second = self.now().second;
        match act {
            Act::Wait(seconds) => (0..seconds).for_each(|_| self.second()),
            Act::Stop => self.robot.link.stopped = true,
            Act::Continue => self.robot.link.stopped = false,
            Act::Kill => {
                let _gid = self.robot.kill(KEEPER, false, &mut self.rng);
            }
            Act::Start => self.robot.start_keeper(Decision::None).unwrap(),
            Act::Revoke => {
                let ordered = self.robot.link.engine.as_mut().unwrap().revoke("desk", second).unwrap();
                assert!(!ordered.awaited.is_empty(), "the guard is told");
            }
            Act::Grant => {
                self.robot.link.engine.as_mut().unwrap().grant("desk", second).unwrap();
            }
            Act::Command => return self.command(),
            Act::Deliver(at) => return self.deliver(at),
            Act::Publish => return self.publish(),
            Act::Read(at) => return self.read(at),
        }
        let left = self.settle();
        assert!(left.is_empty(), "nothing was published");
        true
    }

    fn command(&mut self) -> bool {
        self.sent += 1;
        let Ok(bytes) = self.party.command(0, &serialized_command(&format!("c{}", self.sent), 0.0)) else {
            return false;
        };
        self.commands.push(Packet::new(command_topic(), self.party.gid, bytes, None));
        true
    }

    fn deliver(&mut self, at: usize) -> bool {
        let (from, mut bytes) = (self.commands[at].from, self.commands[at].bytes.to_vec());
        let (now, time) = (self.now(), self.robot.clock.time());
        match self.robot.guard.as_mut().unwrap().command(from, &mut bytes, time, now) {
            Outcome::Obeyed(obeyed) => {
                assert!(obeyed.durable, "recorded before it goes in");
                true
            }
            Outcome::Refused(_) | Outcome::Unheard => false,
        }
    }

    fn publish(&mut self) -> bool {
        self.sent += 1;
        let topic = PUBLISHED.iter().position(|topic| *topic == SEALED[0]).unwrap();
        let _number: (_, u64) = self.robot.publish(topic, serialized(&format!("m{}", self.sent)), false);
        let left = self.settle();
        assert!(left.len() < 2);
        self.messages.extend(left.first().cloned());
        !left.is_empty()
    }

    fn read(&mut self, at: usize) -> bool {
        self.party.hear(&self.messages[at].clone());
        let opened = self.party.attend(self.time.elapsed());
        assert!(opened.len() < 2);
        !opened.is_empty()
    }
}

/// Takes the code and the model through the same steps. The outcome of each has to be allowed. The model goes on with
/// the outcome of the code.
fn walk(acts: &[Act]) -> State {
    let (mut code, mut state) = (Code::start(), State::start());
    for (number, act) in acts.iter().enumerate() {
        if !state.is_possible(*act) {
            continue;
        }
        let allowed = state.allowed(*act);
        let effect = code.take(*act);
        assert!(
            allowed.outcomes().contains(&effect),
            "step {number}, {act:?}: the model says {allowed:?}, the code {effect}; in {state:?}, of {acts:?}"
        );
        state = state.after(*act, effect);
    }
    state
}

#[test]
fn the_code_does_only_what_the_model_allows_in_every_short_run() {
    let all = Act::all();
    for first in &all {
        for second in &all {
            for third in &all {
                walk(&[*first, *second, *third]);
            }
        }
    }
}

#[test]
fn the_code_does_only_what_the_model_allows_in_long_runs() {
    let (mut rng, all) = (Rng::new(7), Act::all());
    let mut seen = BTreeSet::new();
    for _ in 0..400 {
        let acts: Vec<Act> = (0..40).map(|_| all[rng.below(all.len())]).collect();
        let state = walk(&acts);
        seen.insert(format!("{:?} {} {}", state.keeper, state.revoked, state.silent));
    }
    assert!(seen.len() > 20, "{seen:?}");
}
