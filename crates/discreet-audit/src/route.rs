//! One route's log: the hot path of the audit.
//!
//! A route counts in at most four windows at once: the one being closed, the current one, the next one that the writer
//! has already made durable, and one to spare. Recording is a lock that nobody else holds for long, and two additions
//! and a hash update under it; nothing is allocated.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use super::entry::{Closed, RouteInfo};
use super::gate::Gate;
use super::time::Time;
use discreet_host::sync::lock;
use discreet_redact::Redaction;

/// Proof that a release was recorded. Only the audit makes one; the publisher takes it.
#[derive(Debug)]
#[must_use = "a receipt is for publishing"]
pub struct Receipt {
    recorded: bool,
}

impl Receipt {
    /// False on an operational route while the log cannot be written: it continues, and reports that.
    pub fn is_recorded(&self) -> bool {
        self.recorded
    }
}

/// The log cannot be written, and nothing contextual leaves without a record. Already counted, as a denial with the
/// reason [`NotRecorded::LABEL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the audit log cannot be written")]
pub struct NotRecorded;

impl NotRecorded {
    /// The reason's name in counters and entries.
    pub const LABEL: &'static str = "not_recorded";
}

/// The log of one route. Dropping it ends the route.
#[derive(Debug)]
pub struct RouteLog {
    pub(super) route: Arc<Route>,
    pub(super) gate: Arc<Gate>,
}

impl RouteLog {
    /// Records that a message is about to leave. Waits for the disk only when the route was idle before.
    pub fn record_release(&self, now: Time, digest: &[u8; 32], bytes: usize) -> Result<Receipt, NotRecorded> {
        let second = now.second();
        if let Some(receipt) = self.route.tally().release(second, digest, bytes) {
            return Ok(receipt);
        }
        self.gate.ask(self.route.info.contextual);
        let mut tally = self.route.tally();
        if let Some(receipt) = tally.release(second, digest, bytes) {
            return Ok(receipt);
        }
        let window = tally.window(second);
        if self.route.info.contextual {
            window.deny(now, NotRecorded::LABEL);
            return Err(NotRecorded);
        }
        window.release(digest, bytes);
        window.unrecorded += 1;
        Ok(Receipt { recorded: false })
    }

    /// Announces that messages are about to come, so that the first of them need not wait for the disk.
    pub fn expect(&self, now: Time) {
        self.route.tally().active = Some(now.second());
    }

    /// Counts the redaction of a message that is about to leave: areas covered, or the reason for a blank frame.
    pub fn record_redaction(&self, now: Time, redaction: &Redaction) {
        let mut tally = self.route.tally();
        let window = tally.window(now.second());
        if redaction.raised > 0 {
            window.note("raised", redaction.raised.into());
        }
        match redaction.blank {
            Some(blind) => window.note(blind.label(), 1),
            None if redaction.covered > 0 => window.note("covered", redaction.covered.into()),
            None => {}
        }
    }

    /// Counts frames that were skipped because newer ones had come before they could be inspected.
    pub fn record_skipped(&self, now: Time, frames: u64) {
        self.route.tally().window(now.second()).note("skipped", frames);
    }

    /// Counts a message that stays. The first one for a reason in a window becomes an entry of its own.
    pub fn record_denial(&self, now: Time, reason: &'static str) {
        self.route.tally().window(now.second()).deny(now, reason);
    }
}

impl Drop for RouteLog {
    fn drop(&mut self) {
        self.route.tally().ended = true;
    }
}

#[derive(Debug)]
pub(super) struct Route {
    pub id: u32,
    pub info: RouteInfo,
    tally: Mutex<Tally>,
}

/// Counts of a route in the windows that are not closed yet.
#[derive(Debug)]
pub(super) struct Tally {
    windows: [Window; 4],
    /// The last second in which something was released or should have been.
    active: Option<i64>,
    /// A second that a message waits for. It may differ from the writer's at the turn of a second.
    asked: Option<i64>,
    /// The route has ended; the writer closes its windows.
    pub ended: bool,
}

