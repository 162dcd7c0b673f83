//! The inbox over a fake middleware, which delivers as DDS does.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::*;
use crate::audiences::{Audience, Audiences};
use crate::lanes::{Input, LaneSource, Leaves};
use crate::testing::open_policy;
use discreet_graph::Gid;
use discreet_graph::qos::Qos;
use discreet_seal::PerForm;

pub(super) const RELIABLE: Qos = Qos::DEFAULT;
const HASTY: Qos = Qos { reliable: false, ..Qos::DEFAULT };
pub(super) const LATCHED: Qos = Qos { latched: true, ..Qos::DEFAULT };
const UNKNOWN: PublisherTrust = PublisherTrust::Refused(Denied::UnknownSource);

type Queue = RefCell<VecDeque<(MessageInfo, Vec<u8>)>>;

/// One topic: its subscriptions, and the histories of its latched publishers.
#[derive(Default)]
pub(super) struct Wire {
    subscriptions: RefCell<Vec<(Input, Weak<Queue>)>>,
    history: Queue,
    alarms: RefCell<Vec<Duration>>,
}

struct Port(Rc<Wire>);

struct Queued(Rc<Queue>);

#[derive(Default)]
struct Bytes(Vec<u8>);

impl Wire {
    /// Delivers to each subscription that asks for no more than is `offered`. Of a latched publisher, `keeps`
    /// messages stay.
    pub(super) fn publish(&self, publisher: u8, sequence: u64, offered: Qos, keeps: usize) {
        let info = MessageInfo { gid: gid(publisher), sequence, source_stamp: 0 };
        let message = (info, vec![publisher, sequence as u8]);
        for (input, queue) in self.subscriptions.borrow().iter() {
            if matches(*input, offered) {
                queue.upgrade().into_iter().for_each(|queue| queue.borrow_mut().push_back(message.clone()));
            }
        }
        if offered.latched {
            let mut history = self.history.borrow_mut();
            history.push_back(message);
            while history.iter().filter(|(kept, _)| kept.gid == info.gid).count() > keeps {
                let oldest = history.iter().position(|(kept, _)| kept.gid == info.gid).unwrap();
                history.remove(oldest);
            }
        }
    }

    fn subscribed(&self) -> Vec<Input> {
        let subscriptions = self.subscriptions.borrow();
        subscriptions.iter().filter(|(_, queue)| queue.strong_count() > 0).map(|(input, _)| *input).collect()
    }
}

fn matches(asked: Input, offered: Qos) -> bool {
    (offered.latched || !asked.latched) && (offered.reliable || !asked.reliable)
}

impl Listen for Port {
    type Fault = ();
    type Message = Bytes;
    type Subscription = Queued;

    fn subscribe(&self, input: Input, _: Option<usize>) -> Result<Queued, ()> {
        let history = if input.latched { self.0.history.borrow().clone() } else { VecDeque::new() };
        let queue = Rc::new(RefCell::new(history));
        self.0.subscriptions.borrow_mut().push((input, Rc::downgrade(&queue)));
        Ok(Queued(queue))
    }

    fn look_again(&mut self, after: Duration) {
        self.0.alarms.borrow_mut().push(after);
    }
}

impl Subscription for Queued {
    type Fault = ();
    type Message = Bytes;

    fn take(&mut self, message: &mut Bytes) -> Result<Option<MessageInfo>, ()> {
        let Some((info, bytes)) = self.0.borrow_mut().pop_front() else { return Ok(None) };
        message.0 = bytes;
        Ok(Some(info))
    }
}

impl Taken for Bytes {
    fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn buffer(&mut self) -> Buffer<'_> {
        Buffer::new(&mut self.0)
    }
}

fn gid(publisher: u8) -> Gid {
    [publisher; 16]
}

pub(super) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn policy() -> Arc<Policy> {
    Arc::new(
        Policy::read("p.yaml", &open_policy("/scan", "sensor_msgs/msg/LaserScan"))
            .unwrap_or_else(|all| panic!("{all:?}"))
            .0,
    )
}

