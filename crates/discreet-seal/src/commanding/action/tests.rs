use super::super::world::{Desk, NOW, NOW_NS};
use super::*;
use crate::{CallAnswer, CommandContext, IngressKind, Ticket, seal_notice, seal_response, write_call_answer};

const START: Duration = Duration::from_secs(5);
const GOAL: GoalId = [7; 16];
const ACCEPTED: [u8; 16] = [0, 1, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 5, 0, 0, 0];
const REJECTED: [u8; 16] = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const RESULT: [u8; 8] = [0, 1, 0, 0, 4, 0, 0, 0];

/// Requests that were sent, with their numbers from 1.
#[derive(Default)]
struct Sent(Vec<Vec<u8>>);

impl CallRobot for Sent {
    type Fault = &'static str;

    fn send_request(&mut self, sealed: &[u8]) -> Result<i64, &'static str> {
        self.0.push(sealed.to_vec());
        Ok(self.0.len() as i64)
    }
}

#[derive(Default)]
struct Robot {
    send_goal: Sent,
    cancel_goal: Sent,
    get_result: Sent,
}

impl RobotAction for Robot {
    type Call = Sent;

    fn send_goal(&mut self) -> &mut Sent {
        &mut self.send_goal
    }

    fn cancel_goal(&mut self) -> &mut Sent {
        &mut self.cancel_goal
    }

    fn get_result(&mut self) -> &mut Sent {
        &mut self.get_result
    }
}

fn context(part: &str) -> ContextDigest {
    let name = &format!("/go/_action/{part}");
    let kind = IngressKind::Call;
    CommandContext { robot: "r", domain: 4, kind, name, type_name: "t", type_hash: "h" }.digest()
}

/// The walk over requests with a goal id, which is all that is read of them.
fn id_plan() -> Plan {
    let description = r#"{"type_description": {"type_name": "a/msg/B", "fields": [
        {"name": "goal_id", "type": {"type_id": 51, "capacity": 16, "string_capacity": 0, "nested_type_name": ""}}
    ]}, "referenced_type_descriptions": []}"#;
    Plan::compile(&serde_json::from_str(description).unwrap()).unwrap()
}

fn request(goal: &GoalId) -> Vec<u8> {
    [&[0, 1, 0, 0], &goal[..]].concat()
}

struct Scene {
    desk: Desk,
    sealer: ActionSealer<&'static str>,
    robot: Robot,
}

impl Scene {
    fn new() -> Scene {
        let desk = Desk::new();
        desk.announce(NOW + 30);
        let part = |name: &str| (context(name), id_plan());
        let calls = ActionCalls {
            send_goal: part("send_goal"),
            cancel_goal: part("cancel_goal"),
            get_result: part("get_result"),
        };
        let sealer = ActionSealer::new(&desk.granted, calls, str::to_owned);
        Scene { desk, sealer, robot: Robot::default() }
    }

    /// The guard's answer to a request.
    fn answer(&self, part: &str, request: &[u8], response: &[u8]) -> Vec<u8> {
        let ticket = Ticket::of(&context(part), request).unwrap();
        let me = self.desk.granted.me().public();
        let sealed = seal_response(&self.desk.robot.sender, me, &ticket, response).unwrap();
        write_call_answer(&CallAnswer::Sealed(sealed))
    }

    fn send(&mut self, from: &'static str, goal: &GoalId) -> Result<(), Unsent> {
        self.sealer.send_goal(from, &request(goal), &mut self.robot, NOW_NS, START)
    }

    /// The guard answers the last goal.
    fn goal_answered(&mut self, response: &[u8]) -> Option<ForClient<&'static str>> {
        let answer = self.answer("send_goal", self.robot.send_goal.0.last().unwrap(), response);
        self.sealer.goal_answered(self.robot.send_goal.0.len() as i64, &answer, START)
    }

    /// The guard answers the last request for a result.
    fn result_answered(&mut self) -> Answers<&'static str> {
        let answer = self.answer("get_result", self.robot.get_result.0.last().unwrap(), &RESULT);
        self.sealer.result_answered(self.robot.get_result.0.len() as i64, &answer, START)
    }

    fn attend(&mut self, at: Duration) -> Vec<Unanswered> {
        self.sealer.attend(&mut self.robot, NOW_NS, at)
    }

    fn ask(&mut self, from: &'static str, goal: &GoalId) -> Result<Option<ForClient<&'static str>>, Unsent> {
        self.sealer.get_result(from, &request(goal), &mut self.robot, NOW_NS, START)
    }
}

