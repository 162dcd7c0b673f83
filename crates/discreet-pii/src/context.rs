//! Words that say what a number near them is, in the languages of those who speak to robots.

mod words;

use std::sync::LazyLock;

use super::{Kind, Kinds};

/// How far before a form, and how far behind it, a word is looked for, in bytes.
const BEFORE: usize = 96;
const BEHIND: usize = 40;

/// Endings that words get in compounds and plurals: `passportnumber`, `Reisepassnummer`, `cards`.
const ENDINGS: [&str; 9] = ["", "s", "number", "num", "no", "nummer", "nr", "id", "numbers"];

/// 16 KiB: one in twenty words is looked up in vain.
const FILTER: usize = 1 << 11;

/// The words there are, by their hashes.
static KNOWN: LazyLock<Known> = LazyLock::new(Known::new);

struct Known {
    /// A bit for each hash, modulo the number of bits: most words are none of these, and this says so at once.
    filter: [u64; FILTER],
    /// In the order of hashes.
    words: Vec<(u64, Kinds)>,
}

/// A hash of what was read so far; case and accents do not count. That of two words in a row comes from those of each.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Folded {
    hash: u64,
    /// [`FACTOR`](Folded::FACTOR) to the power of the number of letters.
    power: u64,
}

/// A letter as it is hashed: lower case; 0 for what is in no word.
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

impl Folded {
    const EMPTY: Folded = Folded { hash: 0, power: 1 };
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

    /// With one more byte, as [`LETTERS`] has it, and the one before it.
    fn with(self, before: u8, letter: u8) -> Folded {
        if letter < 0x80 {
            return self.then(letter);
        }
        match (before, letter) {
            // The first half of a letter of the west; the second tells which.
            (_, 0xC3) => self,
            (0xC3, _) => self.then(match letter | 0x20 {
                0xA0..=0xA5 => b'a',
                0xA7 => b'c',
                0xA8..=0xAB => b'e',
                0xAC..=0xAF => b'i',
                0xB1 => b'n',
                0xB2..=0xB6 | 0xB8 => b'o',
                0xB9..=0xBC => b'u',
                other => other,
            }),
            _ => self.then(letter),
        }
    }

    fn then(self, letter: u8) -> Folded {
        Folded {
            hash: self.hash.wrapping_mul(Folded::FACTOR).wrapping_add(u64::from(letter)),
            power: self.power.wrapping_mul(Folded::FACTOR),
        }
    }

    /// Of this word and that as one.
    fn join(self, next: Folded) -> Folded {
        Folded {
            hash: self.hash.wrapping_mul(next.power).wrapping_add(next.hash),
            power: self.power.wrapping_mul(next.power),
        }
    }

    /// Of the letters of a word; what else is in it, as in `api_key`, does not count.
    fn of(word: &str) -> Folded {
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

/// A hash's place in the filter.
fn place(hash: u64) -> (usize, u64) {
    let mixed = (hash ^ (hash >> 29)).wrapping_mul(Folded::FACTOR) >> 32;
    ((mixed >> 6) as usize % FILTER, 1 << (mixed % 64))
}

impl Known {
    fn new() -> Known {
        let mut all: Vec<(u64, Kinds)> = Vec::new();
        for (kinds, words) in words::WORDS {
            let kinds: Kinds = kinds.iter().copied().collect();
            for word in words.split(' ') {
                all.extend(ENDINGS.iter().map(|ending| (Folded::of(&format!("{word}{ending}")).hash, kinds)));
            }
        }
        all.sort_by_key(|(hash, _)| *hash);
        let mut words: Vec<(u64, Kinds)> = Vec::with_capacity(all.len());
        for (hash, kinds) in all {
            match words.last_mut() {
                Some((last, known)) if *last == hash => *known = known.union(kinds),
                _ => words.push((hash, kinds)),
            }
        }
        let mut filter = [0; FILTER];
        for (hash, _) in &words {
            let (word, bit) = place(*hash);
            if let Some(bits) = filter.get_mut(word) {
                *bits |= bit;
            }
        }
        Known { filter, words }
    }

    fn look_up(&self, hash: u64) -> Option<Kinds> {
        let (word, bit) = place(hash);
        if self.filter.get(word).is_none_or(|bits| bits & bit == 0) {
            return None;
        }
        let at = self.words.binary_search_by_key(&hash, |(hash, _)| *hash).ok()?;
        self.words.get(at).map(|(_, kinds)| *kinds)
    }
}

/// What a word, or some words without the blanks between them, speaks for.
pub(super) fn of_word(word: &str) -> Kinds {
    KNOWN.look_up(Folded::of(word).hash).unwrap_or_default()
}

/// Builds the table, so that no text has to wait for it.
pub(super) fn prepare() {
    LazyLock::force(&KNOWN);
}

/// A word, or two or three, that speaks for some kinds.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// For what.
    pub(super) kinds: Kinds,
}

/// Where such words are in a text. Made once for a text, and only if something in it needs them.
#[derive(Default)]
pub(super) struct Context {
    marks: Vec<Mark>,
    /// Everything some word of the text speaks for.
    anywhere: Kinds,
    read: bool,
}

impl Context {
    /// For another text.
    pub(super) fn clear(&mut self) {
        self.marks.clear();
        self.anywhere = Kinds::NONE;
        self.read = false;
    }

