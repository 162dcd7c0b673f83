//! The lanes of one topic as they are: made and ended as the plan says. Lanes come and go with the sources, without a
//! change to the others.

use std::collections::HashMap;
use std::time::Duration;

use super::{Handover, Lane, Leaves, Plan, Under};
use crate::protect::Releasable;
use crate::relay::Output;
use discreet_audit::Receipt;
use discreet_graph::qos::Qos;
use discreet_policy::Form;

/// The time that a lane without sources stays: messages under way may still arrive.
pub const LINGER: Duration = Duration::from_secs(2);

/// The port to the middleware: makes and ends a topic's publishers outside.
pub trait Outside {
    /// A publisher cannot be made, or cannot publish.
    type Fault;
    /// The publishers of a lane, one for each form that leaves on it.
    type Outlets;

    /// Makes publishers that offer `offer`.
    fn open(&mut self, offer: Qos, leaves: Leaves) -> Result<Self::Outlets, Self::Fault>;
    /// Publishes a message. The receipt proves that it is recorded.
    fn publish(
        &mut self,
        outlets: &mut Self::Outlets,
        message: Releasable<'_>,
        receipt: Receipt,
    ) -> Result<(), Self::Fault>;
    /// Sets the contents of the tags of open messages from now on.
    fn describe(&mut self, outlets: &mut Self::Outlets, about: &About);
    /// Ends publishers, once their readers have had time to receive the last messages.
    fn close(&mut self, outlets: Self::Outlets);
}

/// The contents of tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The class of the data.
    pub data_class: String,
    /// The form of the messages that are open to everyone.
    pub form: Form,
    /// The version of the policy.
    pub policy_version: u64,
}

/// All lanes of a topic.
pub struct Lanes<O: Outside> {
    lanes: Vec<OpenLane<O::Outlets>>,
    /// The middleware.
    pub outside: O,
    places: HashMap<Lane, usize>,
    /// None if not all of it could be made.
    plan: Option<Plan>,
    about: Option<About>,
    /// Another depth is offered than at the last call of [`Lanes::changed`].
    changed: bool,
}

/// A lane that exists.
struct OpenLane<P> {
    lane: Lane,
    under: Under,
    depth: usize,
    leaves: Leaves,
    outlets: P,
    /// Messages that left on it.
    sent: u64,
    /// The outlets of another depth, before the source had shown its own.
    before: Handover<P>,
    unused_since: Option<Duration>,
}

/// The lane of one message.
pub struct Exit<'a, O: Outside> {
    outside: &'a mut O,
    open: &'a mut OpenLane<O::Outlets>,
    displaces: bool,
}

impl<O: Outside> Lanes<O> {
    /// Without lanes yet.
    pub fn new(outside: O) -> Lanes<O> {
        Lanes { lanes: Vec::new(), outside, places: HashMap::new(), plan: None, about: None, changed: false }
    }

