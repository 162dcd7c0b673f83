//! The unsealer: a stakeholder's node that opens what a robot sealed for it, and republishes it on a domain of its own.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use discreet::audit::Time;
use discreet::identity::{Identity, PassphraseSource, PublicIdentity};
use discreet::ros::{Level, Logger, Program, Status, UnsealedStatus, Unsealing, UnsealingParts, own_domain};
use discreet::secret::{Lock, harden};
use discreet::types::TypeLibrary;
use discreet::unseal::Granted;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

const HELP: &str = "\
The unsealer of Discreet: opens what a robot sealed for a stakeholder, and republishes it with its own type and QoS.

It runs where the stakeholder's own nodes run, on their domain (ROS_DOMAIN_ID), and reads the robot's outer domain:
  ROS_DOMAIN_ID=20 unsealer --ros-args -p identity:=front_desk.key -p robot:=concierge-1.pub -p outer_domain:=1
Then /camera/image_raw of the robot is /front_desk/camera/image_raw on domain 20, for as long as the policy says.

Parameters:
  identity         the stakeholder's private identity (`discreet identity new` makes one); only this user may read it
  passphrase_file  a file with its passphrase, which only this user may read. Without it: the systemd credential
                   NAME.passphrase, or the terminal
  robot            the robot's public identity: what it did not sign is not believed
  outer_domain     the robot's outer domain, 0 to 232 (default 1)
  namespace        stands before the republished topics (default /NAME, as in the identity)
  open_domain      true: allows the own domain to be the outer one, where everybody can read what is opened

Topics:     /diagnostics on the own domain: what was opened, and what was not and why

Exit codes: 0 stopped by SIGINT or SIGTERM, 1 something broke, 2 wrong parameters
";

