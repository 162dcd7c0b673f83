//! A start after a crash, and what it finds again.

use super::*;

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
    // The state that a kill -9 here would leave.
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
        assert_eq!(scene.verify().verdict(), Integrity::Intact);
    }
    assert_eq!(
        scene.entries("start").last().unwrap()["head"],
        "behind",
        "of an entry that the kill cut off from it"
    );
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
        let head = head::read_head(&SystemFiles, &scene.log()).unwrap();
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
    assert!(matches!(scene.open().unwrap_err(), LogRefused::InUse { .. }));
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
