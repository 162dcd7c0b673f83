//! The guard: a node in two domains that lets out what the policy allows, and nothing else.

#[path = "../start.rs"]
mod start;
mod trusting;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use discreet_audit::{Audit, Opening, PolicyMark, Time};
use discreet_cdr::types::{Definitions, TypeLibrary};
use discreet_guard::ingress::{CommandKeys, KeeperCommandKeys};
use discreet_host::clock::ClockFloor;
use discreet_host::secret::{Lock, harden};
use discreet_host::sync::lock;
use discreet_keeper::{
    self as keeper,
    client::{Event, KeyRing},
};
use discreet_policy::watch::PolicyWatch;
use discreet_policy::{Floor, LivePolicy, Policy, Reloaded, Trust, read_file};
use discreet_redact::remote::{Patience, Program, Remote};
use discreet_ros::{
    Bridge, BridgeParts, Control, Health, InspectorFactory, Level, Logger, Publisher, Settings, Shared,
    keep_files_to_itself, no_discovery_server, own_domain,
};
use discreet_seal::catalog::RENEWED_EVERY;
use discreet_seal::epoch_keys::Keys;
use discreet_seal::{self as seal, SenderKey};
use tokio::signal::unix::{SignalKind, signal};
use trusting::Trusting;

const HELP: &str = "\
The guard of Discreet: stands between a robot's inner ROS 2 domain and the outer one, and lets out what the policy allows.

Usually started by its launch file:
  ros2 launch discreet discreet.launch.py policy:=hotel.yaml inner_domain:=0 outer_domain:=1
or by hand, on the robot's own domain (ROS_DOMAIN_ID):
  guard --ros-args -p policy:=hotel.yaml -p outer_domain:=1

Parameters (also from a file: --ros-args --params-file guard.params.yaml):
  policy        the policy file; without a valid one nothing leaves. It is read again about a second after it
                has changed; replace it by a rename, so that it is never half there
  trust         a trust file: only policies that enough of the owners in it have signed are taken. Without one, what the
                keeper says of its own; without a trust there either, every policy that is valid
  outer_domain  the domain to release to, 0 to 232 (default 1)
  audit         the audit log (default ~/.ros/discreet/audit.log)
  audit_max_bytes, audit_max_age_hours
                size and age from which the log goes on in a new part, audit.log.000001 being the first that is
                closed (defaults 67108864 and 24; 0 for no limit)
  audit_keep_days
                days after which a closed part is removed, which is entered in the log before (default 0: never)
  keeper        the socket of the keeper, which gives the keys for what is sealed (default ~/.ros/discreet/keeper.sock)
  workers       threads for operational topics, and as many for contextual ones (default 2)
