//! Decides on commands and calls by the policy in force, and records each decision.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use discreet_audit::{Audit, Receipt, RouteInfo, RouteLog, Time, digest};
use discreet_cdr::Plan;
use discreet_cdr::types::description::Description;
use discreet_graph::Gid;
use discreet_host::clock::ClockFloor;
use discreet_policy::{Ingress, LivePolicy, Policy};
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{CommandContext, ContextDigest, Freshness, IngressKind, SenderKey};

use super::{
    Admitted, CommandKeys, IngressFacts, IngressState, IngressStats, Limits, Now, Rates, Refused, Rejected,
    Requirements, Senders,
};

/// The parts of an authorizer.
pub struct AuthorizerParts {
    /// The ingress's name inside.
    pub name: String,
    /// Command or call.
    pub kind: IngressKind,
    /// Its name outside, without the prefix of a single domain.
    pub outside: String,
    /// The outer domain.
    pub domain: u32,
    /// The type of command or service.
    pub type_name: String,
    /// Its hash.
    pub type_hash: String,
    /// The plan of the sealed message.
    pub plan: Plan,
    /// The definition of a command, for its limits.
    pub description: Option<Description>,
    /// Sequence state, shared by all ingress.
    pub freshness: Arc<Mutex<Freshness>>,
    /// Used rates, shared by all ingress.
    pub rates: Arc<Mutex<Rates>>,
    /// The start of the guard: the origin of the rates' clock.
    pub started: Instant,
    /// The policy in force.
    pub live: Arc<LivePolicy>,
    /// The record.
    pub audit: Arc<Audit>,
    /// The trust in the time of day.
    pub clock: Arc<ClockFloor>,
    /// The keys of commands and calls.
    pub command_keys: Arc<dyn CommandKeys>,
}

/// Decides on the messages that come through one ingress.
pub struct Authorizer {
    parts: AuthorizerParts,
    state: IngressState,
    compiled: Option<CompiledIngress>,
    senders: (Arc<Vec<PublicIdentity>>, Arc<Senders>),
}

/// One ingress as the policy in force declares it, compiled once.
struct CompiledIngress {
    policy: Arc<Policy>,
    ingress: Arc<Ingress>,
    requirements: Arc<Requirements>,
    /// By form and stakeholder.
    logs: BTreeMap<(&'static str, String), RouteLog>,
}

/// The audience of entries about messages of unknown senders.
const NOBODY: &str = "nobody";

impl Authorizer {
    /// Without a policy yet: nothing is decided.
    pub fn new(parts: AuthorizerParts) -> Authorizer {
        let state = IngressState::new(&parts.outside, Arc::clone(&parts.freshness), Arc::clone(&parts.rates));
        Authorizer { parts, state, compiled: None, senders: Default::default() }
    }

    /// The facts at this time: `now` for the policy and for stamps, `at` for leases and rates.
    pub fn facts(&mut self, now: Time, at: Instant) -> Result<IngressFacts, Refused> {
        let CompiledIngress { policy, ingress, requirements, .. } = self.compiled()?;
        let (policy, ingress, requirements) =
            (Arc::clone(policy), Arc::clone(ingress), Arc::clone(requirements));
        let seconds = now.second();
        let opener = self.parts.command_keys.opener(at, seconds).ok_or(Refused::NoKey)?;
        let moment = policy.moment(seconds, self.parts.clock.trusts(seconds));
        let unix_ns = u64::try_from(now.nanoseconds).unwrap_or_default();
        let now = Now { moment, unix_ns, elapsed: at.saturating_duration_since(self.parts.started) };
        Ok(IngressFacts { ingress, requirements, opener, senders: self.senders(), now })
    }

    /// Decides on a message of `publisher`.
    pub fn admit<'a, 's>(
        &mut self,
        facts: &'s IngressFacts,
        publisher: &Gid,
        sealed: &'a mut [u8],
    ) -> Result<Admitted<'a, 's>, Rejected> {
        self.state.admit(facts, publisher, sealed)
    }

    /// Records that something of this stakeholder goes in, or an answer out.
    pub fn record(
        &mut self,
        form: &'static str,
        who: &str,
        message: &[u8],
        now: Time,
    ) -> Result<Receipt, Rejected> {
        let not_recorded =
            || Rejected { reason: Refused::NotRecorded, sender: Some(who.into()), detail: String::new() };
        let log = self.log(form, who, now).ok_or_else(not_recorded)?;
        // It counts and names the denial itself.
        log.record_release(now, &digest(message), message.len()).map_err(|_| not_recorded())
    }

