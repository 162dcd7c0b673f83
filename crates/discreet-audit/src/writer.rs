//! The thread that writes: one step after the other, each one write and one sync.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::chain::{Link, MAX_ROUTES, write_line};
use super::current_part::CurrentPart;
use super::entry::{Closed, Entry, Opened, PolicyMark, cleaned};
use super::file::Disk;
use super::gate::Stepped;
use super::part_entry::{Carried, Note};
use super::recovery::higher;
use super::refused::OpenError;
use super::rotation::Rotation;
use super::route::Route;
use super::time::Time;
use super::{Clock, Last, Opening, Shared};

/// Interval of the writer's steps. A step with nothing to write costs microseconds.
const PAUSE: Duration = Duration::from_millis(100);
/// From here in a window the last one is closed and the next one opened, together in one sync. Late enough that
/// stragglers are counted, early enough that the disk has most of a second.
const HANDOVER: i64 = 300;
/// Entries kept while the log cannot be written; an hour of faults. The oldest go first, counted.
const MAX_BACKLOG: usize = 4096;

pub(super) struct Writer {
    disk: Box<dyn Disk>,
    shared: Arc<Shared>,
    opening: Opening,
    /// The end of the chain; nothing while the log is not open.
    link: Option<Link>,
    policy: Option<PolicyMark>,
    part: CurrentPart,
    backlog: VecDeque<(Time, Entry)>,
    lost: u64,
    fault: Option<(Time, String)>,
}

/// Windows to open: the second, and the routes that may release in it.
type Grants = BTreeMap<i64, Vec<Arc<Route>>>;

/// One write.
struct Batch {
    lines: Vec<u8>,
    /// The end of the chain after it.
    link: Link,
    /// True if the part has entries that are not about parts.
    in_use: bool,
    /// The state that a start after it needs.
    state: Carried,
    /// The part whose removal it records.
    removed: Option<u64>,
    /// Its last entry, if that closes the part.
    closed: Option<Note>,
}

impl Writer {
    pub fn new(disk: Box<dyn Disk>, shared: Arc<Shared>, opening: Opening, rotation: Rotation) -> Self {
        let (policy, part) = (opening.policy, CurrentPart::new(rotation));
        let backlog = VecDeque::new();
        Writer { disk, shared, opening, link: None, policy, part, backlog, lost: 0, fault: None }
    }

    /// Opens the log and writes its start.
    pub fn open(&mut self, now: Time) -> Result<(), OpenError> {
        let recovered = self.disk.open()?;
        self.policy = higher(self.policy, recovered.policy);
        self.link = Some(recovered.link.unwrap_or(Link::START));
        self.part.found(&recovered);
        self.shared.set_last(Last {
            time: recovered.time,
            policy: recovered.policy,
            mark: recovered.mark.clone(),
        });
        if let Some(policy) = self.policy {
            self.shared.raise_policy(policy);
        }
        let Opening { program, robot, policy } = self.opening.clone();
        self.backlog.push_front((now, Entry::Start { program, robot, policy, head: recovered.head }));
        if let Some((bytes, blake3)) = recovered.torn {
            self.backlog.push_front((now, Entry::Recovered { bytes, blake3 }));
        }
        Ok(())
    }

    /// Steps until told to stop. With no pause between, only when asked (tests drive it by hand).
    pub fn run(self, clock: &Clock, by_itself: bool) {
        let _gone = Gone { shared: self.shared.clone(), clock: clock.clone() };
        let mut writer = self; // dropped before `_gone`: a thread that waits for that may open the file again
        let pause = if by_itself { PAUSE } else { Duration::from_secs(3600) };
        loop {
            let go_on = writer.shared.gate.next_step(pause);
            writer.step(clock(), !go_on);
            writer.shared.gate.step_ended(writer.fault.clone());
            if !go_on {
                return;
            }
        }
    }

    /// One step, and the fault that it ends with.
    pub fn stepped(&mut self, now: Time, last: bool) -> Stepped {
        self.step(now, last);
        (now, self.fault.clone())
    }

    pub fn step(&mut self, now: Time, last: bool) {
        let result = match self.link {
            Some(_) => Ok(()),
            None => self.open(now).map_err(|error| error.to_string()),
        };
        self.collect(now, last);
        let result = result.and_then(|()| self.write(now, last));
        match result {
            Ok(()) => self.fault = None,
            Err(why) => drop(self.fault.get_or_insert((now, why))),
        }
    }

    /// Takes the entries of the routes and of the control plane.
    fn collect(&mut self, now: Time, last: bool) {
        let (entries, dropped) = self.shared.take_entries();
        self.backlog.extend(entries.into_iter().map(|entry| (now, entry)));
        self.lost = self.lost.saturating_add(dropped);
        let routes = self.shared.routes();
        let closing = if last { i64::MAX } else { now.second() - i64::from(now.millisecond() < HANDOVER) };
        let mut closed: BTreeMap<(i64, i64), Vec<Closed>> = BTreeMap::new();
        for route in &routes {
            let ended = {
                let mut tally = route.tally();
                if last || tally.ended {
                    tally.revoke();
                }
                tally.ended
            };
            for (reason, at) in route.new_denials() {
                let topic = route.info.topic.clone();
                self.backlog.push_back((now, Entry::Denied { route: route.id, topic, reason, at }));
            }
            for (from, to, counts) in route.close_before(if ended { i64::MAX } else { closing }, now.second())
            {
                closed.entry((from, to)).or_default().push(counts);
            }
            if ended {
                self.shared.forget(route.id);
                self.backlog.push_back((now, route_entry("closed", route)));
            }
        }
        for ((from, to), routes) in closed {
            let (from, to) = (Time::from_second(from), Time::from_second(to));
            for routes in routes.chunks(MAX_ROUTES).map(<[_]>::to_vec) {
                self.backlog.push_back((now, Entry::Closed { from, to, routes }));
            }
        }
        if last {
            self.backlog.push_back((now, Entry::Stop));
        }
        while self.backlog.len() > MAX_BACKLOG {
            self.backlog.pop_front();
            self.lost += 1;
        }
    }

