//! Hashes that stand for identities in messages: parties of one name differ by their keys.

use crate::identity::PublicIdentity;

const PARTY: &str = "discreet 2026-11 party v1";
const MEMBER: &str = "discreet 2026-11 grant member v1";

/// The hash of both public keys. The name is not part of it, because policies give names.
pub(super) fn party(identity: &PublicIdentity) -> [u8; 32] {
    blake3::derive_key(PARTY, [identity.receive, identity.sign].as_flattened())
}

/// The hint by which a sender of commands is looked up.
pub fn hint(identity: &PublicIdentity) -> [u8; 8] {
    first(party(identity))
}

/// The hint by which a member finds its part of a grant. It differs in each grant, so that only a party with
/// the member's public keys can follow it.
pub(super) fn member(party: &[u8; 32], terms: &[u8; 32]) -> [u8; 8] {
    first(blake3::derive_key(MEMBER, [*party, *terms].as_flattened()))
}

fn first(hash: [u8; 32]) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = hash;
    [a, b, c, d, e, f, g, h]
}
