//! The way in of a route's messages: the next message is taken from the middleware, or is one that waited for
//! discovery.
//!
//! Without a clock and ROS: the ports are [`Listen`], [`Subscription`] and [`Taken`].

mod inputs;
mod listen;
mod missed;
mod paced;
mod probe;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use crate::denied::Denied;
use crate::history::{Answer, QUIET};
use crate::lanes::{Lane, Plan};
use crate::message::{Buffer, MessageInfo, Origin, Received};
use crate::publishers::PublisherTable;
use crate::sources::PublisherTrust;
use crate::stats::RouteStats;
use discreet_policy::Policy;

use inputs::{Came, Inputs};
use missed::Missed;
use paced::Held;
use probe::Probe;

pub use listen::{Listen, Subscription, Taken};

/// Messages that may wait for discovery, and their bytes. Of more, the oldest are lost, and counted.
const MAX_PARKED: usize = 64;
const MAX_PARKED_BYTES: usize = 32 << 20;

/// Messages that wait for the one before in a route of [`Take::Recent`]: as many as arrive while one takes unusually
/// long.
const MAX_WAITING: usize = 2;

/// Messages that newer ones may displace in one go, so that a source which publishes faster than messages are taken
/// does not keep back all of them.
const MAX_SKIPPED: usize = 64;

/// One route's incoming messages.
pub struct Inbox<L: Listen> {
    inputs: Inputs<L>,
    /// Some sources have to show their depth.
    asks: bool,
    probe: Option<Probe<L>>,
    taken: L::Message,
    /// Messages of publishers that discovery has not named yet, or that are asked for their depth. Others pass
    /// meanwhile.
    parked: VecDeque<(Came, Vec<u8>)>,
    /// Messages that are parked need not wait any more.
    released: bool,
    unparked: Vec<u8>,
    /// Messages that were taken already, the oldest first. Only the last may be one that is refused.
    waiting: VecDeque<Waiting<L::Message>>,
    /// Of a route of [`Take::Paced`]: the time has come for those that wait, and that of the next ones.
    due: bool,
    next: Duration,
    /// Buffers to be used again.
    spare: Vec<L::Message>,
    publishers: PublisherTable,
    missed: Missed,
    judged_by: Option<Arc<Policy>>,
}

struct Waiting<M> {
    message: M,
    came: Came,
    trust: PublisherTrust,
}

/// The next message, and its lane.
pub struct Next<'a> {
    /// The message.
    pub message: Received<'a>,
    /// The lane of its source; none if it has none.
    pub lane: Option<Lane>,
    /// The depth that its source has shown.
    pub depth: Option<usize>,
}

/// Which of the waiting messages to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// Each, in order.
    Every,
    /// In order, but the oldest is left out when more than two others wait: for routes that may need longer for a
    /// message than the next one takes to arrive.
    Recent,
    /// The newest of each publisher, once in this time. Those of latched sources at once, and each.
    Paced(Duration),
}

/// The buffer that a message is in.
enum Place {
    Taken,
    Unparked,
}

impl<L: Listen> Inbox<L> {
    /// Without a subscription.
    pub fn new(listen: L) -> Inbox<L> {
        Inbox {
            inputs: Inputs::new(listen),
            asks: false,
            probe: None,
            taken: L::Message::default(),
            parked: VecDeque::new(),
            released: false,
            unparked: Vec::new(),
            waiting: VecDeque::new(),
            due: false,
            next: Duration::ZERO,
            spare: Vec::new(),
            publishers: PublisherTable::default(),
            missed: Missed::default(),
            judged_by: None,
        }
    }

    /// Ends all subscriptions.
    pub fn disconnect(&mut self) {
        self.inputs.clear();
        self.probe = None;
        self.waiting.clear();
    }

    /// Sets the publishers that discovery knows, judged by the sources of `policy`, and subscribes to them.
    pub fn judge(&mut self, policy: &Arc<Policy>, plan: &Plan, now: Duration) -> Result<(), L::Fault> {
        self.publishers.set(plan, now);
        self.judged_by = Some(Arc::clone(policy));
        self.asks = plan.sources.iter().any(|source| plan.asks(source));
        // Latched messages are delivered again, and leave as they may leave now.
        let missed = self.missed.take(plan);
        if self.inputs.end_stale(plan, missed) {
            self.parked.retain(|(came, _)| !came.input.latched);
            self.publishers.begin_again();
        }
        self.inputs.arrange(plan, now)
    }

    /// The last message stayed inside, for a reason that may pass. If it is latched, it is taken again at the next
    /// [`judge`](Self::judge) after [`records`](Self::records) with which all that the policy allows can leave.
    pub fn stayed(&mut self) {
        self.missed.stayed();
    }