    /// Records something that the guard itself sends in for this stakeholder, whether or not others would be allowed to now.
    pub fn record_own(&mut self, form: &'static str, who: &str, message: &[u8], now: Time, at: Instant) {
        // Compiles the policy in force.
        let _allowed = self.facts(now, at);
        if self.record(form, who, message, now).is_err() {
            self.parts.audit.kept_out(now, &self.parts.outside, form);
        }
    }

    /// Records and counts a rejection.
    pub fn refuse(&mut self, stats: &IngressStats, rejected: Rejected, now: Time) {
        if rejected.reason != Refused::NotRecorded {
            let who = rejected.sender.clone().unwrap_or_else(|| NOBODY.into());
            match self.log(self.form(), &who, now) {
                Some(log) => log.record_denial(now, rejected.reason.label()),
                None => self.parts.audit.kept_out(now, &self.parts.outside, rejected.reason.label()),
            }
        }
        stats.refuse(rejected);
    }

    /// The audit's word for what goes in.
    pub fn form(&self) -> &'static str {
        self.parts.kind.name()
    }

    /// The key that answers are signed with.
    pub fn signer(&self) -> Option<Arc<SenderKey>> {
        self.parts.command_keys.signer()
    }

    /// Ends the records of this ingress.
    pub fn close(&mut self) {
        self.compiled = None;
    }

    fn compiled(&mut self) -> Result<&CompiledIngress, Refused> {
        let live = self.parts.live.current();
        let Some(policy) = live.as_ref() else {
            self.compiled = None;
            return Err(Refused::NoPolicy);
        };
        let known = self.compiled.take().filter(|known| Arc::ptr_eq(&known.policy, policy));
        let compiled = match known {
            Some(known) => known,
            None => self.parts.compile(policy)?,
        };
        Ok(self.compiled.insert(compiled))
    }

    fn senders(&mut self) -> Arc<Senders> {
        let stakeholders = self.parts.command_keys.stakeholders();
        if !Arc::ptr_eq(&stakeholders, &self.senders.0) {
            self.senders = (Arc::clone(&stakeholders), Arc::new(Senders::new(&stakeholders)));
        }
        Arc::clone(&self.senders.1)
    }

    /// The entries about one stakeholder, under the policy in force.
    fn log(&mut self, form: &'static str, who: &str, now: Time) -> Option<&RouteLog> {
        let epoch = self.parts.command_keys.key_id().map(u64::from).unwrap_or_default();
        let CompiledIngress { policy, ingress, logs, .. } = self.compiled.as_mut()?;
        let class = ingress.class();
        let log = logs.entry((form, who.to_owned())).or_insert_with(|| {
            let log = self.parts.audit.route(RouteInfo {
                topic: self.parts.outside.clone(),
                type_name: self.parts.type_name.clone(),
                class: class.name().into(),
                contextual: class.is_contextual(),
                form: form.into(),
                audience: who.into(),
                policy: policy.version(),
                epoch,
                source: self.parts.outside.clone(),
            });
            log.expect(now);
            log
        });
        Some(log)
    }
}

impl AuthorizerParts {
    /// The ingress as this policy declares it, if with the type that is served.
    fn compile(&self, policy: &Arc<Policy>) -> Result<CompiledIngress, Refused> {
        let is_it = |ingress: &&Arc<Ingress>| ingress.kind() == self.kind && ingress.name() == self.name;
        let found = policy.ingress().iter().find(is_it);
        let ingress =
            found.filter(|ingress| ingress.type_name() == self.type_name).ok_or(Refused::Undeclared)?;
        let limits = match &self.description {
            Some(description) => Limits::of(ingress, description),
            None => Ok(Limits::default()),
        };
        let limits = limits.map_err(|_| Refused::UnknownField)?;
        let (context, plan) = (self.context(policy), self.plan.clone());
        Ok(CompiledIngress {
            policy: Arc::clone(policy),
            ingress: Arc::clone(ingress),
            requirements: Arc::new(Requirements { context, plan, limits }),
            logs: BTreeMap::new(),
        })
    }

    fn context(&self, policy: &Policy) -> ContextDigest {
        let AuthorizerParts { name, kind, domain, type_name, type_hash, .. } = self;
        let robot = policy.robot();
        CommandContext { robot, domain: *domain, kind: *kind, name, type_name, type_hash }.digest()
    }
}
