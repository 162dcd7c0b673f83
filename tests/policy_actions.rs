//! Actions in a policy: their parts, who may use them, and what is said about it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use discreet_policy::finding::render;
use discreet_policy::{ActionPart, Form, Ingress, Moment, OnEnd, Party, Policy, Verb, Verdict, cases};
use discreet_seal::IngressKind;

const POLICY: &str = r#"
discreet: 1
robot: concierge-1
version: 1
timezone: Europe/Berlin
classes: { operational: { retention: 7d }, contextual: { retention: 1d } }
stakeholders:
  maintenance: { identity: m.pub }
  front_desk: { identity: f.pub }
topics:
  /scan: { type: sensor_msgs/msg/LaserScan, class: operational }
  /**/status: { type: action_msgs/msg/GoalStatusArray, class: operational }
commands:
  /cmd_vel: { type: geometry_msgs/msg/Twist, class: operational }
services:
  /reset: { type: std_srvs/srv/Trigger, class: operational }
actions:
  /navigate_to_pose:
    type: nav2_msgs/action/NavigateToPose
    class: operational
    rate: 1
    limits: { pose.pose.position.x: [-10, 10] }
    redact: { feedback.note: [person], result.message: [phone] }
  /dock: { type: nav2_msgs/action/DockRobot, class: contextual, on_end: finish, redact: { feedback: [all], result: [all] } }
rules:
  - { who: everyone, read: operational, as: clear }
  - { who: maintenance, act: /navigate_to_pose, as: clear, hours: "08:00-18:00" }
  - { who: front_desk, act: [/navigate_to_pose/_action/feedback, /navigate_to_pose/_action/status], as: redacted }
  - { who: everyone, act: /navigate_to_pose/_action/feedback, as: clear, hours: "10:00-12:00" }
  - { who: everyone, act: /navigate_to_pose/_action/status, deny: true, hours: "22:00-06:00" }
  - { who: [maintenance, front_desk], act: /dock }
"#;

fn policy() -> Policy {
    match Policy::read("actions.yaml", POLICY) {
        Ok((policy, warnings)) => {
            assert!(warnings.is_empty(), "{}", render(&warnings, "actions.yaml", POLICY, false));
            policy
        }
        Err(findings) => panic!("{}", render(&findings, "actions.yaml", POLICY, false)),
    }
}

fn at(policy: &Policy, time: &str) -> Moment {
    policy.moment(time.parse::<jiff::Timestamp>().unwrap().as_second(), true)
}

fn part(policy: &Policy, action: &str, part: ActionPart) -> std::sync::Arc<Ingress> {
    let is_it = |one: &&std::sync::Arc<Ingress>| one.action() == Some(action) && one.part() == Some(part);
    policy.ingress().iter().find(is_it).unwrap().clone()
}

fn form(verdict: Verdict) -> Option<Form> {
    match verdict {
        Verdict::Allow { form, .. } => Some(form),
        Verdict::Deny { .. } | Verdict::NoRule => None,
    }
}

#[test]
fn parts_follow_commands_and_services_in_the_order_of_ros() {
    let policy = policy();
    let names: Vec<&str> = policy.ingress().iter().map(|one| one.name()).collect();
    let parts = |action: &str| ActionPart::ALL.map(|part| part.full_name(action));
    let expected = [
        vec!["/cmd_vel".to_owned(), "/reset".to_owned()],
        parts("/navigate_to_pose").into(),
        parts("/dock").into(),
    ];
    assert_eq!(names, expected.concat());
    for one in &policy.ingress()[..2] {
        assert_eq!((one.part(), one.action(), one.action_type()), (None, None, None));
    }
}

#[test]
fn a_part_has_its_type_its_names_and_the_class_of_its_action() {
    let policy = policy();
    let dock = |which| part(&policy, "/dock", which);
    let goals = dock(ActionPart::SendGoal);
    assert_eq!(goals.kind(), IngressKind::Call);
    assert_eq!(goals.action_type(), Some("nav2_msgs/action/DockRobot"));
    assert_eq!(goals.type_name(), "nav2_msgs/action/DockRobot_SendGoal");
    assert_eq!(goals.class().name(), "contextual");
    assert_eq!(goals.outside(), "/dock/_action/send_goal/call");
    assert_eq!(dock(ActionPart::CancelGoal).type_name(), "action_msgs/srv/CancelGoal");
    assert_eq!(dock(ActionPart::CancelGoal).outside(), "/dock/_action/cancel_goal/call");
    assert_eq!(dock(ActionPart::GetResult).outside(), "/dock/_action/get_result/call");
    assert_eq!(dock(ActionPart::Feedback).outside(), "/dock/_action/feedback/notice");
    assert_eq!(dock(ActionPart::Status).outside(), "/dock/_action/status/notice");
}

