//! No frame waits beyond its deadline for a redactor that is stopped, slow or starved.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use discreet_redact::BlankReason;
use discreet_redact::remote::{Patience, RedactorState};

use crate::camera::{CORES, Camera, DEADLINE, exists, odd_redactor, signal};

#[test]
fn a_stopped_redactor_makes_frames_late_and_its_old_answers_are_thrown_away() {
    let mut camera = Camera::new("");
    camera.until(Ok(()));
    let pid = camera.pid();
    for _ in 0..3 {
        signal(pid, "-STOP");
        let mut late = 0;
        for _ in 0..20 {
            late += usize::from(camera.frame() == Err(BlankReason::Late));
        }
        assert_eq!(late, 20);
        assert_eq!(camera.remote.state(), RedactorState::Late { pid });
        signal(pid, "-CONT");
        camera.until(Ok(()));
    }
    assert_eq!(camera.pid(), pid, "it is the same one");
    assert!(camera.remote.counts().late >= 60);
    camera.in_time();
}

#[test]
fn only_the_first_late_frame_waits() {
    let mut camera = Camera::new("");
    camera.until(Ok(()));
    signal(camera.pid(), "-STOP");
    assert_eq!(camera.frame(), Err(BlankReason::Late));
    let begun = Instant::now();
    for _ in 0..100 {
        assert_eq!(camera.frame(), Err(BlankReason::Late));
    }
    assert!(begun.elapsed() < DEADLINE, "100 frames waited {:?}", begun.elapsed());
}

#[test]
fn a_redactor_that_stays_silent_for_two_seconds_is_replaced() {
    let mut camera = Camera::new("");
    camera.until(Ok(()));
    let (stopped, begun) = (camera.pid(), Instant::now());
    signal(stopped, "-STOP");
    camera.until(Err(BlankReason::Late));
    camera.until(Err(BlankReason::Absent));
    assert!((2000..3000).contains(&begun.elapsed().as_millis()), "after {:?}", begun.elapsed());
    camera.until(Ok(()));
    assert!(camera.pid() != stopped && !exists(stopped));
    camera.in_time();
}

#[test]
fn slow_answers_blank_frames_and_never_belong_to_the_next_one() {
    // Half of the frames are late, and the answers to those come when another frame is up.
    let mut camera = Camera::new("late 2");
    camera.until(Ok(()));
    let outcomes: Vec<_> = (0..60)
        .map(|_| {
            sleep(Duration::from_millis(10));
            camera.frame()
        })
        .collect();
    assert!(outcomes.iter().filter(|outcome| outcome.is_ok()).count() >= 5, "{outcomes:?}");
    assert!(
        outcomes.iter().filter(|outcome| **outcome == Err(BlankReason::Late)).count() >= 20,
        "{outcomes:?}"
    );
    assert_eq!(camera.remote.counts().started, 1);
    camera.in_time();
}

#[test]
fn starved_of_the_cpu_a_frame_gets_its_own_answer_or_none() {
    let _alone = CORES.write().unwrap_or_else(PoisonError::into_inner);
    let stop = Arc::new(AtomicBool::new(false));
    let cores = std::thread::available_parallelism().unwrap().get();
    let busy: Vec<_> = (0..cores * 2)
        .map(|_| {
            let stop = stop.clone();
            std::thread::spawn(move || while !stop.load(Relaxed) {})
        })
        .collect();
    let mut camera = Camera::of(odd_redactor(), "sleep 1", Patience::default());
    let (mut good, mut reniced) = (0, 0);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(6) {
        good += usize::from(camera.frame().is_ok());
        sleep(Duration::from_millis(5));
        if let RedactorState::Ready { pid, .. } = camera.remote.state()
            && reniced != pid
        {
            Command::new("renice").args(["-n", "19", "-p", &pid.to_string()]).output().unwrap();
            reniced = pid;
        }
    }
    stop.store(true, Relaxed);
    for thread in busy {
        thread.join().unwrap();
    }
    camera.until(Ok(()));
    eprintln!("starved: {good} of {} frames were looked at; {:?}", camera.number, camera.remote.counts());
}
