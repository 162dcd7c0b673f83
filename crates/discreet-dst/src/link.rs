//! The keeper of a robot, and the socket between it and the guard: in order, without loss, but either may be stopped
//! or die.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use discreet_host::machine::Machine;
use discreet_host::secret::Secret;
use discreet_host::sync::lock;
use discreet_keeper::client::{Carrier, Now};
use discreet_keeper::engine::Engine;
use discreet_keeper::frame::{Frame, parse};
use discreet_keeper::peer::Peer;
use discreet_keeper::protocol::{FromGuard, ToGuard};
use discreet_keeper::state::{Decision, Place, State, StateFault};
use discreet_seal::identity::Identity;

use crate::setting::policy_path;

/// The private keys of an identity, from which it is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secrets([u8; 32], [u8; 32]);

impl Secrets {
    /// Fresh ones of this machine.
    pub fn draw(machine: &Machine) -> Secrets {
        let draw = || *machine.secret().unwrap().expose();
        Secrets(draw(), draw())
    }

    /// Always the same ones.
    pub fn fixed(number: u8) -> Secrets {
        Secrets([number; 32], [number; 32])
    }

    /// The identity with these keys.
    pub fn identity(&self, name: &str) -> Identity {
        let Secrets(mut receive, mut sign) = *self;
        Identity::from_secrets(name, Secret::take(&mut receive), Secret::take(&mut sign))
    }
}

/// A key that a keeper gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedKey {
    /// Its number.
    pub id: u32,
    /// The first second at which it is not used any more.
    pub until: i64,
    /// A hash of its secret.
    pub secret: [u8; 32],
    /// Those to whom it was wrapped.
    pub members: Vec<String>,
}

/// The frames that wait for the guard.
type Waiting = Arc<Mutex<VecDeque<Frame>>>;

/// Keeper, guard's end, and the socket between them.
#[derive(Default)]
pub struct Link {
    /// The keeper, while it runs.
    pub engine: Option<Engine>,
    /// The keeper is stopped (SIGSTOP): it neither hears nor says anything.
    pub stopped: bool,
    /// The guard's end, while the guard runs.
    pub carrier: Option<Carrier>,
    /// Keys that were given since the last look.
    pub handed: Vec<HandedKey>,
    /// The fault at which the keeper died.
    pub fault: Option<String>,
    /// When the guard last heard the keeper: monotonic, and by the guard's clock.
    pub heard: Option<Now>,
    waiting: Waiting,
    /// Messages that wait for the keeper.
    to_keeper: VecDeque<FromGuard>,
    session: Option<u64>,
}

/// The paths of the keeper's state and its mark.
pub fn place() -> Place {
    Place { folder: PathBuf::from("/var/keeper"), mark: PathBuf::from("/etc/keeper/robot.mark") }
}

/// The path of the state.
pub fn state_path() -> PathBuf {
    place().folder.join("state")
}

/// The number in a mark: its first eight bytes.
pub fn number_of(mark: &str) -> Option<u64> {
    u64::from_str_radix(mark.get(..16)?, 16).ok().map(u64::swap_bytes)
}

impl Link {
    /// Starts the keeper, with its identity and the one before.
    pub fn start_keeper(
        &mut self,
        machine: &Machine,
        (identity, before): (Identity, Option<Identity>),
        decision: Decision,
        second: i64,
    ) -> Result<(), StateFault> {
        let state = State::open(machine, &place(), &identity, before.as_ref(), decision, second)?;
        let log = Box::new(|_: &str| {});
        self.engine = Some(Engine::new(identity, state, &policy_path(), None, false, second, log)?);
        (self.stopped, self.fault) = (false, None);
        Ok(())
    }

    /// The keeper is gone.
    pub fn keeper_gone(&mut self, why: &str) {
        (self.engine, self.stopped) = (None, false);
        self.hang_up(why);
    }

    /// The guard is gone.
    pub fn guard_gone(&mut self) {
        self.hang_up("the guard is gone");
        (self.carrier, self.heard) = (None, None);
    }

    /// The periodic work of the keeper.
    pub fn tick(&mut self, second: i64) {
        if self.stopped {
            return;
        }
        if let Some(engine) = &mut self.engine {
            let ticked = engine.tick(second);
            self.sound(ticked);
        }
    }