#[test]
fn rate_and_limits_are_those_of_goals() {
    let policy = policy();
    for which in ActionPart::ALL {
        let one = part(&policy, "/navigate_to_pose", which);
        let goals = which == ActionPart::SendGoal;
        assert_eq!(one.rate(), goals.then_some(1), "{}", one.name());
        assert_eq!(
            one.limits().get("pose.pose.position.x"),
            goals.then_some(&[-10.0, 10.0]),
            "{}",
            one.name()
        );
    }
}

#[test]
fn goals_are_cancelled_at_the_end_of_a_right_unless_the_action_says_otherwise() {
    let policy = policy();
    assert_eq!(part(&policy, "/navigate_to_pose", ActionPart::SendGoal).on_end(), OnEnd::Cancel);
    assert_eq!(part(&policy, "/dock", ActionPart::SendGoal).on_end(), OnEnd::Finish);
}

#[test]
fn text_is_hidden_in_feedback_and_in_results() {
    let policy = policy();
    let hidden = |action, which| part(&policy, action, which).text_rules().map(|rules| rules.to_string());
    assert_eq!(hidden("/navigate_to_pose", ActionPart::Feedback).as_deref(), Some("feedback.note: person"));
    assert_eq!(hidden("/navigate_to_pose", ActionPart::GetResult).as_deref(), Some("result.message: phone"));
    for which in ActionPart::ALL {
        let all = match which {
            ActionPart::Feedback => Some("feedback: all"),
            ActionPart::GetResult => Some("result: all"),
            ActionPart::SendGoal | ActionPart::CancelGoal | ActionPart::Status => None,
        };
        assert_eq!(hidden("/dock", which).as_deref(), all, "{}", which.name());
    }
}

#[test]
fn each_part_has_its_own_timetable() {
    let policy = policy();
    let (night, morning, noon) = (
        at(&policy, "2026-05-01T23:00:00+02:00"),
        at(&policy, "2026-05-01T09:00:00+02:00"),
        at(&policy, "2026-05-01T11:00:00+02:00"),
    );
    let nav = |which| part(&policy, "/navigate_to_pose", which);
    let (goals, feedback, status) =
        (nav(ActionPart::SendGoal), nav(ActionPart::Feedback), nav(ActionPart::Status));
    assert_eq!(form(goals.stakeholder("maintenance", morning)), Some(Form::Clear));
    assert_eq!(goals.stakeholder("maintenance", night), Verdict::NoRule);
    assert_eq!(goals.stakeholder("front_desk", morning), Verdict::NoRule);
    assert_eq!(form(feedback.stakeholder("front_desk", night)), Some(Form::Redacted));
    assert!(matches!(status.stakeholder("front_desk", night), Verdict::Deny { .. }), "a deny of everyone");
    assert_eq!(form(status.stakeholder("front_desk", noon)), Some(Form::Clear), "it has no text to hide");
    assert_eq!(form(feedback.everyone(noon)), Some(Form::Clear));
    assert_eq!(feedback.everyone(morning), Verdict::NoRule);
    assert_eq!(goals.everyone(noon), Verdict::NoRule);
    assert_eq!(
        form(part(&policy, "/dock", ActionPart::SendGoal).stakeholder("front_desk", night)),
        Some(Form::Clear)
    );
}

#[test]
fn an_explanation_agrees_with_the_timetable_of_each_part() {
    let policy = policy();
    for hour in 0..24 {
        let now = at(&policy, &format!("2026-05-01T{hour:02}:30:00+02:00"));
        for one in policy.ingress().iter().filter(|one| one.part().is_some()) {
            let everyone = policy.explain(&Party::Everyone, Verb::Act, one.name(), now).unwrap().verdict;
            assert_eq!(everyone, one.everyone(now), "{} at {hour}", one.name());
            for who in ["maintenance", "front_desk"] {
                let party = policy.party(who).unwrap();
                let explained = policy.explain(&party, Verb::Act, one.name(), now).unwrap();
                // Of what everyone has, a stakeholder's own table says nothing.
                let own = one.stakeholder(who, now);
                if own != Verdict::NoRule && form(one.everyone(now)).is_none() {
                    assert_eq!(explained.verdict, own, "{who}, {} at {hour}", one.name());
                }
                let either = form(own).max(form(one.everyone(now)));
                assert_eq!(form(explained.verdict), either, "{who}, {} at {hour}", one.name());
            }
        }
    }
}

