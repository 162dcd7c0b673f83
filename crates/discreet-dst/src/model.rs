//! A small model of grant, renew, revoke, lease and replay: one robot, one party, one command and one sealed topic.
//!
//! [`stateright`](https://docs.rs/stateright) visits all of its states. The product's code takes the same steps
//! ([`code`]): each of its outcomes has to be one that the model allows. Where time decides to the second, the model
//! allows both outcomes.

mod code;

use stateright::{Checker, Model, Property};

/// Commands and messages that lie on the network at most. Anybody may deliver each of them again.
const MOST: usize = 2;
/// Commands and calls end so many seconds after the keeper's last word.
const LEASE: u32 = 30;
/// Seconds by which parts may notice late, at their rate of one tick a second.
const SLACK: u32 = 2;
/// The greatest age of a command.
const LATE: u32 = 2;
/// The epoch of the sealed topic, and the time for which a reader keeps an ended key.
const EPOCH: u32 = 20;
const GRACE: u32 = 2;
/// Times that are not told apart: beyond these nothing changes any more.
const OLD_COMMAND: u32 = 5;
const OLD_MESSAGE: u32 = 25;
const LONG_SILENCE: u32 = 40;

/// The keeper's process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Keeper {
    Runs,
    /// As by SIGSTOP.
    Stopped,
    Dead,
}

/// A command on the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Command {
    age: u32,
    obeyed: u8,
}

/// A sealed message on the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Sealed {
    age: u32,
    /// The party was a member of the group when it was sealed.
    shared: bool,
    opened: u8,
}

/// State of robot, party and network.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    keeper: Keeper,
    /// Seconds since the guard heard the keeper.
    silent: u32,
    revoked: bool,
    /// In the order in which they were sent.
    commands: Vec<Command>,
    messages: Vec<Sealed>,
    /// The last command or message that was accepted, with the facts of that moment.
    accepted: Option<Accepted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Accepted {
    Obeyed { age: u32, times: u8, revoked: bool, silent: u32 },
    Opened { age: u32, times: u8, shared: bool },
}

/// A step, the same for the model and for the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Act {
    Wait(u32),
    Stop,
    Continue,
    Kill,
    Start,
    Revoke,
    Grant,
    /// The party seals a command.
    Command,
    /// The guard receives a command, for the first time or again.
    Deliver(usize),
    /// The driver publishes, and the guard seals.
    Publish,
    /// The party receives a message, for the first time or again.
    Read(usize),
}

impl Act {
    /// All steps, of which some are not possible in some states.
    fn all() -> Vec<Act> {
        let mut all = vec![Act::Wait(5), Act::Wait(25), Act::Stop, Act::Continue, Act::Kill, Act::Start];
        all.extend([Act::Revoke, Act::Grant, Act::Command, Act::Publish]);
        all.extend((0..MOST).flat_map(|at| [Act::Deliver(at), Act::Read(at)]));
        all
    }
}

/// Outcomes that the model allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowed {
    Yes,
    No,
    Either,
}

impl Allowed {
    fn of(may: bool, must: bool) -> Allowed {
        match (may, must) {
            (false, _) => Allowed::No,
            (true, true) => Allowed::Yes,
            (true, false) => Allowed::Either,
        }
    }

    fn outcomes(self) -> &'static [bool] {
        match self {
            Allowed::Yes => &[true],
            Allowed::No => &[false],
            Allowed::Either => &[true, false],
        }
    }
}

impl State {
    fn start() -> State {
        let (commands, messages) = (Vec::new(), Vec::new());
        State { keeper: Keeper::Runs, silent: 0, revoked: false, commands, messages, accepted: None }
    }

    fn is_possible(&self, act: Act) -> bool {
        match act {
            Act::Wait(_) => true,
            Act::Stop => self.keeper == Keeper::Runs,
            Act::Continue => self.keeper == Keeper::Stopped,
            Act::Kill => self.keeper != Keeper::Dead,
            Act::Start => self.keeper == Keeper::Dead,
            Act::Revoke => self.keeper == Keeper::Runs && !self.revoked,
            Act::Grant => self.keeper == Keeper::Runs && self.revoked,
            Act::Command => self.commands.len() < MOST,
            Act::Publish => self.messages.len() < MOST,
            Act::Deliver(at) => at < self.commands.len(),
            Act::Read(at) => at < self.messages.len(),
        }
    }

