//! A party: an unsealer and a commander for each robot, with clocks of their own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use discreet_graph::{Gid, Participant};
use discreet_seal::catalog::{CATALOG_TOPIC, Offer};
use discreet_seal::commanding::{CommandSealer, SealedOutput};
use discreet_seal::identity::PublicIdentity;
use discreet_seal::unseal::{
    Granted, Offered, OpenTopic, Posts, ReadTime, Republish, SealedInput, SealedSource, Topics, UnsealedTopic,
};
use discreet_seal::{CommandContext, GRANTS_TOPIC, IngressKind};

use crate::calls::Calls;
use crate::clock::WallClock;
use crate::link::Secrets;
use crate::network::Packet;
use crate::rng::Rng;
use crate::setting::{COMMAND, COMMAND_TYPE, DOMAIN, PARTIES, command_definition, definition, robot_name};
use crate::stubborn::Stubborn;

/// A message that a party opened: the robot that it takes it to be from, the topic, and the contents.
#[derive(Debug, Clone)]
pub struct OpenedMessage {
    /// The robot.
    pub robot: usize,
    /// The topic.
    pub topic: String,
    /// The serialized message.
    pub message: Vec<u8>,
}

/// The unsealer and the commander of a party for one robot.
pub struct Side {
    robot: usize,
    granted: Arc<Granted>,
    posts: Posts,
    offered: Offered,
    topics: Topics<Rc<RefCell<Served>>>,
    sealer: CommandSealer,
    calls: Calls,
    for_commands: Posts,
    control: VecDeque<Packet>,
    /// Outer names of topics that it has just subscribed to, from the beginning of what is latched.
    joined: Vec<String>,
    /// The second at which it last looked after its topics.
    attended: Option<i64>,
}

/// An open topic.
pub struct Served {
    topic: String,
    unsealed: UnsealedTopic,
    input: Queue,
}

/// Messages that wait on a sealed topic.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<(Gid, Vec<u8>)>,
    taken: Vec<u8>,
}

/// A party of the setting.
pub struct Party {
    /// Its number.
    pub party: usize,
    /// Its clock.
    pub clock: WallClock,
    /// Its private keys.
    pub secrets: Secrets,
    /// Its publisher of commands.
    pub gid: Gid,
    /// The number of its unsealers' runs: a fresh one has opened nothing.
    pub run: u32,
    /// Monotonic milliseconds of its last start.
    pub since: Duration,
    /// What a commander of it keeps that does not keep to the rules.
    pub stubborn: Stubborn,
    sides: Vec<Side>,
}

impl Party {
    /// Starts it, for these robots.
    pub fn new(party: usize, secrets: Secrets, robots: &[PublicIdentity]) -> Party {
        let mut new = Party {
            party,
            clock: WallClock::default(),
            secrets,
            gid: [100 + party as u8; 16],
            run: 0,
            since: Duration::ZERO,
            stubborn: Stubborn::default(),
            sides: Vec::new(),
        };
        new.restart(robots, Duration::ZERO);
        new
    }

    /// Restarts its processes, which lose all state in memory.
    pub fn restart(&mut self, robots: &[PublicIdentity], now: Duration) {
        self.run += 1;
        self.gid[1] = self.run as u8;
        self.since = now;
        let name = PARTIES[self.party];
        let granted = |robot: &PublicIdentity| {
            Arc::new(Granted::new(self.secrets.identity(name), robot.clone(), DOMAIN))
        };
        let side = |(number, robot): (usize, &PublicIdentity)| {
            let (unsealing, commanding) = (granted(robot), granted(robot));
            let context = CommandContext {
                robot: &robot_name(number),
                domain: DOMAIN,
                kind: IngressKind::Command,
                name: COMMAND,
                type_name: COMMAND_TYPE,
                type_hash: &command_definition().hash,
            };
            Side {
                robot: number,
                posts: Posts::new(Arc::clone(&unsealing)),
                offered: Offered::new(Arc::clone(&unsealing)),
                granted: unsealing,
                topics: Topics::default(),
                sealer: CommandSealer::new(
                    Arc::clone(&commanding),
                    context.digest(),
                    command_definition().plan.clone(),
                ),
                calls: Calls::new(number, Arc::clone(&commanding)),
                for_commands: Posts::new(commanding),
                control: VecDeque::new(),
                joined: Vec::new(),
                attended: None,
            }
        };
        self.sides = robots.iter().enumerate().map(side).collect();
    }

    /// A message of the outer domain arrives.
    pub fn hear(&mut self, packet: &Packet) {
        let control = [GRANTS_TOPIC, CATALOG_TOPIC].contains(&packet.topic.as_ref());
        for side in &mut self.sides {
            if control {
                if side.control.len() >= 64 {
                    side.control.pop_front();
                }
                side.control.push_back(packet.clone());
            }
            for (offer, topic) in side.topics.open() {
                if *offer.topic == *packet.topic {
                    topic.borrow_mut().input.waiting.push_back((packet.from, packet.bytes.to_vec()));
                }
            }
        }
    }

    /// Reads grants and catalogues, opens topics and messages.
    pub fn attend(&mut self, elapsed: Duration) -> Vec<OpenedMessage> {
        let now = ReadTime { second: self.clock.second(), elapsed: elapsed.saturating_sub(self.since) };
        self.sides.iter_mut().for_each(|side| side.calls.give_up(elapsed));
        self.sides.iter_mut().flat_map(|side| side.attend(now, &mut self.stubborn)).collect()
    }

    /// Topics that it has subscribed to since the last call, from the beginning of what is latched.
    pub fn joined(&mut self) -> Vec<String> {
        self.sides.iter_mut().flat_map(|side| std::mem::take(&mut side.joined)).collect()
    }

