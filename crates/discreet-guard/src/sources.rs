//! The publishers that may be a topic's source.
//!
//! In ROS 2 any node may take any name and publish on any topic. The guard therefore binds each message to the
//! publisher it came from, by the id that the middleware puts on it, and asks of that publisher: is its type the
//! declared one, down to the hash? Is its node the one that the policy names? Is there already another node of that
//! name? Of two nodes with one name the first keeps it, so that a second driver started by mistake does not mix in:
//! on each topic by itself, and where the policy names the source, on the whole domain. A name that the policy does
//! not ask for gives a publisher no rights, so two bridges of one name with a topic each are not impostors.
//!
//! This finds mistakes and simple impostors. Names are only as good as the inner domain is locked: without SROS2, a
//! party that can write to the inner domain can also forge discovery itself.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::time::Duration;

use crate::denied::Denied;
use discreet_graph::{Endpoint, Gid, NodeName, Participant, TopicGraph, participant};
use discreet_policy::TopicPolicy;

/// The trust in a publisher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublisherTrust {
    /// It may be the topic's source.
    Accepted,
    /// Discovery does not have its node's name yet. Its messages wait, for [`PATIENCE`] at most.
    Awaited,
    /// Its messages are denied.
    Refused(Denied),
}

/// The longest that a publisher may stay without a node name before it is judged as one that has none.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// The memory of the first holder of each name.
#[derive(Debug, Default)]
pub struct Sources {
    /// By node name.
    owners: HashMap<String, Owner>,
    /// By node name and topic.
    owners_on: HashMap<(String, String), Owner>,
    known: HashMap<Gid, Known>,
    /// Names that several nodes have now.
    shared: BTreeSet<String>,
}

/// A publisher that is there.
#[derive(Debug, Clone)]
struct Known {
    since: Duration,
    /// The first name that it had. Discovery lets any participant rename any other; here a publisher keeps its name.
    node: Option<String>,
    /// The accepted holder of that name on this publisher's topic.
    owner: Owner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    One(Participant),
    /// Several were there when the guard first looked; the genuine one is unknown.
    Unclear,
}

impl Sources {
    /// Notes everything that is published at `now`, a monotonic time.
    pub fn observe(&mut self, graph: &TopicGraph, now: Duration) {
        let mut present: HashMap<String, Vec<Participant>> = HashMap::new();
        let mut present_on: HashMap<(String, String), Vec<Participant>> = HashMap::new();
        let mut known = HashMap::new();
        for (topic, endpoint) in graph.iter().flat_map(|(topic, all)| all.iter().map(move |one| (topic, one)))
        {
            let unknown = Known { since: now, node: None, owner: Owner::Unclear };
            let mut one = self.known.remove(&endpoint.gid).unwrap_or(unknown);
            one.node = one.node.or_else(|| endpoint.node.name().map(str::to_owned));
            if let Some(node) = &one.node {
                let participant = participant(&endpoint.gid);
                let on_topic = (topic.clone(), node.clone());
                present.entry(node.clone()).or_default().push(participant);
                present_on.entry(on_topic).or_default().push(participant);
            }
            known.insert(endpoint.gid, one);
        }
        // Sorted once: any participant of the domain may take any name, any number of times.
        for participants in present.values_mut().chain(present_on.values_mut()) {
            participants.sort_unstable();
            participants.dedup();
        }
        let several = |(node, participants): (&String, &Vec<Participant>)| {
            (participants.len() > 1).then(|| node.clone())
        };
        self.shared = present.iter().filter_map(several).collect();
        self.owners = owners(&self.owners, present);
        self.owners_on = owners(&self.owners_on, present_on);
        for (topic, endpoint) in graph.iter().flat_map(|(topic, all)| all.iter().map(move |one| (topic, one)))
        {
            if let Some(one) = known.get_mut(&endpoint.gid)
                && let Some(node) = &one.node
            {
                let owner = self.owners_on.get(&(topic.clone(), node.clone()));
                one.owner = owner.copied().unwrap_or(Owner::Unclear);
            }
        }
        self.known = known;
    }

    /// Names that several nodes have now.
    pub fn shared(&self) -> &BTreeSet<String> {
        &self.shared
    }

