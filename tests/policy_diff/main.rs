//! A difference between two policies, as `discreet diff` tells it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod actions;
mod keys;
mod parameters;

use Direction::{Both, Changes, Gains};
use discreet_policy::diff::{Change, Direction, diff, diff_with_keys};
use discreet_policy::finding::render;
use discreet_policy::{FileLimits, Policy};

/// A policy that has something under each key.
const POLICY: &str = r#"
discreet: 1
robot: concierge-1
version: 7
timezone: Europe/Berlin
tags: false
classes:
  operational:      { retention: 7d, escalate: { find: [phone, email], then: redact } }
  contextual:       { suite: aes-256-gcm, epoch: 60s, retention: 24h, padding: true }
  contextual/guest: { retention: 1h }
stakeholders:
  desk:  { identity: identities/desk.pub }
  fleet: { identity: identities/fleet.pub, until: 2027-01-31 }
topics:
  /note: { type: std_msgs/msg/String, class: operational, type_hash: RIHS01_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, source: /notes, depth: 10, rate: 5 }
  /lidar/front/points: { type: sensor_msgs/msg/PointCloud2, class: operational, people: none }
  /colour/image_raw: { type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid }, camera: { strict: true, every: 1 } }
  /other/image_raw: { type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid } }
  /depth/image_raw: { type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid }, camera: { size: 640x480, encoding: 16UC1, deadline: 200ms, follows: /colour/image_raw } }
  /talk: { type: std_msgs/msg/String, class: contextual/guest, redact: { data: { find: [person, phone], spoken: true } } }
  /form: { type: hotel_interfaces/msg/Form, class: contextual, redact: { name: [person], passport: mask, note: { find: [phone], with: remove } } }
commands:
  /cmd_vel: { type: geometry_msgs/msg/Twist, class: operational, rate: 20, limits: { linear.x: [-0.5, 0.5] } }
services:
  /guest: { type: hotel_interfaces/srv/Guest, class: contextual, rate: 1, redact: { name: [person], room: mask, note: { find: [phone], with: mask, spoken: true } } }
actions:
  /nav: { type: nav2_msgs/action/NavigateToPose, class: contextual, rate: 2, limits: { pose.pose.position.x: [-10, 10] }, on_end: cancel, redact: { feedback.note: [person], result.seal: remove, result.text: { find: [date], with: generalise, spoken: true } } }
parameters:
  /control: { class: contextual, rate: 5, names: { speed: { type: double, limits: [0, 0.5] }, mode: { type: string, one_of: [slow, fast], max_length: 8, redact: [person] }, note: { type: string, redact: { find: [title], with: replace, spoken: true } } } }
personal_data:
  operators: { phone: pseudonym }
  thresholds: { person: 40 }
  allow: ["+49 30 1234"]
  patterns: { person: ["guest-[0-9]+"] }
  near: { person: [guest] }
  allow_patterns: ["room-[0-9]+"]
  name_model: false
  hide: { person: ["Ada Lovelace"] }
  key: identities/pseudonyms.key
rules:
  - { who: everyone, read: operational, as: clear }
  - { who: desk, read: contextual, as: redacted }
  - { who: desk, call: /guest, as: redacted }
  - { who: desk, act: /nav, as: redacted }
  - { who: desk, get: /control, as: redacted }
  - { who: fleet, set: [/control:speed, /control:mode] }
  - { who: fleet, command: /cmd_vel, hours: "08:00-18:00", until: 2026-12-31 }
  - { who: fleet, read: /note, deny: true }
"#;

fn read(text: &str) -> Policy {
    match Policy::read("test.yaml", text) {
        Ok((policy, _)) => policy,
        Err(findings) => panic!("{}", render(&findings, "test.yaml", text, false)),
    }
}

fn line(change: &Change) -> String {
    format!("{} {}", change.who, change.says)
}

/// Two policies and what changes, as `discreet diff` tells it.
fn told(from: &[(&str, &str)], to: &[(&str, &str)]) -> Vec<(Direction, String)> {
    let made = |replacements: &[(&str, &str)]| {
        let text = replacements.iter().fold(POLICY.to_owned(), |text, (from, to)| {
            assert_eq!(text.matches(from).count(), 1, "{from} is there once");
            text.replace(from, to)
        });
        read(&text)
    };
    diff(&made(from), &made(to)).listed.iter().map(|change| (change.direction, line(change))).collect()
}

fn says(direction: Direction, text: &str) -> (Direction, String) {
    (direction, text.to_owned())
}

