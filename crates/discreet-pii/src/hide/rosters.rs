//! The roster in force. The software of the robot publishes it to the guard.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::Roster;

/// The roster of guests in force. It is never written to disk and ends with the process.
#[derive(Default)]
pub struct Rosters(ArcSwapOption<Roster>);

impl Rosters {
    /// Replaces the roster between two messages; `None` ends it.
    pub fn replace(&self, roster: Option<Roster>) {
        self.0.store(roster.map(Arc::new));
    }

    /// The roster in force, if there is one.
    pub fn today(&self) -> Option<Arc<Roster>> {
        self.0.load_full()
    }
}

impl std::fmt::Debug for Rosters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rosters")
    }
}
