//! Any bytes as the signatures of a policy: an accepted file is written again to the byte, and no signature is
//! forged.

use discreet_policy::Trust;
use discreet_policy::signatures::{MOST_SIGNATURES, Signatures};
use discreet_policy::trust::Owner;

/// The owner whose key the seeds are signed with: Ed25519 of the seed 2, 2, 2...
pub const OWNER: [u8; 32] = [
    0x81, 0x39, 0x77, 0x0e, 0xa8, 0x7d, 0x17, 0x5f, 0x56, 0xa3, 0x54, 0x66, 0xc3, 0x4c, 0x7e, 0xcc, 0xcb,
    0x8d, 0x8a, 0x91, 0xb4, 0xee, 0x37, 0xa2, 0x5d, 0xf6, 0x0f, 0x5b, 0x8f, 0xc9, 0xb3, 0x94,
];

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(read) = Signatures::read(text) else { return };
    assert_eq!(read.write(), text);
    assert!(read.by.len() <= MOST_SIGNATURES);
    let owner = Owner { name: "alice".into(), key: OWNER };
    let trust = Trust::new("r".into(), None, 1, vec![owner]).unwrap();
    // The policy of the seeds: only their own signature is one of it.
    if let Ok(signed) = trust.verify(b"policy", &read) {
        assert_eq!(signed.owners, ["alice"]);
        assert_eq!((read.head.version, read.head.scope.name()), (7, "r"));
    }
    if let Err(unsigned) = trust.verify(b"another", &read) {
        assert!(unsigned.to_string().starts_with("signed by 0 of 1: missing alice"));
    }
}
