//! The publishers' quality of service, as rosbag2 stores it with each topic: a list in YAML, reduced to its
//! known parts.

use std::fmt::Write;

use serde::Deserialize;

/// Longer than any real list.
const MAX_TEXT: usize = 64 << 10;
const MAX_PROFILES: usize = 64;

/// The profile of one publisher. Numbers until ROS 2 Iron, words since.
#[derive(Deserialize)]
struct Profile {
    history: Value,
    depth: u32,
    reliability: Value,
    durability: Value,
    deadline: Span,
    lifespan: Span,
    liveliness: Value,
    liveliness_lease_duration: Span,
    #[serde(default)]
    avoid_ros_namespace_conventions: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Number(u8),
    Word(String),
}

#[derive(Deserialize)]
struct Span {
    sec: u64,
    nsec: u64,
}

/// Every word of rmw's policies.
const WORDS: [&str; 14] = [
    "system_default",
    "unknown",
    "best_available",
    "keep_last",
    "keep_all",
    "reliable",
    "best_effort",
    "transient_local",
    "volatile",
    "automatic",
    "manual_by_topic",
    "manual_by_node",
    "default",
    "invalid",
];

/// The list, written again from its profiles alone. `None` if it is malformed.
pub(super) fn known(text: &str) -> Option<String> {
    if text.is_empty() || text.len() > MAX_TEXT {
        return None;
    }
    let profiles: Vec<Profile> = serde_yaml::from_str(text).ok()?;
    let mut out = String::new();
    for profile in profiles.iter().take(MAX_PROFILES) {
        let _infallible = write!(
            out,
            "- history: {}\n  depth: {}\n  reliability: {}\n  durability: {}\n",
            value(&profile.history)?,
            profile.depth,
            value(&profile.reliability)?,
            value(&profile.durability)?,
        );
        span(&mut out, "deadline", &profile.deadline);
        span(&mut out, "lifespan", &profile.lifespan);
        let _infallible = writeln!(out, "  liveliness: {}", value(&profile.liveliness)?);
        span(&mut out, "liveliness_lease_duration", &profile.liveliness_lease_duration);
        let _infallible =
            writeln!(out, "  avoid_ros_namespace_conventions: {}", profile.avoid_ros_namespace_conventions);
    }
    (!out.is_empty()).then_some(out)
}

fn value(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => (*number < 10).then(|| number.to_string()),
        Value::Word(word) => WORDS.contains(&word.as_str()).then(|| word.clone()),
    }
}

fn span(out: &mut String, name: &str, Span { sec, nsec }: &Span) {
    let _infallible = write!(out, "  {name}:\n    sec: {sec}\n    nsec: {nsec}\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    const JAZZY: &str = "- history: keep_last\n  depth: 1\n  reliability: reliable\n  durability: transient_local\n  \
        deadline:\n    sec: 9223372036\n    nsec: 854775807\n  lifespan:\n    sec: 9223372036\n    nsec: 854775807\n  \
        liveliness: automatic\n  liveliness_lease_duration:\n    sec: 9223372036\n    nsec: 854775807\n  \
        avoid_ros_namespace_conventions: false\n";

    #[test]
    fn profiles_are_kept_in_words_and_in_numbers() {
        assert_eq!(known(JAZZY).as_deref(), Some(JAZZY));
        let numbers = JAZZY.replace("keep_last", "3").replace("transient_local", "1");
        assert_eq!(known(&numbers), Some(numbers.clone()));
    }

    #[test]
    fn nothing_else_is_kept() {
        let remark = format!("# a remark\n{JAZZY}  remark: canary\n");
        assert!(known(&remark).is_none_or(|kept| kept == JAZZY));
        for other in
            ["", "canary", "- canary", &JAZZY.replace("reliable", "canary"), "[", &"a".repeat(70_000)]
        {
            assert_eq!(known(other), None, "{other}");
        }
    }
}
