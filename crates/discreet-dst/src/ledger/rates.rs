//! The promise that nobody commands more often than the policy's rate.

use std::collections::{HashMap, VecDeque};

use crate::setting::RATE;

/// A robot, a party, an identity of it, and whether it calls.
pub type Who = (usize, usize, usize, bool);

/// The times at which commands were obeyed in the last second.
#[derive(Debug, Default)]
pub struct Rates(HashMap<Who, VecDeque<u64>>);

impl Rates {
    /// A guard obeyed a command at this monotonic millisecond. The commands of the last second, if they are too many: a burst
    /// of a second's worth, and as many that follow it.
    pub fn exceeded(&mut self, who: Who, ms: u64) -> Option<usize> {
        let times = self.0.entry(who).or_default();
        times.push_back(ms);
        times.retain(|time| time + 1000 > ms);
        (times.len() > 2 * RATE).then_some(times.len())
    }

    /// A guard has started: it knows of no command.
    pub fn forget(&mut self, robot: usize) {
        self.0.retain(|(of, ..), _| *of != robot);
    }
}
