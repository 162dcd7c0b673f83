//! The way out of an action's feedback or status: to each stakeholder about its own goals, and to everyone where the policy
//! allows that.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Instant;

use super::action::GoalPart;
use super::redact::redact;
use super::{OpenIngress, UNDER_WAY, wake};
use crate::slot::{Slot, Taken};
use crate::workers::{ReadyQueue, Serve, Turn};
use crate::{Node, Publisher, RosError, SerializedMessage, Subscription, TypeSupport};
use discreet_audit::{Receipt, Time};
use discreet_cdr::Plan;
use discreet_cdr::types::TypeDefinition;
use discreet_graph::Participant;
use discreet_graph::qos::Qos;
use discreet_guard::actions::id_of;
use discreet_guard::ingress::{Authorizer, IngressFacts, IngressStats, Refused, Rejected};
use discreet_guard::stats::Losses;
use discreet_policy::{ActionPart, Form, Verdict};
use discreet_redact::{MessageRedactor, Recipient};
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{SEALED_TYPE, notice_topic, seal_notice};

/// Messages handled in one go before other tasks have their turn.
const BATCH: usize = 16;
/// Feedback that waits in the middleware's queue.
const QUEUE: usize = 100;
/// Notices that a reader which joins late may still get.
const KEPT: usize = 32;
/// The audience of open messages in the audit.
const EVERYONE: &str = "everyone";

/// An action's feedback or status.
pub struct NoticeRoute {
    stats: IngressStats,
    turn: Turn,
    path: Slot<NoticePath>,
    /// Set at the end: nothing leaves any more.
    ended: AtomicBool,
    queue: Arc<ReadyQueue>,
}

struct NoticePath {
    input: Option<Subscription>,
    sealed: Publisher,
    open: Option<Publisher>,
    outer: Arc<Node>,
    /// Its name on the outer domain when it is open to everyone, and its type.
    outside: (String, String),
    message: SerializedMessage,
    losses: Losses,
    plan: Plan,
    texts: MessageRedactor,
    authorizer: Authorizer,
    goals: GoalPart,
    /// The stamp of the last notice.
    stamp: u64,
}

/// A message for one stakeholder.
struct Own {
    to: PublicIdentity,
    cdr: Vec<u8>,
}

impl NoticeRoute {
    /// Takes `name` inside; `outside` is its name there when it is open to everyone.
    pub fn open(
        authorizer: Authorizer,
        (texts, goals): (MessageRedactor, GoalPart),
        (inner, outer): (&Arc<Node>, &Arc<Node>),
        (name, outside): (&str, &str),
        definition: &TypeDefinition,
        queue: &Arc<ReadyQueue>,
    ) -> Result<Arc<NoticeRoute>, RosError> {
        let (part, qos) = (goals.part, qos(goals.part));
        let sealed = TypeSupport::load(SEALED_TYPE)?;
        // Latched: a reader that joins at this moment gets the status that has just changed. It refuses old ones.
        let notices = Qos { latched: true, depth: KEPT, ..Qos::default() };
        let action = Arc::clone(&goals.action);
        let route = Arc::new(NoticeRoute {
            stats: IngressStats::default(),
            turn: Turn::default(),
            ended: AtomicBool::new(false),
            queue: Arc::clone(queue),
            path: Slot::new(NoticePath {
                input: None,
                sealed: Publisher::new(outer, &notice_topic(outside), &sealed, notices)?,
                open: None,
                outer: Arc::clone(outer),
                outside: (outside.into(), definition.name.clone()),
                message: SerializedMessage::new(),
                losses: Losses::default(),
                plan: definition.plan.clone(),
                texts,
                authorizer,
                goals,
                stamp: 0,
            }),
        });
        let on_message = wake(Arc::downgrade(&route), Arc::clone(queue));
        let input = Subscription::new(inner, name, &TypeSupport::load(&definition.name)?, qos, on_message)?;
        if part == ActionPart::Feedback {
            action.set_feedback(&route);
        }
        route.path.with(|path| path.input = Some(input));
        Ok(route)
    }

