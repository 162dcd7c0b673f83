//! Keeps the ingress as the policy wants them: the only way by which anything from outside is published inside.

mod action;
mod command;
mod notice;
mod parameters;
mod redact;
mod service;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::shared::Shared;
use super::wake::wake;
use super::workers::{ReadyQueue, Serve};
use super::{Node, RosError};
use discreet_audit::Time;
use discreet_cdr::types::{Definitions, ServiceDefinition, TypeDefinition};
use discreet_graph::Participant;
use discreet_guard::actions::Goals;
use discreet_guard::ingress::{Authorizer, AuthorizerParts, IngressStats, Limits, Rates, Refused};
use discreet_host::sync::lock;
use discreet_policy::{ActionPart, Ingress, Policy};
use discreet_redact::MessageRedactor;
use discreet_seal::{CALL_TYPE, Freshness, IngressKind};

use action::{Action, GoalPart};
use command::CommandIngress;
use notice::NoticeRoute;
use service::ServiceIngress;

/// The longest time that an ingress waits, when it closes, for a message that is being decided on.
const UNDER_WAY: Duration = Duration::from_millis(200);

/// The parts that ingress are made with.
pub struct IngressParts {
    /// The node inside.
    pub inner: Arc<Node>,
    /// The node outside.
    pub outer: Arc<Node>,
    /// The prefix of outer names when there is only one domain.
    pub prefix: &'static str,
    /// The workers of operational ingress.
    pub operational: Arc<ReadyQueue>,
    /// The workers of the others.
    pub contextual: Arc<ReadyQueue>,
    /// The parts that all ingress share.
    pub shared: Shared,
}

/// All ingress.
pub struct IngressPoints {
    parts: IngressParts,
    /// Sequence state, as old as the guard.
    freshness: Arc<Mutex<Freshness>>,
    /// Used rates, as old as the guard.
    rates: Arc<Mutex<Rates>>,
    started: Instant,
    /// Actions by their names, as old as the guard.
    actions: BTreeMap<String, Arc<Action>>,
    /// By the name outside.
    active: BTreeMap<String, Active>,
    refusals: BTreeMap<String, (Refused, String)>,
    /// Refusals that the audit has already.
    entered: BTreeSet<(String, Refused)>,
}

struct Active {
    opened: Arc<dyn OpenIngress>,
    spec: Spec,
    queue: Arc<ReadyQueue>,
}

/// The properties that an ingress was made for. If they change, it is made again.
#[derive(Clone, PartialEq, Eq)]
struct Spec {
    type_name: String,
    type_hash: String,
    contextual: bool,
}

/// The type of an ingress.
enum Definition {
    Command(Arc<TypeDefinition>),
    Service(Arc<ServiceDefinition>),
    /// An action's feedback or status.
    Notice(Arc<TypeDefinition>),
}

/// An ingress that is open.
trait OpenIngress: Serve {
    fn stats(&self) -> &IngressStats;
    /// Disconnects from both domains.
    fn close(&self);
    /// The endpoints that publish inside.
    fn participant(&self) -> Option<Participant>;
    fn into_serve(self: Arc<Self>) -> Arc<dyn Serve>;
}

/// An ingress as diagnostics shows it.
pub struct IngressStatus {
    /// Its name outside.
    pub name: String,
    /// Commands published inside, or calls answered.
    pub accepted: u64,
    /// Commands that were sent and never arrived.
    pub lost: u64,
    /// Rejections, with their counts.
    pub refused: Vec<(Refused, u64)>,
    /// The last rejection, in words.
    pub last: Option<String>,
    /// The reason for which it is not open.
    pub closed: Option<(Refused, String)>,
}

impl IngressPoints {
    /// Without an ingress yet.
    pub fn new(parts: IngressParts) -> IngressPoints {
        IngressPoints {
            parts,
            freshness: Arc::default(),
            rates: Arc::default(),
            started: Instant::now(),
            actions: BTreeMap::new(),
            active: BTreeMap::new(),
            refusals: BTreeMap::new(),
            entered: BTreeSet::new(),
        }
    }

    /// Opens, changes and closes ingress until they are as the policy wants them, and has each of them time out
    /// calls that have waited for too long.
    pub fn reconcile(&mut self, policy: Option<&Policy>) {
        let declared = policy.map(Policy::ingress).unwrap_or_default();
        let names: BTreeSet<String> = declared.iter().map(|ingress| ingress.outside()).collect();
        for goals in [true, false] {
            // No goal comes in behind the last cancel.
            self.active.retain(|name, active| {
                let stays = names.contains(name) || takes_goals(name) != goals;
                if !stays {
                    active.opened.close();
                }
                stays
            });
        }
        let mut refusals = BTreeMap::new();
        for ingress in declared {
            if let Err(refusal) = self.open_or_keep(ingress) {
                refusals.insert(ingress.outside(), refusal);
            }
        }
        self.enter(refusals);
    }

