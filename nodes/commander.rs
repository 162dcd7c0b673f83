//! The commander: a stakeholder's node that takes plain commands and calls, and sends them sealed and signed to a robot.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use discreet::audit::Time;
use discreet::identity::{Identity, PassphraseSource, PublicIdentity};
use discreet::policy::names::{is_ros_name, is_ros_type};
use discreet::ros::{
    CommandedStatus, Commanding, CommandingParts, Level, Logger, Program, Status, own_domain,
};
use discreet::secret::{Lock, harden};
use discreet::types::TypeLibrary;
use discreet::unseal::Granted;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

const HELP: &str = "\
The commander of Discreet: takes plain commands and calls of a stakeholder's own nodes, and sends them to a robot, sealed
for its guard and signed by the stakeholder. The guard lets in what the robot's policy allows this stakeholder.

It runs where the stakeholder's own nodes run, on their domain (ROS_DOMAIN_ID), and sends on the robot's outer domain:
  ROS_DOMAIN_ID=20 commander --ros-args -p identity:=front_desk.key -p robot:=concierge-1.pub -p outer_domain:=1 \\
    -p 'commands:=[\"/cmd_vel geometry_msgs/msg/Twist\"]' -p 'services:=[\"/dock std_srvs/srv/Trigger\"]'
Then what is published on /front_desk/cmd_vel on domain 20 moves the robot, and /front_desk/dock on domain 20 calls its
/dock, for as long as the policy says:
  ROS_DOMAIN_ID=20 ros2 topic pub /front_desk/cmd_vel geometry_msgs/msg/Twist '{linear: {x: 0.2}}'

Nobody else outside can do that: what is published plainly on the robot's outer domain does not come in. An emergency
stop does not go this way: it belongs on the robot, beside the guard, and works without it.

Parameters:
  identity         the stakeholder's private identity (`discreet identity new` makes one); only this user may read it
  passphrase_file  a file with its passphrase, which only this user may read. Without it: the systemd credential
                   NAME.passphrase, or the terminal
  robot            the robot's public identity: commands are sealed for no other
  outer_domain     the robot's outer domain, 0 to 232 (default 1)
  commands         the topics that the robot takes commands on: a list of \"NAME TYPE\"
  services         the services that the robot offers: a list of \"NAME TYPE\"
  namespace        stands before the names on the own domain (default /NAME, as in the identity)
  open_domain      true: allows the own domain to be the outer one, where anybody could command in this name

Topics:     /diagnostics on the own domain: what was sent, and what was refused and why

A command is refused when it is older than two seconds: keep the clocks of both sides together (NTP).

Exit codes: 0 stopped by SIGINT or SIGTERM, 1 something broke, 2 wrong parameters
";