    /// May the step have effect: is the command sent or obeyed, the message sealed or opened?
    fn allowed(&self, act: Act) -> Allowed {
        match act {
            // An announcement holds for a lease. It is renewed when a third has passed.
            Act::Command => Allowed::of(self.silent < LEASE, self.silent < LEASE * 2 / 3 - SLACK),
            Act::Deliver(at) => {
                let command = self.commands[at];
                let later = self.commands[at..].iter().any(|command| command.obeyed > 0);
                let may = command.age <= LATE && !self.revoked && !later && self.silent < LEASE;
                Allowed::of(may, self.silent < LEASE - SLACK)
            }
            // The guard has the keys of this epoch, and of the next when a third of this is left.
            Act::Publish => Allowed::of(self.silent < 2 * EPOCH, self.silent == 0),
            Act::Read(at) => {
                let Sealed { age, shared, opened } = self.messages[at];
                let may = shared && opened == 0 && age < EPOCH + GRACE;
                // A topic that is not offered any more is closed.
                Allowed::of(may, age == 0 && !self.revoked && self.silent < LEASE - SLACK)
            }
            _ => Allowed::Yes,
        }
    }

    /// The state after a step, with its outcome.
    fn after(&self, act: Act, effect: bool) -> State {
        let mut next = State { accepted: None, ..self.clone() };
        match act {
            Act::Wait(seconds) => next.wait(seconds),
            Act::Stop => next.keeper = Keeper::Stopped,
            Act::Kill => next.keeper = Keeper::Dead,
            Act::Continue | Act::Start => (next.keeper, next.silent) = (Keeper::Runs, 0),
            Act::Revoke => next.revoked = true,
            Act::Grant => next.revoked = false,
            Act::Command if effect => next.commands.push(Command { age: 0, obeyed: 0 }),
            Act::Publish if effect => {
                next.messages.push(Sealed { age: 0, shared: !self.revoked, opened: 0 });
            }
            Act::Deliver(at) if effect => {
                let command = &mut next.commands[at];
                command.obeyed += 1;
                let (age, times) = (command.age, command.obeyed);
                let (revoked, silent) = (self.revoked, self.silent);
                next.accepted = Some(Accepted::Obeyed { age, times, revoked, silent });
            }
            Act::Read(at) if effect => {
                let message = &mut next.messages[at];
                message.opened += 1;
                let Sealed { age, shared, opened: times } = *message;
                next.accepted = Some(Accepted::Opened { age, times, shared });
            }
            Act::Command | Act::Publish | Act::Deliver(_) | Act::Read(_) => {}
        }
        next
    }

    fn wait(&mut self, seconds: u32) {
        let later = |age: &mut u32, most: u32| *age = (*age + seconds).min(most);
        later(&mut self.silent, if self.keeper == Keeper::Runs { 0 } else { LONG_SILENCE });
        self.commands.iter_mut().for_each(|command| later(&mut command.age, OLD_COMMAND));
        self.messages.iter_mut().for_each(|message| later(&mut message.age, OLD_MESSAGE));
    }
}

/// All behaviours.
struct Promises;

impl Model for Promises {
    type State = State;
    type Action = (Act, bool);

    fn init_states(&self) -> Vec<State> {
        vec![State::start()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<(Act, bool)>) {
        for act in Act::all().into_iter().filter(|act| state.is_possible(*act)) {
            actions.extend(state.allowed(act).outcomes().iter().map(|effect| (act, *effect)));
        }
    }

    fn next_state(&self, state: &State, (act, effect): (Act, bool)) -> Option<State> {
        Some(state.after(act, effect))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(
                "nothing is obeyed twice, late, after a revocation or after the lease",
                |_, state: &State| {
                    !matches!(state.accepted, Some(Accepted::Obeyed { age, times, revoked, silent })
                    if age > LATE || times > 1 || revoked || silent >= LEASE)
                },
            ),
            Property::always(
                "nothing is opened twice, or without having been granted",
                |_, state: &State| {
                    !matches!(state.accepted, Some(Accepted::Opened { age, times, shared })
                    if age >= EPOCH + GRACE || times > 1 || !shared)
                },
            ),
            Property::sometimes("a command is obeyed", |_, state: &State| {
                matches!(state.accepted, Some(Accepted::Obeyed { .. }))
            }),
            Property::sometimes(
                "a message of the time before a revocation is opened after it",
                |_, state: &State| matches!(state.accepted, Some(Accepted::Opened { .. })) && state.revoked,
            ),
            Property::sometimes("a restarted keeper has forgotten nothing", |_, state: &State| {
                state.revoked && state.keeper == Keeper::Dead
            }),
        ]
    }
}

#[test]
fn every_state_of_the_model_keeps_the_promises() {
    let checked = Promises.checker().spawn_bfs().join();
    checked.assert_properties();
    println!("{} states, {} steps deep at most", checked.unique_state_count(), checked.max_depth());
    // All of them: an end that depended on a bound would have many more.
    assert!(checked.is_done() && checked.unique_state_count() > 10_000);
}
