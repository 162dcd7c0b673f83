//! The keeper as it runs: the real program, a real socket, and the ring of keys that a guard holds.

// A test may stop at what it does not expect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod house;
mod kills;
mod memory;
mod socket;
mod trust;

use std::sync::Arc;
use std::time::{Duration, Instant};

use discreet_guard::ingress::{CommandKeys, KeeperCommandKeys};
use discreet_keeper::client::Event;
use discreet_policy::Form;
use discreet_seal::epoch_keys::Keys;
use discreet_seal::{Receiver, SenderKey};
use house::{House, RULES, now, policy_text, soon};

const DESK: usize = 0;
const VENDOR: usize = 1;

#[test]
fn a_grant_reaches_members_and_nobody_else() {
    let mut house = House::new("members");
    house.start();
    let (guard, policy) = (house.guard(), house.policy());
    assert!(guard.follow(&policy), "{}", house.log());
    let (names, scan) = (guard.key(&policy, "/names").unwrap(), guard.key(&policy, "/scan").unwrap());
    assert!(house.can_open(&guard.ring, DESK).contains(&names));
    assert!(!house.can_open(&guard.ring, VENDOR).contains(&names));
    assert!(
        house.can_open(&guard.ring, DESK).contains(&scan)
            && house.can_open(&guard.ring, VENDOR).contains(&scan)
    );
    assert_eq!(guard.ring.stakeholders().len(), 2);
    // What commands are sealed for is announced too.
    let board = guard.ring.grants();
    let receiver = Receiver::read(board.receiver.as_ref().unwrap(), &house.robot).unwrap();
    assert_eq!(Some(receiver.terms().key), guard.ring.receiver_id());
    let read = board.message();
    let read = discreet_seal::read_grants(&read).unwrap();
    assert_eq!((read.robot, read.grants.len()), ("concierge-1", board.grants.len()));
}

#[test]
fn a_revocation_is_in_effect_before_the_command_ends() {
    let mut house = House::new("revoke");
    house.start();
    let (guard, policy) = (house.guard(), house.policy());
    assert!(guard.follow(&policy));
    let before = (guard.key(&policy, "/names"), guard.key(&policy, "/scan"));
    let generation = guard.ring.generation();
    let output = house.discreet(&["revoke", "desk", "--json"]);
    // Nothing below waits for anything.
    let after = (guard.key(&policy, "/names"), guard.key(&policy, "/scan"));
    assert!(house.can_open(&guard.ring, DESK).is_empty());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_ne!(guard.ring.generation(), generation);
    assert_eq!(after.0, None, "nobody is left to read names");
    assert!(after.1 > before.1, "{before:?} {after:?}");
    assert!(house.can_open(&guard.ring, VENDOR).contains(&after.1.unwrap()));
    assert!(guard.ring.stakeholders().iter().all(|one| one.name != "desk"), "nor does it command");
    assert!(guard.saw(|event| *event == Event::Revoked("desk".into())));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["in_effect"], &answer["guards"]), (&true.into(), &1.into()));
    let again = house.discreet(&["grant", "desk"]);
    assert_eq!(again.status.code(), Some(0));
    assert!(house.can_open(&guard.ring, DESK).contains(&guard.key(&policy, "/names").unwrap()));
    assert!(guard.saw(|event| *event == Event::Granted("desk".into())));
}

#[test]
fn a_revocation_reaches_the_guard_within_a_tenth_of_a_second() {
    let mut house = House::new("fast");
    house.start();
    let (guard, policy) = (house.guard(), house.policy());
    assert!(guard.follow(&policy));
    let mut took = Vec::new();
    for _ in 0..50 {
        let started = Instant::now();
        let done = discreet_keeper::admin::revoke(&house.socket(), "desk").unwrap();
        took.push(started.elapsed());
        assert_eq!((done.guards, done.acknowledged, done.changed), (1, 1, true));
        assert!(house.can_open(&guard.ring, DESK).is_empty());
        discreet_keeper::admin::grant(&house.socket(), "desk").unwrap();
    }
    took.sort();
    eprintln!("revoking: median {:?}, slowest of 50 {:?}", took[25], took[49]);
    assert!(took[25] < Duration::from_millis(100));
}

