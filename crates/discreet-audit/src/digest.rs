//! Digests that identify released messages in the log.

/// Up to here a message is hashed in full.
const WHOLE: usize = 64 * 1024;
const BLOCKS: usize = 64;
const BLOCK: usize = 1024;

/// BLAKE3 of a message up to 64 KiB; of a larger one, BLAKE3 over 64 evenly spaced blocks of 1 KiB, the first and the
/// last included, and its length.
///
/// A full pass over a 6 MB frame would cost a third of relaying it. So for a large message the digest tells which frame
/// left (sensor noise makes any two frames differ in the blocks) but does not commit to every byte of it: a copy of the
/// frame with other bytes between the blocks would still match.
pub fn digest(message: &[u8]) -> [u8; 32] {
    if message.len() <= WHOLE {
        return blake3::hash(message).into();
    }
    // Another context: no large message can have the digest of a small one.
    let mut hasher = blake3::Hasher::new_derive_key("discreet audit log v1: sampled digest");
    let span = message.len() - BLOCK;
    // Gathered by sixteen, because BLAKE3 hashes that many blocks side by side.
    let mut gathered = [0; 16 * BLOCK];
    for sixteen in 0..BLOCKS / 16 {
        for (place, block) in gathered.chunks_exact_mut(BLOCK).zip(sixteen * 16..) {
            let from = span * block / (BLOCKS - 1);
            place.copy_from_slice(message.get(from..from + BLOCK).unwrap_or(&[0; BLOCK]));
        }
        hasher.update(&gathered);
    }
    hasher.update(&(message.len() as u64).to_le_bytes());
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_messages_are_hashed_in_full() {
        let mut message = vec![7; WHOLE];
        let before = digest(&message);
        assert_eq!(before, *blake3::hash(&message).as_bytes());
        message[40_001] = 8;
        assert_ne!(before, digest(&message));
    }

    #[test]
    fn large_messages_are_told_apart_by_length_and_by_their_ends() {
        let message = vec![7; 6_000_000];
        let mut first = message.clone();
        first[0] = 8;
        let mut last = message.clone();
        last[5_999_999] = 8;
        let all = [digest(&message), digest(&first), digest(&last), digest(&message[1..])];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one));
        }
    }

    /// Whoever compares a recorded message with an older log needs the same blocks of it.
    #[test]
    fn a_large_message_keeps_its_digest() {
        let message: Vec<u8> = (0..6_000_000_u32).map(|at| (at % 251) as u8).collect();
        let mut hasher = blake3::Hasher::new_derive_key("discreet audit log v1: sampled digest");
        for block in 0..64 {
            let from = (message.len() - 1024) * block / 63;
            hasher.update(&message[from..from + 1024]);
        }
        hasher.update(&6_000_000_u64.to_le_bytes());
        assert_eq!(digest(&message), *hasher.finalize().as_bytes());
    }
}
