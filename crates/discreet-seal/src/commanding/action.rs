//! A stakeholder's side of one action: goals, cancels and requests for results are sealed, and feedback and status are
//! opened.
//!
//! The commander asks for the result of each accepted goal by itself, and again when the guard has another key or does
//! not answer. So a guard that has started again knows whose goals are under way, and a client that asks late still gets
//! its result.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{AnswerCaller, CallRobot, CallSealer, Unanswered, Unsent};
use crate::unseal::Granted;
use crate::{ContextDigest, GoalId, OpenError, is_notice_for, open_notice};
use discreet_cdr::Plan;

/// Goals whose results are awaited or kept.
const MAX_GOALS: usize = 256;
/// Requests of clients that wait for the result of one goal.
const MAX_WAITING: usize = 8;
/// The guard is asked again for a result after this time without an answer.
const ASK_AGAIN: Duration = Duration::from_secs(8);
/// A result is kept for this time, or until the room is needed.
const KEPT: Duration = Duration::from_secs(900);
/// A notice is refused when it is older.
const MAX_AGE: Duration = Duration::from_secs(10);

/// The three contexts of an action's services, and the plans of their requests.
pub struct ActionCalls {
    /// `send_goal`
    pub send_goal: (ContextDigest, Plan),
    /// `cancel_goal`
    pub cancel_goal: (ContextDigest, Plan),
    /// `get_result`
    pub get_result: (ContextDigest, Plan),
}

/// The request that a call to the guard belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked<Id> {
    /// A client's.
    Client(Id, Option<GoalId>),
    /// The commander's own, for the result of this goal.
    Own(GoalId),
}

/// Port: the services of an action on the outer domain.
pub trait RobotAction {
    /// The client of each.
    type Call: CallRobot;

    /// `send_goal`
    fn send_goal(&mut self) -> &mut Self::Call;
    /// `cancel_goal`
    fn cancel_goal(&mut self) -> &mut Self::Call;
    /// `get_result`
    fn get_result(&mut self) -> &mut Self::Call;
}

/// Seals what the clients of one action send, and keeps the results of their goals.
pub struct ActionSealer<Id> {
    granted: Arc<Granted>,
    send_goal: CallSealer<Asked<Id>>,
    cancel_goal: CallSealer<Asked<Id>>,
    get_result: CallSealer<Asked<Id>>,
    goals: BTreeMap<GoalId, Goal<Id>>,
}

struct Goal<Id> {
    result: Option<Vec<u8>>,
    waiting: Vec<Id>,
    /// The guard's key that the result was asked with, and the time.
    asked: Option<(u32, Duration)>,
    /// The time of the result, or of the goal's acceptance.
    since: Duration,
}

/// An answer for a client on the own domain.
#[derive(Debug, PartialEq, Eq)]
pub struct ForClient<Id> {
    /// Its request.
    pub to: Id,
    /// The serialized response.
    pub response: Vec<u8>,
}

/// The outcome of an answer of the guard, or of a request: answers for clients.
pub type Answers<Id> = Vec<ForClient<Id>>;

/// Takes the answer of a call.
struct Taken<Id>(Option<(Asked<Id>, Vec<u8>)>);

impl<Id: Copy> AnswerCaller for Taken<Id> {
    type Id = Asked<Id>;
    type Fault = std::convert::Infallible;

    fn send_response(&mut self, to: Asked<Id>, response: &[u8]) -> Result<(), Self::Fault> {
        self.0 = Some((to, response.to_vec()));
        Ok(())
    }
}

/// The goal id at the start of a serialized message.
pub fn goal_id(cdr: &[u8]) -> Option<GoalId> {
    cdr.get(4..)?.first_chunk().copied()
}

impl<Id: Copy> ActionSealer<Id> {
    /// Without goals. `clean` makes text from outside fit for diagnostics.
    pub fn new(granted: &Arc<Granted>, calls: ActionCalls, clean: fn(&str) -> String) -> ActionSealer<Id> {
        let sealer = |(context, plan)| CallSealer::new(Arc::clone(granted), context, plan, clean);
        ActionSealer {
            granted: Arc::clone(granted),
            send_goal: sealer(calls.send_goal),
            cancel_goal: sealer(calls.cancel_goal),
            get_result: sealer(calls.get_result).patient(ASK_AGAIN, MAX_GOALS),
            goals: BTreeMap::new(),
        }
    }

