//! What a policy means: who gets what, when, and by which rule.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use discreet_policy::diff::{Direction, diff};
use discreet_policy::explain::RuleOutcome;
use discreet_policy::finding::render;
use discreet_policy::{Finding, Form, Moment, Policy, Verb, Verdict};

/// Everything that every policy below has, so that each test shows only what it is about.
const HEAD: &str = "
discreet: 1
robot: concierge-1
version: 7
classes:
  operational:      { suite: chacha20-poly1305, epoch: 1h,  retention: 7d }
  contextual:       { suite: aes-256-gcm,       epoch: 60s, retention: 24h }
  contextual/guest: { retention: 1h }
stakeholders:
  front_desk:  { identity: identities/front_desk.pub }
  maintenance: { identity: identities/maintenance.pub, until: 2027-01-31 }
topics:
  /scan: { type: sensor_msgs/msg/LaserScan, class: operational }
  /camera/image_raw: { type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid } }
  /speech/transcript: { type: std_msgs/msg/String, class: contextual/guest, redact: { data: [phone] } }
";

fn policy(rest: &str) -> Policy {
    read(&format!("{HEAD}{rest}")).0
}

fn read(text: &str) -> (Policy, Vec<Finding>) {
    match Policy::read("test.yaml", text) {
        Ok(read) => read,
        Err(findings) => panic!("{}", render(&findings, "test.yaml", text, false)),
    }
}

fn at(policy: &Policy, time: &str) -> Moment {
    let time: jiff::Timestamp = time.parse().expect("a time");
    policy.moment(time.as_second(), true)
}

fn everyone(policy: &Policy, topic: &str, now: Moment) -> Verdict {
    policy.topic(topic).expect("a declared topic").everyone(now)
}

fn allowed(verdict: Verdict) -> Option<Form> {
    match verdict {
        Verdict::Allow { form, .. } => Some(form),
        Verdict::Deny { .. } | Verdict::NoRule => None,
    }
}

#[test]
fn what_no_rule_allows_is_denied() {
    let policy = policy("rules:\n  - { who: everyone, read: /scan, as: clear }\n");
    let now = at(&policy, "2026-05-01T12:00:00Z");
    assert_eq!(allowed(everyone(&policy, "/scan", now)), Some(Form::Clear));
    assert_eq!(everyone(&policy, "/camera/image_raw", now), Verdict::NoRule);
    assert!(policy.topic("/undeclared").is_none());
}

