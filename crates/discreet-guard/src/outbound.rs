//! The way out of one topic: the present decision on its messages, and everything that makes and records it.

use std::sync::Arc;
use std::time::Duration;

use crate::admit::admit;
use crate::audiences::{Audience, Audiences, members};
use crate::denied::Denied;
use crate::lanes::{About, Lanes, Outside};
use crate::protect::Protection;
use discreet_audit::{Audit, RouteInfo, RouteLog, Time};
use discreet_cdr::types::TypeDefinition;
use discreet_host::clock::ClockFloor;
use discreet_policy::{Form, LivePolicy, Moment, Policy, TopicPolicy};
use discreet_redact::ImageRedactor;
use discreet_seal::epoch_keys::Keys;

/// Everything that [`crate::relay::pass`] needs for the messages of one topic.
pub struct Outbound<O: Outside> {
    /// The topic on the inner domain.
    pub topic: String,
    /// Nodes and quality of service of the sources, for the audit.
    pub source: String,
    /// The type of its messages.
    pub definition: Arc<TypeDefinition>,
    /// The policy as it decides now; none without a policy.
    pub resolved: Option<ResolvedPolicy>,
    /// The policy in force.
    pub live: Arc<LivePolicy>,
    /// The trust in the time of day.
    pub clock: Arc<ClockFloor>,
    /// The record.
    pub audit: Arc<Audit>,
    /// The keys that messages are sealed with.
    pub keys: Arc<dyn Keys>,
    /// Redacts and seals.
    pub protection: Protection,
    /// The publishers outside.
    pub lanes: Lanes<O>,
}

/// The policy that decides, resolved for this topic and moment: once, not per message.
pub struct ResolvedPolicy {
    /// The policy.
    pub policy: Arc<Policy>,
    /// Start of its validity here, since the route was opened.
    pub since: Duration,
    /// The topic as the policy has it, or the reason to keep all of it inside.
    pub topic: Result<Arc<TopicPolicy>, Denied>,
    /// The time that it was made for.
    pub moment: Moment,
    /// The generation of the keys at that moment.
    generation: u64,
    /// There was a publisher outside: without one nothing leaves, and the record names nobody.
    announced: bool,
    /// The forms that leave, to whom, and under which keys.
    pub audiences: Audiences,
    /// The records.
    pub logs: Logs,
}

/// The records of a topic's messages. Entries name the policy, form, audience and key, so each of these has a log
/// of its own.
pub struct Logs {
    /// Of the first form that leaves, and of messages that leave in none.
    pub(crate) first: RouteLog,
    /// Of the redacted form, if the clear one leaves too.
    redacted: Option<RouteLog>,
}

impl Logs {
    /// The log of a form.
    pub fn of(&self, form: Form) -> &RouteLog {
        match (form, &self.redacted) {
            (Form::Redacted, Some(log)) => log,
            (Form::Clear | Form::Redacted, _) => &self.first,
        }
    }

    /// All of them.
    pub fn each(&self) -> impl Iterator<Item = &RouteLog> {
        [&self.first].into_iter().chain(&self.redacted)
    }
}

impl<O: Outside> Outbound<O> {
    /// True for a topic whose images are redacted.
    pub fn redacts_images(&self) -> bool {
        self.protection.makers.images.is_some()
    }

    /// State of the image redactor, for diagnostics.
    pub fn redactor_state(&self) -> Option<String> {
        self.protection.makers.images.as_ref().and_then(ImageRedactor::state)
    }

    /// Renews the decision, if necessary: the next message is decided by the policy in force, at the present time,
    /// and sealed with the present keys.
    pub fn refresh_decision(&mut self, now: Time, elapsed: Duration) {
        let seconds = now.second();
        let trusted = self.clock.trusts(seconds);
        let live = self.live.current();
        let Some(policy) = live.as_ref() else {
            self.resolved = None;
            return;
        };
        let (generation, announced) = (self.keys.generation(), self.lanes.any());
        let mut since = elapsed;
        if let Some(resolved) = &mut self.resolved
            && Arc::ptr_eq(&resolved.policy, policy)
        {
            let Moment { unix_seconds, trusted: was_trusted, .. } = resolved.moment;
            let as_before = resolved.announced == announced;
            if as_before && (unix_seconds, was_trusted, resolved.generation) == (seconds, trusted, generation)
            {
                return;
            }
            resolved.moment = policy.moment(seconds, trusted);
            resolved.generation = generation;
            let audiences = audiences_at(&resolved.topic, resolved.moment, self.keys.as_ref());
            if as_before && resolved.audiences == audiences {
                return;
            }
            since = resolved.since;
        }
        let (topic, moment) = (self.admitted(policy), policy.moment(seconds, trusted));
        let audiences = audiences_at(&topic, moment, self.keys.as_ref());
        if let (Ok(topic), Some(form)) = (&topic, audiences.open()) {
            let data_class = topic.class().name().to_owned();
            self.lanes.describe(About { data_class, form, policy_version: policy.version() });
        }
        let logs = self.logs(topic.as_deref().ok(), audiences, moment, policy.version());
        self.resolved = Some(ResolvedPolicy {
            policy: Arc::clone(policy),
            since,
            topic,
            moment,
            generation,
            announced,
            audiences,
            logs,
        });
    }

    fn logs(&self, topic: Option<&TopicPolicy>, audiences: Audiences, moment: Moment, policy: u64) -> Logs {
        let audiences = if self.lanes.any() { audiences } else { Audiences::default() };
        let log = |exit| self.audit.route(self.info(topic, exit, moment, policy));
        let mut exits = audiences.each();
        Logs { first: log(exits.next()), redacted: exits.next().map(|exit| log(Some(exit))) }
    }

    /// The audit's description of a form's way out. A topic that is not declared any more counts as contextual.
    fn info(
        &self,
        topic: Option<&TopicPolicy>,
        exit: Option<(Form, Audience)>,
        moment: Moment,
        policy: u64,
    ) -> RouteInfo {
        let class = topic.map(TopicPolicy::class);
        let (form, audience, epoch) = match exit {
            None => ("none", "nobody".into(), 0),
            Some((form, Audience::Everyone)) => (form.name(), "everyone".into(), 0),
            Some((form, Audience::Group(group, key))) => {
                // Not the policy's members: the key shows which of them the keeper left out.
                let members = members(self.keys.as_ref(), &group, moment.unix_seconds, key);
                let audience = if members.is_empty() { "nobody".into() } else { members.join(" ") };
                (form.name(), audience, key.unwrap_or_default().into())
            }
        };
        RouteInfo {
            topic: self.topic.clone(),
            type_name: self.definition.name.clone(),
            class: class.map(|class| class.name().into()).unwrap_or_default(),
            contextual: class.is_none_or(|class| class.is_contextual()),
            form: form.into(),
            audience,
            policy,
            epoch,
            source: self.source.clone(),
        }
    }

    /// The topic as `policy` has it, if it still declares it with the type that this route was made for.
    fn admitted(&self, policy: &Policy) -> Result<Arc<TopicPolicy>, Denied> {
        let TypeDefinition { name, hash, .. } = &*self.definition;
        Ok(Arc::clone(admit(policy, &self.topic, name, hash)?))
    }
}

/// The audiences of a topic.
fn audiences_at(topic: &Result<Arc<TopicPolicy>, Denied>, moment: Moment, keys: &dyn Keys) -> Audiences {
    topic.as_ref().map(|topic| Audiences::of(topic, moment, keys)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
