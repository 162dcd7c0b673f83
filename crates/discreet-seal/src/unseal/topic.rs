//! Opens the messages of one sealed topic and republishes them.

use std::fmt::Display;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use super::{Forgotten, From, Granted, Opener, ReadTime, SealedSource, Unopened};
use crate::{FailureLimiter, OpenError};
use discreet_cdr::Plan;
use discreet_graph::{Gid, Participant, participant};
use discreet_host::sync::lock;

/// Port: the sealed messages that arrive on one topic.
pub trait SealedInput {
    /// Error of the middleware. Its text is shown in diagnostics.
    type Fault: Display;

    /// Takes the oldest message and tells its publisher; none if no message waits.
    fn take(&mut self) -> Result<Option<Gid>, Self::Fault>;

    /// The serialized `Sealed` that was taken last. It is opened in place.
    fn message(&mut self) -> &mut [u8];
}

/// Port: publishes opened messages.
pub trait Republish {
    /// Error of the middleware. Its text is shown in diagnostics.
    type Fault: Display;

    /// Publishes a serialized message that came from the robot's publisher `from`; none: another publisher repeated
    /// it.
    fn publish(&mut self, from: Option<Gid>, message: &[u8]) -> Result<(), Self::Fault>;
}

/// Counters of one topic, and the identity of its guard. Shared: the worker that serves the topic writes the
/// counters, diagnostics reads them without waiting for a message.
#[derive(Debug, Default)]
pub struct TopicState {
    opened: AtomicU64,
    without_key: AtomicU64,
    refused: AtomicU64,
    foreign: AtomicU64,
    /// The last reason for a refusal.
    why: Mutex<String>,
    /// The participant of the robot's guard, by the catalogue.
    guard: Mutex<Option<Participant>>,
}

/// Messages of one topic since it was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicCounts {
    /// Messages opened.
    pub opened: u64,
    /// Messages without a key.
    pub without_key: u64,
    /// Messages that are refused: malformed, changed, or sent by a publisher with too many failures.
    pub refused: u64,
    /// Messages of another publisher than the robot's guard that did not open: of another robot, or of a stranger.
    pub foreign: u64,
    /// The last reason for a refusal; empty if there was none.
    pub why: String,
}

/// Opens the messages of one sealed topic.
pub struct UnsealedTopic {
    opener: Opener,
    /// By publisher: finding that a message is forged costs as much as opening one.
    failures: FailureLimiter,
    /// The walk over the messages inside.
    plan: Plan,
    state: Arc<TopicState>,
}

impl UnsealedTopic {
    /// For a topic whose messages inside `plan` checks.
    pub fn new(of: SealedSource, granted: Arc<Granted>, plan: Plan) -> UnsealedTopic {
        UnsealedTopic {
            opener: Opener::new(of, granted),
            failures: FailureLimiter::default(),
            plan,
            state: Arc::default(),
        }
    }

    /// The topic's counters.
    pub fn state(&self) -> &Arc<TopicState> {
        &self.state
    }

    /// Serves one message: one that waited for its key, or else the next of `input`. False if there is none at
    /// present, or `input` failed.
    pub fn serve_one(
        &mut self,
        input: &mut impl SealedInput,
        output: &mut impl Republish,
        now: ReadTime,
    ) -> bool {
        let waited = self.opener.ready(now.elapsed);
        self.state.forget(self.opener.take_forgotten());
        if let Some((mut message, from)) = waited {
            self.pass(&mut message, from, output, now);
            return true;
        }
        match input.take() {
            Ok(Some(publisher)) => {
                let from = self.state.origin(publisher);
                match self.failures.allows(&publisher, now.elapsed) {
                    true => self.pass(input.message(), from, output, now),
                    false => self.state.reject(from, "flood"),
                }
                true
            }
            Ok(None) => false,
            Err(fault) => {
                self.state.refuse(&fault.to_string());
                false
            }
        }
    }

    /// Opens one message and republishes it.
    fn pass(&mut self, message: &mut [u8], from: From, output: &mut impl Republish, now: ReadTime) {
        let UnsealedTopic { opener, failures, plan, state } = self;
        match opener.open(message, now.second) {
            // Any holder of an operational topic's key could have sealed it: readers get well-formed messages only.
            Ok(text) if plan.check(text).is_err() => state.refuse("malformed"),
            Ok(text) => {
                failures.opened(&from.publisher, now.elapsed);
                match output.publish((!from.is_foreign).then_some(from.publisher), text) {
                    Ok(()) => drop(state.opened.fetch_add(1, Relaxed)),
                    Err(fault) => state.refuse(&fault.to_string()),
                }
            }
            // A guard that has just started may be ahead of its catalogue, so foreign messages wait as well.
            Err(Unopened::NoKey(_)) => opener.wait(message, from, now.elapsed),
            // The guard's own messages come again when its latched topic is subscribed to again.
            Err(Unopened::Refused(OpenError::Replayed)) if !from.is_foreign => {}
            Err(Unopened::Refused(error)) => {
                if error.has_cost() {
                    failures.charge(&from.publisher, now.elapsed);
                }
                state.reject(from, error.label());
            }
        }
    }
}

impl TopicState {
    /// Sets the participant of the robot's guard. While it is not known, no message counts as foreign.
    pub fn set_guard(&self, guard: Option<Participant>) {
        *lock(&self.guard) = guard;
    }

    /// The counters at present.
    pub fn counts(&self) -> TopicCounts {
        TopicCounts {
            opened: self.opened.load(Relaxed),
            without_key: self.without_key.load(Relaxed),
            refused: self.refused.load(Relaxed),
            foreign: self.foreign.load(Relaxed),
            why: lock(&self.why).clone(),
        }
    }

    fn origin(&self, publisher: Gid) -> From {
        let guard = *lock(&self.guard);
        From { publisher, is_foreign: guard.is_some_and(|guard| guard != participant(&publisher)) }
    }

    fn reject(&self, from: From, reason: &str) {
        match from.is_foreign {
            true => drop(self.foreign.fetch_add(1, Relaxed)),
            false => self.refuse(reason),
        }
    }

    fn refuse(&self, reason: &str) {
        self.refused.fetch_add(1, Relaxed);
        *lock(&self.why) = reason.into();
    }

    fn forget(&self, Forgotten { own, foreign }: Forgotten) {
        self.without_key.fetch_add(own, Relaxed);
        self.foreign.fetch_add(foreign, Relaxed);
    }
}

#[cfg(test)]
mod tests;