They are read when it starts; `ros2 param set` is refused. Others, which a launch file gives to every node, are told in the log;
one that is nearly one of these is an error.

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
    if let Err(why) = no_discovery_server() {
        logger.error(&why);
        return Ok(ExitCode::from(2));
    }
    let trust = match settings.trust.as_deref().map(Trust::open).transpose() {
        Ok(trust) => trust,
        Err(error) => {
            logger.error(&error.to_string());
            return Ok(ExitCode::from(2));
        }
    };
    let guard = Arc::new(Guard::new(&settings, trust, logger.clone())?);
    let mut file = PolicyWatch::new(guard.live.path());
    let _refused = guard.reload();

    let stop = Arc::new(AtomicBool::new(false));
    let reloading = Arc::clone(&guard);
    let (diagnostics, spinning) = control.run(Arc::clone(&stop), move || reloading.reload());
    let watching = guard.watch_graph(Arc::clone(&stop))?;

    let (started, mut health) = (Instant::now(), Health::default());
    let (mut last, mut posted) = (Instant::now(), Instant::now());
    let mut tick = tokio::time::interval(TICK);
    let outcome = loop {
        tokio::select! {
            _ = interrupt.recv() => break Ok(ExitCode::SUCCESS),
            _ = terminate.recv() => break Ok(ExitCode::SUCCESS),
            _ = tick.tick() => {}
        }
        if file.has_changed() || guard.trusting.has_news() {
            let _refused = guard.reload();
        }
        guard.heed_the_past();
        if guard.bridge().met().is_some() {
            // Said in the log when it was found; whoever looks at diagnostics shall see it once more.
            let statuses = guard.statuses(&mut health, last.elapsed());
            let _gone = diagnostics.publish(Time::system().nanoseconds, statuses);
            break Ok(ExitCode::from(2));
        }
        if watching.is_finished() || !guard.bridge().is_sound() {
            break Err(anyhow::anyhow!("a thread of the data plane has ended; nothing leaves any more"));
        }
        if posted.elapsed() >= RENEWED_EVERY {
            // Whoever missed the grants in a crowd of others, or of strangers, has them now.
            posted = Instant::now();
            guard.grants_publisher.publish(&guard.logger);
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
    let spun = spinning.await;
    guard.audit.finish();
    spun?;
    outcome
}

/// Everything that the parts of the node share.
struct Guard {
    live: Arc<LivePolicy>,
    trusting: Arc<Trusting>,
    audit: Arc<Audit>,
    clock: Arc<ClockFloor>,
    keys: Arc<KeyRing>,
    grants_publisher: Arc<GrantsPublisher>,
    bridge: Mutex<Bridge>,
    logger: Logger,
    /// The robot that the policy named at the start; empty if there was none.
    robot: String,
    /// The keeper's floors hold here, too.
    restored: AtomicBool,
    /// Why the newest policy file is not in force.
    refused: Mutex<Option<String>>,
    /// What the keeper said of an audit log that was there before and is gone.
    log_gone: Arc<Mutex<Option<String>>>,
}

impl Guard {
    fn new(settings: &Settings, trust: Option<Trust>, logger: Logger) -> anyhow::Result<Guard> {
        let robot = match &trust {
            // What nobody may have signed is not looked into.
            Some(trust) => trust.robot().to_owned(),
            None => read_file(&settings.policy).map(|read| read.0.robot().to_owned()).unwrap_or_default(),
        };
        let program = format!("discreet {}", env!("CARGO_PKG_VERSION"));
        let opening = Opening { program, robot: robot.clone(), policy: None };
        let audit = Audit::rotating(&settings.audit, opening, Arc::new(Time::system), settings.rotation)?;
        let audit = Arc::new(audit);
        let live = Arc::new(LivePolicy::new(&settings.policy, None).trusting(trust));
        let trusting = Arc::new(Trusting::new(Arc::clone(&live), Arc::clone(&audit), logger.clone()));
        let clock = Arc::new(ClockFloor::new(None));
        let inner_domain = own_domain().map_err(anyhow::Error::msg)?;
        let log_gone = Arc::new(Mutex::default());
        let (keys, grants_publisher, keeper_command_keys) = self::keys(
            settings,
            Arc::clone(&audit),
            Arc::clone(&trusting),
            Arc::clone(&log_gone),
            logger.clone(),
        )?;
        let bridge = Bridge::new(BridgeParts {
            inner_domain,
            outer_domain: settings.outer_domain,
            workers: settings.workers,
            shared: Shared {
                live: Arc::clone(&live),
                audit: Arc::clone(&audit),
                clock: Arc::clone(&clock),
                keys: Arc::clone(&keys) as Arc<dyn Keys>,
                command_keys: keeper_command_keys as Arc<dyn CommandKeys>,
                types: Arc::new(Definitions::new(TypeLibrary::from_env()?)),
                rosters: Arc::default(),
                cameras: Arc::default(),
            },
            inspectors: inspectors(&logger)?,
        })?;
        grants_publisher.publish_on(&bridge.grants(), &keys, &logger);
        logger.info(&format!("inner domain {inner_domain}, outer domain {}", settings.outer_domain));
        if inner_domain == settings.outer_domain {
            logger.warn(
                "inner and outer domain are the same: released topics get the prefix /discreet, but everybody on this \
                 domain also sees the sources. Use two domains for anything but trying it out",
            );
        }
        let restored = AtomicBool::new(false);
        let (bridge, refused) = (Mutex::new(bridge), Mutex::default());
        let guard = Guard {
            live,
            trusting,
            audit,
            clock,
            keys,
            grants_publisher,
            bridge,
            logger,
            robot,
            restored,
            refused,
            log_gone,
        };
        // Before there is a policy: an older one is not in force for a moment either.
        guard.keys.wait_held(KEYS);
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
        if let Some(mark) = last.policy {
            self.raise_floor(Floor { version: mark.version, hash: mark.hash });
        }
        self.heed_the_keeper();
    }

    /// A guard whose log is gone has lost its floors; the keeper, heard for the first time, gives them back.
    fn heed_the_keeper(&self) {
        if self.restored.load(Ordering::Relaxed) {
            return;
        }
        let Some(held) = self.keys.held() else { return };
        let current = self.live.current().as_ref().map(Arc::clone);
        let robot = current.as_ref().map_or(self.robot.as_str(), |policy| policy.robot());
        if robot.is_empty() {
            return; // which robot's policy it will be is not known yet
        }
        self.restored.store(true, Ordering::Relaxed);
        if robot != held.robot {
            return; // it gives no keys either, and says why
        }
        if let Some(latest) = held.latest {
            self.clock.trusts(latest);
        }
        let Some((version, hash)) = held.floor else { return };
        if current.is_some_and(|policy| policy.version() < version) {
            let _refused = self.reload(); // the newer one may be in the file already
        }
        self.raise_floor(Floor { version, hash });
    }

    fn raise_floor(&self, floor: Floor) {
        if self.live.raise_floor(floor) {
            let why = format!("version {} was in force before; the older one is taken back", floor.version);
            self.logger.error(&why);
            self.audit.policy_refused(None, &why);
            *lock(&self.refused) = Some(why);
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
        *lock(&self.refused) = refused;
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

    fn statuses(&self, health: &mut Health, since_last: Duration) -> Vec<discreet_ros::Status> {
        let refused = lock(&self.refused).clone();
        let (live, audit, keys) = (&self.live, &self.audit, &self.keys);
        let mut statuses = health.statuses(&self.bridge(), live, audit, keys, refused.as_deref(), since_last);
        let gone = lock(&self.log_gone).clone();
        for status in statuses.iter_mut().filter(|status| status.name == "audit") {
            if let Some(why) = gone.clone().filter(|_| status.level == Level::Ok) {
                (status.level, status.message) = (Level::Warn, why); // until somebody has looked, and starts it again
            }
        }
        statuses
    }

    fn bridge(&self) -> MutexGuard<'_, Bridge> {
        lock(&self.bridge)
    }
}

/// The keys that the keeper gives, and where they are announced.
fn keys(
    settings: &Settings,
    audit: Arc<Audit>,
    trusting: Arc<Trusting>,
    log_gone: Arc<Mutex<Option<String>>>,
    logger: Logger,
) -> anyhow::Result<(Arc<KeyRing>, Arc<GrantsPublisher>, Arc<KeeperCommandKeys>)> {
    let sender = Arc::new(SenderKey::generate()?);
    let keeper_command_keys = Arc::new(KeeperCommandKeys::new(Arc::clone(&sender))?);
    let guard = keeper::client::Guard {
        socket: settings.keeper.clone(),
        sender,
        receiver: keeper_command_keys.public(),
        domain: u32::try_from(settings.outer_domain)?,
        mark: audit.last().mark,
    };
    let grants_publisher = Arc::new(GrantsPublisher::default());
    let published = Arc::clone(&grants_publisher);
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
        Event::Trust(told) => trusting.hear(told.clone()),
        Event::Mismatch(why) => {
            logger.error(&format!("the keeper gives no keys for this policy: {why}"));
            audit.keys("mismatch", "", why);
        }
        Event::Marked(mark) => audit.keys("mark", "", mark),
        Event::Rekeyed(who, which) => {
            logger.warn(&format!("`{who}` has other keys than before: {which}"));
            audit.keys("rekeyed", who, which);
        }
        Event::AnotherGuard(which) => {
            logger.warn(which);
            audit.keys("another_guard", "", which);
        }
        Event::NewState(what) => {
            logger.warn(what);
            audit.keys("new_state", "", what);
        }
        Event::LogGone(what) => {
            *lock(&log_gone) = Some(what.clone());
            logger.error(what);
            audit.keys("log_gone", "", what);
        }
    });
    keeper_command_keys.serve(&keys);
    Ok((keys, grants_publisher, keeper_command_keys))
}

