//! The way in of one service's requests, and the way out of its answers. An action's three services go this way too.

mod ends;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::{Duration, Instant};

use ends::{Ends, offer};

use super::action::{About, Answered, GoalPart, Request};
use super::parameters;
use super::redact::redact;
use super::{OpenIngress, UNDER_WAY, wake};
use crate::slot::{Slot, Taken};
use crate::workers::{ReadyQueue, Serve, Turn};
use crate::{Client, Node, RequestId, RosError, SerializedMessage, ServiceSupport};
use discreet_audit::Time;
use discreet_cdr::Plan;
use discreet_cdr::types::ServiceDefinition;
use discreet_graph::Participant;
use discreet_guard::ingress::{Authorizer, IngressStats, Refused, Rejected};
use discreet_policy::{ActionPart, ParameterService};
use discreet_redact::{MessageRedactor, Recipient};
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{CallAnswer, Ticket, seal_response, write_call_answer};

/// Requests and responses handled in one go before other tasks have their turn.
const BATCH: usize = 16;
/// A message that the middleware cannot read is lost silently, and the ones behind it are still there: this many
/// empty takes in a row are tried. The depth of its queue.
const EMPTY: usize = 10;
/// Calls under way: in all, and of one stakeholder.
const MAX_CALLS: usize = 16;
const MAX_OF_ONE: usize = 4;
/// The longest time that the robot may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A service inside that is called from outside.
pub struct ServiceIngress {
    stats: IngressStats,
    turn: Turn,
    path: Slot<CallPath>,
    /// Set at the end: nothing goes in any more.
    ended: AtomicBool,
}

struct CallPath {
    ends: Option<Ends>,
    calls: BTreeMap<i64, Call>,
    message: SerializedMessage,
    response: Plan,
    texts: MessageRedactor,
    authorizer: Authorizer,
    /// Of an action's service.
    goals: Option<GoalPart>,
    /// Offered only while the robot offers it.
    follows: bool,
}

/// A call that the robot has not answered yet.
struct Call {
    id: RequestId,
    ticket: Ticket,
    caller: PublicIdentity,
    /// None of a request for a result: a goal may take hours.
    until: Option<Instant>,
    about: About,
}

impl ServiceIngress {
    /// Offers `outside`, and calls `name` inside.
    pub fn open(
        authorizer: Authorizer,
        (texts, goals): (MessageRedactor, Option<GoalPart>),
        (inner, outer): (&Arc<Node>, &Arc<Node>),
        (name, outside): (&str, &str),
        service: &ServiceDefinition,
        call: &ServiceDefinition,
        queue: &Arc<ReadyQueue>,
    ) -> Result<Arc<ServiceIngress>, RosError> {
        let of_parameters = ParameterService::ALL.into_iter().any(|one| one.type_name() == service.name);
        let follows = of_parameters || goals.is_some();
        let ingress = Arc::new(ServiceIngress {
            stats: IngressStats::default(),
            turn: Turn::default(),
            ended: AtomicBool::new(false),
            path: Slot::new(CallPath {
                ends: None,
                calls: BTreeMap::new(),
                message: SerializedMessage::new(),
                response: service.response.plan.clone(),
                texts,
                authorizer,
                goals,
                follows,
            }),
        });
        let wakes = || wake(Arc::downgrade(&ingress), Arc::clone(queue));
        let client = Client::new(inner, name, &ServiceSupport::load(service)?, wakes())?;
        let offer = offer(outer, outside, ServiceSupport::load(call)?, &ingress, queue);
        let server = if follows { None } else { Some(offer()?) };
        ingress.path.with(|path| path.ends = Some(Ends { server, client, offer }));
        Ok(ingress)
    }
}

