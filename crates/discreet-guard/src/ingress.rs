//! The way in: decides on one command, or on the request of one call.
//!
//! Whatever comes is sealed for this guard and signed by a stakeholder, or it is turned away. What was opened is held
//! against the policy in force (who, when, how often, which values) and against the type, and only then [`Admitted`].
//! Pure: no clock, no disk, no ROS.

mod authorizer;
mod command_keys;
mod failure_limiter;
mod keeper_command_keys;
mod limits;
mod rate;
mod refused;
mod senders;
mod stats;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use discreet_cdr::Plan;
use discreet_graph::Gid;
use discreet_host::sync::lock;
use discreet_policy::{self as policy, Form, Moment, Verdict};
use discreet_redact::TextRules;
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{Command, CommandOpener, ContextDigest, Freshness};

pub use authorizer::{Authorizer, AuthorizerParts};
pub use command_keys::{CommandKeys, NoCommandKeys};
pub use failure_limiter::FailureLimiter;
pub use keeper_command_keys::KeeperCommandKeys;
pub use limits::{Limits, Unlimitable};
pub use rate::Rates;
pub use refused::Refused;
pub use senders::Senders;
pub use stats::IngressStats;

/// What an ingress asks of a message: compiled once for a policy and a type.
pub struct Requirements {
    /// What commands and calls for it are bound to.
    pub context: ContextDigest,
    /// The walk over its messages.
    pub plan: Plan,
    /// The values that the policy allows.
    pub limits: Limits,
}

/// What an ingress remembers from one message to the next.
pub struct IngressState {
    /// The name outside.
    name: String,
    /// Shared by all, and as old as the guard: an ingress that closes and opens again must not forget what was there.
    freshness: Arc<Mutex<Freshness>>,
    /// The same.
    rates: Arc<Mutex<Rates>>,
    failures: FailureLimiter,
}

/// When a message is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// For the policy's times.
    pub moment: Moment,
    /// Nanoseconds since 1970, for stamps.
    pub unix_ns: u64,
    /// Monotonic, for rates.
    pub elapsed: Duration,
}

/// The facts that a message is decided by: the policy in force, the keys that there are, and the time.
#[derive(Clone)]
pub struct IngressFacts {
    /// The ingress as the policy in force declares it.
    pub ingress: Arc<policy::Ingress>,
    /// The requirements of the policy and of the type.
    pub requirements: Arc<Requirements>,
    /// The key that messages are sealed for.
    pub opener: Arc<CommandOpener>,
    /// The stakeholders whose messages are opened.
    pub senders: Arc<Senders>,
    /// The time.
    pub now: Now,
}

impl IngressFacts {
    /// The context that commands and calls are bound to.
    pub fn context(&self) -> &ContextDigest {
        &self.requirements.context
    }

    /// The form in which this stakeholder, who was admitted before, may have an answer now: the rules that it is redacted by,
    /// or none if it is clear.
    pub fn still_allows(&self, who: &PublicIdentity) -> Result<Option<Arc<TextRules>>, Refused> {
        if !self.senders.has(who) {
            return Err(Refused::UnknownSender);
        }
        match allowed(&self.ingress, &who.name, self.now.moment)? {
            Form::Clear => Ok(None),
            Form::Redacted => self.ingress.text_rules().cloned().map(Some).ok_or(Refused::UnknownField),
        }
    }
}

/// A message that may go in. Made here only.
pub struct Admitted<'a, 's> {
    sender: &'s PublicIdentity,
    message: &'a [u8],
}

/// A message that may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Why.
    pub reason: Refused,
    /// Whose it is, once that is certain.
    pub sender: Option<String>,
    /// What more there is to say, without anything of the message in it.
    pub detail: String,
}

impl From<Refused> for Rejected {
    fn from(reason: Refused) -> Rejected {
        Rejected { reason, sender: None, detail: String::new() }
    }
}

impl<'a, 's> Admitted<'a, 's> {
    /// Whose it is.
    pub fn sender(&self) -> &'s PublicIdentity {
        self.sender
    }

    /// The serialized message, without padding behind its last field.
    pub fn message(&self) -> &'a [u8] {
        self.message
    }
}