    /// Seals the request of call `id` to a robot.
    pub fn call(&mut self, robot: usize, id: u64, request: &[u8], at: Duration) -> Result<Vec<u8>, String> {
        let now = self.clock.time().nanoseconds;
        self.sides[robot].calls.send(id, request, now, at)
    }

    /// An answer of a robot arrives; what is in it, if it opens.
    pub fn answered(&mut self, packet: &Packet) -> Option<Vec<u8>> {
        self.sides.iter_mut().find_map(|side| side.calls.answer(packet.call?, &packet.bytes))
    }

    /// From now on it has other keys.
    pub fn rekey(&mut self, secrets: Secrets) {
        self.stubborn.earlier.push(std::mem::replace(&mut self.secrets, secrets));
    }

    /// A command that does not keep to the rules, with the number of the identity that signed it.
    pub fn stubborn_command(&self, robot: usize, message: &[u8], rng: &mut Rng) -> Option<(Vec<u8>, usize)> {
        let stamp = u64::try_from(self.clock.time().nanoseconds).ok()?;
        self.stubborn.command((self.party, self.secrets), robot, message, (stamp, rng))
    }

    /// Seals a command for a robot; the bytes, or why it is not sent.
    pub fn command(&mut self, robot: usize, message: &[u8]) -> Result<Vec<u8>, String> {
        let mut sent = Sent::default();
        let now = self.clock.time().nanoseconds;
        let side = &mut self.sides[robot];
        side.sealer.send(message, &mut sent, now).map_err(|why| why.to_string())?;
        Ok(sent.0)
    }
}

impl Side {
    fn attend(&mut self, now: ReadTime, stubborn: &mut Stubborn) -> Vec<OpenedMessage> {
        let control = std::mem::take(&mut self.control);
        if !control.is_empty() || self.attended != Some(now.second) {
            self.attended = Some(now.second);
            self.read(&control, now);
            let announced = self.for_commands.granted().receiver(now.second);
            announced.iter().for_each(|announced| stubborn.remember(self.robot, announced));
        }
        let mut opened = Vec::new();
        for (_, topic) in self.topics.open() {
            let Served { topic, unsealed, input } = &mut *topic.borrow_mut();
            let mut output = Output { robot: self.robot, topic: topic.clone(), opened: Vec::new() };
            while unsealed.serve_one(input, &mut output, now) {}
            opened.append(&mut output.opened);
        }
        opened
    }
}

struct Opening<'a> {
    granted: &'a Arc<Granted>,
    joined: &'a mut Vec<String>,
}

impl Side {
    /// Reads grants and catalogues, and follows what they say.
    fn read(&mut self, control: &VecDeque<Packet>, now: ReadTime) {
        let of = |topic: &'static str| control.iter().filter(move |packet| *packet.topic == *topic);
        for packet in of(GRANTS_TOPIC) {
            self.posts.read_grants(&packet.from, &packet.bytes, now);
            self.for_commands.read_grants(&packet.from, &packet.bytes, now);
        }
        self.offered.retry(now.second);
        for packet in of(CATALOG_TOPIC) {
            self.posts.read_catalog(&mut self.offered, &packet.from, &packet.bytes, now);
        }
        let mut opener = Opening { granted: &self.granted, joined: &mut self.joined };
        self.topics.reconcile(&self.offered, &mut opener, now.second);
    }
}

impl OpenTopic for Opening<'_> {
    type Topic = Rc<RefCell<Served>>;

    fn open(&mut self, offer: &Offer) -> Result<Self::Topic, String> {
        self.joined.extend(offer.qos.latched.then(|| offer.topic.clone()));
        let of = SealedSource {
            domain: DOMAIN,
            topic: offer.policy_topic.clone(),
            type_name: offer.type_name.clone(),
            type_hash: offer.type_hash.clone(),
            form: offer.form.clone(),
        };
        let unsealed = UnsealedTopic::new(of, Arc::clone(self.granted), definition().plan.clone());
        let topic = offer.policy_topic.clone();
        Ok(Rc::new(RefCell::new(Served { topic, unsealed, input: Queue::default() })))
    }

    fn set_qos(&mut self, _: &Self::Topic, offer: &Offer) -> Result<(), String> {
        self.joined.extend(offer.qos.latched.then(|| offer.topic.clone()));
        Ok(())
    }

    fn set_guard(&mut self, topic: &Self::Topic, guard: Option<Participant>) {
        topic.borrow().unsealed.state().set_guard(guard);
    }
}

impl SealedInput for Queue {
    type Fault = Infallible;

    fn take(&mut self) -> Result<Option<Gid>, Infallible> {
        let Some((from, message)) = self.waiting.pop_front() else { return Ok(None) };
        self.taken = message;
        Ok(Some(from))
    }

    fn message(&mut self) -> &mut [u8] {
        &mut self.taken
    }
}

struct Output {
    robot: usize,
    topic: String,
    opened: Vec<OpenedMessage>,
}

impl Republish for Output {
    type Fault = Infallible;

    fn publish(&mut self, _: Option<Gid>, message: &[u8]) -> Result<(), Infallible> {
        self.opened.push(OpenedMessage {
            robot: self.robot,
            topic: self.topic.clone(),
            message: message.to_vec(),
        });
        Ok(())
    }
}

/// The sealed command.
#[derive(Default)]
struct Sent(Vec<u8>);

impl SealedOutput for Sent {
    type Fault = Infallible;

    fn publish(&mut self, sealed: &[u8]) -> Result<(), Infallible> {
        self.0 = sealed.to_vec();
        Ok(())
    }
}
