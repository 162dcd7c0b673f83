//! The common part of a stakeholder's nodes: the identity, the two domains, and the loop that serves until a signal
//! comes.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use discreet_audit::Time;
use discreet_cdr::types::TypeLibrary;
use discreet_host::secret::{Lock, harden};
use discreet_ros::{
    LAST_DOMAIN, Level, Logger, Parameters, Program, RosError, Status, no_discovery_server, own_domain,
};
use discreet_seal::identity::{Identity, PassphraseSource, PublicIdentity};
use discreet_seal::unseal::Granted;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

/// Time between two rounds without an event.
const TICK: Duration = Duration::from_millis(250);

/// The stakeholder of a node, and the node's domains.
pub struct Stakeholder {
    /// The node's full name.
    pub node: String,
    pub outer_domain: usize,
    pub own_domain: usize,
    pub namespace: String,
    pub granted: Arc<Granted>,
    pub types: TypeLibrary,
}

impl Stakeholder {
    /// Reads the parameters; an error names the wrong one. `open` describes the danger if the own domain were the
    /// outer one.
    pub fn read(given: &Parameters<'_>, open: &str) -> Result<Stakeholder, String> {
        let needed = |name: &str, what: &str| -> Result<PathBuf, String> {
            given.path(name)?.ok_or_else(|| format!("parameter `{name}` is missing: {what}"))
        };
        let identity = needed("identity", "the stakeholder's private identity file")?;
        let robot = needed("robot", "the robot's public identity file")?;
        let (outer_domain, own_domain) = (given.number("outer_domain", 1, 0..=LAST_DOMAIN)?, own_domain()?);
        if outer_domain == own_domain && !given.flag("open_domain")? {
            return Err(format!(
                "the own domain (ROS_DOMAIN_ID) is the outer one, {outer_domain}: {open}. Run it on another, or set \
                 `open_domain:=true`"
            ));
        }
        let passphrase = PassphraseSource::choose(given.path("passphrase_file")?.as_deref(), &identity);
        let opened = passphrase.and_then(|source| Identity::open(&identity, &source));
        let me = opened.map_err(|error| error.to_string())?;
        let robot = PublicIdentity::open(&robot).map_err(|error| error.to_string())?;
        let namespace = given.text("namespace")?.unwrap_or_else(|| format!("/{}", me.public().name));
        Ok(Stakeholder {
            node: given.node(),
            outer_domain,
            own_domain,
            namespace,
            granted: Arc::new(Granted::new(me, robot, u32::try_from(outer_domain).unwrap_or(u32::MAX))),
            types: TypeLibrary::from_env().map_err(|error| error.to_string())?,
        })
    }
}

/// Diagnostics of a clock that is so many seconds behind the latest time seen.
pub fn clock_set_back(seconds: i64) -> String {
    format!(
        "the clock was set back by {seconds} s: expired grants stay expired, so no new ones are accepted until the clock has \
         caught up. If it is right, restart this node"
    )
}

/// The work of a node.
pub trait Work: Sized {
    /// Everything that it is made from.
    type Parts;

    /// Reads the parameters; an error names the wrong one.
    fn parts(program: &Program) -> Result<Self::Parts, String>;
    /// Starts. `wake` is called when an event waits for `attend`.
    fn begin(
        parts: Self::Parts,
        logger: &Logger,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, RosError>;
    /// Handles all waiting events.
    fn attend(&mut self) -> Result<(), RosError>;
    /// Its state, for diagnostics. News is logged.
    fn statuses(&mut self, logger: &Logger) -> Vec<Status>;
}

/// Works until a signal comes.
pub async fn work<W: Work>(node: &str) -> anyhow::Result<ExitCode> {
    // Before anything is started, so that a signal during the start is not lost.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let hardened = harden(Lock::Secrets).context("cannot protect this process's memory")?;
    let program = Program::new(node).context("cannot join the own domain (ROS_DOMAIN_ID)")?;
    let logger = program.logger();
    hardened.notes.iter().for_each(|note| logger.warn(note));
    if let Err(why) = no_discovery_server() {
        logger.error(&why);
        return Ok(ExitCode::from(2));
    }
    let parts = match W::parts(&program) {
        Ok(parts) => parts,
        Err(error) => {
            logger.error(&error);
            return Ok(ExitCode::from(2));
        }
    };
    let news = Arc::new(Notify::new());
    let waker = Arc::clone(&news);
    let mut work = W::begin(parts, &logger, move || waker.notify_one())?;
    let stop = Arc::new(AtomicBool::new(false));
    let (diagnostics, spinning) = program.run(Arc::clone(&stop));

    let mut last = Instant::now();
    let mut tick = tokio::time::interval(TICK);
    let outcome = loop {
        tokio::select! {
            _ = interrupt.recv() => break Ok(ExitCode::SUCCESS),
            _ = terminate.recv() => break Ok(ExitCode::SUCCESS),
            () = news.notified() => {}
            _ = tick.tick() => {}
        }
        match work.attend() {
            Ok(()) => {}
            Err(error @ RosError::DomainsMeet { .. }) => {
                logger.error(&error.to_string());
                let (name, message) = (node.to_owned(), error.to_string());
                let status = Status { name, level: Level::Error, message, values: Vec::new() };
                let _gone = diagnostics.publish(Time::system().nanoseconds, vec![status]);
                break Ok(ExitCode::from(2));
            }
            Err(error) => break Err(error.into()),
        }
        if last.elapsed() >= Duration::from_secs(1) {
            last = Instant::now();
            let statuses = work.statuses(&logger);
            if let Err(error) = diagnostics.publish(Time::system().nanoseconds, statuses) {
                logger.warn(&format!("diagnostics: {error}"));
            }
        }
    };
    logger.info("stopping");
    stop.store(true, Ordering::Relaxed);
    drop(work);
    spinning.await?;
    outcome
}
