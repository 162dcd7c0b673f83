//! Policies for these tests, and the errors that are found in them.

use discreet_policy::Policy;

pub const HEAD: &str = "discreet: 1\nrobot: r\nversion: 1\nclasses:\n  operational: { retention: 7d }\n  contextual: { retention: 1d }\n\
                    stakeholders:\n  a: { identity: a.pub }\n  b: { identity: b.pub, until: 2026-04-01 }\ntopics:\n";

pub fn read(text: &str) -> Result<Policy, Vec<&'static str>> {
    let read = Policy::read("made.yaml", text).map(|(policy, _)| policy);
    read.map_err(|findings| {
        let errors = findings.iter().filter(|f| f.severity == discreet_policy::Severity::Error);
        errors.map(|finding| finding.code).collect()
    })
}

pub fn policy(topics: &[&str], rules: &[&str]) -> Result<Policy, Vec<&'static str>> {
    let topics: String = topics.iter().map(|topic| format!("  {topic}\n")).collect();
    let rules: String = rules.iter().map(|rule| format!("  - {rule}\n")).collect();
    read(&format!("{HEAD}{topics}rules:\n{rules}"))
}

pub const CAMERA: &str = "{ type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid } }";
pub const JPEG: &str =
    "{ type: sensor_msgs/msg/CompressedImage, class: contextual, redact: { faces: solid } }";
pub const OPEN: &str = "{ type: sensor_msgs/msg/Image, class: operational }";
pub const RULES: [&str; 2] =
    ["{ who: everyone, read: operational, as: clear }", "{ who: everyone, read: contextual, as: redacted }"];
