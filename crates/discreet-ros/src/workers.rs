//! The threads of the data plane.
//!
//! The middleware's callback only puts a route into a queue; a worker takes it out and serves it. A route is in the
//! queue at most once, and served by one worker at a time, so its messages stay in order, one slow route does not
//! hold up the others while another worker is free, and the queue is never longer than the number of routes.

use discreet_host::sync::lock;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// A task with messages waiting.
pub trait Serve: Send + Sync {
    /// Serves what waits, for a while; true if there is more.
    fn serve(&self) -> bool;
    /// Its state in the queue.
    fn turn(&self) -> &Turn;
}

/// Waits for threads that were told to end, and no longer than `patience`. Returns the number of those still at
/// work: they end when they are done, or with the process.
pub fn join_within(threads: Vec<JoinHandle<()>>, patience: Duration) -> usize {
    let until = Instant::now() + patience;
    let mut left = 0;
    for thread in threads {
        while !thread.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        match thread.is_finished() {
            true => drop(thread.join()),
            false => left += 1,
        }
    }
    left
}

/// A task's state in the queue.
#[derive(Debug, Default)]
pub struct Turn(AtomicU8);

/// Nothing waits.
const IDLE: u8 = 0;
/// In the queue.
const READY: u8 = 1;
/// A worker serves it.
const RUNNING: u8 = 2;
/// A worker serves it, and a message came since it began.
const AGAIN: u8 = 3;

impl Turn {
    /// A message waits; true if the task must be put into the queue.
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

/// The queue of tasks with waiting messages, and the workers that wait for them.
pub struct ReadyQueue {
    state: Mutex<State>,
    /// One for each worker.
    woken: Vec<Condvar>,
}

#[derive(Default)]
struct State {
    ready: VecDeque<Arc<dyn Serve>>,
    /// Workers without work. The last to have become idle is the first to be woken: its caches are warm.
    idle: Vec<usize>,
    closed: bool,
}

impl ReadyQueue {
    /// Starts `count` workers, at least one, on a queue of their own.
    pub fn start(name: &str, count: usize) -> std::io::Result<(Arc<ReadyQueue>, Vec<JoinHandle<()>>)> {
        let woken = (0..count.max(1)).map(|_| Condvar::new()).collect();
        let queue = Arc::new(ReadyQueue { state: Mutex::default(), woken });
        let workers = (0..queue.woken.len()).map(|worker| {
            let queue = Arc::clone(&queue);
            Builder::new().name(format!("{name}-{worker}")).spawn(move || queue.work(worker))
        });
        Ok((Arc::clone(&queue), workers.collect::<Result<_, _>>()?))
    }

    /// Has `task` served.
    pub fn push(&self, task: Arc<dyn Serve>) {
        if task.turn().announce() {
            self.enqueue(task, 0);
        }
    }

    /// Ends the workers.
    pub fn close(&self) {
        self.state().closed = true;
        self.woken.iter().for_each(Condvar::notify_all);
    }

    /// Wakes a worker, unless those that are `about_to_dequeue` can take all that is ready.
    fn enqueue(&self, task: Arc<dyn Serve>, about_to_dequeue: usize) {
        let mut state = self.state();
        state.ready.push_back(task);
        let worker = if state.ready.len() > about_to_dequeue { state.idle.pop() } else { None };
        drop(state);
        if let Some(woken) = worker.and_then(|worker| self.woken.get(worker)) {
            woken.notify_one();
        }
    }

    fn dequeue(&self, worker: usize) -> Option<Arc<dyn Serve>> {
        let woken = self.woken.get(worker)?;
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some(task) = state.ready.pop_front() {
                state.idle.retain(|idle| *idle != worker);
                return Some(task);
            }
            if !state.idle.contains(&worker) {
                state.idle.push(worker);
            }
            state = woken.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn work(&self, worker: usize) {
        while let Some(task) = self.dequeue(worker) {
            task.turn().begin();
            let more = task.serve();
            if task.turn().end(more) {
                self.enqueue(task, 1); // by this worker itself
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
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
        let (queue, workers) = ReadyQueue::start("test", 3).unwrap();
        let task = Arc::new(Counter::default());
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

    /// Blocks until it is released.
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
        let (queue, workers) = ReadyQueue::start("test", 2).unwrap();
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
