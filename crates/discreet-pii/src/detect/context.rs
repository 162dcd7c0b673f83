//! Context words: `passport`, `Reisepass`. The definition of a kind lists those that raise its scores.

use std::sync::LazyLock;

use discreet_host::steps;

use crate::detect::swar::{self, HIGH};
use crate::{Kind, Kinds};

/// The distance from a finding, in bytes, at which a context word counts: in front of it and behind it.
const BEFORE: usize = 96;
const BEHIND: usize = 40;

/// Endings of compounds and plurals: `passportnumber`, `Reisepassnummer`, `cards`.
const ENDINGS: [&str; 9] = ["", "s", "number", "num", "no", "nummer", "nr", "id", "numbers"];

/// Context words that are others in small letters or without accents: `mg/dl`, and the time that a robot needs.
const NOT_ALONE: [&str; 3] = ["dl", "eta", "rx"];

/// A context word only as `a/c`.
const ONLY_PARTED: &str = "ac";

/// 32 KiB: one in twenty words passes it without being a context word.
const FILTER: usize = 1 << 12;

/// All context words, by their hashes.
static KNOWN: LazyLock<Known> = LazyLock::new(Known::new);

struct Known {
    /// A Bloom filter with one bit for each hash. It rejects most words without a search.
    filter: [u64; FILTER],
    /// In the order of hashes.
    words: Vec<(u64, Kinds)>,
}

/// A rolling hash of the letters so far, without case and accents. The hashes of two words give that of both in a
/// row.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Folded {
    hash: u64,
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

impl Folded {
    const EMPTY: Folded = Folded { hash: 0, power: 1 };
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

