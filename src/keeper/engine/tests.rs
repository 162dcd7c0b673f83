use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::super::frame::{Frames, MAX_FRAME};
use super::super::protocol::{Apply, GivenKey, VERSION};
use super::*;

const POLICY: &str = "\
discreet: 1
robot: r
version: 1
classes: { operational: { epoch: 90s, retention: 7d } }
stakeholders:
  desk: { identity: desk.pub }
topics: { /scan: { type: std_msgs/msg/String, class: operational } }
rules:
  - { who: desk, read: /scan, as: clear }
";

/// An engine with one guard, and what that guard was told.
struct Scene {
    folder: PathBuf,
    engine: Engine,
    guard: u64,
    told: Arc<Mutex<Vec<u8>>>,
    said: Arc<Mutex<Vec<String>>>,
    desk: Option<Identity>,
}

const START: i64 = 1_780_000_000;

impl Scene {
    fn new(name: &str) -> Scene {
        let folder = std::env::temp_dir().join(format!("discreet-engine-{name}-{}", std::process::id()));
        let _none = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("p.yaml"), POLICY).unwrap();
        let desk = Identity::generate("desk").unwrap();
        fs::write(folder.join("desk.pub"), desk.public_file()).unwrap();
        Scene { desk: Some(desk), ..Scene::on(folder, "r", START, false) }
    }

    fn on(folder: PathBuf, robot: &str, now: i64, accept_time: bool) -> Scene {
        let said = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&said);
        let mut engine = Engine::new(
            Identity::generate(robot).unwrap(),
            State::open(&folder.join("state")).unwrap(),
            &folder.join("p.yaml"),
            None,
            accept_time,
            now,
            Box::new(move |text: &str| log.lock().unwrap().push(text.to_owned())),
        )
        .unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let wire = Arc::clone(&told);
        let hello =
            GuardHello { version: VERSION, sender: [1; 32], receiver: [2; 32], receiver_id: None, domain: 0 };
        let outbox = move |frame: super::super::frame::Frame| {
            wire.lock().unwrap().extend_from_slice(&frame);
            true
        };
        let guard = engine.connect(Peer { pid: 1, uid: 1 }, hello, Box::new(outbox));
        let mut scene = Scene { folder, engine, guard, told, said, desk: None };
        let hash = *blake3::hash(POLICY.as_bytes()).as_bytes();
        scene.engine.hear(guard, &FromGuard::Want(hash), now).unwrap();
        scene
    }

    /// Keys and orders since the last time, without the rest.
    fn heard(&self) -> (Vec<GivenKey>, Vec<Apply>) {
        let wire = std::mem::take(&mut *self.told.lock().unwrap());
        let (mut rest, mut keys, mut orders) = (wire.as_slice(), Vec::new(), Vec::new());
        assert!(rest.len() < MAX_FRAME);
        while let Ok(message) = Frames::default().read::<ToGuard>(&mut rest) {
            match message {
                ToGuard::Key(key) => keys.push(key),
                ToGuard::Apply(apply) => orders.push(apply),
                ToGuard::Mismatch(_) | ToGuard::Alive | ToGuard::Trust(_) => {}
            }
        }
        (keys, orders)
    }

    fn said(&self, text: &str) -> bool {
        self.said.lock().unwrap().iter().any(|said| said.contains(text))
    }

    fn restart(self, now: i64, accept_time: bool) -> Scene {
        let folder = self.folder.clone();
        drop(self);
        Scene::on(folder, "r", now, accept_time)
    }
}

#[test]
fn the_next_key_comes_before_the_current_one_ends_and_no_sooner() {
    let mut scene = Scene::new("next");
    let (keys, orders) = scene.heard();
    assert_eq!(keys.iter().map(|key| (key.from, key.until)).collect::<Vec<_>>(), [(START, START + 90)]);
    assert!(orders[0].fresh && orders[0].receiver_id.is_some());
    scene.engine.tick(START + 59).unwrap();
    assert!(scene.heard().0.is_empty(), "holding it sooner would only be a risk");
    scene.engine.tick(START + 60).unwrap();
    let (next, orders) = scene.heard();
    assert_eq!((next[0].from, next[0].until), (START + 90, START + 180));
    assert!(next[0].id > keys[0].id && next[0].secret.0.expose() != keys[0].secret.0.expose());
    assert!(!orders[0].fresh && orders[0].drop.is_empty());
}

