use std::time::Duration;

use super::*;

const START: Duration = Duration::from_secs(100);

fn party(name: &str, byte: u8) -> PublicIdentity {
    PublicIdentity { name: name.into(), receive: [byte; 32], sign: [byte + 1; 32] }
}

fn goals() -> Goals {
    Goals::new("/go", OnEnd::Cancel)
}

const ACCEPTED: [u8; 16] = [0, 1, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 5, 0, 0, 0];
const REJECTED: [u8; 16] = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// A status message about goals inside.
fn status(goals: &[(GoalId, i8)]) -> Vec<u8> {
    let mut cdr = vec![0, 1, 0, 0];
    cdr.extend(u32::try_from(goals.len()).unwrap().to_le_bytes());
    for (id, status) in goals {
        cdr.extend(id);
        cdr.resize(cdr.len().next_multiple_of(4), 0);
        cdr.extend([9, 0, 0, 0, 5, 0, 0, 0, status.to_le_bytes()[0]]);
    }
    cdr
}

fn cancel(goal: GoalId, sec: i32) -> CancelRequest {
    let mut cdr = vec![0, 1, 0, 0];
    cdr.extend(goal);
    cdr.extend(sec.to_le_bytes());
    cdr.extend([0; 4]);
    CancelRequest::read(&cdr).unwrap()
}

#[test]
fn status_tells_each_stakeholder_about_its_own_goals() {
    let (desk, night) = (party("desk", 1), party("night", 5));
    let mut goals = goals();
    let a = goals.send(&desk, [1; 16], START).unwrap();
    let b = goals.send(&night, [2; 16], START).unwrap();
    let c = goals.send(&desk, [3; 16], START).unwrap();
    for id in [a, b, c] {
        goals.answered(&id, &ACCEPTED).unwrap();
    }
    let parts = goals.statuses(&status(&[(a, 2), (b, 4), ([9; 16], 2), (c, 2)]), START).unwrap();
    let expected = [
        OwnStatuses { owner: desk, message: status(&[([1; 16], 2), ([3; 16], 2)]) },
        OwnStatuses { owner: night, message: status(&[([2; 16], 4)]) },
    ];
    assert_eq!(parts, expected);
    assert_eq!(goals.active(), 2);
    assert!(goals.statuses(&[0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff], START).is_err());
}

