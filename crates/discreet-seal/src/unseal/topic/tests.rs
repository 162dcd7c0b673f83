//! Opening with real keys; subscription and publisher are fakes.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::world::{DOMAIN, NOW, Robot, grant_set, granted};
use super::*;
use crate::SealingKey;

const GUARD: Gid = [1; 16];
const STRANGER: Gid = [2; 16];
const START: Duration = Duration::from_secs(5);

/// Messages that wait, and the one that was taken last.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<(Gid, Vec<u8>)>,
    taken: Vec<u8>,
    broken: bool,
}

impl SealedInput for Queue {
    type Fault = &'static str;

    fn take(&mut self) -> Result<Option<Gid>, &'static str> {
        if self.broken {
            return Err("taking failed");
        }
        let Some((publisher, message)) = self.waiting.pop_front() else { return Ok(None) };
        self.taken = message;
        Ok(Some(publisher))
    }

    fn message(&mut self) -> &mut [u8] {
        &mut self.taken
    }
}

#[derive(Default)]
struct Published {
    messages: Vec<(Option<Gid>, Vec<u8>)>,
    broken: bool,
}

impl Republish for Published {
    type Fault = &'static str;

    fn publish(&mut self, from: Option<Gid>, message: &[u8]) -> Result<(), &'static str> {
        if self.broken {
            return Err("publishing failed");
        }
        self.messages.push((from, message.to_vec()));
        Ok(())
    }
}

struct Scene {
    robot: Robot,
    granted: Arc<Granted>,
    key: SealingKey,
    grant: Vec<u8>,
    topic: UnsealedTopic,
    input: Queue,
    output: Published,
}

impl Scene {
    /// A topic of strings, without a grant.
    fn new() -> Scene {
        let robot = Robot::new();
        let granted = granted(&robot);
        let (key, grant) = robot.grant(7, granted.me().public(), NOW + 60);
        let of = SealedSource {
            domain: DOMAIN,
            topic: "/t".into(),
            type_name: "a/msg/B".into(),
            type_hash: "h".into(),
            form: "clear".into(),
        };
        let description = r#"{"type_description": {"type_name": "a/msg/B", "fields": [
            {"name": "text", "type": {"type_id": 17, "capacity": 0, "string_capacity": 0, "nested_type_name": ""}}
        ]}, "referenced_type_descriptions": []}"#;
        let plan = Plan::compile(&serde_json::from_str(description).unwrap()).unwrap();
        let topic = UnsealedTopic::new(of, Arc::clone(&granted), plan);
        topic.state().set_guard(Some(participant(&GUARD)));
        let (input, output) = (Queue::default(), Published::default());
        Scene { robot, granted, key, grant, topic, input, output }
    }

    /// The same, with the grant.
    fn with_key() -> Scene {
        let scene = Scene::new();
        scene.grant();
        scene
    }

    fn grant(&self) {
        self.granted.update(&grant_set(&[], &[&self.grant]), NOW).unwrap();
    }

    fn seal(&self, message: &[u8]) -> Vec<u8> {
        self.robot.seal(&self.key, "/t", message)
    }

    /// Serves all that waits at `elapsed`.
    fn serve_at(&mut self, elapsed: Duration) {
        let now = ReadTime { second: NOW, elapsed };
        while self.topic.serve_one(&mut self.input, &mut self.output, now) {}
    }

    fn receive(&mut self, publisher: Gid, message: &[u8]) {
        self.input.waiting.push_back((publisher, message.to_vec()));
        self.serve_at(START);
    }

    fn counts(&self) -> TopicCounts {
        self.topic.state().counts()
    }

    fn published(&self) -> Vec<(Option<Gid>, &[u8])> {
        self.output.messages.iter().map(|(from, message)| (*from, message.as_slice())).collect()
    }
}

/// A serialized string of `text`.
fn string(text: &str) -> Vec<u8> {
    let mut message = vec![0, 1, 0, 0];
    message.extend_from_slice(&(text.len() as u32 + 1).to_le_bytes());
    message.extend_from_slice(text.as_bytes());
    message.push(0);
    message
}

#[test]
fn a_message_is_opened_and_republished_once() {
    let mut scene = Scene::with_key();
    let sealed = scene.seal(&string("hello"));
    scene.receive(GUARD, &sealed);
    scene.receive(GUARD, &sealed);
    assert_eq!(scene.published(), [(Some(GUARD), string("hello").as_slice())]);
    assert_eq!(scene.counts(), TopicCounts { opened: 1, ..TopicCounts::default() }, "a history comes again");
}

