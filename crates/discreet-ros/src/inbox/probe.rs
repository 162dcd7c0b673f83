//! A reader that comes late, to see how much the latched sources of a topic keep ([`discreet_guard::history`]).

use std::collections::HashSet;
use std::time::Duration;

use super::inputs::Listen;
use crate::{RosError, SerializedMessage, Subscription};
use discreet_graph::Gid;
use discreet_guard::lanes::Input;
use discreet_guard::publishers::PublisherTable;

/// Messages looked at in one go.
const BATCH: usize = 1000;

/// Listens to a topic from the beginning of its sources' histories.
pub struct Probe {
    subscription: Subscription,
    taken: SerializedMessage,
    /// Those who were asked before it came, and have not answered.
    waiting: HashSet<Gid>,
}

impl Probe {
    /// For those who are asked now.
    pub fn new(listen: &Listen, publishers: &PublisherTable) -> Result<Probe, RosError> {
        let waiting = publishers.asked().filter(|gid| publishers.is_unanswered(gid)).collect();
        let subscription = listen.subscribe(Input { latched: true, reliable: true }, None)?;
        Ok(Probe { subscription, taken: SerializedMessage::new(), waiting })
    }

    /// Takes note of where the histories begin.
    pub fn listen(&mut self, publishers: &mut PublisherTable, now: Duration) -> Result<(), RosError> {
        for _ in 0..BATCH {
            let Some(info) = self.subscription.take(&mut self.taken)? else { break };
            if self.waiting.remove(&info.gid) {
                publishers.begins_with(&info.gid, info.sequence, now);
            }
        }
        Ok(())
    }

    /// Nobody is waited for any more.
    pub fn is_over(&self, publishers: &PublisherTable) -> bool {
        !self.waiting.iter().any(|gid| publishers.is_asked(gid))
    }
}
