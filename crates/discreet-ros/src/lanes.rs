//! The publishers of one topic outside: a lane for each quality of service that its sources offer, and for each
//! latched source ([`discreet_guard::lanes`]). Lanes come and go with the sources, without a change to the others.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::outer::{Outlets, Released};
use super::{Node, RosError};
use discreet_audit::Receipt;
use discreet_graph::qos::Qos;
use discreet_guard::lanes::{Handover, Lane, Plan, Under};
use discreet_guard::protect::Releasable;
use discreet_guard::relay::{Egress, Output};
use discreet_policy::Form;

/// The time that a lane without sources stays: messages under way may still arrive.
const LINGER: Duration = Duration::from_secs(2);

/// Time that reliable readers of an ending lane have to receive the last messages.
const DRAIN: Duration = Duration::from_millis(500);

/// All lanes of a topic.
pub struct Lanes {
    node: Arc<Node>,
    /// The properties of each lane, without the quality of service.
    released: Released,
    lanes: Vec<OpenLane>,
    places: HashMap<Lane, usize>,
    plan: Option<Plan>,
    /// The lane of the next message.
    current: Option<usize>,
    about: Option<About>,
    /// Another depth is offered than at the last call of [`Lanes::changed`].
    changed: bool,
    /// Messages displaced since the last call of [`Egress::displaced`].
    displaced: u64,
    closing: ClosingPublishers,
}

/// Ending publishers, each in a thread of its own, because waiting for their readers may take a moment. The end
/// waits for them: when the process ends, the middleware must not be in use any more.
#[derive(Default)]
struct ClosingPublishers(Vec<JoinHandle<()>>);

/// A lane that exists.
struct OpenLane {
    lane: Lane,
    under: Under,
    depth: usize,
    outlets: Outlets,
    /// Messages that left on it.
    sent: u64,
    /// The outlets of another depth, before the source had shown its own.
    before: Handover<Outlets>,
    unused_since: Option<Duration>,
}

/// The contents of tags.
#[derive(Clone)]
struct About {
    data_class: String,
    form: Form,
    policy_version: u64,
}

impl Lanes {
    /// Without lanes yet. `released` describes the topic; the quality of service is that of each lane.
    pub fn new(node: Arc<Node>, released: Released) -> Lanes {
        Lanes {
            node,
            released,
            lanes: Vec::new(),
            places: HashMap::new(),
            plan: None,
            current: None,
            about: None,
            changed: false,
            displaced: 0,
            closing: ClosingPublishers::default(),
        }
    }

    /// Makes the lanes of `plan` that do not exist, and ends those that are not needed any more.
    pub fn arrange(&mut self, plan: &Plan, now: Duration) -> Result<(), RosError> {
        if self.plan.as_ref() == Some(plan) && self.lanes.iter().all(|open| open.unused_since.is_none()) {
            return Ok(());
        }
        let desired = plan.lanes();
        for open in &mut self.lanes {
            match desired.contains(&open.lane) {
                true => open.unused_since = None,
                false => drop(open.unused_since.get_or_insert(now)),
            }
        }
        // Messages latched under another policy or for other audiences are not handed on.
        let is_stale = |open: &OpenLane| open.lane.promise.latched && open.under != plan.under;
        let is_over = |open: &OpenLane| open.unused_since.is_some_and(|since| now >= since + LINGER);
        let (over, mut lanes): (Vec<OpenLane>, Vec<OpenLane>) =
            std::mem::take(&mut self.lanes).into_iter().partition(|open| is_stale(open) || is_over(open));
        // The new ones first, so that a reader always finds one.
        let mut failed = None;
        for lane in desired {
            if !lanes.iter().any(|open| open.lane == lane) {
                let depth = lane.depth(plan.depth, None);
                match self.outlets(lane, depth, plan) {
                    Ok(outlets) => lanes.push(OpenLane {
                        lane,
                        under: plan.under,
                        depth,
                        outlets,
                        sent: 0,
                        before: Handover::default(),
                        unused_since: None,
                    }),
                    Err(error) => failed = Some(error),
                }
            }
        }
        for open in over {
            open.before.into_kept().into_iter().for_each(|outlets| self.closing.close(outlets));
            self.closing.close(open.outlets);
        }
        self.lanes = lanes;
        self.places = self.lanes.iter().enumerate().map(|(at, open)| (open.lane, at)).collect();
        self.current = None;
        self.plan = failed.is_none().then(|| plan.clone());
        failed.map_or(Ok(()), Err)
    }