    /// What may be supported in this text at all.
    pub(super) fn anywhere(&mut self, text: &str) -> Kinds {
        if !self.read {
            self.read = true;
            self.read_words(text);
        }
        self.anywhere
    }

    fn read_words(&mut self, text: &str) {
        let known = &*KNOWN;
        // The word before this one and the two before it, and where they begin.
        let (mut one, mut two) = ((Folded::EMPTY, usize::MAX), (Folded::EMPTY, usize::MAX));
        let (mut word, mut start, mut before) = (Folded::EMPTY, 0, 0);
        for (at, byte) in text.bytes().chain([b' ']).enumerate() {
            let letter = LETTERS.get(usize::from(byte)).copied().unwrap_or(0);
            if letter != 0 {
                if word == Folded::EMPTY {
                    start = at;
                }
                word = word.with(before, letter);
            } else if word != Folded::EMPTY {
                let pair = (one.0.join(word), one.1);
                let three = (two.0.join(word), two.1);
                let mut mark = Mark { start: at, end: at, kinds: Kinds::NONE };
                for (hash, from) in [(word, start), pair, three] {
                    if let Some(found) = known.look_up(hash.hash).filter(|_| from < at) {
                        mark.kinds = mark.kinds.union(found);
                        mark.start = mark.start.min(from);
                    }
                }
                if !mark.kinds.is_empty() {
                    self.anywhere = self.anywhere.union(mark.kinds);
                    self.marks.push(mark);
                }
                (one, two, word) = ((word, start), pair, Folded::EMPTY);
            }
            before = byte;
        }
    }

    /// How many words are between `start..end` and the nearest word that speaks for `kind`; those behind it, which say
    /// less, count two more. `None` if there is none near. [`anywhere`](Context::anywhere) comes first.
    pub(super) fn distance(&self, text: &str, start: usize, end: usize, kind: Kind) -> Option<u8> {
        let next = self.marks.partition_point(|mark| mark.end <= start);
        let (earlier, later) = self.marks.split_at_checked(next)?;
        let before = earlier
            .iter()
            .rev()
            .take_while(|mark| mark.end + BEFORE > start)
            .find(|mark| mark.kinds.contains(kind))
            .and_then(|mark| text.get(mark.end..start))
            .map(words_in);
        let behind = later
            .iter()
            .take_while(|mark| mark.start < end + BEHIND)
            .find(|mark| mark.kinds.contains(kind) && mark.end > end)
            .map(|mark| text.get(end..mark.start).map_or(0, words_in))
            .filter(|words| *words <= 3)
            .map(|words| words + 2);
        before.into_iter().chain(behind).min()
    }
}

/// How many words a text has, and no more than need be counted.
fn words_in(text: &str) -> u8 {
    let mut inside = false;
    let mut words = 0_u8;
    for byte in text.bytes() {
        let letter = byte.is_ascii_alphanumeric() || byte >= 0x80;
        words = words.saturating_add(u8::from(letter && !inside));
        inside = letter;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(text: &str, of: &str, kind: Kind) -> Option<u8> {
        let mut context = Context::default();
        context.anywhere(text);
        let start = text.find(of).unwrap();
        context.distance(text, start, start + of.len(), kind)
    }

    #[test]
    fn words_count_in_five_languages_and_without_their_accents() {
        for word in ["telephone", "Telefonnummer", "numéro de téléphone", "teléfono", "cellulare", "TELEFONO"]
        {
            assert_eq!(distance(&format!("{word}: 555"), "555", Kind::Phone), Some(0), "{word}");
        }
    }

    #[test]
    fn the_nearer_word_is_nearer_and_one_behind_says_less() {
        assert_eq!(distance("passport of the guest: 123", "123", Kind::Passport), Some(3));
        assert_eq!(distance("123 is the passport", "123", Kind::Passport), Some(4));
        assert_eq!(distance("a chair 123", "123", Kind::Passport), None);
    }

    #[test]
    fn a_name_of_several_words_is_one() {
        assert!(of_word("drivinglicence").contains(Kind::DrivingLicence));
        assert_eq!(distance("social security: 1", "1", Kind::UsSsn), Some(0));
    }
}
