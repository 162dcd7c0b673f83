//! Parameters in a policy: their services, who may read and set them, and what is said about it.

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

use discreet_policy::finding::render;
use discreet_policy::{
    FileLimits, Form, Moment, ParameterService, ParameterType, Party, Policy, Verb, Verdict, cases,
};
use discreet_seal::IngressKind;

const POLICY: &str = r#"
discreet: 1
robot: concierge-1
version: 1
timezone: Europe/Berlin
classes: { operational: { retention: 7d }, contextual: { retention: 1d } }
stakeholders:
  maintenance: { identity: m.pub, until: 2027-01-31 }
  front_desk: { identity: f.pub }
topics:
  /scan: { type: sensor_msgs/msg/LaserScan, class: operational }
services:
  /reset: { type: std_srvs/srv/Trigger, class: operational }
parameters:
  /controller_server:
    class: operational
    rate: 2
    names:
      max_vel_x: { type: double, limits: [0, 0.5] }
      FollowPath.mode: { type: string, one_of: [slow, fast], max_length: 8, redact: [person] }
  /greeter: { class: contextual, names: { guest: { type: string, redact: mask } } }
rules:
  - { who: everyone, read: operational, as: clear }
  - { who: maintenance, get: /controller_server }
  - { who: maintenance, set: /controller_server:max_vel_x, hours: "08:00-18:00" }
  - { who: front_desk, get: [/controller_server, /greeter:guest], as: redacted }
  - { who: everyone, get: /controller_server:max_vel_x, deny: true, hours: "22:00-06:00" }
"#;

const SPEED: &str = "/controller_server:max_vel_x";
const MODE: &str = "/controller_server:FollowPath.mode";

fn policy() -> Policy {
    match Policy::read("parameters.yaml", POLICY) {
        Ok((policy, warnings)) => {
            assert!(warnings.is_empty(), "{}", render(&warnings, "parameters.yaml", POLICY, false));
            policy
        }
        Err(findings) => panic!("{}", render(&findings, "parameters.yaml", POLICY, false)),
    }
}

fn at(policy: &Policy, time: &str) -> Moment {
    policy.moment(time.parse::<jiff::Timestamp>().unwrap().as_second(), true)
}

fn form(verdict: Verdict) -> Option<Form> {
    match verdict {
        Verdict::Allow { form, .. } => Some(form),
        Verdict::Deny { .. } | Verdict::NoRule => None,
    }
}

#[test]
fn each_node_has_the_services_of_ros_behind_the_others() {
    let policy = policy();
    let names: Vec<&str> = policy.ingress().iter().map(|one| one.name()).collect();
    let services = |node: &str| ParameterService::ALL.map(|service| service.full_name(node));
    let expected =
        [vec!["/reset".to_owned()], services("/controller_server").into(), services("/greeter").into()];
    assert_eq!(names, expected.concat());
    let set = &policy.ingress()[5];
    assert_eq!((set.kind(), set.type_name()), (IngressKind::Call, "rcl_interfaces/srv/SetParameters"));
    assert_eq!(set.outside(), "/controller_server/set_parameters/call");
    assert_eq!((set.rate(), set.class().name()), (Some(2), "operational"));
    assert!(set.limits().is_empty() && set.text_rules().is_none() && set.part().is_none());
    assert_eq!(policy.ingress()[8].class().name(), "contextual");
}

#[test]
fn a_parameter_has_its_type_and_its_bounds() {
    let policy = policy();
    let node = &policy.nodes()[0];
    let mode = node.parameter("FollowPath.mode").unwrap();
    assert_eq!(mode.full_name(), MODE);
    let declared = mode.parameter();
    assert_eq!((declared.kind, declared.max_length, declared.limits), (ParameterType::String, Some(8), None));
    assert_eq!(declared.one_of.iter().flatten().collect::<Vec<_>>(), ["fast", "slow"]);
    assert_eq!(node.parameter("max_vel_x").unwrap().parameter().limits, Some([0.0, 0.5]));
    assert!(node.parameter("wifi_password").is_none() && node.parameter("FollowPath").is_none());
}