#[test]
fn revocations_and_ids_outlive_the_keeper_and_the_guard_comes_back_by_itself() {
    let mut house = House::new("restart");
    house.start();
    let (guard, policy) = (house.guard(), house.policy());
    assert!(guard.follow(&policy));
    assert_eq!(house.discreet(&["revoke", "desk"]).status.code(), Some(0));
    let (before, receiver) = (guard.key(&policy, "/scan").unwrap(), guard.ring.receiver_id());
    house.kill();
    assert!(guard.saw(|event| matches!(event, Event::KeeperGone(_))));
    assert_eq!(guard.key(&policy, "/scan"), Some(before), "the keys of now stay");
    assert_eq!(house.discreet(&["who"]).status.code(), Some(2));
    house.start();
    assert!(soon(|| guard.key(&policy, "/scan") > Some(before)), "{}", house.log());
    assert!(house.can_open(&guard.ring, DESK).is_empty());
    assert_eq!(guard.ring.receiver_id(), receiver, "commands that are on their way still open");
    assert!(guard.ring.follow(&policy, Duration::from_secs(5)));
}

#[test]
fn who_may_command_is_a_lease_that_ends_without_the_keeper() {
    let mut house = House::new("lease");
    house.start();
    let (guard, policy) = (house.guard(), house.policy());
    let command_keys = KeeperCommandKeys::new(Arc::new(SenderKey::generate().unwrap())).unwrap();
    command_keys.serve(&guard.ring);
    let takes_commands = |after: u64| {
        let at = Instant::now() + Duration::from_secs(after);
        command_keys.opener(at, now() + after as i64).is_some()
    };
    assert!(!takes_commands(0), "the keeper has not said anything yet");
    assert!(guard.follow(&policy));
    assert!(command_keys.key_id().is_some() && command_keys.key_id() == guard.ring.receiver_id());
    assert!(takes_commands(0) && takes_commands(25) && !takes_commands(31));
    assert!(
        command_keys.opener(Instant::now() + Duration::from_secs(31), now() - 3600).is_none(),
        "a clock set back"
    );
    // A keeper that serves another policy has no say on who may command under this one.
    let lease = || guard.ring.lease().left(Instant::now(), now());
    house.write_policy(&policy_text(2, RULES));
    assert!(guard.saw(|event| matches!(event, Event::Mismatch(_))), "{}", house.log());
    assert!(soon(|| lease() < Duration::from_secs(28)), "it is not renewed");
    let second = house.policy();
    assert!(guard.follow(&second) && lease() > Duration::from_secs(28));
    house.kill();
    assert!(soon(|| lease() < Duration::from_secs(28)));
    assert!(takes_commands(0), "a keeper that is started again does not stop the robot");
    house.start();
    assert!(soon(|| lease() > Duration::from_secs(28)), "{}", house.log());
}

#[test]
fn commands_go_on_when_the_keeper_lost_its_memory() {
    let mut house = House::new("amnesia");
    house.start();
    let policy = house.policy();
    let other = house.guard();
    assert!(other.follow(&policy));
    drop(other); // its ids are used up, so that this guard's is not the first
    let guard = house.guard();
    let command_keys = KeeperCommandKeys::new(Arc::new(SenderKey::generate().unwrap())).unwrap();
    command_keys.serve(&guard.ring);
    assert!(soon(|| guard.follow(&policy)));
    let id = || command_keys.opener(Instant::now(), now()).map(|opener| opener.id());
    let before = id();
    assert!(before > Some(1) && guard.ring.receiver_id() == before, "{before:?}");
    house.kill();
    for file in ["state/state", "robot.mark"] {
        std::fs::remove_file(house.path(file)).unwrap();
    }
    let then = now();
    assert!(soon(|| now() > then + 1), "a new state is told from an older one by when it was begun");
    let lease = || guard.ring.lease().left(Instant::now(), now());
    assert!(soon(|| lease() < Duration::from_secs(28)));
    house.start();
    assert!(soon(|| lease() > Duration::from_secs(28)), "{}", house.log());
    // The key keeps its id if the ids of the new state begin above it.
    assert!(soon(|| id().is_some() && id() == guard.ring.receiver_id()), "{}", house.log());
}

