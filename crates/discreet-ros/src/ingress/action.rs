//! The services of an action on their way in: goals get the ids that they have inside, and answers the ids outside.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};

use super::notice::NoticeRoute;
use crate::{Client, SerializedMessage};
use discreet_audit::Time;
use discreet_cdr::Malformed;
use discreet_guard::actions::{CancelRequest, Cancelled, Goals, id_of, request_for};
use discreet_guard::ingress::{Authorizer, Refused};
use discreet_guard::node_parameters::Asked;
use discreet_host::sync::lock;
use discreet_policy::ActionPart;
use discreet_seal::GoalId;
use discreet_seal::identity::PublicIdentity;

/// The state that the parts of an action share.
pub struct Action {
    pub goals: Mutex<Goals>,
    /// The way out of its feedback.
    feedback: Mutex<Weak<NoticeRoute>>,
}

impl Action {
    pub fn new(goals: Goals) -> Action {
        Action { goals: Mutex::new(goals), feedback: Mutex::default() }
    }

    pub fn set_feedback(&self, route: &Arc<NoticeRoute>) {
        *lock(&self.feedback) = Arc::downgrade(route);
    }

    /// Passes the feedback that has come. Clients hear no feedback of a goal any more once they have its result.
    pub fn pass_feedback(&self) {
        let route = lock(&self.feedback).upgrade();
        if let Some(route) = route {
            route.pass_waiting();
        }
    }
}

/// One part of an action, and the state that all parts share.
pub struct GoalPart {
    pub part: ActionPart,
    pub action: Arc<Action>,
    /// The origin of the goals' clock.
    pub started: Instant,
    /// The time of the last check that senders still have their right.
    pub checked: Option<Instant>,
}

/// Calls under way of `send_goal` and `cancel_goal`: in all, and of one stakeholder. Clients are not told of a refusal.
const MAX_CALLS: (usize, usize) = (64, 16);
/// The same of `get_result`, where calls wait until goals end.
const MAX_RESULTS: (usize, usize) = (256, 64);
/// Requests to cancel that are under way at the end: the robot's queue holds ten.
const AT_ONCE: usize = 8;
/// Interval of these checks.
const CHECK_EVERY: Duration = Duration::from_millis(200);
/// The audit's words for a goal that the guard has cancelled, and for a sender from before the guard's start.
const CANCELLED: &str = "cancelled by the guard";
const FORMER: &str = "a sender from before the start";

/// A call under way.
pub enum About {
    /// Of a service.
    Service,
    /// A goal, or the request for its result, by its id inside.
    Goal(GoalId),
    /// A request to cancel: goals still to be asked for, and the answers.
    Cancel(Vec<GoalId>, Cancelled),
    /// A request about parameters of a node.
    Parameters(Asked),
}

/// A request on its way in.
pub enum Request<'a> {
    /// This is sent inside.
    Inside(About, Cow<'a, [u8]>),
    /// There is nothing to ask the robot: this goes to the caller. With a reason: it says that the request was refused.
    Answer(Vec<u8>, Option<(Refused, String)>),
}

/// The robot's answer to a call.
pub enum Answered {
    /// It goes to the caller as it is.
    AsItIs,
    /// This goes to the caller.
    Instead(Vec<u8>),
    /// This request is sent next, for the same call.
    Next(Vec<u8>),
}

impl GoalPart {
    /// The greatest number of calls under way: in all, and of one stakeholder.
    pub fn most_calls(&self) -> (usize, usize) {
        match self.part {
            ActionPart::GetResult => MAX_RESULTS,
            _ => MAX_CALLS,
        }
    }