#[test]
fn the_same_written_otherwise_is_no_change() {
    for (from, to) in [
        ("retention: 24h", "retention: 1d"),
        ("epoch: 60s", "epoch: 1m"),
        ("{ retention: 1h }", "{ retention: 1h, padding: true, suite: aes-256-gcm }"),
        ("deadline: 200ms, follows", "strict: false, deadline: 200ms, follows"),
        ("find: [person, phone]", "find: [phone, person]"),
        ("who: desk, call", "who: [desk], call"),
        ("version: 7", "version: 8"),
        ("thresholds: { person: 40 }", "thresholds: {}"),
        ("rules:", "rules:   # as meant"),
    ] {
        assert_eq!(told(&[], &[(from, to)]), [], "{from} -> {to}");
    }
}

#[test]
fn a_topic_that_moves_to_a_class_that_is_kept_longer_is_a_gain() {
    let archive = (
        "  contextual/guest: { retention: 1h }\n",
        "  contextual/guest: { retention: 1h }\n  contextual/archive: { retention: 9000h }\n",
    );
    let moved = (
        "/talk: { type: std_msgs/msg/String, class: contextual/guest",
        "/talk: { type: std_msgs/msg/String, class: contextual/archive",
    );
    assert_eq!(
        told(&[archive], &[archive, moved]),
        [
            says(Changes, "desk reads /talk as contextual/archive instead of contextual/guest"),
            says(Gains, "desk may keep /talk 9000h instead of 1h"),
        ]
    );
}

#[test]
fn a_narrow_topic_that_falls_to_an_open_glob_is_a_gain() {
    let glob = ("  /talk:", "  /speech/**: { type: std_msgs/msg/String, class: operational }\n  /talk:");
    let narrow =
        ("  /form:", "  /speech/names: { type: std_msgs/msg/String, class: contextual/guest }\n  /form:");
    let lines = told(&[glob, narrow], &[glob]);
    assert!(lines.contains(&says(Gains, "everyone read /speech/names: nothing -> clear")), "{lines:?}");
}

#[test]
fn a_glob_that_crosses_a_closed_one_is_a_gain_where_both_meet() {
    let made = |rest: &str, crossing: &str| {
        let class = |open: &str| if open == "open" { "operational" } else { "contextual" };
        let (rest, crossing) = (
            format!("  /d/**: {{ type: std_msgs/msg/Bool, class: {} }}\n", class(rest)),
            format!("  {crossing} }}\n"),
        );
        read(&format!(
            "discreet: 1\nrobot: r\nversion: 1\n\
             classes: {{ operational: {{ retention: 7d }}, contextual: {{ retention: 1d }} }}\n\
             topics:\n{rest}{crossing}rules:\n  - {{ who: everyone, read: operational, as: clear }}\n"
        ))
    };
    let old = made("open", "/d/a/b*: { type: std_msgs/msg/Bool, class: contextual");
    let new = made("closed", "/d/*/bc: { type: std_msgs/msg/Bool, class: operational");
    let lines: Vec<_> =
        diff(&old, &new).listed.iter().map(|change| (change.direction, line(change))).collect();
    let met = says(Gains, "everyone read /d/*/bc within /d/a/b*: nothing -> clear");
    assert!(lines.contains(&met), "{lines:?}");
}

#[test]
fn a_weaker_rule_for_a_part_of_what_is_hidden_is_a_gain() {
    let all = ("data: { find: [person, phone], spoken: true }", "\"*\": [all]");
    let weaker = ("data: { find: [person, phone], spoken: true }", "\"*\": [all], data: [phone]");
    assert_eq!(
        told(&[all], &[weaker]),
        [says(Gains, "desk read /talk: redacted (*: all) -> redacted (*: all, data: phone)")]
    );
}

#[test]
fn an_operator_that_shows_more_is_a_gain_also_where_it_hides_the_whole_field() {
    let removed = (
        "note: { find: [phone], with: remove } } }\ncommands",
        "note: { find: [phone], with: remove } } }\ncommands",
    );
    let masked = ("note: { find: [phone], with: remove } } }\ncommands", "note: mask } }\ncommands");
    let directions =
        |from, to| told(&[from], &[to]).into_iter().map(|(direction, _)| direction).collect::<Vec<_>>();
    assert_eq!(directions(removed, masked), [Direction::Both]);
    assert_eq!(directions(masked, removed), [Direction::Both]);
}

#[test]
fn a_redacted_form_that_could_not_be_had_is_a_gain_once_something_says_how() {
    let bare = (
        "{ type: std_msgs/msg/String, class: contextual/guest, redact: { data: { find: [person, phone], spoken: true } } }",
        "{ type: std_msgs/msg/String, class: contextual/guest }",
    );
    assert_eq!(
        told(&[bare], &[]),
        [says(
            Gains,
            "desk read /talk: nothing (redacted, but without `redact:`) -> redacted (data: phone person)"
        )]
    );
}

