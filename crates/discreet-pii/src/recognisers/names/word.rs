//! Words of a text, read forwards and backwards without a copy.

use super::hash::Letters;
use super::label;
use super::marks;
use super::table::{self, Class};
use crate::detect::swar::{self, HIGH};
use crate::recognisers::code::is_joined;

/// The spelling of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Lower,
    Capital,
    /// `ANNA`.
    Upper,
    /// `J`.
    Initial,
    /// `BtNode`, `nav2`, `/scan`: an identifier.
    Code,
}

/// A word of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub start: usize,
    pub end: usize,
    pub shape: Shape,
}

impl Word {
    /// The word that begins with the letter at `start`.
    pub(super) fn at(text: &str, start: usize) -> Word {
        Word::glance(text, start).0
    }

    /// The word that begins at `start`, and its marks; an identifier has none.
    pub(super) fn known(text: &str, start: usize) -> (Word, Class) {
        let (word, letters) = Word::glance(text, start);
        let class = match letters {
            _ if word.shape == Shape::Code => Class::NONE,
            Some(letters) => table::plain(letters, word.text(text)),
            None => word.class(text),
        };
        (word, class)
    }

    /// The word that begins at `start`, and its hash if it consists of plain letters. Reads each byte once.
    #[inline]
    pub(super) fn glance(text: &str, start: usize) -> (Word, Option<Letters>) {
        let rest = text.as_bytes().get(start..).unwrap_or_default();
        let (letters, length) = Letters::of(rest);
        let uppers = letters.capitals as usize;
        let more = rest.get(length).is_some_and(|next| matches!(next, b'\'' | b'-' | 0x80..));
        let end = if more { end(text, start + length) } else { start + length };
        if end > start + length {
            return (Word { start, end, shape: shape(text, start, end) }, None);
        }
        let capital = rest.first().is_some_and(u8::is_ascii_uppercase);
        let shape = match (capital, uppers) {
            _ if touches_code(text, start, end) => Shape::Code,
            (false, 0) => Shape::Lower,
            (true, 1) if length == 1 => Shape::Initial,
            (true, 1) => Shape::Capital,
            (true, uppers) if uppers == length => Shape::Upper,
            (true, 2) if name_prefix(rest.get(..length).unwrap_or_default()) => Shape::Capital,
            _ => Shape::Code,
        };
        (Word { start, end, shape }, Some(letters))
    }

    /// The word that begins at `start`, if it has up to fifteen small letters between blanks, as most words have.
    #[inline(always)]
    pub(super) fn short(text: &str, start: usize) -> Option<(Word, Letters)> {
        Word::plain(text, start, Shape::Lower)
    }

    /// The same if its first letter is a capital.
    #[inline(always)]
    pub(super) fn capital(text: &str, start: usize) -> Option<(Word, Letters)> {
        Word::plain(text, start, Shape::Capital)
    }

    #[inline(always)]
    fn plain(text: &str, start: usize, shape: Shape) -> Option<(Word, Letters)> {
        let bytes = text.as_bytes();
        let blank = |byte: u8| byte == b' ' || byte == b',';
        if !start.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(|before| blank(*before)) {
            return None;
        }
        let mut first = swar::block(bytes, start);
        if shape == Shape::Capital {
            if !(first as u8).is_ascii_uppercase() {
                return None;
            }
            first |= 0x20;
        }
        let length = swar::leading(swar::smalls(first));
        let (letters, length, next) = if length < 8 {
            (Letters::small(first, length), length, (first >> (8 * length)) as u8)
        } else {
            let second = swar::block(bytes, start + 8);
            let more = swar::leading(swar::smalls(second));
            if more == 8 {
                return None;
            }
            (Letters::smalls(first, second, more), 8 + more, (second >> (8 * more)) as u8)
        };
        let word = Word { start, end: start + length, shape };
        // A single capital is an initial.
        let least = if shape == Shape::Capital { 2 } else { 1 };
        (length >= least && (blank(next) || word.end == bytes.len())).then_some((word, letters))
    }

    /// The word that begins at `start`, if it has up to fifteen bytes of small letters, some with accents, between
    /// blanks. The first letter may be a capital of ASCII.
    pub(super) fn accented(text: &str, start: usize) -> Option<Word> {
        let bytes = text.as_bytes();
        if (swar::block(bytes, start) | swar::block(bytes, start + 8)) & HIGH == 0 {
            return None;
        }
        let blank = |at: usize| bytes.get(at).is_none_or(|byte| matches!(byte, b' ' | b','));
        let capital = bytes.get(start)?.is_ascii_uppercase();
        let head = bytes.get(..bytes.len().min(start + 16))?;
        let rest = start + usize::from(capital);
        let end = rest + swar::length(head, rest, swar::small_letters);
        let fits = end > rest && end < start + 16 && blank(end) && start.checked_sub(1).is_none_or(blank);
        let shape = if capital { Shape::Capital } else { Shape::Lower };
        fits.then_some(Word { start, end, shape })
    }

