//! The guard as a managed node (`lifecycle:=true`): what it does in each transition.

use std::time::{Duration, Instant};

use discreet_audit::Time;
use discreet_guard::lifecycle::{Outcome, Request, State};
use discreet_host::sync::lock;
use discreet_ros::{Diagnostics, Level, Lifecycle, Logger, Status};

use crate::Work;

/// Time between two publications of diagnostics of a guard that is not configured.
const DIAGNOSTICS: Duration = Duration::from_secs(1);

/// The state of the node.
pub struct Managed {
    lifecycle: Lifecycle,
    last: Instant,
}

/// Waits for a change that somebody asks for, and makes it. Never returns for a guard that is not managed.
pub async fn step(managed: &mut Option<Managed>, work: &mut Work) {
    match managed {
        Some(managed) => managed.step(work).await,
        None => std::future::pending().await,
    }
}

impl Managed {
    /// Begins to serve, unconfigured.
    pub fn new(mut lifecycle: Lifecycle, logger: &Logger) -> Managed {
        lifecycle.begin();
        logger.info(
            "lifecycle: unconfigured; nothing happens until somebody configures and activates this node",
        );
        Managed { lifecycle, last: Instant::now() }
    }

    async fn step(&mut self, work: &mut Work) {
        let request = self.lifecycle.next().await;
        // Without a pause: a step is done once it is begun.
        let outcome = work.step(request);
        self.lifecycle.ended(outcome);
        work.logger.info(&format!("lifecycle: {}", self.lifecycle.state().label()));
    }

    /// A fault: everything is closed, and can be configured again.
    pub fn failed(&mut self, work: &mut Work, fault: &anyhow::Error) {
        work.logger.error(&format!("lifecycle: back to unconfigured: {fault:#}"));
        work.end();
        self.lifecycle.failed();
    }

    /// Reports the state, where the guard does not do it.
    pub fn tick(&mut self, diagnostics: &Diagnostics) {
        let state = self.lifecycle.state();
        if !matches!(state, State::Unconfigured | State::Finalized) || self.last.elapsed() < DIAGNOSTICS {
            return;
        }
        self.last = Instant::now();
        let message = format!("{}: nothing leaves, and nothing comes in", state.label());
        let status = Status { name: "guard".into(), level: Level::Warn, message, values: Vec::new() };
        let _next_second = diagnostics.publish(Time::system().nanoseconds, vec![status]);
    }
}

impl Work {
    fn step(&mut self, request: Request) -> Outcome {
        match request {
            Request::Configure => return self.configured(),
            Request::CleanUp | Request::ShutDown => self.end(),
            Request::Activate => return self.set_active(true),
            Request::Deactivate => return self.set_active(false),
        }
        Outcome::Success
    }

    /// If that fails, everything is closed.
    fn set_active(&mut self, active: bool) -> Outcome {
        let Some(Err(fault)) = self.running.as_ref().map(|running| running.set_active(active)) else {
            return Outcome::Success;
        };
        self.logger.error(&format!("lifecycle: back to unconfigured: {fault}"));
        self.end();
        Outcome::Error
    }

    /// Fails if a part is missing or the policy is not usable, and says so in the log.
    fn configured(&mut self) -> Outcome {
        if let Err(fault) = self.configure(false) {
            self.logger.error(&format!("lifecycle: cannot be configured: {fault:#}"));
            return Outcome::Failure;
        }
        let refused = self.running.as_ref().is_some_and(|running| lock(&running.guard.refused).is_some());
        if refused {
            self.end(); // the reason is in the log already
            return Outcome::Failure;
        }
        Outcome::Success
    }
}