#[test]
fn a_replay_by_a_stranger_is_refused_and_counted_apart() {
    let mut scene = Scene::with_key();
    let sealed = scene.seal(&string("hello"));
    scene.receive(GUARD, &sealed);
    scene.receive(STRANGER, &sealed);
    assert_eq!(scene.published().len(), 1);
    assert_eq!(scene.counts(), TopicCounts { opened: 1, foreign: 1, ..TopicCounts::default() });
}

#[test]
fn a_message_that_a_stranger_forwards_first_is_published_without_its_source() {
    let mut scene = Scene::with_key();
    let sealed = scene.seal(&string("hello"));
    scene.receive(STRANGER, &sealed);
    scene.receive(GUARD, &sealed);
    assert_eq!(scene.published(), [(None, string("hello").as_slice())]);
}

#[test]
fn a_changed_message_is_refused_with_its_reason() {
    let mut scene = Scene::with_key();
    let mut sealed = scene.seal(&string("hello"));
    *sealed.last_mut().unwrap() ^= 1;
    scene.receive(GUARD, &sealed);
    assert!(scene.published().is_empty());
    let expected = TopicCounts { refused: 1, why: "signature".into(), ..TopicCounts::default() };
    assert_eq!(scene.counts(), expected);
    scene.receive(STRANGER, &sealed);
    assert_eq!(
        scene.counts(),
        TopicCounts { foreign: 1, ..expected },
        "a stranger's is not the robot's fault"
    );
}

#[test]
fn without_a_catalogue_no_publisher_counts_as_foreign() {
    let mut scene = Scene::with_key();
    scene.topic.state().set_guard(None);
    scene.receive(STRANGER, b"noise");
    assert_eq!((scene.counts().refused, scene.counts().foreign), (1, 0));
}

#[test]
fn a_message_before_its_grant_is_opened_when_the_grant_comes() {
    let mut scene = Scene::new();
    let sealed = scene.seal(&string("early"));
    scene.receive(GUARD, &sealed);
    assert!(scene.published().is_empty());
    scene.grant();
    scene.serve_at(START + Duration::from_millis(500));
    assert_eq!(scene.published(), [(Some(GUARD), string("early").as_slice())]);
    assert_eq!(scene.counts(), TopicCounts { opened: 1, ..TopicCounts::default() });
}

#[test]
fn a_message_whose_grant_does_not_come_is_counted_by_its_publisher() {
    let mut scene = Scene::new();
    let sealed = scene.seal(&string("early"));
    scene.receive(GUARD, &sealed);
    scene.receive(STRANGER, &sealed);
    scene.serve_at(START + Duration::from_secs(1));
    assert_eq!(scene.counts(), TopicCounts { without_key: 1, foreign: 1, ..TopicCounts::default() });
    scene.grant();
    scene.serve_at(START + Duration::from_secs(1));
    assert!(scene.published().is_empty());
}

#[test]
fn a_flood_of_forged_messages_is_not_verified_any_further_and_the_guards_pass() {
    let mut scene = Scene::with_key();
    let mut forged = scene.seal(&string("hello"));
    *forged.last_mut().unwrap() ^= 1;
    (0..1000).for_each(|_| scene.receive(STRANGER, &forged));
    assert_eq!(scene.counts().foreign, 1000);
    assert!(!scene.topic.failures.allows(&STRANGER, START));
    // Not even a genuine message of that publisher is looked at now.
    let genuine = scene.seal(&string("hello"));
    scene.receive(STRANGER, &genuine);
    assert!(scene.published().is_empty());
    scene.receive(GUARD, &genuine);
    assert_eq!(scene.published().len(), 1);
}

#[test]
fn a_flood_of_the_guards_own_publisher_is_refused_as_one() {
    let mut scene = Scene::with_key();
    let mut forged = scene.seal(&string("hello"));
    *forged.last_mut().unwrap() ^= 1;
    (0..100).for_each(|_| scene.receive(GUARD, &forged));
    assert_eq!((scene.counts().refused, scene.counts().why.as_str()), (100, "flood"));
}

#[test]
fn what_is_sealed_but_not_of_the_type_is_not_published() {
    let mut scene = Scene::with_key();
    let sealed = scene.seal(&[0, 1, 0, 0, 200, 0, 0, 0, b'x']);
    scene.receive(GUARD, &sealed);
    assert!(scene.published().is_empty());
    assert_eq!((scene.counts().refused, scene.counts().why.as_str()), (1, "malformed"));
}

#[test]
fn faults_of_the_middleware_are_counted_with_their_text() {
    let mut scene = Scene::with_key();
    scene.output.broken = true;
    let sealed = scene.seal(&string("hello"));
    scene.receive(GUARD, &sealed);
    assert_eq!((scene.counts().refused, scene.counts().why.as_str()), (1, "publishing failed"));
    scene.input.broken = true;
    scene.serve_at(START);
    assert_eq!((scene.counts().refused, scene.counts().why.as_str()), (2, "taking failed"));
}
