//! The hash of folded words, eight bytes at a time. `data/names/build.py` has the same.

use super::fold::fold;
use crate::detect::swar::{self, HIGH, ONES, below, block};

const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Of words one behind the other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Hash(u64);

impl Hash {
    pub(super) const fn new() -> Hash {
        Hash(0)
    }

    /// One that differs from [`new`](Hash::new)'s for the same words.
    pub(super) const fn seeded(seed: u64) -> Hash {
        Hash(seed)
    }

    /// With one word more.
    pub(super) fn word(self, word: &str) -> Hash {
        let (letters, length) = Letters::of(word.as_bytes());
        if length == word.len() { self.plain(letters) } else { self.folded(word) }
    }

    /// With one word more, of plain letters.
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

const fn mixed(hash: u64, block: u64) -> u64 {
    let hash = (hash ^ block).wrapping_mul(SPREAD);
    hash ^ hash >> 29
}

/// The plain letters that a text begins with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letters {
    hash: u64,
    /// How many of them are capitals.
    pub capitals: u32,
}

impl Letters {
    /// The same for the same letters, large or small.
    pub(super) const fn value(self) -> u64 {
        self.hash
    }

    /// The first `length` bytes of `block`, at most seven, all of them letters in small.
    #[inline]
    pub(super) const fn small(block: u64, length: usize) -> Letters {
        Letters { hash: mixed(mixed(0, block & below(length)), length as u64), capitals: 0 }
    }

    /// The letters that `bytes` begins with, and how many they are.
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
                // A letter in small is the letter with this bit.
                hash = mixed(hash, (block | (ONES * 0x20)) & within);
            }
            length += here;
            if here < 8 {
                return (Letters { hash: mixed(hash, length as u64), capitals: capitals as u32 }, length);
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
    fn letters_end_where_something_else_stands() {
        for (text, length, capitals) in
            [("McNeill's", 7, 2), ("", 0, 0), ("[Anna", 0, 0), ("ZOË", 2, 2), ("abcdefghI@", 9, 1)]
        {
            let (letters, found) = Letters::of(text.as_bytes());
            assert_eq!((found, letters.capitals), (length, capitals), "{text}");
        }
    }
}
