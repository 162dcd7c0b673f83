//! The signatures that policies need: as this guard's own trust file asks, or as the keeper asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use discreet_audit::Audit;
use discreet_policy::{Adopted, LivePolicy, Trust};
use discreet_ros::Logger;

/// Applies the keeper's trust to the policy in force.
pub struct RequiredSignatures {
    live: Arc<LivePolicy>,
    audit: Arc<Audit>,
    logger: Logger,
    /// The policy must be read again.
    changed: AtomicBool,
}

impl RequiredSignatures {
    /// Logs which signatures are required from the start.
    pub fn new(live: Arc<LivePolicy>, audit: Arc<Audit>, logger: Logger) -> RequiredSignatures {
        match live.trust() {
            Some(trust) => logger
                .info(&format!("policies for {} must be signed by {}", trust.here(), trust.summary())),
            None => logger.warn(
                "policies are not signed: anyone who can write the policy file decides what leaves, unless the keeper has a \
                 trust (parameter `trust`, docs/signing.md)",
            ),
        }
        RequiredSignatures { live, audit, logger, changed: AtomicBool::new(false) }
    }

    /// Adopts the keeper's trust, if it has one. Called at the start of each connection, before any key comes.
    pub fn adopt(&self, trust: Option<Trust>) {
        let summary = trust.as_ref().map(Trust::summary).unwrap_or_default();
        let adopted = self.live.adopt(trust);
        if matches!(adopted, Adopted::Now | Adopted::TakenBack(_)) {
            self.logger.info(&format!("the keeper asks for signed policies: from now on by {summary}"));
            self.changed.store(true, Ordering::Release);
        }
        match adopted {
            Adopted::Same | Adopted::Now => {}
            Adopted::TakenBack(why) => {
                self.logger.error(&format!("the policy is taken out of force, nothing leaves: {why}"));
                self.audit.policy_refused(None, &why.summary());
            }
            Adopted::Differs(how) => self.logger.error(&format!(
                "{how}; the guard keeps its own. Give both the same trust file, and restart them"
            )),
        }
    }

    /// True once after each change: the policy must be read again.
    pub fn have_changed(&self) -> bool {
        self.changed.swap(false, Ordering::Acquire)
    }
}
