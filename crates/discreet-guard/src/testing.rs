//! A policy and a type for unit tests.

/// A policy in which everyone may read one operational topic.
pub fn open_policy(topic: &str, type_name: &str) -> String {
    format!(
        "discreet: 1
robot: r
version: 1
classes:
  operational: {{ suite: chacha20-poly1305, epoch: 1h, retention: 7d }}
topics:
  {topic}: {{ type: {type_name}, class: operational }}
rules:
  - {{ who: everyone, read: operational, as: clear }}
"
    )
}

/// The description of `std_msgs/msg/String`.
pub const STRING: &str = r#"{"type_description":{"type_name":"std_msgs/msg/String","fields":[
    {"name":"data","type":{"type_id":17}}]},"referenced_type_descriptions":[]}"#;
