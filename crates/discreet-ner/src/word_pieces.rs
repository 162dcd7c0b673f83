//! Splits a text into the pieces of words that a BERT model knows (WordPiece, uncased: Devlin et al. 2019; the rules are
//! those of its reference code).
//!
//! The library for this, `tokenizers`, would add 67 crates for one greedy loop. The test compares pieces with its own.

use std::collections::HashMap;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A longer word, in characters, is one unknown piece.
const LONGEST: usize = 100;

/// The pieces of words that a model knows.
pub(super) struct WordPieces {
    ids: HashMap<Box<str>, u32>,
    unknown: u32,
    first: u32,
    last: u32,
}

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its number in the model's list.
    pub id: u32,
    /// Its bytes in the text.
    pub place: Range<usize>,
    /// It continues a word.
    pub goes_on: bool,
}

/// A word as the model sees it: in small letters without accents, each with its place in the text.
#[derive(Default)]
struct Word {
    letters: Vec<(char, Range<usize>)>,
}

impl WordPieces {
    /// From a list with a piece in each line. `None` if it lacks a piece that every text needs.
    pub fn read(list: &str) -> Option<WordPieces> {
        let ids: HashMap<Box<str>, u32> = list.lines().map(Box::from).zip(0..).collect();
        let id = |piece: &str| ids.get(piece).copied();
        let (unknown, first, last) = (id("[UNK]")?, id("[CLS]")?, id("[SEP]")?);
        Some(WordPieces { ids, unknown, first, last })
    }

    /// The pieces before and after each text.
    pub fn ends(&self) -> (i64, i64) {
        (self.first.into(), self.last.into())
    }

    /// The pieces of a text, in order.
    pub fn pieces(&self, text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut word = Word::default();
        for (at, c) in text.char_indices() {
            let place = at..at + c.len_utf8();
            if c.is_whitespace() {
                self.end(&mut word, &mut pieces);
            } else if stands_alone(c) {
                self.end(&mut word, &mut pieces);
                word.letters.push((c, place));
                self.end(&mut word, &mut pieces);
            } else if !(c.is_control() || c == '\u{fffd}' || is_invisible(c)) {
                let letters = c.to_lowercase().flat_map(|c| std::iter::once(c).nfd());
                let letters = letters.filter(|c| !is_combining_mark(*c));
                word.letters.extend(letters.map(|c| (c, place.clone())));
            }
        }
        self.end(&mut word, &mut pieces);
        pieces
    }

    /// Appends the pieces of a word, of which each is the longest that the model knows.
    fn end(&self, word: &mut Word, pieces: &mut Vec<Piece>) {
        let letters = std::mem::take(&mut word.letters);
        let (Some((_, first)), Some((_, last))) = (letters.first(), letters.last()) else { return };
        let whole = Piece { id: self.unknown, place: first.start..last.end, goes_on: false };
        let from = pieces.len();
        let mut rest = letters.as_slice();
        while !rest.is_empty() && letters.len() <= LONGEST {
            let goes_on = rest.len() < letters.len();
            let Some((id, length)) = self.longest(rest, goes_on) else { break };
            let Some((piece, behind)) = rest.split_at_checked(length) else { break };
            if let (Some((_, first)), Some((_, last))) = (piece.first(), piece.last()) {
                pieces.push(Piece { id, place: first.start..last.end, goes_on });
            }
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.truncate(from);
            pieces.push(whole);
        }
    }

    /// The longest known piece at the beginning of `letters`, and its number of letters.
    fn longest(&self, letters: &[(char, Range<usize>)], goes_on: bool) -> Option<(u32, usize)> {
        let mut piece = if goes_on { String::from("##") } else { String::new() };
        piece.extend(letters.iter().map(|(c, _)| *c));
        for (length, (c, _)) in letters.iter().enumerate().rev() {
            if let Some(id) = self.ids.get(piece.as_str()) {
                return Some((*id, length + 1));
            }
            piece.truncate(piece.len() - c.len_utf8());
        }
        None
    }
}

/// Is this a word of its own: punctuation, or a Chinese character?
fn stands_alone(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c,
            '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}'
            | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}'
            | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{2ceaf}' | '\u{2f800}'..='\u{2fa1f}')
}

/// Characters of the category Cf, which a reader does not see.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "[UNK]\n[CLS]\n[SEP]\nana\n##lena\n##le\nsoto\n,\n王\nn\n##a";

    fn pieces(text: &str) -> Vec<(u32, &str)> {
        let words = WordPieces::read(LIST).unwrap();
        words.pieces(text).into_iter().map(|piece| (piece.id, &text[piece.place])).collect()
    }

    #[test]
    fn a_word_is_split_into_the_longest_known_pieces() {
        assert_eq!(pieces("Analena, Soto"), [(3, "Ana"), (4, "lena"), (7, ","), (6, "Soto")]);
        assert_eq!(pieces("Anale"), [(3, "Ana"), (5, "le")]);
        assert_eq!(pieces("Analex soto"), [(0, "Analex"), (6, "soto")]);
    }

    #[test]
    fn case_accents_and_invisible_characters_make_no_difference_and_places_are_those_of_the_text() {
        assert_eq!(pieces("ÁNA so\u{ad}tó"), [(3, "ÁNA"), (6, "so\u{ad}tó")]);
        assert_eq!(pieces("ñ王na"), [(9, "ñ"), (8, "王"), (9, "n"), (10, "a")]);
    }

    #[test]
    fn a_list_without_the_pieces_that_every_text_needs_is_refused() {
        assert!(WordPieces::read("[UNK]\nana").is_none() && WordPieces::read("").is_none());
    }

    #[test]
    fn any_text_has_pieces_in_order() {
        let words = WordPieces::read(LIST).unwrap();
        for text in ["", " ", "\u{301}", "\0\u{fffd}", &"é".repeat(1000), &"a b".repeat(1000), "İSTANBUL ſ ﬃ"]
        {
            let pieces = words.pieces(text);
            assert!(pieces.windows(2).all(|pair| pair[0].place.start <= pair[1].place.start));
            assert!(pieces.iter().all(|piece| text.get(piece.place.clone()).is_some()), "{text}");
        }
    }
}
