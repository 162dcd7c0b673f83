//! What the nodes of a stakeholder have in common: whose identity they have, between which domains they are, and that they
//! attend to what comes until they are told to stop.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use discreet_audit::Time;
use discreet_cdr::types::TypeLibrary;
use discreet_host::secret::{Lock, harden};
use discreet_ros::{Level, Logger, Parameters, Program, RosError, Status, no_discovery_server, own_domain};
use discreet_seal::identity::{Identity, PassphraseSource, PublicIdentity};
use discreet_seal::unseal::Granted;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

/// So often it is looked whether there is something to do, if nothing says so.
const TICK: Duration = Duration::from_millis(250);

/// Whose node it is, and where it is.
pub struct Stakeholder {
    pub outer_domain: usize,
    pub own_domain: usize,
    pub namespace: String,
    pub granted: Arc<Granted>,
    pub types: TypeLibrary,
}

impl Stakeholder {
    /// From the parameters; an error names the one that is wrong. `open` is what somebody could do if the own domain were
    /// the outer one.
    pub fn read(given: &Parameters<'_>, open: &str) -> Result<Stakeholder, String> {
        let needed = |name: &str, what: &str| -> Result<PathBuf, String> {
            given.path(name)?.ok_or_else(|| format!("parameter `{name}` is missing: {what}"))
        };
        let identity = needed("identity", "the stakeholder's private identity file")?;
        let robot = needed("robot", "the robot's public identity file")?;
        let (outer_domain, own_domain) = (given.number("outer_domain", 1, 0..=232)?, own_domain()?);
        if outer_domain == own_domain && !given.flag("open_domain")? {
            return Err(format!(
                "the own domain (ROS_DOMAIN_ID) is the outer one, {outer_domain}: {open}. Run it on another, or say \
                 `open_domain:=true`"
            ));
        }
        let passphrase = PassphraseSource::choose(given.path("passphrase_file")?.as_deref(), &identity);
        let opened = passphrase.and_then(|source| Identity::open(&identity, &source));
        let me = opened.map_err(|error| error.to_string())?;
        let robot = PublicIdentity::open(&robot).map_err(|error| error.to_string())?;
        let namespace = given.text("namespace")?.unwrap_or_else(|| format!("/{}", me.public().name));
        Ok(Stakeholder {
            outer_domain,
            own_domain,
            namespace,
            granted: Arc::new(Granted::new(me, robot, u32::try_from(outer_domain).unwrap_or(u32::MAX))),
            types: TypeLibrary::from_env().map_err(|error| error.to_string())?,
        })
    }
}

/// Diagnostics of a clock that is behind what was seen before, by so many seconds.
pub fn clock_set_back(seconds: i64) -> String {
    format!(
        "the clock was set back by {seconds} s: what has ended does not come back, so nothing new is believed until the clock \
         has caught up. If it is right, restart this node"
    )
}

/// What a node does.
pub trait Work: Sized {
    /// What it needs.
    type Parts;

    /// What the parameters say; an error names the one that is wrong.
    fn parts(program: &Program) -> Result<Self::Parts, String>;
    /// Begins. `wake` is called when there is something to attend to.
    fn begin(
        parts: Self::Parts,
        logger: &Logger,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Result<Self, RosError>;
    /// Does what there is to do.
    fn attend(&mut self) -> Result<(), RosError>;
    /// How it fares, for diagnostics. What is new is logged.
    fn statuses(&mut self, logger: &Logger) -> Vec<Status>;
}

/// Works until a signal comes.
pub async fn work<W: Work>(node: &str) -> anyhow::Result<ExitCode> {
    // Before anything is started, so that a signal during the start is not lost.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let hardened = harden(Lock::Secrets).context("cannot keep this process's memory to itself")?;
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
