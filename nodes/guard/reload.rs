//! Reads the policy file, and switches to the policy in it.

use std::time::Duration;

use discreet_audit::PolicyMark;
use discreet_host::sync::lock;
use discreet_policy::{Policy, Reloaded};

use crate::guard::Guard;

/// The longest that a new policy waits for the keys that it needs. Without a keeper it does not wait.
pub const KEYS_WAIT: Duration = Duration::from_secs(1);

impl Guard {
    /// Reads the policy again. The outcome goes to the log, to the audit and to the caller.
    pub fn reload(&self) -> Result<String, String> {
        let mark = |policy: &Policy| PolicyMark { version: policy.version(), hash: policy.hash() };
        let outcome = self.live.reload(|policy| {
            policy.prepare();
            // Before the switch, so that no message falls between the keys of one policy and those of the next.
            self.follow_keys(policy);
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

    /// Asks the keeper for the keys of `policy`, and waits for them if it seals anything.
    fn follow_keys(&self, policy: &Policy) {
        let sealed = !(policy.groups().is_empty() && policy.ingress().is_empty());
        let needs_keys = self.keys.is_connected() && sealed;
        self.keys.follow(policy, if needs_keys { KEYS_WAIT } else { Duration::ZERO });
    }
}