    /// True if the robot has announced a key that is valid at this second since 1970.
    pub fn has_key(&self, second: i64) -> bool {
        self.granted.receiver(second).is_some()
    }

    /// True while the result of a goal is outstanding.
    pub fn awaits_results(&self) -> bool {
        self.goals.values().any(|goal| goal.result.is_none())
    }

    /// True while a goal is not answered. Its client does not know it yet: feedback and status of it have to wait.
    pub fn is_unanswered(&self, goal: &GoalId) -> bool {
        self.send_goal.awaits(|asked| matches!(asked, Asked::Client(_, Some(id)) if id == goal))
    }

    /// Sends a client's goal.
    pub fn send_goal(
        &mut self,
        from: Id,
        request: &[u8],
        robot: &mut impl RobotAction,
        now_ns: i64,
        at: Duration,
    ) -> Result<(), Unsent> {
        if self.goals.len() >= MAX_GOALS {
            let with_result = self.goals.iter().filter(|(_, goal)| goal.result.is_some());
            let (oldest, _) = with_result.min_by_key(|(_, goal)| goal.since).ok_or(Unsent::TooManyCalls)?;
            let oldest = *oldest;
            self.goals.remove(&oldest);
        }
        self.send_goal.send(Asked::Client(from, goal_id(request)), request, robot.send_goal(), now_ns, at)
    }

    /// Sends a client's request to cancel.
    pub fn cancel_goal(
        &mut self,
        from: Id,
        request: &[u8],
        robot: &mut impl RobotAction,
        now_ns: i64,
        at: Duration,
    ) -> Result<(), Unsent> {
        self.cancel_goal.send(Asked::Client(from, None), request, robot.cancel_goal(), now_ns, at)
    }

    /// Answers a client's request for a result that is here, or has it wait.
    pub fn get_result(
        &mut self,
        from: Id,
        request: &[u8],
        robot: &mut impl RobotAction,
        now_ns: i64,
        at: Duration,
    ) -> Result<Option<ForClient<Id>>, Unsent> {
        let goal = goal_id(request).and_then(|id| self.goals.get_mut(&id));
        match goal {
            Some(Goal { result: Some(result), .. }) => {
                Ok(Some(ForClient { to: from, response: result.clone() }))
            }
            Some(goal) if goal.waiting.len() < MAX_WAITING => {
                goal.waiting.push(from);
                Ok(None)
            }
            Some(_) => Err(Unsent::TooManyCalls),
            // A goal from before this commander: the guard knows.
            None => {
                let asked = Asked::Client(from, None);
                self.get_result.send(asked, request, robot.get_result(), now_ns, at).map(|()| None)
            }
        }
    }

    /// Opens the guard's answer to a goal: the client's answer. The result of an accepted goal is asked for by
    /// [`ActionSealer::attend`]. `None`: no such call is under way, or the answer does not open.
    pub fn goal_answered(&mut self, number: i64, answer: &[u8], at: Duration) -> Option<ForClient<Id>> {
        let (asked, response) = open(&mut self.send_goal, number, answer)?;
        let Asked::Client(to, id) = asked else { return None };
        if let Some(id) = id.filter(|_| response.get(4).is_some_and(|accepted| *accepted != 0)) {
            self.goals.entry(id).or_insert(Goal {
                result: None,
                waiting: Vec::new(),
                asked: None,
                since: at,
            });
        }
        Some(ForClient { to, response })
    }

    /// The same for a request to cancel.
    pub fn cancel_answered(&mut self, number: i64, answer: &[u8]) -> Option<ForClient<Id>> {
        let (asked, response) = open(&mut self.cancel_goal, number, answer)?;
        let Asked::Client(to, _) = asked else { return None };
        Some(ForClient { to, response })
    }

    /// The same for a request for a result: answers for all clients that wait for it.
    pub fn result_answered(&mut self, number: i64, answer: &[u8], at: Duration) -> Answers<Id> {
        let Some((asked, response)) = open(&mut self.get_result, number, answer) else { return Vec::new() };
        match asked {
            Asked::Client(to, _) => vec![ForClient { to, response }],
            Asked::Own(id) => {
                let Some(goal) = self.goals.get_mut(&id) else { return Vec::new() };
                (goal.result, goal.since) = (Some(response.clone()), at);
                let waiting = std::mem::take(&mut goal.waiting);
                waiting.into_iter().map(|to| ForClient { to, response: response.clone() }).collect()
            }
        }
    }

