//! What the audit promises, on real files, with a disk that fails on command and a clock set by hand.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32};
use std::time::{Duration, Instant};

use super::file::Tail;
use super::*;

/// A folder of its own for each test, a clock, and a disk with faults.
struct Scene {
    folder: PathBuf,
    time: Arc<AtomicI64>,
    full: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
}

struct ShakyDisk {
    file: LogFile,
    full: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
}

impl Disk for ShakyDisk {
    fn open(&mut self) -> Result<Tail, OpenError> {
        self.file.open()
    }

    fn append(&mut self, lines: &[u8], end: Link) -> io::Result<()> {
        while self.hangs.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        match self.full.load(Ordering::Relaxed) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => self.file.append(lines, end),
        }
    }
}

impl Scene {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("discreet-audit-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Scene { folder, time: Arc::new(AtomicI64::new(0)), full: Arc::default(), hangs: Arc::default() }
            .at(10.0)
    }

    fn at(self, seconds: f64) -> Self {
        self.set(seconds);
        self
    }

    /// Sets the clock; gives the time for calls that take one.
    fn set(&self, seconds: f64) -> Time {
        let nanoseconds = (seconds * 1e9) as i64;
        self.time.store(nanoseconds, Ordering::Relaxed);
        Time { nanoseconds }
    }

    fn log(&self) -> PathBuf {
        self.folder.join("audit.log")
    }

    fn open(&self) -> Result<Audit, Refused> {
        let file = LogFile::new(&self.log());
        let disk = ShakyDisk { file, full: self.full.clone(), hangs: self.hangs.clone() };
        let time = self.time.clone();
        let clock: Clock = Arc::new(move || Time { nanoseconds: time.load(Ordering::Relaxed) });
        Audit::on(Box::new(disk), opening(7), clock, false)
    }

    fn text(&self) -> String {
        fs::read_to_string(self.log()).unwrap()
    }

    /// The entries of this kind, in order.
    fn entries(&self, kind: &str) -> Vec<serde_json::Value> {
        let entries = self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>();
        entries.into_iter().filter(|entry: &serde_json::Value| entry["entry"] == kind).collect()
    }

