//! One topic's way out of a simulated guard: the inbox and the decisions between [`crate::inner`] and [`crate::exit`].

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use discreet_audit::{State, Time};
use discreet_graph::qos::Qos;
use discreet_guard::inbox::{Inbox, Next, Take};
use discreet_guard::lanes::Plan;
use discreet_guard::outbound::{Outbound, ResolvedPolicy};
use discreet_guard::relay::{Arrived, pass};
use discreet_guard::stats::RouteStats;
use discreet_host::sync::lock;
use discreet_policy::Policy;

use crate::exit::{Entity, Exit, Left};
use crate::inner::{InnerTopic, Listener};

/// A route: the same steps as `discreet_ros::route`, without threads.
pub struct Route {
    /// Its counters.
    pub stats: RouteStats,
    inbox: Inbox<Listener>,
    outbound: Outbound<Exit>,
    waiting: Arc<Mutex<InnerTopic>>,
    opened: Duration,
    /// Publishers outside that ended.
    ended: Arc<Mutex<Vec<Entity>>>,
    /// A source latches: its messages are taken again after a change of keys, policy or depth.
    latched: bool,
}

impl Route {
    /// A route that nothing comes in on yet. `opened` is monotonic.
    pub fn new(outbound: Outbound<Exit>, waiting: Arc<Mutex<InnerTopic>>, opened: Duration) -> Route {
        lock(&waiting).taken = 0;
        let inbox = Inbox::new(Listener(Arc::clone(&waiting)));
        let ended = outbound.lanes.outside.ended();
        Route { stats: RouteStats::default(), inbox, outbound, waiting, opened, ended, latched: false }
    }

    /// Sets the publishers that discovery knows.
    pub fn judge(&mut self, policy: &Arc<Policy>, plan: &Plan, source: &str, now: (Time, Duration)) {
        let elapsed = now.1.saturating_sub(self.opened);
        // The way out before the way in, so that no message arrives that could not leave.
        assert!(self.outbound.lanes.arrange(plan, elapsed).is_ok(), "publishers are always made");
        self.latched |= plan.sources.iter().any(|source| source.offered.latched);
        if self.outbound.audit.state() == State::Writing {
            self.inbox.records();
        }
        let Ok(()) = self.inbox.judge(policy, plan, elapsed);
        if self.outbound.source != source {
            self.outbound.source = source.into();
            self.outbound.resolved = None;
        }
        self.outbound.refresh_decision(now.0, elapsed);
    }

    /// Serves the messages that wait; gives those that left.
    pub fn serve(&mut self, now: Time, monotonic: Duration, at: Instant) -> Vec<Left> {
        let elapsed = monotonic.saturating_sub(self.opened);
        self.outbound.lanes.outside.now = now;
        loop {
            self.outbound.refresh_decision(now, elapsed);
            let Some(ResolvedPolicy { policy, since, .. }) = &self.outbound.resolved else { break };
            match self.inbox.next(Take::Every, policy, *since, elapsed, &self.stats) {
                Ok(Some(Next { message, lane, depth })) => {
                    let arrived = Arrived { message, place: (lane, depth), at };
                    if pass(&mut self.outbound, arrived, || now, &self.stats, || true).is_err() {
                        self.inbox.stayed();
                    }
                }
                Ok(None) => break,
            }
        }
        std::mem::take(&mut self.outbound.lanes.outside.left)
    }

    /// The offer of each lane outside.
    pub fn offered(&self) -> Vec<Qos> {
        self.outbound.lanes.offered()
    }

    /// Publishers outside that ended.
    pub fn closed(&mut self) -> Vec<Entity> {
        std::mem::take(&mut *lock(&self.ended))
    }

    /// Messages that were taken and that no counter has: none is lost in silence. Not of latched topics, whose messages are
    /// taken again.
    pub fn unaccounted(&self) -> i64 {
        if self.latched {
            return 0;
        }
        let denied: u64 = self.stats.denied().map(|(_, count)| count).sum();
        let counted = self.stats.released.load(Relaxed) + self.stats.failed.load(Relaxed) + denied;
        lock(&self.waiting).taken as i64 - counted as i64 - self.inbox.parked() as i64
    }

    /// The route ends. The number of publishers that it had, and those that ended now.
    pub fn end(self) -> (u32, Vec<Entity>) {
        let Route { inbox, outbound, ended, .. } = self;
        let made = outbound.lanes.outside.made();
        drop((inbox, outbound));
        (made, std::mem::take(&mut *lock(&ended)))
    }
}
