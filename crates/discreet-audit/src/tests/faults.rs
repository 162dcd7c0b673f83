//! Disks that are full, hang or are not there.

use super::*;

#[test]
fn when_the_disk_is_full_contextual_stops_and_operational_goes_on_and_says_so() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let (voice, scan) = (audit.route(info("/voice", true)), audit.route(info("/scan", false)));
    scene.full.store(true, Ordering::Relaxed);
    for at in [10.1, 10.2, 11.3] {
        assert_eq!(voice.record_release(scene.set(at), &[1; 32], 1).unwrap_err(), NotRecorded);
        assert!(!scan.record_release(scene.set(at), &[1; 32], 1).unwrap().is_recorded());
    }
    assert!(matches!(audit.state(), State::Faulty { since: Some(_), .. }), "{:?}", audit.state());

    scene.full.store(false, Ordering::Relaxed);
    scene.set(11.5);
    audit.flush(); // as the writer does ten times a second
    assert_eq!(audit.state(), State::Writing);
    assert!(voice.record_release(scene.set(11.6), &[1; 32], 1).unwrap().is_recorded());
    scene.set(13.5);
    audit.flush();
    assert_eq!(scene.entries("fault").len(), 1, "{}", scene.text());
    let routes =
        scene.entries("closed").into_iter().flat_map(|closed| closed["routes"].as_array().unwrap().clone());
    let routes: Vec<_> = routes.collect();
    let sum = |topic: &str, what: &str| -> u64 {
        let of = routes.iter().filter(|route| route["topic"] == topic);
        of.map(|route| route.pointer(what).map_or(0, |count| count.as_u64().unwrap())).sum()
    };
    assert_eq!((sum("/scan", "/released"), sum("/scan", "/unrecorded")), (3, 3));
    assert_eq!((sum("/voice", "/released"), sum("/voice", "/denied/not_recorded")), (1, 3));
    assert!(scene.verify().is_intact());
}

#[test]
fn a_disk_that_hangs_delays_an_operational_message_once_and_a_contextual_one_for_a_window() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let (voice, scan) = (audit.route(info("/voice", true)), audit.route(info("/scan", false)));
    scene.hangs.store(true, Ordering::Relaxed);
    let started = Instant::now();
    assert!(!scan.record_release(scene.set(10.1), &[1; 32], 1).unwrap().is_recorded());
    assert!(started.elapsed() < Duration::from_millis(300));
    assert!(voice.record_release(scene.set(10.1), &[1; 32], 1).is_err());
    assert!(started.elapsed() < Duration::from_millis(1900));
    let started = Instant::now();
    assert!(matches!(audit.state(), State::Faulty { .. }));
    assert!(voice.record_release(scene.set(10.2), &[1; 32], 1).is_err());
    assert!(!scan.record_release(scene.set(10.2), &[1; 32], 1).unwrap().is_recorded());
    assert!(started.elapsed() < Duration::from_millis(40));
    scene.hangs.store(false, Ordering::Relaxed);
    audit.flush();
    assert!(voice.record_release(scene.set(10.3), &[1; 32], 1).is_ok());
}

#[test]
fn a_slow_disk_is_waited_for_through_the_step_in_progress() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let (voice, scan) = (audit.route(info("/voice", true)), audit.route(info("/scan", false)));
    scene.takes.store(700, Ordering::Relaxed);
    assert!(!scan.record_release(scene.set(10.1), &[1; 32], 1).unwrap().is_recorded());
    assert!(voice.record_release(scene.set(10.1), &[1; 32], 1).is_ok());
}

#[test]
fn an_unwritable_path_is_a_fault_and_not_the_end() {
    let scene = Scene::new();
    // A file in the place of a folder is an error for every user, also for root.
    let log = scene.folder.join("blocked/audit.log");
    fs::write(log.parent().unwrap(), "").unwrap();
    let time = scene.time.clone();
    let clock: Clock = Arc::new(move || Time { nanoseconds: time.load(Ordering::Relaxed) });
    let audit = Audit::open(&log, opening(1), clock).unwrap();
    assert!(matches!(audit.state(), State::Faulty { .. }));
    let (voice, scan) = (audit.route(info("/voice", true)), audit.route(info("/scan", false)));
    assert!(voice.record_release(scene.set(10.1), &[1; 32], 1).is_err());
    assert!(!scan.record_release(scene.set(10.1), &[1; 32], 1).unwrap().is_recorded());
    fs::remove_file(log.parent().unwrap()).unwrap();
    audit.flush();
    assert_eq!(audit.state(), State::Writing);
    assert!(voice.record_release(scene.set(10.2), &[1; 32], 1).is_ok());
}

#[test]
fn a_full_file_system_is_survived() {
    let scene = Scene::new();
    let mount = |arguments: &[&str]| {
        let status = std::process::Command::new(arguments[0]).args(&arguments[1..]).status();
        status.is_ok_and(|status| status.success())
    };
    let folder = scene.folder.to_str().unwrap();
    if !mount(&["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]) {
        eprintln!("SKIPPED: a really full disk (mounting a tmpfs needs root)");
        return;
    }
    let audit = scene.open().unwrap();
    let voice = audit.route(info("/voice", true));
    let _receipt = voice.record_release(scene.set(10.1), &[1; 32], 1).unwrap();
    let filling = scene.folder.join("filling");
    fs::write(&filling, vec![0; 40_000]).unwrap();
    let mut seconds = 11..1000;
    let stopped = seconds.find(|at| voice.record_release(scene.set(*at as f64), &[1; 32], 1).is_err());
    assert!(stopped.is_some());
    assert!(matches!(audit.state(), State::Faulty { .. }));
    fs::remove_file(filling).unwrap();
    audit.flush();
    let at = seconds.start as f64;
    assert!(voice.record_release(scene.set(at), &[1; 32], 1).unwrap().is_recorded());
    drop(audit);
    let report = scene.verify();
    assert!(report.is_intact() && report.torn == 0, "{report:?}");
    assert!(mount(&["umount", folder]));
}