    fn verify(&self) -> Report {
        verify(&self.log(), None).unwrap()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.hangs.store(false, Ordering::Relaxed);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn opening(version: u64) -> Opening {
    let policy = Some(PolicyMark { version, hash: [version as u8; 32] });
    Opening { program: "discreet test".to_owned(), robot: "concierge-1".to_owned(), policy }
}

fn info(topic: &str, contextual: bool) -> RouteInfo {
    RouteInfo {
        topic: topic.to_owned(),
        type_name: "std_msgs/msg/String".to_owned(),
        class: if contextual { "contextual" } else { "operational" }.to_owned(),
        contextual,
        form: "clear".to_owned(),
        audience: "everyone".to_owned(),
        policy: 7,
        epoch: 0,
        source: "/driver".to_owned(),
    }
}

/// A log with two releases and a denial, closed in order.
fn written() -> Scene {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let route = audit.route(info("/scan", false));
    assert!(route.record_release(scene.set(10.1), &[1; 32], 100).unwrap().is_recorded());
    assert!(route.record_release(scene.set(10.2), &[2; 32], 50).unwrap().is_recorded());
    route.record_denial(scene.set(10.2), "malformed");
    scene.set(11.4);
    audit.flush();
    drop(route);
    drop(audit);
    scene
}

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
    audit.flush(); // as the writer does by itself ten times a second
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
fn an_unwritable_path_is_a_fault_and_not_the_end() {
    let scene = Scene::new();
    // A file where a folder should be stops everybody, also root.
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

#[test]
fn a_crash_at_any_byte_leaves_a_log_that_goes_on() {
    let scene = written();
    let text = scene.text();
    let starts: Vec<_> = text.match_indices("{\"seq\"").map(|(at, _)| at).collect();
    let before = starts[starts.len() - 2];
    let third_last =
        chain::Line::parse(text[starts[starts.len() - 3]..before].trim_end().as_bytes()).unwrap();
    let (last_seq, hash) = (third_last.seq, chain::hex(&third_last.hash));
    let head = format!("{{\"seq\":{last_seq},\"hash\":\"{hash}\"}}");
    for length in before..text.len() {
        // The head file is replaced after the lines are on the disk, so a crash leaves the one before.
        fs::write(scene.log(), &text[..length]).unwrap();
        fs::write(scene.folder.join("audit.log.head"), &head).unwrap();
        let whole = text[..length].rfind('\n').unwrap() + 1;
        let report = scene.verify();
        assert!(report.is_intact(), "{length}: {report:?}");
        assert_eq!(report.torn as usize, length - whole);
        drop(scene.open().unwrap());
        let report = scene.verify();
        assert!(report.is_intact() && report.torn == 0, "{length}: {report:?}");
        assert_eq!(report.starts, 2);
        let recovered = scene.entries("recovered");
        assert_eq!(
            recovered.first().map_or(0, |entry| entry["bytes"].as_u64().unwrap()) as usize,
            length - whole
        );
    }
}

#[test]
fn counts_lost_in_a_crash_are_said_and_are_no_tampering() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    let route = audit.route(info("/voice", true));
    let _receipt = route.record_release(scene.set(10.1), &[1; 32], 1).unwrap();
    // What a kill -9 here would leave.
    let killed = Scene::new();
    for name in ["audit.log", "audit.log.head"] {
        fs::copy(scene.folder.join(name), killed.folder.join(name)).unwrap();
    }
    assert_eq!(killed.verify().still_open, 1);
    drop(killed.open().unwrap());
    let report = killed.verify();
    assert!(report.is_intact());
    assert_eq!((report.counts_lost, report.still_open), (1, 0));
}

#[test]
fn a_log_that_was_cut_or_changed_at_its_end_is_not_written_on() {
    let scene = written();
    let text = scene.text();
    let last = text.trim_end().rfind('\n').unwrap() + 1;
    fs::write(scene.log(), &text[..last]).unwrap();
    let refused = scene.open().unwrap_err();
    assert!(matches!(refused, Refused::Cut { .. }), "{refused}");
    assert!(refused.to_string().contains("move them away"));
    fs::write(scene.log(), text.replace("\"stop\"", "\"halt\"")).unwrap();
    assert!(matches!(scene.open().unwrap_err(), Refused::Broken { .. }));
    fs::write(scene.log(), "").unwrap();
    assert!(matches!(scene.open().unwrap_err(), Refused::Cut { found: 0, .. }));
    fs::write(scene.log(), &text).unwrap();
    assert!(scene.open().is_ok());
}

#[test]
fn a_log_whose_head_is_gone_is_not_written_on_nor_called_intact() {
    let scene = written();
    let head = scene.folder.join("audit.log.head");
    let kept = fs::read(&head).unwrap();
    assert_eq!(scene.verify().verdict(), Verdict::Intact);
    for damaged in [None, Some(&b""[..]), Some(b"{}"), Some(&kept[..20])] {
        let _gone = fs::remove_file(&head);
        if let Some(damaged) = damaged {
            fs::write(&head, damaged).unwrap();
        }
        let refused = scene.open().unwrap_err();
        assert!(matches!(refused, Refused::NoHead { .. }), "{refused}");
        assert!(refused.to_string().contains("--head") && refused.to_string().contains("move it away"));
        assert_eq!(scene.verify().verdict(), Verdict::EndUnknown);
    }
    fs::write(&head, &kept).unwrap();
    drop(scene.open().unwrap());
    // The log itself gone, or all of it cut: its head tells.
    for text in [None, Some("")] {
        let whole = fs::read(scene.log()).unwrap();
        fs::remove_file(scene.log()).unwrap();
        if let Some(text) = text {
            fs::write(scene.log(), text).unwrap();
        }
        let report = scene.verify();
        assert_eq!(report.verdict(), Verdict::NotIntact, "{report:?}");
        assert!(matches!(scene.open().unwrap_err(), Refused::Cut { found: 0, .. }));
        fs::write(scene.log(), whole).unwrap();
    }
    assert!(scene.open().is_ok());
}

#[test]
fn killed_before_its_first_entry_it_starts_again() {
    let scene = Scene::new();
    drop(scene.open().unwrap());
    let text = scene.text();
    let first = text.find('\n').unwrap() + 1;
    // The head is there before the first entry, and says that there is none.
    let none = format!("{{\"seq\":0,\"hash\":\"{}\"}}", "0".repeat(64));
    for length in [0, 10, first - 1, first] {
        fs::write(scene.log(), &text[..length]).unwrap();
        fs::write(scene.folder.join("audit.log.head"), &none).unwrap();
        drop(scene.open().unwrap());
        assert_eq!(scene.verify().verdict(), Verdict::Intact);
    }
    assert_eq!(
        scene.entries("start").last().unwrap()["head"],
        "behind",
        "of an entry that the kill cut off from it"
    );
}

#[test]
fn an_entry_that_is_another_than_the_heads_is_found_also_when_more_follow() {
    let scene = written();
    let forged = Scene::new();
    let audit = forged.open().unwrap();
    for denied in 0..9 {
        audit.kept_out(forged.set(11.0), &format!("/{denied}"), "no_rule");
        audit.flush();
    }
    drop(audit);
    // A whole log, sound in itself, longer than the true one, whose head stayed.
    fs::copy(forged.log(), scene.log()).unwrap();
    assert!(matches!(scene.open().unwrap_err(), Refused::Cut { .. }));
    assert_eq!(scene.verify().verdict(), Verdict::NotIntact);
}

#[test]
fn links_are_not_written_through_and_what_others_may_write_is_not_written() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let scene = Scene::new();
    let victim = scene.folder.join("victim");
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, scene.folder.join("audit.log.head.new")).unwrap();
    drop(scene.open().unwrap());
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    assert!(!fs::symlink_metadata(scene.folder.join("audit.log.head")).unwrap().is_symlink());
    fs::rename(scene.log(), scene.folder.join("moved")).unwrap();
    symlink(&victim, scene.log()).unwrap();
    let audit = scene.open().unwrap();
    audit.flush();
    assert!(matches!(audit.state(), State::Faulty { why, .. } if why.contains("symbolic link")));
    drop(audit);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    fs::rename(scene.folder.join("moved"), scene.log()).unwrap();
    for (path, mode, back) in [(scene.folder.clone(), 0o777, 0o755), (scene.log(), 0o666, 0o640)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = scene.open().unwrap_err();
        assert!(
            matches!(refused, Refused::Untrusted(_)) && refused.to_string().contains("chmod go-w"),
            "{refused}"
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(back)).unwrap();
    }
    assert!(scene.open().is_ok());
}

