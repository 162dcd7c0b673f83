//! The report says what is missing in the output, why, and what helps.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::bag::{self, MORNING, Recorder, STRING, string};
use crate::command::{CANARY, code, report, row, scratch, scrub};

/// One left-out reason of a topic: its name, the words and the remedy.
fn reason(report: &Value, topic: &str) -> (String, String, String) {
    let reason = &row(report, topic)["left_out"][0];
    let text = |key: &str| reason[key].as_str().unwrap_or_else(|| panic!("no {key} in {report}")).to_owned();
    (text("reason"), text("because"), text("remedy"))
}

/// `discreet scrub` of in.mcap with the ROS 2 of tests/data/types; the exit code and the report.
fn with_types(folder: &Path, input: &str, more: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_discreet"))
        .args(["scrub", input, "out.mcap", "--policy", "policy.yaml", "--force", "--json"])
        .args(more)
        .current_dir(folder)
        .env("AMENT_PREFIX_PATH", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/types"))
        .output()
        .unwrap();
    (code(&output), serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}")))
}

#[test]
fn each_topic_that_is_left_out_says_why_and_what_to_do() {
    let folder = scratch("left_out");
    let time = bag::nanoseconds(MORNING);
    let one = |topic: &str, type_name: &str, encoding: &str, text: &str, hash: &str| {
        let mut recorder = Recorder::new(&folder.join("in.mcap"), None);
        let channel = recorder.schema(topic, type_name, encoding, text, hash);
        recorder.message(channel, time, &string("x"));
        recorder.finish();
    };
    let string_type = "std_msgs/msg/String";

    // Neither hash nor definition: before ROS 2 Iron.
    bag::sqlite(&folder.join("old.db3"), false, CANARY);
    let (code, report) = with_types(&folder, "old.db3", &[]);
    let (label, because, remedy) = reason(&report, "/open");
    assert_eq!((code, label.as_str()), (1, "wrong_type_hash"));
    assert!(
        because.contains("neither a hash nor a definition") && remedy.contains("--trust-names"),
        "{report}"
    );
    assert_eq!((&report["missing"], &report["empty"]), (&serde_json::json!(["/open"]), &true.into()));
    let (label, _, remedy) = reason(&report, "/secret");
    assert_eq!(label, "undeclared_topic");
    assert!(remedy.contains("`/secret: { type: std_msgs/msg/String, class: contextual }`"), "{remedy}");

    // An image is to be redacted.
    one("/camera/image_raw", "sensor_msgs/msg/Image", "ros2msg", "uint32 height\n", "");
    let (_, report) = with_types(&folder, "in.mcap", &[]);
    let (_, _, remedy) = reason(&report, "/camera/image_raw");
    assert!(remedy.contains("class: contextual, redact: { faces: solid } }`"), "{remedy}");
    assert!(remedy.ends_with("everyone read it, `as: redacted`"), "{remedy}");

    // Another definition than the installed one.
    let other = "string data\nstring more\n";
    one("/open", string_type, "ros2msg", other, "");
    let (code, report) = with_types(&folder, "in.mcap", &[]);
    let (label, _, remedy) = reason(&report, "/open");
    assert_eq!((code, label.as_str()), (1, "wrong_type_hash"));
    assert!(remedy.contains("--types bag"), "{remedy}");

    // A definition in IDL, with and without the installed types.
    one("/open", string_type, "ros2idl", "module std_msgs { };", "");
    let (code, report) = with_types(&folder, "in.mcap", &[]);
    let (_, because, remedy) = reason(&report, "/open");
    assert!(code == 1 && because.contains("IDL (ros2idl)") && remedy.contains("--trust-names"), "{report}");
    assert_eq!(with_types(&folder, "in.mcap", &["--trust-names"]).0, 0, "the remedy helps");
    let (code, report) = with_types(&folder, "in.mcap", &["--types", "bag"]);
    let (label, because, remedy) = reason(&report, "/open");
    assert_eq!((code, label.as_str()), (1, "type_not_installed"));
    assert!(because.contains("IDL (ros2idl)") && remedy.contains("--types installed"), "{report}");

    // An action's topics, another type, and one that is not installed.
    for (topic, type_name) in [
        ("/nav/_action/feedback", "nav2_msgs/action/NavigateToPose_FeedbackMessage"),
        ("/nav/_action/status", "action_msgs/msg/GoalStatusArray"),
    ] {
        one(topic, type_name, "ros2msg", "", "");
        let (_, _, remedy) = reason(&with_types(&folder, "in.mcap", &[]).1, topic);
        assert!(remedy.contains("recordings of actions are not redacted"), "{remedy}");
    }
    one("/open", "std_msgs/msg/Other", "ros2msg", STRING, "");
    let (code, report) = with_types(&folder, "in.mcap", &[]);
    assert_eq!((code, reason(&report, "/open").0.as_str()), (1, "wrong_type"));
    one("/seen/image_raw/compressed", "sensor_msgs/msg/CompressedImage", "ros2msg", bag::COMPRESSED, "");
    let (code, report) = with_types(&folder, "in.mcap", &[]);
    let (label, because, remedy) = reason(&report, "/seen/image_raw/compressed");
    assert_eq!((code, label.as_str()), (1, "type_not_installed"));
    assert!(because.contains("sensor_msgs") && remedy.contains("--types bag"), "{report}");

    // In words, for people.
    let output = scrub(&folder, &["old.db3", "out.mcap", "--force"]);
    let (said, noted) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("left out:") && said.contains("/open: 10, type_not_installed"), "{said}");
    assert!(noted.contains("missing in OUT") && noted.contains("OUT is empty"), "{noted}");
}

#[test]
fn what_the_policy_keeps_in_is_not_missing() {
    let folder = scratch("meant");
    let mut recorder = Recorder::new(&folder.join("in.mcap"), None);
    for topic in ["/open", "/secret", "/shut", "/unruled"] {
        let channel = recorder.channel(topic, "std_msgs/msg/String", STRING);
        recorder.message(channel, bag::nanoseconds(MORNING), &string("x"));
    }
    recorder.finish();
    let report = report(&folder, &[]);
    assert_eq!((&report["missing"], &report["empty"]), (&serde_json::json!([]), &false.into()));
    let absent = report["not_in_bag"].as_array().unwrap();
    assert!(absent.contains(&"/pinned".into()) && !absent.contains(&"/shut".into()), "{report}");
    // Without /open there is nothing in it.
    let mut recorder = Recorder::new(&folder.join("shut.mcap"), None);
    let channel = recorder.channel("/shut", "std_msgs/msg/String", STRING);
    recorder.message(channel, bag::nanoseconds(MORNING), &string("x"));
    recorder.finish();
    assert_eq!(code(&scrub(&folder, &["shut.mcap", "empty.mcap"])), 1);
}