/// Publishes the grants, as long as there are a topic for them and keys. It keeps neither: the topic ends with the bridge.
#[derive(Default)]
struct GrantsPublisher(OnceLock<(Weak<Publisher>, Weak<KeyRing>)>);

impl GrantsPublisher {
    fn publish_on(&self, topic: &Arc<Publisher>, keys: &Arc<KeyRing>, logger: &Logger) {
        let _once = self.0.set((Arc::downgrade(topic), Arc::downgrade(keys)));
        self.publish(logger); // keys may have come meanwhile
    }

    fn publish(&self, logger: &Logger) {
        let Some((topic, keys)) = self.0.get() else { return };
        let (Some(topic), Some(keys)) = (topic.upgrade(), keys.upgrade()) else { return };
        let set = keys.grants();
        let grants_publisher = seal::GrantSet {
            robot: &set.robot,
            receiver: set.receiver.as_deref().unwrap_or_default(),
            grants: set.grants.iter().map(AsRef::as_ref).collect(),
        };
        if let Err(error) = topic.publish(&seal::write_grants(&grants_publisher)) {
            logger.error(&format!("grants: {error}"));
        }
    }
}

/// For each topic a redactor of its own, and a word in the log when it is missing or ends.
fn inspectors(logger: &Logger) -> anyhow::Result<InspectorFactory> {
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
