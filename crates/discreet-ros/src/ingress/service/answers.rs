//! The way out of a service's answers and refusals.

use std::borrow::Cow;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use super::super::action::{About, Answered};
use super::super::parameters;
use super::super::redact::redact;
use super::call::Call;
use super::ends::Ends;
use super::{BATCH, CallPath, EMPTY, PATIENCE};
use crate::RequestId;
use discreet_audit::Time;
use discreet_guard::ingress::{IngressStats, Refused, Rejected};
use discreet_policy::ActionPart;
use discreet_redact::Recipient;
use discreet_seal::{CallAnswer, seal_response, write_call_answer};

impl CallPath {
    /// True if there may be more.
    pub(super) fn serve_answers(&mut self, stats: &IngressStats) -> bool {
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
        if let Some(part) = self.goals.as_ref().filter(|part| part.part == ActionPart::GetResult) {
            part.action.pass_feedback();
        }
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
    pub(super) fn answer_with(&mut self, call: &Call, cdr: &[u8], now: Time) -> Result<(), Rejected> {
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
    pub(super) fn give_up(&mut self, stats: &IngressStats) {
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

    pub(super) fn finish(
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
    pub(super) fn refuse(&mut self, id: RequestId, reason: Refused) {
        let Some(Ends { server: Some(server), .. }) = &mut self.ends else { return };
        if reason != Refused::Flood {
            let answer = write_call_answer(&CallAnswer::Refused(reason.label()));
            // A caller that is gone does not wait for it.
            let _gone = server.send_response(id, &answer);
        }
    }
}
