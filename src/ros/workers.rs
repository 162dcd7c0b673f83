//! The threads of the data plane.
//!
//! The middleware's callback only puts a route into a queue; a worker takes it out and serves it. A route is in the
//! queue at most once, and served by one worker at a time, so its messages stay in order, a slow route does not hold
//! up the others, and the queue is never longer than the number of routes.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// Something that has messages waiting.
pub trait Serve: Send + Sync {
    /// Serves what waits, for a while; true if there is more.
    fn serve(&self) -> bool;
    /// Notes that it waits in the queue, or no longer does; returns what was noted before.
    fn set_queued(&self, queued: bool) -> bool;
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
    /// Puts `task` into the queue unless it is already there.
    pub fn push(&self, task: Arc<dyn Serve>) {
        if task.set_queued(true) {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ready.push_back(task);
        drop(state);
        self.changed.notify_one();
    }

    /// Lets the workers go home.
    pub fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.changed.notify_all();
    }

    fn pop(&self) -> Option<Arc<dyn Serve>> {
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
        while let Some(task) = self.pop() {
            // Before serving: a message that comes from here on queues the task again.
            task.set_queued(false);
            if task.serve() {
                self.push(task);
            }
        }
    }
}

/// Starts `count` workers.
pub fn start(queue: &Arc<ReadyQueue>, count: usize) -> std::io::Result<Vec<JoinHandle<()>>> {
    (0..count)
        .map(|number| {
            let queue = Arc::clone(queue);
            Builder::new().name(format!("worker-{number}")).spawn(move || queue.work())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

    #[derive(Default)]
    struct Counter {
        queued: AtomicBool,
        busy: AtomicBool,
        waiting: AtomicUsize,
        served: AtomicUsize,
    }

    impl Serve for Counter {
        fn serve(&self) -> bool {
            assert!(!self.busy.swap(true, SeqCst) || self.served.load(SeqCst) < usize::MAX);
            let waiting = self.waiting.swap(0, SeqCst);
            self.served.fetch_add(waiting, SeqCst);
            self.busy.store(false, SeqCst);
            self.waiting.load(SeqCst) > 0
        }
        fn set_queued(&self, queued: bool) -> bool {
            self.queued.swap(queued, SeqCst)
        }
    }

    #[test]
    fn nothing_that_was_announced_is_left_waiting() {
        let (queue, task) = (Arc::new(ReadyQueue::default()), Arc::new(Counter::default()));
        let workers = start(&queue, 3).unwrap();
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
}
