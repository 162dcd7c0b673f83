//! The thread that keeps the routes as the policy and the inner domain want them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use discreet_audit::Time;

use crate::guard::Guard;

/// Time after which routes are reconciled without a change of the graph: time windows begin and end, and names fail to arrive.
const RECONCILE: Duration = Duration::from_secs(1);

/// Changes of the graph within this time are handled together.
const GATHER: Duration = Duration::from_millis(10);

impl Guard {
    /// Reconciles the routes after each change of the graph, until `stop` is set.
    pub fn watch_graph(self: &Arc<Self>, stop: Arc<AtomicBool>) -> anyhow::Result<JoinHandle<()>> {
        let mut changes = self.bridge().graph_changes()?;
        let guard = Arc::clone(self);
        let thread = std::thread::Builder::new().name("graph".into());
        Ok(thread.spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                guard.reconcile();
                // The pause also keeps a domain that changes all the time from using up a core.
                let pause = match changes.wait(RECONCILE) {
                    Ok(_changed) => GATHER,
                    Err(error) => {
                        guard.logger.error(&error.to_string());
                        RECONCILE
                    }
                };
                std::thread::sleep(pause);
            }
        })?)
    }

    /// Makes and ends routes. A failure is logged and audited.
    pub fn reconcile(&self) {
        if let Err(error) = self.bridge().reconcile() {
            self.logger.error(&error.to_string());
            self.audit.fault(Time::system(), &error.to_string());
        }
    }
}
