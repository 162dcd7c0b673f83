//! A route whose rate the policy limits.

use super::tests::{LATCHED, RELIABLE, Scene, ms, plan};
use super::*;

/// Five a second.
const FIVE: Take = Take::Paced(Duration::from_millis(200));

#[test]
fn the_newest_of_each_publisher_leaves_when_its_time_has_come_and_the_others_are_counted() {
    let mut scene = Scene::of(&[(1, RELIABLE), (2, RELIABLE)]);
    scene.publish(1, 1..=1);
    assert_eq!(scene.all(FIVE, 10), [(1, 1)], "the first one at once");
    scene.publish(1, 2..=5);
    scene.publish(2, 1..=2);
    assert_eq!(scene.all(FIVE, 20), []);
    assert_eq!(scene.alarms(), [ms(190)], "the route is served again without a message");
    scene.publish(1, 6..=7);
    assert_eq!(scene.all(FIVE, 110), []);
    assert_eq!(scene.all(FIVE, 210), [(2, 2), (1, 7)]);
    assert_eq!(scene.denied(), [(Denied::OverRate, 6)]);
    assert_eq!(scene.stats.lost.load(Relaxed), 0, "none is lost");
    assert_eq!(scene.all(FIVE, 500), []);
}

#[test]
fn one_that_comes_while_others_leave_waits_for_the_next_time() {
    let mut scene = Scene::of(&[(1, RELIABLE), (2, RELIABLE)]);
    scene.publish(1, 1..=1);
    scene.publish(2, 1..=1);
    assert_eq!(scene.next_as(FIVE, 10).map(|next| next.0), Some(1));
    scene.publish(1, 2..=2);
    assert_eq!(scene.all(FIVE, 11), [(2, 1)], "only those that were due");
    assert_eq!(scene.all(FIVE, 12), []);
    assert_eq!(scene.all(FIVE, 211), [(1, 2)]);
}

#[test]
fn what_late_readers_get_is_not_thinned() {
    let mut scene = Scene::of(&[(1, LATCHED)]);
    (1..=3).for_each(|number| scene.wire.publish(1, number, LATCHED, 3));
    let (first, then) = (scene.all(FIVE, 10), scene.all(FIVE, 400));
    assert_eq!([first, then].concat(), [(1, 1), (1, 2), (1, 3)]);
    assert_eq!(scene.denied(), []);
}

#[test]
fn a_publisher_that_is_not_accepted_keeps_nobody_back() {
    let mut scene = Scene::of(&[]);
    let refused = PublisherTrust::Refused(Denied::WrongSource);
    scene.judge_by(&plan(&[(1, PublisherTrust::Accepted, RELIABLE), (2, refused, RELIABLE)]), 0);
    let mut left = Vec::new();
    for turn in 0..100 {
        // More of its messages than are served in a turn.
        scene.publish(2, turn * 10 + 1..=turn * 10 + 10);
        scene.publish(1, turn + 1..=turn + 1);
        for _ in 0..4 {
            let next = scene.next_as(FIVE, 10 * turn + 10);
            left.extend(next.filter(|next| next.0 == 1).map(|next| next.1));
        }
    }
    assert!(left.len() >= 3 && left.is_sorted(), "{left:?}");
}

#[test]
fn a_faster_rate_holds_at_once() {
    let mut scene = Scene::of(&[(1, RELIABLE)]);
    scene.publish(1, 1..=1);
    assert_eq!(scene.all(Take::Paced(ms(50_000)), 10), [(1, 1)]);
    scene.publish(1, 2..=2);
    assert_eq!(scene.all(Take::Paced(ms(50_000)), 20), []);
    assert_eq!(scene.all(FIVE, 30), []);
    assert_eq!(scene.all(FIVE, 230), [(1, 2)]);
}
