//! Routes whose rate the policy limits: the newest message of each publisher waits until its time has come.

use std::time::Duration;

use super::{Came, Inbox, Listen, MAX_PARKED, MAX_SKIPPED, Waiting};
use crate::denied::Denied;
use crate::message::MessageInfo;
use crate::publishers::PublisherTable;
use crate::sources::PublisherTrust;
use crate::stats::RouteStats;

/// What a route of [`Take::Paced`] may serve.
pub(super) enum Held {
    /// This one, which does not wait.
    Latched(Came, PublisherTrust),
    /// Nothing yet.
    Early,
    /// Those that wait.
    Due,
}

impl<L: Listen> Inbox<L> {
    /// Takes all that wait, and keeps the newest of each publisher.
    pub(super) fn hold(
        &mut self,
        wait: Duration,
        known: &mut impl FnMut(&mut PublisherTable, &MessageInfo) -> Option<PublisherTrust>,
        now: Duration,
        stats: &RouteStats,
    ) -> Result<Held, L::Fault> {
        self.due &= !self.waiting.is_empty();
        if self.due {
            return Ok(Held::Due); // what came since is of the next time
        }
        for _ in 0..MAX_SKIPPED {
            let Some((came, trust)) = self.take(known, now, stats)? else { break };
            if came.input.latched || trust != PublisherTrust::Accepted {
                return Ok(Held::Latched(came, trust));
            }
            let message = std::mem::replace(&mut self.taken, self.spare.pop().unwrap_or_default());
            let gid = came.info.gid;
            if let Some(at) = self.waiting.iter().position(|waiting| waiting.came.info.gid == gid) {
                self.leave_out(at, stats);
            }
            self.waiting.push_back(Waiting { message, came, trust });
            if self.waiting.len() > MAX_PARKED {
                self.leave_out(0, stats);
            }
        }
        self.due = wait.is_zero() && !self.waiting.is_empty();
        if !self.due && !self.waiting.is_empty() {
            self.inputs.listen().look_again(wait);
        }
        Ok(if self.due { Held::Due } else { Held::Early })
    }

    fn leave_out(&mut self, at: usize, stats: &RouteStats) {
        if let Some(Waiting { message, came, trust }) = self.waiting.remove(at) {
            self.spare.push(message);
            self.count_lost(&came.info, trust, stats);
            stats.deny(Denied::OverRate);
        }
    }
}
