//! Policies that owners sign, one after the other, and whoever says if that is enough.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod owners;
mod vectors;

use std::fs;

use discreet_policy::{Adopted, LivePolicy, NotInForce, Reloaded, Trust};
use owners::{Owners, policy};

#[test]
fn owners_sign_one_after_the_other_until_it_is_enough() {
    let owners = Owners::new("after");
    assert_eq!(
        owners.verify("p.yaml"),
        (1, "signed by 0 of 2: missing 2 of alice, bob, carol; there is no".into())
    );
    owners.signs("alice", "p.yaml", 0);
    assert_eq!(owners.verify("p.yaml"), (1, "signed by 1 of 2: missing one of bob, carol".into()));
    let bob = owners.discreet(&[
        "policy",
        "sign",
        "p.yaml",
        "--key",
        "bob.key",
        "--passphrase-file",
        "pass",
        "--json",
    ]);
    let told: serde_json::Value = serde_json::from_slice(&bob.stdout).unwrap();
    assert_eq!(told[0]["signed_by"], serde_json::json!(["alice", "bob"]));
    assert_eq!((&told[0]["robot"], &told[0]["version"]), (&"concierge-1".into(), &7.into()));
    assert_eq!(owners.verify("p.yaml"), (0, "version 7 for robot concierge-1, signed by alice, bob".into()));
    // Once more changes nothing.
    let before = owners.read("p.yaml.sig");
    owners.signs("alice", "p.yaml", 0);
    assert_eq!(owners.read("p.yaml.sig"), before);
    let verified = owners.discreet(&["policy", "verify", "p.yaml", "--trust", "trust.yaml", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!((&told[0]["ok"], &told[0]["signed_by"]), (&true.into(), &serde_json::json!(["alice", "bob"])));
}

#[test]
fn a_stranger_and_an_owner_who_signs_twice_are_not_enough() {
    let owners = Owners::new("stranger");
    owners.signs("alice", "p.yaml", 0);
    owners.signs("mallory", "p.yaml", 0);
    let (code, said) = owners.verify("p.yaml");
    assert_eq!(code, 1);
    assert!(said.contains("missing one of bob, carol; mallory is not an owner"), "{said}");
    // Alice's line once more, and once more under another name.
    let text = owners.read("p.yaml.sig");
    let line = text.lines().find(|line| line.starts_with("signature: alice")).unwrap();
    let head = text.split("signature:").next().unwrap();
    owners.write("p.yaml.sig", &format!("{head}{line}\n{line}\n"));
    assert_eq!(owners.verify("p.yaml").0, 1);
    owners.write("p.yaml.sig", &format!("{head}{line}\n{}\n", line.replace("alice", "bob")));
    let (code, said) = owners.verify("p.yaml");
    assert!(code == 1 && said.contains("the key of alice has signed as bob"), "{said}");
    // Lines of different signers may be put together by hand.
    owners.write("p.yaml.sig", head);
    owners.signs("bob", "p.yaml", 0);
    owners.write("p.yaml.sig", &format!("{}{line}\n", owners.read("p.yaml.sig")));
    assert_eq!(owners.verify("p.yaml").0, 0);
}

#[test]
fn no_bit_of_either_file_can_be_changed() {
    let owners = Owners::new("bits");
    owners.signs("alice", "p.yaml", 0);
    owners.signs("carol", "p.yaml", 0);
    let trust = Trust::open(&owners.path("trust.yaml")).unwrap();
    for name in ["p.yaml", "p.yaml.sig"] {
        let bytes = fs::read(owners.path(name)).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            fs::write(owners.path(name), &changed).unwrap();
            let live = LivePolicy::new(owners.path("p.yaml"), None).trusting(Some(trust.clone()));
            assert!(live.reload(|_| panic!("byte {at} of {name}")).is_err(), "byte {at} of {name}");
        }
        fs::write(owners.path(name), &bytes).unwrap();
    }
    let live = LivePolicy::new(owners.path("p.yaml"), None).trusting(Some(trust));
    assert!(matches!(live.reload(|_| ()), Ok(Reloaded::Switched(_))));
}

#[test]
fn what_is_signed_for_another_robot_or_fleet_is_refused() {
    let owners = Owners::new("elsewhere");
    owners.write("other.yaml", &policy("robot: concierge-2", 7));
    owners.write("fleet.yaml", &policy("fleet: hotels", 7));
    owners.write("ships.yaml", &policy("fleet: ships", 7));
    for who in ["alice", "bob"] {
        let output = owners.sign(who, &["other.yaml", "fleet.yaml", "ships.yaml"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let (code, said) = owners.verify("other.yaml");
    assert_eq!(code, 1);
    assert!(
        said.contains("for robot concierge-2, and the trust is for robot concierge-1 of fleet hotels"),
        "{said}"
    );
    assert_eq!(owners.verify("fleet.yaml").0, 0);
    assert_eq!(owners.verify("ships.yaml").0, 1);
    // A fleet's policy is for this robot once it is loaded here; without a trust nobody knows.
    let trust = Trust::open(&owners.path("trust.yaml")).unwrap();
    let live = LivePolicy::new(owners.path("fleet.yaml"), None);
    assert_eq!(live.reload(|_| ()).err(), Some(NotInForce::Fleet("hotels".into())));
    let live = live.trusting(Some(trust));
    let Ok(Reloaded::Switched(loaded)) = live.reload(|_| ()) else { panic!("it is for this fleet") };
    assert_eq!(loaded.robot(), "concierge-1");
}

#[test]
fn a_signature_speaks_of_one_version_only() {
    let owners = Owners::new("version");
    owners.signs("alice", "p.yaml", 0);
    owners.signs("bob", "p.yaml", 0);
    let older = owners.read("p.yaml.sig");
    // The signatures of the older version, replayed beside the next.
    owners.write("p.yaml", &policy("robot: concierge-1", 8));
    let (code, said) = owners.verify("p.yaml");
    assert_eq!(code, 1);
    assert!(said.contains("of other bytes: version 7 for robot concierge-1"), "{said}");
    // Signing the next version replaces them, and says so.
    let output = owners.sign("alice", &["p.yaml"]);
    assert!(
        String::from_utf8_lossy(&output.stdout)
            .contains("the signatures of version 7 are replaced (alice, bob)")
    );
    assert_eq!(owners.verify("p.yaml").1, "signed by 1 of 2: missing one of bob, carol");
    // Other bytes of the same version do not replace what somebody signed, nor does an older version.
    for changed in [policy("robot: concierge-1", 8) + "# another\n", policy("robot: concierge-1", 7)] {
        owners.write("p.yaml", &changed);
        let output = owners.sign("bob", &["p.yaml"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("raise `version`"), "{output:?}");
    }
    assert!(owners.read("p.yaml.sig").contains("version: 8"));
    let output = owners.discreet(&[
        "policy",
        "sign",
        "p.yaml",
        "--key",
        "bob.key",
        "--passphrase-file",
        "pass",
        "--replace",
    ]);
    assert_eq!(output.status.code(), Some(0));
    // A head that lies about the version does not help: it is what was signed.
    owners.write("p.yaml", &policy("robot: concierge-1", 8));
    owners.write("p.yaml.sig", &older.replace("version: 7", "version: 8"));
    assert_eq!(owners.verify("p.yaml").0, 1);
}

#[test]
fn the_identities_of_the_stakeholders_are_signed_too() {
    let owners = Owners::new("identities");
    owners.write("p.yaml", &owners::with_stakeholder(7));
    owners.identity("desk");
    owners.signs("alice", "p.yaml", 0);
    assert!(owners.read("p.yaml.sig").contains("\nidentity: desk "));
    // Somebody puts other keys into the place of the desk's.
    fs::remove_file(owners.path("desk.key")).unwrap();
    fs::remove_file(owners.path("desk.pub")).unwrap();
    owners.identity("desk");
    let output = owners.sign("bob", &["p.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("the identity of desk is another than alice signed")
    );
    // Who signs second need not have it.
    fs::remove_file(owners.path("desk.pub")).unwrap();
    owners.signs("bob", "p.yaml", 0);
    let verified = owners.discreet(&["policy", "verify", "p.yaml", "--trust", "trust.yaml"]);
    assert_eq!(verified.status.code(), Some(0));
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(said.contains("desk: its identity is not here as it was signed"), "{said}");
}

#[test]
fn what_cannot_be_a_policy_is_not_signed_and_nothing_is_written() {
    let owners = Owners::new("bad");
    owners.write("bad.yaml", "discreet: 1\nrobot: r\n");
    let output = owners.sign("alice", &["p.yaml", "bad.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("bad.yaml: not signed: it has errors"));
    assert!(!owners.path("p.yaml.sig").exists() && !owners.path("bad.yaml.sig").exists());
    owners.write("odd.yaml", &policy("robot: \"a robot\"", 1));
    assert_eq!(owners.sign("alice", &["odd.yaml"]).status.code(), Some(1));
    owners.write("p.yaml.sig", "hello");
    assert_eq!(owners.sign("alice", &["p.yaml"]).status.code(), Some(1));
    assert_eq!(owners.sign("nobody", &["p.yaml"]).status.code(), Some(1), "the policy is looked at first");
    fs::remove_file(owners.path("p.yaml.sig")).unwrap();
    assert_eq!(owners.sign("nobody", &["p.yaml"]).status.code(), Some(2));
    let verify =
        |trust: &str| owners.discreet(&["policy", "verify", "p.yaml", "--trust", trust]).status.code();
    assert_eq!((verify("no.yaml"), verify("p.yaml")), (Some(2), Some(2)));
}

#[test]
fn check_tells_whether_a_policy_is_signed() {
    let owners = Owners::new("check");
    let check = || String::from_utf8(owners.discreet(&["check", "p.yaml", "trust.yaml"]).stdout).unwrap();
    let said = check();
    assert!(said.contains("  not signed; a robot with a trust file would refuse it"), "{said}");
    assert!(said.contains(
        "trust.yaml: a trust for robot concierge-1 of fleet hotels, signed by 2 of alice, bob, carol"
    ));
    owners.signs("alice", "p.yaml", 0);
    assert!(check().contains("  signed by alice; `discreet policy verify` says"));
    owners.write("p.yaml", &policy("robot: concierge-1", 9));
    let output = owners.discreet(&["check", "p.yaml", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told[0]["signatures"]["trouble"], "its signatures are of other bytes, of version 7");
    owners.write("trust.yaml", "discreet_trust: 1\n");
    assert_eq!(owners.discreet(&["check", "trust.yaml"]).status.code(), Some(1));
}

#[test]
fn a_trust_that_comes_later_takes_back_what_is_not_signed() {
    let owners = Owners::new("later");
    let trust = Trust::open(&owners.path("trust.yaml")).unwrap();
    let live = || {
        let live = LivePolicy::new(owners.path("p.yaml"), None);
        assert!(live.reload(|_| ()).is_ok());
        live
    };
    let unsigned = live();
    assert!(matches!(unsigned.adopt(Some(trust.clone())), Adopted::TakenBack(NotInForce::Unsigned(_))));
    assert!(unsigned.current().is_none());
    assert!(unsigned.reload(|_| ()).is_err());
    assert_eq!(unsigned.adopt(None), Adopted::Differs("the keeper has no trust, and this guard has"));
    assert!(unsigned.disagreement().is_some());
    assert!(unsigned.reload(|_| ()).is_err(), "it takes no other from then on");
    owners.signs("alice", "p.yaml", 0);
    owners.signs("bob", "p.yaml", 0);
    assert!(matches!(unsigned.reload(|_| ()), Ok(Reloaded::Switched(_))));
    assert_eq!((unsigned.adopt(Some(trust.clone())), unsigned.disagreement()), (Adopted::Same, None));
    // One that is signed stays.
    let signed = live();
    assert_eq!(signed.adopt(Some(trust)), Adopted::Now);
    assert_eq!(signed.current().as_ref().unwrap().signed().unwrap().by, ["alice", "bob"]);
}

#[test]
fn the_last_good_policy_stays_and_either_file_may_come_first() {
    let owners = Owners::new("stays");
    owners.signs("alice", "p.yaml", 0);
    owners.signs("bob", "p.yaml", 0);
    let trust = Trust::open(&owners.path("trust.yaml")).unwrap();
    let live = LivePolicy::new(owners.path("p.yaml"), None).trusting(Some(trust));
    assert!(live.reload(|_| ()).is_ok());
    let version = || live.current().as_ref().map(|policy| policy.version());
    let old = (owners.read("p.yaml"), owners.read("p.yaml.sig"));
    owners.write("p.yaml", &policy("robot: concierge-1", 8));
    assert!(matches!(live.reload(|_| ()), Err(NotInForce::Unsigned(_))));
    assert_eq!(version(), Some(7));
    owners.signs("alice", "p.yaml", 0);
    owners.signs("carol", "p.yaml", 0);
    let new = (owners.read("p.yaml"), owners.read("p.yaml.sig"));
    // The signatures first.
    owners.write("p.yaml", &old.0);
    assert!(live.reload(|_| ()).is_err());
    assert_eq!(version(), Some(7));
    owners.write("p.yaml", &new.0);
    assert!(matches!(live.reload(|_| ()), Ok(Reloaded::Switched(_))));
    // What is signed and older stays refused.
    owners.write("p.yaml", &old.0);
    owners.write("p.yaml.sig", &old.1);
    assert_eq!(live.reload(|_| ()).err(), Some(NotInForce::Older { offered: 7, floor: 8 }));
    assert_eq!(version(), Some(8));
}

#[test]
fn nothing_in_a_policy_is_looked_at_before_its_signatures() {
    let owners = Owners::new("before");
    let trust = Trust::open(&owners.path("trust.yaml")).unwrap();
    owners.write("p.yaml", "robot: [");
    let live = LivePolicy::new(owners.path("p.yaml"), None).trusting(Some(trust));
    assert!(matches!(live.reload(|_| ()), Err(NotInForce::Unsigned(_))), "not that it is no policy");
}
