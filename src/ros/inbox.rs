//! Where a route's messages come in: taken from the middleware, or from among those that waited for discovery.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::{Framed, HEADROOM, MessageInfo, RosError, SerializedMessage, Subscription};
use crate::denied::Denied;
use crate::graph::Gid;
use crate::message::{Buffer, Origin, Received};
use crate::policy::Policy;
use crate::sources::Standing;
use crate::standings::Standings;
use crate::stats::RouteStats;

/// Messages that may wait for discovery, and their bytes. Whoever sends more before it is known loses the oldest.
const MAX_PARKED: usize = 64;
const MAX_PARKED_BYTES: usize = 32 << 20;

/// Messages that wait for the one before, where not every one is wanted: as many as come while one takes unusually long.
const MAX_WAITING: usize = 2;

/// Messages that newer ones may displace in one go: whoever publishes faster than is taken must not keep all back.
const MAX_SKIPPED: usize = 64;

/// One route's incoming messages.
#[derive(Default)]
pub struct Inbox {
    input: Option<Subscription>,
    taken: SerializedMessage,
    /// Messages of publishers that discovery has not told yet. The others go on meanwhile.
    parked: VecDeque<(MessageInfo, Vec<u8>)>,
    unparked: Vec<u8>,
    /// Messages that were taken already, the oldest first. Only the last may be one that is refused.
    waiting: VecDeque<Waiting>,
    /// Buffers to be used again.
    spare: Vec<SerializedMessage>,
    standings: Standings,
    judged_by: Option<Arc<Policy>>,
}

struct Waiting {
    message: SerializedMessage,
    info: MessageInfo,
    standing: Standing,
}

/// Which of the waiting messages to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Each, in order.
    Every,
    /// In order, but the oldest is left out when more than two others wait: for routes that may need longer for a message
    /// than the next one takes to come.
    Recent,
}

/// Which buffer a message is in.
enum Place {
    Taken,
    Unparked,
}

impl Inbox {
    /// From here on messages come in.
    pub fn connect(&mut self, input: Subscription) {
        self.input = Some(input);
    }

    /// No more come in.
    pub fn disconnect(&mut self) {
        self.input = None;
        self.waiting.clear();
    }

    /// What discovery knows of the publishers, judged by the sources that `policy` wants.
    pub fn judge(
        &mut self,
        policy: &Arc<Policy>,
        standings: impl IntoIterator<Item = (Gid, Standing)>,
        now: Duration,
    ) {
        self.standings.set(standings, now);
        self.judged_by = Some(Arc::clone(policy));
    }

    /// The next message to decide on, under `policy`, in force since `since`; none if nothing waits, or only messages
    /// whose publishers are not known yet.
    pub fn next(
        &mut self,
        wanted: Wanted,
        policy: &Arc<Policy>,
        since: Duration,
        now: Duration,
        stats: &RouteStats,
    ) -> Result<Option<Received<'_>>, RosError> {
        let judged = self.judged_by.as_ref().is_some_and(|by| Arc::ptr_eq(by, policy));
        let mut known = |standings: &mut Standings, info: &MessageInfo| {
            let standing = standings.of(info.gid, judged, since, now);
            (standing != Standing::Awaited).then_some(standing)
        };
        let Some((info, standing, place)) = self.find(wanted, &mut known, stats)? else { return Ok(None) };
        self.count_lost(&info, standing, stats);
        let cdr = match place {
            Place::Taken => {
                let Framed { buffer, length } = self.taken.framed();
                Buffer::with_room(buffer, HEADROOM, length)
            }
            Place::Unparked => Buffer::new(&mut self.unparked),
        };
        let MessageInfo { gid: publisher, sequence, source_stamp } = info;
        Ok(Some(Received { origin: Origin { publisher, standing, sequence, source_stamp }, cdr }))
    }

    fn find(
        &mut self,
        wanted: Wanted,
        known: &mut impl FnMut(&mut Standings, &MessageInfo) -> Option<Standing>,
        stats: &RouteStats,
    ) -> Result<Option<(MessageInfo, Standing, Place)>, RosError> {
        // Those that waited go first, so that each publisher's messages stay in order.
        for at in 0..self.parked.len() {
            let standing = self.parked.get(at).and_then(|(info, _)| known(&mut self.standings, info));
            if let (Some(standing), Some((info, cdr))) =
                (standing, standing.and_then(|_| self.parked.remove(at)))
            {
                self.unparked = cdr;
                return Ok(Some((info, standing, Place::Unparked)));
            }
        }
        if wanted == Wanted::Recent {
            self.collect(known, stats)?;
        }
        while let Some(Waiting { message, info, .. }) = self.waiting.pop_front() {
            self.spare.push(std::mem::replace(&mut self.taken, message));
            // The policy may be another by now.
            match known(&mut self.standings, &info) {
                Some(standing) => return Ok(Some((info, standing, Place::Taken))),
                None => self.park(info, stats),
            }
        }
        Ok(self.take(known, stats)?.map(|(info, standing)| (info, standing, Place::Taken)))
    }

    /// Takes all that wait, and leaves out the oldest.
    fn collect(
        &mut self,
        known: &mut impl FnMut(&mut Standings, &MessageInfo) -> Option<Standing>,
        stats: &RouteStats,
    ) -> Result<(), RosError> {
        let mut left = MAX_SKIPPED;
        // One that is refused does not displace one that is not.
        while self.waiting.back().is_none_or(|last| last.standing == Standing::Accepted)
            && let Some((info, standing)) = self.take(known, stats)?
        {
            let message = std::mem::replace(&mut self.taken, self.spare.pop().unwrap_or_default());
            self.waiting.push_back(Waiting { message, info, standing });
            if standing != Standing::Accepted || self.waiting.len() <= MAX_WAITING + 1 {
                continue;
            }
            if let Some(Waiting { message, info, standing }) = self.waiting.pop_front() {
                self.spare.push(message);
                self.count_lost(&info, standing, stats);
                stats.skipped.fetch_add(1, Relaxed);
            }
            left -= 1;
            if left == 0 {
                break;
            }
        }
        Ok(())
    }

    /// The oldest message from a known publisher, in `taken`.
    fn take(
        &mut self,
        known: &mut impl FnMut(&mut Standings, &MessageInfo) -> Option<Standing>,
        stats: &RouteStats,
    ) -> Result<Option<(MessageInfo, Standing)>, RosError> {
        loop {
            let Some(input) = &mut self.input else { return Ok(None) };
            let Some(info) = input.take(&mut self.taken)? else { return Ok(None) };
            if let Some(standing) = known(&mut self.standings, &info) {
                return Ok(Some((info, standing)));
            }
            self.park(info, stats);
        }
    }

    fn park(&mut self, info: MessageInfo, stats: &RouteStats) {
        self.parked.push_back((info, self.taken.as_mut_bytes().to_vec()));
        let bytes = |parked: &VecDeque<(MessageInfo, Vec<u8>)>| {
            parked.iter().map(|(_, cdr)| cdr.len()).sum::<usize>()
        };
        while self.parked.len() > MAX_PARKED || bytes(&self.parked) > MAX_PARKED_BYTES {
            self.parked.pop_front();
            stats.deny(Denied::UnknownSource);
        }
    }

    fn count_lost(&mut self, info: &MessageInfo, standing: Standing, stats: &RouteStats) {
        // What a refused publisher counts is its own affair.
        if standing == Standing::Accepted {
            stats.lost.fetch_add(self.standings.lost_before(&info.gid, info.sequence), Relaxed);
        }
    }
}