    /// Passes the messages that have come, at most those that the middleware's queue holds. Waits for the worker that is
    /// at it, for a while.
    pub fn pass_waiting(self: &Arc<Self>) {
        if let Some(path) = self.path.take_within(UNDER_WAY).as_mut().and_then(Taken::get) {
            let _more = self.pass_some(path, QUEUE);
        }
        // A worker that found the path taken has left its message.
        self.queue.push(Arc::clone(self) as Arc<dyn Serve>);
    }

    /// Passes at most so many messages; true if there may be more.
    fn pass_some(&self, path: &mut NoticePath, most: usize) -> bool {
        for _ in 0..most {
            if self.ended.load(SeqCst) {
                path.end();
                return false;
            }
            let NoticePath { input: Some(input), message, .. } = &mut *path else { return false };
            match input.take(message) {
                Ok(Some(info)) => {
                    let lost = path.losses.lost_before(&info.gid, info.sequence);
                    self.stats.lost.fetch_add(lost, Relaxed);
                    path.losses.remember(&info.gid, info.sequence);
                    path.pass(&self.stats);
                }
                Ok(None) | Err(_) => return false,
            }
        }
        true
    }
}

/// The quality of service of an action's topic, as rcl_action offers it.
fn qos(part: ActionPart) -> Qos {
    match part {
        ActionPart::Status => Qos { latched: true, depth: 1, ..Qos::default() },
        _ => Qos { depth: QUEUE, ..Qos::default() },
    }
}

impl Serve for NoticeRoute {
    fn serve(&self) -> bool {
        let mut taken = self.path.take();
        let Some(path) = taken.as_mut().and_then(Taken::get) else { return false };
        path.attend();
        self.pass_some(path, BATCH)
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}

impl NoticePath {
    /// Notes whether the robot's publisher is connected, and ends the open topic with the right of everyone: late joiners
    /// would still get the last status.
    fn attend(&mut self) {
        let is_heard = self.input.as_ref().is_some_and(|input| input.publisher_count() > 0);
        self.goals.goals().set_heard(self.goals.part, is_heard);
        if self.open.is_some() {
            let facts = self.authorizer.facts(Time::system(), Instant::now());
            let is_open = |facts: IngressFacts| {
                matches!(facts.ingress.everyone(facts.now.moment), Verdict::Allow { .. })
            };
            if !facts.is_ok_and(is_open) {
                self.open = None;
            }
        }
    }

    fn end(&mut self) {
        self.goals.goals().set_heard(self.goals.part, false);
        self.input = None;
        self.open = None;
        self.authorizer.close();
    }

    /// Passes the message that was taken to those who may have it.
    fn pass(&mut self, stats: &IngressStats) {
        let now = Time::system();
        let end = self.plan.check(self.message.as_bytes()).map(|walk| walk.end());
        let cdr = match end {
            Ok(end) => self.message.as_bytes().get(..end).unwrap_or_default().to_vec(),
            Err(why) => {
                let rejected = Rejected { detail: why.to_string(), ..Refused::BadResponse.into() };
                return self.authorizer.refuse(stats, rejected, now);
            }
        };
        let owns = self.apart(&cdr);
        let facts = match self.authorizer.facts(now, Instant::now()) {
            Ok(facts) => facts,
            // Nobody waits for it.
            Err(_) if owns.is_empty() => return,
            Err(reason) => return self.authorizer.refuse(stats, reason.into(), now),
        };
        if let Verdict::Allow { form, .. } = facts.ingress.everyone(facts.now.moment) {
            let released = self.release(&facts, form, &cdr, now);
            self.count(released, stats, now);
        }
        for own in owns {
            let told = self.tell(&facts, &own, now);
            self.count(told, stats, now);
        }
    }

