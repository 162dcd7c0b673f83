//! A cache of the marks of recent words. Most texts consist of a few hundred words, so that few look-ups reach the
//! table. A row has the whole word, so that no word that somebody made up gets the marks of another one.

use super::hash::{Hash, Letters, mixed};
use super::run::Part;
use super::table::{self, Class};
use super::word::{Shape, Word};
use crate::detect::swar::{ONES, below, block};
use crate::recognisers::labelled::unsigned;

/// 24 KiB, which fit in the first cache of a core.
const ROWS: usize = 1 << 10;

/// A word of up to fifteen bytes. The highest byte is free.
type Key = (u64, u64);

/// In the highest byte of the key of a word with several capitals.
const CAPITALS: u64 = 1 << 63;
/// The second part of the key of a hash that is looked up as it is.
const HASHED: u64 = u64::MAX;

/// A direct-mapped cache by the hash of a word.
pub(crate) struct Memo {
    rows: Box<[(Key, Class); ROWS]>,
}

impl Default for Memo {
    fn default() -> Memo {
        Memo { rows: Box::new([((0, 0), Class::NONE); ROWS]) }
    }
}

impl Memo {
    /// The word that begins at `start`, as [`Part::at`] returns it.
    pub(super) fn part(&mut self, text: &str, start: usize) -> Part {
        match Word::capital(text, start).or_else(|| Word::short(text, start)) {
            Some((word, letters)) => {
                let class = self.remember(letters.value(), letters.key(), || plain(letters, text, word));
                Part { word, class }
            }
            None => self.any_part(text, start),
        }
    }

    /// The end, the marks and the letters of the word that begins at `start`, if it is short.
    #[inline(always)]
    pub(super) fn short(&mut self, text: &str, start: usize) -> Option<(usize, Class, Letters)> {
        let (word, letters) = Word::short(text, start)?;
        let class = self.remember(letters.value(), letters.key(), || plain(letters, text, word));
        Some((word.end, class, letters))
    }

    pub(super) fn any_part(&mut self, text: &str, start: usize) -> Part {
        if let Some(word) = Word::accented(text, start) {
            return Part { word, class: self.written(word.text(text)) };
        }
        let (word, letters) = Word::glance(text, start);
        let class = match letters {
            _ if word.shape == Shape::Code => Class::NONE,
            Some(letters) => self.spelled(letters, text, word),
            None => self.written(word.text(text)),
        };
        Part { word, class }
    }

    /// The marks of a word of plain letters. One in capitals has an ending of another spelling, `PLANS`, and so other marks.
    fn spelled(&mut self, letters: Letters, text: &str, word: Word) -> Class {
        let Some((first, second)) = key(word.text(text)) else { return plain(letters, text, word) };
        let small = |block: u64, length: usize| block | (ONES * 0x20) & below(length);
        let length = word.end - word.start;
        let (first, second) = (small(first, length), small(second, length.saturating_sub(8)));
        let spelling = if letters.capitals > 1 { CAPITALS } else { 0 };
        self.remember(letters.value() ^ spelling, (first, second | spelling), || plain(letters, text, word))
    }

    /// The marks of a word with accents or signs, by its letters as they are written.
    fn written(&mut self, word: &str) -> Class {
        match key(word) {
            Some(key) => self.remember(mixed(key.0, key.1), key, || table::class(word)),
            None => table::class(word),
        }
    }

    /// The marks of the words with this hash, taken together. The table knows no more of them.
    pub(super) fn known(&mut self, hash: Hash) -> Class {
        self.remember(hash.value(), (hash.value(), HASHED), || table::known(hash))
    }

    #[inline(always)]
    fn remember(&mut self, hash: u64, key: Key, look: impl FnOnce() -> Class) -> Class {
        // The high bits of a product are mixed best.
        let Some(row) = self.rows.get_mut((hash >> 40) as usize & (ROWS - 1)) else { return look() };
        if row.0 != key {
            *row = (key, look());
        }
        row.1
    }
}

/// The key of a word as it is written. `None` if it is longer than a row has place for.
fn key(word: &str) -> Option<Key> {
    const LONGEST: usize = 15;
    let bytes = word.as_bytes();
    (bytes.len() <= LONGEST).then(|| (block(bytes, 0), block(bytes, 8)))
}

/// The marks of a word of plain letters. Most words are in the cache.
#[cold]
fn plain(letters: Letters, text: &str, word: Word) -> Class {
    let word = word.text(text);
    let label = if unsigned::ends_label(word) { Class::ACCOUNT } else { Class::NONE };
    table::plain(letters, word).or(label)
}

#[cfg(test)]
mod tests;
