//! Killed at any instant, the keeper gives no key id twice and loses no revocation; nor does a guard make it.
//! `KILLS=1000 cargo test --release --test keeper kill` kills more often.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use discreet_keeper::admin;
use discreet_seal::Grant;

use super::house::{GuardSide, House};

fn kills() -> usize {
    std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(250)
}

/// xorshift64*
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) % limit
    }
}

/// What is known of the revocation of a stakeholder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    Is(bool),
    /// The keeper was killed before it said whether it had written it down.
    Either,
}

#[test]
fn a_keeper_that_is_killed_repeats_no_id_and_loses_no_revocation() {
    let mut house = House::new("kill");
    let mut dice = Dice(0x1234_5678_9abc_def1);
    // Each id, and the bytes of the grant that it was first seen in: the same id must be the same key.
    let mut ids: BTreeMap<u32, Arc<[u8]>> = BTreeMap::new();
    let (mut confirmed, mut remembered) = (0, 0);
    let known = Arc::new(Mutex::new(Known::Is(false)));
    for trial in 0..kills() {
        house.start();
        let (guard, policy, socket) = (house.guard(), house.policy(), house.socket());
        let now = *known.lock().unwrap();
        if let Known::Is(revoked) = now {
            let (_, summary) = admin::who(&socket).unwrap();
            let is = summary.stakeholders.iter().any(|one| one.name == "desk" && one.revoked.is_some());
            assert_eq!(is, revoked, "trial {trial}");
            remembered += usize::from(revoked);
        }
        let (orders, starts) = (Arc::clone(&known), dice.below(2) == 0);
        let mut pauses = Dice(dice.below(u64::from(u32::MAX)) + 1);
        let orderer = std::thread::spawn(move || {
            let mut done = 0;
            for revoke in [starts, !starts].into_iter().cycle() {
                let before = std::mem::replace(&mut *orders.lock().unwrap(), Known::Either);
                let order = if revoke { admin::revoke } else { admin::grant };
                match order(&socket, "desk") {
                    Ok(_) => {}
                    Err(admin::NoAnswer::NotThere { .. }) => {
                        // It was gone before it was asked.
                        *orders.lock().unwrap() = before;
                        return done;
                    }
                    Err(_) => return done,
                }
                *orders.lock().unwrap() = Known::Is(revoke);
                done += 1;
                // Most kills come when nothing is being ordered, so that what must be remembered is known.
                std::thread::sleep(Duration::from_micros(pauses.below(16_000)));
            }
            done
        });
        let wait = Duration::from_micros(dice.below(40_000));
        guard.ring.follow(&policy, wait);
        std::thread::sleep(Duration::from_micros(dice.below(15_000)));
        for _ in 0..dice.below(4) {
            collect(&house, &guard, &mut ids);
            std::thread::sleep(Duration::from_micros(dice.below(3_000)));
        }
        house.kill();
        confirmed += orderer.join().unwrap();
        collect(&house, &guard, &mut ids);
    }
    eprintln!(
        "{} kills: {} ids, {confirmed} orders confirmed, {remembered} revocations remembered",
        kills(),
        ids.len()
    );
    assert!(ids.len() > kills(), "there was something to repeat");
    assert!(remembered > kills() / 10, "there was something to forget: {remembered}");
}

/// Each revocation that was confirmed is there after the kill, however many there are: nothing is given back in between.
#[test]
fn killed_while_it_revokes_it_has_every_revocation_that_it_confirmed() {
    let mut house = House::new("kill-revoke");
    let mut dice = Dice(0xabcd_5678_9abc_def1);
    let (mut confirmed, mut unsure) = (BTreeSet::new(), 0);
    for trial in 0..kills() / 2 {
        house.start();
        let socket = house.socket();
        let (_, summary) = admin::who(&socket).unwrap();
        let there: BTreeSet<String> = summary
            .stakeholders
            .into_iter()
            .filter(|one| one.revoked.is_some())
            .map(|one| one.name)
            .collect();
        let lost: Vec<_> = confirmed.difference(&there).collect();
        assert!(lost.is_empty(), "trial {trial}: {lost:?}");
        let orderer = std::thread::spawn(move || {
            let mut done = Vec::new();
            for number in 0.. {
                let who = format!("v{trial}-{number}");
                match admin::revoke(&socket, &who) {
                    Ok(_) => done.push(who),
                    Err(_) => break,
                }
            }
            done
        });
        std::thread::sleep(Duration::from_micros(dice.below(60_000)));
        house.kill();
        let done = orderer.join().unwrap();
        unsure += 1;
        confirmed.extend(done);
    }
    eprintln!("{unsure} kills while it revoked: {} revocations confirmed, none lost", confirmed.len());
    assert!(confirmed.len() > kills() / 4);
}

fn collect(house: &House, guard: &GuardSide, ids: &mut BTreeMap<u32, Arc<[u8]>>) {
    for grant in &guard.ring.grants().grants {
        let id = Grant::read(grant, &house.robot).unwrap().terms().key;
        let first = ids.entry(id).or_insert_with(|| Arc::clone(grant));
        assert_eq!(first, grant, "id {id} was given twice");
    }
}

#[test]
fn guards_that_are_killed_are_given_other_keys_and_leave_the_keeper_as_it_was() {
    let mut house = House::new("kill-guard");
    house.start();
    let (mut dice, mut seen) = (Dice(0xfeed_5678_9abc_def1), BTreeSet::new());
    for _ in 0..kills() / 2 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kills::as_a_guard", "--ignored", "--nocapture"])
            .env("HOUSE", &house.folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::sleep(Duration::from_micros(dice.below(20_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        let mut own = BTreeSet::new();
        for line in lines.map_while(Result::ok) {
            if let Some(id) = line.strip_prefix("id ").and_then(|id| id.parse::<u32>().ok()) {
                own.insert(id);
            }
        }
        assert!(own.is_disjoint(&seen), "given to two guards: {own:?}");
        seen.extend(own);
    }
    eprintln!("{} guards killed: {} ids", kills() / 2, seen.len());
    assert!(!seen.is_empty());
    let (_, summary) = admin::who(&house.socket()).unwrap();
    assert!(summary.guards.len() <= 1, "{:?}", summary.guards);
}

/// Not a test: a guard in a process of its own, until it has keys or is refused.
#[test]
#[ignore = "started by another test"]
fn as_a_guard_once() {
    let Some(folder) = std::env::var_os("HOUSE").map(std::path::PathBuf::from) else { return };
    let guard = GuardSide::connect(folder.join("s/k"));
    let policy = discreet_policy::read_file(&folder.join("p.yaml")).unwrap().0;
    if guard.ring.follow(&policy, Duration::from_secs(3)) {
        println!("id {:?}", guard.key(&policy, "/scan"));
    }
    println!("{:?}", guard.events.lock().unwrap());
}

/// Not a test: a guard in a process of its own, for the one above.
#[test]
#[ignore = "started by another test"]
fn as_a_guard() {
    let Some(folder) = std::env::var_os("HOUSE").map(std::path::PathBuf::from) else { return };
    let guard = GuardSide::connect(folder.join("s/k"));
    let policy = discreet_policy::read_file(&folder.join("p.yaml")).unwrap().0;
    while guard.follow(&policy) {
        for topic in ["/names", "/scan"] {
            if let Some(id) = guard.key(&policy, topic) {
                println!("id {id}");
            }
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