    /// Gives reliable readers time to receive the last messages.
    pub fn flush(&self, patience: Duration) {
        let until = Instant::now() + patience;
        for open in &self.lanes {
            let rest = until.saturating_duration_since(Instant::now());
            open.outlets.flush(rest);
        }
    }

    /// True if a source has shown another depth since the last call.
    pub fn changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// The offer of each lane.
    pub fn offered(&self) -> Vec<Qos> {
        self.lanes.iter().map(|open| Qos { depth: open.depth, ..open.lane.promise }).collect()
    }

    fn outlets(&self, lane: Lane, depth: usize, plan: &Plan) -> Result<Outlets, RosError> {
        let released = Released { qos: Qos { depth, ..lane.promise }, ..self.released.clone() };
        let mut outlets = Outlets::new(&self.node, &released, plan.leaves(&lane))?;
        if let Some(About { data_class, form, policy_version }) = &self.about {
            outlets.describe(data_class, *form, *policy_version);
        }
        Ok(outlets)
    }
}

impl Output for Lanes {
    type Fault = RosError;

    fn publish(&mut self, message: Releasable<'_>, receipt: Receipt) -> Result<(), RosError> {
        let open = self.current.and_then(|at| self.lanes.get_mut(at)).ok_or(RosError::NotAnnounced)?;
        open.outlets.publish(message, receipt)?;
        // Now the new history is all that the source keeps, and what the old one has besides is gone inside as well.
        if let Some(before) = open.before.published() {
            self.closing.close(before);
        }
        Ok(())
    }
}

impl Egress for Lanes {
    fn turn_to(&mut self, lane: Option<Lane>, shown: Option<usize>) -> Result<bool, RosError> {
        self.current = match self.lanes.as_slice() {
            [only] if only.lane.source.is_none() => Some(0),
            _ => lane.and_then(|lane| self.places.get(&lane)).copied(),
        };
        let Some(at) = self.current else { return Ok(false) };
        let (Some(open), Some(plan)) = (self.lanes.get_mut(at), &self.plan) else { return Ok(true) };
        open.sent += 1;
        self.displaced += u64::from(open.lane.displaces(plan.depth, shown, open.sent));
        let (Some(shown), Some(open)) = (shown, self.lanes.get(at)) else { return Ok(true) };
        let depth = open.lane.depth(plan.depth, Some(shown));
        if open.lane.source.is_some() && open.depth != depth {
            let outlets = self.outlets(open.lane, depth, plan)?;
            if let Some(open) = self.lanes.get_mut(at) {
                let before = std::mem::replace(&mut open.outlets, outlets);
                open.depth = depth;
                self.changed = true;
                if let Some(older) = open.before.begin(before, depth) {
                    self.closing.close(older);
                }
            }
        }
        Ok(true)
    }

    fn any(&self) -> bool {
        self.lanes.iter().any(|open| open.outlets.any())
    }

    fn describe(&mut self, data_class: &str, form: Form, policy_version: u64) {
        self.about = Some(About { data_class: data_class.into(), form, policy_version });
        for open in &mut self.lanes {
            open.outlets.describe(data_class, form, policy_version);
        }
    }

    fn displaced(&mut self) -> u64 {
        std::mem::take(&mut self.displaced)
    }
}

impl ClosingPublishers {
    fn close(&mut self, outlets: Outlets) {
        self.0.retain(|thread| !thread.is_finished());
        let thread = Builder::new().name("closing".into());
        // Without a thread they end at once.
        self.0.extend(thread.spawn(move || outlets.flush(DRAIN)));
    }
}

impl Drop for ClosingPublishers {
    fn drop(&mut self) {
        for thread in self.0.drain(..) {
            let _panicked = thread.join();
        }
    }
}