#[test]
fn a_key_tells_whom_it_was_wrapped_to() {
    let mut house = House::new("audience");
    house.start();
    let (guard, policy) = (house.guard(), house.policy());
    assert!(guard.follow(&policy));
    let members = || {
        let group = policy.topic("/scan").unwrap().group(Form::Clear).unwrap().id();
        guard.ring.key(&group, now()).unwrap().members.clone()
    };
    assert_eq!(members(), ["desk", "vendor"]);
    assert_eq!(house.discreet(&["revoke", "vendor"]).status.code(), Some(0));
    assert_eq!(members(), ["desk"]);
}

#[test]
fn contracts_and_hours_end_the_keys_of_those_who_had_them() {
    let mut house = House::new("until");
    let end = now() + 4;
    let until = jiff::Timestamp::from_second(end).unwrap();
    let text = policy_text(1, RULES).replace("ids/vendor.pub", &format!("ids/vendor.pub, until: {until}"));
    house.write_policy(&text);
    house.start();
    let (guard, policy) = (house.guard(), house.policy());
    assert!(guard.follow(&policy));
    let group = policy.topic("/scan").unwrap().group(Form::Clear).unwrap().id();
    let key = guard.ring.key(&group, now()).unwrap();
    assert_eq!(key.until, end, "although the epoch has an hour");
    let vendor = |id: u32| house.can_open(&guard.ring, VENDOR).contains(&id);
    assert!(vendor(key.key.id()));
    let who = house.discreet(&["who", "--json"]);
    let answer: serde_json::Value = serde_json::from_slice(&who.stdout).unwrap();
    assert_eq!(answer["topics"][1]["who"][1]["until"], until.to_string());
    assert!(soon(|| now() >= end));
    let next = guard.ring.key(&group, now()).expect("the next one was there before");
    assert!(next.key.id() != key.key.id() && !vendor(next.key.id()));
    assert!(soon(|| !vendor(key.key.id())), "what has ended is forgotten");
}

#[test]
fn another_policy_changes_who_has_what_and_an_older_one_is_refused() {
    let mut house = House::new("policy");
    house.start();
    let (guard, first) = (house.guard(), house.policy());
    assert!(guard.follow(&first));
    assert!(!house.can_open(&guard.ring, DESK).is_empty());
    house.write_policy(&policy_text(2, "  - { who: vendor, read: [/scan, /names], as: clear }\n"));
    let second = house.policy();
    assert!(guard.follow(&second), "{}", house.log());
    let names = guard.key(&second, "/names").unwrap();
    assert!(house.can_open(&guard.ring, VENDOR).contains(&names));
    // Keys that only the old policy uses stay for a moment, and then go.
    assert!(guard.key(&first, "/names").is_some(), "no message falls between the two");
    std::thread::sleep(Duration::from_secs(2));
    assert!(soon(|| house.can_open(&guard.ring, DESK).is_empty()));
    // The file is the old one again, and the keeper another.
    house.write_policy(&policy_text(1, RULES));
    house.kill();
    house.start();
    assert!(!guard.ring.follow(&first, Duration::from_secs(1)));
    let older = |event: &Event| matches!(event, Event::Mismatch(why) if why.contains("older"));
    assert!(guard.saw(older), "{:?}", guard.events.lock().unwrap());
}