    /// The hash with one more letter of [`LETTERS`]; `before` is the byte in front of it.
    fn with(self, before: u8, letter: u8) -> Folded {
        if letter < 0x80 {
            return self.then(letter);
        }
        match (before, letter) {
            // The first byte of a letter of Latin-1; the second tells the letter.
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

    /// The hash of the word at `start`, and its end.
    fn read(bytes: &[u8], start: usize) -> (Folded, usize) {
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
    fn join(self, next: Folded) -> Folded {
        Folded {
            hash: self.hash.wrapping_mul(next.power).wrapping_add(next.hash),
            power: self.power.wrapping_mul(next.power),
        }
    }

    /// The hash of the letters of a word. Other characters, as in `api_key`, do not count.
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

/// The place of a hash in the filter.
fn place(hash: u64) -> (usize, u64) {
    let mixed = (hash ^ (hash >> 29)).wrapping_mul(Folded::FACTOR) >> 32;
    ((mixed >> 6) as usize % FILTER, 1 << (mixed % 64))
}

impl Known {
    fn new() -> Known {
        let mut all: Vec<(u64, Kinds)> = Vec::new();
        for kind in Kind::BUILT_IN {
            let own: Kinds = [*kind].into_iter().collect();
            for word in kind.definition().words.iter().flat_map(|words| words.split(' ')) {
                all.extend(ENDINGS.iter().map(|ending| (Folded::of(&format!("{word}{ending}")).hash, own)));
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

/// The kinds of a context word, or of several words written as one.
pub(crate) fn of_word(word: &str) -> Kinds {
    KNOWN.look_up(Folded::of(word).hash).unwrap_or_default()
}

/// The kinds of two or three words that are one context word: `mot de passe`.
pub(crate) fn of_words<'w>(words: impl Iterator<Item = &'w str>) -> Kinds {
    let joined = words.fold(Folded::EMPTY, |joined, word| joined.join(Folded::of(word)));
    KNOWN.look_up(joined.hash).unwrap_or_default()
}

/// Builds the table, so that no text waits for it.
pub(crate) fn prepare() {
    LazyLock::force(&KNOWN);
}

/// A context word, or two or three words that are one.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    /// Its first byte.
    pub(crate) start: usize,
    /// The byte behind its last.
    pub(crate) end: usize,
    /// Its kinds.
    pub(crate) kinds: Kinds,
}

/// The context words of a text. They are read once for a text, and only if a form needs them.
#[derive(Default)]
pub(crate) struct Context {
    marks: Vec<Mark>,
    /// The kinds of all context words of the text.
    anywhere: Kinds,
    read: bool,
}

impl Context {
    /// Forgets the text.
    pub(crate) fn clear(&mut self) {
        self.marks.clear();
        self.anywhere = Kinds::NONE;
        self.read = false;
    }

    /// The kinds with a context word in `text`.
    pub(crate) fn anywhere(&mut self, text: &str) -> Kinds {
        if !self.read {
            self.read = true;
            self.read_words(text);
        }
        self.anywhere
    }

    fn read_words(&mut self, text: &str) {
        const NOTHING: (Folded, usize) = (Folded::EMPTY, usize::MAX);
        let known = &*KNOWN;
        let bytes = text.as_bytes();
        // The previous word, and the previous two as one; each with its beginning.
        let (mut one, mut two) = (NOTHING, NOTHING);
        let mut gap = next_letter(bytes, 0);
        while let Some(Gap { end: start, digits }) = gap {
            // The letters of `9a3c` and of hexadecimal numbers are not a word together.
            if digits {
                (one, two) = (NOTHING, NOTHING);
            }
            let (mut word, end) = Folded::read(bytes, start);
            // `passport… C01X00T47`
            if bytes.get(end - 1) == Some(&0xA6)
                && let Some(before) = text.get(start..end).and_then(|word| word.strip_suffix('…'))
            {
                word = Folded::of(before);
            }
            let pair = (one.0.join(word), one.1);
            let three = (two.0.join(word), two.1);
            let mut mark = Mark { start: end, end, kinds: Kinds::NONE };
            for (hash, from) in [(word, start), pair, three] {
                if from < end
                    && let Some(found) = known.look_up(hash.hash)
                {
                    mark.kinds = mark.kinds.union(found);
                    mark.start = mark.start.min(from);
                }
            }
            if !mark.kinds.is_empty() && is_by_itself(text, start, end, mark.start == start) {
                self.anywhere = self.anywhere.union(mark.kinds);
                self.marks.push(mark);
            }
            (one, two) = ((word, start), pair);
            gap = next_letter(bytes, end);
        }
    }

    /// The end and the kinds of the nearest context word in front of `start`, at most `reach` words away.
    pub(crate) fn label(&self, text: &str, start: usize, reach: u8) -> Option<(usize, Kinds)> {
        let next = self.marks.partition_point(|mark| mark.end <= start);
        let last = next.checked_sub(1).and_then(|last| self.marks.get(last));
        let near = last.filter(|mark| mark.end + BEFORE > start).filter(|mark| {
            steps::count(1 + (start - mark.end) / 16);
            text.get(mark.end..start).is_some_and(|between| words_in(between) <= reach)
        });
        near.map(|mark| (mark.end, mark.kinds))
    }

    /// The number of words between `start..end` and the nearest context word of `kind`. A word behind counts for
    /// less: two are added. `None` if there is none near. [`anywhere`](Context::anywhere) must have read the text.
    pub(crate) fn distance(&self, text: &str, start: usize, end: usize, kind: Kind) -> Option<u8> {
        let next = self.marks.partition_point(|mark| mark.end <= start);
        let (earlier, later) = self.marks.split_at_checked(next)?;
        // `EMP-44120` has its label in itself.
        let own = later.iter().take_while(|mark| mark.end < end);
        if own.filter(|mark| mark.start <= start).any(|mark| mark.kinds.contains(kind)) {
            return Some(0);
        }
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

/// Bytes that are not in a word.
struct Gap {
    /// The first byte of the next word.
    end: usize,
    /// Are digits among them?
    digits: bool,
}

/// The bytes from `at` to the next word. `None` if no word follows.
fn next_letter(bytes: &[u8], at: usize) -> Option<Gap> {
    let (mut end, mut digits) = (at, false);
    while end < bytes.len() {
        let block = swar::block(bytes, end);
        let letters = swar::letters(block) | block & HIGH;
        let others = swar::leading(!letters & HIGH);
        digits |= swar::digits(block) & swar::below(others) != 0;
        if others < 8 {
            return Some(Gap { end: end + others, digits });
        }
        end += 8;
    }
    None
}

/// Does the context word `start..end` stand by itself? Letters in a number, `a1cc29`, do not, and some words count with
/// capitals or accents only.
fn is_by_itself(text: &str, start: usize, end: usize, alone: bool) -> bool {
    let digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let touched = digit(start.wrapping_sub(1)) || digit(end) && end - start < 3;
    let other = alone
        && text
            .get(start..end)
            .is_some_and(|word| NOT_ALONE.contains(&word) || word.eq_ignore_ascii_case(ONLY_PARTED));
    !touched && !other
}

/// The number of words of a text, at most 255.
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
    fn words_count_in_five_languages_and_without_accents() {
        for word in ["telephone", "Telefonnummer", "numéro de téléphone", "teléfono", "cellulare", "TELEFONO"]
        {
            assert_eq!(distance(&format!("{word}: 555"), "555", Kind::Phone), Some(0), "{word}");
        }
    }

    #[test]
    fn words_between_are_counted_and_a_context_word_behind_is_farther() {
        assert_eq!(distance("passport of the guest: 123", "123", Kind::Passport), Some(3));
        assert_eq!(distance("123 is the passport", "123", Kind::Passport), Some(4));
        assert_eq!(distance("a chair 123", "123", Kind::Passport), None);
    }

    #[test]
    fn several_words_may_be_one_context_word() {
        assert!(of_word("drivinglicence").contains(Kind::DrivingLicence));
        assert_eq!(distance("social security: 1", "1", Kind::UsSsn), Some(0));
    }
}
