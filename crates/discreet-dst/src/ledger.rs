//! The ledger: everything that was published, handed out, opened and obeyed, and the promises as checks on it.

mod answers;
mod clocks;
mod rates;

use std::collections::{BTreeMap, HashMap, HashSet};

use discreet_seal::GRACE;

use crate::coverage::Coverage;
use crate::exit::Left;
use crate::link::HandedKey;
use crate::rights::Rights;
use crate::setting::{PARTIES, is_ingress};
use rates::Rates;

/// A broken promise: its name, and what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The promise.
    pub promise: &'static str,
    /// In words.
    pub what: String,
}

/// A message that a driver published on the inner domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The robot.
    pub robot: usize,
    /// The topic.
    pub topic: String,
    /// It is a message of its type, from the driver itself.
    pub genuine: bool,
}

/// A message as it left sealed.
#[derive(Debug, Clone)]
struct Sealed {
    until: i64,
    members: Vec<String>,
}

/// A command that a party sent.
#[derive(Debug, Clone)]
pub struct Commanded {
    /// Its sender.
    pub party: usize,
    /// The robot that it is for.
    pub robot: usize,
    /// Its stamp in nanoseconds.
    pub stamp: u64,
    /// The number of the identity that signed it: a party may have had others since.
    pub keys: usize,
    /// It is the request of a call.
    pub call: bool,
    /// It is a message of its type, within the policy's limits.
    pub fair: bool,
}

/// A revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// When it was ordered, in true milliseconds.
    pub at: u64,
    /// The guard has confirmed it.
    pub confirmed: bool,
}

/// The facts about a robot that checks compare with.
#[derive(Debug, Default)]
pub struct RobotLedger {
    keys: HashMap<u32, HandedKey>,
    /// Keys of a state that was given up: a guard uses them until they end.
    earlier: HashMap<u32, HandedKey>,
    secrets: HashSet<[u8; 32]>,
    counters: HashSet<(u32, u64)>,
    /// Parties that are revoked, with the keeper's word that it is on its disk.
    pub revoked: BTreeMap<usize, Revocation>,
    /// The newest policy that the keeper had in force.
    pub keeper_floor: u64,
    /// The newest policy that the guard had in force.
    pub guard_floor: u64,
    /// The latest second that the guard sealed or obeyed in while its log was written.
    pub latest: i64,
    /// The latest second that its present run sealed or obeyed in.
    pub latest_of_run: i64,
    /// The keeper's memory went back, and nothing could know: its key ids come again.
    pub unheld: bool,
    /// The rights of each policy version.
    pub rights: BTreeMap<u64, Rights>,
}

/// Everything that happened.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Each robot.
    pub robots: Vec<RobotLedger>,
    /// Messages, by their number.
    pub sent: Vec<Sent>,
    /// Commands, by their number.
    pub commands: Vec<Commanded>,
    /// For each party, when it gave up each of its identities, in true milliseconds.
    pub given_up: [Vec<u64>; PARTIES.len()],
    /// The last second's commands.
    pub rates: Rates,
    sealed: HashMap<usize, Vec<Sealed>>,
    /// Number of times that each run of a party opened each message.
    opened: HashMap<(usize, u32, usize), usize>,
    obeyed: HashSet<usize>,
    answered: HashSet<usize>,
    /// Messages opened, by party and message; for liveness.
    pub last_opened: HashMap<(usize, usize), u64>,
    /// Commands obeyed, with the time; for liveness.
    pub last_obeyed: HashMap<usize, u64>,
    /// Counts for the report.
    pub counts: BTreeMap<&'static str, u64>,
    /// Faults and reasons.
    pub coverage: Coverage,
}

/// The state in which the guard acts: the true time, its own clock, and the version of its policy.
#[derive(Debug, Clone, Copy)]
pub struct Acting {
    /// The robot.
    pub robot: usize,
    /// True milliseconds.
    pub at: u64,
    /// The guard's second.
    pub second: i64,
    /// Its policy.
    pub version: u64,
    /// Its log can be written.
    pub writes: bool,
    /// The longest time for which keys given before a revocation are used, in milliseconds.
    pub bound: u64,
}

type Checked = Result<(), Broken>;

fn broken(promise: &'static str, what: String) -> Checked {
    Err(Broken { promise, what })
}

impl Ledger {
    /// Counts for the report.
    pub fn count(&mut self, what: &'static str, by: u64) {
        *self.counts.entry(what).or_default() += by;
    }

    /// The keeper's memory is an earlier one, and the guard that runs is the only one that can know, by its mark. Without
    /// it nothing holds what came after.
    pub fn rolled_back(&mut self, robot: usize, guard_runs: bool) {
        let ledger = &mut self.robots[robot];
        ledger.revoked.retain(|_, revoked| revoked.confirmed && guard_runs);
        ledger.keeper_floor = 0;
        if !guard_runs {
            ledger.unheld = true;
            self.new_state(robot);
        }
    }

