//! A simulated robot: its disks, its clock, its keeper and its guard, and the nodes of its inner domain.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use discreet_graph::qos::Qos;
use discreet_graph::{Endpoint, Gid, NodeName, TopicGraph};
use discreet_guard::message::MessageInfo;
use discreet_host::machine::Machine;
use discreet_host::sync::lock;
use discreet_keeper::client::Now;
use discreet_keeper::state::{Decision, StateFault};
use discreet_seal::identity::PublicIdentity;

use crate::clock::WallClock;
use crate::disk::Disk;
use crate::guard::{Guard, Inner};
use crate::inner::InnerTopic;
use crate::link::{Link, Secrets, number_of, place, state_path};
use crate::record::log_path;
use crate::rng::{Rng, SeededRandom};
use crate::setting::{LATCHED, PARTIES, TYPE, definition, policy_path, public_path, robot_name};
use crate::step::{Damage, Impostor, PUBLISHED};

/// A robot.
pub struct Robot {
    /// Its number.
    pub number: usize,
    /// Of the keeper and of the guard.
    pub disks: [Disk; 2],
    machines: [Machine; 2],
    /// Its clock.
    pub clock: WallClock,
    identity: Secrets,
    /// The identity before, until a keeper has started with the present one.
    before: Option<Secrets>,
    public: PublicIdentity,
    /// Identities that it gave up. A stranger has found them.
    pub given_up: Vec<Secrets>,
    /// Keeper and socket.
    pub link: Link,
    /// The guard, while it runs.
    pub guard: Option<Guard>,
    runs: u8,
    /// The topics inside.
    pub inner: Inner,
    /// Another publisher on the driver's topics.
    pub impostor: Option<Impostor>,
    /// Messages that publishers of [`LATCHED`] keep.
    kept: usize,
    numbers: BTreeMap<(Gid, String), u64>,
    /// State and mark of an earlier time.
    earlier: Vec<(Vec<u8>, Vec<u8>)>,
    /// Each policy that there was.
    pub policies: BTreeMap<u64, String>,
    /// The guard's log was damaged or lost since its last start.
    pub log_lost: bool,
    /// State and mark are those of an earlier time, and the keeper cannot know: only its guard can.
    pub rolled_back: bool,
    /// A person has to repeat these revocations.
    pub repeats: bool,
    /// The parties.
    pub repeated: Vec<usize>,
}

/// The keeper's disk and the guard's.
pub const KEEPER: usize = 0;
/// The guard's disk.
pub const GUARD: usize = 1;

impl Robot {
    /// With empty disks.
    pub fn new(number: usize, kept: usize, rng: &mut Rng) -> Robot {
        let disks = [Disk::default(), Disk::default()];
        let mut machine = |disk: &Disk| Machine {
            files: Arc::new(disk.clone()),
            random: Arc::new(SeededRandom::new(rng.number())),
        };
        let machines = [machine(&disks[KEEPER]), machine(&disks[GUARD])];
        let waiting = |topic: &&str| (topic.to_string(), Arc::new(Mutex::new(InnerTopic::default())));
        let identity = Secrets::draw(&machines[KEEPER]);
        Robot {
            number,
            public: identity.identity(&robot_name(number)).public().clone(),
            identity,
            before: None,
            given_up: Vec::new(),
            disks,
            machines,
            clock: WallClock::default(),
            link: Link::default(),
            guard: None,
            runs: 0,
            inner: PUBLISHED.iter().map(waiting).collect(),
            impostor: None,
            kept,
            numbers: BTreeMap::new(),
            earlier: Vec::new(),
            policies: BTreeMap::new(),
            log_lost: false,
            rolled_back: false,
            repeats: false,
            repeated: Vec::new(),
        }
    }

    /// Its public identity.
    pub fn public(&self) -> PublicIdentity {
        self.public.clone()
    }

