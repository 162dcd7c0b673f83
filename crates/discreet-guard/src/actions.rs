//! Goals of one action: whose they are, and under which id the robot knows them.
//!
//! A stakeholder's goal has another id inside ([`discreet_seal::inner_goal_id`]), with a mark by which a guard recognises
//! goals that were sent before it started. Pure: no clock, no ROS.

mod cancel;
mod status;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use discreet_cdr::{Malformed, Reader};
use discreet_policy::{ActionPart, OnEnd};
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{GoalId, inner_goal_id};

use crate::ingress::Refused;

pub use cancel::{CancelRequest, Cancelled, request_for};
pub use status::{OwnStatuses, goals_in};

/// Goals that are remembered: in all, and of one stakeholder.
const MAX_GOALS: usize = 256;
const MAX_OF_ONE: usize = 64;
/// A goal that ended is remembered for this time, for feedback and status that are still under way.
const ENDED: Duration = Duration::from_secs(30);
/// A goal that the robot has not answered is forgotten after this time.
const UNANSWERED: Duration = Duration::from_secs(60);
/// A goal from before the start of the guard is cancelled if its sender does not ask for its result within this time.
const UNCLAIMED: Duration = Duration::from_secs(30);
/// The robot is asked again to cancel a goal after this time.
const CANCEL_AGAIN: Duration = Duration::from_secs(2);
/// It is asked about this many goals at once, since its queue holds ten requests.
const AT_ONCE: usize = 8;
/// STATUS_SUCCEEDED, STATUS_CANCELED and STATUS_ABORTED: from here on a goal has ended.
const FIRST_END: i8 = 4;

/// The goals of one action, as old as the guard.
pub struct Goals {
    action: String,
    on_end: OnEnd,
    /// By the id inside.
    goals: BTreeMap<GoalId, Goal>,
    /// Active goals with the mark that nobody has asked for, and the time at which they were seen first.
    strays: BTreeMap<GoalId, Stray>,
    /// Goals with the mark in the last status message, ended ones too: the robot knows them.
    listed: BTreeSet<GoalId>,
    /// The robot's publishers of feedback and status are connected.
    heard: [bool; 2],
}

/// A goal of a stakeholder.
#[derive(Debug, Clone)]
pub struct Goal {
    /// Its sender.
    pub owner: PublicIdentity,
    /// Its id outside.
    pub outer: GoalId,
    since: Duration,
    state: State,
    /// The robot's time of its acceptance.
    stamp: Option<Stamp>,
    /// The last status message has it.
    listed: bool,
    /// Its sender may not send goals any more.
    without_right: bool,
    cancelled: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its result was asked for; nothing else is known of it.
    Claimed,
    /// Sent, and not answered yet.
    Sent,
    Accepted,
    Ended(Duration),
}

/// A time as ROS writes it: seconds and nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Stamp {
    sec: i32,
    nanosec: u32,
}

impl Stamp {
    fn bytes(self) -> impl Iterator<Item = u8> {
        self.sec.to_le_bytes().into_iter().chain(self.nanosec.to_le_bytes())
    }
}

fn stamp(reader: &mut Reader<'_>) -> Result<Stamp, Malformed> {
    Ok(Stamp { sec: reader.i32()?, nanosec: reader.u32()? })
}

struct Stray {
    seen: Duration,
    cancelled: Option<Duration>,
}

impl Goals {
    /// Without goals.
    pub fn new(action: &str, on_end: OnEnd) -> Goals {
        Goals {
            action: action.into(),
            on_end,
            goals: BTreeMap::new(),
            strays: BTreeMap::new(),
            listed: BTreeSet::new(),
            heard: [false; 2],
        }
    }

    /// Sets the treatment of goals whose sender loses its right.
    pub fn set_on_end(&mut self, on_end: OnEnd) {
        self.on_end = on_end;
    }

