//! The threads of the data plane.
//!
//! The middleware's callback only puts a route into a queue; a worker takes it out and serves it. A route is in the
//! queue at most once, and served by one worker at a time, so its messages stay in order, one slow route does not hold
//! up the others while another worker is free, and the queue is never longer than the number of routes.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// Something that has messages waiting.
pub trait Serve: Send + Sync {
    /// Serves what waits, for a while; true if there is more.
    fn serve(&self) -> bool;
    /// Where it stands with the queue.
    fn turn(&self) -> &Turn;
}

/// Where a task stands with the queue.
#[derive(Debug, Default)]
pub struct Turn(AtomicU8);

/// Nothing waits.
const IDLE: u8 = 0;
/// In the queue.
const READY: u8 = 1;
/// A worker serves it.
const RUNNING: u8 = 2;
/// A worker serves it, and something came since it began.
const AGAIN: u8 = 3;

impl Turn {
    /// Something waits; true if the task must be put into the queue.
    fn announce(&self) -> bool {
        let next = |turn| match turn {
            IDLE => Some(READY),
            RUNNING => Some(AGAIN),
            _ => None,
        };
        self.0.fetch_update(SeqCst, SeqCst, next) == Ok(IDLE)
    }

    /// A worker begins.
    fn begin(&self) {
        self.0.store(RUNNING, SeqCst);
    }

    /// The worker is done, with `more` waiting or not; true if the task must be put into the queue again.
    fn end(&self, more: bool) -> bool {
        if !more && self.0.compare_exchange(RUNNING, IDLE, SeqCst, SeqCst).is_ok() {
            return false;
        }
        self.0.store(READY, SeqCst);
        true
    }
}

/// The queue of those who have messages waiting.
#[derive(Default)]
pub struct ReadyQueue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    ready: VecDeque<Arc<dyn Serve>>,
    closed: bool,
}

impl ReadyQueue {
    /// Sees to it that `task` is served.
    pub fn push(&self, task: Arc<dyn Serve>) {
        if task.turn().announce() {
            self.enqueue(task);
        }
    }

    /// Lets the workers go home.
    pub fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.changed.notify_all();
    }

    fn enqueue(&self, task: Arc<dyn Serve>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ready.push_back(task);
        drop(state);
        self.changed.notify_one();
    }

    fn dequeue(&self) -> Option<Arc<dyn Serve>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.closed {
                return None;
            }
            match state.ready.pop_front() {
                Some(task) => return Some(task),
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn work(&self) {
        while let Some(task) = self.dequeue() {
            task.turn().begin();
            let more = task.serve();
            if task.turn().end(more) {
                self.enqueue(task);
            }
        }
    }
}

/// Starts `count` workers.
pub fn start(queue: &Arc<ReadyQueue>, name: &str, count: usize) -> std::io::Result<Vec<JoinHandle<()>>> {
    (0..count)
        .map(|number| {
            let queue = Arc::clone(queue);
            Builder::new().name(format!("{name}-{number}")).spawn(move || queue.work())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, AtomicUsize};
    use std::sync::mpsc;

    #[derive(Default)]
    struct Counter {
        turn: Turn,
        busy: AtomicBool,
        waiting: AtomicUsize,
        served: AtomicUsize,
    }

    impl Serve for Counter {
        fn serve(&self) -> bool {
            assert!(!self.busy.swap(true, SeqCst), "served by two workers at once");
            let waiting = self.waiting.swap(0, SeqCst);
            self.served.fetch_add(waiting, SeqCst);
            self.busy.store(false, SeqCst);
            self.waiting.load(SeqCst) > 0
        }
        fn turn(&self) -> &Turn {
            &self.turn
        }
    }

    #[test]
    fn nothing_that_was_announced_is_left_waiting() {
        let (queue, task) = (Arc::new(ReadyQueue::default()), Arc::new(Counter::default()));
        let workers = start(&queue, "test", 3).unwrap();
        let announcers: Vec<_> = (0..4)
            .map(|_| {
                let (queue, task) = (Arc::clone(&queue), Arc::clone(&task));
                std::thread::spawn(move || {
                    for _ in 0..10_000 {
                        task.waiting.fetch_add(1, SeqCst);
                        queue.push(Arc::clone(&task) as Arc<dyn Serve>);
                    }
                })
            })
            .collect();
        announcers.into_iter().for_each(|announcer| announcer.join().unwrap());
        while task.served.load(SeqCst) < 40_000 {
            std::thread::yield_now();
        }
        queue.close();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    }

    /// Stands still until it is let go.
    struct Blocked {
        turn: Turn,
        begun: mpsc::SyncSender<()>,
        released: Mutex<mpsc::Receiver<()>>,
    }

    impl Serve for Blocked {
        fn serve(&self) -> bool {
            self.begun.try_send(()).ok();
            self.released.lock().unwrap().recv().ok();
            false
        }
        fn turn(&self) -> &Turn {
            &self.turn
        }
    }

    #[test]
    fn a_task_that_stands_still_does_not_take_a_second_worker_with_it() {
        let queue = Arc::new(ReadyQueue::default());
        let workers = start(&queue, "test", 2).unwrap();
        let ((begun, has_begun), (release, released)) = (mpsc::sync_channel(8), mpsc::channel());
        let blocked: Arc<dyn Serve> =
            Arc::new(Blocked { turn: Turn::default(), begun, released: Mutex::new(released) });
        queue.push(Arc::clone(&blocked));
        has_begun.recv().unwrap();
        (0..10).for_each(|_| queue.push(Arc::clone(&blocked)));
        let task = Arc::new(Counter::default());
        task.waiting.store(1, SeqCst);
        queue.push(Arc::clone(&task) as Arc<dyn Serve>);
        while task.served.load(SeqCst) == 0 {
            std::thread::yield_now();
        }
        drop(release);
        queue.close();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    }
}
