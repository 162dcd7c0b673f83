//! The gate between routes and the writer: a route asks for a window and waits; the writer answers when it is on the
//! disk.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::State;
use super::time::Time;
use discreet_host::sync::lock;

/// As long as a window: a disk that takes longer for a step cannot keep up with one entry a window.
const STALLED: Duration = Duration::from_secs(1);
/// The step in progress ends before the one that was asked for begins.
const TWO_STEPS: Duration = Duration::from_secs(2);
/// An operational message does not wait for the log longer than a control loop can bear.
const OPERATIONAL: Duration = Duration::from_millis(50);

/// Makes a step of the writer where it has no thread; `true`: the last one.
pub(super) type StepByHand = Box<dyn FnMut(bool) -> Stepped + Send>;

/// The end of a step: the time, and the fault since when it could not write.
pub(super) type Stepped = (Time, Option<(Time, String)>);

pub(super) struct Gate {
    inner: Mutex<Inner>,
    by_hand: Mutex<Option<StepByHand>>,
    to_writer: Condvar,
    from_writer: Condvar,
}

#[derive(Debug)]
struct Inner {
    asked: bool,
    stop: bool,
    /// Steps that the writer has begun and ended; it is writing while they differ.
    begun: u64,
    ended: u64,
    /// When the step in progress began. Real time: it measures the disk.
    since: Instant,
    fault: Option<(Time, String)>,
    /// The writer will not take another step.
    gone: bool,
}

impl Gate {
    pub fn new() -> Self {
        let since = Instant::now();
        let inner = Inner { asked: false, stop: false, begun: 0, ended: 0, since, fault: None, gone: false };
        Gate {
            inner: Mutex::new(inner),
            by_hand: Mutex::default(),
            to_writer: Condvar::new(),
            from_writer: Condvar::new(),
        }
    }

    /// Steps are made by the callers from now on, as they need them.
    pub fn step_by_hand(&self, step: StepByHand) {
        *lock(&self.by_hand) = Some(step);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    /// Asks for a step and waits until one that began after this call has ended. Does not wait on a log that is known
    /// to be faulty: the writer retries in any case.
    pub fn ask(&self, contextual: bool) {
        let limit = if contextual { TWO_STEPS } else { OPERATIONAL };
        let inner = self.lock();
        if inner.fault.is_none() && !inner.stalled() {
            self.wait(inner, limit, Inner::stalls_at);
        }
    }

    /// Asks for a step and waits for it, faulty or not.
    pub fn flush(&self) {
        let inner = self.lock();
        self.wait(inner, TWO_STEPS, |_| None);
    }

    /// Waits until a step that began after this call has ended; no longer than `limit`, or until `given_up`.
    fn wait(
        &self,
        mut inner: MutexGuard<'_, Inner>,
        limit: Duration,
        given_up: impl Fn(&Inner) -> Option<Instant>,
    ) {
        if let Some(step) = lock(&self.by_hand).as_mut() {
            inner.fault = step(false).1;
            return;
        }
        let (target, until) = (inner.begun + 1, Instant::now() + limit);
        inner.asked = true;
        self.to_writer.notify_one();
        while inner.ended < target && !inner.gone {
            let until = given_up(&inner).map_or(until, |given_up| until.min(given_up));
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.from_writer.wait_timeout(inner, left);
            inner = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The writer's side: sleeps until asked or until `pause` is over. False: make this step the last.
    pub fn next_step(&self, pause: Duration) -> bool {
        let inner = self.lock();
        let idle = |inner: &mut Inner| !inner.asked && !inner.stop;
        let (mut inner, _) =
            self.to_writer.wait_timeout_while(inner, pause, idle).unwrap_or_else(PoisonError::into_inner);
        inner.asked = false;
        inner.begun += 1;
        inner.since = Instant::now();
        !inner.stop
    }

    /// The writer's side: a step ended.
    pub fn step_ended(&self, fault: Option<(Time, String)>) {
        let mut inner = self.lock();
        inner.ended = inner.begun;
        inner.fault = fault;
        self.from_writer.notify_all();
    }

    /// The writer's side: it has ended, in order or in a panic.
    pub fn writer_gone(&self, now: Time) {
        let mut inner = self.lock();
        inner.gone = true;
        inner.fault.get_or_insert((now, "the audit writer has stopped".to_owned()));
        self.from_writer.notify_all();
    }

    /// Ends the writer and waits for its last step, unless the disk hangs.
    pub fn stop(&self) {
        let by_hand = lock(&self.by_hand).take();
        if let Some(mut step) = by_hand {
            return self.writer_gone(step(true).0);
        }
        let mut inner = self.lock();
        inner.stop = true;
        self.to_writer.notify_one();
        drop(self.from_writer.wait_timeout_while(inner, 2 * STALLED, |inner| !inner.gone));
    }

    pub fn state(&self) -> State {
        let inner = self.lock();
        match &inner.fault {
            Some((since, why)) => State::Faulty { since: Some(*since), why: why.clone() },
            None if inner.stalled() => {
                State::Faulty { since: None, why: "the disk does not answer".to_owned() }
            }
            None => State::Writing,
        }
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Gate").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl Inner {
    fn stalled(&self) -> bool {
        self.stalls_at().is_some_and(|at| Instant::now() >= at)
    }

    /// When the step in progress counts as stalled.
    fn stalls_at(&self) -> Option<Instant> {
        (self.begun != self.ended).then(|| self.since + STALLED)
    }
}