    /// The word that ends at `end`, behind a letter. Its shape considers only its first letter.
    pub(super) fn ending(text: &str, end: usize) -> Word {
        let head = text.as_bytes().get(..end).unwrap_or_default();
        let plain = head.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let mut start = end - plain;
        if head.get(..start).and_then(<[u8]>::last).is_some_and(|byte| matches!(byte, b'\'' | b'-' | 0x80..))
        {
            for (at, letter) in text.get(..start).unwrap_or_default().char_indices().rev() {
                let inside = is_letter(letter) || (joins(letter) && ends_in_letter(text, at));
                if !inside {
                    break;
                }
                start = at;
            }
        }
        let capital = text.get(start..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase);
        let shape = match capital {
            _ if touches_code(text, start, end) => Shape::Code,
            true => Shape::Capital,
            false => Shape::Lower,
        };
        Word { start, end, shape }
    }

    pub(super) fn text(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    pub(super) fn class(self, text: &str) -> Class {
        table::class(self.text(text))
    }
}

pub(super) fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes().get(at).copied().unwrap_or_default()
}

pub(super) fn is_letter(letter: char) -> bool {
    match letter {
        '\0'..='\x7f' => letter.is_ascii_alphabetic(),
        '\u{c0}'..='\u{24f}' => !matches!(letter, '×' | '÷'),
        _ => letter.is_alphabetic() || is_accent(letter),
    }
}

fn is_accent(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

fn joins(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '-')
}

fn letter_at(text: &str, at: usize) -> bool {
    text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(is_letter)
}

pub(super) fn ends_in_letter(text: &str, end: usize) -> bool {
    text.get(..end).and_then(|head| head.chars().next_back()).is_some_and(is_letter)
}

/// The end of the word that begins at `start`, without the `'s` of a genitive.
fn end(text: &str, start: usize) -> usize {
    let mut at = start;
    loop {
        let letter = match byte(text, at) {
            b'a'..=b'z' | b'A'..=b'Z' => {
                at += 1;
                continue;
            }
            // `À` to `ÿ`, without `×` and `÷`.
            0xc3 if !matches!(byte(text, at + 1), 0x97 | 0xb7) => {
                at += 2;
                continue;
            }
            0..=0x7f if !matches!(byte(text, at), b'\'' | b'-') => return at,
            _ => text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or('\0'),
        };
        let next = at + letter.len_utf8();
        if is_letter(letter) {
            at = next;
            continue;
        }
        let genitive = letter != '-' && matches!(byte(text, next), b's' | b'S') && !letter_at(text, next + 1);
        if !joins(letter) || genitive || !letter_at(text, next) {
            return at;
        }
        at = next;
    }
}

fn shape(text: &str, start: usize, end: usize) -> Shape {
    if touches_code(text, start, end) {
        return Shape::Code;
    }
    let word = text.get(start..end).unwrap_or_default();
    match word.as_bytes() {
        [b'a'..=b'z', rest @ ..] if are_small(rest) => return Shape::Lower,
        [b'A'..=b'Z', rest @ ..] if !rest.is_empty() && are_small(rest) => return Shape::Capital,
        _ => {}
    }
    let mut letters = word.chars();
    let Some(first) = letters.next() else { return Shape::Code };
    if !first.is_uppercase() {
        let inner = word.get(2..).filter(|_| matches!(word.as_bytes(), [b'd' | b'l', b'\'', ..]));
        let capital = inner
            .unwrap_or(word)
            .bytes()
            .skip(usize::from(inner.is_some()))
            .any(|byte| byte.is_ascii_uppercase());
        return if capital { Shape::Code } else { Shape::Lower };
    }
    if letters.as_str().is_empty() {
        return Shape::Initial;
    }
    let (mut uppers, mut lowers, mut odd) = (1, 0, 0);
    let mut before = first;
    for letter in letters {
        if letter.is_uppercase() {
            uppers += 1;
            odd += usize::from(!joins(before));
        } else if letter.is_lowercase() {
            lowers += 1;
        }
        before = letter;
    }
    match (lowers, odd) {
        (0, _) => Shape::Upper,
        (_, 0) => Shape::Capital,
        // `McNeill`, `DeVito`: one more capital behind a prefix of names.
        (_, 1) if uppers == 2 && name_prefix(word.as_bytes()) => Shape::Capital,
        _ => Shape::Code,
    }
}

/// Are these small letters, with accents or without?
fn are_small(letters: &[u8]) -> bool {
    let whole = |at: usize| swar::leading(swar::small_letters(swar::block(letters, at)));
    (0..letters.len()).step_by(8).all(|at| whole(at) >= (letters.len() - at).min(8))
}

