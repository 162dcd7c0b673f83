//! Where a route's messages come in: taken from the middleware, or from among those that waited for discovery.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::{MessageInfo, RosError, SerializedMessage, Subscription};
use crate::denied::Denied;
use crate::graph::Gid;
use crate::message::Received;
use crate::policy::Policy;
use crate::sources::Standing;
use crate::standings::Standings;
use crate::stats::RouteStats;

/// Messages that may wait for discovery, and their bytes. Whoever sends more before it is known loses the oldest.
const MAX_PARKED: usize = 64;
const MAX_PARKED_BYTES: usize = 32 << 20;

/// One route's incoming messages.
#[derive(Default)]
pub struct Inbox {
    input: Option<Subscription>,
    taken: SerializedMessage,
    /// Messages of publishers that discovery has not told yet. The others go on meanwhile.
    parked: VecDeque<(MessageInfo, Vec<u8>)>,
    unparked: Vec<u8>,
    standings: Standings,
    judged_by: Option<Arc<Policy>>,
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
        policy: &Arc<Policy>,
        since: Duration,
        now: Duration,
        stats: &RouteStats,
    ) -> Result<Option<Received<'_>>, RosError> {
        let judged = self.judged_by.as_ref().is_some_and(|by| Arc::ptr_eq(by, policy));
        let known = |standings: &mut Standings, info: &MessageInfo| {
            let standing = standings.of(info.gid, judged, since, now);
            (standing != Standing::Awaited).then_some(standing)
        };
        // Those that waited go first, so that each publisher's messages stay in order.
        for at in 0..self.parked.len() {
            let standing = self.parked.get(at).and_then(|(info, _)| known(&mut self.standings, info));
            if let (Some(standing), Some((info, cdr))) =
                (standing, standing.and_then(|_| self.parked.remove(at)))
            {
                self.unparked = cdr;
                return Ok(Some(received(&mut self.standings, info, standing, &self.unparked, stats)));
            }
        }
        loop {
            let Some(input) = &mut self.input else { return Ok(None) };
            let Some(info) = input.take(&mut self.taken)? else { return Ok(None) };
            if let Some(standing) = known(&mut self.standings, &info) {
                return Ok(Some(received(&mut self.standings, info, standing, self.taken.as_bytes(), stats)));
            }
            self.park(info, stats);
        }
    }

    fn park(&mut self, info: MessageInfo, stats: &RouteStats) {
        self.parked.push_back((info, self.taken.as_bytes().to_vec()));
        let bytes = |parked: &VecDeque<(MessageInfo, Vec<u8>)>| {
            parked.iter().map(|(_, cdr)| cdr.len()).sum::<usize>()
        };
        while self.parked.len() > MAX_PARKED || bytes(&self.parked) > MAX_PARKED_BYTES {
            self.parked.pop_front();
            stats.deny(Denied::UnknownSource);
        }
    }
}

fn received<'a>(
    standings: &mut Standings,
    info: MessageInfo,
    standing: Standing,
    cdr: &'a [u8],
    stats: &RouteStats,
) -> Received<'a> {
    // What a refused publisher counts is its own affair.
    if standing == Standing::Accepted {
        stats.lost.fetch_add(standings.lost_before(&info.gid, info.sequence), Relaxed);
    }
    Received { publisher: info.gid, standing, sequence: info.sequence, source_stamp: info.source_stamp, cdr }
}
