//! Grants and announcements.

use discreet_seal::Suite;
use discreet_seal::identity::{Identity, PublicIdentity};
use discreet_seal::{Grant, GrantTerms, Receiver, ReceiverTerms, Ungranted, Unreadable, announce, issue};

use super::world::*;

fn issued(members: &[&PublicIdentity]) -> Vec<u8> {
    issue(&terms(Suite::Aes256Gcm, "contextual", &sender()), &group_secret(), members, &robot()).unwrap()
}

#[test]
fn every_member_opens_what_is_sealed_and_nobody_else_does() {
    for suite in SUITES {
        let terms = terms(suite, "contextual", &sender());
        let (desk, night, vendor) = (desk(), night(), identity("vendor", 0x50));
        let bytes = issue(&terms, &group_secret(), &[desk.public(), night.public()], &robot()).unwrap();
        let grant = Grant::read(&bytes, robot().public()).unwrap();
        assert_eq!((grant.terms(), grant.members()), (terms, 2));
        let sealed = Pair::new(suite, "contextual").seal(&hello());
        for member in [&desk, &night] {
            let key = grant.open(member).unwrap().expect("a member");
            let digest = key.context(42, "/speech/transcript", "std_msgs/msg/String", HASH);
            let mut sealed = sealed.clone();
            assert_eq!(key.open(&digest, NOW, key.must_be_signed(), &mut sealed).unwrap().0, hello());
            assert!(grant.is_for(member.public()));
        }
        assert!(grant.open(&vendor).unwrap().is_none());
        assert!(!grant.is_for(vendor.public()));
    }
}

#[test]
fn somebody_elses_part_does_not_open_even_under_ones_own_hint() {
    // The robot itself signs a grant in which the vendor's hint stands before the desk's part.
    let (desk, vendor) = (desk(), identity("vendor", 0x50));
    let with_desk = issued(&[desk.public()]);
    let with_vendor = issued(&[vendor.public()]);
    let part = with_desk.len() - 64 - 88;
    assert_eq!(with_desk[..part], with_vendor[..part]);
    let mut mixed = with_desk[..with_desk.len() - 64].to_vec();
    mixed[part..part + 8].copy_from_slice(&with_vendor[part..part + 8]);
    let hash = blake3::derive_key("discreet 2026-11 robot statement v1", &mixed);
    let signature = robot().sign(&[b"discreet robot statement sign v1".as_slice(), &hash].concat());
    let grant = Grant::read(&[mixed, signature.to_vec()].concat(), robot().public()).unwrap();
    assert!(matches!(grant.open(&vendor), Err(Ungranted::Broken)));
    assert!(grant.open(&desk).unwrap().is_none());
}

#[test]
fn every_byte_of_a_grant_that_is_changed_is_noticed() {
    let bytes = issued(&[desk().public()]);
    for (at, changed) in flips(&bytes) {
        assert_eq!(Grant::read(&changed, robot().public()), Err(Unreadable::Signature), "byte {at}");
    }
    for end in 0..bytes.len() {
        assert!(Grant::read(&bytes[..end], robot().public()).is_err());
    }
    assert!(Grant::read(&[bytes, vec![0]].concat(), robot().public()).is_err());
}

#[test]
fn only_the_robots_own_identity_grants() {
    let terms = terms(Suite::Aes256Gcm, "contextual", &sender());
    let forged = issue(&terms, &group_secret(), &[desk().public()], &night()).unwrap();
    assert_eq!(Grant::read(&forged, robot().public()), Err(Unreadable::Signature));
    let renamed = PublicIdentity { name: "concierge-2".into(), ..robot().public().clone() };
    assert_eq!(Grant::read(&issued(&[]), &renamed), Err(Unreadable::Robot));
}

#[test]
fn what_no_grant_can_say_is_not_issued() {
    let base = terms(Suite::Aes256Gcm, "contextual", &sender());
    let refused = |terms: &GrantTerms<'_>, members: &[&PublicIdentity]| {
        issue(terms, &group_secret(), members, &robot()).unwrap_err()
    };
    let long = "x".repeat(257);
    assert_eq!(refused(&GrantTerms { class: &long, ..base.clone() }, &[]), Unreadable::Name.into());
    assert_eq!(refused(&GrantTerms { robot: "a\nb", ..base.clone() }, &[]), Unreadable::Name.into());
    assert_eq!(refused(&GrantTerms { until: base.from, ..base.clone() }, &[]), Unreadable::Validity.into());
    let (desk, many) = (desk(), desk());
    let crowd = vec![many.public(); 1001];
    assert_eq!(refused(&base, &crowd), Unreadable::Members.into());
    let grant = issue(&base, &group_secret(), &crowd[..1000], &robot()).unwrap();
    assert!(Grant::read(&grant, robot().public()).unwrap().open(&desk).unwrap().is_some());
    let weak = PublicIdentity { receive: [0; 32], ..desk.public().clone() };
    assert_eq!(refused(&base, &[&weak]), Ungranted::PublicKey("front_desk".into()));
}

#[test]
fn a_hint_is_another_in_each_grant() {
    let hint_of = |key| {
        let terms = GrantTerms { key, ..terms(Suite::Aes256Gcm, "contextual", &sender()) };
        let bytes = issue(&terms, &group_secret(), &[desk().public()], &robot()).unwrap();
        bytes[bytes.len() - 64 - 88..][..8].to_vec()
    };
    assert_ne!(hint_of(1), hint_of(2));
    assert_eq!(hint_of(1), hint_of(1));
}

#[test]
fn an_announcement_says_what_the_robot_signed_and_nothing_else() {
    let bytes = announce(&receiver_terms(), &robot()).unwrap();
    assert_eq!(Receiver::read(&bytes, robot().public()).unwrap().terms(), receiver_terms());
    for (at, changed) in flips(&bytes) {
        assert_eq!(Receiver::read(&changed, robot().public()), Err(Unreadable::Signature), "byte {at}");
    }
    let forged = announce(&receiver_terms(), &night()).unwrap();
    assert_eq!(Receiver::read(&forged, robot().public()), Err(Unreadable::Signature));
    let backwards = ReceiverTerms { until: 0, ..receiver_terms() };
    assert_eq!(announce(&backwards, &robot()), Err(Unreadable::Validity));
    // One is not taken for the other.
    assert_eq!(Grant::read(&bytes, robot().public()), Err(Unreadable::Kind));
    assert_eq!(Receiver::read(&issued(&[]), robot().public()), Err(Unreadable::Kind));
}

#[test]
fn an_identity_with_the_same_name_and_other_keys_is_another() {
    let grant = Grant::read(&issued(&[desk().public()]), robot().public()).unwrap();
    let impostor: Identity = identity("front_desk", 0x60);
    assert!(grant.open(&impostor).unwrap().is_none());
}
