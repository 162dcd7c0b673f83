//! The policies that come with Discreet: faultless, tested by their own cases, and with a schema that fits.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use std::fs;
use std::path::PathBuf;

use discreet_policy::cases::{self, CasesFile};
use discreet_policy::file::PolicyFile;
use discreet_policy::finding::render;
use discreet_policy::json_schema::schema;
use discreet_policy::trust::TrustFile;
use discreet_policy::{Form, Policy, Verdict};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("policies")
}

fn read(name: &str) -> (Policy, String) {
    let text = fs::read_to_string(folder().join(name)).unwrap();
    match Policy::read(name, &text) {
        Ok((policy, warnings)) => {
            assert!(warnings.is_empty(), "{}", render(&warnings, name, &text, false));
            (policy, text)
        }
        Err(findings) => panic!("{}", render(&findings, name, &text, false)),
    }
}

#[test]
fn every_shipped_policy_is_faultless_and_passes_its_cases() {
    for name in ["hotel", "lobby", "shop", "ward"] {
        let file = format!("{name}.yaml");
        let (policy, text) = read(&file);
        let cases_file = format!("{name}.cases.yaml");
        let cases = fs::read_to_string(folder().join(&cases_file)).unwrap();
        let outcome = cases::run(&policy, &file, &text, &cases);
        assert!(outcome.failures.is_empty(), "{}", render(&outcome.failures, &cases_file, &cases, false));
        assert!(outcome.cases >= 20, "{name} has {} cases", outcome.cases);
    }
}

#[test]
fn the_hotel_gives_everyone_what_the_robot_drives_by_and_nothing_about_guests() {
    let (policy, _) = read("hotel.yaml");
    let now = policy.moment(0, false);
    let form = |topic: &str| match policy.topic(topic).unwrap().everyone(now) {
        Verdict::Allow { form, .. } => Some(form),
        Verdict::Deny { .. } | Verdict::NoRule => None,
    };
    for (topic, type_name) in [
        ("/scan", "sensor_msgs/msg/LaserScan"),
        ("/odom", "nav_msgs/msg/Odometry"),
        ("/tf_static", "tf2_msgs/msg/TFMessage"),
        ("/map", "nav_msgs/msg/OccupancyGrid"),
        ("/camera/floor/image_raw", "sensor_msgs/msg/Image"),
    ] {
        assert_eq!(policy.topic(topic).unwrap().type_name(), type_name);
        assert_eq!(form(topic), Some(Form::Clear), "{topic}");
    }
    assert_eq!(form("/camera/image_raw"), Some(Form::Redacted));
    assert_eq!(form("/speech/transcript"), None);
}

#[test]
fn every_shipped_policy_names_its_schema_for_editors() {
    for name in ["hotel", "lobby", "shop", "ward"] {
        let text = fs::read_to_string(folder().join(format!("{name}.yaml"))).unwrap();
        assert!(text.starts_with("# yaml-language-server: $schema=policy.schema.json\n"), "{name}");
    }
}

/// `BLESS=1` writes them.
#[test]
fn the_schemas_in_the_folder_are_those_the_program_checks_by() {
    let schemas = [
        ("policy", schema::<PolicyFile>()),
        ("cases", schema::<CasesFile>()),
        ("trust", schema::<TrustFile>()),
    ];
    for (name, schema) in schemas {
        let path = folder().join(format!("{name}.schema.json"));
        let now = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &now).unwrap();
        }
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            now,
            "run `discreet schema {name} > policies/{name}.schema.json`"
        );
    }
}