#[test]
fn the_mark_of_the_keepers_state_outlives_the_guard() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    for mark in ["aa", "bb"] {
        audit.keys("mark", "", mark);
        audit.flush();
    }
    drop(audit);
    assert_eq!(scene.open().unwrap().last().mark.as_deref(), Some("bb"));
    // It is in the log as well as in the head.
    fs::write(scene.folder.join("audit.log.head"), {
        let head = file::read_head(&scene.log()).unwrap();
        format!("{{\"seq\":{},\"hash\":\"{}\"}}", head.seq, chain::hex(&head.hash))
    })
    .unwrap();
    assert_eq!(scene.open().unwrap().last().mark.as_deref(), Some("bb"));
}

#[test]
fn the_mark_in_the_log_counts_whatever_the_head_says_and_however_far_back_it_is() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    audit.keys("mark", "", "aa");
    audit.flush();
    let old_head = fs::read(scene.folder.join("audit.log.head")).unwrap();
    audit.keys("mark", "", "bb");
    let mut filled = 0;
    while filled < 4 << 20 {
        (0..500).for_each(|_| audit.keys("granted", "somebody", "so that the log becomes long"));
        audit.flush();
        let length = fs::metadata(scene.log()).unwrap().len();
        assert!(length > filled, "entries are written");
        filled = length;
    }
    audit.flush();
    drop(audit);
    let mark = || scene.open().unwrap().last().mark;
    assert_eq!(mark().as_deref(), Some("bb"));
    let head = fs::read_to_string(scene.folder.join("audit.log.head")).unwrap();
    assert!(head.contains("bb"));
    for forged in
        [head.replace("\"bb\"", "\"aa\"").into_bytes(), head.replace("bb", "zz").into_bytes(), old_head]
    {
        fs::write(scene.folder.join("audit.log.head"), forged).unwrap();
        assert_eq!(mark().as_deref(), Some("bb"));
    }
}

#[test]
fn one_log_has_one_writer() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    assert!(matches!(scene.open().unwrap_err(), Refused::InUse { .. }));
    drop(audit);
}