#[test]
fn each_parameter_has_its_own_timetable_to_be_read_and_to_be_set() {
    let policy = policy();
    let (night, noon, expired) = (
        at(&policy, "2026-05-01T23:00:00+02:00"),
        at(&policy, "2026-05-01T12:00:00+02:00"),
        at(&policy, "2027-05-01T12:00:00+02:00"),
    );
    let node = &policy.nodes()[0];
    let ask = |name: &str, verb, who: &str, now| node.parameter(name).unwrap().stakeholder(verb, who, now);
    assert_eq!(form(ask("max_vel_x", Verb::Get, "maintenance", noon)), Some(Form::Clear));
    assert!(matches!(ask("max_vel_x", Verb::Get, "maintenance", night), Verdict::Deny { .. }));
    assert_eq!(form(ask("FollowPath.mode", Verb::Get, "maintenance", night)), Some(Form::Clear));
    assert_eq!(ask("FollowPath.mode", Verb::Get, "maintenance", expired), Verdict::NoRule);
    assert_eq!(form(ask("max_vel_x", Verb::Set, "maintenance", noon)), Some(Form::Clear));
    assert_eq!(ask("max_vel_x", Verb::Set, "maintenance", night), Verdict::NoRule);
    assert_eq!(ask("FollowPath.mode", Verb::Set, "maintenance", noon), Verdict::NoRule);
    assert_eq!(form(ask("FollowPath.mode", Verb::Get, "front_desk", noon)), Some(Form::Redacted));
    assert_eq!(form(ask("max_vel_x", Verb::Get, "front_desk", noon)), Some(Form::Clear), "it has no text");
    assert_eq!(ask("max_vel_x", Verb::Set, "front_desk", noon), Verdict::NoRule);
    // A service is open as long as one of its parameters is.
    let service =
        |service: ParameterService, who, now| policy.ingress()[1 + service as usize].stakeholder(who, now);
    assert!(form(service(ParameterService::Get, "maintenance", night)).is_some());
    assert_eq!(service(ParameterService::Set, "maintenance", night), Verdict::NoRule);
    assert_eq!(service(ParameterService::SetAtomically, "front_desk", noon), Verdict::NoRule);
    assert_eq!(service(ParameterService::Get, "stranger", noon), Verdict::NoRule);
}

#[test]
fn an_explanation_agrees_with_the_timetable_of_each_parameter() {
    let policy = policy();
    for hour in 0..24 {
        let now = at(&policy, &format!("2026-05-01T{hour:02}:30:00+02:00"));
        for one in policy.nodes().iter().flat_map(|node| node.parameters()) {
            for (verb, who) in
                [Verb::Get, Verb::Set].map(|verb| [(verb, "maintenance"), (verb, "front_desk")]).concat()
            {
                let party = policy.party(who).unwrap();
                let explained = policy.explain(&party, verb, one.full_name(), now).unwrap();
                assert_eq!(
                    explained.verdict,
                    one.stakeholder(verb, who, now),
                    "{who}, {} at {hour}",
                    one.full_name()
                );
            }
            let everyone = policy.explain(&Party::Everyone, Verb::Get, one.full_name(), now).unwrap().verdict;
            assert_eq!(form(everyone), None);
        }
    }
    let maintenance = policy.party("maintenance").unwrap();
    let noon = at(&policy, "2026-05-01T12:00:00+02:00");
    for unknown in
        ["/controller_server", "/controller_server:", "/controller_server:mode", "/greeter:max_vel_x"]
    {
        assert!(policy.explain(&maintenance, Verb::Get, unknown, noon).is_err(), "{unknown}");
    }
}

#[test]
fn readers_of_parameters_are_known_and_share_no_keys() {
    let policy = policy();
    let noon = at(&policy, "2026-05-01T12:30:00+02:00");
    let names = |name: &str, form| -> Vec<String> {
        let parameter = policy.nodes()[0].parameter(name).unwrap();
        let members =
            parameter.readers(form).map(|group| group.members(noon).map(ToString::to_string).collect());
        members.unwrap_or_default()
    };
    assert_eq!(names("FollowPath.mode", Form::Clear), ["maintenance"]);
    assert_eq!(names("FollowPath.mode", Form::Redacted), ["front_desk"]);
    assert_eq!(names("max_vel_x", Form::Clear), ["maintenance", "front_desk"]);
    assert!(policy.groups().is_empty());
}