#[test]
fn feedback_and_status_have_readers_and_no_keys() {
    let policy = policy();
    let noon = at(&policy, "2026-05-01T12:30:00+02:00");
    let names = |which, form| -> Vec<String> {
        let part = part(&policy, "/navigate_to_pose", which);
        let members = part.readers(form).map(|group| group.members(noon).map(ToString::to_string).collect());
        members.unwrap_or_default()
    };
    assert_eq!(names(ActionPart::Feedback, Form::Clear), ["maintenance"]);
    assert_eq!(names(ActionPart::Feedback, Form::Redacted), ["front_desk"]);
    assert_eq!(names(ActionPart::Status, Form::Clear), ["maintenance", "front_desk"]);
    assert_eq!(names(ActionPart::SendGoal, Form::Clear), Vec::<String>::new());
    assert!(policy.groups().is_empty());
}

#[test]
fn the_name_of_an_action_stands_for_its_goals() {
    let policy = policy();
    let maintenance = policy.party("maintenance").unwrap();
    let noon = at(&policy, "2026-05-01T12:00:00+02:00");
    let explained = policy.explain(&maintenance, Verb::Act, "/navigate_to_pose", noon).unwrap();
    assert_eq!(explained.declared, "/navigate_to_pose/_action/send_goal");
    assert!(explained.sealed);
    for unknown in ["/navigate", "/navigate_to_pose/_action/goal", "/navigate_to_pose/_action"] {
        assert!(policy.explain(&maintenance, Verb::Act, unknown, noon).is_err(), "{unknown}");
    }
}

#[test]
fn a_glob_over_topics_does_not_stand_for_those_of_an_action() {
    let policy = policy();
    assert!(policy.topic("/robot/status").is_some());
    assert!(policy.topic("/robot/_action/status").is_none(), "of an action that is not declared");
    assert!(policy.topic("/navigate_to_pose/_action/status").is_none());
    assert!(policy.topic("/navigate_to_pose/_action/feedback/status").is_none());
}

#[test]
fn a_glob_over_events_is_a_sibling_of_the_services_of_an_action() {
    let events = "/**/_service_event: { type: nav2_msgs/action/NavigateToPose_SendGoal_Event";
    let text = POLICY.replace("/**/status: { type: action_msgs/msg/GoalStatusArray", events);
    let findings = Policy::read("actions.yaml", &text).unwrap_err();
    let open = findings.iter().find(|finding| finding.code == "sibling-open").unwrap();
    assert!(open.message.contains("`/**/_service_event` shows the requests to `/reset`"), "{}", open.message);
    let closed = text.replace("  /reset: { type: std_srvs/srv/Trigger, class: operational }\n", "  {}\n");
    let findings = Policy::read("actions.yaml", &closed).unwrap_err();
    let open = findings.iter().find(|finding| finding.code == "sibling-open").unwrap();
    assert!(open.message.contains("`/navigate_to_pose/_action/send_goal`"), "{}", open.message);
}

#[test]
fn cases_ask_about_actions_and_their_parts() {
    let run = |case: &str| {
        let results = cases::run(&policy(), "actions.yaml", POLICY, &format!("cases:\n  - {{ {case} }}\n"));
        results.failures.first().map(|failure| failure.code)
    };
    let noon = "at: 2026-05-01T12:30:00+02:00";
    for (case, code) in [
        ("who: maintenance, action: /navigate_to_pose, expect: allowed, line: 27", None),
        ("who: maintenance, action: /navigate_to_pose/_action/cancel_goal, expect: clear", None),
        ("who: front_desk, action: /navigate_to_pose, expect: denied", None),
        ("who: front_desk, action: /navigate_to_pose/_action/feedback, expect: redacted", None),
        ("who: front_desk, action: /navigate_to_pose/_action/feedback, expect: clear", Some("case-failed")),
        ("who: front_desk, action: /navigate_to_pose/_action/status, expect: clear", None),
        ("who: front_desk, action: /wait, expect: undeclared", None),
        ("who: front_desk, action: /dock, expect: undeclared", Some("case-failed")),
        ("who: front_desk, action: /wait, expect: denied", Some("undeclared")),
        ("who: front_desk, action: /dock, service: /reset, expect: denied", Some("one-thing")),
    ] {
        assert_eq!(run(&format!("{case}, {noon}")), code, "{case}");
    }
}

