use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::super::frame::{Frames, MAX_FRAME};
use super::super::protocol::{Apply, GivenKey, Held, VERSION};
use super::super::state::{Decision, Place};
use super::*;
use discreet_host::machine::Machine;
use discreet_host::secret::Secret;

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
    refused: Mutex<Vec<String>>,
    held: Mutex<Option<Held>>,
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
        // The same keys each time: the state is of them.
        let identity = Identity::from_secrets(robot, Secret::take(&mut [1; 32]), Secret::take(&mut [2; 32]));
        let place = Place { folder: folder.join("state"), mark: folder.join("robot.mark") };
        let decision = if place.folder.exists() { Decision::None } else { Decision::New };
        let state = State::open(&Machine::system(), &place, &identity, None, decision, now).unwrap();
        let mut engine = Engine::new(
            identity,
            state,
            &folder.join("p.yaml"),
            None,
            accept_time,
            now,
            Box::new(move |text: &str| log.lock().unwrap().push(text.to_owned())),
        )
        .unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let wire = Arc::clone(&told);
        let hello = GuardHello {
            version: VERSION,
            sender: [1; 32],
            receiver: [2; 32],
            receiver_id: None,
            domain: 0,
            mark: None,
        };
        let outbox = move |frame: super::super::frame::Frame| {
            wire.lock().unwrap().extend_from_slice(&frame);
            true
        };
        let guard = engine.connect(Peer { pid: 1, uid: 1 }, hello, Box::new(outbox)).unwrap();
        let (refused, held) = Default::default();
        let mut scene = Scene { folder, engine, guard, told, said, desk: None, refused, held };
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
                ToGuard::Mismatch(mismatch) => self.refused.lock().unwrap().push(mismatch.reason),
                ToGuard::Held(held) => *self.held.lock().unwrap() = Some(held),
                ToGuard::Refused(why) => self.refused.lock().unwrap().push(why),
                ToGuard::Alive | ToGuard::Trust(_) => {}
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
    let hello = GuardHello {
        version: VERSION,
        sender: [1; 32],
        receiver: [2; 32],
        receiver_id: None,
        domain: 0,
        mark: None,
    };
    let deaf = scene.engine.connect(Peer { pid: 2, uid: 1 }, hello, Box::new(|_| false)).unwrap();
    assert!(scene.engine.session(deaf).unwrap().is_broken());
    assert!(!scene.engine.session(scene.guard).unwrap().is_broken());
    fs::remove_dir_all(&scene.folder).unwrap();
}

