use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};

use super::*;
use discreet_host::machine::Machine;

const NOW: i64 = 1_780_000_000;

struct Scene {
    folder: PathBuf,
    robot: Identity,
}

impl Scene {
    fn new(name: &str) -> Scene {
        let folder = std::env::temp_dir().join(format!("discreet-state-{name}-{}", std::process::id()));
        let _none = fs::remove_dir_all(&folder);
        DirBuilder::new().mode(0o700).create(&folder).unwrap();
        Scene { folder, robot: Identity::generate("r").unwrap() }
    }

    fn place(&self) -> Place {
        Place { folder: self.folder.join("state"), mark: self.folder.join("robot.mark") }
    }

    fn state(&self) -> PathBuf {
        self.folder.join("state/state")
    }

    fn open(&self, decision: Decision) -> Result<State, StateFault> {
        State::open(&Machine::system(), &self.place(), &self.robot, None, decision, NOW)
    }

    fn usual(&self) -> Result<State, StateFault> {
        self.open(Decision::None)
    }

    fn refused(&self) -> String {
        self.usual().err().map(|fault| fault.to_string()).unwrap_or_default()
    }

    fn is_revoked(&self) -> bool {
        self.usual().unwrap().revoked().any(|(who, _)| who == "desk")
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

/// One that was made, and in which the desk is revoked.
fn scene(name: &str) -> Scene {
    let scene = Scene::new(name);
    scene.open(Decision::New).unwrap().set_revoked("desk", Some(3)).unwrap();
    scene
}

#[test]
fn no_id_is_given_twice_however_often_it_is_opened() {
    let scene = Scene::new("ids");
    let mut last = 0;
    for decision in [Decision::New, Decision::None, Decision::None] {
        let mut state = scene.open(decision).unwrap();
        for _ in 0..RESERVED + 3 {
            let id = state.next_key().unwrap();
            assert!(id > last && state.was_given(id) && !state.was_given(id + 1));
            last = id;
        }
    }
}

#[test]
fn what_was_written_is_remembered() {
    let scene = Scene::new("remembered");
    let floor = Floor { version: u64::MAX, hash: [7; 32] };
    {
        let mut state = scene.open(Decision::New).unwrap();
        assert_eq!((state.floor(), state.latest(), state.revoked().count()), (None, None, 0));
        state.set_floor(floor).unwrap();
        state.set_latest(5).unwrap();
        state.set_revoked("desk", Some(3)).unwrap();
        state.set_revoked("vendor", Some(4)).unwrap();
        state.set_revoked("desk", None).unwrap();
        assert!(matches!(scene.usual(), Err(StateFault::Taken(_))));
    }
    let state = scene.usual().unwrap();
    assert_eq!((state.floor(), state.latest()), (Some(floor), Some(5)));
    assert_eq!(state.revoked().collect::<Vec<_>>(), [("vendor", 4)]);
}

#[test]
fn a_state_that_is_not_there_is_made_only_if_a_person_says_so() {
    let scene = Scene::new("absent");
    let refused = scene.refused();
    assert!(refused.contains("--new-state") && !refused.contains("its mark says"), "{refused}");
    drop(scene.open(Decision::New).unwrap());
    let there = scene.open(Decision::New).err().unwrap().to_string();
    assert!(there.contains("leave that option out"), "{there}");
    fs::remove_file(scene.state()).unwrap();
    assert!(scene.refused().contains("its mark says that there was one"));
    drop(scene.open(Decision::New).unwrap());
    assert!(scene.usual().is_ok());
}

#[test]
fn emptied_cut_altered_or_another_robots_it_is_refused_with_what_to_do() {
    let scene = scene("altered");
    let bytes = fs::read(scene.state()).unwrap();
    for damaged in [&[][..], &bytes[..bytes.len() - 1], &bytes[..bytes.len() / 2], &[0; 300], b"garbage"] {
        fs::write(scene.state(), damaged).unwrap();
        let refused = scene.refused();
        assert!(refused.contains("Nothing in it is used") && refused.contains("--new-state"), "{refused}");
        assert!(matches!(scene.open(Decision::Accept), Err(StateFault::Altered { .. })));
        assert!(matches!(scene.open(Decision::New), Err(StateFault::There { .. })));
    }
    let other = self::scene("altered-other");
    fs::copy(other.state(), scene.state()).unwrap();
    assert!(scene.refused().contains("another robot's"));
    fs::write(scene.state(), &bytes).unwrap();
    assert!(scene.is_revoked());
}

#[test]
fn one_flipped_bit_in_any_file_is_refused_and_no_revocation_is_lost() {
    let scene = scene("bits");
    let (mut refused, mut kept) = (0, 0);
    for path in [scene.state(), scene.place().mark] {
        let bytes = fs::read(&path).unwrap();
        for at in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            fs::write(&path, flipped).unwrap();
            match scene.usual() {
                Err(StateFault::Altered { .. } | StateFault::Behind { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
                Ok(state) => {
                    assert!(state.revoked().any(|(who, _)| who == "desk"), "bit {at} un-revokes");
                    kept += 1;
                }
            }
        }
        fs::write(&path, bytes).unwrap();
    }
    eprintln!("{refused} refused, {kept} of unchanged meaning");
    assert!(refused > 1000 && kept == 0);
}

#[test]
fn an_older_state_is_refused_until_a_person_accepts_it() {
    let scene = scene("older");
    let old = fs::read(scene.state()).unwrap();
    scene.usual().unwrap().set_revoked("vendor", Some(4)).unwrap();
    let (new, mark) = (fs::read(scene.state()).unwrap(), fs::read(scene.place().mark).unwrap());
    fs::write(scene.state(), &old).unwrap();
    let refused = scene.refused();
    assert!(refused.contains("may not be the newest") && refused.contains("--accept-state"), "{refused}");
    // Without its mark nothing tells.
    fs::write(scene.state(), &new).unwrap();
    fs::remove_file(scene.place().mark).unwrap();
    assert!(scene.refused().contains("is not there"));
    fs::write(scene.place().mark, &mark).unwrap();
    assert!(scene.usual().is_ok());
    assert!(matches!(scene.open(Decision::Accept), Err(StateFault::NothingToAccept { .. })));
    fs::write(scene.state(), &old).unwrap();
    let accepted = scene.open(Decision::Accept).unwrap();
    assert_eq!(accepted.revoked().collect::<Vec<_>>(), [("desk", 3)]);
    // A guard that holds the mark of what was given up does not stop it.
    assert_eq!(accepted.compare(std::str::from_utf8(&mark).unwrap()), Some(None));
    drop(accepted);
    assert!(scene.is_revoked());
}

#[test]
fn marks_that_others_hold_tell_an_old_image_also_after_it_ran_on() {
    let scene = scene("held");
    let image = (fs::read(scene.state()).unwrap(), fs::read(scene.place().mark).unwrap());
    let mut state = scene.usual().unwrap();
    let before = state.mark();
    state.set_revoked("vendor", Some(4)).unwrap();
    let held = state.mark();
    assert_eq!((state.compare(&before), state.compare(&held)), (Some(None), Some(None)));
    drop(state);
    // State and mark together are of the past: only from outside is that known.
    fs::write(scene.state(), &image.0).unwrap();
    fs::write(scene.place().mark, &image.1).unwrap();
    let mut state = scene.usual().unwrap();
    assert!(state.compare(&held).unwrap().unwrap().contains("number"), "older");
    for _ in 0..9 {
        state.next_key().unwrap();
        state.set_revoked("somebody", Some(5)).unwrap();
    }
    assert!(state.compare(&held).unwrap().unwrap().contains("is not its successor"));
    assert_eq!(state.compare(&before), Some(None));
    // A mark of another keeper has no effect.
    assert_eq!(state.compare(&"0".repeat(112)), None);
    state.keep_newer(&held).unwrap();
    drop(state);
    assert!(scene.refused().contains("is not its successor"), "also at the next start");
}

#[test]
fn killed_between_any_two_steps_it_starts_again_with_all_that_was_confirmed() {
    let scene = scene("killed");
    let files = || [scene.state(), scene.place().mark].map(|path| fs::read(path).unwrap());
    let before = files();
    scene.usual().unwrap().set_revoked("vendor", Some(4)).unwrap();
    let after = files();
    let put = |files: [&Vec<u8>; 2]| {
        fs::write(scene.state(), files[0]).unwrap();
        fs::write(scene.place().mark, files[1]).unwrap();
    };
    let revoked = || scene.usual().unwrap().revoked().count();
    // While the new bytes are written next to it: they have no effect, whatever they are.
    put([&before[0], &before[1]]);
    for part in [0, 10, after[0].len()] {
        fs::write(scene.folder.join("state/state.new"), &after[0][..part]).unwrap();
        assert_eq!(revoked(), 1);
    }
    // The state is in its place, and its mark is not yet.
    put([&after[0], &before[1]]);
    assert_eq!(revoked(), 2);
    // The very first start.
    let first = Scene::new("killed-first");
    drop(first.open(Decision::New).unwrap());
    fs::remove_file(first.state()).unwrap();
    assert!(first.open(Decision::New).is_ok());
}

#[test]
fn the_state_follows_a_rotated_identity_if_the_old_one_is_named() {
    let mut scene = scene("rotated");
    let old = std::mem::replace(&mut scene.robot, Identity::generate("r").unwrap());
    assert!(scene.refused().contains("--rotated-from"));
    let taken =
        State::open(&Machine::system(), &scene.place(), &scene.robot, Some(&old), Decision::None, NOW)
            .unwrap();
    assert_eq!(taken.revoked().count(), 1);
    drop(taken);
    assert!(scene.is_revoked(), "and is the new one's from then on");
}

#[test]
fn a_mark_of_the_identity_before_shows_that_the_state_taken_over_is_an_older_one() {
    let mut scene = scene("rotated-back");
    let (state, mark) = (scene.state(), scene.place().mark);
    let before = (fs::read(&state).unwrap(), fs::read(&mark).unwrap());
    let newest = {
        let mut keeper = scene.usual().unwrap();
        keeper.set_revoked("vendor", Some(4)).unwrap();
        keeper.mark()
    };
    fs::write(&state, before.0).unwrap();
    fs::write(&mark, before.1).unwrap();
    let old = std::mem::replace(&mut scene.robot, Identity::generate("r").unwrap());
    let open =
        |from| State::open(&Machine::system(), &scene.place(), &scene.robot, from, Decision::None, NOW);
    let taken = open(Some(&old)).unwrap();
    assert!(matches!(taken.compare(&newest), Some(Some(_))), "a guard has the mark of what was lost");
    assert!(matches!(taken.compare(&taken.mark()), Some(None)));
    drop(taken);
    assert_eq!(open(None).unwrap().compare(&newest), None);
}

#[test]
fn links_and_folders_of_others_are_refused() {
    let scene = scene("links");
    let (state, elsewhere) = (scene.state(), scene.folder.join("elsewhere"));
    fs::rename(&state, &elsewhere).unwrap();
    symlink(&elsewhere, &state).unwrap();
    assert!(scene.refused().contains("not a regular file"));
    fs::remove_file(&state).unwrap();
    fs::rename(&elsewhere, &state).unwrap();
    let chmod = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    chmod(&scene.folder.join("state"), 0o750);
    assert!(scene.refused().contains("chmod 700"));
    chmod(&scene.folder.join("state"), 0o700);
    chmod(&scene.folder, 0o777);
    assert!(scene.refused().contains("chmod go-w"), "the mark could be replaced");
    chmod(&scene.folder, 0o700);
    assert!(scene.is_revoked());
}

#[test]
fn a_redb_file_is_told_from_no_state() {
    let scene = Scene::new("earlier");
    DirBuilder::new().mode(0o700).create(scene.folder.join("state")).unwrap();
    fs::write(scene.folder.join("state/keeper.redb"), "x").unwrap();
    assert!(scene.refused().contains("an earlier version"));
    fs::remove_file(scene.folder.join("state/keeper.redb")).unwrap();
    assert!(scene.refused().contains("--new-state"));
}

#[test]
fn other_keys_under_one_name_are_noticed_and_remembered() {
    let scene = Scene::new("keys");
    let (old, new) = (Identity::generate("desk").unwrap(), Identity::generate("desk").unwrap());
    let mut state = scene.open(Decision::New).unwrap();
    assert_eq!(state.learn([old.public()].into_iter()).unwrap(), []);
    assert_eq!(state.learn([old.public()].into_iter()).unwrap(), []);
    drop(state);
    let mut state = scene.usual().unwrap();
    let rekeyed = state.learn([new.public()].into_iter()).unwrap();
    assert_eq!(rekeyed[0].was, old.public().fingerprint());
    assert_eq!(rekeyed[0].is, new.public().fingerprint());
    assert!(state.had("desk", old.public()) && state.had("desk", new.public()));
    assert!(!state.had("vendor", old.public()));
}

#[test]
fn after_a_persons_decision_key_ids_go_on_where_none_was_given() {
    let ids = |seed: u8| {
        let record = Record::new(1, NOW, [seed; 16]);
        let again = record.clone().decided_anew(2, NOW, [seed + 1; 16]);
        (record.next_key, again.next_key)
    };
    let (first, second) = ids(1);
    assert!(first > 0 && first.abs_diff(second) > 1_000_000);
    assert!(ids(0xfe).1 <= u32::MAX / 2 + 1, "half of all ids are left");
}
