//! Warnings about raw cameras that may have any size or encoding: with a false one, detectors see another picture than
//! a reader who knows the truth, and find nothing in it.

use super::super::Policy;
use super::super::declared::TopicPolicy;
use super::super::finding::{Finding, quoted};

pub(crate) fn warn(policy: &Policy, findings: &mut Vec<Finding>) {
    for topic in policy.topics() {
        let Some((what, example)) = missing(topic) else { continue };
        let message =
            format!("{} may have any {what}, and false ones hide what its images show", quoted(topic.name()));
        let help = format!("name those of this camera: `camera: {{ {example} }}`");
        findings.push(Finding::warning("any-layout", topic.declaration.span, message).help(help));
    }
}

/// The keys that a raw camera lacks whose frames are inspected, and how they are written.
fn missing(topic: &TopicPolicy) -> Option<(&'static str, &'static str)> {
    let rules =
        topic.declaration.image.as_ref().filter(|rules| rules.frame.is_none() && rules.follows.is_none())?;
    match (topic.type_name() == RAW, rules.sizes.is_empty(), rules.encodings.is_empty()) {
        (true, true, true) => Some(("size and encoding", "size: 640x480, encoding: rgb8")),
        (true, true, false) => Some(("size", "size: 640x480")),
        (true, false, true) => Some(("encoding", "encoding: rgb8")),
        _ => None,
    }
}

const RAW: &str = "sensor_msgs/msg/Image";
