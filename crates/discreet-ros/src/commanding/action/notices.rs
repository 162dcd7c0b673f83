//! Feedback or status of an action, as the robot's guard sends it.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use super::{BATCH, CommandedStatus};
use crate::{SerializedMessage, Subscription};
use discreet_audit::Time;
use discreet_host::sync::lock;
use discreet_seal::commanding::{NoticeOpener, Unnoticed};
use discreet_seal::{FailureLimiter, GoalId, OpenError};

/// Messages that wait for the answer to a goal; the others wait in the middleware's queue.
const HELD: usize = 64;

/// One of the two topics.
pub struct Notices {
    pub input: Subscription,
    opener: NoticeOpener,
    /// The goals that a message is about.
    goals: fn(&[u8]) -> Vec<GoalId>,
    /// Messages that wait for the answer to a goal.
    held: VecDeque<Vec<u8>>,
    failures: FailureLimiter,
}

impl Notices {
    /// Takes the topic `input`; `goals` reads the goals that an opened message is about.
    pub fn new(input: Subscription, opener: NoticeOpener, goals: fn(&[u8]) -> Vec<GoalId>) -> Notices {
        Notices { input, opener, goals, held: VecDeque::new(), failures: FailureLimiter::default() }
    }

    /// Opens messages that have come; true if there may be more. `at` is the time since the start.
    pub fn take(
        &mut self,
        taken: &mut SerializedMessage,
        status: &Mutex<CommandedStatus>,
        at: Duration,
    ) -> bool {
        let mut served = 0;
        while served < BATCH
            && self.held.len() < HELD
            && let Ok(Some(info)) = self.input.take(taken)
        {
            served += 1;
            // A publisher of notices that do not open is ignored for a while.
            if !self.failures.allows(&info.gid, at) {
                continue;
            }
            match self.opener.open(taken.as_mut_bytes(), Time::system().nanoseconds) {
                Ok(message) => {
                    self.failures.opened(&info.gid, at);
                    self.held.push_back(message.to_vec());
                }
                Err(Unnoticed::Others) => {}
                Err(why) => {
                    if matches!(why, Unnoticed::Unopened(OpenError::Signature | OpenError::Changed)) {
                        self.failures.charge(&info.gid, at);
                    }
                    lock(status).count(Err(why));
                }
            }
        }
        served >= BATCH
    }

    /// Gives the messages in their order, up to the first about a goal that waits.
    pub fn give(&mut self, waits: impl Fn(&GoalId) -> bool, mut give: impl FnMut(&[u8])) {
        let waits = |message: &Vec<u8>| (self.goals)(message).iter().any(&waits);
        while self.held.front().is_some_and(|message| !waits(message))
            && let Some(message) = self.held.pop_front()
        {
            give(&message);
        }
    }
}
