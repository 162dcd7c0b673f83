//! Any bytes as the messages of an action's cancels, goals and status: nobody's goals reach another stakeholder.

use std::time::Duration;

use discreet_guard::actions::{CancelRequest, Cancelled, Goals};
use discreet_policy::OnEnd;
use discreet_seal::identity::PublicIdentity;
use discreet_seal::{GoalId, inner_goal_id};

const ACTION: &str = "/go";
const START: Duration = Duration::from_secs(1);
const MINE: GoalId = [1; 16];
const THEIRS: GoalId = [2; 16];

fn party(name: &str, byte: u8) -> PublicIdentity {
    PublicIdentity { name: name.into(), receive: [byte; 32], sign: [byte; 32] }
}

pub fn run(data: &[u8]) {
    let (me, other) = (party("me", 3), party("other", 4));
    let mut goals = Goals::new(ACTION, OnEnd::Cancel);
    let mine = goals.send(&me, MINE, START).unwrap();
    let theirs = goals.send(&other, THEIRS, START).unwrap();
    if let Ok(request) = CancelRequest::read(data) {
        assert!(!request.targets(&goals, &me).contains(&theirs));
    }
    let mut cancelled = Cancelled::default();
    let _malformed = cancelled.add(&goals, &me, data);
    assert!(!contains(&cancelled.write(), &THEIRS));
    let _malformed = goals.answered(&mine, data);
    for part in goals.statuses(data, START).unwrap_or_default() {
        assert!(part.message.len() <= data.len() + 4);
        assert!(part.owner != me || contains(data, &mine));
        assert!(part.owner != other || contains(data, &theirs));
    }
}

fn contains(bytes: &[u8], id: &GoalId) -> bool {
    bytes.windows(id.len()).any(|window| window == id)
}

/// Real messages: a cancel, its answer, and a status of both goals.
#[allow(dead_code, reason = "the fuzz target has its own corpus")]
pub fn seeds() -> Vec<Vec<u8>> {
    let stamp = [9, 0, 0, 0, 5, 0, 0, 0];
    let header = [0, 1, 0, 0];
    let mine = inner_goal_id(ACTION, &party("me", 3), &MINE);
    let theirs = inner_goal_id(ACTION, &party("other", 4), &THEIRS);
    let cancel = [&header[..], &MINE, &stamp].concat();
    let all = [&header[..], &[0; 24]].concat();
    let answer = [&header[..], &[0, 0, 0, 0, 2, 0, 0, 0], &mine, &stamp, &theirs, &stamp].concat();
    let status = [&header[..], &[2, 0, 0, 0], &mine, &stamp, &[2], &theirs, &[0; 3], &stamp, &[4]].concat();
    vec![cancel, all, answer, status]
}
