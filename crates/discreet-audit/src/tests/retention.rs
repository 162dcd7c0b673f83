//! Old parts are removed only on record.

use super::*;

const DAY: f64 = 86_400.0;

fn kept_for_days(days: u32) -> Scene {
    let mut scene = Scene::in_parts();
    scene.rotation.keep_days = days;
    scene
}

#[test]
fn an_old_part_is_removed_after_an_entry_says_so_and_the_chain_may_begin_later() {
    let scene = kept_for_days(2);
    let audit = scene.open().unwrap();
    talk(&scene, &audit, 11..40);
    let before = scene.closed();
    assert!(before.len() > 2);
    let ends: Vec<_> = before.iter().map(|part| fs::read_to_string(scene.part(*part)).unwrap()).collect();
    scene.set(2.5 * DAY);
    (0..20).for_each(|_| audit.flush());
    drop(audit);
    assert!(before.iter().all(|part| !scene.part(*part).exists()), "{:?}", scene.closed());
    let report = scene.verify();
    assert_eq!(report.verdict(), Integrity::Intact, "{report:#?}");
    assert_eq!((report.first_part, report.removed as usize), (before.len() as u64 + 1, before.len()));
    for (part, text) in before.iter().zip(ends) {
        let line = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
        let (first, last) = (line(text.lines().next().unwrap()), line(text.lines().last().unwrap()));
        let removed = scene
            .entries("part")
            .into_iter()
            .find(|entry| entry["change"] == "removed" && entry["part"] == *part);
        let removed = removed.unwrap();
        assert_eq!((&removed["first"], &removed["from"]), (&first["seq"], &first["time"]));
        assert_eq!((&removed["last"], &removed["to"]), (&last["seq"], &last["time"]));
        assert_eq!(removed["head"], last["hash"]);
    }
}

#[test]
fn nothing_is_removed_before_its_time_or_without_being_asked() {
    for (days, at) in [(2, 1.9 * DAY), (0, 4000.0 * DAY)] {
        let scene = kept_for_days(days);
        let audit = scene.open().unwrap();
        talk(&scene, &audit, 11..40);
        let before = scene.closed().len();
        scene.set(at);
        (0..20).for_each(|_| audit.flush());
        drop(audit);
        assert!(scene.closed().len() >= before && scene.part(1).exists());
    }
}

#[test]
fn a_part_is_not_removed_before_the_entry_is_on_the_disk() {
    let scene = kept_for_days(2);
    let audit = scene.open().unwrap();
    talk(&scene, &audit, 11..40);
    scene.full.store(true, Ordering::Relaxed);
    scene.set(3.0 * DAY);
    (0..20).for_each(|_| audit.flush());
    assert!(scene.part(1).exists());
    scene.full.store(false, Ordering::Relaxed);
    (0..20).for_each(|_| audit.flush());
    assert!(!scene.part(1).exists());
    drop(audit);
    assert_eq!(scene.verify().verdict(), Integrity::Intact);
}

#[test]
fn a_kill_between_the_entry_and_the_removal_leaves_the_part_for_the_next_start() {
    let scene = kept_for_days(2);
    let audit = scene.open().unwrap();
    talk(&scene, &audit, 11..40);
    scene.jobs.wait.store(true, Ordering::Relaxed);
    scene.set(3.0 * DAY);
    audit.flush();
    scene.jobs.run(); // looks for an old part
    audit.flush(); // enters it
    let killed = scene.copied();
    assert!(killed.part(1).exists() && killed.text().contains(r#""change":"removed""#));
    assert_eq!(killed.verify().verdict(), Integrity::Intact);
    let audit = killed.open().unwrap();
    (0..20).for_each(|_| audit.flush());
    drop(audit);
    assert!(!killed.part(1).exists());
    assert_eq!(killed.verify().verdict(), Integrity::Intact);
}

#[test]
fn a_removal_on_record_excuses_no_other_part() {
    let scene = kept_for_days(2);
    let audit = scene.open().unwrap();
    talk(&scene, &audit, 11..40);
    scene.set(2.5 * DAY);
    (0..20).for_each(|_| audit.flush());
    let first = scene.verify().first_part;
    scene.set(2.6 * DAY);
    talk(&scene, &audit, 230_000..230_030);
    drop(audit);
    assert_eq!(scene.verify().verdict(), Integrity::Intact);
    fs::remove_file(scene.part(first)).unwrap();
    let report = scene.verify();
    assert_eq!(report.findings[0].what, What::PartMissing { from: 1, to: first }, "{report:#?}");
}

/// Part 1 after `tamper`, when it is old enough to be removed.
fn kept_after(tamper: impl Fn(&str) -> String) {
    let scene = kept_for_days(2);
    let audit = scene.open().unwrap();
    talk(&scene, &audit, 11..40);
    let text = fs::read_to_string(scene.part(1)).unwrap();
    let changed = tamper(&text);
    assert_ne!(changed, text);
    fs::write(scene.part(1), changed).unwrap();
    scene.set(3.0 * DAY);
    (0..20).for_each(|_| audit.flush());
    drop(audit);
    assert!(scene.part(1).exists() && scene.part(2).exists());
    assert!(scene.text().contains("it is evidence"));
}

#[test]
fn a_part_that_was_tampered_with_anywhere_is_evidence_and_not_removed() {
    kept_after(|text| text.replace("\"closed\",\"part\"", "\"closer\",\"part\""));
    for at in [0, 1, 2, 5] {
        let edit = |change: &dyn Fn(&mut Vec<&str>)| {
            kept_after(|text| {
                let mut lines: Vec<_> = text.lines().collect();
                change(&mut lines);
                lines.iter().map(|line| format!("{line}\n")).collect()
            });
        };
        edit(&|lines| {
            lines.remove(at);
        });
        edit(&|lines| lines.insert(at, lines[at]));
        edit(&|lines| lines[at] = "{}");
    }
}
