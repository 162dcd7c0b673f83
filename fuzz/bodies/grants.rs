//! Any bytes as a message of grants, and any bytes that the robot signed as a grant or an announcement: read in
//! bounded memory, and only as what can be written again.

use std::sync::OnceLock;

use discreet_host::secret::Secret;
use discreet_seal::Suite;
use discreet_seal::identity::Identity;
use discreet_seal::{
    Grant, GrantSet, GrantTerms, Receiver, ReceiverTerms, announce, issue, read_grants, write_grants,
};

const HASH: &str = "discreet 2026-11 robot statement v1";
const SIGN: &[u8] = b"discreet robot statement sign v1";

pub fn run(data: &[u8]) {
    if let Ok(grant_set) = read_grants(data) {
        assert_eq!(read_grants(&write_grants(&grant_set)), Ok(grant_set.clone()));
        for bytes in grant_set.grants.iter().chain([&grant_set.receiver]) {
            let _ = (Grant::read(bytes, robot().public()), Receiver::read(bytes, robot().public()));
        }
    }
    assert!(data.len() < 64 || Grant::read(&data[..64], robot().public()).is_err());
    // Past the signature check, as from a faulty keeper.
    let signature = robot().sign(&[SIGN, &blake3::derive_key(HASH, data)].concat());
    let signed = [data, &signature].concat();
    if let Ok(grant) = Grant::read(&signed, robot().public()) {
        let _ = grant.open(member());
        let again = issue(&grant.terms(), &Secret::take(&mut [0; 32]), &[], robot()).unwrap();
        let terms = again.len() - 64 - 2;
        assert_eq!(again[..terms], signed[..terms]);
        assert_eq!(signed.len(), again.len() + grant.members() * 88);
    }
    if let Ok(receiver) = Receiver::read(&signed, robot().public()) {
        assert_eq!(announce(&receiver.terms(), robot()).unwrap(), signed);
    }
}

/// Inputs that are read: statements without their signature, and a message of grants.
#[allow(dead_code)] // the fuzzer finds its own
pub fn seeds() -> Vec<Vec<u8>> {
    let terms = GrantTerms {
        robot: "r",
        group: [3; 16],
        class: "contextual/guest",
        form: "clear",
        suite: Suite::Aes256Gcm,
        key: 4,
        from: 1,
        until: 2,
        policy_version: 1,
        sender: [5; 32],
    };
    let grant = issue(&terms, &Secret::take(&mut [1; 32]), &[member().public(); 2], robot()).unwrap();
    let receiver =
        ReceiverTerms { robot: "r", key: 9, from: 1, until: 2, domain: 3, receive: [6; 32], sender: [5; 32] };
    let receiver = announce(&receiver, robot()).unwrap();
    let grant_set = write_grants(&GrantSet { robot: "r", receiver: &receiver, grants: vec![&grant] });
    let unsigned = |bytes: &[u8]| bytes[..bytes.len() - 64].to_vec();
    vec![unsigned(&grant), unsigned(&receiver), grant_set]
}

fn robot() -> &'static Identity {
    static ROBOT: OnceLock<Identity> = OnceLock::new();
    ROBOT.get_or_init(|| identity("r", 10))
}

fn member() -> &'static Identity {
    static MEMBER: OnceLock<Identity> = OnceLock::new();
    MEMBER.get_or_init(|| identity("desk", 20))
}

fn identity(name: &str, byte: u8) -> Identity {
    Identity::from_secrets(name, Secret::take(&mut [byte; 32]), Secret::take(&mut [byte + 1; 32]))
}
