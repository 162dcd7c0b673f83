//! The steps of a run. Each is drawn before the run and carries its own randomness, so that the others stay the same
//! when one is left out.

mod words;

use crate::network::{Node, Weather};
use crate::rights::Rights;
use crate::rng::Rng;
use crate::setting::{OPEN, PARTIES, SEALED, SHUT, Setting};

/// A step, and the seed of its randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Its kind.
    pub kind: Kind,
    /// The seed of everything that is random in it.
    pub entropy: u64,
}

/// A process of a robot, or a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The keeper of a robot.
    Keeper(usize),
    /// The guard of a robot.
    Guard(usize),
    /// Unsealers and commanders of a party.
    Party(usize),
}

/// Damage to the files of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// A bit flips in one file.
    Flip,
    /// The state, the mark or the log is gone.
    Delete,
    /// The state is that of an earlier time; the mark is not.
    RollBack,
    /// State and mark are those of an earlier time.
    RollBackBoth,
}

/// Change of a robot's policy file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewPolicy {
    /// The next version, with other rights.
    Next(Rights),
    /// The file of an earlier version.
    Older,
    /// Half of a file.
    Broken,
}

/// An act of a stranger: no key, but everything that was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trick {
    /// Repeats messages.
    Replay,
    /// Repeats messages on other topics.
    Elsewhere,
    /// Repeats messages with a bit flipped.
    Flip,
    /// A catalogue in a robot's name, without topics.
    Catalog,
    /// Grants in a robot's name.
    Grants,
    /// Hundreds of publishers send what costs nothing to refuse.
    Flood,
    /// One publisher sends many forged commands, which cost a check of their signature.
    Forge,
}

/// A publisher on the driver's topics that is not the driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impostor {
    /// A second node of its name.
    SameName,
    /// A node of another name.
    OtherName,
    /// The driver's name, and another type.
    OtherType,
    /// The driver's name, and another version of the type.
    OtherVersion,
    /// Discovery does not know it.
    Unknown,
}

/// Kinds of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Time passes: so many ticks of so many milliseconds.
    Pass(u32, u64),
    /// A driver publishes on the inner domain.
    Publish {
        /// The robot.
        robot: usize,
        /// The topic, of [`PUBLISHED`].
        topic: usize,
        /// The number of messages.
        count: usize,
        /// They are not messages of their type.
        malformed: bool,
    },
    /// Another publisher than the driver appears on the topics, or is gone.
    Impostor {
        /// The robot.
        robot: usize,
        /// The publisher, if there is one from now on.
        who: Option<Impostor>,
    },
    /// A party commands a robot.
    Command {
        /// The party.
        party: usize,
        /// The robot.
        robot: usize,
        /// The number of messages.
        count: usize,
    },
    /// A party calls the service of a robot.
    Call {
        /// The party.
        party: usize,
        /// The robot.
        robot: usize,
        /// The number of calls.
        count: usize,
    },
    /// A party commands a robot without asking whether it still may, with keys that it has or had.
    Stubborn {
        /// The party.
        party: usize,
        /// The robot.
        robot: usize,
        /// The number of messages.
        count: usize,
    },
    /// A stranger acts.
    Stranger(Trick, usize),
    /// An administrator revokes a party.
    Revoke {
        /// The robot.
        robot: usize,
        /// The party.
        party: usize,
    },
    /// An administrator grants it again.
    Grant {
        /// The robot.
        robot: usize,
        /// The party.
        party: usize,
    },
    /// The policy file changes.
    Policy {
        /// The robot.
        robot: usize,
        /// The change.
        new: NewPolicy,
    },
    /// A party has other keys from now on.
    Rotate {
        /// The party.
        party: usize,
    },
    /// A robot has other keys from now on; its keeper is started with them, and all parties get them.
    RotateRobot {
        /// The robot.
        robot: usize,
    },
    /// A part is killed; true: the power fails.
    Kill(Part, bool),
    /// A part that does not run is started.
    Start(Part),
    /// A person starts the keeper of a robot with the option that its message names.
    Person {
        /// The robot.
        robot: usize,
    },
    /// A part dies at a later operation on its disk.
    Fuse(Part, u32),
    /// The disk of a part is full, or no longer.
    Full(Part, bool),
    /// The power of a part fails, and its files are damaged.
    Damaged(Part, Damage),
    /// The clock of a robot or a party is set.
    Clock(Node, i64),
    /// A keeper is stopped, or goes on.
    Stop {
        /// The robot.
        robot: usize,
        /// True at its start, false at its end.
        on: bool,
    },
    /// All faults end, honest parties get what they may, and faults begin again.
    Mend,
    /// The network changes.
    Weather(Weather),
    /// A node is cut off, or connected again.
    Cut(Node, bool),
}