#[test]
fn the_floor_for_clock_and_policy_outlives_a_restart_and_a_long_log() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    audit.policy_switched(PolicyMark { version: 9, hash: [9; 32] });
    audit.policy_refused(Some(PolicyMark { version: 1000, hash: [1; 32] }), "bad signature\n\u{202e}");
    audit.flush();
    let route = audit.route(info("/scan", false));
    // More than what is read at first, without a word about policies.
    for at in 0..700 {
        let now = scene.set(20.0 + f64::from(at));
        for reason in ["a", "b"] {
            route.record_denial(now, reason);
        }
        audit.flush();
    }
    let ended = scene.set(5000.0);
    drop(route);
    drop(audit);
    assert!(fs::metadata(scene.log()).unwrap().len() > 300_000);
    scene.set(1.0); // a clock that was set back
    let audit = scene.open().unwrap();
    let policy = Some(PolicyMark { version: 9, hash: [9; 32] });
    assert_eq!(audit.last(), Last { time: Some(ended), policy, mark: None });
}

/// Lines changed by a thief, and what must be found: line number and finding.
#[test]
fn every_kind_of_tampering_is_found_at_its_place() {
    type Case = (&'static str, fn(&mut Vec<String>), u64, fn(&What) -> bool);
    let cases: [Case; 9] = [
        ("changed", |lines| lines[2] = lines[2].replace("/scan", "/scam"), 3, |what| *what == What::Changed),
        ("garbage", |lines| lines[2] = "x".to_owned(), 3, |what| *what == What::NotAnEntry),
        ("cut", |lines| drop(lines.remove(2)), 3, |what| *what == What::Cut { from: 3, to: 3 }),
        ("cut at the start", |lines| drop(lines.remove(0)), 1, |what| *what == What::Cut { from: 1, to: 1 }),
        ("cut off", |lines| drop(lines.pop()), 6, |what| matches!(what, What::CutOff { .. })),
        ("swapped", |lines| lines.swap(2, 3), 4, |what| *what == What::Reordered),
        ("twice", |lines| lines.insert(3, lines[2].clone()), 4, |what| *what == What::Duplicate),
        ("forged", |lines| lines[3] = forged(&lines[2]), 5, |what| *what == What::Replaced),
        ("inserted", |lines| lines.insert(3, forged(&lines[2])), 5, |what| *what == What::Inserted),
    ];
    for (name, change, line, expected) in cases {
        let scene = written();
        let text = scene.text();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        assert!(lines.len() >= 7, "{text}");
        change(&mut lines);
        fs::write(scene.log(), lines.join("\n") + "\n").unwrap();
        let report = scene.verify();
        let line = if name == "cut off" { lines.len() as u64 } else { line };
        let found = report.findings.iter().find(|finding| finding.line == line && expected(&finding.what));
        assert!(found.is_some(), "{name}: {report:#?}");
        assert!(report.findings.len() <= 2, "{name}: {report:#?}");
    }
}

/// A line with a right hash, written after `line` by somebody who knows the format.
fn forged(line: &str) -> String {
    let link = chain::Line::parse(line.as_bytes()).unwrap().link();
    let mut out = Vec::new();
    chain::write_line(&mut out, link, Time::from_second(10), &Entry::Stop).unwrap();
    String::from_utf8(out).unwrap().trim_end().to_owned()
}

#[test]
fn a_log_written_anew_from_the_start_is_found_by_a_head_kept_elsewhere() {
    let scene = written();
    let kept = verify(&scene.log(), None).unwrap().head.unwrap();
    let kept = chain::unhex(&kept).unwrap();
    assert!(verify(&scene.log(), Some(kept)).unwrap().is_intact());
    let other = Scene::new();
    drop(other.open().unwrap());
    // Perfect in itself, head file included.
    assert!(other.verify().is_intact());
    let report = verify(&other.log(), Some(kept)).unwrap();
    assert_eq!(report.findings[0].what, What::HeadNotFound);
}

#[test]
fn any_changed_byte_anywhere_is_found() {
    let scene = written();
    let bytes = fs::read(scene.log()).unwrap();
    let head = file::read_head(&scene.log());
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let report = verify_lines(changed.as_slice(), head, None).unwrap();
        // A lost newline at the very end looks like a torn line; the head file shows that it was whole.
        assert!(!report.is_intact(), "byte {at}");
    }
}

#[test]
fn garbage_without_end_needs_no_memory() {
    let endless = io::Read::take(io::repeat(b'x'), 50_000_000);
    let report = verify_lines(io::BufReader::new(endless), None, None).unwrap();
    assert_eq!(report.torn, 50_000_000);
    let lines = "x\n".repeat(100_000);
    let report = verify_lines(lines.as_bytes(), None, None).unwrap();
    assert_eq!(report.findings.len() as u64 + report.more_findings, 100_000);
    assert_eq!(report.findings.len(), MAX_FINDINGS);
}