    /// The keys of its identity are replaced, as by `discreet identity rotate`.
    pub fn rekey(&mut self) {
        let old = std::mem::replace(&mut self.identity, Secrets::draw(&self.machines[KEEPER]));
        // A state that no keeper has taken over yet is still that of the identity before.
        self.before.get_or_insert(old);
        self.given_up.push(old);
        self.public = self.identity.identity(&robot_name(self.number)).public().clone();
    }

    /// Writes a policy file.
    pub fn put_policy(&mut self, text: &str) {
        self.disks.iter().for_each(|disk| disk.put(&policy_path(), text.as_bytes()));
    }

    /// Writes the public identity of a party.
    pub fn put_public(&mut self, party: usize, secrets: &Secrets) {
        let file = secrets.identity(PARTIES[party]).public_file();
        self.disks.iter().for_each(|disk| disk.put(&public_path(party), file.as_bytes()));
    }

    /// Starts the keeper.
    pub fn start_keeper(&mut self, decision: Decision) -> Result<(), StateFault> {
        let name = robot_name(self.number);
        let identities = (self.identity.identity(&name), self.before.map(|before| before.identity(&name)));
        let second = self.clock.second();
        self.link.start_keeper(&self.machines[KEEPER], identities, decision, second)?;
        self.before = None;
        if self.earlier.len() < 8 {
            self.remember();
        }
        Ok(())
    }

    /// Keeps a copy of state and mark, as a backup that an attacker or a person may put back.
    pub fn remember(&mut self) {
        let disk = &self.disks[KEEPER];
        if let (Some(state), Some(mark)) = (disk.get(&state_path()), disk.get(&place().mark)) {
            self.earlier.push((state, mark));
        }
    }

    /// True if the guard that runs can tell that the state which was put back is not the newest. Not if a new state
    /// was begun while the clock was behind, and nothing knew the earlier one: the new numbers are lower.
    pub fn can_notice(&self) -> bool {
        let put_back = self.earlier.first().and_then(|(_, mark)| number_of(std::str::from_utf8(mark).ok()?));
        self.guard.as_ref().and_then(Guard::mark).is_some_and(|mark| Some(mark) >= put_back)
    }

    /// Starts the guard; the reason if it does not start.
    pub fn start_guard(&mut self, now: Now) -> Result<(), String> {
        self.runs = self.runs.wrapping_add(1);
        let (machine, disk) = (&self.machines[GUARD], &self.disks[GUARD]);
        let started = Guard::start(self.number, self.runs, machine, disk, self.clock.as_clock(), now);
        let (mut guard, carrier) = started.map_err(|refused| refused.to_string())?;
        self.link.carrier = Some(carrier);
        // The wait for the keeper's first answer, and the start of the policy.
        self.link.exchange(now, 1);
        guard.restore_floors(&mut self.link, now);
        guard.reload(&mut self.link, now);
        self.guard = Some(guard);
        Ok(())
    }

    /// Ends a part without its knowledge.
    pub fn kill(&mut self, which: usize, power: bool, rng: &mut Rng) -> Option<Gid> {
        let disk = &self.disks[which];
        // Nothing that the end of its objects writes counts.
        disk.set_fuse(0);
        let _dies = discreet_host::files::Files::id_at(disk, &policy_path());
        let gid = match which {
            KEEPER => {
                self.link.keeper_gone("killed");
                None
            }
            _ => {
                self.link.guard_gone();
                let guard = self.guard.take();
                guard.map(|guard| guard.gid)
            }
        };
        self.disks[which].restart(power, rng);
        gid
    }