    /// The parts of the message for each stakeholder with goals in it, under the ids outside.
    fn apart(&self, cdr: &[u8]) -> Vec<Own> {
        let mut goals = self.goals.goals();
        if self.goals.part == ActionPart::Status {
            let parts = goals.statuses(cdr, self.goals.now()).unwrap_or_default();
            return parts.into_iter().map(|part| Own { to: part.owner, cdr: part.message }).collect();
        }
        let mut cdr = cdr.to_vec();
        let Some(id) = id_of(&mut cdr) else { return Vec::new() };
        let Some(goal) = goals.get(id) else { return Vec::new() };
        let to = goal.owner.clone();
        *id = goal.outer;
        vec![Own { to, cdr }]
    }

    fn tell(&mut self, facts: &IngressFacts, own: &Own, now: Time) -> Result<(), Rejected> {
        let NoticePath { sealed, texts, authorizer, stamp, .. } = self;
        let name = own.to.name.as_str();
        let rejected = |reason, detail| Rejected { reason, sender: Some(name.into()), detail };
        let rules = facts.still_allows(&own.to).map_err(|reason| rejected(reason, String::new()))?;
        let redacted = redact(texts, rules.as_ref(), Recipient::Named(name), &own.cdr);
        let cdr = redacted.map_err(|(reason, detail)| rejected(reason, detail))?;
        let form = if rules.is_some() { Form::Redacted } else { Form::Clear };
        let signer = authorizer.signer().ok_or_else(|| rejected(Refused::NoKey, String::new()))?;
        let _receipt = authorizer.record(form.name(), name, cdr, now)?;
        let wall = u64::try_from(now.nanoseconds).unwrap_or_default();
        *stamp = wall.max(stamp.saturating_add(1));
        let notice = seal_notice(&signer, &own.to, facts.context(), (facts.opener.id(), *stamp), cdr);
        let notice = notice.map_err(|why| rejected(Refused::NotForwarded, why.to_string()))?;
        let published = sealed.publish(&notice);
        published.map(drop).map_err(|error| rejected(Refused::NotForwarded, error.to_string()))
    }

    fn release(&mut self, facts: &IngressFacts, form: Form, cdr: &[u8], now: Time) -> Result<(), Rejected> {
        let rejected = |reason: Refused, detail| Rejected { reason, sender: None, detail };
        let rules = match form {
            Form::Clear => None,
            Form::Redacted => {
                let rules = facts.ingress.text_rules();
                Some(rules.cloned().ok_or_else(|| rejected(Refused::UnknownField, String::new()))?)
            }
        };
        if self.open.is_none() {
            let (topic, type_name) = &self.outside;
            let types = TypeSupport::load(type_name);
            let made =
                types.and_then(|types| Publisher::new(&self.outer, topic, &types, qos(self.goals.part)));
            self.open = Some(made.map_err(|error| rejected(Refused::NotForwarded, error.to_string()))?);
        }
        let NoticePath { open: Some(open), texts, authorizer, .. } = self else { return Ok(()) };
        let redacted = redact(texts, rules.as_ref(), Recipient::Everyone, cdr);
        let cdr = redacted.map_err(|(reason, detail)| rejected(reason, detail))?;
        let receipt = authorizer.record(form.name(), EVERYONE, cdr, now)?;
        publish(open, cdr, receipt).map_err(|error| rejected(Refused::NotForwarded, error.to_string()))
    }

    fn count(&mut self, outcome: Result<(), Rejected>, stats: &IngressStats, now: Time) {
        match outcome {
            Ok(()) => drop(stats.accepted.fetch_add(1, Relaxed)),
            Err(rejected) => self.authorizer.refuse(stats, rejected, now),
        }
    }
}

/// Publishes a message in the open. The receipt proves that it is recorded.
fn publish(open: &Publisher, cdr: &[u8], _receipt: Receipt) -> Result<(), RosError> {
    open.publish(cdr).map(drop)
}

impl OpenIngress for NoticeRoute {
    fn stats(&self) -> &IngressStats {
        &self.stats
    }

    fn close(&self) {
        self.ended.store(true, SeqCst);
        if let Some(path) = self.path.take_within(UNDER_WAY).as_mut().and_then(Taken::get) {
            path.end();
        }
    }

    fn participant(&self) -> Option<Participant> {
        None
    }

    fn into_serve(self: Arc<Self>) -> Arc<dyn Serve> {
        self
    }
}