/// Does a prefix of names with a capital behind it begin the word?
fn name_prefix(word: &[u8]) -> bool {
    let prefixes: &[&[u8]] =
        &[b"Mc", b"Mac", b"De", b"Di", b"Da", b"Du", b"La", b"Le", b"Van", b"Von", b"Fitz", b"St"];
    prefixes.iter().any(|prefix| {
        word.strip_prefix(*prefix)
            .is_some_and(|rest| rest.len() > 2 && rest.first().is_some_and(u8::is_ascii_uppercase))
    })
}

/// Does the word touch a mark of identifiers? Names of nodes, topics and types have digits, underscores, slashes and
/// brackets.
fn touches_code(text: &str, start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map_or(b' ', |at| byte(text, at));
    let after = byte(text, end);
    let marks = |byte: u8| MARKS.get(usize::from(byte)).copied().unwrap_or_default();
    match marks(before) & BEFORE | marks(after) & AFTER {
        0 => false,
        _ if marks(before) & BEFORE == BEFORE || marks(after) & AFTER == AFTER => {
            is_code(text, start, end, before, after)
        }
        _ => point_of_code(text, start, end, before, after),
    }
}

/// Is the mark next to a word one of an identifier, and not of a label or of a formatted text: `guest=Anna`, `_Anna_`?
#[cold]
fn is_code(text: &str, start: usize, end: usize, before: u8, after: u8) -> bool {
    let begins = byte(text, start);
    if !begins.is_ascii_uppercase() && begins < 0x80 {
        return true;
    }
    if marks::are_of_name(text, start, end, (before, after)) {
        return false;
    }
    match (before, after) {
        (b'=', b' ' | b',' | b';' | b'\n' | b'&' | 0) => !is_behind_label(text, start),
        // `guest=M. Schmidt`
        (b'=', b'.') if end - start == 1 => !is_behind_label(text, start),
        (b'/', b' ' | b'"' | b'?' | 0) | (b' ', b'/') => !is_in_path(text, start),
        (b'<', _) | (_, b'>' | b'(' | b'@') => !marks::is_in_brackets(text, start, end, (before, after)),
        (b'_', _) => !marks::are_around(text, start, end, b'_'),
        // `_guest: Anna_`
        (_, b'_') => {
            is_joined(text.as_bytes().get(end..).unwrap_or_default())
                && !marks::are_around(text, start, end, b'_')
        }
        _ => true,
    }
}

/// Is the word in a path behind the label of a person: `/guests/Ada Lovelace/id.png`?
fn is_in_path(text: &str, start: usize) -> bool {
    let head = text.get(..start).unwrap_or_default();
    let second = head.ends_with(' ');
    let first = if second { head.trim_end_matches(' ').rfind(['/', ' ']).map_or(0, |at| at + 1) } else { start };
    let capital = text.get(first..).is_some_and(|rest| rest.starts_with(char::is_uppercase));
    first.checked_sub(1).is_some_and(|slash| capital && byte(text, slash) == b'/' && label::is_label(text, slash))
}

/// Does the label of a person end in front of the `=` or `:=` before `start`?
fn is_behind_label(text: &str, start: usize) -> bool {
    let end = start - 1;
    let end = end - usize::from(end.checked_sub(1).is_some_and(|at| byte(text, at) == b':'));
    label::ends(text, end) || label::of_people(text, start)
}

/// Is the point or colon next to a word one of an identifier?
#[cold]
fn point_of_code(text: &str, start: usize, end: usize, before: u8, after: u8) -> bool {
    let further = start.checked_sub(2).map_or(b' ', |at| byte(text, at));
    let beyond = byte(text, end + 1);
    let initial = end - start == 1 || (before == b'.' && further.is_ascii_uppercase());
    (before == b':' && further == b':' && !label::is_label(text, start - 2))
        || (before == b'.' && !initial && (further.is_ascii_alphanumeric() || further == b'_'))
        || (after == b':' && beyond == b':')
        || (after == b'.' && !initial && (beyond.is_ascii_lowercase() || beyond == b'_'))
}

/// A mark in front of a word: both bits if it makes an identifier of the word, one bit if [`point_of_code`] decides.
const BEFORE: u8 = 0b0011;
/// The same behind a word.
const AFTER: u8 = 0b1100;

static MARKS: [u8; 256] = marks();

#[allow(clippy::indexing_slicing)] // Evaluated by the compiler, never at run time.
const fn marks() -> [u8; 256] {
    let mut marks = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        marks[byte] = match byte as u8 {
            b'0'..=b'9' | b'_' | b'/' | b'\\' | b'@' | b'=' | b'<' => BEFORE | AFTER,
            b'#' | b'$' | b'~' | b'%' | b'&' => BEFORE,
            b'(' | b'>' => AFTER,
            b'.' | b':' => 0b0101,
            _ => 0,
        };
        byte += 1;
    }
    marks
}

#[cfg(test)]
mod tests;
