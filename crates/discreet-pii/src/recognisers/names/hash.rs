//! The hash of folded words, eight bytes at a time. `data/names/build.py` has the same function.

use super::fold::fold;
use crate::detect::swar::{self, HIGH, ONES, below, block};

const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of words in a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Hash(u64);

impl Hash {
    pub(super) const fn new() -> Hash {
        Hash(0)
    }

    /// A hash with a key: it differs from that of [`new`](Hash::new) for the same words.
    pub(super) const fn seeded(seed: u64) -> Hash {
        Hash(seed)
    }

    /// The hash with one more word.
    pub(super) fn word(self, word: &str) -> Hash {
        let (letters, length) = Letters::of(word.as_bytes());
        if length == word.len() { self.plain(letters) } else { self.folded(word) }
    }

    /// The hash with one more word of plain letters.
    pub(super) const fn plain(self, letters: Letters) -> Hash {
        Hash(mixed(self.0, letters.hash))
    }

    fn folded(self, word: &str) -> Hash {
        let (mut hash, mut block, mut filled, mut length) = (0, 0u64, 0, 0u64);
        fold(word, |byte| {
            block |= u64::from(byte) << (8 * filled);
            filled += 1;
            length += 1;
            if filled == 8 {
                hash = mixed(hash, block);
                (block, filled) = (0, 0);
            }
        });
        if filled > 0 {
            hash = mixed(hash, block);
        }
        Hash(mixed(self.0, mixed(hash, length)))
    }

    pub(super) const fn value(self) -> u64 {
        self.0
    }
}

/// A hash with one more block.
pub(super) const fn mixed(hash: u64, block: u64) -> u64 {
    let hash = (hash ^ block).wrapping_mul(SPREAD);
    hash ^ hash >> 29
}

/// The plain letters at the beginning of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letters {
    hash: u64,
    /// The letters themselves in small letters, if there are at most fifteen and they were read at once; or zeros.
    key: (u64, u64),
    /// The number of capitals.
    pub capitals: u32,
}

impl Letters {
    /// The same for the same letters in any case.
    pub(super) const fn value(self) -> u64 {
        self.hash
    }

    /// The letters themselves, of those that [`small`](Letters::small) and [`smalls`](Letters::smalls) read.
    pub(super) const fn key(self) -> (u64, u64) {
        self.key
    }

    /// The first `length` bytes of `block`, at most seven, which are small letters.
    #[inline]
    pub(super) const fn small(block: u64, length: usize) -> Letters {
        let block = block & below(length);
        Letters { hash: mixed(mixed(0, block), length as u64), key: (block, 0), capitals: 0 }
    }

    /// The small letters of `first`, and the first `more` of `second`, at most seven.
    #[inline]
    pub(super) const fn smalls(first: u64, second: u64, more: usize) -> Letters {
        let hash = mixed(0, first);
        let second = second & below(more);
        let hash = if more == 0 { hash } else { mixed(hash, second) };
        Letters { hash: mixed(hash, 8 + more as u64), key: (first, second), capitals: 0 }
    }

    /// The letters at the beginning of `bytes`, and their number.
    #[inline]
    pub(super) fn of(bytes: &[u8]) -> (Letters, usize) {
        let (mut hash, mut length, mut capitals) = (0, 0, 0);
        loop {
            let block = block(bytes, length);
            let others = !swar::letters(block) & HIGH;
            let here = if others == 0 { 8 } else { others.trailing_zeros() as usize / 8 };
            if here > 0 {
                let within = below(here);
                capitals += ((swar::capitals(block) & within) >> 7).wrapping_mul(ONES) >> 56;
                // This bit makes a small letter of a capital.
                hash = mixed(hash, (block | (ONES * 0x20)) & within);
            }
            length += here;
            if here < 8 {
                let hash = mixed(hash, length as u64);
                return (Letters { hash, key: (0, 0), capitals: capitals as u32 }, length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_letters_hash_as_folded_ones_do() {
        for word in ["a", "Anna", "CHRISTOPH", "Aleksandra", "Wolfeschlegelsteinhausen"] {
            assert!(Hash::new().word(word) == Hash::new().folded(word), "{word}");
        }
        assert!(Hash::new().word("Zoë") == Hash::new().word("zoe"));
        assert!(Hash::new().word("Anna").word("Maria") != Hash::new().word("Maria").word("Anna"));
    }

    #[test]
    fn letters_end_at_the_first_other_byte() {
        for (text, length, capitals) in
            [("McNeill's", 7, 2), ("", 0, 0), ("[Anna", 0, 0), ("ZOË", 2, 2), ("abcdefghI@", 9, 1)]
        {
            let (letters, found) = Letters::of(text.as_bytes());
            assert_eq!((found, letters.capitals), (length, capitals), "{text}");
        }
    }
}