    /// Carries all messages that wait, in both directions. `pid` is the guard's.
    pub fn exchange(&mut self, now: Now, pid: u32) {
        if let Some(carrier) = &mut self.carrier {
            carrier.tick(now);
            if !carrier.is_connected() {
                self.hang_up_keeper("the guard has disconnected");
            }
        }
        self.connect(now, pid);
        self.hear_guard(now);
        for _ in 0..64 {
            let Some(carrier) = self.carrier.as_mut().filter(|carrier| carrier.is_connected()) else {
                return;
            };
            if let Some(due) = carrier.due() {
                self.tell_keeper(due, now);
                continue;
            }
            let Some(frame) = lock(&self.waiting).pop_front() else { return };
            let message: ToGuard = parse(&frame[4..]).unwrap();
            if let ToGuard::Key(key) = &message {
                let secret = discreet_audit::digest(key.secret.0.expose());
                let (id, until, members) = (key.id, key.until, key.members.clone());
                self.handed.push(HandedKey { id, until, secret, members });
            }
            let refused = matches!(message, ToGuard::Refused(_));
            if !refused {
                self.heard = Some(now);
            }
            match carrier.receive(message, now) {
                Ok(Some(answer)) => self.tell_keeper(answer, now),
                Ok(None) => {}
                Err(why) => self.hang_up(&why.to_string()),
            }
        }
    }

    /// The number of the guard's session and whether it confirmed everything that it was sent.
    pub fn is_confirmed(&self) -> bool {
        let session = self.session.and_then(|id| self.engine.as_ref()?.session(id));
        session.is_some_and(|session| session.applied() >= session.number())
    }

    /// True if the guard has keys for the policy in force, and has confirmed everything that it was sent.
    pub fn is_served(&self) -> bool {
        let session = self.session.and_then(|id| self.engine.as_ref()?.session(id));
        self.is_connected() && session.is_some_and(|session| session.number() > 0) && self.is_confirmed()
    }

    /// True while guard and keeper are connected.
    pub fn is_connected(&self) -> bool {
        self.session.is_some() && self.carrier.as_ref().is_some_and(Carrier::is_connected)
    }

    /// Takes the outcome of a call of the engine: a fault ends the keeper.
    pub fn sound<T>(&mut self, outcome: Result<T, StateFault>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(fault) => {
                self.keeper_gone(&fault.to_string());
                self.fault = Some(fault.to_string());
                None
            }
        }
    }

    fn connect(&mut self, now: Now, pid: u32) {
        let free = self.carrier.as_ref().is_some_and(|carrier| !carrier.is_connected());
        let (Some(engine), false, true) = (&mut self.engine, self.stopped, free) else { return };
        let Some(carrier) = &mut self.carrier else { return };
        let peer = Peer { pid, uid: 1000 };
        if engine.outdated().is_some() {
            return;
        }
        let hello = carrier.connect(now);
        let waiting = Waiting::default();
        self.waiting = Arc::clone(&waiting);
        let outbox = Box::new(move |frame: Frame| {
            lock(&waiting).push_back(frame);
            true
        });
        let connected = engine.connect(peer, hello, outbox);
        self.session = self.sound(connected);
    }

    fn tell_keeper(&mut self, message: FromGuard, now: Now) {
        self.to_keeper.push_back(message);
        self.hear_guard(now);
    }

    /// The keeper hears what the guard has sent, unless it is stopped.
    fn hear_guard(&mut self, now: Now) {
        while !self.stopped
            && let Some(message) = self.to_keeper.pop_front()
        {
            let (Some(engine), Some(session)) = (&mut self.engine, self.session) else { return };
            let heard = engine.hear(session, &message, now.second);
            self.sound(heard);
        }
    }

    fn hang_up(&mut self, why: &str) {
        if let Some(carrier) = &mut self.carrier {
            carrier.disconnect(why);
        }
        self.hang_up_keeper(why);
    }

    fn hang_up_keeper(&mut self, why: &str) {
        lock(&self.waiting).clear();
        self.to_keeper.clear();
        if let (Some(session), Some(engine)) = (self.session.take(), &mut self.engine) {
            engine.disconnect(session, why);
        }
    }
}