const PARAMETERS: [&str; 8] = [
    "identity",
    "passphrase_file",
    "robot",
    "outer_domain",
    "commands",
    "services",
    "namespace",
    "open_domain",
];

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("--help" | "-h") => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Some("--version" | "-V") => {
            println!("discreet commander {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let outcome = runtime.context("cannot start the runtime").and_then(|runtime| runtime.block_on(run()));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("commander: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<ExitCode> {
    // Before anything is started, so that a signal during the start is not lost.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let hardened = harden(Lock::Secrets).context("cannot keep this process's memory to itself")?;
    let program = Program::new("commander").context("cannot join the own domain (ROS_DOMAIN_ID)")?;
    let logger = program.logger();
    hardened.notes.iter().for_each(|note| logger.warn(note));
    let parts = match parts(&program) {
        Ok(parts) => parts,
        Err(error) => {
            logger.error(&error);
            return Ok(ExitCode::from(2));
        }
    };
    let (own, outer, name) = (parts.own_domain, parts.outer_domain, parts.granted.me().public().name.clone());
    logger.info(&format!("commands the robot on domain {outer} in the name of `{name}`, from domain {own}"));
    let news = Arc::new(Notify::new());
    let waker = Arc::clone(&news);
    let mut commanding = Commanding::new(parts, move || waker.notify_one())?;
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
        if let Err(error) = commanding.attend() {
            break Err(error.into());
        }
        if last.elapsed() >= Duration::from_secs(1) {
            last = Instant::now();
            let statuses = told.statuses(&commanding, &logger);
            if let Err(error) = diagnostics.publish(Time::system().nanoseconds, statuses) {
                logger.warn(&format!("diagnostics: {error}"));
            }
        }
    };
    logger.info("stopping");
    stop.store(true, Ordering::Relaxed);
    drop(commanding);
    spinning.await?;
    outcome
}

/// What the parameters say; an error names the one that is wrong.
fn parts(program: &Program) -> Result<CommandingParts, String> {
    let given = program.parameters(&PARAMETERS)?;
    let needed = |name: &str, what: &str| {
        given.path(name)?.ok_or_else(|| format!("parameter `{name}` is missing: {what}"))
    };
    let identity = needed("identity", "the stakeholder's private identity file")?;
    let robot = needed("robot", "the robot's public identity file")?;
    let commands = named(&given.texts("commands")?, "msg", "/cmd_vel geometry_msgs/msg/Twist")?;
    let services = named(&given.texts("services")?, "srv", "/dock std_srvs/srv/Trigger")?;
    if commands.is_empty() && services.is_empty() {
        return Err("there is nothing to send: name `commands`, `services` or both".into());
    }
    let (outer_domain, own_domain) = (given.number("outer_domain", 1, 0..=232)?, own_domain()?);
    if outer_domain == own_domain && !given.flag("open_domain")? {
        return Err(format!(
            "the own domain (ROS_DOMAIN_ID) is the outer one, {outer_domain}: anybody there could command in this name. Run \
             it on another, or say `open_domain:=true`"
        ));
    }
    let passphrase = PassphraseSource::choose(given.path("passphrase_file")?.as_deref(), &identity);
    let open = |source| Identity::open(&identity, &source);
    let me = passphrase.and_then(open).map_err(|error| error.to_string())?;
    let robot = PublicIdentity::open(&robot).map_err(|error| error.to_string())?;
    let namespace = given.text("namespace")?.unwrap_or_else(|| format!("/{}", me.public().name));
    Ok(CommandingParts {
        outer_domain,
        own_domain,
        namespace,
        granted: Arc::new(Granted::new(me, robot)),
        commands,
        services,
        types: TypeLibrary::from_env().map_err(|error| error.to_string())?,
    })
}

/// Reads a list of `NAME TYPE`.
fn named(given: &[String], kind: &str, example: &str) -> Result<Vec<(String, String)>, String> {
    let read = |text: &String| {
        let (name, type_name) = text.split_once(char::is_whitespace)?;
        let (name, type_name) = (name.trim(), type_name.trim());
        (is_ros_name(name) && is_ros_type(type_name, kind)).then(|| (name.to_owned(), type_name.to_owned()))
    };
    let wrong = |text: &String| format!("`{}` is no name and type; write `{example}`", text.escape_default());
    given.iter().map(|text| read(text).ok_or_else(|| wrong(text))).collect()
}

/// What diagnostics said the last time, so that what is new can be told.
#[derive(Default)]
struct Told {
    before: Vec<CommandedStatus>,
}

impl Told {
    fn statuses(&mut self, commanding: &Commanding, logger: &Logger) -> Vec<Status> {
        let ready = commanding.is_ready();
        let mut statuses = vec![Status {
            name: "commander".into(),
            level: if ready { Level::Ok } else { Level::Error },
            message: match ready {
                true => "the robot takes commands".into(),
                false => {
                    "the robot has announced no key for commands: is its guard there, and its keeper?".into()
                }
            },
            values: Vec::new(),
        }];
        let now = commanding.statuses();
        for one in &now {
            let before = self.before.iter().find(|before| before.name == one.name);
            let refused = one.refused > before.map_or(0, |before| before.refused);
            if refused && before.is_none_or(|before| before.why != one.why) {
                logger.warn(&format!("{}: {}", one.name, one.why));
            }
            let count = |name: &str, count: u64| (name.to_owned(), count.to_string());
            statuses.push(Status {
                name: one.name.clone(),
                level: if refused { Level::Error } else { Level::Ok },
                message: if refused { one.why.clone() } else { "sent".into() },
                values: vec![
                    count("sent", one.sent),
                    count("refused", one.refused),
                    ("last refusal".into(), one.why.clone()),
                ],
            });
        }
        self.before = now;
        statuses
    }
}
