//! The lists of today's guests that a robot's own software hands to the guard.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::Roster;

/// The roster in force. It is never written to disk: who was there is gone with the process.
#[derive(Default)]
pub struct Rosters(ArcSwapOption<Roster>);

impl Rosters {
    /// Another roster takes the place of the one before, between two messages; an empty one ends it.
    pub fn replace(&self, roster: Option<Roster>) {
        self.0.store(roster.map(Arc::new));
    }

    /// The one in force, if there is one.
    pub fn today(&self) -> Option<Arc<Roster>> {
        self.0.load_full()
    }
}

impl std::fmt::Debug for Rosters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rosters")
    }
}
