//! A route whose rate the policy limits.

use super::tests::{LATCHED, RELIABLE, Scene, ms};
use super::*;

#[test]
fn the_newest_of_each_publisher_leaves_when_its_time_has_come_and_the_others_are_counted() {
    let mut scene = Scene::of(&[(1, RELIABLE), (2, RELIABLE)]);
    scene.publish(1, 1..=1);
    assert_eq!(scene.all(Take::Paced(ms(0)), 10), [(1, 1)], "the first one at once");
    scene.publish(1, 2..=5);
    scene.publish(2, 1..=2);
    assert_eq!(scene.all(Take::Paced(ms(190)), 20), []);
    assert_eq!(scene.alarms(), [ms(190)], "the route is served again without a message");
    scene.publish(1, 6..=7);
    assert_eq!(scene.all(Take::Paced(ms(100)), 110), []);
    assert_eq!(scene.all(Take::Paced(ms(0)), 210), [(2, 2), (1, 7)]);
    assert_eq!(scene.denied(), [(Denied::OverRate, 6)]);
    assert_eq!(scene.stats.lost.load(Relaxed), 0, "none is lost");
    assert_eq!(scene.all(Take::Paced(ms(0)), 500), []);
}

#[test]
fn one_that_comes_while_others_leave_waits_for_the_next_time() {
    let mut scene = Scene::of(&[(1, RELIABLE), (2, RELIABLE)]);
    scene.publish(1, 1..=1);
    scene.publish(2, 1..=1);
    assert_eq!(scene.next_as(Take::Paced(ms(0)), 10).map(|next| next.0), Some(1));
    scene.publish(1, 2..=2);
    // The caller's time has moved on: only those that were due are given.
    assert_eq!(scene.all(Take::Paced(ms(200)), 11), [(2, 1)]);
    assert_eq!(scene.all(Take::Paced(ms(199)), 12), []);
    assert_eq!(scene.all(Take::Paced(ms(0)), 211), [(1, 2)]);
}

#[test]
fn what_late_readers_get_is_not_thinned() {
    let mut scene = Scene::of(&[(1, LATCHED)]);
    (1..=3).for_each(|number| scene.wire.publish(1, number, LATCHED, 3));
    let (first, then) = (scene.all(Take::Paced(ms(0)), 10), scene.all(Take::Paced(ms(500)), 400));
    assert_eq!([first, then].concat(), [(1, 1), (1, 2), (1, 3)]);
    assert_eq!(scene.denied(), []);
}