pub(super) fn plan(sources: &[(u8, PublisherTrust, Qos)]) -> Plan {
    let source = |(publisher, trust, offered): &(u8, PublisherTrust, Qos)| LaneSource {
        gid: gid(*publisher),
        trust: *trust,
        offered: *offered,
    };
    Plan {
        sources: sources.iter().map(source).collect(),
        depth: None,
        ever: Leaves::default(),
        now: Leaves::default(),
        under: ([0; 32], Audiences::default()),
    }
}

pub(super) struct Scene {
    pub(super) wire: Rc<Wire>,
    inbox: Inbox<Port>,
    policy: Arc<Policy>,
    pub(super) stats: RouteStats,
}

impl Scene {
    /// A topic whose accepted publishers offer this.
    pub(super) fn of(sources: &[(u8, Qos)]) -> Scene {
        let wire = Rc::new(Wire::default());
        let inbox = Inbox::new(Port(Rc::clone(&wire)));
        let mut scene = Scene { wire, inbox, policy: policy(), stats: RouteStats::default() };
        scene.judge(sources, 0);
        scene
    }

    fn judge(&mut self, sources: &[(u8, Qos)], at: u64) {
        let accepted: Vec<_> =
            sources.iter().map(|(source, qos)| (*source, PublisherTrust::Accepted, *qos)).collect();
        self.judge_by(&plan(&accepted), at);
    }

    pub(super) fn judge_by(&mut self, plan: &Plan, at: u64) {
        self.inbox.judge(&self.policy, plan, ms(at)).unwrap();
    }

    pub(super) fn publish(&self, publisher: u8, sequences: impl IntoIterator<Item = u64>) {
        sequences.into_iter().for_each(|sequence| self.wire.publish(publisher, sequence, RELIABLE, 0));
    }

    pub(super) fn next_as(
        &mut self,
        desired: Take,
        at: u64,
    ) -> Option<(u8, u64, PublisherTrust, Option<usize>)> {
        let next = self.inbox.next(desired, &self.policy, Duration::ZERO, ms(at), &self.stats).unwrap();
        next.map(|Next { message: Received { origin, cdr }, depth, .. }| {
            assert_eq!(cdr.message(), [origin.publisher[0], origin.sequence as u8], "its own bytes");
            (origin.publisher[0], origin.sequence, origin.trust, depth)
        })
    }

    /// Publisher and number of all messages that need not wait at this time.
    pub(super) fn all(&mut self, desired: Take, at: u64) -> Vec<(u8, u64)> {
        std::iter::from_fn(|| self.next_as(desired, at))
            .map(|(source, number, ..)| (source, number))
            .collect()
    }

    pub(super) fn alarms(&self) -> Vec<Duration> {
        self.wire.alarms.take()
    }

    pub(super) fn denied(&self) -> Vec<(Denied, u64)> {
        self.stats.denied().collect()
    }
}

#[test]
fn messages_wait_until_discovery_names_their_publisher_and_others_pass_meanwhile() {
    let mut scene = Scene::of(&[(1, RELIABLE)]);
    scene.publish(2, [1, 2]);
    scene.publish(1, [1]);
    scene.publish(2, [3]);
    assert_eq!(scene.all(Take::Every, 10), [(1, 1)]);
    assert_eq!(scene.inbox.parked(), 3);
    scene.judge(&[(1, RELIABLE), (2, RELIABLE)], 20);
    scene.publish(2, [4]);
    assert_eq!(scene.all(Take::Every, 30), [(2, 1), (2, 2), (2, 3), (2, 4)], "in order");
    assert_eq!((scene.inbox.parked(), scene.denied()), (0, Vec::new()));
}

#[test]
fn messages_whose_publisher_discovery_does_not_name_are_refused_after_a_second() {
    let mut scene = Scene::of(&[(1, RELIABLE)]);
    scene.publish(2, [1]);
    assert_eq!(scene.next_as(Take::Every, 10), None);
    assert_eq!(scene.next_as(Take::Every, 1009), None);
    assert_eq!(scene.next_as(Take::Every, 1010), Some((2, 1, UNKNOWN, None)));
}

#[test]
fn of_more_messages_than_may_wait_the_oldest_are_lost_and_counted() {
    let mut scene = Scene::of(&[(1, RELIABLE)]);
    scene.publish(2, 1..=70);
    assert_eq!(scene.all(Take::Every, 10), []);
    assert_eq!((scene.inbox.parked(), scene.denied()), (MAX_PARKED, vec![(Denied::UnknownSource, 6)]));
    scene.judge(&[(1, RELIABLE), (2, RELIABLE)], 20);
    let kept: Vec<_> = (7..=70).map(|sequence| (2, sequence)).collect();
    assert_eq!(scene.all(Take::Every, 30), kept);
}