    /// A keeper begins a new state: key ids begin again.
    pub fn new_state(&mut self, robot: usize) {
        let ledger = &mut self.robots[robot];
        ledger.earlier.extend(ledger.keys.drain());
        ledger.counters.clear();
    }

    /// A keeper handed out a key.
    pub fn handed(&mut self, robot: usize, key: HandedKey) -> Checked {
        let ledger = &mut self.robots[robot];
        if !ledger.secrets.insert(key.secret) || ledger.keys.contains_key(&key.id) {
            return broken("no key twice", format!("key {} was handed out before", key.id));
        }
        for member in &key.members {
            let party = PARTIES.iter().position(|party| party == member);
            if party.is_some_and(|party| ledger.revoked.contains_key(&party)) {
                let what = format!("key {} was wrapped to {member}, who is revoked", key.id);
                return broken("revoked means no key", what);
            }
        }
        ledger.keys.insert(key.id, key);
        Ok(())
    }

    /// A message left sealed.
    pub fn sealed(&mut self, acting: Acting, message: usize, (key, counter): (u32, u64)) -> Checked {
        let Sent { topic, .. } = self.sent[message].clone();
        let ledger = &mut self.robots[acting.robot];
        if !ledger.counters.insert((key, counter)) {
            return broken("no nonce twice", format!("key {key} sealed number {counter} twice"));
        }
        let Some(handed) = ledger.keys.get(&key).or_else(|| ledger.earlier.get(&key)) else {
            return broken("no key of its own", format!("key {key} was never handed out"));
        };
        let (until, members) = (handed.until, handed.members.clone());
        if acting.second >= until {
            return broken(
                "keys end",
                format!("key {key} was used {} s after its end", acting.second - until),
            );
        }
        for member in &members {
            let Some(party) = PARTIES.iter().position(|party| party == member) else { continue };
            let rights = ledger.rights.get(&acting.version);
            let may = rights.is_some_and(|rights| rights.may_read(party, &topic, acting.second));
            if !may {
                let what =
                    format!("{topic} was sealed for {member}, whom version {} gives it not", acting.version);
                return broken("nothing without a rule", what);
            }
            match ledger.revoked.get(&party) {
                Some(revoked) if revoked.confirmed => {
                    let what = format!("{topic} was sealed for {member} after a confirmed revocation");
                    return broken("revoked means nothing more", what);
                }
                Some(revoked) if acting.at > revoked.at + acting.bound => {
                    let late = (acting.at - revoked.at) / 1000;
                    let what = format!("{topic} was sealed for {member} {late} s after the revocation");
                    return broken("revoked means nothing more", what);
                }
                _ => {}
            }
        }
        self.clock(acting)?;
        self.sealed.entry(message).or_default().push(Sealed { until, members });
        self.count("sealed", 1);
        Ok(())
    }

    /// A message left open.
    pub fn left_open(&mut self, message: usize) -> Checked {
        let topic = &self.sent[message].topic;
        if topic != crate::setting::OPEN {
            return broken("nothing without a rule", format!("{topic} left open"));
        }
        self.count("left open", 1);
        Ok(())
    }

    /// Something left, recorded as its receipt and as the disk say.
    pub fn left(&mut self, message: usize, left: &Left) -> Checked {
        let Left { contextual, recorded, .. } = *left;
        let Sent { topic, genuine, .. } = &self.sent[message];
        if !genuine {
            return broken(
                "nothing of others",
                format!("{topic}: a message of an impostor, or a malformed one, left"),
            );
        }
        if (contextual && !recorded) || (recorded && left.audiences.is_empty()) {
            return broken("nothing without a record", format!("{topic} left, and no durable entry says so"));
        }
        Ok(())
    }

    /// A durable entry names those to whom the key of a message was wrapped.
    pub fn recorded_for(&self, robot: usize, left: &Left) -> Checked {
        let ledger = &self.robots[robot];
        let id = left.sealed.map_or(0, |(key, _)| key);
        let handed = [&ledger.keys, &ledger.earlier].into_iter().filter_map(|keys| keys.get(&id));
        let members: Vec<String> = handed.map(|key| key.members.join(" ")).collect();
        if left.recorded && !left.audiences.iter().any(|audience| members.contains(audience)) {
            let (topic, audiences) = (&left.topic, left.audiences.join(", "));
            let what = format!("{topic} left for {}, and is recorded for {audiences}", members.join(", "));
            return broken("the record is true", what);
        }
        Ok(())
    }