    /// State of every ingress, for diagnostics: the name outside, the counters, and the reason for which it is
    /// closed.
    pub fn status(&self) -> Vec<IngressStatus> {
        let names: BTreeSet<&String> = self.active.keys().chain(self.refusals.keys()).collect();
        let status = |name: &String| {
            let stats = self.active.get(name).map(|active| active.opened.stats());
            IngressStatus {
                name: name.clone(),
                accepted: stats.map_or(0, |stats| stats.accepted.load(Relaxed)),
                lost: stats.map_or(0, |stats| stats.lost.load(Relaxed)),
                refused: stats.map(|stats| stats.refused().collect()).unwrap_or_default(),
                last: stats.and_then(IngressStats::last),
                closed: self.refusals.get(name).cloned(),
            }
        };
        names.into_iter().map(status).collect()
    }

    /// The guard's participant on the inner domain, once there is one.
    pub fn participant(&self) -> Option<Participant> {
        self.active.values().find_map(|active| active.opened.participant())
    }

    /// Closes all.
    pub fn close(&mut self) {
        let active = std::mem::take(&mut self.active);
        // No goal comes in behind the last cancel.
        let (first, rest): (Vec<_>, Vec<_>) = active.iter().partition(|(name, _)| takes_goals(name));
        first.into_iter().chain(rest).for_each(|(_, active)| active.opened.close());
    }

    fn open_or_keep(&mut self, ingress: &Ingress) -> Result<(), (Refused, String)> {
        let name = ingress.outside();
        let _follows_the_policy = self.goal_part(ingress);
        let found = definition_of(&self.parts.shared.types, ingress);
        let ready = found.map_err(|why| (Refused::TypeNotInstalled, why)).and_then(|definition| {
            definition.fits(ingress).map_err(|why| (Refused::UnknownField, why))?;
            Ok(definition)
        });
        let definition = match ready {
            Ok(definition) => definition,
            Err(refusal) => {
                self.shut(&name);
                return Err(refusal);
            }
        };
        let type_hash = definition.hash().to_owned();
        let contextual = ingress.class().is_contextual();
        let spec = Spec { type_name: ingress.type_name().into(), type_hash, contextual };
        if let Some(active) = self.active.get(&name).filter(|active| active.spec == spec) {
            active.queue.push(Arc::clone(&active.opened).into_serve());
            return Ok(());
        }
        self.shut(&name);
        let queue = if contextual { &self.parts.contextual } else { &self.parts.operational };
        let queue = Arc::clone(queue);
        let opened = self
            .open(ingress, &spec, definition, &queue)
            .map_err(|error| (Refused::NotOpened, error.to_string()))?;
        queue.push(Arc::clone(&opened).into_serve());
        self.active.insert(name, Active { opened, spec, queue });
        Ok(())
    }

