//! What somebody in the group can do, who has its key.

use aws_lc_rs::cipher::{AES_256, EncryptingKey, UnboundCipherKey};
use discreet_seal::Suite;
use discreet_seal::{HEADROOM, Padding, SealingKey, SenderKey};

use super::world::*;

#[test]
fn a_reader_cannot_speak_for_the_robot() {
    for suite in SUITES {
        let pair = Pair::new(suite, "contextual");
        let real = pair.seal(&hello());
        let key = SealingKey::new(suite, 4711, &group_secret());
        let forge = |sender: Option<&SenderKey>| {
            seal_with(&key, &context("contextual"), sender, Padding::None, b"forged").unwrap()
        };
        assert_eq!(pair.open(&forge(None)), Err("unsigned"));
        let own = SenderKey::generate().unwrap();
        assert_eq!(pair.open(&forge(Some(&own))), Err("signature"));
        // With the signature of a message that the guard did send.
        let mut forged = forge(Some(&own));
        let (at, of_real) = (forged.len() - 64, real.len() - 64);
        forged[at..].copy_from_slice(&real[of_real..]);
        assert_eq!(pair.open(&forged), Err("signature"));
        // What is not signed at all is only as good as the group.
        let pair = Pair::new(suite, "operational");
        let forged = seal_with(&key, &context("operational"), None, Padding::None, b"forged").unwrap();
        assert_eq!(pair.open(&forged).as_deref(), Ok(&b"forged"[..]));
    }
}

/// AES-GCM's tag is a polynomial in a number H that whoever has the key can compute: what is changed in one block is made
/// good in the next. So the tag says nothing to readers about which ciphertext the guard sent; only the signature over
/// its hash does.
#[test]
fn another_ciphertext_for_the_same_tag_is_not_what_was_signed() {
    let message = [b"pay the guest in room twelve 100".as_slice(), &[0; 32]].concat();
    for (class, expected) in [("operational", Ok(())), ("contextual", Err("signature"))] {
        let pair = Pair::new(Suite::Aes256Gcm, class);
        let mut sealed = pair.seal(&message);
        let change = u128::from_be_bytes(*b"\0\0\0\0\0\0\0\0\0\0\0\x08\x0b\0\x0e\0");
        let blocks = &mut sealed[HEADROOM..][..32];
        let flip = |block: &mut [u8], by: u128| {
            block.iter_mut().zip(by.to_be_bytes()).for_each(|(byte, by)| *byte ^= by);
        };
        flip(&mut blocks[..16], change);
        flip(&mut blocks[16..], times(change, number_h()));
        let opened = pair.open(&sealed);
        assert_eq!(opened.as_ref().map(drop).map_err(|why| *why), expected, "{class}");
        if let Ok(text) = opened {
            assert_ne!(text, message, "with the tag of the message that was sent");
        }
    }
}

/// The encryption of zero, under the key as the specification derives it.
fn number_h() -> u128 {
    let mut hasher = blake3::Hasher::new_derive_key("discreet 2026-11 sealed message key v1");
    hasher.update(group_secret().expose()).update(&[2]).update(&4711_u32.to_le_bytes());
    let key = UnboundCipherKey::new(&AES_256, hasher.finalize().as_bytes()).unwrap();
    let mut block = [0; 16];
    EncryptingKey::ecb(key).unwrap().encrypt(&mut block).unwrap();
    u128::from_be_bytes(block)
}

/// Multiplication in the field of GCM (NIST SP 800-38D, algorithm 1).
fn times(x: u128, y: u128) -> u128 {
    let (mut product, mut factor) = (0, y);
    for bit in (0..128).rev() {
        if x >> bit & 1 == 1 {
            product ^= factor;
        }
        factor = factor >> 1 ^ if factor & 1 == 1 { 0xe1 << 120 } else { 0 };
    }
    product
}
