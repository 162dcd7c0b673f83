//! Admission of a topic: may it be guarded at all? Routes, discovery and offline scrubbing ask the same questions
//! in the same order.

use std::sync::Arc;

use crate::denied::Denied;
use discreet_policy::{Policy, TopicPolicy};

/// Reasons to keep a whole topic inside, independent of its publishers.
#[derive(Debug, Clone, Copy)]
pub enum NotAdmitted<'a> {
    /// The policy does not declare it.
    Undeclared,
    /// The name is reserved for the guard.
    Reserved,
    /// It shows the image of this protected topic, and gives more of it.
    OpenSibling(&'a TopicPolicy),
    /// The policy declares another type.
    WrongType,
    /// The policy pins another type hash.
    WrongTypeHash,
}

impl From<NotAdmitted<'_>> for Denied {
    fn from(reason: NotAdmitted<'_>) -> Denied {
        match reason {
            NotAdmitted::Undeclared => Denied::UndeclaredTopic,
            NotAdmitted::Reserved => Denied::ReservedName,
            NotAdmitted::OpenSibling(_) => Denied::OpenSibling,
            NotAdmitted::WrongType => Denied::WrongType,
            NotAdmitted::WrongTypeHash => Denied::WrongTypeHash,
        }
    }
}

/// Admits a topic of this name, type and type hash (`RIHS01_...`, REP 2016).
pub fn admit<'a>(
    policy: &'a Policy,
    name: &str,
    type_name: &str,
    type_hash: &str,
) -> Result<&'a Arc<TopicPolicy>, NotAdmitted<'a>> {
    let topic = admit_name(policy, name)?;
    admit_type(topic, type_name)?;
    admit_hash(topic, type_hash)?;
    Ok(topic)
}

/// Checks the name: declared, not reserved, and not an open sibling of a protected topic.
pub fn admit_name<'a>(policy: &'a Policy, name: &str) -> Result<&'a Arc<TopicPolicy>, NotAdmitted<'a>> {
    let topic = policy.topic(name).ok_or(NotAdmitted::Undeclared)?;
    if is_reserved(name, policy) {
        return Err(NotAdmitted::Reserved);
    }
    match policy.open_sibling(name) {
        Some(protected) => Err(NotAdmitted::OpenSibling(protected)),
        None => Ok(topic),
    }
}

/// Checks the type, `package/msg/Name`.
pub fn admit_type(topic: &TopicPolicy, type_name: &str) -> Result<(), NotAdmitted<'static>> {
    if topic.type_name() == type_name { Ok(()) } else { Err(NotAdmitted::WrongType) }
}

/// Checks the type hash, where the policy pins one.
pub fn admit_hash(topic: &TopicPolicy, type_hash: &str) -> Result<(), NotAdmitted<'static>> {
    match topic.type_hash() {
        Some(pinned) if pinned != type_hash => Err(NotAdmitted::WrongTypeHash),
        _ => Ok(()),
    }
}

/// True for names under which the guard itself publishes or subscribes outside: the catalogue and the grants, another
/// topic's tags and sealed messages, commands and calls.
pub fn is_reserved(topic: &str, policy: &Policy) -> bool {
    let is_derived = |suffix| topic.strip_suffix(suffix).is_some_and(|base| policy.topic(base).is_some());
    topic.starts_with("/discreet/")
        || ["/tag", "/sealed/clear", "/sealed/redacted"].into_iter().any(is_derived)
        || policy.ingress().iter().any(|ingress| ingress.outside() == topic)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Globs, because names that the check of the policy foresees are refused there.
    const POLICY: &str = r#"
discreet: 1
robot: r
version: 1
classes:
  operational: { suite: chacha20-poly1305, epoch: 1h, retention: 7d }
  contextual: { suite: aes-256-gcm, epoch: 60s, retention: 24h }
stakeholders:
  desk: { identity: desk.pub }
topics:
  /scan: { type: sensor_msgs/msg/LaserScan, class: operational }
  /pinned: { type: a/msg/A, class: operational, type_hash: RIHS01_HASH }
  /camera/image_raw: { type: sensor_msgs/msg/Image, class: contextual, redact: { faces: solid } }
  "/s*n/tag": { type: sensor_msgs/msg/CompressedImage, class: operational }
  "/c*a/image_raw/sealed/*": { type: sensor_msgs/msg/CompressedImage, class: operational }
  "/d*t/*": { type: sensor_msgs/msg/CompressedImage, class: operational }
  "/c*a/image_raw/preview/small": { type: sensor_msgs/msg/CompressedImage, class: operational }
rules:
  - { who: everyone, read: operational, as: clear }
  - { who: desk, read: /camera/image_raw, as: redacted }
"#;

    fn policy() -> Policy {
        let hash = "ab".repeat(32);
        let text = POLICY.replace("HASH", &hash);
        Policy::read("p.yaml", &text).unwrap_or_else(|all| panic!("{all:?}")).0
    }

    #[test]
    fn each_question_has_its_reason_and_the_first_one_that_fails_is_reported() {
        let policy = policy();
        let pinned = format!("RIHS01_{}", "ab".repeat(32));
        let asked = |name: &str, type_name: &str, hash: &str| {
            admit(&policy, name, type_name, hash).map(|topic| topic.name().to_owned()).map_err(Denied::from)
        };
        for (name, type_name, hash, expected) in [
            ("/scan", "sensor_msgs/msg/LaserScan", "RIHS01_1", Ok("/scan")),
            ("/pinned", "a/msg/A", pinned.as_str(), Ok("/pinned")),
            ("/scan", "a/msg/A", "RIHS01_1", Err(Denied::WrongType)),
            ("/pinned", "a/msg/A", "RIHS01_1", Err(Denied::WrongTypeHash)),
            ("/pinned", "a/msg/B", "RIHS01_1", Err(Denied::WrongType)),
            ("/scan/tag", "sensor_msgs/msg/CompressedImage", "RIHS01_1", Err(Denied::ReservedName)),
            ("/camera/image_raw/sealed/clear", "a/msg/A", "RIHS01_1", Err(Denied::ReservedName)),
            ("/discreet/catalog", "sensor_msgs/msg/CompressedImage", "RIHS01_1", Err(Denied::ReservedName)),
            (
                "/camera/image_raw/preview/small",
                "sensor_msgs/msg/CompressedImage",
                "RIHS01_1",
                Err(Denied::OpenSibling),
            ),
            ("bad name", "a/msg/A", "RIHS01_1", Err(Denied::UndeclaredTopic)),
        ] {
            let got = asked(name, type_name, hash);
            assert_eq!(got.as_deref(), expected.as_ref().map(|name| *name), "{name} {type_name} {hash}");
        }
    }
}