const PARAMETERS: [&str; 6] =
    ["identity", "passphrase_file", "robot", "outer_domain", "namespace", "open_domain"];

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("--help" | "-h") => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Some("--version" | "-V") => {
            println!("discreet unsealer {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let outcome = runtime.context("cannot start the runtime").and_then(|runtime| runtime.block_on(run()));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("unsealer: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<ExitCode> {
    // Before anything is started, so that a signal during the start is not lost.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let hardened = harden(Lock::Secrets).context("cannot keep this process's memory to itself")?;
    let program = Program::new("unsealer").context("cannot join the own domain (ROS_DOMAIN_ID)")?;
    let logger = program.logger();
    hardened.notes.iter().for_each(|note| logger.warn(note));
    let parts = match parts(&program) {
        Ok(parts) => parts,
        Err(error) => {
            logger.error(&error);
            return Ok(ExitCode::from(2));
        }
    };
    let (own, outer) = (parts.own_domain, parts.outer_domain);
    logger.info(&format!("opens what domain {outer} has for `{}`, for domain {own}", name_of(&parts)));
    let news = Arc::new(Notify::new());
    let waker = Arc::clone(&news);
    let mut unsealing = Unsealing::new(parts, move || waker.notify_one())?;
    let stop = Arc::new(AtomicBool::new(false));
    let (diagnostics, spinning) = program.run(Arc::clone(&stop));

    let (mut told, mut last) = (Told::default(), Instant::now());
    let mut tick = tokio::time::interval(Duration::from_millis(250));
    let outcome = loop {
        tokio::select! {
            _ = interrupt.recv() => break Ok(ExitCode::SUCCESS),
            _ = terminate.recv() => break Ok(ExitCode::SUCCESS),
            () = news.notified() => {}
            _ = tick.tick() => {}
        }
        if let Err(error) = unsealing.attend() {
            break Err(error.into());
        }
        if last.elapsed() >= Duration::from_secs(1) {
            last = Instant::now();
            let statuses = told.statuses(&unsealing, &logger);
            if let Err(error) = diagnostics.publish(Time::system().nanoseconds, statuses) {
                logger.warn(&format!("diagnostics: {error}"));
            }
        }
    };
    logger.info("stopping");
    stop.store(true, Ordering::Relaxed);
    drop(unsealing);
    spinning.await?;
    outcome
}

fn name_of(parts: &UnsealingParts) -> &str {
    &parts.granted.me().public().name
}

/// What the parameters say; an error names the one that is wrong.
fn parts(program: &Program) -> Result<UnsealingParts, String> {
    let given = program.parameters(&PARAMETERS)?;
    let needed = |name: &str, what: &str| {
        given.path(name)?.ok_or_else(|| format!("parameter `{name}` is missing: {what}"))
    };
    let identity = needed("identity", "the stakeholder's private identity file")?;
    let robot = needed("robot", "the robot's public identity file")?;
    let (outer_domain, own_domain) = (given.number("outer_domain", 1, 0..=232)?, own_domain()?);
    if outer_domain == own_domain && !given.flag("open_domain")? {
        return Err(format!(
            "the own domain (ROS_DOMAIN_ID) is the outer one, {outer_domain}: everybody there could read what is opened. \
             Run it on another, or say `open_domain:=true`"
        ));
    }
    let passphrase = PassphraseSource::choose(given.path("passphrase_file")?.as_deref(), &identity);
    let open = |source| Identity::open(&identity, &source);
    let me = passphrase.and_then(open).map_err(|error| error.to_string())?;
    let robot = PublicIdentity::open(&robot).map_err(|error| error.to_string())?;
    let namespace = given.text("namespace")?.unwrap_or_else(|| format!("/{}", me.public().name));
    Ok(UnsealingParts {
        outer_domain,
        own_domain,
        namespace,
        granted: Arc::new(Granted::new(me, robot)),
        types: TypeLibrary::from_env().map_err(|error| error.to_string())?,
    })
}

/// What diagnostics said the last time, so that what is new can be told.
#[derive(Default)]
struct Told {
    before: Vec<UnsealedStatus>,
}

impl Told {
    fn statuses(&mut self, unsealing: &Unsealing, logger: &Logger) -> Vec<Status> {
        let now = unsealing.statuses();
        let keys = unsealing.granted().keys().len();
        let mut statuses = vec![Status {
            name: "unsealer".into(),
            level: if keys == 0 { Level::Warn } else { Level::Ok },
            message: match keys {
                0 => "no keys: nothing is granted to this stakeholder now".into(),
                keys => format!("{keys} keys"),
            },
            values: vec![("grants refused".into(), unsealing.forged().to_string())],
        }];
        for topic in &now {
            let before = self.before.iter().find(|before| before.topic == topic.topic);
            if before.is_none() {
                match &topic.own_topic {
                    Some(own) => logger.info(&format!("{} is opened as {own}", topic.topic)),
                    None => logger.warn(&format!("{} cannot be opened: {}", topic.topic, topic.why)),
                }
            }
            statuses.push(status(topic, before));
        }
        self.before = now;
        statuses
    }
}

fn status(topic: &UnsealedStatus, before: Option<&UnsealedStatus>) -> Status {
    let since = |count: fn(&UnsealedStatus) -> u64| count(topic) > before.map_or(0, count);
    let (level, message) = if topic.own_topic.is_none() {
        (Level::Error, format!("cannot be opened: {}", topic.why))
    } else if since(|topic| topic.refused) {
        (Level::Error, format!("messages are refused: {}", topic.why))
    } else if since(|topic| topic.without_key) {
        (Level::Warn, "messages come without a grant: it was revoked, or is for other hours".into())
    } else {
        (Level::Ok, "opened".into())
    };
    let count = |name: &str, count: u64| (name.to_owned(), count.to_string());
    Status {
        name: topic.topic.clone(),
        level,
        message,
        values: vec![
            ("as".into(), topic.own_topic.clone().unwrap_or_default()),
            count("opened", topic.opened),
            count("without key", topic.without_key),
            count("refused", topic.refused),
        ],
    }
}
