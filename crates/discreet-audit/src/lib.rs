//! The record of what left the robot: no record, no release.
//!
//! An append-only log, one JSON object a line, each line hashed together with the hash of the line before. By size
//! and age it continues in a new file with the same chain; docs/audit.md has the format. Time is divided into windows
//! of a second. Before the first message of a window leaves on a route, a durable `window` entry says which route,
//! form, audience and policy; afterwards a `closed` entry says how many messages left, with the root of their hashes,
//! and how many were denied and why. So a crash may lose counts, never the fact that something was released.
//!
//! The disk is not on the path of a busy route: a thread opens the next window of a route in use while the current one
//! still runs. Only the first message after a pause waits for the disk. When the log cannot be written, contextual
//! routes stop and operational ones go on, marked as unrecorded; both are entered as soon as the log can be written.
//!
//! **What the chain proves.** A changed, cut, reordered or inserted entry is found by [`verify`]. But the chain has no key:
//! a user who may write the file can also compute a whole new one from the first line on, and its `.head` file too. Keep
//! a head somewhere else to close that: the guard publishes it on `/diagnostics` (`audit head`), any recorder of
//! diagnostics has it, and `discreet audit verify audit.log --head <hash>` tells whether the log still contains it.

mod background;
mod chain;
mod check;
mod current_part;
mod digest;
mod entry;
mod file;
mod gate;
mod head;
mod part_entry;
mod part_files;
mod parts;
mod recovery;
mod refused;
mod report;
mod rotation;
mod route;
mod time;
mod verify;
mod writer;

#[cfg(test)]
mod tests;

use discreet_host::sync::lock;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

pub use chain::{Link, unhex as parse_hash};
pub use digest::digest;
pub use entry::{PolicyMark, RouteInfo};
pub use parts::{Parts, carried_time, open, open_part, part_of};
pub use refused::LogRefused;
pub use report::{Finding, Integrity, MAX_FINDINGS, Report, What};
pub use rotation::Rotation;
pub use route::{NotRecorded, Receipt, RouteLog};
pub use time::Time;
pub use verify::{verify, verify_from, verify_lines};

use background::AtOnce;
use discreet_host::files::Files;
use entry::Entry;
pub use entry::cleaned;
use file::{Disk, LogFile};
use gate::Gate;
use part_files::Steps;
use refused::OpenError;
use route::Route;
use writer::{Writer, route_entry};

/// Source of the writer's time.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// Contents of the `start` entry.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Program and version.
    pub program: String,
    /// The policy's `robot:`.
    pub robot: String,
    /// The policy in force, if there is one yet.
    pub policy: Option<PolicyMark>,
}

/// The floors for the clock and for policy versions, from earlier runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Last {
    /// The latest time in the end of the log.
    pub time: Option<Time>,
    /// The highest policy that was in force.
    pub policy: Option<PolicyMark>,
    /// The mark of the keeper's state that was entered last.
    pub mark: Option<String>,
}

/// State of the log's writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Yes.
    Writing,
    /// No: contextual routes stand still. It is tried again all the time.
    Faulty {
        /// Since when, if a write failed (and not just hangs).
        since: Option<Time>,
        /// In words for the person on shift.
        why: String,
    },
}

/// The audit log of a running program.
#[derive(Debug)]
pub struct Audit {
    shared: Arc<Shared>,
}

impl Audit {
    /// Opens the log at `path` and starts its writer.
    ///
    /// A path that cannot be written is not an error here: the log is faulty then, and is tried again. A log that was
    /// tampered with is an error, and must not be written on.
    pub fn open(path: &Path, opening: Opening, clock: Clock) -> Result<Self, LogRefused> {
        Audit::rotating(path, opening, clock, Rotation::NEVER)
    }

    /// The same with a log that begins new parts, and removes old ones, as `rotation` says.
    pub fn rotating(
        path: &Path,
        opening: Opening,
        clock: Clock,
        rotation: Rotation,
    ) -> Result<Self, LogRefused> {
        Audit::on(Box::new(LogFile::new(path)), opening, clock, rotation, true)
    }

    /// The same on other files and without a thread, for programs in simulated time: the writer steps when a route
    /// waits for it, and with each [`Audit::flush`].
    pub fn stepped(
        files: Arc<dyn Files>,
        path: &Path,
        opening: Opening,
        clock: Clock,
        rotation: Rotation,
    ) -> Result<Self, LogRefused> {
        let file = LogFile::with(path, Steps::on(files), Box::new(AtOnce));
        let (shared, mut writer) = Audit::begin(Box::new(file), opening, &clock, rotation)?;
        shared.gate.step_by_hand(Box::new(move |last| writer.stepped(clock(), last)));
        shared.gate.flush();
        Ok(Audit { shared })
    }

    fn on(
        disk: Box<dyn Disk>,
        opening: Opening,
        clock: Clock,
        rotation: Rotation,
        by_itself: bool,
    ) -> Result<Self, LogRefused> {
        let (shared, writer) = Audit::begin(disk, opening, &clock, rotation)?;
        let thread = std::thread::Builder::new().name("audit".to_owned());
        let gone = (shared.clone(), clock.clone());
        if thread.spawn(move || writer.run(&clock, by_itself)).is_err() {
            let (shared, clock) = gone;
            shared.gate.writer_gone(clock());
        }
        shared.gate.flush();
        Ok(Audit { shared })
    }