#[test]
fn cases_ask_about_parameters() {
    let run = |case: &str| {
        let results =
            cases::run(&policy(), "parameters.yaml", POLICY, &format!("cases:\n  - {{ {case} }}\n"));
        results.failures.first().map(|failure| failure.code)
    };
    let noon = "at: 2026-05-01T12:30:00+02:00";
    for (case, code) in [
        ("who: maintenance, get: /controller_server:max_vel_x, expect: clear, line: 24", None),
        ("who: maintenance, set: /controller_server:max_vel_x, expect: allowed, line: 25", None),
        ("who: maintenance, set: /controller_server:FollowPath.mode, expect: denied", None),
        ("who: front_desk, get: /controller_server:FollowPath.mode, expect: redacted", None),
        ("who: front_desk, get: /controller_server:FollowPath.mode, expect: clear", Some("case-failed")),
        ("who: front_desk, set: /controller_server:max_vel_x, expect: allowed", Some("case-failed")),
        ("who: front_desk, get: /controller_server:wifi_password, expect: undeclared", None),
        ("who: front_desk, get: /other:max_vel_x, expect: undeclared", None),
        ("who: front_desk, get: /controller_server:max_vel_x, expect: undeclared", Some("case-failed")),
        ("who: front_desk, get: /controller_server, expect: undeclared", Some("bad-name")),
        ("who: front_desk, get: /controller_server:wifi, expect: denied", Some("undeclared")),
        ("who: front_desk, get: /greeter:guest, set: /greeter:guest, expect: denied", Some("one-thing")),
    ] {
        assert_eq!(run(&format!("{case}, {noon}")), code, "{case}");
    }
}

#[test]
fn a_glob_over_events_is_a_sibling_of_the_services_of_parameters() {
    let scan = "/scan: { type: sensor_msgs/msg/LaserScan, class: operational }";
    let events = "/*/set_parameters/_service_event: { type: rcl_interfaces/srv/SetParameters_Event, class: operational }";
    let findings = Policy::read("p.yaml", &POLICY.replace(scan, events)).unwrap_err();
    let open = findings.iter().find(|finding| finding.code == "sibling-open").unwrap();
    assert!(
        open.message.contains("shows values of all parameters of `/controller_server`"),
        "{}",
        open.message
    );
}

#[test]
fn too_many_parameters_are_refused_before_they_are_compared() {
    let many = (0..40).map(|one| format!("p{one}: {{ type: bool }}, ")).collect::<String>();
    let text = POLICY.replace("guest: {", &format!("{many} guest: {{"));
    let limits = FileLimits { entries: 40, ..FileLimits::FILE };
    let findings = Policy::read_within("p.yaml", &text, &limits).err().unwrap();
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["too-many"]);
}

#[test]
fn explain_tells_which_service_a_parameter_comes_in_by() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("parameters.yaml");
    fs::write(&file, POLICY).unwrap();
    let ask = |who: &str, option: &str, name: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_discreet"))
            .args(["explain", file.to_str().unwrap(), "--who", who, option, name])
            .args(["--at", "2026-05-01T12:30:00+02:00"])
            .output()
            .unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = ask("maintenance", "--set", SPEED);
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("maintenance, /controller_server:max_vel_x: allowed\n"), "{said}");
    assert!(said.contains("signed by that stakeholder, on /controller_server/set_parameters/call"), "{said}");
    assert!(said.contains("parameters.yaml:25: decided"), "{said}");
    let (code, said) = ask("front_desk", "--get", MODE);
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("front_desk, /controller_server:FollowPath.mode: redacted\n"), "{said}");
    assert!(said.contains("hidden in it: *: person"), "{said}");
    assert_eq!(ask("front_desk", "--set", SPEED).0, 1);
    assert_eq!(ask("front_desk", "--get", "/controller_server:wifi_password").0, 1);
}
