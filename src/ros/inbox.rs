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

/// Messages that a newer one may displace in one go: whoever publishes faster than is taken must not keep all back.
const MAX_SKIPPED: usize = 64;

/// One route's incoming messages.
#[derive(Default)]
pub struct Inbox {
    input: Option<Subscription>,
    taken: SerializedMessage,
    /// Messages of publishers that discovery has not told yet. The others go on meanwhile.
    parked: VecDeque<(MessageInfo, Vec<u8>)>,
    unparked: Vec<u8>,
    /// Where a newer message goes while it is not certain yet that it replaces the one in `taken`.
    newer: SerializedMessage,
    /// The message in `newer`, if it came in and is next.
    next: Option<(MessageInfo, Standing)>,
    standings: Standings,
    judged_by: Option<Arc<Policy>>,
}

/// Which of the waiting messages to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Each, in order.
    Every,
    /// The newest of those that wait: for routes that need longer for a message than the next one takes to come.
    Newest,
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
        let mut found = self.take(known, stats)?;
        let mut left = MAX_SKIPPED;
        while let Some((info, Standing::Accepted)) = found
            && wanted == Wanted::Newest
            && left > 0
        {
            left -= 1;
            std::mem::swap(&mut self.taken, &mut self.newer); // the one found is safe in `newer` meanwhile
            match self.take(known, stats)? {
                Some((newest, Standing::Accepted)) => {
                    self.count_lost(&info, Standing::Accepted, stats);
                    stats.skipped.fetch_add(1, Relaxed);
                    found = Some((newest, Standing::Accepted));
                }
                other => {
                    // One that is refused does not displace one that is not: it comes next.
                    std::mem::swap(&mut self.taken, &mut self.newer);
                    self.next = other;
                    break;
                }
            }
        }
        Ok(found.map(|(info, standing)| (info, standing, Place::Taken)))
    }

    /// The oldest message from a known publisher, in `taken`.
    fn take(
        &mut self,
        known: &mut impl FnMut(&mut Standings, &MessageInfo) -> Option<Standing>,
        stats: &RouteStats,
    ) -> Result<Option<(MessageInfo, Standing)>, RosError> {
        if let Some(next) = self.next.take() {
            std::mem::swap(&mut self.taken, &mut self.newer);
            return Ok(Some(next));
        }
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
