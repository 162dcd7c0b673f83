//! Warnings about topics whose type may show people, and whose declaration says otherwise.

use super::super::Policy;
use super::super::declared::{TopicPolicy, is_image};
use super::super::finding::{Finding, quoted};
use discreet_cdr::types::is_event_name;

pub(crate) fn warn(policy: &Policy, findings: &mut Vec<Finding>) {
    for topic in policy.topics().filter(|topic| is_open(topic)) {
        let Some((carries, instead)) = carries(topic.type_name()) else { continue };
        let message = format!(
            "{} is {}, and messages of its type carry {carries}",
            quoted(topic.name()),
            topic.class().name()
        );
        let help = format!("{instead}; if it never shows people, write `people: none`");
        findings.push(Finding::warning("people-in-operational", topic.declaration.span, message).help(help));
    }
}

/// True if a party may have it with nothing hidden in it and nothing searched for.
fn is_open(topic: &TopicPolicy) -> bool {
    !topic.class().is_contextual()
        && !topic.says_what_to_hide()
        && !topic.is_without_people()
        && topic.has_readers()
        && (is_image(topic.type_name()) || topic.class().escalation().is_none())
}

/// The personal data that a type may carry, and the declaration that suits it.
fn carries(type_name: &str) -> Option<(&'static str, &'static str)> {
    let (package, name) = type_name.split_once('/').unwrap_or((type_name, ""));
    let text = "give it a contextual class and `redact: { \"*\": [all] }`, or leave it undeclared";
    Some(match type_name {
        _ if is_image(type_name) => {
            ("people in front of the camera", "give it a contextual class and `redact: { faces: solid }`")
        }
        "theora_image_transport/msg/Packet"
        | "ffmpeg_image_transport_msgs/msg/FFMPEGPacket"
        | "foxglove_msgs/msg/CompressedVideo"
        | "foxglove_msgs/msg/RawImage"
        | "foxglove_msgs/msg/CompressedImage"
        | "stereo_msgs/msg/DisparityImage" => (
            "people in front of the camera",
            "give it a contextual class, and clear only for parties that may see people",
        ),
        "rcl_interfaces/msg/Log" => ("all log messages of nodes, with names and paths", text),
        "rcl_interfaces/msg/ParameterEvent" => {
            ("the value of every parameter that is set, passwords too", text)
        }
        _ if is_event_name(type_name) && type_name.contains("/action/") => {
            ("the goals or results of an action", text)
        }
        _ if is_event_name(type_name) => ("requests and responses of a service", text),
        _ if package.starts_with("audio_") || package.ends_with("_audio") || name.contains("Audio") => {
            ("voices", "give it a contextual class, and clear only for parties that may listen to people")
        }
        _ => return None,
    })
}