#[test]
fn who_gains_a_command_is_told_its_wider_limits_too() {
    let closed = ("  - { who: fleet, command: /cmd_vel, hours: \"08:00-18:00\", until: 2026-12-31 }\n", "");
    assert_eq!(
        told(&[closed], &[("[-0.5, 0.5]", "[-5, 5]"), ("rate: 20", "rate: 10")]),
        [
            says(Gains, "fleet command /cmd_vel: nothing -> allowed 08:00-18:00 until 2027-01-01 00:00"),
            says(Gains, "fleet may command /cmd_vel linear.x from -5 to 5 instead of from -0.5 to 0.5"),
        ]
    );
}

#[test]
fn limits_that_are_wider_on_one_side_and_narrower_on_the_other_are_both() {
    let lines = told(&[], &[("[-0.5, 0.5]", "[0, 5]")]);
    assert_eq!(
        lines,
        [says(Both, "fleet may command /cmd_vel linear.x from 0 to 5 instead of from -0.5 to 0.5")]
    );
    assert_eq!(
        told(&[], &[(", limits: { linear.x: [-0.5, 0.5] }", "")]),
        [says(Gains, "fleet may command /cmd_vel linear.x without limits instead of from -0.5 to 0.5")]
    );
}

#[test]
fn hours_that_are_all_of_the_day_still_need_a_clock() {
    let always = (", hours: \"08:00-18:00\", until: 2026-12-31", ", hours: \"00:00-24:00\"");
    let never = (", until: 2027-01-31", "");
    let lines = told(&[always, never], &[(", hours: \"08:00-18:00\", until: 2026-12-31", ""), never]);
    assert_eq!(
        lines,
        [says(
            Gains,
            "fleet command /cmd_vel: allowed (without a trusted clock: nothing) -> allowed (without a trusted clock: allowed)"
        )]
    );
}

#[test]
fn dates_name_their_zone_where_the_zone_changes() {
    let lines = told(&[], &[("Europe/Berlin", "UTC")]);
    let date = "fleet command /cmd_vel: allowed 08:00-18:00 until 2027-01-01 00:00 Europe/Berlin -> \
                allowed 08:00-18:00 until 2027-01-01 00:00 UTC";
    assert!(lines.contains(&says(Gains, date)), "{lines:?}");
}

#[test]
fn other_keys_in_a_file_of_the_same_name_are_a_change_in_both_directions() {
    let policy = read(POLICY);
    let keys = |desk: &str| [("desk".to_owned(), desk.to_owned())].into();
    let changes = diff_with_keys((&policy, &keys("aa")), (&policy, &keys("bb"))).listed;
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!(
        (change.direction, line(change)),
        says(Both, "desk has the identity identities/desk.pub (bb) instead of identities/desk.pub (aa)")
    );
    assert_eq!(diff_with_keys((&policy, &keys("aa")), (&policy, &keys("aa"))).listed, []);
}

#[test]
fn names_cannot_steer_a_terminal() {
    let lines = told(
        &[],
        &[("identities/desk.pub", "\"identities/\\e[31m.pub\""), ("[\"+49 30 1234\"]", "[\"\\e[2J\"]")],
    );
    assert!(lines.len() >= 3 && lines.iter().all(|(_, line)| !line.contains('\u{1b}')), "{lines:?}");
}

#[test]
fn a_class_of_very_many_topics_is_told_of_once_to_each_reader() {
    // Reading them is what takes long, without optimisation.
    let topics = if cfg!(debug_assertions) { 1_000 } else { 10_000 };
    let made = |retention: &str| {
        let mut text = format!(
            "discreet: 1\nrobot: r\nversion: 1\nclasses: {{ operational: {{ retention: {retention} }} }}\nstakeholders:\n"
        );
        (0..50).for_each(|who| text += &format!("  s{who}: {{ identity: s{who}.pub }}\n"));
        text += "topics:\n";
        (0..topics)
            .for_each(|at| text += &format!("  /t{at}: {{ type: std_msgs/msg/Bool, class: operational }}\n"));
        text += "rules:\n";
        (0..50).for_each(|who| text += &format!("  - {{ who: s{who}, read: operational, as: clear }}\n"));
        let limits = FileLimits { bytes: usize::MAX, nodes: usize::MAX, ..FileLimits::FILE };
        Policy::read_within("made.yaml", &text, &limits).unwrap().0
    };
    let changes = diff(&made("1d"), &made("2d")).listed;
    assert_eq!(changes.len(), 50, "one for each reader, not for each topic");
    assert_eq!(line(&changes[0]), "s0 may keep operational data 2d instead of 1d");
}
