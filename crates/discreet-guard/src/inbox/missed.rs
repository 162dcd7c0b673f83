//! Latched sources of which a message stayed inside for a reason that may pass. Nobody publishes it again, so it is taken
//! again as soon as it may leave.

use std::collections::BTreeSet;

use super::inputs::Came;
use crate::lanes::Plan;
use crate::publishers::MAX_SOURCES;
use crate::sources::PublisherTrust;
use discreet_graph::Gid;

/// Those sources.
#[derive(Default)]
pub struct Missed {
    /// The message that was served last.
    last: Option<Came>,
    /// Messages of them are taken again as soon as they are accepted.
    sources: BTreeSet<Gid>,
    /// The same, once the audit can be written and there are keys.
    stayed: BTreeSet<Gid>,
    records: bool,
}

impl Missed {
    /// A message is served.
    pub fn serves(&mut self, came: Came, trust: PublisherTrust) {
        self.last = Some(came);
        if trust != PublisherTrust::Accepted && came.input.latched && self.sources.len() < MAX_SOURCES {
            self.sources.insert(came.info.gid);
        }
    }

    /// That message stayed inside, for a reason that may pass.
    pub fn stayed(&mut self) {
        self.records = false;
        let last = self.last.filter(|came| came.input.latched && self.stayed.len() < MAX_SOURCES);
        self.stayed.extend(last.map(|came| came.info.gid));
    }

    /// The audit can be written.
    pub fn records(&mut self) {
        self.records = true;
    }

    /// True if a message that stayed inside may leave now.
    pub fn take(&mut self, plan: &Plan) -> bool {
        // Not sooner, because forms that did leave are published again.
        if self.records && plan.is_ready() {
            self.sources.append(&mut self.stayed);
        }
        let any = plan.accepted().any(|source| self.sources.contains(&source.gid));
        if any {
            self.sources.clear();
        }
        any
    }
}