#[test]
fn the_id_of_a_receiving_key_is_kept_if_it_was_given_and_not_if_it_was_made_up() {
    let mut scene = Scene::new("receiver");
    let given = scene.heard().1[0].receiver_id.unwrap();
    let mut announced_as = |receiver_id| {
        let hello = GuardHello {
            version: VERSION,
            sender: [1; 32],
            receiver: [2; 32],
            receiver_id,
            domain: 0,
            mark: None,
        };
        let id = scene.engine.connect(Peer { pid: 2, uid: 1 }, hello, Box::new(|_| true)).unwrap();
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
    let granted = discreet_seal::unseal::Granted::new(scene.desk.take().unwrap(), robot, 0);
    let end = START + 3 * 3600 + 700;
    for second in START..end {
        scene.engine.tick(second).unwrap();
        let (keys, orders) = scene.heard();
        for receiver in orders.iter().filter_map(|order| order.receiver.as_deref()) {
            let grants = keys.iter().map(|key| key.grant.as_slice()).collect();
            let grant_set = discreet_seal::GrantSet { robot: "r", receiver, grants };
            granted.update(&discreet_seal::write_grants(&grant_set), second).unwrap();
        }
        for key in &keys {
            assert_eq!(key.members, ["desk"]);
            let grant_set = discreet_seal::GrantSet { robot: "r", receiver: &[], grants: vec![&key.grant] };
            granted.update(&discreet_seal::write_grants(&grant_set), second).unwrap();
        }
        let after = second - START;
        assert!(granted.receiver(second).is_some(), "no key for commands after {after} s");
        let holds = |held: &discreet_seal::unseal::HeldKey| {
            let (from, until) = held.key().validity();
            (from..until).contains(&second)
        };
        assert!(granted.keys(second).iter().any(|held| holds(held)), "no key after {after} s");
    }
    assert!(granted.receiver(end + 29).is_none(), "commands end with the lease");
    assert!(granted.keys(end + 2 * 90 + 2).is_empty(), "data ends with the epochs that were given");
    fs::remove_dir_all(&scene.folder).unwrap();
}

/// A guard that comes with a mark.
fn bring(scene: &mut Scene, mark: &str) {
    let mark = Some(mark.to_owned());
    let hello = GuardHello {
        version: VERSION,
        sender: [3; 32],
        receiver: [4; 32],
        receiver_id: None,
        domain: 1,
        mark,
    };
    scene.engine.connect(Peer { pid: 2, uid: 1 }, hello, Box::new(|_| true)).unwrap();
}

fn held(scene: &Scene) -> Held {
    scene.heard();
    scene.held.lock().unwrap().clone().unwrap()
}

#[test]
fn a_guard_that_was_told_of_a_newer_state_stops_an_older_one_and_a_stranger_does_not() {
    let mut scene = Scene::new("older");
    let files = ["state/state", "robot.mark"].map(|name| scene.folder.join(name));
    let image = files.clone().map(|file| fs::read(file).unwrap());
    scene.engine.revoke("desk", START).unwrap();
    let mark = held(&scene).mark;
    for (file, bytes) in files.iter().zip(image) {
        fs::write(file, bytes).unwrap();
    }
    let mut scene = scene.restart(START, false);
    let (keys, _) = scene.heard();
    assert_eq!(keys.len(), 1, "nothing here tells that the desk was revoked");
    let mut forged = mark.clone();
    forged.replace_range(0..1, if mark.starts_with('0') { "1" } else { "0" });
    for stranger in ["", "rubbish", forged.as_str()] {
        bring(&mut scene, stranger);
        assert!(scene.engine.outdated().is_none() && scene.said("never made"), "{stranger}");
        scene.engine.sessions.retain(|id, _| *id == scene.guard);
    }
    bring(&mut scene, &mark);
    assert!(scene.engine.outdated().unwrap().contains("--accept-state"));
    let (keys_after, orders) = scene.heard();
    assert!(keys_after.is_empty() && scene.engine.session(scene.guard).unwrap().is_broken());
    assert!(orders.iter().any(|order| order.drop == [keys[0].id]));
    assert_eq!(orders.last().unwrap().stakeholders, Some(Vec::new()), "nobody commands");
    assert!(scene.refused.lock().unwrap().iter().any(|why| why.contains("may not be the newest")));
    scene.engine.tick(START + 70).unwrap();
    assert!(scene.heard().0.is_empty(), "and no other key follows");
    // The next start knows it without the guard.
    let (folder, robot) = (scene.folder.clone(), ([1; 32], [2; 32]));
    drop(scene);
    let identity =
        Identity::from_secrets("r", Secret::take(&mut robot.0.clone()), Secret::take(&mut robot.1.clone()));
    let place = Place { folder: folder.join("state"), mark: folder.join("robot.mark") };
    assert!(State::open(&Machine::system(), &place, &identity, None, Decision::None, START).is_err());
    let accepted = State::open(&Machine::system(), &place, &identity, None, Decision::Accept, START).unwrap();
    drop(accepted);
    let mut scene = Scene::on(folder, "r", START, false);
    bring(&mut scene, &mark);
    assert!(scene.engine.outdated().is_none(), "a person has decided");
    assert!(scene.heard().1[0].news.iter().any(|news| matches!(news, News::NewState(_))));
    fs::remove_dir_all(&scene.folder).unwrap();
}

#[test]
fn a_guard_that_comes_without_the_mark_that_it_had_has_lost_its_log() {
    let scene = Scene::new("log-gone");
    let gone = |scene: &Scene| {
        let news = scene.heard().1.into_iter().flat_map(|order| order.news);
        news.filter(|news| matches!(news, News::LogGone(what) if what.contains("deleted"))).count()
    };
    assert_eq!(gone(&scene), 0, "it is here for the first time");
    let scene = scene.restart(START + 1, false);
    assert_eq!(gone(&scene), 1);
    fs::remove_dir_all(&scene.folder).unwrap();
}

#[test]
fn a_guard_is_told_the_floors_that_it_may_have_lost() {
    let scene = Scene::new("floors");
    let held = held(&scene);
    let hash = *blake3::hash(POLICY.as_bytes()).as_bytes();
    assert_eq!((held.robot.as_str(), held.floor, held.latest), ("r", Some((1, hash)), Some(START)));
    fs::remove_dir_all(&scene.folder).unwrap();
}

#[test]
fn revoked_keys_are_not_served_under_another_name() {
    let mut scene = Scene::new("renamed");
    let keys = || (Secret::take(&mut [7; 32]), Secret::take(&mut [8; 32]));
    let write = |scene: &Scene, name: &str, (receive, sign): (Secret<32>, Secret<32>)| {
        let file = Identity::from_secrets(name, receive, sign).public_file();
        fs::write(scene.folder.join(format!("{name}.pub")), file).unwrap();
    };
    assert!(matches!(scene.heard().1[0].news[..], [News::NewState(_)]));
    write(&scene, "desk", keys());
    scene.engine.tick(START + 1).unwrap();
    let news: Vec<News> = scene.heard().1.into_iter().flat_map(|order| order.news).collect();
    assert!(matches!(&news[..], [News::Rekeyed(who, _)] if who == "desk"), "{news:?}");
    assert!(scene.said("desk has other keys than before"));
    scene.engine.revoke("desk", START + 2).unwrap();
    scene.heard();
    // The same keys as `front`; and one of the two keys only, as `side`.
    write(&scene, "front", keys());
    write(&scene, "side", (keys().0, Secret::take(&mut [9; 32])));
    let renamed = POLICY
        .replace("version: 1", "version: 2")
        .replace(
            "  desk: { identity: desk.pub }",
            "  front: { identity: front.pub }\n  side: { identity: side.pub }",
        )
        .replace("who: desk", "who: [front, side]");
    fs::write(scene.folder.join("p.yaml"), &renamed).unwrap();
    let hash = *blake3::hash(renamed.as_bytes()).as_bytes();
    scene.engine.hear(scene.guard, &FromGuard::Want(hash), START + 3).unwrap();
    let (given, orders) = scene.heard();
    assert!(given.is_empty() && !orders.is_empty());
    assert_eq!(orders.last().unwrap().stakeholders, Some(Vec::new()), "nor do they command");
    let why = scene.engine.unserved("front").unwrap();
    assert!(why.contains("`desk`, which is revoked") && scene.engine.unserved("side").is_some(), "{why}");
    // Also after a restart, and until the name is granted.
    let mut scene = scene.restart(START + 4, false);
    scene.engine.hear(scene.guard, &FromGuard::Want(hash), START + 4).unwrap();
    assert!(scene.heard().0.is_empty());
    scene.engine.grant("desk", START + 5).unwrap();
    assert_eq!(scene.heard().0.len(), 1);
    // A revocation of the old name takes the keys from the new ones, too.
    let ordered = scene.engine.revoke("desk", START + 6).unwrap();
    assert_eq!((ordered.done.in_policy, scene.heard().1[0].drop.len()), (false, 1));
    fs::remove_dir_all(&scene.folder).unwrap();
}

#[test]
fn another_process_of_the_guards_user_is_news_for_the_audit() {
    let mut scene = Scene::new("another");
    scene.heard();
    assert!(scene.engine.has_guard(Peer { pid: 2, uid: 1 }, 0));
    assert!(
        !scene.engine.has_guard(Peer { pid: 2, uid: 1 }, 1)
            && !scene.engine.has_guard(Peer { pid: 2, uid: 2 }, 0)
    );
    scene.engine.guard_refused(Peer { pid: 2, uid: 1 }, 0);
    let news = scene.heard().1.remove(0).news;
    assert!(matches!(&news[..], [News::AnotherGuard(which)] if which.contains("process 2")), "{news:?}");
    fs::remove_dir_all(&scene.folder).unwrap();
}
