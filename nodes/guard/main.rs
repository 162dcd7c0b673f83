//! The guard: a node in two domains that releases what the policy allows, and nothing else.

mod grants_publisher;
mod graph_watch;
mod guard;
mod help;
mod keeper_events;
mod policy_floor;
mod redactor_processes;
mod reload;
mod required_signatures;
#[path = "../start.rs"]
mod start;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use discreet_audit::Time;
use discreet_host::secret::{Lock, harden};
use discreet_policy::Trust;
use discreet_policy::watch::PolicyWatch;
use discreet_ros::{Control, Diagnostics, Health, Settings, no_discovery_server};
use discreet_seal::catalog::RENEWED_EVERY;
use guard::Guard;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Time between two checks of the policy file.
const TICK: Duration = Duration::from_millis(500);

/// Time between two publications of diagnostics.
const DIAGNOSTICS: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    start::start("guard", &help::text(), run)
}

async fn run() -> anyhow::Result<ExitCode> {
    // Before anything is started, so that a signal during the start is not lost.
    let signals = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
    let hardened = harden(Lock::Secrets).context("cannot protect this process's memory")?;
    let control = Control::new().context("cannot join the inner domain (ROS_DOMAIN_ID)")?;
    let logger = control.logger();
    hardened.notes.iter().for_each(|note| logger.warn(note));
    let (settings, trust) = match read_settings(&control) {
        Ok(read) => read,
        Err(error) => {
            logger.error(&error);
            return Ok(ExitCode::from(2));
        }
    };

    let guard = Arc::new(Guard::new(&settings, trust, logger.clone())?);
    let policy_file = PolicyWatch::new(guard.live.path());
    let _refused = guard.reload();

    let stop = Arc::new(AtomicBool::new(false));
    let reloading = Arc::clone(&guard);
    let (diagnostics, spinning) = control.run(Arc::clone(&stop), move || reloading.reload());
    let watching = guard.watch_graph(Arc::clone(&stop))?;
    let outcome = supervise(&guard, policy_file, &watching, &diagnostics, signals).await;

    // In order, whatever the reason, so that a supervisor can start the guard again.
    logger.info("stopping");
    stop.store(true, Ordering::Relaxed);
    let _panicked = watching.join();
    guard.bridge().shut_down();
    let spun = spinning.await;
    guard.audit.finish();
    spun?;
    outcome
}

/// The parameters, and the trust file that they name. An error is for the log; the guard does not start.
fn read_settings(control: &Control) -> Result<(Settings, Option<Trust>), String> {
    let settings = control.settings()?;
    no_discovery_server()?;
    let trust = settings.trust.as_deref().map(Trust::open).transpose().map_err(|error| error.to_string())?;
    Ok((settings, trust))
}

/// Follows the policy file, renews the grants and publishes diagnostics until a signal comes or a part of the guard ends.
async fn supervise(
    guard: &Guard,
    mut policy_file: PolicyWatch,
    graph_thread: &JoinHandle<()>,
    diagnostics: &Diagnostics,
    [mut interrupt, mut terminate]: [Signal; 2],
) -> anyhow::Result<ExitCode> {
    let (started, mut health) = (Instant::now(), Health::default());
    let (mut last, mut grants_renewed) = (Instant::now(), Instant::now());
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            _ = interrupt.recv() => return Ok(ExitCode::SUCCESS),
            _ = terminate.recv() => return Ok(ExitCode::SUCCESS),
            _ = tick.tick() => {}
        }
        if policy_file.has_changed() || guard.required_signatures.have_changed() {
            let _refused = guard.reload();
        }
        guard.restore_floor();
        if guard.bridge().met().is_some() {
            // Logged when it was found; readers of diagnostics see it once more.
            let statuses = guard.statuses(&mut health, last.elapsed());
            let _gone = diagnostics.publish(Time::system().nanoseconds, statuses);
            return Ok(ExitCode::from(2));
        }
        if graph_thread.is_finished() || !guard.bridge().is_sound() {
            return Err(anyhow::anyhow!("a thread of the data plane has ended; nothing leaves any more"));
        }
        if grants_renewed.elapsed() >= RENEWED_EVERY {
            // For readers whose queue overflowed with the grants of others.
            grants_renewed = Instant::now();
            guard.grants_publisher.publish(&guard.logger);
        }
        if last.elapsed() >= DIAGNOSTICS {
            let statuses = guard.statuses(&mut health, last.elapsed());
            last = Instant::now();
            health.news(started.elapsed()).iter().for_each(|news| guard.logger.warn(news));
            if let Err(error) = diagnostics.publish(Time::system().nanoseconds, statuses) {
                guard.logger.warn(&format!("diagnostics: {error}"));
            }
        }
    }
}
