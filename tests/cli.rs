//! The program as its users meet it: its output, and its exit codes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

fn discreet(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_discreet"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program runs")
}

fn code(arguments: &[&str]) -> i32 {
    discreet(arguments).status.code().expect("it ends by itself")
}

fn printed(arguments: &[&str]) -> String {
    String::from_utf8(discreet(arguments).stdout).expect("text")
}

fn json(arguments: &[&str]) -> Value {
    let text = printed(arguments);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
}

/// A folder of its own for files that a test writes.
fn scratch(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs::create_dir_all(&folder).unwrap();
    folder
}

const HOTEL: &str = "policies/hotel.yaml";
const BROKEN: &str = "tests/data/rejected_policies/several_mistakes.yaml";

#[test]
fn check_says_yes_no_or_cannot() {
    assert_eq!(code(&["check", HOTEL, "policies/shop.yaml", "policies/ward.yaml"]), 0);
    assert_eq!(code(&["check", "--strict", HOTEL]), 0);
    assert_eq!(code(&["check", BROKEN]), 1);
    assert_eq!(code(&["check", HOTEL, BROKEN]), 1);
    assert_eq!(code(&["check", "--strict", "tests/data/warned_policies/unread_topic.yaml"]), 1);
    assert_eq!(code(&["check", "tests/data/warned_policies/unread_topic.yaml"]), 0);
    assert_eq!(code(&["check", "no/such/file.yaml"]), 2);
    assert_eq!(code(&["check"]), 2);
}

#[test]
fn check_takes_a_whole_folder_the_cases_beside_the_policies_too() {
    let mut files: Vec<String> = fs::read_dir("policies")
        .unwrap()
        .map(|entry| entry.unwrap().path().display().to_string())
        .filter(|name| name.ends_with(".yaml"))
        .collect();
    files.sort();
    let arguments: Vec<&str> = ["check"].into_iter().chain(files.iter().map(String::as_str)).collect();
    assert_eq!(code(&arguments), 0);
    assert!(printed(&arguments).contains("policies/hotel.cases.yaml: 37 cases, 0 warnings\n"));
    let folder = scratch("check_cases");
    for (name, text) in
        [("no.cases.yaml", "cases: []\n"), ("odd.cases.yaml", "cases: [{ whom: everyone }]\n")]
    {
        fs::write(folder.join(name), text).unwrap();
        assert_eq!(code(&["check", folder.join(name).to_str().unwrap()]), 1, "{name}");
    }
}