    /// The request with the id that the goal has inside.
    pub fn request(&self, caller: &PublicIdentity, request: &[u8]) -> Result<Request<'static>, Refused> {
        let mut goals = self.goals();
        if self.part == ActionPart::CancelGoal {
            let wanted = CancelRequest::read(request).map_err(|_| Refused::Malformed)?;
            let mut targets = wanted.targets(&goals, caller);
            let gathered = Cancelled::default();
            return Ok(match targets.pop() {
                Some(first) => {
                    Request::Inside(About::Cancel(targets, gathered), request_for(&first).to_vec().into())
                }
                None => Request::Answer(gathered.write(), None),
            });
        }
        let mut request = request.to_vec();
        let id = id_of(&mut request).ok_or(Refused::Malformed)?;
        let inner = match self.part {
            ActionPart::SendGoal => goals.send(caller, *id, self.now()),
            _ => goals.claim(caller, *id, self.now()),
        }?;
        *id = inner;
        Ok(Request::Inside(About::Goal(inner), request.into()))
    }

    /// The robot's answer to a call.
    pub fn answered(
        &self,
        about: &mut About,
        caller: &PublicIdentity,
        response: &[u8],
    ) -> Result<Answered, Malformed> {
        let mut goals = self.goals();
        match about {
            About::Service | About::Parameters(_) => {}
            About::Goal(inner) if self.part == ActionPart::SendGoal => goals.answered(inner, response)?,
            About::Goal(inner) => goals.result(inner, response, self.now())?,
            About::Cancel(left, gathered) => {
                gathered.add(&goals, caller, response)?;
                return Ok(match left.pop() {
                    Some(next) => Answered::Next(request_for(&next).to_vec()),
                    None => Answered::Instead(gathered.write()),
                });
            }
        }
        Ok(Answered::AsItIs)
    }

    /// Notes which senders of goals have lost their right, and has the robot cancel those goals.
    pub fn attend(&mut self, authorizer: &mut Authorizer, client: &mut Client) {
        let at = Instant::now();
        if self.checked.is_some_and(|before| at.duration_since(before) < CHECK_EVERY) {
            return;
        }
        self.checked = Some(at);
        let now = Time::system();
        match self.part {
            ActionPart::SendGoal => {
                let facts = authorizer.facts(now, at);
                let may =
                    |who: &PublicIdentity| facts.as_ref().is_ok_and(|facts| facts.still_allows(who).is_ok());
                self.goals().check_rights(self.now(), may);
            }
            ActionPart::CancelGoal => {
                let due = self.goals().to_cancel(self.now());
                for id in due {
                    let owner = self.goals().get(&id).map(|goal| goal.owner.name.clone());
                    let owner = owner.as_deref().unwrap_or(FORMER);
                    let request = request_for(&id);
                    authorizer.record_own(CANCELLED, owner, &request, now, at);
                    let _or_later = client.send_request(&request);
                }
            }
            ActionPart::GetResult | ActionPart::Feedback | ActionPart::Status => {}
        }
    }

    /// When goals are not taken any more, nobody has the right to them. When the action is not guarded any more, its goals are
    /// cancelled, if the policy says so: waits until the robot has answered, at most until `end`, since the requests would
    /// be gone with the client.
    pub fn end(
        &self,
        authorizer: &mut Authorizer,
        client: &mut Client,
        message: &mut SerializedMessage,
        end: Instant,
    ) {
        if self.part == ActionPart::SendGoal {
            self.goals().check_rights(self.now(), |_| false);
        }
        if self.part != ActionPart::CancelGoal {
            return;
        }
        let ids = self.goals().at_the_end();
        for id in &ids {
            let owner = self.goals().get(id).map(|goal| goal.owner.name.clone());
            let owner = owner.as_deref().unwrap_or(FORMER);
            authorizer.record_own(CANCELLED, owner, &request_for(id), Time::system(), Instant::now());
        }
        let mut left = ids;
        while !left.is_empty() && Instant::now() < end {
            let sent = |id: &GoalId| Some((client.send_request(&request_for(id)).ok()?, *id));
            let mut asked: BTreeMap<i64, GoalId> = left.iter().take(AT_ONCE).filter_map(sent).collect();
            while !asked.is_empty() && Instant::now() < end {
                match client.take_response(message) {
                    Ok(Some(number)) => {
                        let is_known = is_known(message.as_bytes());
                        left.retain(|id| asked.get(&number) != Some(id) || !is_known);
                        asked.remove(&number);
                    }
                    Ok(None) | Err(_) => std::thread::sleep(Duration::from_millis(2)),
                }
            }
        }
    }

    pub fn goals(&self) -> MutexGuard<'_, Goals> {
        lock(&self.action.goals)
    }

    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Does the robot know the goal that it was to cancel? It may not know a goal yet that was sent just before.
fn is_known(response: &[u8]) -> bool {
    const UNKNOWN_GOAL: u8 = 2;
    response.get(4) != Some(&UNKNOWN_GOAL)
}