#[test]
fn keys_are_for_the_policy_that_guard_and_keeper_share() {
    let mut house = House::new("mismatch");
    house.start();
    let guard = house.guard();
    let text = policy_text(9, "  - { who: vendor, read: [/scan, /names], as: clear }\n");
    let other = discreet_policy::Policy::read("other.yaml", &text).unwrap().0;
    assert!(!guard.ring.follow(&other, Duration::from_millis(500)));
    assert!(guard.saw(|event| matches!(event, Event::Mismatch(why) if why.contains("same file"))));
    assert!(guard.ring.grants().grants.is_empty());
    let who = house.discreet(&["who"]);
    assert_eq!(who.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&who.stdout).contains("another policy"));
}

#[test]
fn a_stakeholder_without_an_identity_is_the_only_one_that_gets_nothing() {
    let mut house = House::new("unserved");
    std::fs::remove_file(house.path("ids/desk.pub")).unwrap();
    house.start();
    let (guard, policy) = (house.guard(), house.policy());
    assert!(guard.follow(&policy));
    assert_eq!(guard.key(&policy, "/names"), None);
    assert!(house.can_open(&guard.ring, VENDOR).contains(&guard.key(&policy, "/scan").unwrap()));
    let who = house.discreet(&["who"]);
    assert_eq!(who.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&who.stdout).contains("desk: is given nothing"));
    assert!(house.log().contains("desk is given nothing"), "{}", house.log());
    // It takes it up when it comes.
    std::fs::write(house.path("ids/desk.pub"), house.people[DESK].public_file()).unwrap();
    assert!(soon(|| guard.key(&policy, "/names").is_some()));
    assert!(soon(|| !house.can_open(&guard.ring, DESK).is_empty()));
}

#[test]
fn who_shows_who_can_open_what() {
    let mut house = House::new("who");
    let actions = "actions: { /nav: { type: nav2_msgs/action/NavigateToPose, class: operational } }\n\
                   parameters: { /tuned: { class: operational, names: { a.b: { type: bool }, c: { type: bool } } } }\nrules:";
    let rules = "\n  - { who: desk, act: /nav }\n  - { who: everyone, act: /nav/_action/status }\n  \
                 - { who: desk, get: '/tuned:a.b' }\n  - { who: desk, set: /tuned }\n";
    let text = policy_text(1, RULES).trim_end().replacen("rules:", actions, 1) + rules;
    house.write_policy(&text);
    house.start();
    let (guard, policy) = (house.guard(), house.policy());
    assert!(guard.follow(&policy));
    // It ends with 1 until the guard has confirmed its keys.
    assert!(soon(|| house.discreet(&["who"]).status.success()), "{}", house.log());
    let who = house.discreet(&["who"]);
    let table = String::from_utf8(who.stdout).unwrap();
    let row = |text: &str| table.lines().any(|line| line.split_whitespace().eq(text.split_whitespace()));
    assert!(row("/names contextual clear desk -") && row("/scan operational clear vendor -"), "{table}");
    assert!(row("/nav/_action/feedback operational clear desk -"), "{table}");
    assert!(!table.contains("send_goal"), "it is sent, not received: {table}");
    assert!(row("/tuned:a.b operational clear desk -"), "{table}");
    assert!(!table.contains("/tuned:c"), "it is set, not read: {table}");
    assert!(table.contains("domain 7"));
    // Whoever is in a hurry misspells a name: that must not look as if it were done.
    assert_eq!(house.discreet(&["revoke", "nobody-we-know"]).status.code(), Some(1));
    assert_eq!(house.discreet(&["who", "--only", "somebody-else"]).status.code(), Some(1));
    assert_eq!(house.discreet(&["revoke", "no name"]).status.code(), Some(2));
    let who = house.discreet(&["who", "--only", "vendor", "--json"]);
    let answer: serde_json::Value = serde_json::from_slice(&who.stdout).unwrap();
    assert_eq!(answer["topics"].as_array().unwrap().len(), 1);
    assert!(answer["stakeholders"][2]["revoked"].is_string(), "{answer}");
    assert!(answer["guards"][0]["keys"].as_u64() >= Some(2), "one for each topic: {answer}");
}