    /// The trust in `endpoint` as a source of `topic`, whose installed definition has the hash `type_hash`.
    pub fn trust(
        &self,
        topic: &TopicPolicy,
        type_hash: &str,
        endpoint: &Endpoint,
        now: Duration,
    ) -> PublisherTrust {
        if endpoint.type_name != topic.type_name() {
            return PublisherTrust::Refused(Denied::WrongType);
        }
        // A publisher without a type hash cannot show that its bytes mean what the policy was written for.
        if endpoint.type_hash.as_deref() != Some(type_hash) {
            return PublisherTrust::Refused(Denied::WrongTypeHash);
        }
        let known = self.known.get(&endpoint.gid);
        let Some(node) = known.and_then(|known| known.node.as_deref()) else {
            let since = known.map_or(now, |known| known.since);
            let may_come = endpoint.node == NodeName::Unknown && now.saturating_sub(since) < PATIENCE;
            return match topic.source() {
                _ if may_come => PublisherTrust::Awaited,
                // Not a ROS node, but the policy does not ask for one either.
                None => PublisherTrust::Accepted,
                Some(_) => PublisherTrust::Refused(Denied::WrongSource),
            };
        };
        if topic.source().is_some_and(|source| source != node) {
            return PublisherTrust::Refused(Denied::WrongSource);
        }
        // Where the policy asks for a name, its first holder on the domain is the declared source.
        let owner = match topic.source() {
            Some(_) => self.owners.get(node).copied(),
            None => known.map(|known| known.owner),
        };
        match owner {
            Some(Owner::One(first)) if first == participant(&endpoint.gid) => PublisherTrust::Accepted,
            _ => PublisherTrust::Refused(Denied::DuplicateNode),
        }
    }
}

