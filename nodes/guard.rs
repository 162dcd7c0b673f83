//! The guard: a node in two domains that lets out what the policy allows, and nothing else.

#[path = "start.rs"]
mod start;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;
use discreet::audit::{Audit, Opening, PolicyMark, Time};
use discreet::clock::ClockFloor;
use discreet::entrance::{Doorkeeper, Porter};
use discreet::keeper::{
    self,
    client::{Event, KeyRing},
};
use discreet::keys::Keys;
use discreet::policy::{Floor, LivePolicy, Policy, Reloaded, read_file};
use discreet::redact::remote::{Patience, Program, Remote};
use discreet::ros::{
    Bridge, BridgeParts, Control, Health, Logger, Looks, Publisher, Settings, keep_files_to_itself,
    own_domain,
};
use discreet::seal::{self, SenderKey};
use discreet::secret::{Lock, harden};
use discreet::types::TypeLibrary;
use tokio::signal::unix::{SignalKind, signal};

const HELP: &str = "\
The guard of Discreet: stands between a robot's inner ROS 2 domain and the outer one, and lets out what the policy allows.

Usually started by its launch file:
  ros2 launch discreet discreet.launch.py policy:=hotel.yaml inner_domain:=0 outer_domain:=1
or by hand, on the robot's own domain (ROS_DOMAIN_ID):
  guard --ros-args -p policy:=hotel.yaml -p outer_domain:=1

Parameters (also from a file: --ros-args --params-file guard.params.yaml):
  policy        the policy file; without a valid one nothing leaves. It is read again about a second after it
                has changed; replace it by a rename, so that it is never half there
  outer_domain  the domain to release to, 0 to 232 (default 1)
  audit         the audit log (default ~/.ros/discreet/audit.log)
  keeper        the socket of the keeper, which gives the keys for what is sealed (default ~/.ros/discreet/keeper.sock)
  workers       threads for operational topics, and as many for contextual ones (default 2)

Services:   ~/reload (std_srvs/srv/Trigger) reads the policy again at once and says what came of it
Topics:     /diagnostics on the inner domain; on the outer domain /discreet/catalog, /discreet/grants, and beside a
            topic <topic>/tag and, sealed for stakeholders, <topic>/sealed/clear and <topic>/sealed/redacted;
            commands come in on <topic>/command and calls on <service>/call, sealed by a stakeholder

Exit codes: 0 stopped by SIGINT or SIGTERM, 1 something broke, 2 wrong parameters
";

/// How often the policy's file is looked at.
const TICK: Duration = Duration::from_millis(500);

/// How often the routes are looked at when no change was reported: hours begin and end, and names fail to come.
const LOOK: Duration = Duration::from_secs(1);

/// So long a new policy waits for the keys that it needs. Without a keeper it does not wait.
const KEYS: Duration = Duration::from_secs(1);

/// Changes of the graph within this time are looked at together.
const GATHER: Duration = Duration::from_millis(10);

fn main() -> ExitCode {
    start::start("guard", HELP, run)
}

async fn run() -> anyhow::Result<ExitCode> {
    // Before anything is started, so that a signal during the start is not lost.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let hardened = harden(Lock::Secrets).context("cannot keep this process's memory to itself")?;
    let control = Control::new().context("cannot join the inner domain (ROS_DOMAIN_ID)")?;
    let logger = control.logger();
    hardened.notes.iter().for_each(|note| logger.warn(note));
    let settings = match control.settings() {
        Ok(settings) => settings,
        Err(error) => {
            logger.error(&error);
            return Ok(ExitCode::from(2));
        }
    };
    if std::env::var_os("ROS_DISCOVERY_SERVER").is_some_and(|servers| !servers.is_empty()) {
        logger.error(
            "ROS_DISCOVERY_SERVER is set: at a discovery server the nodes of all domains meet, so that consumers would \
             reach the robot's nodes past the guard. Unset it here and for the robot (docs/lock.md)",
        );
        return Ok(ExitCode::from(2));
    }
    let guard = Arc::new(Guard::new(&settings, logger.clone())?);
    let mut file = FileWatch::new(guard.live.path());
    let _refused = guard.reload();

    let stop = Arc::new(AtomicBool::new(false));
    let reloading = Arc::clone(&guard);
    let (diagnostics, spinning) = control.run(Arc::clone(&stop), move || reloading.reload());
    let watching = guard.watch_graph(Arc::clone(&stop))?;

    let (mut health, started, mut last) = (Health::default(), Instant::now(), Instant::now());
    let mut tick = tokio::time::interval(TICK);
    let outcome = loop {
        tokio::select! {
            _ = interrupt.recv() => break Ok(ExitCode::SUCCESS),
            _ = terminate.recv() => break Ok(ExitCode::SUCCESS),
            _ = tick.tick() => {}
        }
        if file.has_changed() {
            let _refused = guard.reload();
        }
        guard.heed_the_past();
        if watching.is_finished() || !guard.bridge().is_sound() {
            break Err(anyhow::anyhow!("a thread of the data plane has ended; nothing leaves any more"));
        }
        if last.elapsed() >= Duration::from_secs(1) {
            let statuses = guard.statuses(&mut health, last.elapsed());
            last = Instant::now();
            health.news(started.elapsed()).iter().for_each(|news| guard.logger.warn(news));
            if let Err(error) = diagnostics.publish(Time::system().nanoseconds, statuses) {
                logger.warn(&format!("diagnostics: {error}"));
            }
        }
    };
    // Whatever the reason: everything ends in order, so that whoever started the guard can start it again.
    logger.info("stopping");
    stop.store(true, Ordering::Relaxed);
    let _panicked = watching.join();
    guard.bridge().shut_down();
    spinning.await?;
    outcome
}