    /// A party opened a message.
    pub fn opened(
        &mut self,
        (party, run, second): (usize, u32, i64),
        message: usize,
        (robot, topic): (usize, &str),
        at: u64,
    ) -> Checked {
        let name = PARTIES[party];
        let Some(sent) = self.sent.get(message) else {
            return broken("nothing that was not sent", format!("{name} opened a message that nobody sent"));
        };
        if (sent.robot, sent.topic.as_str()) != (robot, topic) {
            let what = format!("{name} opened a message of {} as one of {topic}", sent.topic);
            return broken("nothing elsewhere", what);
        }
        let Some(sealed) = self.sealed.get(&message) else {
            return broken(
                "nothing that was not sealed",
                format!("{name} opened a message that was not sealed"),
            );
        };
        let for_it = sealed.iter().filter(|sealed| sealed.members.iter().any(|member| member == name));
        let Some(until) = for_it.clone().map(|sealed| sealed.until).max() else {
            return broken("nothing without a rule", format!("{name} opened {topic} without being a member"));
        };
        if second >= until + GRACE {
            let late = second - until;
            return broken("nothing late", format!("{name} opened {topic} {late} s after the key's end"));
        }
        // What is latched is sealed again for new keys, and opened again.
        let times = self.opened.entry((party, run, message)).or_default();
        *times += 1;
        if *times > for_it.count() {
            return broken("nothing twice", format!("{name} opened message {message} of {topic} twice"));
        }
        self.last_opened.insert((party, message), at);
        self.count("opened", 1);
        Ok(())
    }

    /// True if this run of a party opened a message.
    pub fn has_opened(&self, party: usize, run: u32, message: usize) -> bool {
        self.opened.contains_key(&(party, run, message))
    }

    /// A guard obeyed a command. `silent`: milliseconds since it heard its keeper.
    pub fn obeyed(&mut self, acting: Acting, sender: &str, command: usize, silent: u64, ns: i64) -> Checked {
        let Some(commanded) = self.commands.get(command).cloned() else {
            return broken(
                "nothing that was not sent",
                format!("a command of {sender} that nobody sent was obeyed"),
            );
        };
        let name = PARTIES[commanded.party];
        if name != sender || commanded.robot != acting.robot {
            return broken("nothing elsewhere", format!("a command of {name} was obeyed as one of {sender}"));
        }
        if !commanded.fair {
            let what = format!("a command of {name} that is malformed or beyond the limits was obeyed");
            return broken("nothing beyond the limits", what);
        }
        let ledger = &self.robots[acting.robot];
        let rights = ledger.rights.get(&acting.version);
        let right = if commanded.call { Rights::may_call } else { Rights::may_command };
        if !rights.is_some_and(|rights| right(rights, commanded.party, acting.second)) {
            return broken("nothing without a rule", format!("{name} commanded without a rule"));
        }
        if silent > 30_000 {
            let what = format!("{name} commanded {} s after the keeper's last word", silent / 1000);
            return broken("authority is a lease", what);
        }
        if let Some(revoked) = ledger.revoked.get(&commanded.party) {
            let late = acting.at - revoked.at;
            if revoked.confirmed || late > 31_000 {
                let what = format!("{name} commanded {} s after its revocation", late / 1000);
                return broken("revoked means nothing more", what);
            }
        }
        if let Some(given_up) = self.given_up[commanded.party].get(commanded.keys) {
            let late = acting.at - given_up;
            if late > 31_000 {
                let what = format!("{name} commanded with keys that it gave up {} s ago", late / 1000);
                return broken("keys that were given up command nothing", what);
            }
        }
        let age = ns - commanded.stamp as i64;
        if !(-500_000_000..=2_000_000_000).contains(&age) {
            let what = format!("a command of {name} was obeyed at an age of {} ms", age / 1_000_000);
            return broken("nothing late", what);
        }
        if !self.obeyed.insert(command) {
            return broken("nothing twice", format!("a command of {name} was obeyed twice"));
        }
        let who = (acting.robot, commanded.party, commanded.keys, commanded.call);
        if let Some(many) = self.rates.exceeded(who, acting.at) {
            return broken("the rate is kept", format!("{many} commands of {name} were obeyed in a second"));
        }
        self.clock(acting)?;
        self.last_obeyed.insert(command, acting.at);
        self.count(if commanded.call { "calls obeyed" } else { "obeyed" }, 1);
        Ok(())
    }

    /// A window of the record, or the catalogue, names an audience.
    pub fn audience(&mut self, robot: usize, at: u64, topic: &str, names: impl Fn(&str) -> bool) -> Checked {
        for (party, revoked) in &self.robots[robot].revoked {
            // A window is opened up to a second ahead, for the audience of then.
            let over = revoked.confirmed && at > revoked.at + 3000;
            if over && names(PARTIES[*party]) && !is_ingress(topic) {
                let what = format!(
                    "record or catalogue names {} as an audience of {topic}, after it was revoked",
                    PARTIES[*party]
                );
                return broken("the record is true", what);
            }
        }
        Ok(())
    }
}