    /// Notes whether the robot's publisher of feedback, or of status, is connected.
    pub fn set_heard(&mut self, part: ActionPart, is_connected: bool) {
        let [feedback, status] = &mut self.heard;
        match part {
            ActionPart::Feedback => *feedback = is_connected,
            ActionPart::Status => *status = is_connected,
            ActionPart::SendGoal | ActionPart::CancelGoal | ActionPart::GetResult => {}
        }
    }

    /// True if feedback and status of a goal would be heard.
    pub fn is_heard(&self) -> bool {
        self.heard == [true; 2]
    }

    /// The id inside of a goal that is about to be sent. An id that is in use is refused: action servers in C++ end when they
    /// accept one a second time. `at` is monotonic, here and below.
    pub fn send(&mut self, owner: &PublicIdentity, outer: GoalId, at: Duration) -> Result<GoalId, Refused> {
        let inner = inner_goal_id(&self.action, owner, &outer);
        let runs = |goal: &Goal| matches!(goal.state, State::Sent | State::Accepted);
        let is_known = self.listed.contains(&inner) || self.strays.contains_key(&inner);
        if is_known || self.goals.get(&inner).is_some_and(runs) {
            return Err(Refused::Replayed);
        }
        self.enter(inner, owner, outer, State::Sent, at)?;
        if let Some(goal) = self.goals.get_mut(&inner) {
            (goal.state, goal.since, goal.stamp) = (State::Sent, at, None);
        }
        Ok(inner)
    }

    /// A goal was not sent after all.
    pub fn not_sent(&mut self, inner: &GoalId) {
        if self.goals.get(inner).is_some_and(|goal| goal.state == State::Sent) {
            self.goals.remove(inner);
        }
    }

    /// The robot's answer to a goal: accepted or not, and when.
    pub fn answered(&mut self, inner: &GoalId, response: &[u8]) -> Result<(), Malformed> {
        let mut reader = Reader::new(response)?;
        let (accepted, stamp) = (reader.bool()?, stamp(&mut reader)?);
        match self.goals.get_mut(inner) {
            Some(goal) if accepted && goal.state == State::Sent => {
                (goal.state, goal.stamp) = (State::Accepted, Some(stamp));
            }
            Some(goal) if !accepted && goal.state == State::Sent => drop(self.goals.remove(inner)),
            _ => {}
        }
        Ok(())
    }

    /// The id inside of a goal whose result is asked for. A goal that was sent before the guard started has its owner
    /// again from then on.
    pub fn claim(&mut self, owner: &PublicIdentity, outer: GoalId, at: Duration) -> Result<GoalId, Refused> {
        let inner = inner_goal_id(&self.action, owner, &outer);
        self.enter(inner, owner, outer, State::Claimed, at)?;
        if let Some(goal) = self.goals.get_mut(&inner) {
            goal.owner = owner.clone(); // it may have another name
        }
        self.strays.remove(&inner);
        Ok(inner)
    }

    /// The robot's answer to a request for a result. Of a goal that it does not know, nothing is remembered.
    pub fn result(&mut self, inner: &GoalId, response: &[u8], at: Duration) -> Result<(), Malformed> {
        let status = Reader::new(response)?.i8()?;
        match self.goals.get_mut(inner) {
            Some(goal) if status >= FIRST_END => goal.end(at),
            Some(goal) if goal.state == State::Claimed && !goal.listed => drop(self.goals.remove(inner)),
            _ => {}
        }
        Ok(())
    }

    /// The goal with this id inside.
    pub fn get(&self, inner: &GoalId) -> Option<&Goal> {
        self.goals.get(inner)
    }

    /// Goals that have not ended.
    #[cfg(test)]
    fn active(&self) -> usize {
        self.goals.values().filter(|goal| goal.is_active()).count()
    }

