//! A redactor is started, started again after a crash, and ends with the guard.

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use discreet_redact::BlankReason;
use discreet_redact::remote::{Patience, RedactorState};

use crate::camera::{Camera, exists, signal};

#[test]
fn a_killed_redactor_is_started_again_and_leaves_no_zombie() {
    let mut camera = Camera::new("");
    let mut pids = vec![];
    for _ in 0..4 {
        camera.until(Ok(()));
        pids.push(camera.pid());
        signal(camera.pid(), "-KILL");
        camera.until(Err(BlankReason::Absent));
    }
    camera.until(Ok(()));
    assert_eq!((camera.remote.counts().started, camera.remote.counts().restarts), (5, 4));
    assert!(pids.iter().all(|pid| !exists(*pid)));
    assert_eq!(camera.news.lock().unwrap().len(), 4);
    camera.in_time();
}

#[test]
fn a_redactor_that_crashes_panics_or_ends_is_replaced() {
    for (fault, first) in
        [("crash", BlankReason::Absent), ("exit", BlankReason::Absent), ("panic", BlankReason::Failed)]
    {
        let mut camera = Camera::new(&format!("{fault} 20"));
        for _ in 0..2 {
            camera.until(Ok(()));
            camera.until(Err(first));
        }
        camera.until(Ok(()));
        assert_eq!(camera.remote.counts().restarts, 2, "{fault}");
        camera.in_time();
    }
}

#[test]
fn starting_holds_up_no_frame_and_takes_ten_seconds_at_most() {
    let patience = Patience { hello: Duration::from_millis(500), ..Patience::default() };
    let mut camera = Camera::patient("start 60000", patience);
    let (begun, mut frames) = (Instant::now(), 0);
    while camera.remote.counts().restarts == 0 {
        assert_eq!(camera.frame(), Err(BlankReason::Absent));
        frames += 1;
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
    assert!(begun.elapsed() >= Duration::from_millis(500));
    assert!(
        frames > 10_000 && camera.waited.len() <= 1,
        "{frames} frames, of which {:?} waited",
        camera.waited
    );
    assert!(camera.news.lock().unwrap()[0].contains("was not ready in time"));
    assert_eq!(Patience::default().hello, Duration::from_secs(10));
}

#[test]
fn what_is_no_redactor_is_not_believed() {
    let mut camera = Camera::new("hello garbage");
    camera.remote.tend();
    while camera.remote.counts().restarts < 2 {
        assert_eq!(camera.frame(), Err(BlankReason::Absent));
        sleep(Duration::from_millis(1));
    }
}

#[test]
fn without_the_program_images_are_blank_and_it_is_said_once() {
    let mut camera = Camera::of("/nowhere/redactor".into(), "", Patience::default());
    for _ in 0..100 {
        assert_eq!(camera.frame(), Err(BlankReason::Absent));
    }
    assert_eq!(camera.remote.state(), RedactorState::Missing);
    assert_eq!(camera.remote.counts().absent, 100);
    let news = camera.news.lock().unwrap();
    assert!(news.len() == 1 && news[0].contains("/nowhere/redactor"), "{news:?}");
}

#[test]
fn it_knows_nothing_of_the_guards_environment_but_what_it_needs() {
    assert!(std::env::var_os("PATH").is_some());
    let mut camera = Camera::new("engine environment");
    camera.until(Ok(()));
    assert!(
        matches!(camera.remote.state(), RedactorState::Ready { engine: "/ ", .. }),
        "{:?}",
        camera.remote.state()
    );
}

#[test]
fn it_ends_with_the_guard_and_dropping_takes_no_second() {
    for arguments in ["", "hang 3"] {
        let mut camera = Camera::new(arguments);
        camera.until(Ok(()));
        if !arguments.is_empty() {
            camera.until(Err(BlankReason::Late));
        }
        let (pid, begun) = (camera.pid(), Instant::now());
        drop(camera);
        assert!(!exists(pid), "`{arguments}` is still there");
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}

/// Not a test of its own: what [`a_guard_that_is_killed_leaves_no_redactor_behind`] starts in another process.
#[test]
#[ignore = "run by another test"]
fn a_guard_that_hangs_on() {
    let mut camera = Camera::new("hang 3");
    camera.until(Ok(()));
    camera.until(Err(BlankReason::Late));
    println!("\nredactor {}", camera.pid());
    sleep(Duration::from_secs(60));
}

fn vanishes(pid: u32) -> bool {
    let until = Instant::now() + Duration::from_secs(5);
    while exists(pid) && Instant::now() < until {
        sleep(Duration::from_millis(10));
    }
    !exists(pid)
}

#[test]
fn a_guard_that_is_killed_leaves_no_redactor_behind() {
    use std::io::{BufRead as _, BufReader};
    let mut guard = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "process::a_guard_that_hangs_on", "--ignored", "--nocapture"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(guard.stdout.take().unwrap()).lines();
    let line = lines.find(|line| line.as_ref().unwrap().starts_with("redactor ")).unwrap().unwrap();
    let redactor: u32 = line.split_once(' ').unwrap().1.parse().unwrap();
    assert!(exists(redactor));
    guard.kill().unwrap();
    guard.wait().unwrap();
    assert!(vanishes(redactor), "it hangs in an image, and is there without its guard");
}