#[test]
fn under_a_new_policy_messages_wait_until_their_publishers_are_judged_by_it() {
    let mut scene = Scene::of(&[(1, RELIABLE)]);
    scene.policy = policy();
    scene.publish(1, [1]);
    assert_eq!(scene.all(Take::Every, 10), []);
    scene.judge(&[(1, RELIABLE)], 20);
    assert_eq!(scene.all(Take::Every, 30), [(1, 1)]);
}

#[test]
fn a_slow_route_gets_the_next_message_and_the_two_behind_it_and_the_rest_is_counted() {
    let mut scene = Scene::of(&[(1, RELIABLE)]);
    scene.publish(1, 1..=10);
    assert_eq!(scene.next_as(Take::Recent, 10).map(|next| next.1), Some(8));
    assert_eq!(scene.stats.skipped.load(Relaxed), 7);
    assert_eq!(scene.all(Take::Recent, 20), [(1, 9), (1, 10)]);
    assert_eq!(scene.stats.lost.load(Relaxed), 0, "skipped is not lost");
    scene.publish(1, 11..=20);
    assert_eq!(scene.all(Take::Every, 30).len(), 10);
}

#[test]
fn a_refused_message_displaces_none_of_an_accepted_publisher() {
    let mut scene = Scene::of(&[(1, RELIABLE)]);
    let refused = (2, PublisherTrust::Refused(Denied::WrongSource), RELIABLE);
    scene.judge_by(&plan(&[(1, PublisherTrust::Accepted, RELIABLE), refused]), 5);
    scene.publish(1, [1, 2]);
    scene.publish(2, 1..=10);
    scene.publish(1, [3]);
    let all = scene.all(Take::Recent, 10);
    assert_eq!(all.iter().filter(|(source, _)| *source == 1).count(), 3, "{all:?}");
    assert_eq!((all.len(), scene.stats.skipped.load(Relaxed)), (13, 0));
}

#[test]
fn a_message_that_arrives_on_two_subscriptions_is_taken_once() {
    let mut scene = Scene::of(&[(1, HASTY), (2, RELIABLE)]);
    assert_eq!(scene.wire.subscribed(), [HASTY, RELIABLE].map(Input::of));
    scene.publish(2, [1, 2, 3]);
    scene.wire.publish(1, 1, HASTY, 0);
    let mut all = scene.all(Take::Every, 10);
    all.sort_unstable();
    assert_eq!(all, [(1, 1), (2, 1), (2, 2), (2, 3)]);
    assert_eq!(scene.stats.lost.load(Relaxed), 0);
}

#[test]
fn gaps_of_accepted_publishers_are_counted_as_lost() {
    let mut scene = Scene::of(&[(1, RELIABLE)]);
    let refused = (2, PublisherTrust::Refused(Denied::WrongSource), RELIABLE);
    scene.judge_by(&plan(&[(1, PublisherTrust::Accepted, RELIABLE), refused]), 5);
    scene.publish(1, [1, 4]);
    scene.publish(2, [1, 100]);
    assert_eq!(scene.all(Take::Every, 10).len(), 4);
    assert_eq!(scene.stats.lost.load(Relaxed), 2);
}

#[test]
fn the_second_message_of_a_latched_source_waits_until_its_history_shows_the_depth() {
    let mut scene = Scene::of(&[(1, LATCHED)]);
    scene.wire.publish(1, 1, LATCHED, 1);
    scene.wire.publish(1, 2, LATCHED, 1);
    assert_eq!(scene.all(Take::Every, 10), [(1, 1)]);
    assert_eq!(scene.inbox.parked(), 1);
    assert_eq!(scene.wire.subscribed().len(), 2, "the late joiner that asks for the history");
    assert_eq!(scene.next_as(Take::Every, 20), None);
    assert_eq!(*scene.wire.alarms.borrow().last().unwrap(), QUIET);
    let accepted = PublisherTrust::Accepted;
    assert_eq!(scene.next_as(Take::Every, 200), Some((1, 2, accepted, Some(1))));
    assert_eq!(scene.next_as(Take::Every, 210), None);
    assert_eq!(scene.wire.subscribed().len(), 1, "the late joiner has left");
}

