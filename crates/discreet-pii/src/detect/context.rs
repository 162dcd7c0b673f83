//! Context words: `passport`, `Reisepass`. The definition of a kind lists those that raise its scores.

mod folded;

use std::sync::LazyLock;

use discreet_host::steps;

use self::folded::Folded;
use crate::detect::swar::{self, HIGH};
use crate::{Kind, Kinds};

/// The distance from a finding, in bytes, at which a context word counts: in front of it and behind it.
const BEFORE: usize = 96;
const BEHIND: usize = 40;

/// Endings of compounds and plurals: `passportnumber`, `Reisepassnummer`, `cards`.
const ENDINGS: [&str; 9] = ["", "s", "number", "num", "no", "nummer", "nr", "id", "numbers"];

/// Context words that are others in small letters or without accents: `mg/dl`, and the time that a robot needs.
const NOT_ALONE: [&str; 9] = ["dl", "eta", "rx", "tan", "zi", "hab", "conf", "ph", "pH"];

/// A context word only as `a/c`.
const ONLY_PARTED: &str = "ac";

/// 32 KiB: one in twenty words passes it without being a context word.
const FILTER: usize = 1 << 12;

/// All context words, by their hashes.
static KNOWN: LazyLock<Known> = LazyLock::new(Known::new);

struct Known {
    /// A Bloom filter with one bit for each hash. It rejects most words without a search.
    filter: [u64; FILTER],
    /// In the order of mixed hashes.
    words: Vec<(u64, Kinds)>,
    /// For the first bits of a mixed hash, the number of words before.
    starts: Vec<u16>,
}

/// The number of the first bits of a mixed hash that tell where to search for it.
const FIRST_BITS: u32 = 13;

/// A hash whose bits all depend on all of it.
#[inline]
fn mixed(hash: u64) -> u64 {
    (hash ^ (hash >> 29)).wrapping_mul(Folded::FACTOR)
}

/// The place of a mixed hash in the filter.
#[inline]
fn place(mixed: u64) -> (usize, u64) {
    ((mixed >> 38) as usize % FILTER, 1 << ((mixed >> 32) % 64))
}

/// The first bits of a mixed hash.
#[inline]
fn first_bits(mixed: u64) -> usize {
    (mixed >> (u64::BITS - FIRST_BITS)) as usize
}

impl Known {
    fn new() -> Known {
        let mut all: Vec<(u64, Kinds)> = Vec::new();
        for kind in Kind::BUILT_IN {
            let own: Kinds = [*kind].into_iter().collect();
            for word in kind.definition().words.iter().flat_map(|words| words.split(' ')) {
                let forms = ENDINGS.iter().map(|ending| Folded::of(&format!("{word}{ending}")).hash);
                all.extend(forms.map(|hash| (mixed(hash), own)));
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
        let before = |first: usize| words.partition_point(|(hash, _)| first_bits(*hash) < first);
        let starts = (0..1 << FIRST_BITS).map(|first| u16::try_from(before(first)).unwrap_or(u16::MAX));
        let starts = starts.collect();
        Known { filter, words, starts }
    }

    /// Does the hash pass the filter?
    #[inline]
    fn may_have(&self, hash: u64) -> bool {
        let (word, bit) = place(mixed(hash));
        self.filter.get(word).is_some_and(|bits| bits & bit != 0)
    }

    fn look_up(&self, hash: u64) -> Option<Kinds> {
        if !self.may_have(hash) {
            return None;
        }
        let mixed = mixed(hash);
        let start = self.starts.get(first_bits(mixed)).copied().unwrap_or(0);
        let mut near = self.words.iter().skip(usize::from(start)).skip_while(|(hash, _)| *hash < mixed);
        near.next().filter(|(hash, _)| *hash == mixed).map(|(_, kinds)| *kinds)
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

/// The letters of the context words of a kind, as they are compared.
pub(crate) fn letters_of(kind: Kind) -> impl Iterator<Item = Vec<u8>> {
    let words = kind.definition().words.iter().flat_map(|words| words.split(' '));
    words.flat_map(|word| ENDINGS.iter().map(move |ending| folded::letters(&format!("{word}{ending}"))))
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
pub(crate) struct ContextWords {
    marks: Vec<Mark>,
    /// The kinds of all context words of the text.
    anywhere: Kinds,
    read: bool,
}

impl ContextWords {
    /// Forgets the text.
    pub(crate) fn clear(&mut self) {
        self.marks.clear();
        self.anywhere = Kinds::NONE;
        self.read = false;
    }

    /// The kinds with a context word in `text`.
    #[inline]
    pub(crate) fn anywhere(&mut self, text: &str) -> Kinds {
        if !self.read {
            self.read_words(text);
        }
        self.anywhere
    }

    #[inline(never)]
    fn read_words(&mut self, text: &str) {
        self.read = true;
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
            let may_be = |(hash, from): (Folded, usize)| from < end && known.may_have(hash.hash);
            if known.may_have(word.hash) || may_be(pair) || may_be(three) {
                self.add(text, end, [(word, start), pair, three]);
            }
            (one, two) = ((word, start), pair);
            gap = next_letter(bytes, end);
        }
    }

    /// Adds the context words among the last one, two and three words before `end`, each with its beginning.
    fn add(&mut self, text: &str, end: usize, words: [(Folded, usize); 3]) {
        let start = words.first().map_or(end, |(_, start)| *start);
        let mut mark = Mark { start: end, end, kinds: Kinds::NONE };
        for (hash, from) in words {
            if from < end
                && let Some(found) = KNOWN.look_up(hash.hash)
            {
                mark.kinds = mark.kinds.union(found);
                mark.start = mark.start.min(from);
            }
        }
        if !mark.kinds.is_empty() && is_by_itself(text, start, end, mark.start == start) {
            self.anywhere = self.anywhere.union(mark.kinds);
            self.marks.push(mark);
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

    /// The text between the nearest context word of `kind` in front of `start` and `start`.
    pub(crate) fn between<'t>(&self, text: &'t str, start: usize, kind: Kind) -> Option<&'t str> {
        let next = self.marks.partition_point(|mark| mark.end <= start);
        let before = self.marks.get(..next)?.iter().rev().take_while(|mark| mark.end + BEFORE > start);
        let mark = before.into_iter().find(|mark| mark.kinds.contains(kind))?;
        text.get(mark.end..start)
    }

    /// The number of words between `start..end` and the nearest context word of `kind`. A word behind counts for
    /// less: two are added. `None` if there is none near. [`anywhere`](ContextWords::anywhere) must have read the text.
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
    if let Some([b' ', b'a'..=b'z', ..]) = bytes.get(at..) {
        return Some(Gap { end: at + 1, digits: false });
    }
    let (mut end, mut digits) = (at, false);
    while end < bytes.len() {
        let block = swar::block(bytes, end);
        let others = !(swar::letters(block) | block) & HIGH;
        digits = digits || swar::digits(block) & swar::run(others) != 0;
        let others = swar::leading(others);
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
    let bytes = text.as_bytes();
    let (mut words, mut before) = (0, 0);
    for at in (0..bytes.len()).step_by(8) {
        let block = swar::block(bytes, at);
        let inside = swar::letters(block) | swar::digits(block) | block & HIGH;
        words += swar::count(inside & !(inside << 8 | before));
        before = inside >> 56;
    }
    u8::try_from(words).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(text: &str, of: &str, kind: Kind) -> Option<u8> {
        let mut context = ContextWords::default();
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
