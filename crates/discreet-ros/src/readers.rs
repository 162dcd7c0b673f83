//! Readers outside that DDS does not match with what is offered. They would hear nothing of it, and nothing of why.

use discreet_graph::Endpoint;
use discreet_graph::qos::Qos;

/// A reader that gets nothing of a topic, or not what some of its sources send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched {
    /// The topic outside.
    pub topic: String,
    /// The reader's node.
    pub node: String,
    /// Nothing comes to it, not even what others of the sources send.
    pub wholly: bool,
    /// What is not met, and what to do, in words.
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
    /// For whoever has to do something about it.
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
        let told = |reader, offered: &[Qos]| unmatched("/map", "a/msg/B", &[reader], offered);
        assert_eq!(told(reader("a/msg/B", WEAK), &[WEAK, Qos::DEFAULT]), []);
        assert_eq!(told(reader("a/msg/B", Qos::DEFAULT), &[]), [], "nothing is offered yet");
        let [nothing] = told(reader("a/msg/B", Qos::DEFAULT), &[WEAK]).try_into().unwrap();
        assert!(nothing.advice().starts_with("/rviz gets nothing of /map: its reliability"), "{nothing:?}");
        let [part] = told(reader("a/msg/B", Qos::DEFAULT), &[Qos::DEFAULT, WEAK]).try_into().unwrap();
        assert!(part.advice().starts_with("/rviz does not get all of /map"), "{part:?}");
        let [other] = told(reader("a/msg/C", WEAK), &[WEAK]).try_into().unwrap();
        assert!(other.wholly && other.why.contains("a/msg/C"));
    }
}
