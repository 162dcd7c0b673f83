//! The hash of a word of a text, without case and accents.

/// A rolling hash of the letters so far, without case and accents. The hashes of two words give that of both in a
/// row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Folded {
    pub(super) hash: u64,
    /// [`FACTOR`](Folded::FACTOR) to the power of the number of letters.
    power: u64,
}

/// Each byte as it is hashed: letters in lower case, 0 for a byte that is not in a word.
static LETTERS: [u8; 256] = {
    let mut letters = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        // `byte` is below 256 by the condition of the loop.
        #[allow(clippy::indexing_slicing)]
        let letter = &mut letters[byte];
        *letter = match byte as u8 {
            small @ (b'a'..=b'z' | 0x80..) => small,
            capital @ b'A'..=b'Z' => capital | 0x20,
            _ => 0,
        };
        byte += 1;
    }
    letters
};

/// [`Folded::FACTOR`] to the power of each length of a word.
static POWERS: [u64; 32] = {
    let (mut powers, mut length) = ([0; 32], 0);
    while length < powers.len() {
        // `length` is below 32 by the condition of the loop.
        #[allow(clippy::indexing_slicing)]
        let one = &mut powers[length];
        *one = power_of(length);
        length += 1;
    }
    powers
};

/// [`Folded::FACTOR`] to the power of `length`.
const fn power_of(length: usize) -> u64 {
    let (mut power, mut left) = (1_u64, length);
    while left > 0 {
        power = power.wrapping_mul(Folded::FACTOR);
        left -= 1;
    }
    power
}

/// A letter of [`LETTERS`] without an accent; `before` is the byte in front of it. None for the first byte of a letter of
/// Latin-1: the second tells the letter.
fn plain(before: u8, letter: u8) -> Option<u8> {
    match (before, letter) {
        (_, ..0x80) => Some(letter),
        (_, 0xC3) => None,
        (0xC3, _) => Some(match letter | 0x20 {
            0xA0..=0xA5 => b'a',
            0xA7 => b'c',
            0xA8..=0xAB => b'e',
            0xAC..=0xAF => b'i',
            0xB1 => b'n',
            0xB2..=0xB6 | 0xB8 => b'o',
            0xB9..=0xBC => b'u',
            other => other,
        }),
        _ => Some(letter),
    }
}

/// The letters of a word as [`Folded::of`] hashes them.
pub(super) fn letters(word: &str) -> Vec<u8> {
    let mut before = 0;
    let letter = |byte: u8| {
        let letter = LETTERS.get(usize::from(byte)).copied().filter(|letter| *letter != 0);
        letter.and_then(|letter| plain(std::mem::replace(&mut before, byte), letter))
    };
    word.bytes().filter_map(letter).collect()
}

impl Folded {
    pub(super) const EMPTY: Folded = Folded { hash: 0, power: 1 };
    pub(super) const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

    /// The hash with one more letter of [`LETTERS`]; `before` is the byte in front of it.
    fn with(self, before: u8, letter: u8) -> Folded {
        plain(before, letter).map_or(self, |letter| self.then(letter))
    }

    fn then(self, letter: u8) -> Folded {
        Folded {
            hash: self.hash.wrapping_mul(Folded::FACTOR).wrapping_add(u64::from(letter)),
            power: self.power.wrapping_mul(Folded::FACTOR),
        }
    }

    /// The hash of the word at `start`, and its end.
    pub(super) fn read(bytes: &[u8], start: usize) -> (Folded, usize) {
        let (mut hash, mut end) = (0_u64, start);
        let letter = |end: usize| {
            let byte = bytes.get(end).copied().unwrap_or(0);
            LETTERS.get(usize::from(byte)).copied().unwrap_or(0)
        };
        loop {
            match letter(end) {
                0 => break,
                0x80.. => return Folded::read_any(bytes, start),
                letter => hash = hash.wrapping_mul(Folded::FACTOR).wrapping_add(u64::from(letter)),
            }
            end += 1;
        }
        let power = POWERS.get(end - start).copied();
        let power = power.unwrap_or_else(|| power_of(end - start));
        (Folded { hash, power }, end)
    }

    /// The same for a word that may have letters that are not ASCII.
    fn read_any(bytes: &[u8], start: usize) -> (Folded, usize) {
        let mut hash = Folded::EMPTY;
        let mut before = 0;
        let mut end = start;
        while let Some(byte) = bytes.get(end) {
            let letter = LETTERS.get(usize::from(*byte)).copied().unwrap_or(0);
            if letter == 0 {
                break;
            }
            hash = hash.with(before, letter);
            before = *byte;
            end += 1;
        }
        (hash, end)
    }

    /// The hash of this word and `next` as one.
    pub(super) fn join(self, next: Folded) -> Folded {
        Folded {
            hash: self.hash.wrapping_mul(next.power).wrapping_add(next.hash),
            power: self.power.wrapping_mul(next.power),
        }
    }

    /// The hash of the letters of a word. Other characters, as in `api_key`, do not count.
    pub(super) fn of(word: &str) -> Folded {
        let mut hash = Folded::EMPTY;
        let mut before = 0;
        for byte in word.bytes() {
            let letter = LETTERS.get(usize::from(byte)).copied().unwrap_or(0);
            if letter != 0 {
                hash = hash.with(before, letter);
            }
            before = byte;
        }
        hash
    }
}
