//! The search for words with capitals.

use super::word::{byte, ends_in_letter};
use crate::detect::swar::{self, HIGH};

/// The next place from `from` on at which a word begins with a capital.
pub(super) fn next_capital(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at = next_standing_out(bytes, at)?;
        let before = at.checked_sub(1).map_or(b' ', |before| byte(text, before));
        let this = byte(text, at);
        // `ß` to `ÿ`: most letters that are not ASCII.
        if this == 0xc3 && byte(text, at + 1) >= 0x9f {
            at += 2;
            continue;
        }
        if this.is_ascii() && before.is_ascii() {
            // No word begins inside another.
            if !before.is_ascii_alphabetic() {
                return Some(at);
            }
            at += 1;
            continue;
        }
        let letter = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
        if letter.is_uppercase() && !ends_in_letter(text, at) {
            return Some(at);
        }
        at += letter.len_utf8();
    }
}

/// The next byte that is a capital or not ASCII. Reads eight bytes at a time.
fn next_standing_out(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let (blocks, tail) = rest.as_chunks::<8>();
    for (number, block) in blocks.iter().enumerate() {
        let block = u64::from_le_bytes(*block);
        // Most blocks have small letters, digits and blanks only.
        if !swar::may_stand_out(block) {
            continue;
        }
        let found = (swar::capitals(block) | block) & HIGH;
        if found != 0 {
            return Some(from + number * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let start = bytes.len() - tail.len();
    tail.iter().position(|byte| byte.is_ascii_uppercase() || *byte >= 0x80).map(|at| start + at)
}

#[cfg(test)]
mod tests {
    use super::super::word::Word;
    use super::*;

    #[test]
    fn capitals_are_found_where_words_begin() {
        let text = "a long line without any, then Anna and écoleÉ Éric; xA _B “Cé";
        let mut starts = Vec::new();
        let mut at = 0;
        while let Some(start) = next_capital(text, at) {
            starts.push(Word::at(text, start).text(text));
            at = start + 1;
        }
        assert_eq!(starts, ["Anna", "Éric", "B", "Cé"]);
    }
}