    /// Notes who may still send goals, and forgets old ones.
    pub fn check_rights(&mut self, at: Duration, may_send: impl Fn(&PublicIdentity) -> bool) {
        let strays = &mut self.strays;
        self.goals.retain(|id, goal| match goal.state {
            State::Ended(since) => at.saturating_sub(since) < ENDED,
            State::Sent if at.saturating_sub(goal.since) >= UNANSWERED => {
                // It may run all the same.
                strays.insert(*id, Stray { seen: at, cancelled: None });
                false
            }
            State::Sent | State::Claimed | State::Accepted => true,
        });
        for goal in self.goals.values_mut() {
            goal.without_right = !may_send(&goal.owner);
        }
    }

    /// The ids inside of goals that the robot is to cancel now: those of senders without the right, and those from before
    /// the start that nobody has asked for. None if the policy lets them finish.
    pub fn to_cancel(&mut self, at: Duration) -> Vec<GoalId> {
        if self.on_end == OnEnd::Finish {
            return Vec::new();
        }
        let is_due = |cancelled: &mut Option<Duration>| {
            let due = cancelled.is_none_or(|before| at.saturating_sub(before) >= CANCEL_AGAIN);
            if due {
                *cancelled = Some(at);
            }
            due
        };
        let ended = self.goals.iter_mut().filter(|(_, goal)| goal.without_right && goal.is_active());
        let mut ids: Vec<GoalId> =
            ended.filter_map(|(id, goal)| is_due(&mut goal.cancelled).then_some(*id)).take(AT_ONCE).collect();
        let unclaimed =
            self.strays.iter_mut().filter(|(_, stray)| at.saturating_sub(stray.seen) >= UNCLAIMED);
        let unclaimed = unclaimed.filter_map(|(id, stray)| is_due(&mut stray.cancelled).then_some(*id));
        ids.extend(unclaimed.take(AT_ONCE));
        ids
    }

    /// The ids inside of all goals that are to be cancelled when the action is not guarded any more.
    pub fn at_the_end(&mut self) -> Vec<GoalId> {
        if self.on_end == OnEnd::Finish {
            return Vec::new();
        }
        self.goals.iter().filter(|(_, goal)| goal.is_active()).map(|(id, _)| *id).collect()
    }

    fn enter(
        &mut self,
        inner: GoalId,
        owner: &PublicIdentity,
        outer: GoalId,
        state: State,
        at: Duration,
    ) -> Result<(), Refused> {
        if self.goals.contains_key(&inner) {
            return Ok(());
        }
        if self.goals.values().filter(|goal| goal.owner == *owner).count() >= MAX_OF_ONE {
            self.forget_ended(|goal| goal.owner == *owner)?;
        } else if self.goals.len() >= MAX_GOALS {
            self.forget_ended(|_| true)?;
        }
        let goal = Goal {
            owner: owner.clone(),
            outer,
            since: at,
            state,
            stamp: None,
            listed: false,
            without_right: false,
            cancelled: None,
        };
        self.goals.insert(inner, goal);
        Ok(())
    }

    /// Makes room: of these goals the one that ended first gives way.
    fn forget_ended(&mut self, of: impl Fn(&Goal) -> bool) -> Result<(), Refused> {
        let ended = |(id, goal): (&GoalId, &Goal)| match goal.state {
            State::Ended(since) if of(goal) => Some((since, *id)),
            _ => None,
        };
        let (_, first) = self.goals.iter().filter_map(ended).min().ok_or(Refused::Busy)?;
        self.goals.remove(&first);
        Ok(())
    }
}

impl Goal {
    fn end(&mut self, at: Duration) {
        if self.is_active() {
            self.state = State::Ended(at);
        }
    }

    fn is_active(&self) -> bool {
        !matches!(self.state, State::Ended(_))
    }
}

/// The goal id at the start of a serialized message, to be replaced.
pub fn id_of(cdr: &mut [u8]) -> Option<&mut GoalId> {
    cdr.get_mut(4..)?.first_chunk_mut()
}

#[cfg(test)]
mod tests;