    fn open(
        &mut self,
        ingress: &Ingress,
        spec: &Spec,
        definition: Definition,
        queue: &Arc<ReadyQueue>,
    ) -> Result<Arc<dyn OpenIngress>, RosError> {
        let goals = self.goal_part(ingress);
        let parts = &self.parts;
        let outside = format!("{}{}", parts.prefix, ingress.outside());
        let (plan, description) = match &definition {
            Definition::Command(message) => (message.plan.clone(), Some(message.description.clone())),
            Definition::Service(service) => {
                (service.request.plan.clone(), Some(service.request.description.clone()))
            }
            Definition::Notice(message) => (message.plan.clone(), None),
        };
        let authorizer = Authorizer::new(AuthorizerParts {
            name: ingress.name().into(),
            kind: ingress.kind(),
            outside: ingress.outside(),
            domain: u32::try_from(parts.outer.domain_id()).unwrap_or(u32::MAX),
            type_name: spec.type_name.clone(),
            type_hash: spec.type_hash.clone(),
            plan,
            description,
            freshness: Arc::clone(&self.freshness),
            rates: Arc::clone(&self.rates),
            started: self.started,
            live: Arc::clone(&parts.shared.live),
            audit: Arc::clone(&parts.shared.audit),
            clock: Arc::clone(&parts.shared.clock),
            command_keys: Arc::clone(&parts.shared.command_keys),
        });
        let (inner, outer, name) = (&parts.inner, &parts.outer, ingress.name());
        match definition {
            Definition::Command(_) => {
                CommandIngress::open(authorizer, inner, outer, name, &outside, &spec.type_name, queue)
                    .map(|opened| opened as _)
            }
            Definition::Service(service) => {
                let call = parts
                    .shared
                    .types
                    .service(CALL_TYPE)
                    .map_err(|message| RosError::TypeSupport { type_name: CALL_TYPE.into(), message })?;
                let texts =
                    MessageRedactor::new(service.response.plan.clone(), Arc::clone(&parts.shared.rosters));
                ServiceIngress::open(
                    authorizer,
                    (texts, goals),
                    (inner, outer),
                    (name, &outside),
                    &service,
                    &call,
                    queue,
                )
                .map(|opened| opened as _)
            }
            Definition::Notice(message) => {
                let goals = goals.ok_or(RosError::NotAnnounced)?;
                let texts = MessageRedactor::new(message.plan.clone(), Arc::clone(&parts.shared.rosters));
                let outside = format!("{}{name}", parts.prefix);
                NoticeRoute::open(
                    authorizer,
                    (texts, goals),
                    (inner, outer),
                    (name, &outside),
                    &message,
                    queue,
                )
                .map(|opened| opened as _)
            }
        }
    }

    /// The goals that the parts of an action share.
    fn goal_part(&mut self, ingress: &Ingress) -> Option<GoalPart> {
        let (part, action, on_end) = (ingress.part()?, ingress.action()?, ingress.on_end());
        let new = || Arc::new(Action::new(Goals::new(action, on_end)));
        let action = Arc::clone(self.actions.entry(action.to_owned()).or_insert_with(new));
        lock(&action.goals).set_on_end(on_end);
        Some(GoalPart { part, action, started: self.started, checked: None })
    }

    fn shut(&mut self, name: &str) {
        if let Some(active) = self.active.remove(name) {
            active.opened.close();
        }
    }

    /// Enters new refusals into the audit.
    fn enter(&mut self, refusals: BTreeMap<String, (Refused, String)>) {
        let now = refusals.iter().map(|(name, (reason, _))| (name.clone(), *reason)).collect();
        let before = std::mem::replace(&mut self.entered, now);
        for (name, reason) in self.entered.difference(&before) {
            self.parts.shared.audit.kept_out(Time::system(), name, reason.label());
        }
        self.refusals = refusals;
    }
}

/// Is this, by its name outside, the service of an action that takes goals?
fn takes_goals(outside: &str) -> bool {
    let name = outside.strip_suffix("/call").unwrap_or_default();
    ActionPart::split(name).is_some_and(|(_, part)| part == ActionPart::SendGoal)
}

/// The installed definition of an ingress's type.
fn definition_of(types: &Definitions, ingress: &Ingress) -> Result<Definition, String> {
    let is_service = ingress.part().is_none_or(ActionPart::is_service);
    match ingress.kind() {
        IngressKind::Call if is_service => types.service(ingress.type_name()).map(Definition::Service),
        IngressKind::Call => types.message(ingress.type_name()).map(Definition::Notice),
        IngressKind::Command => types.message(ingress.type_name()).map(Definition::Command),
    }
}

impl Definition {
    fn hash(&self) -> &str {
        match self {
            Definition::Command(message) | Definition::Notice(message) => &message.hash,
            Definition::Service(service) => &service.hash,
        }
    }

    /// Checks that the fields that the policy limits or hides are fields of the type.
    fn fits(&self, ingress: &Ingress) -> Result<(), String> {
        let (limited, told) = match self {
            Definition::Command(message) => (Some(&message.description), None),
            Definition::Service(service) => {
                (Some(&service.request.description), Some(&service.response.plan))
            }
            Definition::Notice(message) => (None, Some(&message.plan)),
        };
        if let Some(description) = limited {
            Limits::of(ingress, description).map_err(|why| why.to_string())?;
        }
        let idle = ingress.text_rules().zip(told).map(|(rules, plan)| rules.idle(plan.strings()));
        match idle.unwrap_or_default().first() {
            Some(field) => Err(format!("`{field}`, which the policy hides, is not text of {}", self.told())),
            None => Ok(()),
        }
    }

    /// The message that is redacted, in words.
    fn told(&self) -> &'static str {
        match self {
            Definition::Service(_) => "the answer",
            Definition::Command(_) | Definition::Notice(_) => "the message",
        }
    }
}