impl IngressState {
    /// A door of this name outside. What was there before, and how much of their rates senders have used, it shares with
    /// others, and with those that stood here before it.
    pub fn new(name: &str, freshness: Arc<Mutex<Freshness>>, rates: Arc<Mutex<Rates>>) -> IngressState {
        IngressState { name: name.into(), freshness, rates, failures: FailureLimiter::default() }
    }

    /// Decides on what `publisher` sent, a serialized `Sealed`, which is opened where it lies.
    pub fn admit<'a, 's>(
        &mut self,
        facts: &'s IngressFacts,
        publisher: &Gid,
        sealed: &'a mut [u8],
    ) -> Result<Admitted<'a, 's>, Rejected> {
        // Before anything costs time: whoever sends what does not open is not listened to for a while.
        if !self.failures.allows(publisher, facts.now.elapsed) {
            return Err(Refused::Flood.into());
        }
        let opened = facts.opener.open(&facts.requirements.context, |hint| facts.senders.find(hint), sealed);
        let Command { sender, stamp_ns, message } = opened.map_err(|why| {
            if why.has_cost() {
                self.failures.charge(publisher, facts.now.elapsed);
            }
            Rejected { reason: why.into(), sender: None, detail: why.to_string() }
        })?;
        let decided = self.decide(facts, sender, stamp_ns, message);
        let known = self.failures.knows(publisher);
        match &decided {
            // Signed by somebody else than who sends it: as good as forged. It cost a look all the same.
            Err((Refused::Replayed, _)) => self.failures.charge(publisher, facts.now.elapsed),
            Err((Refused::Late | Refused::Early, _)) if !known => {
                self.failures.charge(publisher, facts.now.elapsed)
            }
            Err((Refused::Late | Refused::Early | Refused::ClockUnsure, _)) => {}
            // New, so that its sender's own publisher brought it.
            Ok(_) | Err(_) => self.failures.opened(publisher, facts.now.elapsed),
        }
        decided.map(|message| Admitted { sender, message }).map_err(|(reason, detail)| Rejected {
            reason,
            sender: Some(sender.name.clone()),
            detail,
        })
    }

    fn decide<'a>(
        &mut self,
        facts: &IngressFacts,
        sender: &PublicIdentity,
        stamp_ns: u64,
        message: &'a [u8],
    ) -> Result<&'a [u8], (Refused, String)> {
        let IngressFacts { ingress, requirements, now, .. } = facts;
        let no = |reason| (reason, String::new());
        if !now.moment.trusted {
            return Err(no(Refused::ClockUnsure)); // nobody can say what is fresh
        }
        // First of all: whatever else is wrong with it, it has had its one chance.
        let mut freshness = lock(&self.freshness);
        let fresh = freshness.accept(sender, &self.name, stamp_ns, now.unix_ns);
        drop(freshness);
        fresh.map_err(|why| (why.into(), why.to_string()))?;
        allowed(ingress, &sender.name, now.moment).map_err(no)?;
        if let Some(most) = ingress.rate() {
            let mut rates = lock(&self.rates);
            if !rates.take(sender, &self.name, most, now.elapsed) {
                return Err((Refused::OverRate, format!("more than {most} a second")));
            }
        }
        let walk = requirements.plan.check(message).map_err(|why| (Refused::Malformed, why.to_string()))?;
        // Padding after the last field is whatever the sender had in memory.
        let message = message.get(..walk.end()).ok_or(no(Refused::Malformed))?;
        requirements.limits.check(message).map_err(|field| (Refused::OverLimit, field.to_owned()))?;
        Ok(message)
    }
}

/// May this stakeholder use the ingress now, and in which form has it the answer?
pub fn allowed(ingress: &policy::Ingress, name: &str, moment: Moment) -> Result<Form, Refused> {
    match ingress.stakeholder(name, moment) {
        Verdict::Allow { form, .. } => Ok(form),
        Verdict::Deny { .. } => Err(Refused::RuleDenies),
        Verdict::NoRule => Err(Refused::NoRule),
    }
}

#[cfg(test)]
mod tests;
