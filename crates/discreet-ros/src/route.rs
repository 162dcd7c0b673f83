//! One topic's way from the inner to the outer domain.

use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::listener::Listener;
use super::outer::OuterDomain;
use super::slot::{Slot, Taken};
use super::workers::{Serve, Turn};
use discreet_audit::{State, Time};
use discreet_graph::qos::Qos;
use discreet_guard::denied::Denied;
use discreet_guard::inbox::{Inbox, Next, Take};
use discreet_guard::lanes::Plan;
use discreet_guard::outbound::{Outbound, ResolvedPolicy};
use discreet_guard::relay::{Arrived, pass};
use discreet_guard::stats::RouteStats;
use discreet_host::sync::lock;
use discreet_policy::{Form, Policy};
use discreet_redact::ImageRedactor;

/// Messages served in one go before other routes have their turn.
const BATCH: usize = 16;

/// A new source soon publishes: for this time the audit is kept ready for it.
const WARM_UP: Duration = Duration::from_secs(5);

/// The longest time that an ending route waits for the message that is being decided on. It does not leave after
/// that.
const UNDER_WAY: Duration = Duration::from_millis(100);

/// A guarded topic.
///
/// Discovery, diagnostics and the end of the guard leave their requests here, and read the state left for them:
/// none of them waits for a decision on a message, however long that takes.
pub struct Route {
    /// Its counters.
    pub stats: RouteStats,
    opened: Instant,
    turn: Turn,
    path: Slot<Path>,
    /// The last verdicts of discovery, until the worker takes them.
    verdict: Mutex<Option<JudgedPublishers>>,
    heard: AtomicBool,
    winding_up: AtomicBool,
    /// While it winds up: every waiting message was served.
    served: Mutex<bool>,
    all_served: Condvar,
    /// Set at the end: nothing leaves any more.
    ended: AtomicBool,
    snapshot: Mutex<Snapshot>,
    /// Messages that wait until their publisher, or its depth, is known.
    parked: AtomicUsize,
}

/// The path's state when the worker left it, for diagnostics and the catalogue.
#[derive(Default, Clone)]
struct Snapshot {
    redactor: Option<String>,
    /// The offer of each lane outside.
    offered: Vec<Qos>,
    /// The reason for which a publisher or subscription could not be made.
    trouble: Option<String>,
}

/// The publishers that discovery knows, judged by a policy's sources.
struct JudgedPublishers {
    policy: Arc<Policy>,
    plan: Plan,
    source: String,
}

/// Everything that serves a message. Used by one worker at a time.
struct Path {
    inbox: Inbox<Listener>,
    outbound: Outbound<OuterDomain>,
}

impl Route {
    /// A route that nothing comes in on yet.
    pub fn new(outbound: Outbound<OuterDomain>, listener: Listener) -> Route {
        Route {
            stats: RouteStats::default(),
            opened: Instant::now(),
            turn: Turn::default(),
            snapshot: Mutex::new(Snapshot { redactor: outbound.redactor_state(), ..Snapshot::default() }),
            parked: AtomicUsize::new(0),
            path: Slot::new(Path { inbox: Inbox::new(listener), outbound }),
            verdict: Mutex::default(),
            heard: AtomicBool::new(true),
            winding_up: AtomicBool::new(false),
            served: Mutex::default(),
            all_served: Condvar::new(),
            ended: AtomicBool::new(false),
        }
    }

    /// Opens the way in and the way out: messages come from the publishers in `plan`, and leave on their lanes.
    /// Call it before any other thread knows of the route.
    pub fn begin(&self, policy: &Arc<Policy>, plan: Plan, source: &str) {
        self.judge(policy, plan, source);
        self.path.with(|path| self.apply_verdicts(path));
    }

    /// Sets the publishers that discovery knows, judged by the sources that `policy` wants; `source` is for the
    /// audit. It holds from the next message on that is taken; the caller must wake the route's workers.
    pub fn judge(&self, policy: &Arc<Policy>, plan: Plan, source: &str) {
        let verdict = JudgedPublishers { policy: Arc::clone(policy), plan, source: source.into() };
        *lock(&self.verdict) = Some(verdict);
        self.heard.store(false, SeqCst);
    }

    /// The offer of each lane outside.
    pub fn offered(&self) -> Vec<Qos> {
        self.snapshot().offered.clone()
    }

    /// The reason for which a part of the route could not be made, if any.
    pub fn trouble(&self) -> Option<String> {
        self.snapshot().trouble.clone()
    }

    /// Messages that wait until their publisher, or its depth, is known.
    pub fn waiting(&self) -> usize {
        self.parked.load(Relaxed)
    }

    /// Announces the end of the route: its worker, which the caller must wake, reports when no message waits any
    /// more.
    pub fn wind_up(&self) {
        self.winding_up.store(true, SeqCst);
    }

    /// Disconnects from the inner domain, once no message waits any more or `until` has come. A message whose
    /// decision takes longer than a moment does not leave, and its worker disconnects when it is done.
    pub fn disconnect(&self, until: Instant) {
        let mut served = lock(&self.served);
        while !*served && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            served = self.all_served.wait_timeout(served, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(served);
        self.ended.store(true, SeqCst);
        if let Some(path) = self.path.take_within(UNDER_WAY).as_mut().and_then(Taken::get) {
            path.end();
        }
    }

    /// State of the redactor of its images, in words, for diagnostics.
    pub fn redactor_state(&self) -> Option<String> {
        self.snapshot().redactor.clone()
    }

    fn snapshot(&self) -> MutexGuard<'_, Snapshot> {
        lock(&self.snapshot)
    }