#[test]
fn check_shows_every_mistake_with_its_line() {
    let text = printed(&["check", BROKEN]);
    for place in [":4:1", ":6:40", ":12:18", ":15:12", ":18:5"] {
        assert!(text.contains(&format!("{BROKEN}{place}")), "{place} in:\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "no colour where nobody looks");
}

#[test]
fn check_answers_programs_too() {
    let answer = json(&["check", "--json", HOTEL, BROKEN]);
    assert_eq!(answer[0]["ok"], true);
    assert_eq!(answer[1]["ok"], false);
    let first = &answer[1]["findings"][0];
    assert_eq!(first["severity"], "error");
    assert_eq!((&first["code"], &first["line"]), (&"missing-key".into(), &2.into()));
    assert!(first["column"].is_u64() && first["start"].is_u64() && first["help"].is_string());
}

#[test]
fn check_tells_what_of_identities_and_types_is_not_here() {
    let policy = scratch("absent").join("absent.yaml");
    let text = "\
discreet: 1
robot: r1
version: 1
classes: { contextual: { suite: aes-256-gcm, epoch: 60s, retention: 24h } }
stakeholders: { desk: { identity: identities/desk.pub } }
topics: { /talk: { type: nowhere_msgs/msg/Talk, class: contextual } }
rules: [{ who: desk, read: /talk, as: clear }]
";
    fs::write(&policy, text).unwrap();
    let file = policy.to_str().unwrap();
    assert_eq!(code(&["check", "--strict", file]), 0, "it may be there on the robot");
    assert!(
        printed(&["check", file])
            .contains("no identity here; a keeper without it gives them nothing: desk\n")
    );
    let absent = &json(&["check", "--json", file])[0]["absent"];
    assert_eq!(absent["identities"], serde_json::json!(["desk"]));
    // Without ROS 2 the types are unknown.
    let types = if std::env::var_os("AMENT_PREFIX_PATH").is_some() {
        vec!["nowhere_msgs/msg/Talk"]
    } else {
        Vec::new()
    };
    assert_eq!(absent["types"], serde_json::json!(types));
}

#[test]
fn explain_names_the_rule_that_decided_and_those_it_overrode() {
    let arguments = ["explain", HOTEL, "--who", "maintenance", "--topic", "/camera/image_raw"];
    let day = printed(&[&arguments[..], &["--at", "2026-05-04T12:00:00+02:00"]].concat());
    assert!(day.starts_with("maintenance, /camera/image_raw: clear\n"), "{day}");
    assert!(day.contains("it leaves sealed to its stakeholders"), "{day}");
    assert!(day.contains("overridden: the most generous form wins"), "{day}");
    let night = printed(&[&arguments[..], &["--at", "2026-05-04T22:00:00+02:00"]].concat());
    assert!(
        night.contains("policies/hotel.yaml:83: decided") && night.contains("it holds at other hours"),
        "{night}"
    );
    assert!(night.contains("hidden in it: faces: solid"), "{night}");
    assert!(printed(&[&arguments[..], &["--no-clock"]].concat()).contains("the clock is not trusted"));
}

#[test]
fn explain_ends_by_the_answer() {
    let ask = |rest: &[&str]| code(&[&["explain", HOTEL][..], rest].concat());
    assert_eq!(ask(&["--who", "everyone", "--topic", "/scan"]), 0);
    assert_eq!(ask(&["--who", "everyone", "--topic", "/speech/transcript"]), 1);
    assert_eq!(ask(&["--who", "everyone", "--topic", "/never/declared"]), 1);
    let service = ["--who", "maintenance", "--service", "/reset_map", "--at", "2026-05-04T12:00:00Z"];
    assert_eq!(ask(&service), 0);
    assert_eq!(ask(&["--who", "nobody", "--topic", "/scan"]), 2);
    assert_eq!(ask(&["--who", "everyone", "--topic", "/scan", "--at", "yesterday"]), 2);
    assert_eq!(ask(&["--who", "everyone"]), 2);
    assert_eq!(ask(&["--who", "everyone", "--topic", "/scan", "--command", "/cmd_vel"]), 2);
    assert_eq!(code(&["explain", BROKEN, "--who", "everyone", "--topic", "/scan"]), 2);
    let answer = json(&["explain", HOTEL, "--who", "everyone", "--topic", "/scan", "--json"]);
    assert_eq!((&answer["decision"], &answer["impossible"]), (&"clear".into(), &Value::Null));
    assert_eq!(answer["rules"][0]["outcome"], "decided");
}

/// The guard denies it, although a rule allows it.
#[test]
fn explain_denies_a_redacted_form_of_a_topic_that_is_not_redacted() {
    let policy = "tests/data/warned_policies/nothing_to_redact.yaml";
    let arguments = ["explain", policy, "--who", "everyone", "--topic", "/people"];
    assert_eq!(code(&arguments), 1);
    assert!(printed(&arguments).contains("everyone, /people: denied"), "{}", printed(&arguments));
}

/// Such a text turns the direction of the line that it is shown in, and looks like another one.
#[test]
fn an_answer_shows_characters_without_a_shape_as_their_numbers() {
    let (old, new) = (scratch("shapes").join("old.yaml"), scratch("shapes").join("new.yaml"));
    let text = fs::read_to_string("policies/lobby.yaml").unwrap();
    fs::write(&old, &text).unwrap();
    fs::write(&new, text.replace("[jonas.weber]", "[\"Ada\\u202e\\u200bL\"]")).unwrap();
    let shown = printed(&["diff", old.to_str().unwrap(), new.to_str().unwrap()]);
    assert!(shown.contains("Ada\\u{202e}\\u{200b}L"), "{shown}");
    assert!(!shown.contains(['\u{202e}', '\u{200b}']), "{shown}");
}

#[test]
fn an_answer_that_cannot_be_written_is_not_a_success() {
    for arguments in [&["check", HOTEL][..], &["schema"], &["test", HOTEL, "--json"], &["diff", HOTEL, HOTEL]]
    {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_discreet"));
        let ended =
            command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).stdout(full).output().unwrap();
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}");
        assert!(
            String::from_utf8(ended.stderr).unwrap().contains("cannot write the answer"),
            "{arguments:?}"
        );
    }
}