    /// Damages files of a part that does not run. True if something was damaged.
    pub fn damage(&mut self, which: usize, damage: Damage, rng: &mut Rng) -> bool {
        let disk = self.disks[which].clone();
        if which == GUARD {
            let prefix = log_path().display().to_string();
            let logs =
                disk.paths().into_iter().filter(|path| path.display().to_string().starts_with(&prefix));
            let logs: Vec<PathBuf> = logs.collect();
            self.log_lost = true;
            match damage {
                Damage::Flip => {
                    return !logs.is_empty() && disk.flip(&logs[rng.below(logs.len())], rng);
                }
                Damage::Delete | Damage::RollBack | Damage::RollBackBoth => {
                    logs.iter().for_each(|log| disk.delete(log));
                }
            }
            return true;
        }
        let (state, mark) = (state_path(), place().mark);
        match damage {
            Damage::Flip => return disk.flip(if rng.percent(80) { &state } else { &mark }, rng),
            Damage::Delete => disk.delete(if rng.percent(60) { &state } else { &mark }),
            Damage::RollBack | Damage::RollBackBoth => {
                let Some((old_state, old_mark)) = self.earlier.first().cloned() else { return false };
                disk.put(&state, &old_state);
                if damage == Damage::RollBackBoth {
                    disk.put(&mark, &old_mark);
                }
                // After a power failure the mark may be the old one too: its folder is not synced.
                self.rolled_back = true;
            }
        }
        true
    }

    /// The publishers of the inner domain.
    pub fn graph(&self) -> TopicGraph {
        let of = |(at, topic): (usize, &&str)| {
            let qos = Qos { latched: **topic == *LATCHED, ..Qos::DEFAULT };
            let of = |gid| Endpoint { qos, ..endpoint(gid) };
            let mut all = vec![of(driver(self.number, at, false))];
            all.extend(self.impostor.and_then(|who| impostor(who, of(driver(self.number, at, true)))));
            (topic.to_string(), all)
        };
        let stray = ("/stray".to_owned(), vec![Endpoint { node: NodeName::NotRos, ..endpoint([99; 16]) }]);
        PUBLISHED.iter().enumerate().map(of).chain([stray]).collect()
    }

    /// Another publisher appears, or is gone with what it latched.
    pub fn set_impostor(&mut self, who: Option<Impostor>) {
        self.impostor = who;
        for (at, topic) in PUBLISHED.iter().enumerate() {
            lock(&self.inner[*topic]).leave(&driver(self.number, at, true));
        }
    }

    /// The driver, or its impostor, publishes a message inside. Its publisher and number.
    pub fn publish(&mut self, topic: usize, bytes: Vec<u8>, impostor: bool) -> (Gid, u64) {
        let gid = driver(self.number, topic, impostor);
        let name = PUBLISHED[topic].to_owned();
        let sequence = self.numbers.entry((gid, name.clone())).or_default();
        *sequence += 1;
        let info = MessageInfo { gid, sequence: *sequence, source_stamp: 0 };
        let kept = if name == LATCHED { self.kept } else { 0 };
        lock(&self.inner[&name]).publish(info, &bytes, kept);
        (gid, info.sequence)
    }
}

fn endpoint(gid: Gid) -> Endpoint {
    Endpoint {
        gid,
        node: NodeName::Node("/driver".into()),
        type_name: TYPE.into(),
        type_hash: Some(definition().hash.clone()),
        qos: Qos::DEFAULT,
    }
}

/// An impostor as discovery shows it.
fn impostor(who: Impostor, same: Endpoint) -> Option<Endpoint> {
    match who {
        Impostor::SameName => Some(same),
        Impostor::OtherName => Some(Endpoint { node: NodeName::Node("/other".into()), ..same }),
        Impostor::OtherType => Some(Endpoint { type_name: "std_msgs/msg/Char".into(), ..same }),
        Impostor::OtherVersion => Some(Endpoint { type_hash: Some("RIHS01_0".into()), ..same }),
        Impostor::Unknown => None,
    }
}

/// The publisher of a topic of the driver, or of the impostor.
fn driver(robot: usize, topic: usize, impostor: bool) -> Gid {
    let mut gid = [50 + robot as u8; 16];
    gid[0] = 50 + u8::from(impostor);
    gid[15] = topic as u8;
    gid
}
