//! The publishers of a topic outside, a lane for each kind of source: the steps of `discreet_ros::lanes`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use discreet_audit::{Receipt, Time};
use discreet_graph::qos::Qos;
use discreet_guard::lanes::{Handover, Lane, Plan, Under};
use discreet_guard::protect::Releasable;
use discreet_guard::relay::{Egress, Output};
use discreet_host::sync::lock;
use discreet_policy::Form;

use crate::disk::Disk;
use crate::record::Windows;

/// The time that a lane without sources stays.
const LINGER: Duration = Duration::from_secs(2);

/// The last bytes of a publisher's id: the rest is the guard's participant.
pub type Entity = [u8; 4];

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
    /// The publisher outside.
    pub publisher: Entity,
    /// Messages that it keeps for late joiners.
    pub kept: usize,
}

/// A lane is not there.
pub struct NoLane;

/// The publishers of a topic outside.
pub struct Exit {
    topic: String,
    disk: Disk,
    windows: Arc<Mutex<Windows>>,
    /// The time of messages that leave.
    pub now: Time,
    /// Messages that left.
    pub left: Vec<Left>,
    /// Publishers that ended.
    pub closed: Vec<Entity>,
    lanes: Vec<OpenLane>,
    plan: Option<Plan>,
    current: Option<usize>,
    /// The number of the topic, and of its publishers so far.
    made: (u8, u32),
}

struct OpenLane {
    lane: Lane,
    under: Under,
    depth: usize,
    publisher: Entity,
    before: Handover<Entity>,
    unused_since: Option<Duration>,
}

impl Exit {
    /// Without publishers yet. `number` is the topic's; `made`: publishers that earlier exits of it had.
    pub fn new(topic: &str, (number, made): (u8, u32), disk: &Disk, windows: &Arc<Mutex<Windows>>) -> Exit {
        Exit {
            topic: topic.into(),
            disk: disk.clone(),
            windows: Arc::clone(windows),
            now: Time::from_second(0),
            left: Vec::new(),
            closed: Vec::new(),
            lanes: Vec::new(),
            plan: None,
            current: None,
            made: (number, made),
        }
    }

    /// As `Lanes::arrange`.
    pub fn arrange(&mut self, plan: &Plan, now: Duration) {
        let desired = plan.lanes();
        for open in &mut self.lanes {
            match desired.contains(&open.lane) {
                true => open.unused_since = None,
                false => drop(open.unused_since.get_or_insert(now)),
            }
        }
        let is_stale = |open: &OpenLane| open.lane.promise.latched && open.under != plan.under;
        let is_over = |open: &OpenLane| open.unused_since.is_some_and(|since| now >= since + LINGER);
        let (over, lanes) =
            std::mem::take(&mut self.lanes).into_iter().partition(|open| is_stale(open) || is_over(open));
        self.lanes = lanes;
        for lane in desired {
            if !self.lanes.iter().any(|open| open.lane == lane) {
                let (depth, publisher, before) =
                    (lane.depth(plan.depth, None), self.make(), Handover::default());
                let under = plan.under;
                self.lanes.push(OpenLane { lane, under, depth, publisher, before, unused_since: None });
            }
        }
        self.close(over);
        (self.current, self.plan) = (None, Some(plan.clone()));
    }

    /// The offer of each lane.
    pub fn offered(&self) -> Vec<Qos> {
        self.lanes.iter().map(|open| Qos { depth: open.depth, ..open.lane.promise }).collect()
    }

    /// Ends all publishers. The number of them that there were.
    pub fn end(&mut self) -> u32 {
        let lanes = std::mem::take(&mut self.lanes);
        self.close(lanes);
        self.made.1
    }

    fn close(&mut self, lanes: Vec<OpenLane>) {
        self.closed.extend(
            lanes.into_iter().flat_map(|open| open.before.into_kept().into_iter().chain([open.publisher])),
        );
    }

    fn make(&mut self) -> Entity {
        self.made.1 += 1;
        let [one, two, three, _] = self.made.1.to_le_bytes();
        [self.made.0 + 1, one, two, three]
    }
}

impl Output for Exit {
    type Fault = NoLane;

    fn publish(&mut self, message: Releasable<'_>, receipt: Receipt) -> Result<(), NoLane> {
        // A program that has died publishes nothing.
        if self.disk.is_dead() {
            return Ok(());
        }
        let open = self.current.and_then(|at| self.lanes.get_mut(at)).ok_or(NoLane)?;
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
            publisher: open.publisher,
            kept: if open.lane.promise.latched { open.depth } else { 0 },
        });
        self.closed.extend(open.before.published());
        Ok(())
    }
}

impl Egress for Exit {
    /// As `Lanes::turn_to`.
    fn turn_to(&mut self, lane: Option<Lane>, shown: Option<usize>) -> Result<bool, NoLane> {
        self.current = match self.lanes.as_slice() {
            [only] if only.lane.source.is_none() => Some(0),
            _ => lane.and_then(|lane| self.lanes.iter().position(|open| open.lane == lane)),
        };
        let Some(at) = self.current else { return Ok(false) };
        let policy = self.plan.as_ref().and_then(|plan| plan.depth);
        let (lane, depth) = (self.lanes[at].lane, self.lanes[at].depth);
        let shown = shown.map(|shown| lane.depth(policy, Some(shown)));
        if let Some(shown) = shown.filter(|shown| lane.source.is_some() && *shown != depth) {
            let publisher = self.make();
            let open = &mut self.lanes[at];
            let before = std::mem::replace(&mut open.publisher, publisher);
            open.depth = shown;
            self.closed.extend(open.before.begin(before, shown));
        }
        Ok(true)
    }

    fn displaced(&mut self) -> u64 {
        0
    }

    fn any(&self) -> bool {
        !self.lanes.is_empty()
    }

    fn describe(&mut self, _: &str, _: Form, _: u64) {}
}