#[test]
fn a_deny_wins_wherever_it_stands() {
    let policy = policy(
        "rules:
  - { who: everyone, read: contextual/guest, deny: true }
  - { who: everyone, read: contextual, as: clear }
  - { who: everyone, read: /camera/image_raw, deny: true, hours: \"22:00-06:00\" }
",
    );
    let noon = at(&policy, "2026-05-01T12:00:00Z");
    let night = at(&policy, "2026-05-01T23:00:00Z");
    assert!(matches!(everyone(&policy, "/speech/transcript", noon), Verdict::Deny { .. }));
    assert_eq!(allowed(everyone(&policy, "/camera/image_raw", noon)), Some(Form::Clear));
    assert!(
        matches!(everyone(&policy, "/camera/image_raw", night), Verdict::Deny { rule } if rule.index() == 2)
    );
}

#[test]
fn a_rule_for_a_class_reaches_its_children() {
    let policy = policy("rules:\n  - { who: everyone, read: contextual, as: redacted }\n");
    let now = at(&policy, "2026-05-01T12:00:00Z");
    assert_eq!(allowed(everyone(&policy, "/speech/transcript", now)), Some(Form::Redacted));
    assert_eq!(everyone(&policy, "/scan", now), Verdict::NoRule);
}

#[test]
fn a_class_has_what_its_parent_has_unless_it_says_otherwise() {
    let policy = policy("rules: []\n");
    let class = policy.topic("/speech/transcript").unwrap().class();
    assert_eq!(class.name(), "contextual/guest");
    assert_eq!((class.suite().name(), class.epoch().as_secs()), ("aes-256-gcm", 60));
    assert_eq!(class.retention().as_secs(), 3600);
    assert!(class.is_contextual());
}

#[test]
fn of_two_allows_the_more_generous_form_wins() {
    let policy = policy(
        "rules:
  - { who: everyone, read: contextual, as: redacted }
  - { who: everyone, read: /camera/image_raw, as: clear, until: 2026-05-01 }
",
    );
    let before = at(&policy, "2026-05-01T23:59:59Z");
    let after = at(&policy, "2026-05-02T00:00:00Z");
    assert_eq!(allowed(everyone(&policy, "/camera/image_raw", before)), Some(Form::Clear));
    assert_eq!(allowed(everyone(&policy, "/camera/image_raw", after)), Some(Form::Redacted));
}

#[test]
fn hours_over_midnight_hold_on_both_sides_of_it() {
    let policy = policy("rules:\n  - { who: everyone, read: /scan, as: clear, hours: \"22:00-06:00\" }\n");
    for (time, form) in [
        ("2026-05-01T21:59:59Z", None),
        ("2026-05-01T22:00:00Z", Some(Form::Clear)),
        ("2026-05-02T00:00:00Z", Some(Form::Clear)),
        ("2026-05-02T05:59:59Z", Some(Form::Clear)),
        ("2026-05-02T06:00:00Z", None),
    ] {
        assert_eq!(allowed(everyone(&policy, "/scan", at(&policy, time))), form, "{time}");
    }
}

#[test]
fn hours_follow_the_clock_on_the_wall_through_summer_and_winter() {
    let policy = policy(
        "timezone: Europe/Berlin
rules:
  - { who: everyone, read: /scan, as: clear, hours: \"08:00-18:00\" }
",
    );
    // 08:00 in Berlin is 07:00 UTC in winter and 06:00 UTC in summer. The clock changes on 2026-03-29.
    for (time, form) in [
        ("2026-03-28T06:30:00Z", None),
        ("2026-03-28T07:00:00Z", Some(Form::Clear)),
        ("2026-03-29T06:00:00Z", Some(Form::Clear)),
        ("2026-03-29T16:00:00Z", None),
    ] {
        assert_eq!(allowed(everyone(&policy, "/scan", at(&policy, time))), form, "{time}");
    }
}

#[test]
fn a_date_lasts_through_its_day_in_the_zone_of_the_policy() {
    let policy = policy(
        "timezone: America/New_York
rules:
  - { who: everyone, read: /scan, as: clear, until: 2026-07-04 }
",
    );
    assert_eq!(allowed(everyone(&policy, "/scan", at(&policy, "2026-07-05T03:59:59Z"))), Some(Form::Clear));
    assert_eq!(everyone(&policy, "/scan", at(&policy, "2026-07-05T04:00:00Z")), Verdict::NoRule);
}

#[test]
fn without_a_trusted_clock_time_takes_away_but_does_not_give() {
    let policy = policy(
        "rules:
  - { who: everyone, read: /scan, as: clear, until: 2090-01-01 }
  - { who: everyone, read: /camera/image_raw, as: clear }
  - { who: everyone, read: /camera/image_raw, deny: true, hours: \"22:00-06:00\" }
  - { who: everyone, read: contextual/guest, as: clear }
",
    );
    let noon = at(&policy, "2026-05-01T12:00:00Z");
    let unsure = Moment { trusted: false, ..noon };
    assert_eq!(allowed(everyone(&policy, "/scan", noon)), Some(Form::Clear));
    assert_eq!(everyone(&policy, "/scan", unsure), Verdict::NoRule);
    assert_eq!(allowed(everyone(&policy, "/camera/image_raw", noon)), Some(Form::Clear));
    assert!(matches!(everyone(&policy, "/camera/image_raw", unsure), Verdict::Deny { .. }));
    assert_eq!(allowed(everyone(&policy, "/speech/transcript", unsure)), Some(Form::Clear));
}

#[test]
fn a_named_stakeholder_is_found_by_its_own_rules_only() {
    let policy = policy(
        "rules:
  - { who: everyone, read: contextual, as: redacted }
  - { who: maintenance, read: contextual, as: redacted }
  - { who: [front_desk, maintenance], read: contextual/guest, as: clear }
  - { who: everyone, read: /camera/image_raw, deny: true }
",
    );
    let named = |topic: &str, time: &str| {
        let topic = policy.topic(topic).unwrap();
        topic.named(at(&policy, time)).map(|(name, form, _)| (name.to_owned(), form))
    };
    assert_eq!(named("/scan", "2026-05-01T12:00:00Z"), None);
    assert_eq!(
        named("/speech/transcript", "2026-05-01T12:00:00Z"),
        Some(("front_desk".to_owned(), Form::Clear))
    );
    // Denied to everyone is denied to each.
    assert_eq!(named("/camera/image_raw", "2026-05-01T12:00:00Z"), None);
}

#[test]
fn a_stakeholder_has_nothing_after_its_last_day() {
    let policy = policy("rules:\n  - { who: maintenance, read: /scan, as: clear }\n");
    let scan = policy.topic("/scan").unwrap();
    assert!(scan.named(at(&policy, "2027-01-31T23:59:59Z")).is_some());
    assert!(scan.named(at(&policy, "2027-02-01T00:00:00Z")).is_none());
    // Its time depends on the clock, so without one it has nothing either.
    assert!(scan.named(policy.moment(0, false)).is_none());
}

#[test]
fn the_narrowest_declaration_speaks_for_a_topic() {
    let head = HEAD.replace(
        "topics:",
        "topics:
  /camera/**: { type: sensor_msgs/msg/Image, class: contextual }
  /camera/floor/*: { type: sensor_msgs/msg/Image, class: operational }
  /camera/floor/odd: { type: sensor_msgs/msg/Image, class: contextual/guest }",
    );
    let (policy, _) = read(&format!("{head}rules: []\n"));
    let class = |name: &str| policy.topic(name).map(|topic| topic.class().name().to_owned());
    assert_eq!(class("/camera/left/image").as_deref(), Some("contextual"));
    assert_eq!(class("/camera/floor/image").as_deref(), Some("operational"));
    assert_eq!(class("/camera/floor/odd").as_deref(), Some("contextual/guest"));
    assert_eq!(class("/camera/floor/a/b").as_deref(), Some("contextual"));
    assert_eq!(class("/camera"), None);
}

#[test]
fn an_explanation_names_every_rule_that_was_overridden_and_why() {
    let policy = policy(
        "rules:
  - { who: everyone, read: contextual, as: redacted }
  - { who: front_desk, read: contextual/guest, as: clear, hours: \"08:00-18:00\" }
  - { who: front_desk, read: contextual/guest, deny: true, until: 2026-01-01 }
",
    );
    let desk = policy.party("front_desk").unwrap();
    let outcomes = |time: &str| {
        let explanation = policy.explain(&desk, Verb::Read, "/speech/transcript", at(&policy, time)).unwrap();
        explanation.considered.into_iter().map(|(_, outcome)| outcome).collect::<Vec<_>>()
    };
    assert_eq!(
        outcomes("2026-05-01T09:00:00Z"),
        [RuleOutcome::OverriddenByClear, RuleOutcome::Decided, RuleOutcome::Over]
    );
    assert_eq!(
        outcomes("2026-05-01T20:00:00Z"),
        [RuleOutcome::Decided, RuleOutcome::OtherHours, RuleOutcome::Over]
    );
    assert_eq!(
        outcomes("2025-05-01T09:00:00Z"),
        [RuleOutcome::OverriddenByDeny, RuleOutcome::OverriddenByDeny, RuleOutcome::Decided]
    );
}

#[test]
fn a_difference_says_who_gains_and_who_loses() {
    let old = policy(
        "rules:
  - { who: everyone, read: /scan, as: clear }
  - { who: front_desk, read: contextual/guest, as: clear }
",
    );
    let new = policy(
        "rules:
  - { who: everyone, read: operational, as: clear }
  - { who: front_desk, read: contextual/guest, as: clear, hours: \"08:00-18:00\" }
  - { who: maintenance, read: /camera/image_raw, as: redacted }
",
    );
    let changes: Vec<_> =
        diff(&old, &new).listed.into_iter().map(|c| (c.who, c.name, c.direction, c.old, c.new)).collect();
    let change = |who: &str, name: &str, direction, old: &str, new: &str| {
        (who.to_owned(), name.to_owned(), direction, old.to_owned(), new.to_owned())
    };
    assert_eq!(
        changes,
        [
            change("front_desk", "/speech/transcript", Direction::Loses, "clear", "clear 08:00-18:00"),
            change(
                "maintenance",
                "/camera/image_raw",
                Direction::Gains,
                "nothing",
                "redacted (faces: solid) until 2027-02-01 00:00"
            ),
        ]
    );
    assert!(diff(&old, &old).listed.is_empty());
}

#[test]
fn an_image_with_less_hidden_in_it_is_a_gain() {
    let rules = "rules:\n  - { who: everyone, read: contextual, as: redacted }\n";
    let old = policy(rules);
    let (new, _) = read(&format!("{HEAD}{rules}").replace("faces: solid", "faces: pixelate"));
    let told = |old: &Policy, new: &Policy| {
        let mut changes = diff(old, new).listed;
        let change = changes.remove(0);
        (change.direction, change.old, change.new)
    };
    let (solid, mosaic) = ("redacted (faces: solid)".to_owned(), "redacted (faces: pixelate)".to_owned());
    assert_eq!(told(&old, &new), (Direction::Gains, solid.clone(), mosaic.clone()));
    assert_eq!(told(&new, &old), (Direction::Loses, mosaic, solid));
}

#[test]
fn the_same_said_otherwise_is_no_difference() {
    let old = policy("rules:\n  - { who: everyone, read: /scan, as: clear, hours: \"08:00-18:00\" }\n");
    let new = policy(
        "rules:
  - { who: everyone, read: operational, as: clear, hours: \"08:00-12:00\" }
  - { who: everyone, read: operational, as: clear, hours: \"12:00-18:00\" }
",
    );
    assert!(diff(&old, &new).listed.is_empty());
}

#[test]
fn a_command_is_for_those_named_and_in_their_hours() {
    let rest = "commands:
  /cmd_vel: { type: geometry_msgs/msg/Twist, class: operational, rate: 20, limits: { linear.x: [-0.5, 0.5] } }
rules:
  - { who: maintenance, command: /cmd_vel, hours: \"08:00-18:00\" }
  - { who: everyone, read: operational, as: clear }
";
    let policy = policy(rest);
    let command = &policy.ingress()[0];
    assert_eq!((command.name(), command.rate()), ("/cmd_vel", Some(20)));
    assert_eq!(command.limits()["linear.x"], [-0.5, 0.5]);
    let day = at(&policy, "2026-05-01T12:00:00Z");
    assert!(
        matches!(command.stakeholder("maintenance", day), Verdict::Allow { rule, .. } if rule.index() == 0)
    );
    assert_eq!(command.stakeholder("maintenance", at(&policy, "2026-05-01T18:00:00Z")), Verdict::NoRule);
    // A rule that lets everyone read operational data lets nobody command.
    assert_eq!(command.stakeholder("front_desk", day), Verdict::NoRule);
}

#[test]
fn a_policy_is_known_by_the_bytes_of_its_file() {
    let rules = "rules:\n  - { who: everyone, read: /scan, as: clear }\n";
    let (one, other) = (policy(rules), policy(&format!("{rules}# the same, with a word more\n")));
    assert_eq!(one.hash(), policy(rules).hash());
    assert_ne!(one.hash(), other.hash());
    assert_eq!((one.robot(), one.version(), one.file_name()), ("concierge-1", 7, "test.yaml"));
    assert_eq!(one.rule(scan_rule(&one)).unwrap().line(), 17);
}

/// The rule that lets everyone see the scan.
fn scan_rule(policy: &Policy) -> discreet_policy::RuleId {
    match everyone(policy, "/scan", policy.moment(0, false)) {
        Verdict::Allow { rule, .. } => rule,
        other => panic!("{other:?}"),
    }
}
