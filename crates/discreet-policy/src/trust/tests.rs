use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use super::*;
use crate::signatures::{Head, Signature};
use discreet_seal::identity::Identity;

const POLICY: &[u8] = b"robot: r";

fn people() -> [Identity; 4] {
    ["alice", "bob", "carol", "dave"].map(|name| Identity::generate(name).unwrap())
}

fn owner(identity: &Identity) -> Owner {
    Owner { name: identity.public().name.clone(), key: identity.public().sign }
}

fn trust(threshold: usize, owners: &[Identity]) -> Trust {
    Trust::new("r".into(), None, threshold, owners.iter().map(owner).collect()).unwrap()
}

fn head() -> Head {
    let policy = *blake3::hash(POLICY).as_bytes();
    Head { scope: Scope::Robot("r".into()), version: 7, policy, identities: BTreeMap::new() }
}

fn signed(by: &[&Identity]) -> Signatures {
    Signatures { head: head(), by: by.iter().map(|one| head().sign(one)).collect() }
}

fn refused(trust: &Trust, signatures: &Signatures) -> String {
    trust.verify(POLICY, signatures).unwrap_err().to_string()
}

#[test]
fn enough_owners_are_enough_and_others_do_not_count() {
    let [alice, bob, carol, dave] = people();
    let owners = [alice, bob, carol];
    let trust = trust(2, &owners);
    let both = trust.verify(POLICY, &signed(&[&owners[2], &owners[0]])).unwrap();
    assert_eq!((both.owners, both.notes.len()), (vec!["alice".to_owned(), "carol".to_owned()], 0));
    assert_eq!(
        refused(&trust, &signed(&[&owners[0], &dave])),
        "signed by 1 of 2: missing one of bob, carol; dave is not an owner whose signature counts"
    );
    assert_eq!(refused(&trust, &signed(&[])), "signed by 0 of 2: missing 2 of alice, bob, carol");
}

#[test]
fn an_owner_counts_once() {
    let owners = people();
    let trust = trust(2, &owners);
    let twice = refused(&trust, &signed(&[&owners[0], &owners[0]]));
    assert_eq!(twice, "signed by 1 of 2: missing one of bob, carol, dave");
    let mut renamed = signed(&[&owners[0], &owners[0]]);
    renamed.by[1].name = "bob".into();
    let renamed = refused(&trust, &renamed);
    assert_eq!(
        renamed,
        "signed by 1 of 2: missing one of bob, carol, dave; the key of alice has signed as bob"
    );
}

#[test]
fn a_refusal_names_who_is_missing_and_whose_signature_does_not_fit() {
    let owners = people();
    let three = trust(3, &owners);
    let mut signatures = signed(&[&owners[0], &owners[1]]);
    signatures.by[1].signature[5] ^= 1;
    assert_eq!(
        refused(&three, &signatures),
        "signed by 1 of 3: missing carol, dave; bob's signature does not fit these bytes"
    );
    // With enough others it is not needed, and told.
    let one = trust(1, &owners).verify(POLICY, &signatures).unwrap();
    assert_eq!((one.owners.len(), one.notes.len()), (1, 1));
    // If too few others are left, it is missing too.
    signatures.by.truncate(2);
    assert_eq!(
        refused(&trust(2, &owners[..2]), &signatures),
        "signed by 1 of 2: missing bob; bob's signature does not fit these bytes"
    );
}

#[test]
fn signatures_are_of_these_bytes_this_version_this_robot_and_these_identities() {
    let owners = people();
    let trust = trust(1, &owners);
    let fits = |change: &dyn Fn(&mut Signatures)| {
        let mut signatures = signed(&[&owners[0]]);
        change(&mut signatures);
        trust.verify(POLICY, &signatures).is_ok()
    };
    assert!(fits(&|_| ()));
    assert!(!fits(&|signatures| signatures.head.version = 8));
    assert!(!fits(&|signatures| signatures.head.scope = Scope::Robot("q".into())));
    assert!(!fits(&|signatures| signatures.head.scope = Scope::Fleet("r".into())));
    assert!(!fits(&|signatures| signatures.head.policy[0] ^= 1));
    assert!(!fits(&|signatures| {
        signatures.head.identities.insert("desk".into(), "0".repeat(32));
    }));
    let other = trust.verify(b"robot: q", &signed(&[&owners[0]])).unwrap_err().to_string();
    assert!(other.contains("the signatures are of other bytes: version 7 for robot r"), "{other}");
}

#[test]
fn a_signature_that_a_weak_key_makes_for_everything_does_not_count() {
    // The identity point: (R, s) = (identity, 0) fits any message of it, unless weak keys are refused.
    let mut weak = [0; 32];
    weak[0] = 1;
    let mut signature = [0; 64];
    signature[0] = 1;
    assert!(!head().fits(&Signature { name: "eve".into(), key: weak, signature }));
    let eve = Owner { name: "eve".into(), key: weak };
    assert_eq!(Trust::new("r".into(), None, 1, vec![eve]), Err(NoTrust::WeakKey("eve".into())));
}