#[test]
fn a_cancel_reaches_the_senders_own_goals_only() {
    let (desk, night) = (party("desk", 1), party("night", 5));
    let mut goals = goals();
    let mut mine = [1, 2].map(|n| goals.send(&desk, [n; 16], START).unwrap());
    mine.sort_unstable();
    let theirs = goals.send(&night, [3; 16], START).unwrap();
    mine.iter().chain([&theirs]).for_each(|id| goals.answered(id, &ACCEPTED).unwrap());
    assert_eq!(cancel([1; 16], 0).targets(&goals, &desk), [inner_goal_id("/go", &desk, &[1; 16])]);
    assert_eq!(cancel([3; 16], 0).targets(&goals, &desk), [inner_goal_id("/go", &desk, &[3; 16])]);
    assert_ne!(cancel([3; 16], 0).targets(&goals, &desk), [theirs]);
    assert_eq!(cancel(GoalId::default(), 0).targets(&goals, &desk), mine);
    assert_eq!(cancel(GoalId::default(), 10).targets(&goals, &desk), mine);
    assert!(cancel(GoalId::default(), 8).targets(&goals, &desk).is_empty());

    let mut answer = vec![0, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0];
    for id in [mine[0], theirs] {
        answer.extend(id);
        answer.extend([9, 0, 0, 0, 5, 0, 0, 0]);
    }
    let mut cancelled = Cancelled::default();
    cancelled.add(&goals, &desk, &answer).unwrap();
    let outer = goals.get(&mine[0]).unwrap().outer;
    let expected = [&[0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0][..], &outer, &[9, 0, 0, 0, 5, 0, 0, 0]].concat();
    assert_eq!(cancelled.write(), expected);
    assert_eq!(Cancelled::default().write(), [0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn goals_of_a_sender_without_the_right_are_cancelled_until_they_end() {
    let (desk, night) = (party("desk", 1), party("night", 5));
    let mut goals = goals();
    let lost = goals.send(&desk, [1; 16], START).unwrap();
    let kept = goals.send(&night, [2; 16], START).unwrap();
    [lost, kept].iter().for_each(|id| goals.answered(id, &ACCEPTED).unwrap());
    goals.check_rights(START, |_| true);
    assert!(goals.to_cancel(START).is_empty());
    goals.check_rights(START, |who| who.name == "night");
    assert_eq!(goals.to_cancel(START), [lost]);
    assert!(goals.to_cancel(START + Duration::from_secs(1)).is_empty());
    assert_eq!(goals.to_cancel(START + CANCEL_AGAIN), [lost], "again while it has not ended");
    goals.statuses(&status(&[(lost, 5)]), START).unwrap();
    assert!(goals.to_cancel(START + 2 * CANCEL_AGAIN).is_empty());
    assert_eq!(goals.at_the_end(), [kept]);
    goals.set_on_end(OnEnd::Finish);
    goals.check_rights(START, |_| false);
    assert!(goals.to_cancel(START + 2 * CANCEL_AGAIN).is_empty() && goals.at_the_end().is_empty());
}

#[test]
fn goals_from_before_the_start_are_cancelled_unless_their_sender_asks_for_them() {
    let desk = party("desk", 1);
    let [asked, left] = [1, 2].map(|n| inner_goal_id("/go", &desk, &[n; 16]));
    let mut goals = goals();
    let robots_own = [9; 16];
    let seen = status(&[(asked, 2), (left, 2), (robots_own, 2)]);
    assert!(goals.statuses(&seen, START).unwrap().is_empty());
    assert_eq!(goals.claim(&desk, [1; 16], START), Ok(asked));
    assert!(goals.to_cancel(START + UNCLAIMED - Duration::from_millis(1)).is_empty());
    assert_eq!(goals.statuses(&seen, START).unwrap().len(), 1);
    assert_eq!(goals.to_cancel(START + UNCLAIMED), [left]);
    goals.statuses(&status(&[(asked, 2), (left, 5)]), START + UNCLAIMED).unwrap();
    assert!(goals.to_cancel(START + 2 * UNCLAIMED).is_empty());
}

#[test]
fn goals_are_bounded_and_ended_ones_make_room() {
    let desk = party("desk", 1);
    let mut goals = goals();
    let id = |n: usize| [u8::try_from(n).unwrap(); 16];
    for n in 0..MAX_OF_ONE {
        let inner = goals.send(&desk, id(n), START).unwrap();
        goals.answered(&inner, &ACCEPTED).unwrap();
    }
    assert_eq!(goals.send(&desk, id(200), START), Err(Refused::Busy));
    assert_eq!(goals.send(&desk, id(3), START), Err(Refused::Replayed), "the same goal again");
    assert!(goals.send(&party("night", 5), id(1), START).is_ok());
    goals.result(&inner_goal_id("/go", &desk, &id(3)), &[0, 1, 0, 0, 4], START).unwrap();
    assert!(goals.send(&desk, id(200), START).is_ok());
    let rejected = goals.send(&party("night", 5), id(2), START).unwrap();
    goals.answered(&rejected, &REJECTED).unwrap();
    assert!(goals.get(&rejected).is_none());
    goals.check_rights(START + UNANSWERED, |_| true);
    assert_eq!(goals.active(), MAX_OF_ONE - 1, "what the robot did not answer is forgotten");
}

#[test]
fn a_goal_whose_result_is_asked_for_before_it_is_sent_is_still_cancelled() {
    let desk = party("desk", 1);
    let mut goals = goals();
    let inner = goals.claim(&desk, [1; 16], START).unwrap();
    goals.result(&inner, &[0, 1, 0, 0, 0], START).unwrap();
    assert!(goals.get(&inner).is_none(), "the robot does not know it");
    assert_eq!(goals.claim(&desk, [1; 16], START), Ok(inner));
    assert_eq!(goals.send(&desk, [1; 16], START), Ok(inner));
    goals.result(&inner, &[0, 1, 0, 0, 0], START).unwrap();
    goals.answered(&inner, &ACCEPTED).unwrap();
    goals.statuses(&status(&[(inner, 2)]), START).unwrap();
    goals.check_rights(START, |_| false);
    assert_eq!(goals.to_cancel(START), [inner]);
}

#[test]
fn an_id_that_the_robot_knows_is_not_sent_again() {
    let desk = party("desk", 1);
    let mut goals = goals();
    let inner = goals.send(&desk, [1; 16], START).unwrap();
    goals.answered(&inner, &ACCEPTED).unwrap();
    goals.statuses(&status(&[(inner, 4)]), START).unwrap();
    assert_eq!(goals.send(&desk, [1; 16], START), Err(Refused::Replayed), "it ended, and is known");
    goals.check_rights(START + ENDED, |_| true);
    assert_eq!(goals.send(&desk, [1; 16], START + ENDED), Err(Refused::Replayed), "and forgotten here");
    goals.statuses(&status(&[]), START).unwrap();
    assert_eq!(goals.send(&desk, [1; 16], START + ENDED), Ok(inner));
    goals.not_sent(&inner);
    assert!(goals.get(&inner).is_none());
    let stray = inner_goal_id("/go", &desk, &[2; 16]);
    goals.statuses(&status(&[(stray, 2)]), START).unwrap();
    assert_eq!(goals.send(&desk, [2; 16], START), Err(Refused::Replayed), "from before the start");
}

#[test]
fn a_goal_that_the_robot_has_forgotten_has_ended_and_one_that_was_never_answered_may_run() {
    let desk = party("desk", 1);
    let mut goals = goals();
    let lost = goals.send(&desk, [1; 16], START).unwrap();
    goals.answered(&lost, &ACCEPTED).unwrap();
    goals.statuses(&status(&[(lost, 2)]), START).unwrap();
    goals.statuses(&status(&[]), START).unwrap();
    assert_eq!(goals.active(), 0, "the action server has started again");
    let late = goals.send(&desk, [2; 16], START).unwrap();
    goals.check_rights(START + UNANSWERED, |_| true);
    assert!(goals.to_cancel(START + UNANSWERED).is_empty());
    assert_eq!(goals.to_cancel(START + UNANSWERED + UNCLAIMED), [late]);
    let slow = goals.send(&desk, [3; 16], START).unwrap();
    goals.statuses(&status(&[(slow, 2)]), START).unwrap();
    goals.check_rights(START + UNANSWERED, |_| false);
    assert!(goals.to_cancel(START + UNANSWERED).contains(&slow), "running, though the answer was lost");
}
