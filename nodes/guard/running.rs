//! A guard that is configured: its threads, and the work of each tick.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use discreet_audit::Time;
use discreet_policy::Trust;
use discreet_policy::watch::PolicyWatch;
use discreet_ros::{Diagnostics, Health, Logger, RosError, Settings};
use discreet_seal::catalog::RENEWED_EVERY;

use crate::guard::Guard;

/// Time between two publications of diagnostics.
const DIAGNOSTICS: Duration = Duration::from_secs(1);

/// The guard and what it does besides its messages.
pub struct Running {
    /// The guard.
    pub guard: Arc<Guard>,
    policy_file: PolicyWatch,
    graph_thread: JoinHandle<()>,
    stop: Arc<AtomicBool>,
    health: Health,
    started: Instant,
    last: Instant,
    grants_renewed: Instant,
}

impl Running {
    /// Opens audit and keys, joins both domains and reads the policy. If it is not `active`, nothing leaves or comes in yet.
    pub fn start(
        settings: &Settings,
        trust: Option<Trust>,
        logger: Logger,
        active: bool,
    ) -> anyhow::Result<Running> {
        let guard = Arc::new(Guard::new(settings, trust, logger)?);
        guard.bridge().active = active;
        let policy_file = PolicyWatch::new(guard.live.path());
        let _refused = guard.reload();
        let stop = Arc::new(AtomicBool::new(false));
        let graph_thread = guard.watch_graph(Arc::clone(&stop))?;
        let now = Instant::now();
        Ok(Running {
            guard,
            policy_file,
            graph_thread,
            stop,
            health: Health::default(),
            started: now,
            last: now,
            grants_renewed: now,
        })
    }

    /// Lets the policy decide, or nothing leave or come in; done when this returns.
    pub fn set_active(&self, active: bool) -> Result<(), RosError> {
        let mut bridge = self.guard.bridge();
        bridge.active = active;
        bridge.reconcile()
    }

    /// Follows the policy file, renews the grants and publishes diagnostics. The exit code if the guard must end.
    pub fn tick(&mut self, diagnostics: &Diagnostics) -> anyhow::Result<Option<ExitCode>> {
        let guard = &self.guard;
        if self.policy_file.has_changed() || guard.required_signatures.have_changed() {
            let _refused = guard.reload();
        }
        guard.restore_floor();
        if guard.bridge().met().is_some() {
            // Logged when it was found; readers of diagnostics see it once more.
            let statuses = guard.statuses(&mut self.health, self.last.elapsed());
            let _gone = diagnostics.publish(Time::system().nanoseconds, statuses);
            return Ok(Some(ExitCode::from(2)));
        }
        if self.graph_thread.is_finished() || !guard.bridge().is_sound() {
            return Err(anyhow::anyhow!("a thread of the data plane has ended; nothing leaves any more"));
        }
        if self.grants_renewed.elapsed() >= RENEWED_EVERY {
            // For readers whose queue overflowed with the grants of others.
            self.grants_renewed = Instant::now();
            guard.grants_publisher.publish(&guard.logger);
        }
        if self.last.elapsed() >= DIAGNOSTICS {
            self.diagnose(diagnostics);
        }
        Ok(None)
    }

    fn diagnose(&mut self, diagnostics: &Diagnostics) {
        let guard = &self.guard;
        let statuses = guard.statuses(&mut self.health, self.last.elapsed());
        self.last = Instant::now();
        self.health.news(self.started.elapsed()).iter().for_each(|news| guard.logger.warn(news));
        if let Err(error) = diagnostics.publish(Time::system().nanoseconds, statuses) {
            guard.logger.warn(&format!("diagnostics: {error}"));
        }
    }

    /// Ends it in order, whatever the reason, so that it can be started again.
    pub fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        let _panicked = self.graph_thread.join();
        self.guard.bridge().shut_down();
        self.guard.audit.finish();
    }
}