#[test]
fn a_trust_has_a_threshold_that_some_can_reach_and_owners_that_differ() {
    let [alice, bob, ..] = people();
    let make = |threshold, owners: Vec<Owner>| Trust::new("r".into(), None, threshold, owners);
    assert_eq!(make(0, vec![owner(&alice)]), Err(NoTrust::Threshold { threshold: 0, owners: 1 }));
    assert_eq!(make(2, vec![owner(&alice)]), Err(NoTrust::Threshold { threshold: 2, owners: 1 }));
    assert_eq!(make(1, Vec::new()), Err(NoTrust::Owners(0)));
    let other = Owner { name: "bert".into(), ..owner(&alice) };
    assert_eq!(make(1, vec![owner(&alice), other]), Err(NoTrust::SameKey("alice".into(), "bert".into())));
    let other = Owner { name: "alice".into(), ..owner(&bob) };
    assert_eq!(make(1, vec![owner(&alice), other]), Err(NoTrust::SameName("alice".into())));
    let many = (0..33).map(|_| owner(&Identity::generate("x").unwrap())).collect();
    assert_eq!(make(1, many), Err(NoTrust::Owners(33)));
    assert!(Trust::new("a b".into(), None, 1, vec![owner(&alice)]).is_err());
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("discreet-trust-{name}-{}", std::process::id()));
        let _none = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("owners")).unwrap();
        Folder(path)
    }
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

fn file(inline: &Identity) -> String {
    let text: Vec<String> = inline.public_file().lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "discreet_trust: 1\nrobot: r\nfleet: hotels\nthreshold: 2\nowners:\n  - owners/alice.pub\n  - |\n{}",
        text.concat()
    )
}

#[test]
fn owners_are_files_beside_it_or_stand_in_it() {
    let (folder, [alice, bob, ..]) = (Folder::new("read"), people());
    folder.write("owners/alice.pub", &alice.public_file());
    let path = folder.write("trust.yaml", &file(&bob));
    let read = Trust::open(&path).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.owners(), [owner(&alice), owner(&bob)]);
    assert_eq!(
        (read.here().as_str(), read.summary().as_str()),
        ("robot r of fleet hotels", "2 of alice, bob")
    );
    assert!(read.is_for(&Scope::Robot("r".into())) && read.is_for(&Scope::Fleet("hotels".into())));
    assert!(!read.is_for(&Scope::Robot("hotels".into())) && !read.is_for(&Scope::Fleet("r".into())));
}

#[test]
fn what_is_wrong_in_it_is_shown_with_its_place() {
    let [alice, ..] = people();
    let said = |text: &str| {
        Trust::read("trust.yaml", text, |_| Ok(alice.public_file())).map(|_| ()).unwrap_err().to_string()
    };
    let good = "discreet_trust: 1\nrobot: r\nthreshold: 1\nowners: [alice.pub]\n";
    assert!(Trust::read("trust.yaml", good, |_| Ok(alice.public_file())).is_ok());
    assert!(said(&good.replace("threshold", "treshold")).contains("did you mean `threshold`"));
    assert!(said(&good.replace("threshold: 1\n", "")).contains("no `threshold`"));
    assert!(said(&good.replace("threshold: 1", "threshold: 0")).contains("trust.yaml:3:12"));
    assert!(said(&good.replace("[alice.pub]", "[]")).contains("empty"));
    assert!(said(&good.replace("trust: 1", "trust: 2")).contains("trust.yaml:1:17"));
    assert!(said(&good.replace("[alice.pub]", "[a.pub, b.pub]")).contains("two owners are called alice"));
    let private = Trust::read("t", good, |_| Ok("age-encryption.org/v1\n".into())).unwrap_err().to_string();
    assert!(private.contains("private half"), "{private}");
}

#[test]
fn a_file_may_be_as_large_as_its_limit_and_not_larger() {
    let folder = Folder::new("size");
    let path = folder.write("trust.yaml", "12345");
    assert_eq!(kept::read_kept(&path, 5).unwrap(), "12345");
    assert!(matches!(kept::read_kept(&path, 4), Err(NotKept::Large { most: 4, .. })));
}

#[test]
fn files_that_others_may_change_are_refused() {
    let (folder, [alice, bob, ..]) = (Folder::new("kept"), people());
    let key = folder.write("owners/alice.pub", &alice.public_file());
    let path = folder.write("trust.yaml", &file(&bob));
    assert!(Trust::open(&path).is_ok());
    let chmod = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    for (file, good) in [(&path, 0o644), (&key, 0o644), (&folder.0.join("owners"), 0o755), (&folder.0, 0o755)]
    {
        chmod(file, good | 0o002);
        let refused = Trust::open(&path).unwrap_err().to_string();
        assert!(refused.contains("chmod go-w") && refused.contains("others may write"), "{refused}");
        chmod(file, good);
    }
    let link = folder.0.join("link.yaml");
    symlink(&path, &link).unwrap();
    assert!(matches!(Trust::open(&link), Err(TrustError::File(NotKept::Link { .. }))));
    fs::rename(&key, folder.0.join("elsewhere.pub")).unwrap();
    assert!(Trust::open(&path).unwrap_err().to_string().contains("alice.pub"));
    symlink(folder.0.join("elsewhere.pub"), &key).unwrap();
    assert!(matches!(Trust::open(&path), Err(TrustError::File(NotKept::Link { .. }))));
}
