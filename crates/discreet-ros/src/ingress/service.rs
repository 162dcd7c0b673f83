//! The way in of one service's requests, and the way out of its answers. An action's three services go this way too.

mod answers;
mod call;
mod ends;
mod vendors;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use call::Call;
use ends::{Ends, offer};
use vendors::OtherVendors;

use super::action::{About, GoalPart, Request};
use super::parameters;
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
use discreet_redact::MessageRedactor;
use discreet_seal::Ticket;

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
    vendors: OtherVendors,
    /// Offered only while the robot offers it.
    follows: bool,
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
                vendors: OtherVendors::default(),
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
        if let Some(ends) = &path.ends {
            path.vendors.look(ends, &mut path.authorizer, &self.stats);
        }
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
        let CallPath { ends: Some(Ends { client, .. }), message, authorizer, calls, goals, vendors, .. } =
            self
        else {
            return Ok(());
        };
        let facts = authorizer.facts(now, Instant::now())?;
        if id.is_of_another_vendor() {
            return Err(Refused::OtherMiddleware.into());
        }
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
        if vendors.serve {
            return Err(rejected(Refused::OtherMiddleware, String::new()));
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
