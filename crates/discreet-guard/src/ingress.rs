//! The way in: decides on one command, or on the request of one call.
//!
//! Every message is sealed for this guard and signed by a stakeholder, or it is rejected. An opened message is
//! checked against the policy in force (sender, time, rate, values) and against the type, and only then
//! [`Admitted`]. Pure: no clock, no disk, no ROS.

mod authorizer;
mod command_keys;
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

pub use discreet_seal::FailureLimiter;

pub use authorizer::{Authorizer, AuthorizerParts};
pub use command_keys::{CommandKeys, NoCommandKeys};
pub use keeper_command_keys::KeeperCommandKeys;
pub use limits::{Limits, Unlimitable};
pub use rate::Rates;
pub use refused::Refused;
pub use senders::Senders;
pub use stats::IngressStats;

/// The requirements of an ingress: compiled once for a policy and a type.
pub struct Requirements {
    /// The context that its commands and calls are bound to.
    pub context: ContextDigest,
    /// The plan of its messages.
    pub plan: Plan,
    /// The values that the policy allows.
    pub limits: Limits,
}

/// The state that an ingress keeps from one message to the next.
pub struct IngressState {
    /// The name outside.
    name: String,
    /// Sequence state. Shared by all ingress, and as old as the guard: an ingress that closes and opens again must
    /// not forget it.
    freshness: Arc<Mutex<Freshness>>,
    /// Used rates, shared in the same way.
    rates: Arc<Mutex<Rates>>,
    failures: FailureLimiter,
}

/// The time at which a message is decided on.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// For the policy's times.
    pub moment: Moment,
    /// Nanoseconds since 1970, for stamps.
    pub unix_ns: u64,
    /// Monotonic, for rates.
    pub elapsed: Duration,
}

/// The facts that a message is decided by: the policy in force, the present keys, and the time.
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

    /// The form in which this stakeholder, who was admitted before, may have an answer now: the rules of its
    /// redaction, or none if it is clear.
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

/// A message that may not go in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The reason.
    pub reason: Refused,
    /// The sender, once it is certain.
    pub sender: Option<String>,
    /// Details in words, without contents of the message.
    pub detail: String,
}

impl From<Refused> for Rejected {
    fn from(reason: Refused) -> Rejected {
        Rejected { reason, sender: None, detail: String::new() }
    }
}

impl<'a, 's> Admitted<'a, 's> {
    /// The sender.
    pub fn sender(&self) -> &'s PublicIdentity {
        self.sender
    }

    /// The serialized message, without padding behind its last field.
    pub fn message(&self) -> &'a [u8] {
        self.message
    }
}

impl IngressState {
    /// The state of an ingress of this name outside. Sequence state and used rates are shared with the other
    /// ingress, and with earlier ones of this name.
    pub fn new(name: &str, freshness: Arc<Mutex<Freshness>>, rates: Arc<Mutex<Rates>>) -> IngressState {
        IngressState { name: name.into(), freshness, rates, failures: FailureLimiter::default() }
    }

    /// Decides on what `publisher` sent, a serialized `Sealed`, which is opened in place.
    pub fn admit<'a, 's>(
        &mut self,
        facts: &'s IngressFacts,
        publisher: &Gid,
        sealed: &'a mut [u8],
    ) -> Result<Admitted<'a, 's>, Rejected> {
        // Before anything expensive: a publisher of messages that do not open is ignored for a while.
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
            // Signed by another party than the sender: as good as forged. It cost a verification all the same.
            Err((Refused::Replayed, _)) => self.failures.charge(publisher, facts.now.elapsed),
            Err((Refused::Late | Refused::Early, _)) if !known => {
                self.failures.charge(publisher, facts.now.elapsed)
            }
            Err((Refused::Late | Refused::Early | Refused::ClockUnsure, _)) => {}
            // New, so the sender's own publisher delivered it.
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
            return Err(no(Refused::ClockUnsure)); // freshness cannot be decided
        }
        // First of all: a command has one chance, even if it is refused for another reason.
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
        // Padding after the last field is uninitialised memory of the sender.
        let message = message.get(..walk.end()).ok_or(no(Refused::Malformed))?;
        requirements.limits.check(message).map_err(|field| (Refused::OverLimit, field.to_owned()))?;
        Ok(message)
    }
}

/// May this stakeholder use the ingress now, and in which form may it have the answer?
pub fn allowed(ingress: &policy::Ingress, name: &str, moment: Moment) -> Result<Form, Refused> {
    match ingress.stakeholder(name, moment) {
        Verdict::Allow { form, .. } => Ok(form),
        Verdict::Deny { .. } => Err(Refused::RuleDenies),
        Verdict::NoRule => Err(Refused::NoRule),
    }
}

#[cfg(test)]
mod tests;