    /// Gives reliable readers time to receive the last messages.
    pub fn flush(&self, patience: Duration) {
        if let Some(path) = self.path.take_within(patience).as_mut().and_then(Taken::get) {
            let until = Instant::now() + patience;
            path.outbound.lanes.outlets().for_each(|outlets| outlets.flush(until));
        }
    }

    /// Applies the verdicts that discovery left meanwhile, from the next message on.
    fn apply_verdicts(&self, path: &mut Path) {
        if self.heard.load(SeqCst) {
            return;
        }
        self.heard.store(true, SeqCst);
        let verdict = lock(&self.verdict).take();
        let Some(JudgedPublishers { policy, plan, source }) = verdict else { return };
        let now = self.opened.elapsed();
        let Path { inbox, outbound } = path;
        // The way out before the way in, so that no message arrives that could not leave.
        let announced = outbound.lanes.arrange(&plan, now);
        if outbound.audit.state() == State::Writing {
            inbox.records();
        }
        let listening = inbox.judge(&policy, &plan, now);
        {
            let mut snapshot = self.snapshot();
            snapshot.offered = outbound.lanes.offered();
            snapshot.trouble = announced.and(listening).err().map(|error| error.to_string());
        }
        if outbound.source != source {
            outbound.source = source;
            outbound.resolved = None; // what comes from other nodes has entries of its own in the audit
        }
        outbound.refresh_decision(Time::system(), now);
        let soon = now < WARM_UP && outbound.lanes.any();
        if let Some(resolved) = outbound.resolved.as_ref().filter(|_| soon) {
            resolved.logs.each().for_each(|log| log.expect(Time::system()));
        }
    }

    fn serve_with(&self, path: &mut Path) -> bool {
        let batch = if path.outbound.redacts_images() { 1 } else { BATCH };
        for _ in 0..batch {
            if self.ended.load(SeqCst) {
                path.end();
                return false;
            }
            self.apply_verdicts(path);
            let Path { inbox, outbound } = &mut *path;
            let (taken, elapsed) = (Instant::now(), self.opened.elapsed());
            let now = Time::system();
            outbound.refresh_decision(now, elapsed);
            // Without a policy no message is taken; they wait in the queue, which keeps the newest.
            let Some(ResolvedPolicy { policy, since, topic, audiences, logs, .. }) = &outbound.resolved
            else {
                return false;
            };
            let redacting = outbound.redacts_images() && audiences.0.redacted.is_some();
            let period = topic.as_ref().ok().and_then(|topic| topic.period());
            let desired = match period {
                Some(period) => Take::Paced(period),
                None if redacting => Take::Recent,
                None => Take::Every,
            };
            let over = self.stats.denied_for(Denied::OverRate);
            let skipped = self.stats.skipped.load(Relaxed);
            let next = inbox.next(desired, policy, *since, elapsed, &self.stats);
            let skipped = self.stats.skipped.load(Relaxed) - skipped;
            if skipped > 0 {
                logs.of(Form::Redacted).record_skipped(now, skipped);
            }
            for _ in over..self.stats.denied_for(Denied::OverRate) {
                logs.of(Form::Clear).record_denial(now, Denied::OverRate.label());
            }
            match next {
                Ok(Some(Next { message, lane, depth })) => {
                    let arrived = Arrived { message, place: (lane, depth), at: taken };
                    let passed =
                        pass(outbound, arrived, Time::system, &self.stats, || !self.ended.load(SeqCst));
                    if passed.is_err() {
                        inbox.stayed();
                    }
                }
                Ok(None) => {
                    // At least once a second: discovery checks every route as often, and has it served.
                    outbound.protection.makers.images.iter_mut().for_each(ImageRedactor::tend);
                    return false;
                }
                Err(_) => {
                    // Trying again at once would only spin; the next message or tick tries again.
                    self.stats.failed.fetch_add(1, Relaxed);
                    return false;
                }
            }
        }
        true
    }
}

impl Serve for Route {
    fn serve(&self) -> bool {
        // Only the end of the route may have taken it.
        let mut taken = self.path.take();
        let Some(path) = taken.as_mut().and_then(Taken::get) else { return false };
        let more = self.serve_with(path);
        // The last verdicts of discovery come before the end: messages may wait for them.
        if !more && self.winding_up.load(SeqCst) && self.heard.load(SeqCst) {
            *lock(&self.served) = true;
            self.all_served.notify_all();
        }
        self.parked.store(path.inbox.parked(), Relaxed);
        if path.outbound.redacts_images() {
            self.snapshot().redactor = path.outbound.redactor_state();
        }
        if path.outbound.lanes.changed() {
            self.snapshot().offered = path.outbound.lanes.offered();
        }
        if self.ended.load(SeqCst) {
            path.end();
            return false;
        }
        more
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}

impl Path {
    /// Disconnects from the inner domain, and ends the route in the audit.
    fn end(&mut self) {
        self.inbox.disconnect();
        self.outbound.resolved = None;
    }
}
