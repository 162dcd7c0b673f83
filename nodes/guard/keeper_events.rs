//! The connection to the keeper, and the handling of its events.

use std::sync::{Arc, Mutex};

use discreet_audit::Audit;
use discreet_guard::ingress::KeeperCommandKeys;
use discreet_host::sync::lock;
use discreet_keeper::client::{self, Event, KeyRing};
use discreet_ros::{Logger, Settings};
use discreet_seal::SenderKey;

use crate::grants_publisher::GrantsPublisher;
use crate::required_signatures::RequiredSignatures;

/// Everything that depends on the keeper.
pub struct KeeperConnection {
    pub keys: Arc<KeyRing>,
    pub grants_publisher: Arc<GrantsPublisher>,
    pub command_keys: Arc<KeeperCommandKeys>,
}

impl KeeperConnection {
    /// Connects with fresh keys for the catalogue and for commands. `events` makes the handler of the keeper's events.
    pub fn open(
        settings: &Settings,
        events: impl FnOnce(Arc<GrantsPublisher>) -> KeeperEvents,
    ) -> anyhow::Result<KeeperConnection> {
        let sender = Arc::new(SenderKey::generate()?);
        let command_keys = Arc::new(KeeperCommandKeys::new(Arc::clone(&sender))?);
        let grants_publisher = Arc::new(GrantsPublisher::default());
        let events = events(Arc::clone(&grants_publisher));
        let guard = client::Guard {
            socket: settings.keeper.clone(),
            sender,
            receiver: command_keys.public(),
            domain: u32::try_from(settings.outer_domain)?,
            mark: events.audit.last().mark,
        };
        let keys = KeyRing::connect(guard, move |event| events.handle(event));
        command_keys.serve(&keys);
        Ok(KeeperConnection { keys, grants_publisher, command_keys })
    }
}

/// Logs, audits and follows the events of the keeper.
pub struct KeeperEvents {
    pub audit: Arc<Audit>,
    pub required_signatures: Arc<RequiredSignatures>,
    pub grants_publisher: Arc<GrantsPublisher>,
    pub log_gone: Arc<Mutex<Option<String>>>,
    pub logger: Logger,
}

impl KeeperEvents {
    fn handle(&self, event: &Event) {
        let KeeperEvents { audit, logger, .. } = self;
        match event {
            Event::Changed => self.grants_publisher.publish(logger),
            Event::Revoked(who) => {
                logger.warn(&format!("`{who}` is revoked: nothing is sealed for it any more"));
                audit.keys("revoked", who, "");
            }
            Event::Granted(who) => {
                logger.info(&format!("`{who}` is granted again what the policy allows it"));
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
            Event::Trust(trust) => self.required_signatures.adopt(trust.clone()),
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
            Event::NewState(change) => {
                logger.warn(change);
                audit.keys("new_state", "", change);
            }
            Event::LogGone(report) => {
                *lock(&self.log_gone) = Some(report.clone());
                logger.error(report);
                audit.keys("log_gone", "", report);
            }
        }
    }
}
