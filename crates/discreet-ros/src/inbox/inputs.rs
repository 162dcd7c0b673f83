//! The subscriptions of one topic inside: one for each pair of reliability and durability that its sources offer.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::{MessageInfo, Node, RosError, SerializedMessage, Subscription, TypeSupport};
use discreet_guard::lanes::{Input, Plan, Under};

/// An input that no source needs any more is listened to for so long: what was under way may still come.
const LINGER: Duration = Duration::from_secs(2);

/// Messages taken from the weaker inputs in one go before the strongest has its turn.
const FAIR: u32 = 64;

/// Where a route listens.
pub struct Listen {
    /// On the inner domain.
    pub node: Arc<Node>,
    /// The topic.
    pub topic: String,
    /// The type of its messages.
    pub types: TypeSupport,
    /// To be called when something came.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

/// All of them.
pub struct Inputs {
    listen: Listen,
    /// The weakest first, so that what waits on one that a source leaves for a stronger one is not overtaken.
    heard: Vec<Heard>,
    /// There have been several: a message may come on more than one.
    mixed: bool,
    /// Messages taken from weaker inputs since the strongest had its turn.
    streak: u32,
    /// Calls to look again.
    alarm: Option<JoinHandle<()>>,
}

/// One subscription.
struct Heard {
    input: Input,
    under: Under,
    subscription: Subscription,
    unused_since: Option<Duration>,
}

/// A message's publisher, and the input that it came on.
#[derive(Clone, Copy)]
pub struct Came {
    /// Who, and when.
    pub info: MessageInfo,
    /// Where.
    pub input: Input,
}

impl Listen {
    /// Listens from now on; of latched sources, to their histories first.
    pub fn subscribe(&self, input: Input, depth: Option<usize>) -> Result<Subscription, RosError> {
        let wake = Arc::clone(&self.wake);
        let on_message = Box::new(move || wake());
        Subscription::new(&self.node, &self.topic, &self.types, input.qos(depth), on_message)
    }
}

impl Inputs {
    /// None yet.
    pub fn new(listen: Listen) -> Inputs {
        Inputs { listen, heard: Vec::new(), mixed: false, streak: 0, alarm: None }
    }

    /// What is listened to.
    pub fn listen(&self) -> &Listen {
        &self.listen
    }

    /// Whether a message may come on several of them.
    pub fn are_mixed(&self) -> bool {
        self.mixed
    }

    /// Ends all.
    pub fn clear(&mut self) {
        self.heard.clear();
    }

    /// Ends those on which latched messages came that were to leave on other delivery. True if there were any.
    pub fn end_stale(&mut self, plan: &Plan) -> bool {
        let before = self.heard.len();
        self.heard.retain(|heard| !heard.input.latched || heard.under == plan.under);
        self.heard.len() < before
    }

    /// Makes those that `plan` wants, and ends those that it has not desired for a while.
    pub fn arrange(&mut self, plan: &Plan, now: Duration) -> Result<(), RosError> {
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

    /// Has somebody look again after a while, also if nothing comes.
    pub fn look_again(&mut self, after: Duration) {
        if self.alarm.as_ref().is_none_or(JoinHandle::is_finished) {
            let wake = Arc::clone(&self.listen.wake);
            let alarm = Builder::new().name("alarm".into());
            let wait = move || {
                std::thread::sleep(after);
                wake();
            };
            // Without a thread it is looked at within a second.
            self.alarm = alarm.spawn(wait).ok();
        }
    }

    /// Takes the oldest message of the weakest that has one. `keep_back` leaves latched messages where they are: histories
    /// come all at once, and may wait there until it is known whose they are.
    pub fn take(
        &mut self,
        message: &mut SerializedMessage,
        keep_back: bool,
    ) -> Result<Option<Came>, RosError> {
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
