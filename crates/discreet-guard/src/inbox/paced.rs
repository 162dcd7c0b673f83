//! Routes whose rate the policy limits: the newest message of each publisher waits until its time has come.

use std::time::Duration;

use super::{Came, Inbox, Listen, MAX_PARKED, MAX_SKIPPED, Waiting};
use crate::denied::Denied;
use crate::message::MessageInfo;
use crate::publishers::PublisherTable;
use crate::sources::PublisherTrust;
use crate::stats::RouteStats;

/// The messages that a route of [`Take::Paced`](super::Take::Paced) may serve.
pub(super) enum Held {
    /// This one, of a latched source or a publisher that is not accepted: it does not wait.
    Unpaced(Came, PublisherTrust),
    /// None yet.
    Early,
    /// Those that wait.
    Due,
}

impl<L: Listen> Inbox<L> {
    /// Takes the messages that have come, and keeps the newest of each publisher.
    pub(super) fn hold(
        &mut self,
        period: Duration,
        known: &mut impl FnMut(&mut PublisherTable, &MessageInfo) -> Option<PublisherTrust>,
        now: Duration,
        stats: &RouteStats,
    ) -> Result<Held, L::Fault> {
        self.next = self.next.min(now + period); // the policy may have another by now
        self.due &= !self.waiting.is_empty();
        if self.due {
            return Ok(Held::Due); // what came since is of the next time
        }
        for _ in 0..MAX_SKIPPED {
            let Some((came, trust)) = self.take(known, now, stats)? else { break };
            if came.input.latched || trust != PublisherTrust::Accepted {
                // However many of these come, those that wait leave in time.
                self.look_at_time(period, now);
                return Ok(Held::Unpaced(came, trust));
            }
            let message = std::mem::replace(&mut self.taken, self.spare.pop().unwrap_or_default());
            let gid = came.info.gid;
            let before = self.waiting.iter().position(|waiting| waiting.came.info.gid == gid);
            self.waiting.push_back(Waiting { message, came, trust });
            if let Some(at) = before.or((self.waiting.len() > MAX_PARKED).then_some(0)) {
                self.leave_out(at, stats);
                stats.deny(Denied::OverRate);
            }
        }
        self.look_at_time(period, now);
        if !self.due && !self.waiting.is_empty() {
            self.inputs.listen().look_again(self.next.saturating_sub(now));
        }
        Ok(if self.due { Held::Due } else { Held::Early })
    }

    /// Only messages that waited move the time: others could keep them back for ever.
    fn look_at_time(&mut self, period: Duration, now: Duration) {
        self.due = !self.waiting.is_empty() && self.next <= now;
        if self.due {
            self.next = now + period;
        }
    }
}
