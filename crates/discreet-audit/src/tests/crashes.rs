//! Killed at each step on the disk, a log continues, verifies, and has every window in which something left.

use std::collections::BTreeSet;

use super::*;

/// Lets so many steps on the disk through; then one fails, or that one and all after it.
#[derive(Clone)]
struct Fate {
    left: Arc<AtomicI64>,
    once: bool,
    failed: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Fate {
    fn after(steps: i64, once: bool) -> Fate {
        Fate { left: Arc::new(AtomicI64::new(steps)), once, failed: Arc::default() }
    }

    fn steps(&self) -> Steps {
        let fate = self.clone();
        Steps::asking(Arc::new(move |step| {
            let left = fate.left.fetch_sub(1, Ordering::Relaxed);
            if left > 0 || (left < 0 && fate.once) {
                return Ok(());
            }
            lock(&fate.failed).insert(step);
            Err(io::Error::other("killed"))
        }))
    }

    fn came(&self) -> bool {
        self.left.load(Ordering::Relaxed) < 0
    }
}

/// A guard's life over three parts, with a removal; what it was told is on record.
struct Life {
    seconds: Vec<u32>,
    policy: u64,
    mark: Option<u64>,
}

/// Three parts' worth.
const SECONDS: std::ops::Range<u32> = 11..18;

/// A log in parts of two or three steps of the writer.
fn in_short_parts() -> Scene {
    // Thousands of syncs: in memory, where they cost nothing.
    let mut scene = Scene::below(std::path::Path::new("/dev/shm"));
    scene.rotation.max_bytes = 2000;
    scene
}

/// `late`: steps on parts are done so many seconds after they were asked for.
fn live(scene: &Scene, late: u32) -> Life {
    let mut life = Life { seconds: Vec::new(), policy: 0, mark: None };
    let Ok(audit) = scene.open() else { return life };
    scene.jobs.wait.store(late > 0, Ordering::Relaxed);
    for second in SECONDS {
        if late > 0 && second % late == 0 {
            scene.jobs.run();
        }
        audit.keys("mark", "", &second.to_string());
        audit.policy_switched(PolicyMark { version: second.into(), hash: [1; 32] });
        life.seconds.extend(talk(scene, &audit, second..second + 1));
        if audit.state() == State::Writing {
            (life.policy, life.mark) = (second.into(), Some(second.into()));
        }
    }
    drop(audit);
    lock(&scene.jobs.waiting).clear();
    life
}

/// After the kill: the log continues, and has all that was recorded.
fn check(scene: &Scene, life: &Life, when: &str) {
    let audit = scene.open().unwrap_or_else(|refused| panic!("{when}: {refused}"));
    assert_eq!(audit.state(), State::Writing, "{when}");
    let last = audit.last();
    assert!(last.policy.map_or(0, |policy| policy.version) >= life.policy, "{when}: {last:?}");
    assert!(last.mark.and_then(|mark| mark.parse().ok()) >= life.mark, "{when}");
    drop(audit);
    let report = scene.verify();
    assert_eq!(report.verdict(), Integrity::Intact, "{when}: {report:#?}\n{}", scene.text());
    assert_eq!((report.first_part, report.torn), (1, 0), "{when}");
    let opened: BTreeSet<_> =
        scene.entries("window").iter().map(|entry| entry["from"].as_str().unwrap().to_owned()).collect();
    for second in &life.seconds {
        assert!(opened.contains(&Time::from_second((*second).into()).to_string()), "{when}: {second}");
    }
    assert!(!next_path(&scene.log()).exists(), "{when}");
}

/// Scenes as a kill at each step leaves them.
fn each_kill(late: u32, mut then: impl FnMut(Scene, Life, String)) {
    let mut failed = BTreeSet::new();
    for steps in 0.. {
        let fate = Fate::after(steps, false);
        let scene = in_short_parts().stepping(fate.steps());
        let life = live(&scene, late);
        if !fate.came() {
            assert!(scene.closed().len() >= if late == 0 { 2 } else { 1 }, "{:?}", scene.closed());
            assert_eq!(life.seconds, SECONDS.collect::<Vec<_>>());
            break;
        }
        let step = lock(&fate.failed).first().copied().unwrap_or_default();
        failed.append(&mut lock(&fate.failed));
        scene.jobs.wait.store(false, Ordering::Relaxed);
        then(scene.copied(), life, format!("step {steps} ({step}), late {late}"));
    }
    for step in ["write", "write on", "cut", "sync", "head", "create", "sync folder", "rename"] {
        assert!(failed.contains(step), "a kill at `{step}` was tried");
    }
}

#[test]
fn killed_at_any_step_nothing_that_left_is_without_a_record() {
    for late in [0, 1, 3] {
        each_kill(late, |scene, life, when| check(&scene, &life, &when));
    }
}

#[test]
fn killed_again_at_any_step_of_the_start_it_still_goes_on() {
    let mut kills = 0;
    each_kill(2, |scene, life, when| {
        kills += 1;
        if kills % 5 != 0 {
            return; // some of them: each costs a dozen starts
        }
        for steps in 0.. {
            let fate = Fate::after(steps, false);
            let again = scene.copied().stepping(fate.steps());
            drop(again.open());
            if !fate.came() {
                break;
            }
            let last = again.copied();
            check(&last, &life, &format!("{when}, then step {steps} of the start"));
        }
    });
}

#[test]
fn one_step_that_fails_delays_the_log_and_loses_nothing() {
    for late in [0, 2] {
        for steps in 0.. {
            let fate = Fate::after(steps, true);
            let scene = in_short_parts().stepping(fate.steps());
            let life = live(&scene, late);
            if !fate.came() {
                break;
            }
            let after = scene.copied();
            check(&after, &life, &format!("step {steps} failed once, late {late}"));
            let missed = SECONDS.len() - life.seconds.len();
            assert!(missed <= 1 + late as usize, "step {steps}, late {late}: it goes on: {:?}", life.seconds);
        }
    }
}

#[test]
fn cut_off_at_any_byte_of_a_new_part_the_log_goes_on() {
    let scene = with_parts(1).copied_to(std::path::Path::new("/dev/shm"));
    let text = fs::read_to_string(scene.log()).unwrap();
    let one = fs::read_to_string(scene.part(1)).unwrap();
    let end = chain::Line::parse(one.lines().last().unwrap().as_bytes()).unwrap().link();
    let first = text.find('\n').unwrap() + 1;
    for length in 0..=first + 20 {
        // As it is renamed, and as it is before: the power may fail before names are on the disk.
        for renamed in [true, false] {
            let killed = scene.copied();
            if renamed {
                fs::write(killed.log(), &text[..length]).unwrap();
            } else {
                fs::rename(killed.part(1), killed.log()).unwrap();
                fs::write(next_path(&killed.log()), &text[..length]).unwrap();
            }
            head::write_head(&SystemFiles, &killed.log(), end, None).unwrap();
            assert_eq!(killed.verify().verdict(), Integrity::Intact, "{length} {renamed}");
            drop(killed.open().unwrap_or_else(|refused| panic!("{length} {renamed}: {refused}")));
            let report = killed.verify();
            assert_eq!(
                (report.verdict(), report.torn),
                (Integrity::Intact, 0),
                "{length} {renamed} {report:#?}"
            );
            assert_eq!((report.parts, killed.closed()), (2, vec![1]));
        }
    }
}
