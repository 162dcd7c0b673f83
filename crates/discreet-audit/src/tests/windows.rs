//! Windows: no receipt without a durable one, and no waiting where there need not be.

use super::*;
use discreet_redact::Redaction;

#[test]
fn a_release_is_in_a_durable_window_before_it_has_a_receipt() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let route = audit.route(info("/voice", true));
    assert!(scene.entries("window").is_empty());
    assert!(route.record_release(scene.set(10.1), &[1; 32], 100).unwrap().is_recorded());
    let windows = scene.entries("window");
    assert_eq!(windows[0]["from"], "1970-01-01T00:00:10Z");
    assert_eq!(windows[0]["routes"][0]["topic"], "/voice");
    assert_eq!(windows[0]["routes"][0]["form"], "clear");
    assert_eq!(windows[0]["policy"]["version"], 7);
}

#[test]
fn a_closed_window_has_counts_reasons_and_the_root_of_the_hashes() {
    let scene = written();
    let closed = &scene.entries("closed")[0]["routes"][0];
    assert_eq!((&closed["released"], &closed["bytes"]), (&2.into(), &150.into()));
    assert_eq!(closed["denied"]["malformed"], 1);
    let root = blake3::hash(&[[1; 32], [2; 32]].concat());
    assert_eq!(closed["root"], root.to_hex().as_str());
    assert_eq!(scene.entries("denied")[0]["reason"], "malformed");
    let report = scene.verify();
    assert!(report.is_intact(), "{report:?}");
    assert_eq!((report.counts_lost, report.still_open, report.torn), (0, 0, 0), "{}", scene.text());
}

#[test]
fn a_closed_window_has_the_counts_of_what_was_hidden_and_of_nothing_else() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let route = audit.route(info("/camera", true));
    let now = scene.set(10.1);
    let _receipt = route.record_release(now, &[1; 32], 1).unwrap();
    for covered in [2, 0, 3] {
        route.record_redaction(now, &Redaction { covered, ..Redaction::default() });
    }
    drop(route);
    drop(audit);
    let closed = &scene.entries("closed")[0]["routes"][0];
    assert_eq!(closed["redaction"], serde_json::json!({ "covered": 5 }));
}

#[test]
fn a_busy_route_never_waits_for_the_disk() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let route = audit.route(info("/voice", true));
    let _receipt = route.record_release(scene.set(10.1), &[1; 32], 1).unwrap();
    scene.set(10.4);
    audit.flush();
    // The next window is on the disk already: a disk that hangs now is not noticed until the one after.
    scene.hangs.store(true, Ordering::Relaxed);
    let started = Instant::now();
    assert!(route.record_release(scene.set(11.5), &[1; 32], 1).is_ok());
    assert!(started.elapsed() < Duration::from_millis(40));
    assert_eq!(route.record_release(scene.set(12.1), &[1; 32], 1).unwrap_err(), NotRecorded);
}

#[test]
fn after_a_clock_was_set_to_and_fro_each_second_still_needs_an_entry_of_its_own() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let route = audit.route(info("/voice", true));
    for second in [1000.4, 1010.4, 500.4, 510.4, 10.4] {
        assert!(route.record_release(scene.set(second), &[1; 32], 1).unwrap().is_recorded());
        audit.flush();
    }
    for second in 11..40_u32 {
        assert!(route.record_release(scene.set(f64::from(second) + 0.1), &[1; 32], 1).unwrap().is_recorded());
        let from = Time::from_second(second.into()).to_string();
        assert!(scene.entries("window").iter().any(|window| window["from"] == *from), "{from}");
    }
    drop(route);
    drop(audit);
    let report = scene.verify();
    assert!(report.is_intact(), "{report:?}");
    assert_eq!((report.counts_lost, report.still_open), (0, 0), "{}", scene.text());
}

#[test]
fn an_idle_route_opens_no_windows() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let route = audit.route(info("/voice", true));
    let _receipt = route.record_release(scene.set(10.1), &[1; 32], 1).unwrap();
    for tick in 0..100 {
        scene.set(10.4 + f64::from(tick) / 10.0);
        audit.flush();
    }
    assert!(scene.entries("window").len() <= 3, "{}", scene.text());
    assert_eq!(scene.entries("window").len(), scene.entries("closed").len());
}

#[test]
fn four_threads_lose_no_count() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let route = audit.route(info("/scan", true));
    let now = scene.set(10.1);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5000 {
                    assert!(route.record_release(now, &[1; 32], 3).is_ok());
                    route.record_denial(now, "no_rule");
                }
            });
        }
    });
    drop(route);
    drop(audit);
    let closed = &scene.entries("closed")[0]["routes"][0];
    assert_eq!(closed["released"], 20_000);
    assert_eq!(closed["bytes"], 60_000);
    assert_eq!(closed["denied"]["no_rule"], 20_000);
    assert_eq!(scene.entries("denied").len(), 1);
}

#[test]
fn at_the_turn_of_a_second_the_clocks_may_differ() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let route = audit.route(info("/voice", true));
    let message = scene.set(10.9999);
    scene.set(11.0001); // what the writer sees
    assert!(route.record_release(message, &[1; 32], 1).unwrap().is_recorded());
}
