//! Decides by the policy in force, and keeps the record of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use discreet_audit::{Audit, Receipt, RouteInfo, RouteLog, Time, digest};
use discreet_cdr::Plan;
use discreet_cdr::types::description::Description;
use discreet_graph::Gid;
use discreet_guard::ingress::{
    Admitted, CommandKeys, IngressFacts, IngressState, IngressStats, Limits, Now, Rates, Refused, Rejected,
    Requirements, Senders, allowed,
};
use discreet_host::clock::ClockFloor;
use discreet_policy::{Form, Ingress, LivePolicy, Policy, Verb};
use discreet_redact::TextRules;
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{CommandContext, CommandOpener, ContextDigest, Entry, Freshness, SenderKey};

/// What a judge is made of.
pub struct JudgeParts {
    /// The ingress's name inside.
    pub name: String,
    /// Command or call.
    pub action: Verb,
    /// Its name outside, without the prefix of a single domain.
    pub outside: String,
    /// The outer domain.
    pub domain: u32,
    /// The type of command or service.
    pub type_name: String,
    /// Its hash.
    pub type_hash: String,
    /// The walk over what was sealed.
    pub plan: Plan,
    /// The fields of a command, for its limits.
    pub description: Option<Description>,
    /// What was there before, at any ingress.
    pub freshness: Arc<Mutex<Freshness>>,
    /// What senders have used of their rates, at any ingress.
    pub rates: Arc<Mutex<Rates>>,
    /// When the guard began: the clock of the rates.
    pub started: Instant,
    /// The policy in force.
    pub live: Arc<LivePolicy>,
    /// Where everything is recorded.
    pub audit: Arc<Audit>,
    /// Whether the time can be relied on.
    pub clock: Arc<ClockFloor>,
    /// Keys for what comes in.
    pub command_keys: Arc<dyn CommandKeys>,
}

/// Decides on what comes through one ingress.
pub struct Judge {
    parts: JudgeParts,
    door: IngressState,
    ruling: Option<Ruling>,
    senders: (Arc<Vec<PublicIdentity>>, Arc<Senders>),
}

/// What the policy in force says, compiled once.
struct Ruling {
    policy: Arc<Policy>,
    at: usize,
    requirements: Arc<Requirements>,
    logs: BTreeMap<(&'static str, String), RouteLog>,
}

/// Whose entries these are when nobody knows who it was.
const NOBODY: &str = "nobody";

/// What a decision was made with, for what follows from it.
pub struct Bench {
    policy: Arc<Policy>,
    action: Verb,
    at: usize,
    requirements: Arc<Requirements>,
    opener: Arc<CommandOpener>,
    senders: Arc<Senders>,
    now: Now,
}

impl Judge {
    pub fn new(parts: JudgeParts) -> Judge {
        let door = IngressState::new(&parts.outside, Arc::clone(&parts.freshness), Arc::clone(&parts.rates));
        Judge { parts, door, ruling: None, senders: Default::default() }
    }

    /// What to decide by now.
    pub fn bench(&mut self, now: Time) -> Result<Bench, Refused> {
        let (policy, at, requirements) = self.ruling()?;
        let seconds = now.second();
        let opener = self.parts.command_keys.opener(Instant::now(), seconds).ok_or(Refused::NoKey)?;
        let moment = policy.moment(seconds, self.parts.clock.trusts(seconds));
        let unix_ns = u64::try_from(now.nanoseconds).unwrap_or_default();
        let now = Now { moment, unix_ns, elapsed: self.parts.started.elapsed() };
        Ok(Bench {
            policy,
            action: self.parts.action,
            at,
            requirements,
            opener,
            senders: self.senders(),
            now,
        })
    }

