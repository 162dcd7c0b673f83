//! Whose signatures this guard asks for: by its own parameter, or because the keeper says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use discreet_audit::Audit;
use discreet_policy::{Adopted, LivePolicy, Trust};
use discreet_ros::Logger;

/// Hears whose signatures the keeper asks for.
pub struct Trusting {
    live: Arc<LivePolicy>,
    audit: Arc<Audit>,
    logger: Logger,
    /// The policy is to be read again.
    news: AtomicBool,
}

impl Trusting {
    /// Says on the console whose signatures are asked for from the start.
    pub fn new(live: Arc<LivePolicy>, audit: Arc<Audit>, logger: Logger) -> Trusting {
        match live.trust() {
            Some(trust) => logger
                .info(&format!("policies for {} must be signed by {}", trust.here(), trust.summary())),
            None => logger.warn(
                "policies are not signed: whoever may write the policy file decides what leaves, unless the keeper has a \
                 trust (parameter `trust`, docs/signing.md)",
            ),
        }
        Trusting { live, audit, logger, news: AtomicBool::new(false) }
    }

    /// What the keeper asks for, at the start of each connection.
    pub fn hear(&self, told: Option<Trust>) {
        let summary = told.as_ref().map(Trust::summary).unwrap_or_default();
        let adopted = self.live.adopt(told);
        if matches!(adopted, Adopted::Now | Adopted::TakenBack(_)) {
            self.logger.info(&format!("the keeper asks for signed policies: from now on by {summary}"));
            self.news.store(true, Ordering::Release);
        }
        match adopted {
            Adopted::Same | Adopted::Now => {}
            Adopted::TakenBack(why) => {
                self.logger.error(&format!("the policy is taken back, nothing leaves: {why}"));
                self.audit.policy_refused(None, &why.summary());
            }
            Adopted::Differs(how) => self.logger.error(&format!(
                "{how}; its own goes on to hold. Give both the same trust file, and start them again"
            )),
        }
    }

    /// Is the policy to be read again? Says so once.
    pub fn has_news(&self) -> bool {
        self.news.swap(false, Ordering::Acquire)
    }
}