/// Everything that the parts of the node share.
struct Guard {
    live: Arc<LivePolicy>,
    audit: Arc<Audit>,
    clock: Arc<ClockFloor>,
    keys: Arc<KeyRing>,
    bridge: Mutex<Bridge>,
    logger: Logger,
    /// Why the newest policy file is not in force.
    refused: Mutex<Option<String>>,
}

impl Guard {
    fn new(settings: &Settings, logger: Logger) -> anyhow::Result<Guard> {
        let robot =
            read_file(&settings.policy).map(|(policy, _)| policy.robot().to_owned()).unwrap_or_default();
        let opening =
            Opening { program: format!("discreet {}", env!("CARGO_PKG_VERSION")), robot, policy: None };
        let audit = Arc::new(Audit::open(&settings.audit, opening, Arc::new(Time::system))?);
        let live = Arc::new(LivePolicy::new(&settings.policy, None));
        let clock = Arc::new(ClockFloor::new(None));
        let inner_domain = own_domain().map_err(anyhow::Error::msg)?;
        let (keys, board, porter) = self::keys(settings, Arc::clone(&audit), logger.clone())?;
        let bridge = Bridge::new(BridgeParts {
            inner_domain,
            outer_domain: settings.outer_domain,
            workers: settings.workers,
            live: Arc::clone(&live),
            audit: Arc::clone(&audit),
            clock: Arc::clone(&clock),
            types: TypeLibrary::from_env()?,
            looks: looks(&logger)?,
            keys: Arc::clone(&keys) as Arc<dyn Keys>,
            doorkeeper: porter as Arc<dyn Doorkeeper>,
        })?;
        board.publish_on(&bridge.grants(), &keys, &logger);
        logger.info(&format!("inner domain {inner_domain}, outer domain {}", settings.outer_domain));
        if inner_domain == settings.outer_domain {
            logger.warn(
                "inner and outer domain are the same: released topics get the prefix /discreet, but everybody on this \
                 domain also sees the sources. Use two domains for anything but trying it out",
            );
        }
        let guard =
            Guard { live, audit, clock, keys, bridge: Mutex::new(bridge), logger, refused: Mutex::default() };
        guard.heed_the_past();
        Ok(guard)
    }

    /// What the audit remembers of earlier runs holds: no time before theirs, no policy older than theirs. A log that
    /// could not be read at the start is heeded as soon as it can be.
    fn heed_the_past(&self) {
        let last = self.audit.last();
        if let Some(time) = last.time {
            self.clock.trusts(time.second());
        }
        let Some(mark) = last.policy else { return };
        if self.live.raise_floor(Floor { version: mark.version, hash: mark.hash }) {
            let why = format!("version {} was in force before; the older one is taken back", mark.version);
            self.logger.error(&why);
            self.audit.policy_refused(None, &why);
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
            self.reconcile();
        }
    }

    /// Reads the policy again; says what came of it to the log, the audit and the caller.
    fn reload(&self) -> Result<String, String> {
        let mark = |policy: &Policy| PolicyMark { version: policy.version(), hash: policy.hash() };
        let outcome = self.live.reload(|policy| {
            policy.prepare();
            // Before the switch, so that no message falls between the keys of one policy and those of the next.
            let sealed =
                !(policy.groups().is_empty() && policy.commands().is_empty() && policy.services().is_empty());
            let needs_keys = self.keys.is_connected() && sealed;
            self.keys.follow(policy, if needs_keys { KEYS } else { Duration::ZERO });
            self.audit.policy_switched(mark(policy));
            self.audit.flush();
        });
        let (answer, refused) = match outcome {
            Ok(Reloaded::Unchanged) => (Ok("the policy in force is the one in the file".to_owned()), None),
            Ok(Reloaded::Switched(policy)) => {
                let text = format!("policy version {} for `{}` in force", policy.version(), policy.robot());
                self.logger.info(&text);
                (Ok(text), None)
            }
            Err(error) => {
                self.logger.error(&error.to_string());
                self.audit.policy_refused(None, &error.summary());
                (Err(error.to_string()), Some(error.summary()))
            }
        };
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = refused;
        self.reconcile();
        answer
    }