impl Serve for ServiceIngress {
    fn serve(&self) -> bool {
        // Only the closing of the ingress may have taken it.
        let mut taken = self.path.take();
        let Some(path) = taken.as_mut().and_then(Taken::get) else { return false };
        let ended = || self.ended.load(SeqCst);
        let answers = !ended() && path.serve_answers(&self.stats);
        path.give_up(&self.stats);
        path.follow();
        let requests = !ended() && path.serve_requests(&self.stats);
        if ended() {
            path.end();
            return false;
        }
        answers || requests
    }

    fn turn(&self) -> &Turn {
        &self.turn
    }
}

impl CallPath {
    fn end(&mut self) {
        if let (Some(Ends { client, .. }), Some(part)) = (&mut self.ends, &self.goals) {
            part.end(&mut self.authorizer, client, &mut self.message, Instant::now() + UNDER_WAY);
        }
        let open: Vec<RequestId> = self.calls.values().map(|call| call.id).collect();
        open.into_iter().for_each(|id| self.refuse(id, Refused::Undeclared));
        self.calls.clear();
        self.ends = None;
        self.authorizer.close();
    }

    fn follow(&mut self) {
        let CallPath { ends: Some(ends), goals, calls, follows: true, .. } = self else { return };
        let waits = goals.as_ref().is_some_and(|goals| goals.part == ActionPart::GetResult);
        let is_heard = goals.as_ref().is_none_or(|part| part.goals().is_heard());
        if !ends.follow(is_heard, waits || calls.is_empty()) && waits {
            calls.clear(); // nobody will answer them; commanders ask again
        }
        goals.iter_mut().for_each(|part| part.attend(&mut self.authorizer, &mut ends.client));
    }

    /// True if there may be more.
    fn serve_requests(&mut self, stats: &IngressStats) -> bool {
        let (mut served, mut empty) = (0, 0);
        while served < BATCH && empty < EMPTY {
            let CallPath { ends: Some(Ends { server: Some(server), .. }), message, .. } = self else {
                return false;
            };
            match server.take_request(message) {
                Ok(Some(id)) => {
                    (served, empty) = (served + 1, 0);
                    let now = Time::system();
                    if let Err(rejected) = self.forward(id, now, stats) {
                        let answer = rejected.reason;
                        self.authorizer.refuse(stats, rejected, now);
                        self.refuse(id, answer);
                    }
                }
                Ok(None) | Err(_) => empty += 1,
            }
        }
        served == BATCH
    }

