//! A cache of the marks of recent words. Most texts consist of a few hundred words, so that few look-ups reach the
//! table.

use super::hash::{Hash, Letters};
use super::run::Part;
use super::table::{self, Class};
use super::word::{Shape, Word};
use crate::recognisers::labelled::unsigned;

/// 16 KiB, which fit in the first cache of a core.
const ROWS: usize = 1 << 10;

/// A direct-mapped cache by the hash of a word.
pub(crate) struct Memo {
    rows: Box<[(u64, Class); ROWS]>,
}

impl Default for Memo {
    fn default() -> Memo {
        Memo { rows: Box::new([(0, Class::NONE); ROWS]) }
    }
}

impl Memo {
    /// The word that begins at `start`, as [`Part::at`] returns it.
    pub(super) fn part(&mut self, text: &str, start: usize) -> Part {
        match Word::capital(text, start).or_else(|| Word::short(text, start)) {
            Some((word, letters)) => {
                let class = self.remember(letters.value(), || plain(letters, text, word));
                Part { word, class }
            }
            None => self.any_part(text, start),
        }
    }

    /// The end, the marks and the letters of the word that begins at `start`, if it is short.
    #[inline(always)]
    pub(super) fn short(&mut self, text: &str, start: usize) -> Option<(usize, Class, Letters)> {
        let (word, letters) = Word::short(text, start)?;
        Some((word.end, self.remember(letters.value(), || plain(letters, text, word)), letters))
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
        let spelling = u64::from(letters.capitals > 1);
        self.remember(letters.value() ^ spelling, || plain(letters, text, word))
    }

    /// The marks of a word with accents, by its letters as they are written.
    fn written(&mut self, word: &str) -> Class {
        self.remember(Hash::as_written(word.as_bytes()), || table::class(word))
    }

    /// The marks of the words with this hash, taken together.
    pub(super) fn known(&mut self, hash: Hash) -> Class {
        self.remember(hash.value(), || table::known(hash))
    }

    #[inline(always)]
    fn remember(&mut self, hash: u64, look: impl FnOnce() -> Class) -> Class {
        // The high bits of a product are mixed best.
        let Some(row) = self.rows.get_mut((hash >> 40) as usize & (ROWS - 1)) else { return look() };
        if row.0 != hash {
            *row = (hash, look());
        }
        row.1
    }
}

/// The marks of a word of plain letters. Most words are in the cache.
#[cold]
fn plain(letters: Letters, text: &str, word: Word) -> Class {
    let word = word.text(text);
    let label = if unsigned::ends_label(word) { Class::ACCOUNT } else { Class::NONE };
    table::plain(letters, word).or(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marks_of_a_word_do_not_depend_on_the_words_before() {
        let text = "SONGWRITERS Songwriters songwriters";
        let marks = |memo: &mut Memo, start: usize| memo.part(text, start).class;
        let mut memo = Memo::default();
        for start in [0, 12, 24, 0, 12] {
            assert_eq!(marks(&mut memo, start), marks(&mut Memo::default(), start), "{start}");
        }
    }

    #[test]
    fn the_cache_returns_what_the_table_returns() {
        let mut memo = Memo::default();
        let text =
            "anna walks to the new york office of plans and corridors, O'Brien and müller-lüdenscheidt";
        for _ in 0..2 {
            for (start, _) in text.match_indices(' ').map(|(at, _)| (at + 1, ())).chain([(0, ())]) {
                let (one, other) = (memo.part(text, start), Part::at(text, start));
                assert_eq!(
                    (one.word.end, one.class),
                    (other.word.end, other.class),
                    "{}",
                    one.word.text(text)
                );
            }
        }
    }
}