#[test]
fn the_result_of_an_accepted_goal_is_asked_for_once_and_kept_for_late_clients() {
    let mut scene = Scene::new();
    scene.send("client", &GOAL).unwrap();
    assert!(scene.sealer.has_key(NOW) && !scene.sealer.awaits_results());
    let accepted = ForClient { to: "client", response: ACCEPTED.to_vec() };
    assert_eq!(scene.goal_answered(&ACCEPTED), Some(accepted));
    assert!(scene.sealer.awaits_results());
    assert!(scene.attend(START).is_empty() && scene.attend(START).is_empty());
    assert_eq!(scene.robot.get_result.0.len(), 1);
    assert_eq!(scene.ask("waits", &GOAL), Ok(None));
    assert_eq!(scene.result_answered(), [ForClient { to: "waits", response: RESULT.to_vec() }]);
    let late = ForClient { to: "late", response: RESULT.to_vec() };
    assert_eq!(scene.ask("late", &GOAL), Ok(Some(late)));
    assert!(!scene.sealer.awaits_results());
    assert_eq!(scene.robot.get_result.0.len(), 1, "the guard is not asked again");
    scene.attend(START + KEPT);
    assert_eq!(scene.ask("too late", &GOAL), Ok(None));
    assert_eq!(scene.robot.get_result.0.len(), 2, "now it is");
}

#[test]
fn the_guard_is_asked_again_when_it_does_not_answer() {
    let mut scene = Scene::new();
    scene.send("client", &GOAL).unwrap();
    scene.goal_answered(&ACCEPTED).unwrap();
    scene.attend(START);
    scene.attend(START + ASK_AGAIN - Duration::from_millis(1));
    assert_eq!(scene.robot.get_result.0.len(), 1);
    assert!(scene.attend(START + ASK_AGAIN).is_empty(), "nobody need know");
    assert_eq!(scene.robot.get_result.0.len(), 2);
    assert!(scene.result_answered().is_empty());
    assert!(!scene.sealer.awaits_results());
}

#[test]
fn a_rejected_goal_has_no_result() {
    let mut scene = Scene::new();
    scene.send("client", &GOAL).unwrap();
    assert!(scene.goal_answered(&REJECTED).is_some());
    scene.attend(START);
    assert!(scene.robot.get_result.0.is_empty());
}

#[test]
fn goals_without_a_result_are_bounded() {
    let mut scene = Scene::new();
    for number in 0..MAX_GOALS {
        let mut goal = GOAL;
        goal[..8].copy_from_slice(&(number as u64).to_le_bytes());
        scene.send("client", &goal).unwrap();
        scene.goal_answered(&ACCEPTED).unwrap();
    }
    assert_eq!(scene.send("client", &GOAL), Err(Unsent::TooManyCalls));
    scene.attend(START);
    scene.result_answered();
    assert_eq!(scene.send("client", &GOAL), Ok(()), "a kept result makes room");
    for _ in 0..MAX_WAITING {
        assert_eq!(
            scene.ask("client", &[[1, 0, 0, 0, 0, 0, 0, 0], [7; 8]].concat().try_into().unwrap()),
            Ok(None)
        );
    }
    let more = scene.ask("client", &[[1, 0, 0, 0, 0, 0, 0, 0], [7; 8]].concat().try_into().unwrap());
    assert_eq!(more, Err(Unsent::TooManyCalls));
}

#[test]
fn a_notice_opens_once_in_order_and_in_time() {
    let scene = Scene::new();
    let Desk { granted, robot, .. } = &scene.desk;
    let key = granted.receiver(NOW).unwrap().terms().key;
    let mut opener = NoticeOpener::new(granted, context("feedback"), id_plan());
    let seal = |stamp: i64, context: &ContextDigest| {
        let stamp = (key, stamp.unsigned_abs());
        seal_notice(&robot.sender, granted.me().public(), context, stamp, &request(&GOAL)).unwrap()
    };
    let old = seal(NOW_NS - 10_000_000_001, &context("feedback"));
    assert_eq!(opener.open(&mut old.clone(), NOW_NS), Err(Unnoticed::Late));
    let mut open = |notice: &[u8]| opener.open(&mut notice.to_vec(), NOW_NS).map(<[u8]>::to_vec);
    let first = seal(NOW_NS, &context("feedback"));
    assert_eq!(open(&first), Ok(request(&GOAL)));
    assert_eq!(open(&first), Err(OpenError::Replayed.into()));
    assert_eq!(open(&seal(NOW_NS - 1, &context("feedback"))), Err(OpenError::Replayed.into()));
    assert_eq!(open(&seal(NOW_NS + 1, &context("status"))), Err(OpenError::Signature.into()));
    assert_eq!(open(&seal(NOW_NS + 2, &context("feedback"))), Ok(request(&GOAL)));
    let other = crate::identity::Identity::generate("other").unwrap();
    let theirs = seal_notice(&robot.sender, other.public(), &context("feedback"), (key, 9), b"");
    assert_eq!(open(&theirs.unwrap()), Err(Unnoticed::Others));
}