    /// The audit can be written.
    pub fn records(&mut self) {
        self.missed.records();
    }

    /// Messages that wait for discovery, or until their source has shown its depth.
    pub fn parked(&self) -> usize {
        self.parked.len()
    }

    /// The next message to decide on, under `policy`, in force since `since`; none if nothing waits, or only messages
    /// whose publishers are not known yet.
    pub fn next(
        &mut self,
        desired: Take,
        policy: &Arc<Policy>,
        since: Duration,
        now: Duration,
        stats: &RouteStats,
    ) -> Result<Option<Next<'_>>, L::Fault> {
        let judged = self.judged_by.as_ref().is_some_and(|by| Arc::ptr_eq(by, policy));
        let asks = self.asks;
        let mut known = |publishers: &mut PublisherTable, info: &MessageInfo| {
            let trust = publishers.of(info.gid, judged, since, now);
            let waits = trust == PublisherTrust::Awaited || (asks && publishers.is_asked(&info.gid));
            (!waits).then_some(trust)
        };
        let (came, trust, place) = loop {
            let Some(found) = self.find(desired, &mut known, now, stats)? else { return Ok(None) };
            let (Came { info, input }, ..) = &found;
            if !self.inputs.are_mixed() || self.publishers.takes(&info.gid, *input, info.sequence) {
                break found;
            }
        };
        let info = came.info;
        self.missed.serves(came, trust);
        self.count_lost(&info, trust, stats);
        let (lane, depth) = self.publishers.exit(&info.gid);
        let cdr = match place {
            Place::Taken => self.taken.buffer(),
            Place::Unparked => Buffer::new(&mut self.unparked),
        };
        let MessageInfo { gid: publisher, sequence, source_stamp } = info;
        let message = Received { origin: Origin { publisher, trust, sequence, source_stamp }, cdr };
        Ok(Some(Next { message, lane, depth }))
    }

    fn find(
        &mut self,
        desired: Take,
        known: &mut impl FnMut(&mut PublisherTable, &MessageInfo) -> Option<PublisherTrust>,
        now: Duration,
        stats: &RouteStats,
    ) -> Result<Option<(Came, PublisherTrust, Place)>, L::Fault> {
        // Before the inputs, so that no message that precedes an answer is missed there.
        if let Some(probe) = &mut self.probe {
            probe.listen(&mut self.publishers, now)?;
        }
        loop {
            self.released = false;
            if let Some((came, trust)) = self.unpark(known, now) {
                return Ok(Some((came, trust, Place::Unparked)));
            }
            let mut early = false;
            match desired {
                Take::Every => {}
                Take::Recent => self.collect(known, now, stats)?,
                Take::Paced(period) => match self.hold(period, known, now, stats)? {
                    Held::Unpaced(came, trust) => return Ok(Some((came, trust, Place::Taken))),
                    Held::Early => early = true,
                    Held::Due => {}
                },
            }
            while !early && let Some(Waiting { message, came, .. }) = self.waiting.pop_front() {
                self.spare.push(std::mem::replace(&mut self.taken, message));
                // The policy may be another by now.
                match known(&mut self.publishers, &came.info) {
                    Some(trust) => return Ok(Some((came, trust, Place::Taken))),
                    None => self.park(came, stats),
                }
            }
            let is_paced = matches!(desired, Take::Paced(_));
            if !is_paced && let Some((came, trust)) = self.take(known, now, stats)? {
                return Ok(Some((came, trust, Place::Taken)));
            }
            if !self.conclude(now) && !self.released {
                return Ok(None);
            }
        }
    }

    /// The first of those that need not wait any more, in `unparked`. They precede others, so that each publisher's
    /// messages stay in order.
    fn unpark(
        &mut self,
        known: &mut impl FnMut(&mut PublisherTable, &MessageInfo) -> Option<PublisherTrust>,
        now: Duration,
    ) -> Option<(Came, PublisherTrust)> {
        let latched = self.parked.iter().filter(|(came, _)| self.asks && came.input.latched);
        latched.for_each(|(came, _)| self.publishers.saw(&came.info.gid, came.info.sequence, now));
        for at in 0..self.parked.len() {
            let came = self.parked.get(at)?.0;
            let Some(trust) = known(&mut self.publishers, &came.info) else { continue };
            if !self.must_wait(came, trust, now) {
                self.unparked = self.parked.remove(at)?.1;
                return Some((came, trust));
            }
        }
        None
    }

    /// True if its source has to show its depth first.
    fn must_wait(&mut self, came: Came, trust: PublisherTrust, now: Duration) -> bool {
        let asked = self.asks && came.input.latched && trust == PublisherTrust::Accepted;
        asked && self.publishers.waits(&came.info.gid, came.info.sequence, now)
    }

    /// Takes all that wait, and leaves out the oldest.
    fn collect(
        &mut self,
        known: &mut impl FnMut(&mut PublisherTable, &MessageInfo) -> Option<PublisherTrust>,
        now: Duration,
        stats: &RouteStats,
    ) -> Result<(), L::Fault> {
        let mut left = MAX_SKIPPED;
        // One that is refused does not displace one that is not.
        while self.waiting.back().is_none_or(|last| last.trust == PublisherTrust::Accepted)
            && let Some((came, trust)) = self.take(known, now, stats)?
        {
            let message = std::mem::replace(&mut self.taken, self.spare.pop().unwrap_or_default());
            self.waiting.push_back(Waiting { message, came, trust });
            if trust != PublisherTrust::Accepted || self.waiting.len() <= MAX_WAITING + 1 {
                continue;
            }
            self.leave_out(0, stats);
            stats.skipped.fetch_add(1, Relaxed);
            left -= 1;
            if left == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Drops one that waits; the caller counts it.
    fn leave_out(&mut self, at: usize, stats: &RouteStats) {
        if let Some(Waiting { message, came, trust }) = self.waiting.remove(at) {
            self.spare.push(message);
            self.count_lost(&came.info, trust, stats);
        }
    }

    /// The oldest message from a known publisher, in `taken`.
    fn take(
        &mut self,
        known: &mut impl FnMut(&mut PublisherTable, &MessageInfo) -> Option<PublisherTrust>,
        now: Duration,
        stats: &RouteStats,
    ) -> Result<Option<(Came, PublisherTrust)>, L::Fault> {
        while !self.released {
            let full = self.is_full() && self.publishers.asked().next().is_none();
            let Some(came) = self.inputs.take(&mut self.taken, full)? else { break };
            let info = came.info;
            let Some(trust) = known(&mut self.publishers, &info) else {
                self.park(came, stats);
                continue;
            };
            // None overtakes those of its source that are parked.
            if self.must_wait(came, trust, now)
                || self.parked.iter().any(|(parked, _)| parked.info.gid == info.gid)
            {
                self.park(came, stats);
                continue;
            }
            return Ok(Some((came, trust)));
        }
        Ok(None)
    }

    /// Concludes from the answers of latched sources, once every message that precedes them was taken. True if
    /// messages need not wait any more.
    fn conclude(&mut self, now: Duration) -> bool {
        if !self.asks {
            return false;
        }
        let latched = self.parked.iter().filter(|(came, _)| came.input.latched);
        latched.for_each(|(came, _)| self.publishers.saw(&came.info.gid, came.info.sequence, now));
        let answers = self.publishers.conclude(now);
        if self.probe.as_ref().is_some_and(|probe| probe.is_over(&self.publishers)) {
            self.probe = None;
        }
        let open = answers.iter().any(|(_, answer)| *answer != Answer::Settled);
        if open {
            self.inputs.listen().look_again(QUIET);
        }
        let unanswered = answers.iter().any(|(gid, _)| self.publishers.is_unanswered(gid));
        if unanswered && self.probe.is_none() {
            match Probe::new(self.inputs.listen(), &self.publishers) {
                Ok(probe) => self.probe = Some(probe),
                Err(_) => {
                    // Without an answer as much is kept as possible.
                    self.publishers.give_up();
                    return true;
                }
            }
        }
        answers.iter().any(|(_, answer)| *answer == Answer::Settled)
    }

    fn park(&mut self, came: Came, stats: &RouteStats) {
        self.parked.push_back((came, self.taken.as_bytes().to_vec()));
        while self.parked.len() > MAX_PARKED || self.parked_bytes() > MAX_PARKED_BYTES {
            if self.asks && self.publishers.asked().next().is_some() {
                // Rather keep too many messages outside than lose one.
                self.publishers.give_up();
                self.released = true;
                return;
            }
            self.parked.pop_front();
            stats.deny(Denied::UnknownSource);
        }
    }

    fn is_full(&self) -> bool {
        self.parked.len() >= MAX_PARKED || self.parked_bytes() >= MAX_PARKED_BYTES
    }

    fn parked_bytes(&self) -> usize {
        self.parked.iter().map(|(_, cdr)| cdr.len()).sum()
    }

    fn count_lost(&mut self, info: &MessageInfo, trust: PublisherTrust, stats: &RouteStats) {
        // The numbers of a refused publisher are not believed.
        if trust == PublisherTrust::Accepted {
            stats.lost.fetch_add(self.publishers.lost_before(&info.gid, info.sequence), Relaxed);
        }
    }
}

#[cfg(test)]
mod paced_tests;
#[cfg(test)]
mod tests;
