//! What a policy means: who gets what, when, and by which rule.

use discreet::policy::finding::render;
use discreet::policy::{Audience, Finding, Form, Moment, Policy, Severity, Verdict};

const SECONDS_A_DAY: i64 = 86_400;

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
