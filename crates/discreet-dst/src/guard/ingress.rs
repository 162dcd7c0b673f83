//! The ways in of a simulated guard, a command and a service: the steps of `discreet_ros::ingress`.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use discreet_audit::Time;
use discreet_cdr::types::TypeDefinition;
use discreet_graph::Gid;
use discreet_guard::ingress::{Authorizer, AuthorizerParts, CommandKeys, IngressStats, Refused, Rejected};
use discreet_host::sync::lock;
use discreet_keeper::client::Now;
use discreet_seal::fixed::seal_response_drawing;
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{CallAnswer, IngressKind, Ticket, write_call_answer};

use super::Guard;
use crate::setting::{
    COMMAND, COMMAND_TYPE, DOMAIN, SERVICE, SERVICE_TYPE, call_topic, command_definition, command_topic,
    definition,
};

/// Calls under way: in all, and of one stakeholder. As in `discreet_ros`.
const MAX_CALLS: usize = 16;
const MAX_OF_ONE: usize = 4;
/// The longest time that the robot may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A command that went in.
#[derive(Debug, Clone)]
pub struct Obeyed {
    /// Its sender, as the guard names it.
    pub sender: String,
    /// The serialized message.
    pub message: Vec<u8>,
    /// A durable entry says so.
    pub durable: bool,
}

/// Outcome of a message of the outer domain.
pub enum Outcome {
    /// It went in.
    Obeyed(Obeyed),
    /// It did not.
    Refused(Refused),
    /// There is no such way in, or the guard has died.
    Unheard,
}

/// Behaviour of the robot's service towards one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// It answers after this time.
    Answers(Duration),
    /// It never answers.
    Silent,
    /// It answers with bytes of another type.
    Malformed,
    /// No node offers it.
    Absent,
}

/// An answer on the outer domain.
pub struct Answered {
    /// The number of the request.
    pub id: u64,
    /// The serialized answer.
    pub bytes: Vec<u8>,
    /// Sealed for this caller, with the word of the disk that it is recorded; none for a refusal.
    pub sealed: Option<(String, bool)>,
}

/// A way in.
pub struct Entrance {
    authorizer: Authorizer,
    stats: IngressStats,
}

/// A call that the robot has not answered yet.
pub struct Call {
    id: u64,
    ticket: Ticket,
    caller: PublicIdentity,
    until: Instant,
    answer: Option<(Instant, Vec<u8>)>,
}

impl Guard {
    /// Opens or closes the ways in.
    pub(super) fn reconcile_ingress(&mut self, open: bool) {
        if !open {
            (self.commands, self.calls) = (None, None);
            self.under_way.clear();
        } else if self.commands.is_none() {
            self.commands = Some(self.entrance(IngressKind::Command, COMMAND, &command_definition()));
            self.calls = Some(self.entrance(IngressKind::Call, SERVICE, &definition()));
        }
    }

    /// Decides on a command.
    pub fn command(&mut self, from: Gid, sealed: &mut [u8], now: Time, at: Now) -> Outcome {
        let Some(entrance) = &mut self.commands else { return Outcome::Unheard };
        let let_in = entrance.let_in(&from, sealed, (now, at));
        self.outcome(let_in, IngressKind::Command, now)
    }

    /// Decides on the request of a call, and passes it on.
    pub fn call(
        &mut self,
        from: (Gid, u64),
        sealed: &mut [u8],
        service: Service,
        (now, at): (Time, Now),
    ) -> Outcome {
        let passed = self.pass_on(from, sealed, service, (now, at));
        let Some(passed) = passed else { return Outcome::Unheard };
        if let Err(rejected) = &passed
            && rejected.reason != Refused::Flood
        {
            self.refuse_call(from.1, rejected.reason);
        }
        self.outcome(passed, IngressKind::Call, now)
    }

    /// The answers that are due.
    pub fn answers(&mut self, now: Time, at: Now) -> (Vec<Answered>, Vec<Refused>) {
        let mut refused = Vec::new();
        let is_due = |call: &Call| call.answer.as_ref().is_some_and(|(due, _)| *due <= at.at);
        let (due, rest) = std::mem::take(&mut self.under_way)
            .into_iter()
            .partition(|call| is_due(call) || call.until <= at.at);
        self.under_way = rest;
        for call in due {
            let id = call.id;
            match self.answer(&call, now, at) {
                Ok(answered) => self.answered.push(answered),
                Err(rejected) => {
                    refused.push(rejected.reason);
                    self.refuse_call(id, rejected.reason);
                    if let Some(Entrance { authorizer, stats }) = &mut self.calls {
                        authorizer.refuse(stats, rejected, now);
                    }
                }
            }
        }
        let answered = std::mem::take(&mut self.answered);
        (if self.disk.is_dead() { Vec::new() } else { answered }, refused)
    }

    fn outcome(
        &mut self,
        let_in: Result<(String, Vec<u8>), Rejected>,
        kind: IngressKind,
        now: Time,
    ) -> Outcome {
        if self.disk.is_dead() {
            return Outcome::Unheard;
        }
        let (entrance, topic) = match kind {
            IngressKind::Command => (&mut self.commands, command_topic()),
            IngressKind::Call => (&mut self.calls, call_topic()),
        };
        let Some(Entrance { authorizer, stats }) = entrance else { return Outcome::Unheard };
        match let_in {
            Ok((sender, message)) => {
                stats.accepted.fetch_add(1, Relaxed);
                let durable =
                    lock(&self.windows).has(&self.disk, topic, (kind.name(), &sender), now.second());
                Outcome::Obeyed(Obeyed { sender, message, durable })
            }
            Err(rejected) => {
                let reason = rejected.reason;
                authorizer.refuse(stats, rejected, now);
                Outcome::Refused(reason)
            }
        }
    }