    /// Makes the lanes of `plan` that do not exist, and ends those that are not needed any more.
    pub fn arrange(&mut self, plan: &Plan, now: Duration) -> Result<(), O::Fault> {
        if self.plan.as_ref() == Some(plan) && self.lanes.iter().all(|open| open.unused_since.is_none()) {
            return Ok(());
        }
        let desired = plan.lanes();
        self.lanes.iter_mut().for_each(|open| open.mark(desired.contains(&open.lane), now));
        let (over, lanes): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.lanes).into_iter().partition(|open| open.is_over(plan, now));
        self.lanes = lanes;
        // The new ones first, so that a reader always finds one.
        let made = self.make_missing(&desired, plan);
        over.into_iter().for_each(|open| self.end(open));
        self.places = self.lanes.iter().enumerate().map(|(at, open)| (open.lane, at)).collect();
        self.plan = made.is_ok().then(|| plan.clone());
        made
    }

    /// The lane of a message whose source has shown a history of `shown` messages. None if its source has none.
    pub fn exit(
        &mut self,
        lane: Option<Lane>,
        shown: Option<usize>,
    ) -> Result<Option<Exit<'_, O>>, O::Fault> {
        let at = match self.lanes.as_slice() {
            [only] if only.lane.source.is_none() => Some(0),
            _ => lane.and_then(|lane| self.places.get(&lane)).copied(),
        };
        let Some(at) = at else { return Ok(None) };
        let displaces = self.adapt(at, shown)?;
        let Some(open) = self.lanes.get_mut(at) else { return Ok(None) };
        Ok(Some(Exit { outside: &mut self.outside, open, displaces }))
    }

    /// True if there is a publisher.
    pub fn any(&self) -> bool {
        self.lanes.iter().any(|open| open.leaves.any())
    }

    /// Sets the contents of the tags of open messages from now on.
    pub fn describe(&mut self, about: About) {
        for open in &mut self.lanes {
            self.outside.describe(&mut open.outlets, &about);
        }
        self.about = Some(about);
    }

    /// The publishers of each lane.
    pub fn outlets(&self) -> impl Iterator<Item = &O::Outlets> {
        self.lanes.iter().map(|open| &open.outlets)
    }

    /// The offer of each lane.
    pub fn offered(&self) -> Vec<Qos> {
        self.lanes.iter().map(|open| Qos { depth: open.depth, ..open.lane.promise }).collect()
    }

    /// True if a source has shown another depth since the last call.
    pub fn changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Makes as many as possible.
    fn make_missing(&mut self, desired: &[Lane], plan: &Plan) -> Result<(), O::Fault> {
        let mut made = Ok(());
        for lane in desired {
            if self.lanes.iter().any(|open| open.lane == *lane) {
                continue;
            }
            match self.make(*lane, plan) {
                Ok(open) => self.lanes.push(open),
                Err(fault) => made = Err(fault),
            }
        }
        made
    }

    fn make(&mut self, lane: Lane, plan: &Plan) -> Result<OpenLane<O::Outlets>, O::Fault> {
        let (depth, leaves) = (lane.depth(plan.depth, None), plan.leaves(&lane));
        Ok(OpenLane {
            lane,
            under: plan.under,
            depth,
            leaves,
            outlets: self.open(lane, depth, leaves)?,
            sent: 0,
            before: Handover::default(),
            unused_since: None,
        })
    }

    fn open(&mut self, lane: Lane, depth: usize, leaves: Leaves) -> Result<O::Outlets, O::Fault> {
        let mut outlets = self.outside.open(Qos { depth, ..lane.promise }, leaves)?;
        if let Some(about) = &self.about {
            self.outside.describe(&mut outlets, about);
        }
        Ok(outlets)
    }

    /// Counts a message, and gives the lane of a single source the depth that it has shown. True if late joiners do
    /// not get an earlier message any more.
    fn adapt(&mut self, at: usize, shown: Option<usize>) -> Result<bool, O::Fault> {
        let (Some(open), Some(plan)) = (self.lanes.get_mut(at), &self.plan) else { return Ok(false) };
        open.sent += 1;
        let displaces = open.lane.displaces(plan.depth, shown, open.sent);
        let Some(shown) = shown.filter(|_| open.lane.source.is_some()) else { return Ok(displaces) };
        let (lane, leaves) = (open.lane, plan.leaves(&open.lane));
        let depth = lane.depth(plan.depth, Some(shown));
        if open.depth != depth {
            let outlets = self.open(lane, depth, leaves)?;
            self.changed = true;
            let older = self.lanes.get_mut(at).and_then(|open| open.replace(outlets, depth, leaves));
            older.into_iter().for_each(|older| self.outside.close(older));
        }
        Ok(displaces)
    }

    fn end(&mut self, open: OpenLane<O::Outlets>) {
        open.before.into_kept().into_iter().for_each(|outlets| self.outside.close(outlets));
        self.outside.close(open.outlets);
    }
}

impl<P> OpenLane<P> {
    fn mark(&mut self, used: bool, now: Duration) {
        self.unused_since = (!used).then(|| self.unused_since.unwrap_or(now));
    }

    /// Goes on with outlets of another depth. Returns outlets that are not needed any more.
    fn replace(&mut self, outlets: P, depth: usize, leaves: Leaves) -> Option<P> {
        let before = std::mem::replace(&mut self.outlets, outlets);
        (self.depth, self.leaves) = (depth, leaves);
        self.before.begin(before, depth)
    }

    /// True if nothing comes any more, or if messages were latched under another policy or for other audiences: these
    /// are not handed on.
    fn is_over(&self, plan: &Plan, now: Duration) -> bool {
        let stale = self.lane.promise.latched && self.under != plan.under;
        stale || self.unused_since.is_some_and(|since| now >= since + LINGER)
    }
}

impl<O: Outside> Exit<'_, O> {
    /// True if late joiners do not get an earlier message any more.
    pub fn displaces(&self) -> bool {
        self.displaces
    }
}

impl<O: Outside> Output for Exit<'_, O> {
    type Fault = O::Fault;

    fn publish(&mut self, message: Releasable<'_>, receipt: Receipt) -> Result<(), O::Fault> {
        self.outside.publish(&mut self.open.outlets, message, receipt)?;
        // Now the new history is all that the source keeps, and what the old one has besides is gone inside as well.
        if let Some(before) = self.open.before.published() {
            self.outside.close(before);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
