//! A log in parts: one chain over several files, written without a pause.

use super::*;

#[test]
fn a_part_that_is_full_is_closed_and_the_chain_goes_on_in_the_next() {
    let scene = with_parts(3);
    let report = scene.verify();
    assert_eq!(report.verdict(), Integrity::Intact, "{report:#?}");
    assert_eq!((report.first_part, report.parts), (1, 4));
    assert!(!next_path(&scene.log()).exists());
    let (one, two) = (fs::read_to_string(scene.part(1)).unwrap(), fs::read_to_string(scene.part(2)).unwrap());
    assert!(one.len() >= 3000 && one.len() < 6000, "{}", one.len());
    let last: serde_json::Value = serde_json::from_str(one.lines().last().unwrap()).unwrap();
    let first: serde_json::Value = serde_json::from_str(two.lines().next().unwrap()).unwrap();
    assert_eq!((&last["entry"], &last["change"]), (&"part".into(), &"closed".into()));
    assert_eq!((&last["part"], &last["next"], &last["why"]), (&1.into(), &2.into(), &"size".into()));
    assert_eq!(
        (&first["entry"], &first["change"], &first["part"]),
        (&"part".into(), &"opened".into(), &2.into())
    );
    assert_eq!((&first["before"]["part"], &first["before"]["last"]), (&1.into(), &last["seq"]));
    assert_eq!(first["before"]["head"], last["hash"]);
    assert_eq!(first["state"]["policy"]["version"], 7);
    // The parts one after the other are one log.
    let whole =
        verify_lines(scene.text().as_bytes(), head::read_head(&SystemFiles, &scene.log()), None).unwrap();
    assert_eq!(whole.verdict(), Integrity::Intact, "{whole:#?}");
}

