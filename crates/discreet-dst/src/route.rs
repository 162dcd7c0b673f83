//! One topic's way out of a simulated guard: the ports of its inbox and of its lanes.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use discreet_audit::{Receipt, Time};
use discreet_guard::inbox::{self, Inbox, Listen, Next, Take, Taken};
use discreet_guard::lanes::{Input, Lane, Plan};
use discreet_guard::message::{Buffer, MessageInfo};
use discreet_guard::outbound::{Outbound, ResolvedPolicy};
use discreet_guard::protect::Releasable;
use discreet_guard::relay::{Arrived, Egress, Output, pass};
use discreet_guard::stats::RouteStats;
use discreet_host::sync::lock;
use discreet_policy::{Form, Policy};
use discreet_seal::HEADROOM;

use crate::disk::Disk;
use crate::record::Windows;

/// Room behind a message, as the middleware's buffers have it.
const BEHIND: usize = 256;

/// Messages that wait on the inner domain, and how many were taken.
#[derive(Debug, Default)]
pub struct Waiting {
    /// The queue.
    pub queue: VecDeque<(MessageInfo, Vec<u8>)>,
    /// Messages taken since the route was made.
    pub taken: u64,
}

/// Subscribes to a topic of the inner domain.
pub struct Listener(pub Arc<Mutex<Waiting>>);

/// A message with the room around it.
#[derive(Debug, Default)]
pub struct Framed {
    bytes: Vec<u8>,
    length: usize,
}

impl Listen for Listener {
    type Fault = Infallible;
    type Message = Framed;
    type Subscription = Listener;

    fn subscribe(&self, _: Input, _: Option<usize>) -> Result<Listener, Infallible> {
        Ok(Listener(Arc::clone(&self.0)))
    }

    fn look_again(&mut self, _: Duration) {}
}

impl inbox::Subscription for Listener {
    type Fault = Infallible;
    type Message = Framed;

    fn take(&mut self, message: &mut Framed) -> Result<Option<MessageInfo>, Infallible> {
        let mut waiting = lock(&self.0);
        let Some((info, bytes)) = waiting.queue.pop_front() else { return Ok(None) };
        waiting.taken += 1;
        message.length = bytes.len();
        message.bytes = [&[0; HEADROOM], bytes.as_slice(), &[0; BEHIND]].concat();
        Ok(Some(info))
    }
}

impl Taken for Framed {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[HEADROOM..HEADROOM + self.length]
    }

    fn buffer(&mut self) -> Buffer<'_> {
        Buffer::with_room(&mut self.bytes, HEADROOM, self.length)
    }
}

/// A message that left.
#[derive(Debug, Clone)]
pub struct Left {
    /// The topic on the inner domain.
    pub topic: String,
    /// Sealed for its audience.
    pub sealed: bool,
    /// The bytes on the outer domain.
    pub bytes: Vec<u8>,
    /// The publisher inside, and its number there.
    pub origin: ([u8; 16], u64),
    /// The class is about people.
    pub contextual: bool,
    /// The receipt says that it is recorded.
    pub recorded: bool,
    /// A durable entry says so.
    pub durable: bool,
}

/// The publishers of a topic outside.
pub struct Exit {
    topic: String,
    disk: Disk,
    windows: Arc<Mutex<Windows>>,
    now: Time,
    left: Vec<Left>,
}

impl Output for Exit {
    type Fault = Infallible;

    fn publish(&mut self, message: Releasable<'_>, receipt: Receipt) -> Result<(), Infallible> {
        // A program that has died publishes nothing.
        if self.disk.is_dead() {
            return Ok(());
        }
        let (form, origin) = (message.form(), message.origin());
        let durable = lock(&self.windows).has(&self.disk, &self.topic, form.name(), self.now.second());
        self.left.push(Left {
            topic: self.topic.clone(),
            sealed: message.is_sealed(),
            bytes: message.cdr().to_vec(),
            origin: (origin.publisher, origin.sequence),
            contextual: message.class().is_contextual(),
            recorded: receipt.is_recorded(),
            durable,
        });
        Ok(())
    }
}

impl Egress for Exit {
    fn turn_to(&mut self, lane: Option<Lane>, _: Option<usize>) -> Result<bool, Infallible> {
        Ok(lane.is_some())
    }

    fn displaced(&mut self) -> u64 {
        0
    }

    fn any(&self) -> bool {
        true
    }

    fn describe(&mut self, _: &str, _: Form, _: u64) {}
}

/// A route: the same steps as `discreet_ros::route`, without threads.
pub struct Route {
    /// Its counters.
    pub stats: RouteStats,
    inbox: Inbox<Listener>,
    outbound: Outbound<Exit>,
    waiting: Arc<Mutex<Waiting>>,
    opened: Duration,
}

impl Route {
    /// A route that nothing comes in on yet. `opened` is monotonic.
    pub fn new(outbound: Outbound<Exit>, waiting: Arc<Mutex<Waiting>>, opened: Duration) -> Route {
        lock(&waiting).taken = 0;
        let inbox = Inbox::new(Listener(Arc::clone(&waiting)));
        Route { stats: RouteStats::default(), inbox, outbound, waiting, opened }
    }

    /// The way out of a topic.
    pub fn exit(topic: &str, disk: &Disk, windows: &Arc<Mutex<Windows>>) -> Exit {
        let (disk, windows) = (disk.clone(), Arc::clone(windows));
        Exit { topic: topic.into(), disk, windows, now: Time::from_second(0), left: Vec::new() }
    }

    /// Sets the publishers that discovery knows.
    pub fn judge(&mut self, policy: &Arc<Policy>, plan: &Plan, source: &str, now: (Time, Duration)) {
        let elapsed = now.1.saturating_sub(self.opened);
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
        self.outbound.egress.now = now;
        loop {
            self.outbound.refresh_decision(now, elapsed);
            let Some(ResolvedPolicy { policy, since, .. }) = &self.outbound.resolved else { break };
            match self.inbox.next(Take::Every, policy, *since, elapsed, &self.stats) {
                Ok(Some(Next { message, lane, depth })) => {
                    let arrived = Arrived { message, place: (lane, depth), at };
                    pass(&mut self.outbound, arrived, || now, &self.stats, || true);
                }
                Ok(None) => break,
            }
        }
        std::mem::take(&mut self.outbound.egress.left)
    }

    /// Messages that were taken and that no counter has: none is lost in silence.
    pub fn unaccounted(&self) -> i64 {
        let denied: u64 = self.stats.denied().map(|(_, count)| count).sum();
        let counted = self.stats.released.load(Relaxed) + self.stats.failed.load(Relaxed) + denied;
        lock(&self.waiting).taken as i64 - counted as i64 - self.inbox.parked() as i64
    }

    /// The route ends.
    pub fn end(&mut self) {
        self.inbox.disconnect();
        self.outbound.resolved = None;
    }
}
