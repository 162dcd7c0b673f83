//! A thread for steps on parts that the writer does not wait for.

use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};

pub(super) type Job = Box<dyn FnOnce() + Send>;

/// Does jobs, one after the other.
pub(super) trait Hands: Send {
    /// Runs a job.
    fn give(&mut self, job: Job);
}

/// Does each job at once.
pub(super) struct AtOnce;

impl Hands for AtOnce {
    fn give(&mut self, job: Job) {
        job();
    }
}

/// A thread of its own, from the first job on. Its end is waited for: a job may hold a lock on a file.
#[derive(Default)]
pub(super) struct Background {
    running: Option<(Sender<Job>, JoinHandle<()>)>,
}

impl Hands for Background {
    fn give(&mut self, job: Job) {
        if self.running.is_none() {
            let (jobs, to_do) = channel::<Job>();
            let thread = Builder::new().name("audit-parts".to_owned());
            let thread = thread.spawn(move || to_do.iter().for_each(|job| job()));
            self.running = thread.ok().map(|thread| (jobs, thread));
        }
        match &self.running {
            Some((jobs, _)) => {
                // The writer does what no thread is there for.
                if let Err(unsent) = jobs.send(job) {
                    (unsent.0)();
                }
            }
            None => job(),
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some((jobs, thread)) = self.running.take() {
            drop(jobs);
            let _panicked = thread.join();
        }
    }
}
