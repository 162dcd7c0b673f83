//! A late joiner that finds out the depths of a topic's latched sources ([`crate::history`]).

use std::collections::HashSet;
use std::time::Duration;

use super::listen::{Listen, Subscription as _};
use crate::lanes::Input;
use crate::publishers::PublisherTable;
use discreet_graph::Gid;

/// Messages taken in one go.
const BATCH: usize = 1000;

/// Subscribes to a topic from the beginning of its sources' histories.
pub struct Probe<L: Listen> {
    subscription: L::Subscription,
    taken: L::Message,
    /// Sources that were asked before it subscribed, and have not answered.
    waiting: HashSet<Gid>,
}

impl<L: Listen> Probe<L> {
    /// For the sources that are asked at present.
    pub fn new(listen: &L, publishers: &PublisherTable) -> Result<Probe<L>, L::Fault> {
        let waiting = publishers.asked().filter(|gid| publishers.is_unanswered(gid)).collect();
        let subscription = listen.subscribe(Input { latched: true, reliable: true }, None)?;
        Ok(Probe { subscription, taken: L::Message::default(), waiting })
    }

    /// Notes where the histories begin.
    pub fn listen(&mut self, publishers: &mut PublisherTable, now: Duration) -> Result<(), L::Fault> {
        for _ in 0..BATCH {
            let Some(info) = self.subscription.take(&mut self.taken)? else { break };
            if self.waiting.remove(&info.gid) {
                publishers.begins_with(&info.gid, info.sequence, now);
            }
        }
        Ok(())
    }

    /// True if no answer is awaited any more.
    pub fn is_over(&self, publishers: &PublisherTable) -> bool {
        !self.waiting.iter().any(|gid| publishers.is_asked(gid))
    }
}
