//! Requests to cancel goals (action_msgs/srv/CancelGoal), for one stakeholder's goals.

use super::{Goal, Goals, Stamp, stamp};
use discreet_cdr::{Malformed, Reader};
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{GoalId, inner_goal_id};

/// A request as its sender means it: a goal id of zeros stands for all goals, a stamp for all that were accepted until
/// then (the rules of action_msgs/srv/CancelGoal).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CancelRequest {
    goal: GoalId,
    stamp: Stamp,
}

/// The answers of the robot to one request, gathered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cancelled {
    /// The worst answer, if no goal is cancelled.
    code: i8,
    /// Ids outside, and stamps.
    goals: Vec<(GoalId, Stamp)>,
}

/// The answer's code when nothing is cancelled: ERROR_REJECTED.
const REJECTED: i8 = 1;

impl CancelRequest {
    /// Reads a serialized request.
    pub fn read(cdr: &[u8]) -> Result<CancelRequest, Malformed> {
        let mut reader = Reader::new(cdr)?;
        Ok(CancelRequest { goal: reader.bytes()?, stamp: stamp(&mut reader)? })
    }

    /// The ids inside of the goals that it is about, all of this stakeholder. One that is named is among them even if it
    /// is not known: the robot answers for it.
    pub fn targets(&self, goals: &Goals, owner: &PublicIdentity) -> Vec<GoalId> {
        let named = self.goal != GoalId::default();
        let stamped = self.stamp != Stamp::default();
        let mut targets = Vec::new();
        if named {
            targets.push(inner_goal_id(&goals.action, owner, &self.goal));
        }
        if !named || stamped {
            let own = goals.goals.iter().filter(|(_, goal)| goal.owner == *owner && goal.is_active());
            let until = |goal: &Goal| !stamped || goal.stamp.is_none_or(|stamp| stamp <= self.stamp);
            targets.extend(own.filter(|(_, goal)| until(goal)).map(|(id, _)| *id));
        }
        targets.sort_unstable();
        targets.dedup();
        targets
    }
}

/// The serialized request to cancel one goal inside.
pub fn request_for(inner: &GoalId) -> [u8; 28] {
    let mut cdr = [0; 28];
    let header = [0, 1, 0, 0].into_iter().chain(*inner);
    cdr.iter_mut().zip(header).for_each(|(to, from)| *to = from);
    cdr
}

impl Cancelled {
    /// Adds one answer of the robot. Goals that are not this stakeholder's are left out.
    pub fn add(&mut self, goals: &Goals, owner: &PublicIdentity, response: &[u8]) -> Result<(), Malformed> {
        let mut reader = Reader::new(response)?;
        let code = reader.i8()?;
        let count = reader.sequence(24, None)?;
        for _ in 0..count {
            let id: GoalId = reader.bytes()?;
            let stamp = stamp(&mut reader)?;
            if let Some(goal) = goals.get(&id).filter(|goal| goal.owner == *owner) {
                self.goals.push((goal.outer, stamp));
            }
        }
        self.code = self.code.max(code);
        Ok(())
    }

    /// The serialized answer.
    pub fn write(&self) -> Vec<u8> {
        let code = match (self.goals.is_empty(), self.code) {
            (false, _) => 0,
            (true, 0) => REJECTED,
            (true, code) => code,
        };
        let mut cdr = vec![0, 1, 0, 0];
        cdr.extend(code.to_le_bytes());
        cdr.extend([0; 3]);
        cdr.extend(u32::try_from(self.goals.len()).unwrap_or(u32::MAX).to_le_bytes());
        for (id, stamp) in &self.goals {
            cdr.extend(id);
            cdr.extend(stamp.bytes());
        }
        cdr
    }
}