#[test]
fn a_part_that_is_old_is_closed_and_an_idle_guard_fills_the_disk_with_no_parts() {
    let mut scene = Scene::new();
    scene.rotation = Rotation { max_age_hours: 24, ..Rotation::NEVER };
    let audit = scene.open().unwrap();
    for hour in 0..24 * 5 {
        scene.set(10.0 + 3600.0 * f64::from(hour));
        audit.flush();
        audit.flush();
    }
    assert_eq!(scene.closed(), [1], "nothing was entered after the first day");
    audit.kept_out(scene.set(500_000.0), "/scan", "no_rule");
    audit.flush();
    scene.set(600_000.0);
    (0..3).for_each(|_| audit.flush());
    assert_eq!(scene.closed(), [1, 2]);
    drop(audit);
    assert!(scene.text().contains(r#""why":"age""#));
    assert_eq!(scene.verify().verdict(), Integrity::Intact);
}

#[test]
fn without_a_limit_there_is_one_file() {
    let scene = Scene::new();
    let audit = scene.open().unwrap();
    talk(&scene, &audit, 11..100);
    drop(audit);
    assert_eq!(scene.closed(), [0; 0]);
    assert!(fs::metadata(scene.log()).unwrap().len() > 30_000);
}

#[test]
fn a_release_is_in_a_durable_window_also_while_names_change() {
    let scene = Scene::in_parts();
    let audit = scene.open().unwrap();
    let second = while_names_wait(&scene, &audit, 11);
    let next = || fs::read_to_string(next_path(&scene.log())).unwrap();
    let started = Instant::now();
    for second in second..second + 4 {
        assert_eq!(talk(&scene, &audit, second..second + 1), [second]);
        let from = Time::from_second(second.into()).to_string();
        assert!(scene.text().contains(&format!(r#""entry":"window","from":"{from}""#)), "{second}");
    }
    assert!(started.elapsed() < Duration::from_secs(1));
    assert!(next().contains(r#""change":"opened""#), "{}", next());
    assert_eq!(scene.verify().verdict(), Integrity::Intact, "also as it is now");
    assert_eq!(audit.state(), State::Writing);
    let killed = scene.copied();
    drop(killed.open().unwrap());
    assert_eq!(killed.verify().verdict(), Integrity::Intact);
    assert!(killed.closed().contains(&1) && !next_path(&killed.log()).exists());
    scene.jobs.run();
    assert_eq!(scene.closed(), [1]);
    assert!(!next_path(&scene.log()).exists());
}

/// Talks until a part is closed and the next one has entries, and neither has its name yet. Gives the second after
/// that.
fn while_names_wait(scene: &Scene, audit: &Audit, mut second: u32) -> u32 {
    let length = || fs::metadata(next_path(&scene.log())).map_or(None, |of| Some(of.len()));
    while length().is_none_or(|length| length == 0) {
        if length().is_none() {
            scene.jobs.run();
        }
        scene.jobs.wait.store(true, Ordering::Relaxed);
        assert_eq!(talk(scene, audit, second..second + 1), [second]);
        second += 1;
    }
    second
}

#[test]
fn a_reader_goes_on_with_the_parts_after_the_one_that_it_has_read() {
    let scene = with_parts(3);
    let after = |path: PathBuf| {
        let rest = Parts::find(&scene.log()).unwrap().after(&fs::File::open(path).unwrap()).unwrap()?;
        Some((rest.closed.iter().map(|(number, _)| *number).collect::<Vec<_>>(), rest.live.len()))
    };
    assert_eq!(after(scene.part(1)), Some((vec![2, 3], 1)));
    assert_eq!(after(scene.part(3)), Some((vec![], 1)));
    assert_eq!(after(scene.log()), None);
    let no_folder = scene.folder.join("none/audit.log");
    assert_eq!(Parts::find(&no_folder).unwrap_err().kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_log_that_is_moved_away_by_somebody_else_is_noticed_also_after_a_new_part() {
    let scene = Scene::in_parts();
    let audit = scene.open().unwrap();
    talk(&scene, &audit, 11..30);
    assert!(!scene.closed().is_empty());
    assert_eq!(audit.state(), State::Writing);
    let moved = scene.folder.join("audit.log.1");
    fs::rename(scene.log(), &moved).unwrap();
    assert!(talk(&scene, &audit, 32..33).is_empty());
    assert!(matches!(audit.state(), State::Faulty { why, .. } if why.contains("moved away")));
    fs::rename(&moved, scene.log()).unwrap();
    audit.flush();
    assert_eq!(talk(&scene, &audit, 34..40).len(), 6);
    drop(audit);
    assert_eq!(scene.verify().verdict(), Integrity::Intact);
}

#[test]
fn a_log_that_is_moved_away_while_names_change_is_noticed() {
    let scene = Scene::in_parts();
    let audit = scene.open().unwrap();
    let second = while_names_wait(&scene, &audit, 11);
    fs::rename(scene.log(), scene.folder.join("moved")).unwrap();
    scene.jobs.run();
    assert!(talk(&scene, &audit, second..second + 1).is_empty());
    assert!(matches!(audit.state(), State::Faulty { why, .. } if why.contains("moved away")));
    fs::rename(scene.folder.join("moved"), scene.log()).unwrap();
    for _ in 0..3 {
        scene.jobs.run();
        audit.flush();
    }
    assert_eq!(audit.state(), State::Writing);
    assert!(scene.closed().contains(&1));
    drop(audit);
    assert_eq!(scene.verify().verdict(), Integrity::Intact);
}

#[test]
fn the_next_part_of_another_log_does_not_become_the_next_part_of_this_one() {
    let [scene, other] = ["/scan", "/odom"].map(|topic| {
        let scene = Scene::in_parts();
        let audit = scene.open().unwrap();
        audit.kept_out(scene.set(10.0), topic, "no_rule");
        while_names_wait(&scene, &audit, 11);
        scene.copied()
    });
    fs::copy(next_path(&other.log()), next_path(&scene.log())).unwrap();
    assert!(
        matches!(scene.open().unwrap_err(), LogRefused::Broken { path, .. } if path == next_path(&scene.log()))
    );
    assert!(other.open().is_ok(), "its own does");
}

#[test]
fn a_log_in_parts_has_one_writer_whatever_its_files_are_called_just_now() {
    let scene = Scene::in_parts();
    let audit = scene.open().unwrap();
    talk(&scene, &audit, 11..30);
    assert!(!scene.closed().is_empty());
    assert!(matches!(scene.open().unwrap_err(), LogRefused::InUse { .. }));
    while_names_wait(&scene, &audit, 30);
    // Between the two changes of names there is no `audit.log`.
    let aside = scene.folder.join("aside");
    fs::rename(scene.log(), &aside).unwrap();
    assert!(matches!(scene.open().unwrap_err(), LogRefused::InUse { .. }));
    assert!(next_path(&scene.log()).exists());
    fs::rename(&aside, scene.log()).unwrap();
    scene.jobs.run();
    drop(audit);
    assert_eq!(scene.verify().verdict(), Integrity::Intact);
}

#[test]
fn floors_and_the_keepers_mark_are_found_however_many_parts_ago() {
    let mut scene = Scene::in_parts();
    let audit = scene.open().unwrap();
    audit.policy_switched(PolicyMark { version: 9, hash: [9; 32] });
    audit.keys("mark", "", "aa");
    let latest = scene.set(5000.0);
    audit.flush();
    scene.set(20.0); // a clock that was set back
    for denied in 0..100 {
        audit.kept_out(scene.set(20.0), &format!("/{denied}"), "no_rule");
        audit.flush();
    }
    drop(audit);
    assert!(scene.closed().len() > 3);
    let policy = Some(PolicyMark { version: 9, hash: [9; 32] });
    let expected = Last { time: Some(latest), policy, mark: Some("aa".to_owned()) };
    for emptied in [false, true] {
        let killed = scene.copied();
        if emptied {
            // Killed when the part was closed and before the next had an entry.
            let last = *killed.closed().last().unwrap();
            let text = fs::read_to_string(killed.part(last)).unwrap();
            let end = chain::Line::parse(text.lines().last().unwrap().as_bytes()).unwrap().link();
            fs::write(killed.log(), "").unwrap();
            head::write_head(&SystemFiles, &killed.log(), end, None).unwrap();
        }
        assert_eq!(killed.open().unwrap().last(), expected, "{emptied}");
        assert_eq!(killed.verify().verdict(), Integrity::Intact);
    }
    // Older parts are not needed for it.
    let last = *scene.closed().last().unwrap();
    scene
        .closed()
        .iter()
        .filter(|part| **part < last)
        .for_each(|part| fs::remove_file(scene.part(*part)).unwrap());
    scene.rotation = Rotation::NEVER;
    assert_eq!(scene.open().unwrap().last(), expected);
}

#[test]
fn a_name_that_is_taken_keeps_the_log_in_one_file_and_is_on_record() {
    let scene = Scene::in_parts();
    let taken = scene.part(1);
    let audit = scene.open().unwrap();
    fs::write(&taken, "somebody else's").unwrap();
    assert_eq!(talk(&scene, &audit, 11..50).len(), 39);
    assert_eq!(scene.closed(), [1]);
    let faults = fs::read_to_string(scene.log()).unwrap();
    assert_eq!(faults.matches(r#""entry":"fault""#).count(), 1, "said once");
    assert!(faults.contains("is there already; move it away"));
    assert_eq!(fs::read_to_string(&taken).unwrap(), "somebody else's");
    fs::remove_file(&taken).unwrap();
    let again = (50..200).find(|second| {
        scene.set(f64::from(*second));
        (0..3).for_each(|_| audit.flush());
        !scene.closed().is_empty()
    });
    let fault = scene.entries("fault")[0]["time"].as_str().and_then(Time::parse).unwrap();
    let failed = fault.second() - 1; // told in the entries of the next second
    assert_eq!(again.map(i64::from), Some(failed + 60), "it is tried once a minute");
    drop(audit);
    assert_eq!(scene.closed(), [1]);
    assert_eq!(scene.verify().verdict(), Integrity::Intact);
}

#[test]
fn a_name_that_is_taken_while_names_change_is_not_overwritten() {
    let scene = Scene::in_parts();
    let audit = scene.open().unwrap();
    let second = while_names_wait(&scene, &audit, 11);
    fs::write(scene.part(1), "somebody else's").unwrap();
    scene.jobs.run();
    assert!(talk(&scene, &audit, second..second + 1).is_empty());
    assert!(matches!(audit.state(), State::Faulty { why, .. } if why.contains("is there already")));
    assert_eq!(fs::read_to_string(scene.part(1)).unwrap(), "somebody else's");
    fs::remove_file(scene.part(1)).unwrap();
    scene.jobs.run();
    audit.flush();
    assert_eq!(talk(&scene, &audit, second + 2..second + 3), [second + 2]);
    drop(audit);
    assert_eq!(scene.verify().verdict(), Integrity::Intact);
}

#[test]
fn a_head_that_stayed_behind_is_compared_with_older_parts() {
    let scene = with_parts(3);
    let text = fs::read_to_string(scene.part(1)).unwrap();
    let lines: Vec<_> =
        text.lines().map(|line| chain::Line::parse(line.as_bytes()).unwrap().link()).collect();
    for link in [lines[1], *lines.last().unwrap()] {
        let killed = scene.copied();
        head::write_head(&SystemFiles, &killed.log(), link, None).unwrap();
        assert!(killed.open().is_ok());
        head::write_head(&SystemFiles, &killed.log(), Link { hash: [7; 32], ..link }, None).unwrap();
        assert!(matches!(killed.open().unwrap_err(), LogRefused::Cut { .. }));
    }
    head::write_head(&SystemFiles, &scene.log(), lines[1], None).unwrap();
    fs::remove_file(scene.part(1)).unwrap();
    let refused = scene.open().unwrap_err();
    assert!(matches!(refused, LogRefused::PartMissing { entry: 2, .. }), "{refused}");
}

#[test]
fn links_in_the_place_of_parts_are_not_written_through() {
    use std::os::unix::fs::symlink;
    let scene = Scene::in_parts();
    let victim = scene.folder.join("victim");
    fs::write(&victim, "precious").unwrap();
    symlink(&victim, next_path(&scene.log())).unwrap();
    let audit = scene.open().unwrap();
    talk(&scene, &audit, 11..30);
    let _none = fs::remove_file(next_path(&scene.log()));
    symlink(&victim, next_path(&scene.log())).unwrap();
    symlink(&victim, scene.part(scene.closed().len() as u64 + 1)).unwrap();
    talk(&scene, &audit, 30..60);
    drop(audit);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
}

#[test]
fn a_link_in_the_place_of_the_next_part_is_removed_at_the_start() {
    let scene = Scene::in_parts();
    drop(scene.open().unwrap());
    std::os::unix::fs::symlink("nowhere", next_path(&scene.log())).unwrap();
    assert_eq!(scene.open().unwrap().state(), State::Writing);
    assert!(!next_path(&scene.log()).is_symlink());
}
