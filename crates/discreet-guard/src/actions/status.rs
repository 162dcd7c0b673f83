//! The status of goals (action_msgs/msg/GoalStatusArray), apart for each stakeholder.

use std::time::Duration;

use super::{FIRST_END, Goals, MAX_GOALS, Stamp, State, Stray, stamp};
use discreet_cdr::{Malformed, Reader};
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{GoalId, is_inner_goal_id};

/// The goals of one stakeholder in a status message: its own, under their ids outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnStatuses {
    /// The stakeholder.
    pub owner: PublicIdentity,
    /// The serialized GoalStatusArray.
    pub message: Vec<u8>,
}

/// The most goals in a status message. A robot has some.
const MOST: u32 = 4096;
/// The smallest size of one goal's status.
const SMALLEST: usize = 25;

/// A goal's status.
#[derive(Clone, Copy)]
struct Status {
    goal: GoalId,
    stamp: Stamp,
    status: i8,
}

fn read(message: &[u8]) -> Result<Vec<Status>, Malformed> {
    let mut reader = Reader::new(message)?;
    let count = reader.sequence(SMALLEST, Some(MOST))?;
    let one = |reader: &mut Reader<'_>| -> Result<Status, Malformed> {
        Ok(Status { goal: reader.bytes()?, stamp: stamp(reader)?, status: reader.i8()? })
    };
    (0..count).map(|_| one(&mut reader)).collect()
}

/// The ids of the goals in a status message.
pub fn goals_in(message: &[u8]) -> Result<Vec<GoalId>, Malformed> {
    Ok(read(message)?.into_iter().map(|one| one.goal).collect())
}

fn write(statuses: &[Status]) -> Vec<u8> {
    let mut cdr = vec![0, 1, 0, 0];
    cdr.extend(u32::try_from(statuses.len()).unwrap_or(u32::MAX).to_le_bytes());
    for one in statuses {
        cdr.extend(one.goal);
        cdr.resize(cdr.len().next_multiple_of(4), 0);
        cdr.extend(one.stamp.bytes());
        cdr.extend(one.status.to_le_bytes());
    }
    cdr
}

impl Goals {
    /// Notes the status of each goal, and returns the part of each stakeholder that has goals in it. `at` is monotonic.
    pub fn statuses(&mut self, message: &[u8], at: Duration) -> Result<Vec<OwnStatuses>, Malformed> {
        let mut parts: Vec<(PublicIdentity, Vec<Status>)> = Vec::new();
        let statuses = read(message)?;
        let mut strays = std::mem::take(&mut self.strays);
        self.listed = statuses.iter().map(|one| one.goal).filter(is_inner_goal_id).collect();
        for (id, goal) in &mut self.goals {
            let is_listed = self.listed.contains(id);
            if goal.listed && !is_listed {
                goal.end(at); // the robot has forgotten it
            }
            goal.listed = is_listed;
        }
        for one in statuses {
            let has_ended = one.status >= FIRST_END;
            let Some(goal) = self.goals.get_mut(&one.goal) else {
                let is_stray = !has_ended && self.strays.len() < MAX_GOALS && self.listed.contains(&one.goal);
                if is_stray && !self.strays.contains_key(&one.goal) {
                    let known = strays.remove(&one.goal);
                    self.strays.insert(one.goal, known.unwrap_or(Stray { seen: at, cancelled: None }));
                }
                continue;
            };
            if has_ended {
                goal.end(at);
            } else {
                goal.state = State::Accepted;
            }
            goal.stamp.get_or_insert(one.stamp);
            let status = Status { goal: goal.outer, ..one };
            match parts.iter_mut().find(|(owner, _)| *owner == goal.owner) {
                Some((_, statuses)) => statuses.push(status),
                None => parts.push((goal.owner.clone(), vec![status])),
            }
        }
        let part = |(owner, statuses): (PublicIdentity, Vec<Status>)| OwnStatuses {
            owner,
            message: write(&statuses),
        };
        Ok(parts.into_iter().map(part).collect())
    }
}
