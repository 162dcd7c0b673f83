//! Readers outside that DDS does not match with the offers. They would receive nothing, and no reason.

use discreet_graph::Endpoint;
use discreet_graph::qos::Qos;

/// A reader that gets nothing of a topic, or nothing from some of its sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched {
    /// The topic outside.
    pub topic: String,
    /// The reader's node.
    pub node: String,
    /// It receives nothing, not even from other sources.
    pub wholly: bool,
    /// The unmet request and the remedy, in words.
    pub why: String,
}

/// Readers named for one topic.
const MAX_NAMED: usize = 20;

/// Those of `readers` that do not match everything that is `offered` on `topic`.
pub fn unmatched(topic: &str, type_name: &str, readers: &[Endpoint], offered: &[Qos]) -> Vec<Unmatched> {
    if offered.is_empty() {
        return Vec::new();
    }
    let judge = |reader: &Endpoint| {
        let node = reader.node.name().unwrap_or("a reader").to_owned();
        let topic = topic.to_owned();
        if reader.type_name != type_name {
            let why = format!("it reads {}, and the topic has {type_name}", reader.type_name);
            return Some(Unmatched { topic, node, wholly: true, why });
        }
        let unmet = |offered: &&Qos| !offered.unmet(reader.qos).is_empty();
        let missing = offered.iter().find(unmet)?;
        let wholly = offered.iter().all(|offered| unmet(&offered));
        let policies = missing.unmet(reader.qos).join(" and ");
        let (asked, given) = (reader.qos.promise(), missing.promise());
        let why = format!(
            "its {policies} asks for more than the source gives: it asks for {asked}, and there is {given}"
        );
        Some(Unmatched { topic, node, wholly, why })
    };
    readers.iter().filter_map(judge).take(MAX_NAMED).collect()
}

impl Unmatched {
    /// The message for the operator.
    pub fn advice(&self) -> String {
        let Unmatched { topic, node, wholly, why } = self;
        let part = if *wholly { "gets nothing of" } else { "does not get all of" };
        format!("{node} {part} {topic}: {why}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use discreet_graph::NodeName;

    const WEAK: Qos = Qos { reliable: false, ..Qos::DEFAULT };

    fn reader(type_name: &str, qos: Qos) -> Endpoint {
        Endpoint {
            gid: [1; 16],
            node: NodeName::Node("/rviz".into()),
            type_name: type_name.into(),
            type_hash: None,
            qos,
        }
    }

    #[test]
    fn a_reader_that_asks_for_more_or_for_another_type_is_named_with_the_reason() {
        let reports = |reader, offered: &[Qos]| unmatched("/map", "a/msg/B", &[reader], offered);
        assert_eq!(reports(reader("a/msg/B", WEAK), &[WEAK, Qos::DEFAULT]), []);
        assert_eq!(reports(reader("a/msg/B", Qos::DEFAULT), &[]), [], "nothing is offered yet");
        let [nothing] = reports(reader("a/msg/B", Qos::DEFAULT), &[WEAK]).try_into().unwrap();
        assert!(nothing.advice().starts_with("/rviz gets nothing of /map: its reliability"), "{nothing:?}");
        let [part] = reports(reader("a/msg/B", Qos::DEFAULT), &[Qos::DEFAULT, WEAK]).try_into().unwrap();
        assert!(part.advice().starts_with("/rviz does not get all of /map"), "{part:?}");
        let [other] = reports(reader("a/msg/C", WEAK), &[WEAK]).try_into().unwrap();
        assert!(other.wholly && other.why.contains("a/msg/C"));
    }
}