/// Topics on which a driver publishes.
pub const PUBLISHED: [&str; 5] = [SEALED[0], SEALED[1], SEALED[2], OPEN, SHUT];

impl Step {
    /// Draws a step.
    pub fn draw(rng: &mut Rng, setting: &Setting) -> Step {
        let entropy = rng.number();
        Step { kind: Kind::draw(rng, setting), entropy }
    }
}

impl Kind {
    fn draw(rng: &mut Rng, setting: &Setting) -> Kind {
        let (robot, party) = (rng.below(setting.robots), rng.below(PARTIES.len()));
        match rng.below(1000) {
            0..=249 => Kind::Pass(1 + rng.below(5) as u32, rng.pick(&[50, 100, 300, 1000])),
            250..=284 => Kind::Pass(5 + rng.below(15) as u32, rng.pick(&[1000, 3000])),
            285..=287 => Kind::Pass(30 + rng.below(100) as u32, 4000),
            288..=293 => Kind::Mend,
            294..=519 => {
                let (topic, count) = (rng.below(PUBLISHED.len()), 1 + rng.below(4));
                Kind::Publish { robot, topic, count, malformed: rng.percent(3) }
            }
            520..=529 => Kind::Impostor { robot, who: Impostor::draw(rng) },
            530..=579 => Kind::Command { party, robot, count: 1 + rng.below(3) },
            580..=609 => Kind::Call { party, robot, count: 1 + rng.below(6) },
            610..=639 => Kind::Stubborn { party, robot, count: 1 + rng.below(3) },
            640..=729 => Kind::Stranger(Trick::draw(rng), 1 + rng.below(12)),
            730..=764 => Kind::Revoke { robot, party },
            765..=789 => Kind::Grant { robot, party },
            790..=809 => Kind::Policy { robot, new: NewPolicy::draw(rng) },
            810..=815 => Kind::Rotate { party },
            816..=817 => Kind::RotateRobot { robot },
            818..=857 => Kind::Kill(Part::draw(rng, setting), rng.percent(40)),
            858..=899 => Kind::Start(Part::of_robot(rng, setting)),
            900..=915 => Kind::Person { robot },
            916..=933 => Kind::Fuse(Part::of_robot(rng, setting), rng.below(40) as u32),
            934..=941 => Kind::Full(Part::of_robot(rng, setting), rng.percent(50)),
            942..=953 => Kind::Damaged(Part::of_robot(rng, setting), Damage::draw(rng)),
            954..=965 => Kind::Clock(Node::draw(rng, setting), drawn_skew(rng)),
            966..=975 => Kind::Stop { robot, on: rng.percent(50) },
            976..=987 => Kind::Weather(drawn_weather(rng)),
            _ => Kind::Cut(Node::draw(rng, setting), rng.percent(50)),
        }
    }

    /// The kind of fault, for counts, if it is one.
    pub fn fault(&self) -> Option<&'static str> {
        Some(match self {
            Kind::Impostor { who: Some(impostor), .. } => impostor.fault(),
            Kind::Publish { malformed: true, .. } => "malformed messages",
            Kind::Stubborn { .. } => "commands in spite of everything",
            Kind::Stranger(trick, _) => trick.fault(),
            Kind::Kill(_, false) => "process killed",
            Kind::Kill(_, true) => "power failure",
            Kind::Fuse(..) => "death at an operation on the disk",
            Kind::Full(_, true) => "disk full",
            Kind::Damaged(_, damage) => damage.fault(),
            Kind::Clock(..) => "clock set",
            Kind::Stop { on: true, .. } => "keeper stopped",
            Kind::Weather(_) => "network loses, doubles, delays",
            Kind::Cut(_, true) => "node cut off",
            Kind::Policy { new: NewPolicy::Older, .. } => "older policy",
            Kind::Policy { new: NewPolicy::Broken, .. } => "half a policy",
            _ => return None,
        })
    }
}