    /// Decides on the request in `message`, and passes it on.
    fn forward(&mut self, id: RequestId, now: Time, stats: &IngressStats) -> Result<(), Rejected> {
        let CallPath { ends: Some(Ends { client, .. }), message, authorizer, calls, goals, .. } = self else {
            return Ok(());
        };
        let facts = authorizer.facts(now, Instant::now())?;
        let ticket = Ticket::of(facts.context(), message.as_bytes())
            .map_err(|why| Rejected { detail: why.to_string(), ..Refused::NotSealed.into() })?;
        let request = authorizer.admit(&facts, &id.client, message.as_mut_bytes())?;
        let caller = request.sender();
        let rejected = |reason, detail| Rejected { reason, sender: Some(caller.name.clone()), detail };
        let waits = goals.as_ref().is_some_and(|goals| goals.part == ActionPart::GetResult);
        let until = (!waits).then(|| Instant::now() + PATIENCE);
        let call = |about| Call { id, ticket, caller: caller.clone(), until, about };
        let (most, most_of_one) = goals.as_ref().map_or((MAX_CALLS, MAX_OF_ONE), GoalPart::most_calls);
        let of_one = calls.values().filter(|call| call.caller.name == caller.name).count();
        let is_busy = calls.len() >= most || of_one >= most_of_one;
        let under_way = format!("{} under way", calls.len());
        if is_busy && !waits {
            return Err(rejected(Refused::Busy, under_way));
        }
        if !client.is_available() {
            return Err(rejected(Refused::NoServer, String::new()));
        }
        let prepared = match (&*goals, facts.ingress.parameters()) {
            (Some(goals), _) => {
                goals.request(caller, request.message()).map_err(|reason| (reason, String::new()))
            }
            (None, Some(_)) => parameters::request(&facts, caller, request.message()),
            (None, None) => Ok(Request::Inside(About::Service, request.message().into())),
        };
        let (about, inside) = match prepared.map_err(|(reason, detail)| rejected(reason, detail))? {
            Request::Inside(about, inside) => (about, inside),
            Request::Answer(answer, why) => {
                let (call, why) =
                    (call(About::Service), why.map(|(reason, detail)| rejected(reason, detail)));
                why.into_iter().for_each(|why| self.authorizer.refuse(stats, why, now));
                return self.answer_with(&call, &answer, now);
            }
        };
        if let (true, About::Goal(goal)) = (waits, &about) {
            let same = |call: &&mut Call| matches!(&call.about, About::Goal(other) if other == goal);
            // Asked again: the robot has the request, and only the last one is answered.
            if let Some(before) = calls.values_mut().find(same) {
                *before = call(about);
                return Ok(());
            }
        }
        if is_busy {
            return Err(rejected(Refused::Busy, under_way));
        }
        // Recorded before it goes in: a crash may lose a call, never a record.
        let recorded = authorizer.record(authorizer.form(), &caller.name, &inside, now);
        let sent = recorded.and_then(|_receipt| {
            let sent = client.send_request(&inside);
            sent.map_err(|error| rejected(Refused::NotForwarded, error.to_string()))
        });
        match (sent, about) {
            (Ok(number), about) => {
                calls.insert(number, call(about));
                Ok(())
            }
            (Err(why), About::Goal(goal)) => {
                goals.iter().for_each(|goals| goals.goals().not_sent(&goal));
                Err(why)
            }
            (Err(why), About::Service | About::Cancel(..) | About::Parameters(_)) => Err(why),
        }
    }

    /// True if there may be more.
    fn serve_answers(&mut self, stats: &IngressStats) -> bool {
        let (mut served, mut empty) = (0, 0);
        while served < BATCH && empty < EMPTY {
            let CallPath { ends: Some(Ends { client, .. }), message, calls, .. } = self else { return false };
            match client.take_response(message) {
                Ok(Some(number)) => {
                    (served, empty) = (served + 1, 0);
                    // None for a response that comes after the timeout was reported to the caller.
                    if let Some(call) = calls.remove(&number) {
                        self.answered(call, stats);
                    }
                }
                Ok(None) | Err(_) => empty += 1,
            }
        }
        served == BATCH
    }

    /// The robot has answered: the caller gets its answer, or a request to cancel goes on with the next goal.
    fn answered(&mut self, mut call: Call, stats: &IngressStats) {
        let CallPath { ends: Some(Ends { client, .. }), message, response, goals, calls, .. } = self else {
            return;
        };
        let walk = response.check(message.as_bytes());
        let cdr = walk.map(|walk| message.as_bytes().get(..walk.end()).unwrap_or_default());
        let answered = cdr.and_then(|cdr| match goals {
            None => Ok(Answered::AsItIs),
            Some(goals) => goals.answered(&mut call.about, &call.caller, cdr),
        });
        let answer = match (answered, cdr) {
            (Ok(Answered::AsItIs), Ok(cdr)) => Ok(cdr.to_vec()),
            (Ok(Answered::Instead(answer)), _) => Ok(answer),
            (Ok(Answered::Next(request)), _) => match client.send_request(&request) {
                Ok(number) => {
                    call.until = Some(Instant::now() + PATIENCE);
                    return drop(calls.insert(number, call));
                }
                Err(error) => Err((Refused::NotForwarded, error.to_string())),
            },
            (Err(why), _) | (_, Err(why)) => Err((Refused::BadResponse, why.to_string())),
        };
        let rejected = |reason, detail, call: &Call| {
            Err(Rejected { reason, sender: Some(call.caller.name.clone()), detail })
        };
        self.finish(
            call,
            |path, call, now| match &answer {
                Ok(cdr) => path.answer_with(call, cdr, now),
                Err((reason, detail)) => rejected(*reason, detail.clone(), call),
            },
            stats,
        );
    }

