//! The guard: a node in two domains that releases what the policy allows, and nothing else.

mod grants_publisher;
mod graph_watch;
mod guard;
mod help;
mod keeper_events;
mod managed;
mod policy_floor;
mod redactor_processes;
mod reload;
mod required_signatures;
mod running;
#[path = "../start.rs"]
mod start;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use discreet_host::secret::{Lock, harden};
use discreet_host::sync::lock;
use discreet_policy::Trust;
use discreet_ros::{Control, Diagnostics, Logger, RosError, Settings, no_discovery_server};
use guard::Guard;
use managed::Managed;
use running::Running;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Time between two checks of the policy file.
const TICK: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    start::start("guard", &help::text(), run)
}

async fn run() -> anyhow::Result<ExitCode> {
    // Before anything is started, so that a signal during the start is not lost.
    let signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
    let hardened = harden(Lock::Secrets).context("cannot protect this process's memory")?;
    let mut control = Control::new().context("cannot join the inner domain (ROS_DOMAIN_ID)")?;
    let logger = control.logger();
    hardened.notes.iter().for_each(|note| logger.warn(note));
    let (settings, trust) = match read_settings(&control) {
        Ok(read) => read,
        Err(error) => {
            logger.error(&error);
            return Ok(ExitCode::from(2));
        }
    };
    let mut work = Work { settings, trust, logger: logger.clone(), running: None, current: Arc::default() };
    let managed = if work.settings.lifecycle { Some(control.managed()?) } else { None };
    if managed.is_none()
        && let Err(fault) = work.configure(true)
    {
        return match fault.downcast_ref() {
            Some(RosError::Middleware(_)) => {
                logger.error(&fault.to_string());
                Ok(ExitCode::from(2))
            }
            _ => Err(fault),
        };
    }
    let stop = Arc::new(AtomicBool::new(false));
    let current = Arc::clone(&work.current);
    let (diagnostics, spinning) = control.run(Arc::clone(&stop), move || reload(&current));
    let managed = managed.map(|lifecycle| Managed::new(lifecycle, &logger));
    let outcome = supervise(&mut work, managed, &diagnostics, signals).await;

    logger.info("stopping");
    stop.store(true, Ordering::Relaxed);
    work.end();
    spinning.await?;
    outcome
}

/// The parameters, and the trust file that they name. An error is for the log; the guard does not start.
fn read_settings(control: &Control) -> Result<(Settings, Option<Trust>), String> {
    let settings = control.settings()?;
    no_discovery_server()?;
    let trust = settings.trust.as_deref().map(Trust::open).transpose().map_err(|error| error.to_string())?;
    Ok((settings, trust))
}

/// The guard while it is configured, and what it is made from.
struct Work {
    settings: Settings,
    trust: Option<Trust>,
    logger: Logger,
    running: Option<Running>,
    /// For the reload service.
    current: Arc<Mutex<Option<Arc<Guard>>>>,
}

impl Work {
    fn configure(&mut self, active: bool) -> anyhow::Result<()> {
        let running = Running::start(&self.settings, self.trust.clone(), self.logger.clone(), active)?;
        *lock(&self.current) = Some(Arc::clone(&running.guard));
        self.running = Some(running);
        Ok(())
    }

    fn end(&mut self) {
        *lock(&self.current) = None;
        self.running.take().into_iter().for_each(Running::end);
    }
}

fn reload(current: &Mutex<Option<Arc<Guard>>>) -> Result<String, String> {
    let guard = lock(current).clone();
    guard.map_or(Err("the guard is not configured, so it has no policy".into()), |guard| guard.reload())
}

/// Serves until a signal comes or a part of the guard ends.
async fn supervise(
    work: &mut Work,
    mut managed: Option<Managed>,
    diagnostics: &Diagnostics,
    [mut interrupt, mut terminate]: [Signal; 2],
) -> anyhow::Result<ExitCode> {
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            _ = interrupt.recv() => return Ok(ExitCode::SUCCESS),
            _ = terminate.recv() => return Ok(ExitCode::SUCCESS),
            () = managed::step(&mut managed, work) => {}
            _ = tick.tick() => {}
        }
        let done = work.running.as_mut().map_or(Ok(None), |running| running.tick(diagnostics));
        match (done, &mut managed) {
            (Ok(None), Some(managed)) => managed.tick(diagnostics),
            (Ok(None), None) => {}
            (Ok(Some(code)), _) => return Ok(code),
            (Err(fault), Some(managed)) => managed.failed(work, &fault),
            (Err(fault), None) => return Err(fault),
        }
    }
}
