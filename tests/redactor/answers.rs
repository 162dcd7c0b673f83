//! An answer of the redactor counts for the frame that it is about, or not at all.

use std::thread::sleep;
use std::time::{Duration, Instant};

use discreet_redact::BlankReason;
use discreet_redact::remote::Patience;

use crate::camera::{Camera, DEADLINE};

#[test]
fn frames_are_looked_at_in_another_process() {
    let mut camera = Camera::new("");
    assert_eq!(camera.frame(), Err(BlankReason::Absent), "nobody waits for it to start");
    camera.until(Ok(()));
    for _ in 0..200 {
        assert_eq!(camera.frame(), Ok(()));
        assert_eq!(camera.compressed(), Ok(()));
    }
    assert_ne!(camera.pid(), std::process::id());
    assert_eq!(camera.remote.counts().started, 1);
    camera.in_time();
}

#[test]
fn a_redactor_that_lies_is_not_believed_and_replaced() {
    for fault in ["wrong_id", "outside", "garbage", "huge"] {
        let mut camera = Camera::new(&format!("{fault} 10"));
        for _ in 0..2 {
            camera.until(Ok(()));
            camera.until(Err(BlankReason::Failed));
            camera.until(Err(BlankReason::Absent));
        }
        camera.until(Ok(()));
        assert!(camera.remote.counts().restarts >= 2, "{fault}");
        camera.in_time();
    }
}

#[test]
fn an_answer_that_nobody_asked_for_is_not_used_for_the_next_frame() {
    let mut camera = Camera::new("twice 10");
    camera.until(Ok(()));
    camera.until(Err(BlankReason::Absent));
    assert!(camera.news.lock().unwrap()[0].contains("an answer to question"));
    camera.until(Ok(()));
    camera.in_time();
}

#[test]
fn an_image_that_it_cannot_look_at_is_blank_and_the_redactor_stays() {
    let mut camera = Camera::new("fail 5");
    camera.until(Ok(()));
    let outcomes: Vec<_> = (0..50).map(|_| camera.frame()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(BlankReason::Failed)).count(), 10);
    assert_eq!(camera.remote.counts().started, 1);
}

#[test]
fn what_it_cannot_find_is_not_asked_but_blank() {
    let mut camera = Camera::new("subjects 2"); // plates
    camera.until(Err(BlankReason::Failed));
    for _ in 0..10 {
        assert_eq!(camera.frame(), Err(BlankReason::Failed));
    }
    assert_eq!(camera.remote.counts().restarts, 0);
    let news = camera.news.lock().unwrap();
    assert!(news.len() == 1 && news[0].contains("faces"), "{news:?}");
}

#[test]
fn ten_thousand_frames_of_random_faults_never_get_what_is_not_theirs() {
    let patience = Patience {
        silence: Duration::from_millis(200),
        first_answer: Duration::from_millis(200),
        shortest_pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(20),
        ..Patience::default()
    };
    let mut camera = Camera::patient("random 20261124", patience);
    let mut outcomes = std::collections::BTreeMap::<String, u32>::new();
    let mut frames = 0;
    while frames < 10_000 {
        let begun = Instant::now();
        let outcome = if frames % 4 == 0 { camera.compressed() } else { camera.frame() };
        // A frame for which there was nobody to ask does not count.
        let asked = outcome.is_ok() || outcome == Err(BlankReason::Failed) || begun.elapsed() >= DEADLINE;
        frames += u32::from(asked);
        if !asked {
            sleep(Duration::from_millis(1));
        }
        *outcomes.entry(format!("{outcome:?}")).or_default() += 1;
    }
    eprintln!("{outcomes:?}, {:?}", camera.remote.counts());
    assert!(camera.remote.counts().restarts >= 50 && outcomes["Ok(())"] >= 3000, "{outcomes:?}");
    assert_eq!(camera.remote.counts().started, camera.remote.counts().restarts + 1);
    camera.in_time();
}