    fn begin(
        disk: Box<dyn Disk>,
        opening: Opening,
        clock: &Clock,
        rotation: Rotation,
    ) -> Result<(Arc<Shared>, Writer), LogRefused> {
        let opening =
            Opening { program: cleaned(&opening.program), robot: cleaned(&opening.robot), ..opening };
        let shared = Arc::new(Shared::new());
        let mut writer = Writer::new(disk, shared.clone(), opening, rotation);
        match writer.open(clock()) {
            Err(OpenError::Refused(refused)) => Err(refused),
            // Any other error: the writer opens it when it can.
            Ok(()) | Err(_) => Ok((shared, writer)),
        }
    }

    /// Begins a route. A new policy or epoch needs a new one.
    pub fn route(&self, info: RouteInfo) -> RouteLog {
        let id = self.shared.next_route.fetch_add(1, Ordering::Relaxed);
        let route = Arc::new(Route::new(id, info));
        lock(&self.shared.routes).push(route.clone());
        self.enter(route_entry("opened", &route));
        RouteLog { route, gate: self.shared.gate.clone() }
    }

    /// A policy was switched to.
    pub fn policy_switched(&self, policy: PolicyMark) {
        self.shared.raise_policy(policy);
        self.enter(Entry::Policy { change: "switched", policy: Some(policy), why: String::new() });
    }

    /// A policy was refused.
    pub fn policy_refused(&self, policy: Option<PolicyMark>, why: &str) {
        self.enter(Entry::Policy { change: "refused", policy, why: cleaned(why) });
    }

    /// Records an event of the keeper: a stakeholder was revoked (`revoked`) or granted again (`granted`), the keeper
    /// cannot be reached or is back (`keeper_gone`, `keeper_back`) or has no keys for this policy (`mismatch`), a
    /// stakeholder's keys have changed (`rekeyed`), another process connected as this guard's user (`another_guard`),
    /// a person gave up or accepted the keeper's state (`new_state`), that state has a new mark (`mark`), or there
    /// was a log before this one (`log_gone`).
    pub fn keys(&self, change: &'static str, who: &str, why: &str) {
        self.enter(Entry::Keys { change, who: cleaned(who), why: cleaned(why) });
    }

    /// Records that a topic, or a publisher of it, is denied before any message: the reason becomes a `denied` entry.
    pub fn kept_out(&self, now: Time, topic: &str, reason: &'static str) {
        self.enter(Entry::Denied { route: 0, topic: cleaned(topic), reason, at: now });
    }

    /// Records a fault of the program.
    pub fn fault(&self, now: Time, what: &str) {
        self.enter(Entry::Fault { since: now, what: cleaned(what), lost: 0 });
    }

    /// State of the log's writing.
    pub fn state(&self) -> State {
        self.shared.gate.state()
    }

    /// The last durable entry, to be published where the log's keeper cannot change it.
    pub fn head(&self) -> Option<Link> {
        *lock(&self.shared.head)
    }

    /// The floors from earlier runs; empty as long as the log could not be read.
    pub fn last(&self) -> Last {
        lock(&self.shared.last).clone()
    }

    /// Waits (a second at most) until what was entered so far is on the disk.
    pub fn flush(&self) {
        self.shared.gate.flush();
    }

    fn enter(&self, entry: Entry) {
        let mut entries = lock(&self.shared.entries);
        // The time of an entry is the time it is written; the queue lives for a tenth of a second.
        // Entries that any publisher can cause leave room for those that only the robot's owner can.
        let room = if matches!(entry, Entry::Denied { .. }) { MAX_QUEUE / 2 } else { MAX_QUEUE };
        if entries.len() < room {
            entries.push_back(entry);
        } else {
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes the last entry, `stop`, and waits for it unless the disk hangs. Nothing is recorded after that. The end
    /// of the last owner does the same, but a thread that is slow to end may be one.
    pub fn finish(&self) {
        self.shared.gate.stop();
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Control entries between two steps of the writer.
const MAX_QUEUE: usize = 1024;

/// State that the writer shares with the rest of the program.
#[derive(Debug)]
struct Shared {
    gate: Arc<Gate>,
    routes: Mutex<Vec<Arc<Route>>>,
    next_route: AtomicU32,
    entries: Mutex<VecDeque<Entry>>,
    dropped: AtomicU64,
    policy: Mutex<Option<PolicyMark>>,
    head: Mutex<Option<Link>>,
    last: Mutex<Last>,
}

impl Shared {
    fn new() -> Self {
        Shared {
            gate: Arc::new(Gate::new()),
            routes: Mutex::default(),
            next_route: AtomicU32::new(1),
            entries: Mutex::default(),
            dropped: AtomicU64::new(0),
            policy: Mutex::default(),
            head: Mutex::default(),
            last: Mutex::default(),
        }
    }

    fn routes(&self) -> Vec<Arc<Route>> {
        lock(&self.routes).clone()
    }

    fn forget(&self, id: u32) {
        lock(&self.routes).retain(|route| route.id != id);
    }

    fn take_entries(&self) -> (VecDeque<Entry>, u64) {
        (std::mem::take(&mut *lock(&self.entries)), self.dropped.swap(0, Ordering::Relaxed))
    }

    fn policy(&self) -> Option<PolicyMark> {
        *lock(&self.policy)
    }

    fn raise_policy(&self, policy: PolicyMark) {
        let mut highest = lock(&self.policy);
        *highest = recovery::higher(Some(policy), *highest);
    }

    fn set_last(&self, last: Last) {
        *lock(&self.last) = last;
    }

    fn set_head(&self, link: Link) {
        *lock(&self.head) = Some(link);
    }
}