    /// Decides on what `publisher` sent.
    pub fn admit<'a, 's>(
        &mut self,
        bench: &'s Bench,
        publisher: &Gid,
        sealed: &'a mut [u8],
    ) -> Result<Admitted<'a, 's>, Rejected> {
        self.door.admit(&bench.case().ok_or(Refused::Undeclared)?, publisher, sealed)
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

    /// Records and counts that something was turned away.
    pub fn refuse(&mut self, stats: &IngressStats, turned: Rejected, now: Time) {
        if turned.reason != Refused::NotRecorded {
            let who = turned.sender.clone().unwrap_or_else(|| NOBODY.into());
            match self.log(self.form(), &who, now) {
                Some(log) => log.record_denial(now, turned.reason.label()),
                None => self.parts.audit.kept_out(now, &self.parts.outside, turned.reason.label()),
            }
        }
        stats.refuse(turned);
    }

    /// How the audit calls what goes in.
    pub fn form(&self) -> &'static str {
        match self.parts.action {
            Verb::Call => "call",
            Verb::Command | Verb::Read => "command",
        }
    }

    /// What answers are signed with.
    pub fn signer(&self) -> Option<Arc<SenderKey>> {
        self.parts.command_keys.signer()
    }

    /// Ends what the audit knows of this ingress.
    pub fn close(&mut self) {
        self.ruling = None;
    }

    fn ruling(&mut self) -> Result<(Arc<Policy>, usize, Arc<Requirements>), Refused> {
        let live = self.parts.live.current();
        let Some(policy) = live.as_ref() else {
            self.ruling = None;
            return Err(Refused::NoPolicy);
        };
        if let Some(Ruling { policy: known, at, requirements, .. }) = &self.ruling
            && Arc::ptr_eq(known, policy)
        {
            return Ok((Arc::clone(known), *at, Arc::clone(requirements)));
        }
        self.ruling = None;
        let JudgeParts { name, type_name, plan, description, .. } = &self.parts;
        let declared = declared(policy, self.parts.action);
        let found = declared.iter().enumerate().find(|(_, ingress)| ingress.name() == name);
        let same_type = found.filter(|(_, ingress)| ingress.type_name() == type_name);
        let (at, ingress) = same_type.ok_or(Refused::Undeclared)?;
        let limits = match description {
            Some(description) => Limits::compile(description, ingress.limits()),
            None => Ok(Limits::default()),
        };
        let limits = limits.map_err(|_| Refused::UnknownField)?;
        let requirements =
            Arc::new(Requirements { context: self.context(policy), plan: plan.clone(), limits });
        let (policy, logs) = (Arc::clone(policy), BTreeMap::new());
        self.ruling =
            Some(Ruling { policy: Arc::clone(&policy), at, requirements: Arc::clone(&requirements), logs });
        Ok((policy, at, requirements))
    }

    fn context(&self, policy: &Policy) -> ContextDigest {
        let JudgeParts { name, domain, type_name, type_hash, .. } = &self.parts;
        let entry = match self.parts.action {
            Verb::Call => Entry::Call,
            Verb::Command | Verb::Read => Entry::Command,
        };
        CommandContext { robot: policy.robot(), domain: *domain, entry, name, type_name, type_hash }.digest()
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
        let Ruling { policy, at, logs, .. } = self.ruling.as_mut()?;
        let class = declared(policy, self.parts.action).get(*at)?.class();
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

impl Bench {
    fn case(&self) -> Option<IngressFacts<'_>> {
        let Bench { policy, action, at, requirements, opener, senders, now } = self;
        let ingress = declared(policy, *action).get(*at)?;
        Some(IngressFacts { ingress, requirements, opener, senders, now: *now })
    }

    /// What commands and calls are bound to.
    pub fn context(&self) -> &ContextDigest {
        &self.requirements.context
    }

    /// Whether this stakeholder, who was admitted before, still may have an answer, and how it is redacted, if it is.
    pub fn still_allows(&self, who: &PublicIdentity) -> Result<Option<Arc<TextRules>>, Refused> {
        if !self.senders.has(who) {
            return Err(Refused::UnknownSender);
        }
        let ingress = self.case().ok_or(Refused::Undeclared)?.ingress;
        match allowed(ingress, &who.name, self.now.moment)? {
            Form::Clear => Ok(None),
            Form::Redacted => ingress.text_rules().cloned().map(Some).ok_or(Refused::UnknownField),
        }
    }
}

fn declared(policy: &Policy, action: Verb) -> &[Ingress] {
    match action {
        Verb::Call => policy.services(),
        Verb::Command | Verb::Read => policy.commands(),
    }
}
