//! The subscriptions of one topic on the inner domain: one for each pair of reliability and durability that its
//! sources offer.

use std::time::Duration;

use super::listen::{Listen, Subscription as _};
use crate::lanes::{Input, Plan, Under};
use crate::message::MessageInfo;

/// An input that no source needs any more stays for this time: messages may be under way.
const LINGER: Duration = Duration::from_secs(2);

/// Messages taken from the weaker inputs in one go before the strongest has its turn.
const FAIR: u32 = 64;

/// All of them.
pub struct Inputs<L: Listen> {
    listen: L,
    /// The weakest first, so that messages on an input that a source leaves for a stronger one are not overtaken.
    heard: Vec<Heard<L::Subscription>>,
    /// There have been several: a message may arrive on more than one.
    mixed: bool,
    /// Messages taken from weaker inputs since the strongest had its turn.
    streak: u32,
}

/// One subscription.
struct Heard<S> {
    input: Input,
    under: Under,
    subscription: S,
    unused_since: Option<Duration>,
}

/// A message's publisher, and the input that it arrived on.
#[derive(Clone, Copy)]
pub struct Came {
    /// Publisher, number and time.
    pub info: MessageInfo,
    /// The input.
    pub input: Input,
}

impl<L: Listen> Inputs<L> {
    /// None yet.
    pub fn new(listen: L) -> Inputs<L> {
        Inputs { listen, heard: Vec::new(), mixed: false, streak: 0 }
    }

    /// Makes subscriptions to the topic.
    pub fn listen(&mut self) -> &mut L {
        &mut self.listen
    }

    /// True if a message may arrive on several of them.
    pub fn are_mixed(&self) -> bool {
        self.mixed
    }

    /// Ends all.
    pub fn clear(&mut self) {
        self.heard.clear();
    }

    /// Ends those of latched messages that are to leave under another policy or to other audiences than before, or `all`. True
    /// if there were any.
    pub fn end_stale(&mut self, plan: &Plan, all: bool) -> bool {
        let before = self.heard.len();
        self.heard.retain(|heard| !heard.input.latched || (heard.under == plan.under && !all));
        self.heard.len() < before
    }

    /// Makes those that `plan` needs, and ends those that it has not needed for a while.
    pub fn arrange(&mut self, plan: &Plan, now: Duration) -> Result<(), L::Fault> {
        let desired = plan.inputs();
        for heard in &mut self.heard {
            match desired.contains(&heard.input) {
                true => heard.unused_since = None,
                false => drop(heard.unused_since.get_or_insert(now)),
            }
        }
        self.heard.retain(|heard| heard.unused_since.is_none_or(|since| now < since + LINGER));
        for input in desired {
            if !self.heard.iter().any(|heard| heard.input == input) {
                let subscription = self.listen.subscribe(input, plan.depth)?;
                self.heard.push(Heard { input, under: plan.under, subscription, unused_since: None });
            }
        }
        self.heard.sort_by_key(|heard| heard.input);
        self.mixed |= self.heard.len() > 1;
        Ok(())
    }

    /// Takes the oldest message of the weakest input that has one. `keep_back` leaves latched messages where they
    /// are: histories arrive all at once, and may wait there until their publishers are known.
    pub fn take(&mut self, message: &mut L::Message, keep_back: bool) -> Result<Option<Came>, L::Fault> {
        let count = self.heard.len();
        let mut first = 0;
        if self.streak >= FAIR {
            (first, self.streak) = (count.saturating_sub(1), 0);
        }
        for at in (first..count).chain(0..first) {
            let Some(heard) = self.heard.get_mut(at) else { break };
            if keep_back && heard.input.latched {
                continue;
            }
            if let Some(info) = heard.subscription.take(message)? {
                self.streak = if at + 1 == count { 0 } else { self.streak + 1 };
                return Ok(Some(Came { info, input: heard.input }));
            }
        }
        Ok(None)
    }
}
