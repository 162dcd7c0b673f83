//! The vectors in `tests/data/signing`, which `tests/python/test_signed_policies.py` verifies by the specification.
//! `WRITE_VECTORS=1 cargo test --test policy_signing vectors` writes them anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use discreet_host::secret::Secret;
use discreet_policy::signatures::{Head, Signatures, fingerprint};
use discreet_policy::trust::Owner;
use discreet_policy::{Policy, Trust, signed_policy};
use discreet_seal::identity::Identity;
use serde_json::{Value, json};

use super::owners::policy;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn identity(name: &str, byte: u8) -> Identity {
    Identity::from_secrets(name, Secret::take(&mut [byte; 32]), Secret::take(&mut [byte + 1; 32]))
}

fn people() -> [Identity; 4] {
    [("alice", 0x10), ("bob", 0x20), ("carol", 0x30), ("mallory", 0x40)]
        .map(|(name, byte)| identity(name, byte))
}

fn trust(owners: &[Identity]) -> Trust {
    let owners = owners.iter().map(|one| Owner { name: one.public().name.clone(), key: one.public().sign });
    Trust::new("concierge-1".into(), Some("hotels".into()), 2, owners.collect()).unwrap()
}

struct Case {
    what: &'static str,
    policy: String,
    signatures: String,
}

fn signed(text: &str, by: &[&Identity]) -> Signatures {
    let (policy, _) = Policy::read("p.yaml", text).unwrap();
    let desk = identity("front_desk", 0x50);
    let identities = BTreeMap::from([("front_desk".to_owned(), fingerprint(desk.public()))]);
    let head = Head::of(&policy, identities);
    Signatures { by: by.iter().map(|one| head.sign(one)).collect(), head }
}

fn cases() -> Vec<Case> {
    let [alice, bob, carol, mallory] = &people();
    let (robot, fleet) = (policy("robot: concierge-1", 7), policy("fleet: hotels", 3));
    let case = |what, policy: &str, signatures: String| Case { what, policy: policy.to_owned(), signatures };
    let both = signed(&robot, &[alice, bob]);
    let mut flipped = both.clone();
    flipped.by[1].signature[40] ^= 4;
    let mut renamed = both.clone();
    renamed.by[1].name = "carol".into();
    let mut twice = both.clone();
    twice.by[1] = twice.by[0].clone();
    let mut lied = both.clone();
    lied.head.identities.insert("front_desk".into(), "0".repeat(32));
    let text = both.write();
    vec![
        case("two of three", &robot, text.clone()),
        case("all three", &robot, signed(&robot, &[carol, bob, alice]).write()),
        case("for the fleet", &fleet, signed(&fleet, &[bob, carol]).write()),
        case("one of two", &robot, signed(&robot, &[alice]).write()),
        case("one, and a stranger", &robot, signed(&robot, &[alice, mallory]).write()),
        case("two, and a stranger", &robot, signed(&robot, &[alice, mallory, carol]).write()),
        case("one, twice", &robot, twice.write()),
        case("a bit of a signature", &robot, flipped.write()),
        case("under another name", &robot, renamed.write()),
        case("another identity", &robot, lied.write()),
        case("another byte of the policy", &robot.replace("clear", "Clear"), text.clone()),
        case("another version in the head", &robot, text.replace("version: 7", "version: 8")),
        case("for another robot", &policy("robot: porter-9", 7), {
            signed(&policy("robot: porter-9", 7), &[alice, bob]).write()
        }),
        case("for another fleet", &policy("fleet: ships", 7), {
            signed(&policy("fleet: ships", 7), &[alice, bob]).write()
        }),
        case("with CRLF", &robot, text.replace('\n', "\r\n")),
        case("without its last newline", &robot, text.trim_end().to_owned()),
        case("with a zero before the version", &robot, text.replace("version: 7", "version: 07")),
        case("nothing", &robot, String::new()),
    ]
}

fn value(case: &Case, trust: &Trust) -> Value {
    let read = Signatures::read(&case.signatures);
    let statement = read.as_ref().map(|read| hex(&read.head.statement())).unwrap_or_default();
    let outcome =
        signed_policy(Path::new("p.yaml"), &case.policy, read.map_err(|why| why.to_string()), trust, true);
    json!({
        "what": case.what, "policy": case.policy, "signatures": case.signatures, "statement": statement,
        "signed_by": outcome.ok().map(|policy| policy.signed().unwrap().by.clone()),
    })
}

#[test]
fn the_vectors_are_what_this_code_says() {
    let people = people();
    let trust = trust(&people[..3]);
    let cases: Vec<Value> = cases().iter().map(|case| value(case, &trust)).collect();
    let good = cases.iter().filter(|case| !case["signed_by"].is_null()).count();
    assert_eq!((good, cases.len()), (4, 18));
    let owners: Vec<Value> = people[..3]
        .iter()
        .map(|one| json!({ "name": one.public().name, "key": hex(&one.public().sign), "file": one.public_file() }))
        .collect();
    let vectors = json!({
        "robot": trust.robot(), "fleet": trust.fleet(), "threshold": trust.threshold(), "owners": owners,
        "front_desk": identity("front_desk", 0x50).public_file(), "cases": cases,
    });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/signing/policies.json");
    let text = serde_json::to_string_pretty(&vectors).unwrap() + "\n";
    if std::env::var_os("WRITE_VECTORS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == text, "policies.json is not what the code makes");
}
