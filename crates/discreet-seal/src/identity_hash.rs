//! What an identity is called where its name cannot be: parties of one name differ by their keys.

use crate::identity::PublicIdentity;

const PARTY: &str = "discreet 2026-11 party v1";
const MEMBER: &str = "discreet 2026-11 grant member v1";

/// The hash of both public keys. The name is no part of it: policies give names.
pub(super) fn party(identity: &PublicIdentity) -> [u8; 32] {
    blake3::derive_key(PARTY, [identity.receive, identity.sign].as_flattened())
}

/// What a sender of commands is looked up by.
pub fn hint(identity: &PublicIdentity) -> [u8; 8] {
    first(party(identity))
}

/// What a member finds its part of a grant by. Another in each grant, so that only who has the public keys of a party
/// can follow it through them.
pub(super) fn member(party: &[u8; 32], terms: &[u8; 32]) -> [u8; 8] {
    first(blake3::derive_key(MEMBER, [*party, *terms].as_flattened()))
}

fn first(hash: [u8; 32]) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = hash;
    [a, b, c, d, e, f, g, h]
}