impl Trick {
    fn draw(rng: &mut Rng) -> Trick {
        let all =
            [Trick::Replay, Trick::Replay, Trick::Elsewhere, Trick::Flip, Trick::Catalog, Trick::Grants];
        match rng.below(100) {
            0..=2 => Trick::Flood,
            3..=6 => Trick::Forge,
            _ => rng.pick(&all),
        }
    }
}

impl Impostor {
    fn draw(rng: &mut Rng) -> Option<Impostor> {
        use Impostor::{OtherName, OtherType, OtherVersion, SameName, Unknown};
        let who = rng.pick(&[SameName, SameName, OtherName, OtherType, OtherVersion, Unknown]);
        rng.percent(50).then_some(who)
    }

    pub(super) fn fault(self) -> &'static str {
        match self {
            Impostor::SameName => "publisher of the driver's name",
            Impostor::OtherName => "publisher of another name",
            Impostor::OtherType => "publisher of another type",
            Impostor::OtherVersion => "publisher of another version",
            Impostor::Unknown => "publisher unknown to discovery",
        }
    }
}

impl Trick {
    fn fault(self) -> &'static str {
        match self {
            Trick::Replay => "replay",
            Trick::Elsewhere => "replay on another topic",
            Trick::Flip => "replay with a bit flipped",
            Trick::Catalog => "forged catalogue",
            Trick::Grants => "forged grants",
            Trick::Flood => "flood of 700 publishers",
            Trick::Forge => "flood of forged commands",
        }
    }
}

impl Damage {
    fn fault(self) -> &'static str {
        match self {
            Damage::Flip => "bit flipped in a file",
            Damage::Delete => "file gone",
            Damage::RollBack => "earlier state",
            Damage::RollBackBoth => "earlier state and mark",
        }
    }
}

impl NewPolicy {
    fn draw(rng: &mut Rng) -> NewPolicy {
        match rng.below(10) {
            0..=7 => NewPolicy::Next(Rights::draw(rng)),
            8 => NewPolicy::Older,
            _ => NewPolicy::Broken,
        }
    }
}

impl Damage {
    fn draw(rng: &mut Rng) -> Damage {
        rng.pick(&[Damage::Flip, Damage::Flip, Damage::Delete, Damage::RollBack, Damage::RollBackBoth])
    }
}

impl Part {
    fn draw(rng: &mut Rng, setting: &Setting) -> Part {
        if rng.percent(20) { Part::Party(rng.below(PARTIES.len())) } else { Part::of_robot(rng, setting) }
    }

    fn of_robot(rng: &mut Rng, setting: &Setting) -> Part {
        let robot = rng.below(setting.robots);
        if rng.percent(50) { Part::Keeper(robot) } else { Part::Guard(robot) }
    }
}

impl Node {
    fn draw(rng: &mut Rng, setting: &Setting) -> Node {
        match rng.percent(60) {
            true => Node::Guard(rng.below(setting.robots)),
            false => Node::Party(rng.below(PARTIES.len())),
        }
    }
}

fn drawn_weather(rng: &mut Rng) -> Weather {
    let percent = |rng: &mut Rng| if rng.percent(50) { 0 } else { rng.pick(&[1, 10, 50]) };
    let (drops, doubles) = (percent(rng), percent(rng));
    Weather { drops, doubles, delay: rng.pick(&[0, 20, 200, 1500, 10_000]) }
}

/// A new error of a clock in milliseconds: mostly right again, at times off by seconds, hours or months.
fn drawn_skew(rng: &mut Rng) -> i64 {
    let size = rng.pick(&[0, 0, 300, 1500, 4000, 20_000, 100_000, 4_000_000, 90_000_000, 8_000_000_000]);
    if rng.percent(50) { size } else { -size }
}