    /// Asks for results that nobody has asked the present guard for, gives up calls, and forgets old results. Returns the
    /// reasons for which goals and cancels were not answered.
    pub fn attend(&mut self, robot: &mut impl RobotAction, now_ns: i64, at: Duration) -> Vec<Unanswered> {
        self.goals.retain(|_, goal| goal.result.is_none() || at.saturating_sub(goal.since) < KEPT);
        let mut unanswered = self.send_goal.give_up(at);
        unanswered.extend(self.cancel_goal.give_up(at));
        let _asked_again = self.get_result.give_up(at);
        let Some(receiver) = self.granted.receiver(now_ns.div_euclid(1_000_000_000)) else {
            return unanswered;
        };
        let key = receiver.terms().key;
        for (id, goal) in self.goals.iter_mut().filter(|(_, goal)| goal.result.is_none()) {
            let is_asked = |(asked_key, asked_at): (u32, Duration)| {
                asked_key == key && at.saturating_sub(asked_at) < ASK_AGAIN
            };
            if goal.asked.is_some_and(is_asked) {
                continue;
            }
            let request = [&[0, 1, 0, 0][..], id].concat();
            let sent = self.get_result.send(Asked::Own(*id), &request, robot.get_result(), now_ns, at);
            if sent.is_ok() {
                goal.asked = Some((key, at));
            }
        }
        unanswered
    }
}

fn open<Id: Copy>(
    calls: &mut CallSealer<Asked<Id>>,
    number: i64,
    answer: &[u8],
) -> Option<(Asked<Id>, Vec<u8>)> {
    let mut taken = Taken(None);
    calls.answer(number, answer, Some(&mut taken))?.ok()?;
    taken.0
}

/// Opens the notices of one topic: feedback or status.
pub struct NoticeOpener {
    granted: Arc<Granted>,
    context: ContextDigest,
    plan: Plan,
    /// The guard's key, and the stamp of the last notice.
    last: (u32, u64),
}

/// Reason why a notice is not passed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unnoticed {
    /// For another stakeholder.
    #[error("for another stakeholder")]
    Others,
    /// The robot has no valid announcement.
    #[error("the robot has announced no key")]
    NoKey,
    /// It does not open.
    #[error(transparent)]
    Unopened(#[from] OpenError),
    /// It is older than ten seconds.
    #[error("too late")]
    Late,
    /// Not a message of the type.
    #[error(transparent)]
    Malformed(#[from] discreet_cdr::Malformed),
}

impl NoticeOpener {
    /// `plan` walks the messages.
    pub fn new(granted: &Arc<Granted>, context: ContextDigest, plan: Plan) -> NoticeOpener {
        NoticeOpener { granted: Arc::clone(granted), context, plan, last: (0, 0) }
    }

    /// Opens a notice in place at `now_ns` (nanoseconds since 1970): the serialized message.
    pub fn open<'a>(&mut self, notice: &'a mut [u8], now_ns: i64) -> Result<&'a [u8], Unnoticed> {
        let me = self.granted.me();
        if !is_notice_for(me.public(), notice) {
            return Err(Unnoticed::Others);
        }
        let receiver = self.granted.receiver(now_ns.div_euclid(1_000_000_000)).ok_or(Unnoticed::NoKey)?;
        let key = receiver.terms().key;
        // Before the signature, which costs much more.
        let stamp =
            notice.get(4..).and_then(|header| header.first_chunk()).map(|stamp| u64::from_le_bytes(*stamp));
        if self.last.0 == key && stamp.is_none_or(|stamp| stamp <= self.last.1) {
            return Err(OpenError::Replayed.into());
        }
        let opened = open_notice(me, &receiver, &self.context, notice)?;
        let age = u64::try_from(now_ns).unwrap_or_default().saturating_sub(opened.stamp_ns);
        if Duration::from_nanos(age) > MAX_AGE {
            return Err(Unnoticed::Late);
        }
        self.last = (key, opened.stamp_ns);
        let end = self.plan.check(opened.message)?.end();
        Ok(opened.message.get(..end).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