    /// Keeps the routes as the inner domain wants them, until `stop` is set.
    fn watch_graph(self: &Arc<Self>, stop: Arc<AtomicBool>) -> anyhow::Result<std::thread::JoinHandle<()>> {
        let mut changes = self.bridge().graph_changes()?;
        let guard = Arc::clone(self);
        let thread = std::thread::Builder::new().name("graph".into());
        Ok(thread.spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                guard.reconcile();
                // A pause gathers what comes together, and keeps a domain in turmoil from keeping a core busy.
                let pause = match changes.wait(LOOK) {
                    Ok(_changed) => GATHER,
                    Err(error) => {
                        guard.logger.error(&error.to_string());
                        LOOK
                    }
                };
                std::thread::sleep(pause);
            }
        })?)
    }

    fn reconcile(&self) {
        if let Err(error) = self.bridge().reconcile() {
            self.logger.error(&error.to_string());
            self.audit.fault(Time::system(), &error.to_string());
        }
    }

    fn statuses(&self, health: &mut Health, since_last: Duration) -> Vec<discreet::ros::Status> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        health.statuses(&self.bridge(), &self.live, &self.audit, &self.keys, refused.as_deref(), since_last)
    }

    fn bridge(&self) -> MutexGuard<'_, Bridge> {
        self.bridge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The keys that the keeper gives, and where they are announced.
fn keys(
    settings: &Settings,
    audit: Arc<Audit>,
    logger: Logger,
) -> anyhow::Result<(Arc<KeyRing>, Arc<Board>, Arc<Porter>)> {
    let sender = Arc::new(SenderKey::generate()?);
    let porter = Arc::new(Porter::new(Arc::clone(&sender))?);
    let guard = keeper::client::Guard {
        socket: settings.keeper.clone(),
        sender,
        receiver: porter.public(),
        domain: u32::try_from(settings.outer_domain)?,
    };
    let board = Arc::new(Board::default());
    let published = Arc::clone(&board);
    let keys = KeyRing::connect(guard, move |event| match event {
        Event::Changed => published.publish(&logger),
        Event::Revoked(who) => {
            logger.warn(&format!("`{who}` is revoked: nothing is sealed for it any more"));
            audit.keys("revoked", who, "");
        }
        Event::Granted(who) => {
            logger.info(&format!("`{who}` may have again what the policy gives it"));
            audit.keys("granted", who, "");
        }
        Event::KeeperGone(why) => {
            logger.warn(&format!("no keeper, keys run out: {why}"));
            audit.keys("keeper_gone", "", why);
        }
        Event::KeeperBack => {
            logger.info("the keeper gives keys");
            audit.keys("keeper_back", "", "");
        }
        Event::Mismatch(why) => {
            logger.error(&format!("the keeper gives no keys for this policy: {why}"));
            audit.keys("mismatch", "", why);
        }
    });
    porter.serve(&keys);
    Ok((keys, board, porter))
}

/// Publishes the grants, as long as there are a topic for them and keys. It keeps neither: the topic ends with the bridge.
#[derive(Default)]
struct Board(OnceLock<(Weak<Publisher>, Weak<KeyRing>)>);

impl Board {
    fn publish_on(&self, topic: &Arc<Publisher>, keys: &Arc<KeyRing>, logger: &Logger) {
        let _once = self.0.set((Arc::downgrade(topic), Arc::downgrade(keys)));
        self.publish(logger); // keys may have come meanwhile
    }

    fn publish(&self, logger: &Logger) {
        let Some((topic, keys)) = self.0.get() else { return };
        let (Some(topic), Some(keys)) = (topic.upgrade(), keys.upgrade()) else { return };
        let set = keys.grants();
        let board = seal::Board {
            robot: &set.robot,
            receiver: set.receiver.as_deref().unwrap_or_default(),
            grants: set.grants.iter().map(AsRef::as_ref).collect(),
        };
        if let Err(error) = topic.publish(&seal::write_board(&board)) {
            logger.error(&format!("grants: {error}"));
        }
    }
}

/// For each topic a redactor of its own, and a word in the log when it is missing or ends.
fn looks(logger: &Logger) -> anyhow::Result<Looks> {
    let program = Program { prepare: keep_files_to_itself, ..Program::beside_this()? };
    let logger = logger.clone();
    Ok(Box::new(move |topic| {
        let (topic, logger) = (topic.to_owned(), logger.clone());
        let mut remote = Remote::new(program.clone(), Patience::default())
            .telling(move |news| logger.warn(&format!("{topic}: {news}")));
        remote.tend();
        Box::new(remote)
    }))
}

/// Notices that a file was changed, once it has stood still: half a policy may be a valid one, with other rules.
struct FileWatch {
    path: PathBuf,
    reported: Option<FileStamp>,
    seen: Option<FileStamp>,
}

/// Changes whenever the file does; also when it is replaced by another of the same time.
type FileStamp = (SystemTime, u64, u64);

impl FileWatch {
    fn new(path: &Path) -> FileWatch {
        let stamp = stamp(path);
        FileWatch { path: path.into(), reported: stamp, seen: stamp }
    }

    /// True if it is another than the last time that this was true, and the same as at the last call.
    fn has_changed(&mut self) -> bool {
        let now = stamp(&self.path);
        let still = now == std::mem::replace(&mut self.seen, now);
        let changed = still && now != self.reported;
        if changed {
            self.reported = now;
        }
        changed
    }
}

fn stamp(path: &Path) -> Option<FileStamp> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len(), metadata.ino()))
}
