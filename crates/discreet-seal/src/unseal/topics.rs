//! The sealed topics that are open at present, as the robot's catalogue offers them.

use std::collections::BTreeMap;

use super::{Offered, TopicCounts};
use crate::catalog::Offer;
use discreet_graph::{Participant, participant};

/// Port: opens one sealed topic. Dropping what it returns closes the topic.
pub trait OpenTopic {
    /// An open topic.
    type Topic;

    /// Subscribes to the topic and announces its republished counterpart. The error is shown in diagnostics.
    fn open(&mut self, offer: &Offer) -> Result<Self::Topic, String>;

    /// Changes the quality of service of an open topic to that of `offer`. Nothing else of the offer has changed.
    fn set_qos(&mut self, topic: &Self::Topic, offer: &Offer) -> Result<(), String>;

    /// Tells an open topic the participant of the robot's guard; none: not known.
    fn set_guard(&mut self, topic: &Self::Topic, guard: Option<Participant>);
}

/// All open topics of a stakeholder, and those that could not be opened.
pub struct Topics<T> {
    /// By the name on the outer domain.
    open: BTreeMap<String, Opened<T>>,
    /// The reason, by the same name.
    failed: BTreeMap<String, String>,
}

struct Opened<T> {
    topic: T,
    offer: Offer,
}

/// State of one topic, for diagnostics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsealedStatus {
    /// Its name on the outer domain.
    pub topic: String,
    /// Its name on the own domain; none if it cannot be opened.
    pub own_topic: Option<String>,
    /// Messages opened.
    pub opened: u64,
    /// Messages without a key.
    pub without_key: u64,
    /// Messages that are refused: malformed, changed, or sent by a publisher with too many failures.
    pub refused: u64,
    /// Messages of another publisher than the robot's guard that did not open: of another robot, or of a stranger.
    pub foreign: u64,
    /// The last reason for a refusal, or the reason why the topic cannot be opened at all.
    pub why: String,
}

impl<T> Default for Topics<T> {
    fn default() -> Topics<T> {
        Topics { open: BTreeMap::new(), failed: BTreeMap::new() }
    }
}

impl<T> Topics<T> {
    /// Opens and closes topics until they are those offered at second `now` (since 1970). While the catalogue has
    /// ended, no topic is opened; one that is open stays open as long as there is a key for it. A topic that could
    /// not be opened is tried again at the next call.
    pub fn reconcile(&mut self, offered: &Offered, port: &mut impl OpenTopic<Topic = T>, now: i64) {
        let offers: BTreeMap<&str, &Offer> =
            offered.offers(now).into_iter().map(|offer| (offer.topic.as_str(), offer)).collect();
        let is_same =
            |open: &Opened<T>, offer: &Offer| Offer { qos: open.offer.qos, ..offer.clone() } == open.offer;
        self.open.retain(|name, open| offers.get(name.as_str()).is_some_and(|offer| is_same(open, offer)));
        self.failed.clear();
        if !offered.holds(now) {
            return;
        }
        for (name, offer) in offers {
            if let Err(why) = self.follow(name, offer, port) {
                self.failed.insert(name.into(), why);
            }
        }
        let guard = offered.publisher().as_ref().map(participant);
        self.open.values().for_each(|open| port.set_guard(&open.topic, guard));
    }

    fn follow(
        &mut self,
        name: &str,
        offer: &Offer,
        port: &mut impl OpenTopic<Topic = T>,
    ) -> Result<(), String> {
        match self.open.get_mut(name) {
            Some(open) if open.offer.qos == offer.qos => {}
            // The guard's sources offer another quality of service than before. What was published stays published.
            Some(open) => {
                port.set_qos(&open.topic, offer)?;
                open.offer = offer.clone();
            }
            None => {
                let topic = port.open(offer)?;
                self.open.insert(name.into(), Opened { topic, offer: offer.clone() });
            }
        }
        Ok(())
    }

    /// The open topics, with what was offered when they were opened.
    pub fn open(&self) -> impl Iterator<Item = (&Offer, &T)> {
        self.open.values().map(|open| (&open.offer, &open.topic))
    }