    fn write(&mut self, now: Time, last: bool) -> Result<(), String> {
        self.policy = higher(self.policy, self.shared.policy());
        let grants = if last { BTreeMap::new() } else { self.grants(now) };
        let batch = self.batch(now, last, &grants)?;
        if batch.lines.is_empty() {
            return Ok(());
        }
        self.disk.append(&batch.lines, batch.link).map_err(|error| error.to_string())?;
        self.written(now, batch);
        for (second, routes) in grants {
            routes.iter().for_each(|route| route.tally().open(second));
        }
        Ok(())
    }

    /// The entries to write, and the entry that closes the part if it is full.
    fn batch(&mut self, now: Time, last: bool, grants: &Grants) -> Result<Batch, String> {
        let overrun =
            || (self.lost > 0).then(|| (now, "there were more events than could be entered".to_owned()));
        let fault = self
            .fault
            .clone()
            .or_else(overrun)
            .map(|(since, what)| (now, Entry::Fault { since, what: cleaned(&what), lost: self.lost }));
        let windows = grants.iter().flat_map(|(second, routes)| self.window_entries(now, *second, routes));
        let windows: Vec<_> = windows.collect();
        let Some(mut link) = self.link else { return Err("the log is not open".to_owned()) };
        let parts = self.part.entries(self.disk.as_mut(), now);
        self.backlog.extend(parts.trouble);
        let (mut lines, mut latest) = (Vec::new(), now);
        let others = fault.iter().chain(&self.backlog).chain(&windows);
        for (time, entry) in parts.first.iter().chain(others.clone()).chain(&parts.removed) {
            link = write_line(&mut lines, link, *time, entry).map_err(|error| error.to_string())?;
            latest = latest.max(*time);
        }
        // Entries about parts alone are not worth another part.
        let in_use = self.part.is_in_use() || others.clone().next().is_some();
        let mark = self.backlog.iter().rev().find_map(|(_, entry)| entry.mark());
        let state = self.part.state(latest, self.policy, mark);
        let closed = match in_use && !last {
            true => self.part.closing(self.disk.as_mut(), lines.len() as u64, now, state.clone()),
            false => None,
        };
        if let Some(note) = &closed {
            let entry = Entry::Part(note.clone());
            link = write_line(&mut lines, link, now, &entry).map_err(|error| error.to_string())?;
        }
        Ok(Batch { lines, link, in_use, state, removed: parts.part, closed })
    }

    /// A batch is on the disk.
    fn written(&mut self, now: Time, batch: Batch) {
        self.link = Some(batch.link);
        self.shared.set_head(batch.link);
        self.backlog.clear();
        self.lost = 0;
        self.part.written(batch.lines.len() as u64, now, batch.in_use, batch.state);
        if let Some(part) = batch.removed {
            self.part.removed(self.disk.as_mut(), part, now);
        }
        if let Some(closed) = batch.closed {
            self.part.begin_next(self.disk.as_mut(), &closed, batch.link);
        }
    }

    /// Windows to open: for routes in use, the current one, and from the handover on the next.
    fn grants(&self, now: Time) -> Grants {
        let second = now.second();
        let both = [second, second.saturating_add(1)];
        let (current, _) = both.split_at(1);
        let seconds = if now.millisecond() < HANDOVER { current } else { &both };
        let mut grants = Grants::new();
        for route in self.shared.routes() {
            for second in route.tally().wanted(second, seconds) {
                grants.entry(second).or_default().push(route.clone());
            }
        }
        grants
    }

    fn window_entries(&self, now: Time, second: i64, routes: &[Arc<Route>]) -> Vec<(Time, Entry)> {
        let (from, to) = (Time::from_second(second), Time::from_second(second.saturating_add(1)));
        let opened = |route: &Arc<Route>| Opened { route: route.id, info: route.info.clone() };
        let entry = |routes: &[Arc<Route>]| {
            let routes = routes.iter().map(opened).collect();
            (now, Entry::Window { from, to, policy: self.policy, routes })
        };
        routes.chunks(MAX_ROUTES).map(entry).collect()
    }
}

pub(super) fn route_entry(change: &'static str, route: &Route) -> Entry {
    let (info, source) = (route.info.clone(), route.info.source.clone());
    Entry::Route { change, route: route.id, info, source }
}

/// Reports the end of the writer, even in a panic, so that routes do not wait for it.
struct Gone {
    shared: Arc<Shared>,
    clock: Clock,
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.shared.gate.writer_gone((self.clock)());
    }
}