/// The program on a file of its own, with the types of tests/data.
fn discreet(arguments: &[&str], policy: &str) -> (i32, String) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let number = FILES.fetch_add(1, Relaxed);
    let file = folder.join(format!("action-{number}.yaml"));
    fs::write(&file, policy).unwrap();
    let (command, rest) = arguments.split_first().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_discreet"))
        .args([command, file.to_str().unwrap()])
        .args(rest)
        .env("AMENT_PREFIX_PATH", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/types"))
        .output()
        .unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

static FILES: AtomicUsize = AtomicUsize::new(0);

/// An action whose type tests/data has.
fn installed(keys: &str) -> String {
    format!(
        "discreet: 1\nrobot: r\nversion: 1\nclasses: {{ operational: {{ retention: 7d }} }}\n\
         stakeholders: {{ desk: {{ identity: desk.pub }} }}\ntopics: {{}}\nactions:\n  \
         /nav: {{ type: hotel_interfaces/action/NavigateToPose, class: operational, {keys} }}\n\
         rules:\n  - {{ who: desk, act: /nav }}\n"
    )
}

#[test]
fn check_compares_limits_and_hidden_fields_with_the_installed_type() {
    for (keys, found) in [
        ("limits: { pose.pose.position.x: [-10, 10] }", None),
        ("limits: { pose.position.x: [-10, 10] }", Some("no field `goal.pose.position.x`")),
        (
            "limits: { goal.pose.pose.position.x: [-10, 10] }",
            Some("no field `goal.goal.pose.pose.position.x`"),
        ),
        ("limits: { behavior_tree: [0, 1] }", Some("`goal.behavior_tree` is not a number")),
        ("redact: { result.error_msg: [person], feedback.current_pose.header.frame_id: mask }", None),
        ("redact: { result: [person], feedback: [person] }", None),
        ("redact: { result.message: [person] }", Some("not text of its type: `result.message`")),
        ("redact: { feedback.number_of_recoveries: [person] }", Some("`feedback.number_of_recoveries`")),
    ] {
        let (code, said) = discreet(&["check"], &installed(keys));
        assert_eq!(code, i32::from(found.is_some()), "{keys}: {said}");
        assert!(said.contains("error[unknown-field]") == found.is_some(), "{keys}: {said}");
        assert!(said.contains(found.unwrap_or_default()), "{keys}: {said}");
    }
}

#[test]
fn check_lists_an_action_whose_type_is_not_installed_once() {
    let (code, said) = discreet(&["check"], &installed("rate: 1").replace("NavigateToPose", "Fly"));
    assert_eq!(code, 0, "{said}");
    let absent = said.lines().find(|line| line.contains("not installed here")).unwrap();
    let types = absent.rsplit_once(": ").unwrap().1;
    assert_eq!(
        types,
        "action_msgs/msg/GoalStatusArray, action_msgs/srv/CancelGoal, hotel_interfaces/action/Fly"
    );
}

#[test]
fn explain_says_that_an_action_stands_for_its_goals() {
    let ask = |who: &str, action: &str| {
        discreet(&["explain", "--who", who, "--action", action, "--at", "2026-05-01T12:30:00+02:00"], POLICY)
    };
    let (code, said) = ask("maintenance", "/navigate_to_pose");
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("maintenance, /navigate_to_pose: clear\n"), "{said}");
    assert!(said.contains("this is about sending goals"), "{said}");
    assert!(
        said.contains("signed by that stakeholder, on /navigate_to_pose/_action/send_goal/call"),
        "{said}"
    );
    let (code, said) = ask("front_desk", "/navigate_to_pose/_action/feedback");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("hidden in it: feedback.note: person"), "{said}");
    assert!(
        said.contains("leaves sealed to that stakeholder, on /navigate_to_pose/_action/feedback/notice"),
        "{said}"
    );
    assert!(!said.contains("this is about sending goals"), "{said}");
    assert_eq!(ask("everyone", "/navigate_to_pose").0, 1);
    assert_eq!(ask("front_desk", "/never/declared").0, 1);
}