    /// State of each topic. `state` gives an open topic's name on the own domain, and its counters.
    pub fn statuses(&self, state: impl Fn(&T) -> (String, TopicCounts)) -> Vec<UnsealedStatus> {
        let open = self.open.iter().map(|(name, open)| {
            let (own_topic, TopicCounts { opened, without_key, refused, foreign, why }) = state(&open.topic);
            let (topic, own_topic) = (name.clone(), Some(own_topic));
            UnsealedStatus { topic, own_topic, opened, without_key, refused, foreign, why }
        });
        let failed = self.failed.iter().map(|(name, why)| UnsealedStatus {
            topic: name.clone(),
            own_topic: None,
            opened: 0,
            without_key: 0,
            refused: 0,
            foreign: 0,
            why: why.clone(),
        });
        open.chain(failed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{NOW, Robot, catalog, grant_set, granted};
    use super::*;
    use crate::catalog::{Catalog, CatalogLease};
    use std::sync::Arc;

    /// Records the calls; a topic is its name.
    #[derive(Default)]
    struct Calls {
        log: Vec<String>,
        fails: bool,
        guard: Option<Participant>,
    }

    impl OpenTopic for Calls {
        type Topic = String;

        fn open(&mut self, offer: &Offer) -> Result<String, String> {
            self.log.push(format!("open {}", offer.policy_topic));
            match self.fails {
                true => Err("the type is not installed".into()),
                false => Ok(offer.policy_topic.clone()),
            }
        }

        fn set_qos(&mut self, topic: &String, offer: &Offer) -> Result<(), String> {
            self.log.push(format!("depth {} of {topic}", offer.qos.depth));
            match self.fails {
                true => Err("the domain is gone".into()),
                false => Ok(()),
            }
        }

        fn set_guard(&mut self, _: &String, guard: Option<Participant>) {
            self.guard = guard;
        }
    }

    struct Scene {
        robot: Robot,
        offered: Offered,
        topics: Topics<String>,
        calls: Calls,
    }

    impl Scene {
        /// The desk has a key until a minute from now.
        fn new() -> Scene {
            let robot = Robot::new();
            let granted = granted(&robot);
            let (_, grant) = robot.grant(7, granted.me().public(), NOW + 60);
            granted.update(&grant_set(&[], &[&grant]), NOW).unwrap();
            let offered = Offered::new(Arc::clone(&granted));
            Scene { robot, offered, topics: Topics::default(), calls: Calls::default() }
        }

        /// Reads a catalogue made at second `now`, and returns the calls that follow.
        fn read(&mut self, catalog: &Catalog, now: i64) -> Vec<String> {
            let message = self.robot.catalog(catalog, CatalogLease::from(now * 1_000_000_000));
            self.offered.update(&message, now).unwrap();
            self.reconcile(now)
        }

        fn reconcile(&mut self, now: i64) -> Vec<String> {
            self.topics.reconcile(&self.offered, &mut self.calls, now);
            std::mem::take(&mut self.calls.log)
        }

        fn open(&self) -> Vec<&str> {
            self.topics.open().map(|(_, topic)| topic.as_str()).collect()
        }
    }

    #[test]
    fn topics_open_once_and_close_as_the_catalogue_says() {
        let mut scene = Scene::new();
        assert_eq!(scene.read(&catalog(&["/a", "/b"]), NOW), ["open /a", "open /b"]);
        assert!(scene.reconcile(NOW).is_empty());
        assert!(scene.read(&catalog(&["/b"]), NOW + 1).is_empty());
        assert_eq!(scene.open(), ["/b"]);
    }

    #[test]
    fn a_forged_catalogue_opens_nothing_and_closes_nothing() {
        let mut scene = Scene::new();
        scene.read(&catalog(&["/a"]), NOW);
        let forged = Robot::new().catalog(&catalog(&["/b"]), CatalogLease::from((NOW + 1) * 1_000_000_000));
        assert!(scene.offered.update(&forged, NOW + 1).is_err());
        assert!(scene.reconcile(NOW + 1).is_empty());
        assert_eq!(scene.open(), ["/a"]);
    }

    #[test]
    fn another_quality_of_service_keeps_the_topic_and_any_other_change_opens_it_again() {
        let mut scene = Scene::new();
        let mut changed = catalog(&["/a"]);
        scene.read(&changed, NOW);
        changed.entries[0].qos.depth = 5;
        assert_eq!(scene.read(&changed, NOW + 1), ["depth 5 of /a"]);
        assert!(scene.reconcile(NOW + 1).is_empty());
        changed.entries[0].type_hash = "another".into();
        assert_eq!(scene.read(&changed, NOW + 2), ["open /a"]);
    }

    #[test]
    fn a_quality_of_service_that_could_not_be_set_is_tried_again() {
        let mut scene = Scene::new();
        let mut changed = catalog(&["/a"]);
        scene.read(&changed, NOW);
        changed.entries[0].qos.depth = 5;
        scene.calls.fails = true;
        scene.read(&changed, NOW + 1);
        scene.calls.fails = false;
        assert_eq!(scene.reconcile(NOW + 1), ["depth 5 of /a"]);
    }

    #[test]
    fn a_topic_that_cannot_be_opened_is_reported_and_tried_again() {
        let mut scene = Scene::new();
        scene.calls.fails = true;
        assert_eq!(scene.read(&catalog(&["/a"]), NOW), ["open /a"]);
        let statuses = scene.topics.statuses(|_| unreachable!("none is open"));
        assert_eq!((statuses[0].topic.as_str(), &statuses[0].own_topic), ("/a/sealed/clear", &None));
        assert_eq!(statuses[0].why, "the type is not installed");
        scene.calls.fails = false;
        assert_eq!(scene.reconcile(NOW), ["open /a"]);
        let statuses = scene.topics.statuses(|topic| (format!("/desk{topic}"), TopicCounts::default()));
        assert_eq!(statuses.len(), 1);
        assert_eq!((statuses[0].own_topic.as_deref(), statuses[0].why.as_str()), (Some("/desk/a"), ""));
    }

    #[test]
    fn after_the_catalogue_open_topics_stay_until_their_key_ends_and_none_is_opened() {
        let mut scene = Scene::new();
        scene.calls.fails = true;
        scene.read(&catalog(&["/a"]), NOW);
        scene.calls.fails = false;
        assert!(scene.reconcile(NOW + 30).is_empty(), "the catalogue has ended");
        let mut scene = Scene::new();
        scene.read(&catalog(&["/a"]), NOW);
        scene.reconcile(NOW + 61);
        assert_eq!(scene.open(), ["/a"]);
        scene.reconcile(NOW + 62);
        assert!(scene.open().is_empty());
    }

    #[test]
    fn open_topics_know_the_guard_that_signed_the_catalogue() {
        let mut scene = Scene::new();
        scene.read(&Catalog { publisher: [9; 16], ..catalog(&["/a"]) }, NOW);
        assert_eq!(scene.calls.guard, Some([9; 12]));
    }
}