/// The holder of each name, given the holder before and those who are `present` under it.
fn owners<K: Eq + Hash>(
    before: &HashMap<K, Owner>,
    present: HashMap<K, Vec<Participant>>,
) -> HashMap<K, Owner> {
    let owner = |(name, participants): (K, Vec<Participant>)| {
        let owner = match (before.get(&name), participants.as_slice()) {
            (Some(Owner::One(first)), now) if now.contains(first) => Owner::One(*first),
            (_, [only]) => Owner::One(*only),
            _ => Owner::Unclear,
        };
        (name, owner)
    };
    present.into_iter().map(owner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use discreet_graph::qos::Qos;
    use discreet_policy::Policy;

    const HASH: &str = "RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18";

    fn endpoint(process: u8, entity: u8, node: Option<&str>) -> Endpoint {
        let mut gid = [process; 16];
        gid[15] = entity;
        Endpoint {
            gid,
            node: node.map_or(NodeName::Unknown, |node| NodeName::Node(node.into())),
            type_name: "std_msgs/msg/String".into(),
            type_hash: Some(HASH.into()),
            qos: Qos::default(),
        }
    }

    fn policy(source: &str) -> Policy {
        let text = format!(
            "discreet: 1\nrobot: r\nversion: 1\nclasses:\n  operational: {{ suite: chacha20-poly1305, epoch: 1h, retention: 7d }}\n\
             topics:\n  /a: {{ type: std_msgs/msg/String, class: operational{source} }}\n\
             rules:\n  - {{ who: everyone, read: operational, as: clear }}\n"
        );
        Policy::read("test.yaml", &text).unwrap().0
    }

    /// The trust of the last endpoint of `graphs`' last, each seen a second after the one before.
    fn trust(source: &str, graphs: &[Vec<Endpoint>]) -> PublisherTrust {
        let (policy, mut sources) = (policy(source), Sources::default());
        for (second, endpoints) in graphs.iter().enumerate() {
            let graph = TopicGraph::from([("/a".to_owned(), endpoints.clone())]);
            sources.observe(&graph, Duration::from_secs(second as u64));
        }
        let now = Duration::from_secs(graphs.len() as u64 - 1);
        let last = graphs.last().unwrap().last().unwrap();
        sources.trust(policy.topic("/a").unwrap().as_ref(), HASH, last, now)
    }

    #[test]
    fn a_plain_publisher_is_accepted() {
        assert_eq!(trust("", &[vec![endpoint(1, 1, Some("/lidar"))]]), PublisherTrust::Accepted);
    }

    #[test]
    fn another_type_or_hash_or_none_is_refused() {
        let right = endpoint(1, 1, Some("/lidar"));
        let other = Endpoint { type_name: "std_msgs/msg/Int32".into(), ..right.clone() };
        assert_eq!(trust("", &[vec![other]]), PublisherTrust::Refused(Denied::WrongType));
        for type_hash in [None, Some(HASH.replace("df", "00"))] {
            let other = Endpoint { type_hash, ..right.clone() };
            assert_eq!(trust("", &[vec![other]]), PublisherTrust::Refused(Denied::WrongTypeHash));
        }
    }

    #[test]
    fn only_the_named_source_is_accepted() {
        let bound = ", source: /lidar";
        assert_eq!(trust(bound, &[vec![endpoint(1, 1, Some("/lidar"))]]), PublisherTrust::Accepted);
        let refused = PublisherTrust::Refused(Denied::WrongSource);
        assert_eq!(trust(bound, &[vec![endpoint(1, 1, Some("/other"))]]), refused);
        let nameless = endpoint(1, 1, None);
        assert_eq!(trust(bound, &[vec![nameless.clone()], vec![nameless.clone()]]), refused);
    }

    #[test]
    fn a_second_node_of_the_same_name_is_refused_until_the_first_is_gone() {
        let (first, second) = (endpoint(1, 1, Some("/lidar")), endpoint(2, 1, Some("/lidar")));
        let refused = PublisherTrust::Refused(Denied::DuplicateNode);
        assert_eq!(trust("", &[vec![first.clone()], vec![first.clone(), second.clone()]]), refused);
        let gone = trust("", &[vec![first.clone()], vec![second.clone()]]);
        assert_eq!(gone, PublisherTrust::Accepted);
        let keeps = trust("", &[vec![first.clone()], vec![second, first]]);
        assert_eq!(keeps, PublisherTrust::Accepted);
    }

    #[test]
    fn of_two_that_were_there_before_the_guard_none_is_believed() {
        let both = vec![endpoint(1, 1, Some("/lidar")), endpoint(2, 1, Some("/lidar"))];
        assert_eq!(trust("", &[both]), PublisherTrust::Refused(Denied::DuplicateNode));
    }

    #[test]
    fn namesakes_with_a_topic_each_are_both_heard_unless_the_policy_asks_for_the_name() {
        for (source, expected) in [
            ("", PublisherTrust::Accepted),
            (", source: /bridge", PublisherTrust::Refused(Denied::DuplicateNode)),
        ] {
            let (policy, mut sources) = (policy(source), Sources::default());
            let (one, other) = (endpoint(1, 1, Some("/bridge")), endpoint(2, 1, Some("/bridge")));
            let graph =
                TopicGraph::from([("/a".to_owned(), vec![one.clone()]), ("/b".to_owned(), vec![other])]);
            sources.observe(&graph, Duration::ZERO);
            let topic = policy.topic("/a").unwrap();
            assert_eq!(sources.trust(topic.as_ref(), HASH, &one, Duration::ZERO), expected);
            assert!(sources.shared().contains("/bridge"));
        }
    }

    #[test]
    fn one_node_may_have_several_publishers() {
        let both = vec![endpoint(1, 1, Some("/lidar")), endpoint(1, 2, Some("/lidar"))];
        assert_eq!(trust("", &[both]), PublisherTrust::Accepted);
    }

    #[test]
    fn a_node_without_a_name_is_awaited_and_then_taken_for_no_node() {
        let nameless = endpoint(1, 1, None);
        assert_eq!(trust("", &[vec![nameless.clone()]]), PublisherTrust::Awaited);
        assert_eq!(trust("", &[vec![nameless.clone()], vec![nameless.clone()]]), PublisherTrust::Accepted);
    }

    #[test]
    fn an_application_that_is_no_ros_node_is_not_waited_for() {
        let bare = Endpoint { node: NodeName::NotRos, ..endpoint(1, 1, None) };
        assert_eq!(trust("", &[vec![bare.clone()]]), PublisherTrust::Accepted);
        assert_eq!(trust(", source: /lidar", &[vec![bare]]), PublisherTrust::Refused(Denied::WrongSource));
    }

    #[test]
    fn nobody_can_rename_a_publisher_that_is_known() {
        let (lidar, renamed) = (endpoint(1, 1, Some("/lidar")), endpoint(1, 1, Some("/other")));
        assert_eq!(trust(", source: /lidar", &[vec![lidar], vec![renamed]]), PublisherTrust::Accepted);
    }
}
