//! The parts of the guard, made once at the start, and its state in diagnostics.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use discreet_audit::{Audit, Opening, Time};
use discreet_cdr::types::{Definitions, TypeLibrary};
use discreet_guard::ingress::CommandKeys;
use discreet_host::clock::ClockFloor;
use discreet_host::sync::lock;
use discreet_keeper::client::KeyRing;
use discreet_policy::{LivePolicy, Trust, read_file};
use discreet_ros::{Bridge, BridgeParts, Health, Level, Logger, Settings, Shared, Status, own_domain};
use discreet_seal::epoch_keys::Keys;

use crate::grants_publisher::GrantsPublisher;
use crate::keeper_events::{KeeperConnection, KeeperEvents};
use crate::redactor_processes::inspectors;
use crate::reload::KEYS_WAIT;
use crate::required_signatures::RequiredSignatures;

/// State that the threads of the node share.
pub struct Guard {
    pub live: Arc<LivePolicy>,
    pub required_signatures: Arc<RequiredSignatures>,
    pub audit: Arc<Audit>,
    pub clock: Arc<ClockFloor>,
    pub keys: Arc<KeyRing>,
    pub grants_publisher: Arc<GrantsPublisher>,
    pub logger: Logger,
    /// The robot that the policy named at the start; empty if there was no policy.
    pub robot: String,
    /// The floors of the keeper hold here, too.
    pub restored: AtomicBool,
    /// Why the newest policy file is not in force.
    pub refused: Mutex<Option<String>>,
    /// The keeper's report of an audit log that existed before and is gone.
    log_gone: Arc<Mutex<Option<String>>>,
    bridge: Mutex<Bridge>,
}

impl Guard {
    /// Opens the audit log, connects to the keeper and joins both domains. No policy is in force yet.
    pub fn new(settings: &Settings, trust: Option<Trust>, logger: Logger) -> anyhow::Result<Guard> {
        let robot = match &trust {
            // A policy is not parsed before its signatures are verified.
            Some(trust) => trust.robot().to_owned(),
            None => read_file(&settings.policy).map(|read| read.0.robot().to_owned()).unwrap_or_default(),
        };
        let program = format!("discreet {}", env!("CARGO_PKG_VERSION"));
        let opening = Opening { program, robot: robot.clone(), policy: None };
        let audit = Audit::rotating(&settings.audit, opening, Arc::new(Time::system), settings.rotation)?;
        let audit = Arc::new(audit);
        let live = Arc::new(LivePolicy::new(&settings.policy, None).trusting(trust));
        let required_signatures =
            Arc::new(RequiredSignatures::new(Arc::clone(&live), Arc::clone(&audit), logger.clone()));
        let clock = Arc::new(ClockFloor::new(None));
        let log_gone = Arc::default();
        let connection = KeeperConnection::open(settings, |grants_publisher| KeeperEvents {
            audit: Arc::clone(&audit),
            required_signatures: Arc::clone(&required_signatures),
            grants_publisher,
            log_gone: Arc::clone(&log_gone),
            logger: logger.clone(),
        })?;
        let KeeperConnection { keys, grants_publisher, command_keys } = connection;
        let shared = Shared {
            live: Arc::clone(&live),
            audit: Arc::clone(&audit),
            clock: Arc::clone(&clock),
            keys: Arc::clone(&keys) as Arc<dyn Keys>,
            command_keys: command_keys as Arc<dyn CommandKeys>,
            types: Arc::new(Definitions::new(TypeLibrary::from_env()?)),
            rosters: Arc::default(),
            cameras: Arc::default(),
        };
        let bridge = join_domains(settings, shared, &logger)?;
        grants_publisher.publish_on(&bridge.grants(), &keys, &logger);
        let guard = Guard {
            live,
            required_signatures,
            audit,
            clock,
            keys,
            grants_publisher,
            logger,
            robot,
            restored: AtomicBool::new(false),
            refused: Mutex::default(),
            log_gone,
            bridge: Mutex::new(bridge),
        };
        // Before there is a policy: an older one is not in force for a moment either.
        guard.keys.wait_held(KEYS_WAIT);
        guard.restore_floor();
        Ok(guard)
    }

    /// The routes. Locked while the answer lives.
    pub fn bridge(&self) -> MutexGuard<'_, Bridge> {
        lock(&self.bridge)
    }

    /// State of every part, for diagnostics.
    pub fn statuses(&self, health: &mut Health, since_last: Duration) -> Vec<Status> {
        let refused = lock(&self.refused).clone();
        let (live, audit, keys) = (&self.live, &self.audit, &self.keys);
        let mut statuses = health.statuses(&self.bridge(), live, audit, keys, refused.as_deref(), since_last);
        let gone = lock(&self.log_gone).clone();
        for status in statuses.iter_mut().filter(|status| status.name == "audit") {
            if let Some(why) = gone.clone().filter(|_| status.level == Level::Ok) {
                (status.level, status.message) = (Level::Warn, why); // until an operator restarts the guard
            }
        }
        statuses
    }
}

/// Joins the inner and the outer domain.
fn join_domains(settings: &Settings, shared: Shared, logger: &Logger) -> anyhow::Result<Bridge> {
    let (inner_domain, outer_domain) = (own_domain().map_err(anyhow::Error::msg)?, settings.outer_domain);
    let inspectors = inspectors(logger)?;
    let bridge = Bridge::new(BridgeParts {
        node: settings.node.clone(),
        inner_domain,
        outer_domain,
        workers: settings.workers,
        shared,
        inspectors,
    })?;
    let middleware = &bridge.middleware().name;
    logger.info(&format!("inner domain {inner_domain}, outer domain {outer_domain}, {middleware}"));
    if inner_domain == outer_domain {
        logger.warn(
            "inner and outer domain are the same: released topics get the prefix /discreet, but every participant of this \
             domain also sees the sources. Use two domains except for trials",
        );
    }
    Ok(bridge)
}