    /// As `CallPath::forward`.
    fn pass_on(
        &mut self,
        (from, id): (Gid, u64),
        sealed: &mut [u8],
        service: Service,
        (now, at): (Time, Now),
    ) -> Option<Result<(String, Vec<u8>), Rejected>> {
        let Entrance { authorizer, .. } = self.calls.as_mut()?;
        let mut forward = || {
            let facts = authorizer.facts(now, at.at)?;
            let ticket = Ticket::of(facts.context(), sealed)
                .map_err(|why| Rejected { detail: why.to_string(), ..Refused::NotSealed.into() })?;
            let request = authorizer.admit(&facts, &from, sealed)?;
            let caller = request.sender();
            let rejected =
                |reason| Rejected { reason, sender: Some(caller.name.clone()), detail: String::new() };
            let of_one = self.under_way.iter().filter(|call| call.caller.name == caller.name).count();
            if self.under_way.len() >= MAX_CALLS || of_one >= MAX_OF_ONE {
                return Err(rejected(Refused::Busy));
            }
            if service == Service::Absent {
                return Err(rejected(Refused::NoServer));
            }
            let _receipt = authorizer.record(authorizer.form(), &caller.name, request.message(), now)?;
            let answer = match service {
                Service::Answers(after) => Some((at.at + after, request.message().to_vec())),
                Service::Malformed => Some((at.at, vec![0, 1, 0, 0, 200])),
                Service::Silent | Service::Absent => None,
            };
            let call = Call { id, ticket, caller: caller.clone(), until: at.at + PATIENCE, answer };
            self.under_way.push(call);
            Ok((caller.name.clone(), request.message().to_vec()))
        };
        Some(forward())
    }

    /// As `CallPath::answer`, or the end of its patience.
    fn answer(&mut self, call: &Call, now: Time, at: Now) -> Result<Answered, Rejected> {
        let rejected =
            |reason| Rejected { reason, sender: Some(call.caller.name.clone()), detail: String::new() };
        let Some(Entrance { authorizer, .. }) = &mut self.calls else {
            return Err(rejected(Refused::Undeclared));
        };
        let due = call.answer.as_ref().filter(|(due, _)| *due <= at.at);
        let (_, answer) = due.ok_or_else(|| rejected(Refused::TimedOut))?;
        let allowed = authorizer.facts(now, at.at).and_then(|facts| facts.still_allows(&call.caller));
        let _clear = allowed.map_err(rejected)?;
        let walk = definition().plan.check(answer).map_err(|_| rejected(Refused::BadResponse))?;
        let cdr = answer.get(..walk.end()).unwrap_or_default();
        let signer = authorizer.signer().ok_or_else(|| rejected(Refused::NoKey))?;
        let _receipt = authorizer.record("answer", &call.caller.name, cdr, now)?;
        let secret = self.machine.secret().map_err(|_| rejected(Refused::NotForwarded))?;
        let sealed = seal_response_drawing(&signer, &call.caller, &call.ticket, cdr, &secret);
        let sealed = sealed.map_err(|_| rejected(Refused::NotForwarded))?;
        let caller = &call.caller.name;
        let durable = lock(&self.windows).has(&self.disk, call_topic(), ("answer", caller), now.second());
        let bytes = write_call_answer(&CallAnswer::Sealed(sealed));
        Ok(Answered { id: call.id, bytes, sealed: Some((call.caller.name.clone(), durable)) })
    }

    fn refuse_call(&mut self, id: u64, reason: Refused) {
        let bytes = write_call_answer(&CallAnswer::Refused(reason.label()));
        self.answered.push(Answered { id, bytes, sealed: None });
    }

    fn entrance(&self, kind: IngressKind, name: &str, definition: &TypeDefinition) -> Entrance {
        let type_name = if kind == IngressKind::Call { SERVICE_TYPE } else { COMMAND_TYPE };
        let authorizer = Authorizer::new(AuthorizerParts {
            name: name.into(),
            kind,
            outside: kind.outside(name),
            domain: DOMAIN,
            type_name: type_name.into(),
            type_hash: definition.hash.clone(),
            plan: definition.plan.clone(),
            description: (kind == IngressKind::Command).then(|| definition.description.clone()),
            freshness: Arc::clone(&self.freshness),
            rates: Arc::clone(&self.rates),
            started: self.started.at,
            live: Arc::clone(&self.live),
            audit: Arc::clone(&self.audit),
            clock: Arc::clone(&self.floor),
            command_keys: Arc::clone(&self.command_keys) as Arc<dyn CommandKeys>,
        });
        Entrance { authorizer, stats: IngressStats::default() }
    }
}

impl Entrance {
    /// The steps of `discreet_ros::ingress::command`: sender and message, once they are recorded.
    fn let_in(
        &mut self,
        from: &Gid,
        sealed: &mut [u8],
        (now, at): (Time, Now),
    ) -> Result<(String, Vec<u8>), Rejected> {
        let Entrance { authorizer, .. } = self;
        let facts = authorizer.facts(now, at.at)?;
        let command = authorizer.admit(&facts, from, sealed)?;
        let who = &command.sender().name;
        let _receipt = authorizer.record(authorizer.form(), who, command.message(), now)?;
        Ok((who.clone(), command.message().to_vec()))
    }
}