#[test]
fn latched_messages_are_delivered_again_under_another_policy() {
    let mut scene = Scene::of(&[(1, LATCHED)]);
    scene.wire.publish(1, 1, LATCHED, 1);
    assert_eq!(scene.all(Take::Every, 10), [(1, 1)]);
    let latched = plan(&[(1, PublisherTrust::Accepted, LATCHED)]);
    scene.judge_by(&latched, 20);
    assert_eq!(scene.all(Take::Every, 30), []);
    scene.judge_by(&Plan { under: ([1; 32], Audiences::default()), ..latched }, 40);
    assert_eq!(scene.all(Take::Every, 50), [(1, 1)]);
}

#[test]
fn latched_messages_of_a_source_that_is_accepted_later_are_delivered_again() {
    let mut scene = Scene::of(&[]);
    let refused = plan(&[(1, PublisherTrust::Refused(Denied::DuplicateNode), LATCHED)]);
    scene.judge_by(&refused, 0);
    scene.wire.publish(1, 1, LATCHED, 1);
    assert_eq!(scene.all(Take::Every, 10), [(1, 1)]);
    scene.judge_by(&refused, 20);
    assert_eq!(scene.all(Take::Every, 30), [], "it is still refused");
    let accepted = plan(&[(1, PublisherTrust::Accepted, LATCHED)]);
    scene.judge_by(&accepted, 40);
    assert_eq!(scene.all(Take::Every, 50), [(1, 1)]);
    scene.judge_by(&accepted, 60);
    assert_eq!(scene.all(Take::Every, 70), [], "once");
}

#[test]
fn latched_messages_that_stayed_inside_are_delivered_again_once_there_are_record_and_key() {
    let mut scene = Scene::of(&[]);
    let of = plan(&[(1, PublisherTrust::Accepted, LATCHED), (2, PublisherTrust::Accepted, RELIABLE)]);
    let with = |key| Plan {
        under: ([0; 32], Audiences(PerForm::of(|_| Some(Audience::Group([1; 16], key))))),
        ..of.clone()
    };
    let (keyed, keyless) = (with(Some(7)), with(None));
    scene.judge_by(&keyed, 0);
    scene.wire.publish(1, 1, LATCHED, 1);
    assert_eq!(scene.all(Take::Every, 10), [(1, 1)]);
    scene.inbox.stayed();
    scene.judge_by(&keyed, 20);
    assert_eq!(scene.all(Take::Every, 30), [], "the audit cannot be written yet");
    scene.inbox.records();
    scene.judge_by(&keyed, 40);
    assert_eq!(scene.all(Take::Every, 50), [(1, 1)]);
    scene.judge_by(&keyless, 60);
    assert_eq!(scene.all(Take::Every, 70), [(1, 1)], "the audiences have changed");
    scene.inbox.stayed();
    scene.inbox.records();
    scene.judge_by(&keyless, 80);
    assert_eq!(scene.all(Take::Every, 90), [], "there is no key yet");
    scene.judge_by(&keyed, 100);
    assert_eq!(scene.all(Take::Every, 110), [(1, 1)]);
    scene.wire.publish(2, 1, RELIABLE, 0);
    assert_eq!(scene.all(Take::Every, 120), [(2, 1)]);
    scene.inbox.stayed();
    scene.inbox.records();
    scene.judge_by(&keyed, 140);
    assert_eq!(scene.all(Take::Every, 150), [], "nobody keeps that one");
}

#[test]
fn a_subscription_that_is_not_needed_any_more_stays_for_what_is_under_way() {
    let mut scene = Scene::of(&[(1, HASTY), (2, RELIABLE)]);
    scene.judge(&[(2, RELIABLE)], 1000);
    assert_eq!(scene.wire.subscribed().len(), 2);
    scene.judge(&[(2, RELIABLE)], 3000);
    assert_eq!(scene.wire.subscribed(), [Input::of(RELIABLE)]);
    scene.inbox.disconnect();
    assert!(scene.wire.subscribed().is_empty());
}
