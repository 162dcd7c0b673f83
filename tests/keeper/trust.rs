//! A keeper with a trust takes only policies that the owners have signed, and tells its guards whose.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

use discreet_keeper::client::Event;
use discreet_policy::Trust;
use discreet_policy::signatures::{Head, Signatures, fingerprint, signatures_path};
use discreet_seal::identity::Identity;

use super::house::{GuardSide, House, RULES, policy_text, soon};

const DESK: usize = 0;
const VENDOR: usize = 1;

/// A house of which two of three owners must sign.
struct Owned {
    house: House,
    owners: Vec<Identity>,
}

impl Owned {
    fn new(test: &str) -> Owned {
        let house = House::new(test);
        let owners: Vec<_> = ["alice", "bob", "carol"].map(|name| Identity::generate(name).unwrap()).into();
        for one in &owners {
            fs::write(house.path(&format!("{}.pub", one.public().name)), one.public_file()).unwrap();
        }
        let owned = Owned { house, owners };
        owned.write_trust("concierge-1");
        owned
    }

    fn write_trust(&self, robot: &str) {
        let owners = "[alice.pub, bob.pub, carol.pub]";
        let text = format!("discreet_trust: 1\nrobot: {robot}\nthreshold: 2\nowners: {owners}\n");
        fs::write(self.house.path("trust.yaml"), text).unwrap();
    }

    fn start(&mut self) {
        self.house.more = vec!["--trust", "trust.yaml"];
        self.house.start();
    }

    /// As the owners see the policy and the identities now.
    fn sign(&self, by: &[usize]) {
        let here = |at: usize| {
            let public = self.house.people[at].public();
            (public.name.clone(), fingerprint(public))
        };
        let head = Head::of(&self.house.policy(), [here(DESK), here(VENDOR)].into());
        let by = by.iter().map(|at| head.sign(&self.owners[*at])).collect();
        let path = signatures_path(&self.house.path("p.yaml"));
        fs::write(path.with_extension("new"), Signatures { head, by }.write()).unwrap();
        fs::rename(path.with_extension("new"), path).unwrap();
    }

    fn has_keys(&self, guard: &GuardSide) -> bool {
        guard.ring.follow(&self.house.policy(), Duration::from_millis(500))
    }
}

#[test]
fn keys_are_given_for_what_the_owners_have_signed_and_for_nothing_else() {
    let mut owned = Owned::new("signed");
    owned.start();
    let guard = owned.house.guard();
    let first = owned.house.policy();
    assert!(!owned.has_keys(&guard));
    let why = "signed by 0 of 2: missing 2 of alice, bob, carol";
    assert!(
        guard.saw(|event| matches!(event, Event::Mismatch(text) if text.contains(why))),
        "{}",
        owned.house.log()
    );
    assert!(
        owned.house.log().contains("policies for robot concierge-1 must be signed by 2 of alice, bob, carol")
    );
    // The signatures alone arrive: nothing else changes, and the keeper sees it by itself.
    owned.sign(&[0, 2]);
    assert!(
        soon(|| owned.house.log().contains("version 1 is in force, signed by alice, carol")),
        "{}",
        owned.house.log()
    );
    assert!(owned.has_keys(&guard));
    // An unsigned one, and one that one owner has signed.
    owned.house.write_policy(&policy_text(2, RULES));
    assert!(!owned.has_keys(&guard));
    owned.sign(&[1]);
    assert!(!owned.has_keys(&guard));
    assert!(soon(|| owned.house.log().contains("signed by 1 of 2: missing one of alice, carol")));
    assert!(guard.follow(&first) || guard.key(&first, "/scan").is_some(), "the last good one stays");
    owned.sign(&[1, 0]);
    assert!(soon(|| owned.has_keys(&guard)), "{}", owned.house.log());
}

#[test]
fn guards_are_told_whose_signatures_count_before_anything_else() {
    let mut owned = Owned::new("told");
    let plain = owned.house.guard();
    owned.house.start();
    assert!(plain.saw(|event| *event == Event::Trust(None)));
    assert!(owned.house.log().contains("policies are not signed"));
    owned.house.kill();
    owned.sign(&[0, 1]);
    owned.start();
    let trust = Trust::open(&owned.house.path("trust.yaml")).unwrap();
    assert!(plain.saw(|event| *event == Event::Trust(Some(trust.clone()))), "also who was here before");
    drop(plain); // a domain has one guard
    let guard = owned.house.guard();
    assert!(owned.has_keys(&guard));
    let events = guard.events.lock().unwrap();
    assert_eq!(
        events.iter().find(|event| !matches!(event, Event::KeeperGone(_))),
        Some(&Event::Trust(Some(trust)))
    );
}

#[test]
fn other_keys_in_the_place_of_a_stakeholders_are_not_served() {
    let mut owned = Owned::new("swapped");
    owned.sign(&[0, 1]);
    owned.start();
    let guard = owned.house.guard();
    assert!(owned.has_keys(&guard), "{}", owned.house.log());
    assert!(soon(|| !owned.house.can_open(&guard.ring, DESK).is_empty()));
    // Whoever may write beside the policy makes itself the desk.
    let impostor = Identity::generate("desk").unwrap();
    fs::write(owned.house.path("ids/desk.pub"), impostor.public_file()).unwrap();
    assert!(
        soon(|| owned.house.log().contains("has other keys than the owners signed")),
        "{}",
        owned.house.log()
    );
    owned.house.people.push(impostor);
    assert!(owned.house.can_open(&guard.ring, 2).is_empty());
    assert!(soon(|| !owned.house.can_open(&guard.ring, VENDOR).is_empty()));
    // The owners may want it.
    owned.house.people.swap(DESK, 2);
    owned.house.write_policy(&policy_text(2, RULES));
    owned.sign(&[0, 1]);
    assert!(soon(|| owned.has_keys(&guard)), "{}", owned.house.log());
    assert!(soon(|| !owned.house.can_open(&guard.ring, DESK).is_empty()));
}

#[test]
fn it_does_not_start_with_a_trust_that_others_may_change_or_that_is_for_another_robot() {
    let mut owned = Owned::new("untrusted");
    owned.house.more = vec!["--trust", "trust.yaml"];
    let refused = |owned: &Owned| {
        let output = owned.house.keeper().stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    owned.write_trust("concierge-2");
    assert!(refused(&owned).contains("the trust file is for robot concierge-2"));
    owned.write_trust("concierge-1");
    fs::set_permissions(owned.house.path("trust.yaml"), fs::Permissions::from_mode(0o666)).unwrap();
    assert!(refused(&owned).contains("chmod go-w"));
    fs::set_permissions(owned.house.path("trust.yaml"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(owned.house.path("bob.pub"), fs::Permissions::from_mode(0o646)).unwrap();
    assert!(refused(&owned).contains("bob.pub"));
    fs::remove_file(owned.house.path("bob.pub")).unwrap();
    assert!(refused(&owned).contains("bob.pub"));
}
