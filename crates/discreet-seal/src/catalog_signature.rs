//! The guard's signature of a catalogue: everybody may read it, and only the guard can have written it.

use super::sender::is_signed;
use super::{SIGNATURE, SenderKey};

const HASH: &str = "discreet 2026-11 catalog v1";
const SIGN: [u8; 32] = *b"discreet guard catalog sign v1\0\0";

/// Signs a catalogue for one ROS domain. It is not valid on another domain.
pub fn sign_catalog(sender: &SenderKey, domain: u32, catalog: &[u8]) -> [u8; SIGNATURE] {
    sender.sign(&statement(domain, catalog))
}

/// Has one of `senders` (Ed25519 public keys that the robot certified) signed it?
pub fn is_signed_catalog(
    senders: &[[u8; 32]],
    domain: u32,
    catalog: &[u8],
    signature: &[u8; SIGNATURE],
) -> bool {
    let statement = statement(domain, catalog);
    senders.iter().any(|sender| is_signed(sender, &statement, signature))
}

fn statement(domain: u32, catalog: &[u8]) -> [u8; 64] {
    let mut hasher = blake3::Hasher::new_derive_key(HASH);
    hasher.update(&domain.to_le_bytes()).update(catalog);
    let hash = *hasher.finalize().as_bytes();
    let mut statement = [0; 64];
    statement.iter_mut().zip(SIGN.iter().chain(&hash)).for_each(|(to, from)| *to = *from);
    statement
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_one_sender_one_domain_and_these_bytes() {
        let [sender, other] = [SenderKey::generate().unwrap(), SenderKey::generate().unwrap()];
        let signature = sign_catalog(&sender, 7, b"catalog");
        let is_signed =
            |by: &[[u8; 32]], domain, bytes: &[u8]| is_signed_catalog(by, domain, bytes, &signature);
        assert!(is_signed(&[other.public(), sender.public()], 7, b"catalog"));
        assert!(!is_signed(&[other.public()], 7, b"catalog") && !is_signed(&[], 7, b"catalog"));
        assert!(
            !is_signed(&[sender.public()], 8, b"catalog") && !is_signed(&[sender.public()], 7, b"catalof")
        );
    }
}