#[test]
fn test_runs_the_cases_beside_the_policy() {
    assert_eq!(code(&["test", HOTEL]), 0);
    assert_eq!(json(&["test", HOTEL, "--json"])["failed"], 0);
    assert_eq!(code(&["test", "tests/data/warned_policies/unread_topic.yaml"]), 2, "it has no cases");
    let folder = scratch("cases");
    let policy = folder.join("p.yaml");
    fs::copy(HOTEL, &policy).unwrap();
    let cases = "cases:
  - { who: everyone, topic: /scan, expect: denied, why: \"to see it fail\" }
  - { who: evryone, topic: /scan, expect: clear }
  - { who: everyone, topic: /scann, expect: clear }
  - { who: everyone, topic: /scan, expect: clear, line: 1 }
  - { who: everyone, topic: /scan, expect: clear, at: noon }
  - { who: everyone, expect: clear }
  - { who: everyone, topic: /scan, expect: undeclared }
  - { who: everyone, topic: /camera/depth/points, expect: undeclared }
  - { who: everyone, topic: camera/depth/points, expect: undeclared }
  - { who: everyone, command: /cmd_vel, expect: undeclared }
  - { who: everyone, topic: /nothing, expect: undeclared, line: 3 }
";
    fs::write(folder.join("p.cases.yaml"), cases).unwrap();
    let path = policy.to_str().unwrap();
    assert_eq!(code(&["test", path]), 1);
    let answer = json(&["test", "--json", path]);
    let lines: Vec<u64> =
        answer["findings"].as_array().unwrap().iter().map(|f| f["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8, 10, 11, 12], "{answer}");
    let text = printed(&["test", path]);
    assert!(text.contains("expected denied, got clear"), "{text}");
    assert!(text.contains("expected undeclared, but line 34 declares it"), "{text}");
    assert!(text.contains("p.yaml:82 decided") && text.contains("to see it fail"), "{text}");
    fs::write(folder.join("p.cases.yaml"), "cases: []\n").unwrap();
    assert_eq!(code(&["test", path]), 1, "a policy without a test is a guess");
}

#[test]
fn diff_says_who_gains_and_who_loses() {
    assert_eq!(code(&["diff", HOTEL, HOTEL]), 0);
    let newer = scratch("diff").join("newer.yaml");
    let text = fs::read_to_string(HOTEL).unwrap();
    let text = text
        .replace("version: 7 ", "version: 8 ")
        .replace("command: /cmd_vel, hours: \"08:00-18:00\"", "command: /cmd_vel, hours: \"06:00-12:00\"")
        .replace("  - { who: front_desk, read: /people, as: clear }\n", "");
    fs::write(&newer, text).unwrap();
    let newer = newer.to_str().unwrap();
    assert_eq!(code(&["diff", HOTEL, newer]), 1);
    let text = printed(&["diff", HOTEL, newer]);
    assert_eq!(
        text,
        "- front_desk read /people: clear -> nothing\n\
         ~ maintenance command /cmd_vel: allowed 08:00-18:00 until 2027-02-01 00:00 -> \
         allowed 06:00-12:00 until 2027-02-01 00:00\n"
    );
    let change = json(&["diff", "--json", HOTEL, newer])["changes"][0].clone();
    assert_eq!(
        change,
        serde_json::json!({
            "who": "front_desk", "subject": "topic", "name": "/people", "what": "read", "old": "clear", "new": "nothing",
            "direction": "loses", "gains": false, "loses": true, "text": "read /people: clear -> nothing",
        })
    );
    assert!(printed(&["diff", newer, HOTEL]).contains("note: version 7 is not newer than 8"));
    assert_eq!(code(&["diff", HOTEL, BROKEN]), 2);
    assert_eq!(code(&["diff", HOTEL]), 2);
}

#[test]
fn diff_says_who_may_keep_longer_and_command_faster_farther_and_more_often() {
    let newer = scratch("diff_wider").join("newer.yaml");
    let text = fs::read_to_string(HOTEL).unwrap();
    let text = text
        .replace("contextual/guest: { retention: 1h }", "contextual/guest: { retention: 9000h }")
        .replace("epoch: 1h,  retention: 7d", "epoch: 2h,  retention: 7d")
        .replace("linear.x: [-0.5, 0.5]", "linear.x: [-0.5, 5]")
        .replace("rate: 20", "rate: 900")
        .replace("identities/front_desk.pub", "identities/reception.pub");
    fs::write(&newer, text).unwrap();
    let newer = newer.to_str().unwrap();
    assert_eq!(code(&["diff", HOTEL, newer]), 1);
    assert_eq!(
        printed(&["diff", HOTEL, newer]),
        "~ front_desk has the identity identities/reception.pub instead of identities/front_desk.pub\n\
         + front_desk may keep contextual/guest data 9000h instead of 1h\n\
         + maintenance may command /cmd_vel 900 times a second instead of 20\n\
         + maintenance may command /cmd_vel linear.x up to 5 instead of 0.5\n\
         note: version 7 is not newer than 7; a guard that has seen 7 refuses what differs\n"
    );
    let suite = scratch("diff_suite").join("newer.yaml");
    let text = fs::read_to_string(HOTEL).unwrap().replace("version: 7 ", "version: 8 ");
    fs::write(&suite, text.replace("suite: aes-256-gcm, ", "suite: chacha20-poly1305, ")).unwrap();
    let suite = suite.to_str().unwrap();
    assert_eq!(code(&["diff", HOTEL, suite]), 1, "a person has to judge");
    let printed = printed(&["diff", HOTEL, suite]);
    let first = "* front_desk has contextual data sealed with chacha20-poly1305 instead of aes-256-gcm\n";
    assert!(printed.starts_with(first), "{printed}");
}

#[test]
fn schema_is_the_one_in_the_folder() {
    assert_eq!(printed(&["schema"]), fs::read_to_string("policies/policy.schema.json").unwrap());
    assert!(json(&["schema", "cases", "--json"]).is_object());
}

#[test]
fn help_teaches() {
    let text = printed(&["--help"]);
    assert!(text.contains("Examples:") && text.contains("Exit codes:"), "{text}");
    for command in ["check", "explain", "test", "diff"] {
        assert!(printed(&[command, "--help"]).contains("Exit codes:"), "{command}");
    }
}

#[test]
fn a_file_that_is_not_text_is_refused() {
    let path = scratch("binary").join("p.yaml");
    fs::write(&path, [0x64, 0xff, 0xfe]).unwrap();
    let output = discreet(&["check", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not UTF-8"));
}

#[test]
fn a_key_is_not_written_to_a_device() {
    let output = discreet(&["pseudonym-key", "/dev/full"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("a device"), "{output:?}");
}