    /// Returns a serialized response to the caller, in the form that the policy gives it.
    fn answer_with(&mut self, call: &Call, cdr: &[u8], now: Time) -> Result<(), Rejected> {
        let CallPath { ends: Some(Ends { server: Some(server), .. }), authorizer, texts, .. } = self else {
            return Ok(());
        };
        let rejected = |reason, detail| Rejected { reason, sender: Some(call.caller.name.clone()), detail };
        // A stakeholder that was revoked since the call gets no answer any more.
        let facts = authorizer.facts(now, Instant::now());
        let allowed = facts.and_then(|facts| Ok((facts.still_allows(&call.caller)?, facts)));
        let (rules, facts) = allowed.map_err(|reason| rejected(reason, String::new()))?;
        let who = &call.caller.name;
        let told = match &call.about {
            About::Parameters(asked) => parameters::answer(&facts, asked, texts, who, cdr).map(Cow::Owned),
            _ => redact(texts, rules.as_ref(), Recipient::Named(who), cdr).map(Cow::Borrowed),
        };
        let cdr = &*told.map_err(|(reason, detail)| rejected(reason, detail))?;
        let form = if rules.is_some() { "redacted answer" } else { "answer" };
        let signer = authorizer.signer().ok_or_else(|| rejected(Refused::NoKey, String::new()))?;
        // Redaction may have taken longer than a window of the log.
        let _receipt = authorizer.record(form, &call.caller.name, cdr, Time::system())?;
        let sealed = seal_response(&signer, &call.caller, &call.ticket, cdr);
        let sealed = sealed.map_err(|why| rejected(Refused::NotForwarded, why.to_string()))?;
        server
            .send_response(call.id, &write_call_answer(&CallAnswer::Sealed(sealed)))
            .map_err(|error| rejected(Refused::NotForwarded, error.to_string()))
    }

    /// Reports a timeout to callers that the robot does not answer.
    fn give_up(&mut self, stats: &IngressStats) {
        let now = Instant::now();
        let late: Vec<i64> = self
            .calls
            .iter()
            .filter(|(_, call)| call.until.is_some_and(|until| until <= now))
            .map(|(number, _)| *number)
            .collect();
        for call in late.iter().filter_map(|number| self.calls.remove(number)).collect::<Vec<_>>() {
            let too_late = |_: &mut CallPath, call: &Call, _| {
                let sender = Some(call.caller.name.clone());
                Err(Rejected { reason: Refused::TimedOut, sender, detail: String::new() })
            };
            self.finish(call, too_late, stats);
        }
    }

    fn finish(
        &mut self,
        call: Call,
        how: impl FnOnce(&mut CallPath, &Call, Time) -> Result<(), Rejected>,
        stats: &IngressStats,
    ) {
        let now = Time::system();
        match how(self, &call, now) {
            Ok(()) => drop(stats.accepted.fetch_add(1, Relaxed)),
            Err(rejected) => {
                let reason = rejected.reason;
                self.authorizer.refuse(stats, rejected, now);
                self.refuse(call.id, reason);
            }
        }
    }

    /// Reports the refusal to the caller, except to one that floods.
    fn refuse(&mut self, id: RequestId, reason: Refused) {
        let Some(Ends { server: Some(server), .. }) = &mut self.ends else { return };
        if reason != Refused::Flood {
            let answer = write_call_answer(&CallAnswer::Refused(reason.label()));
            // A caller that is gone does not wait for it.
            let _gone = server.send_response(id, &answer);
        }
    }
}

impl OpenIngress for ServiceIngress {
    fn stats(&self) -> &IngressStats {
        &self.stats
    }

    fn close(&self) {
        self.ended.store(true, SeqCst);
        // If the decision takes longer: its worker disconnects when it is done.
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