#[test]
fn a_clock_that_was_set_back_grants_nothing_even_after_a_restart() {
    let mut scene = Scene::new("clock");
    assert!(!scene.heard().0.is_empty());
    scene.engine.tick(START + 50).unwrap();
    scene.engine.tick(START - 3600).unwrap();
    assert!(scene.said("set back"));
    assert!(scene.heard().0.is_empty());
    let ordered = scene.engine.revoke("desk", START - 3600).unwrap();
    assert!(ordered.done.changed, "what is taken away needs no time");
    assert_eq!(scene.heard().1[0].drop.len(), 1);
    scene.engine.grant("desk", START - 3600).unwrap();
    assert!(scene.heard().0.is_empty());
    let scene = scene.restart(START - 3600, false);
    assert!(scene.heard().0.is_empty());
    let scene = scene.restart(START - 3600, true);
    assert!(!scene.heard().0.is_empty(), "somebody said that it is right");
    fs::remove_dir_all(&scene.folder).unwrap();
}

#[test]
fn the_keeper_of_one_robot_gives_no_keys_for_another() {
    let scene = Scene::new("robot");
    let folder = scene.folder.clone();
    drop(scene);
    let scene = Scene::on(folder, "somebody-else", START, false);
    assert!(scene.heard().0.is_empty());
    assert!(scene.said("the keeper's identity is of `somebody-else`"), "{:?}", scene.said.lock());
    fs::remove_dir_all(&scene.folder).unwrap();
}

#[test]
fn a_guard_that_does_not_read_is_given_up() {
    let mut scene = Scene::new("deaf");
    let hello =
        GuardHello { version: VERSION, sender: [1; 32], receiver: [2; 32], receiver_id: None, domain: 0 };
    let deaf = scene.engine.connect(Peer { pid: 2, uid: 1 }, hello, Box::new(|_| false));
    assert!(scene.engine.session(deaf).unwrap().is_broken());
    assert!(!scene.engine.session(scene.guard).unwrap().is_broken());
    fs::remove_dir_all(&scene.folder).unwrap();
}

#[test]
fn the_id_of_a_receiving_key_is_kept_if_it_was_given_and_not_if_it_was_made_up() {
    let mut scene = Scene::new("receiver");
    let given = scene.heard().1[0].receiver_id.unwrap();
    let mut announced_as = |receiver_id| {
        let hello =
            GuardHello { version: VERSION, sender: [1; 32], receiver: [2; 32], receiver_id, domain: 0 };
        let id = scene.engine.connect(Peer { pid: 2, uid: 1 }, hello, Box::new(|_| true));
        let hash = *blake3::hash(POLICY.as_bytes()).as_bytes();
        scene.engine.hear(id, &FromGuard::Want(hash), START).unwrap();
        scene.engine.session(id).unwrap().receiver.unwrap().0
    };
    assert_eq!(announced_as(Some(given)), given);
    assert_ne!(announced_as(Some(given + 1000)), given + 1000);
    assert_ne!(announced_as(None), given);
}

#[test]
fn hours_of_epochs_and_leases_never_leave_the_desk_without_a_key_and_then_all_of_it_ends() {
    let mut scene = Scene::new("hours");
    let robot = scene.engine.signer.public().clone();
    let granted = crate::unseal::Granted::new(scene.desk.take().unwrap(), robot, 0);
    let end = START + 3 * 3600 + 700;
    for second in START..end {
        scene.engine.tick(second).unwrap();
        let (keys, orders) = scene.heard();
        for receiver in orders.iter().filter_map(|order| order.receiver.as_deref()) {
            let grants = keys.iter().map(|key| key.grant.as_slice()).collect();
            let board = crate::seal::Board { robot: "r", receiver, grants };
            granted.update(&crate::seal::write_board(&board), second).unwrap();
        }
        for key in &keys {
            assert_eq!(key.members, ["desk"]);
            let board = crate::seal::Board { robot: "r", receiver: &[], grants: vec![&key.grant] };
            granted.update(&crate::seal::write_board(&board), second).unwrap();
        }
        let after = second - START;
        assert!(granted.receiver(second).is_some(), "no key for commands after {after} s");
        let holds = |held: &crate::unseal::HeldKey| {
            let (from, until) = held.key().validity();
            (from..until).contains(&second)
        };
        assert!(granted.keys(second).iter().any(|held| holds(held)), "no key after {after} s");
    }
    assert!(granted.receiver(end + 29).is_none(), "commands end with the lease");
    assert!(granted.keys(end + 2 * 90 + 2).is_empty(), "data ends with the epochs that were given");
}