#[derive(Debug)]
struct Window {
    /// Seconds from..to; empty if not in use. Longer than one only when the writer hangs.
    from: i64,
    to: i64,
    /// A durable entry says that this route may release in it.
    durable: bool,
    released: u64,
    unrecorded: u64,
    bytes: u64,
    order: blake3::Hasher,
    /// Reason, count, the first one's time, and true once that has its entry.
    denials: Vec<(&'static str, u64, Time, bool)>,
    /// Results of redaction, with their counts.
    redaction: Vec<(&'static str, u64)>,
}

/// More reasons than `Denied` or `Refused` has; a further one is counted with the last.
const MAX_REASONS: usize = 32;

impl Route {
    pub fn new(id: u32, info: RouteInfo) -> Self {
        let tally = Tally {
            windows: std::array::from_fn(|_| Window::unused()),
            active: None,
            asked: None,
            ended: false,
        };
        Route { id, info: info.cleaned(), tally: Mutex::new(tally) }
    }

    pub fn tally(&self) -> MutexGuard<'_, Tally> {
        // A panic in between leaves counts that are off by one, not a broken lock.
        lock(&self.tally)
    }

    /// Takes out the windows that ended before `second`, as entries. Also those that end later than the one after `now`: the
    /// clock was set back, and they would hold for seconds that have no entry.
    pub fn close_before(&self, second: i64, now: i64) -> Vec<(i64, i64, Closed)> {
        let mut tally = self.tally();
        let is_over = |window: &Window| window.to <= second || window.to > now.saturating_add(2);
        let ended = tally.windows.iter_mut().filter(|window| window.in_use() && is_over(window));
        ended.map(|window| (window.from, window.to, window.close(self))).collect()
    }

    /// Denials that have no entry of their own yet.
    pub fn new_denials(&self) -> Vec<(&'static str, Time)> {
        let mut tally = self.tally();
        let denials = tally.windows.iter_mut().flat_map(|window| &mut window.denials);
        let new = denials.filter(|(.., announced)| !announced);
        new.map(|(reason, _, at, announced)| {
            *announced = true;
            (*reason, *at)
        })
        .collect()
    }
}

impl Tally {
    /// The seconds that need a durable window: those given if the route is in use, and one that a message waits for.
    pub fn wanted(&mut self, now: i64, seconds: &[i64]) -> Vec<i64> {
        let near = |second: &i64| second.abs_diff(now) <= 1;
        let busy = !self.ended && self.active.as_ref().is_some_and(near);
        let asked = self.asked.take().filter(near).filter(|second| !seconds.contains(second));
        let missing =
            |second: &i64| !self.windows.iter().any(|window| window.durable && window.covers(*second));
        seconds.iter().copied().chain(asked).filter(missing).filter(|_| busy).collect()
    }

    /// A durable entry opened this window. A longer one, which was stretched, has entries for a part of it only.
    pub fn open(&mut self, second: i64) {
        let window = self.window(second);
        window.durable = window.to == window.from.saturating_add(1);
    }

    /// Ends the permission to release of all windows.
    pub fn revoke(&mut self) {
        self.windows.iter_mut().for_each(|window| window.durable = false);
        self.active = None;
    }

    fn release(&mut self, second: i64, digest: &[u8; 32], bytes: usize) -> Option<Receipt> {
        self.active = Some(second);
        let Some(window) = self.windows.iter_mut().find(|window| window.durable && window.covers(second))
        else {
            self.asked = Some(second);
            return None;
        };
        window.release(digest, bytes);
        Some(Receipt { recorded: true })
    }

    /// The window to count in: the second's own, a free one, or, when the writer hangs, the latest one stretched.
    fn window(&mut self, second: i64) -> &mut Window {
        let place = |fits: &dyn Fn(&Window) -> bool| self.windows.iter().position(fits);
        let latest = self.windows.iter().enumerate().max_by_key(|(_, window)| window.to).map(|(at, _)| at);
        let at =
            place(&|window| window.covers(second)).or_else(|| place(&|window| !window.in_use())).or(latest);
        let [one, two, three, four] = &mut self.windows;
        let window = match at {
            Some(0) | None => one,
            Some(1) => two,
            Some(2) => three,
            Some(_) => four,
        };
        window.cover(second);
        window
    }
}

impl Window {
    fn unused() -> Self {
        Window {
            from: 0,
            to: 0,
            durable: false,
            released: 0,
            unrecorded: 0,
            bytes: 0,
            order: blake3::Hasher::new(),
            denials: Vec::with_capacity(MAX_REASONS),
            redaction: Vec::new(),
        }
    }

    fn in_use(&self) -> bool {
        self.from < self.to
    }

    fn covers(&self, second: i64) -> bool {
        self.from <= second && second < self.to
    }

    fn cover(&mut self, second: i64) {
        if !self.in_use() {
            (self.from, self.to) = (second, second.saturating_add(1));
        } else if !self.covers(second) {
            self.from = self.from.min(second);
            self.to = self.to.max(second.saturating_add(1));
            // Its entry covers only the second it was opened for.
            self.durable = false;
        }
    }

    fn release(&mut self, digest: &[u8; 32], bytes: usize) {
        self.released += 1;
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.order.update(digest);
    }

    fn deny(&mut self, now: Time, reason: &'static str) {
        let full = self.denials.len() >= MAX_REASONS;
        let known = self.denials.iter_mut().find(|(known, ..)| *known == reason);
        match known {
            Some((_, count, ..)) => *count += 1,
            None if full => self.denials.iter_mut().last().into_iter().for_each(|(_, count, ..)| *count += 1),
            None => self.denials.push((reason, 1, now, false)),
        }
    }

    /// The labels are a handful of constants, so the list stays short.
    fn note(&mut self, label: &'static str, times: u64) {
        match self.redaction.iter_mut().find(|(known, _)| *known == label) {
            Some((_, count)) => *count = count.saturating_add(times),
            None => self.redaction.push((label, times)),
        }
    }

    fn close(&mut self, route: &Route) -> Closed {
        let denied: BTreeMap<_, _> =
            self.denials.iter().map(|(reason, count, ..)| (*reason, *count)).collect();
        let closed = Closed {
            route: route.id,
            topic: route.info.topic.clone(),
            released: self.released,
            unrecorded: self.unrecorded,
            bytes: self.bytes,
            root: self.order.finalize().into(),
            denied,
            redaction: self.redaction.drain(..).collect(),
        };
        (self.from, self.to, self.durable) = (0, 0, false);
        (self.released, self.unrecorded, self.bytes) = (0, 0, 0);
        self.order.reset();
        self.denials.clear();
        closed
    }
}
