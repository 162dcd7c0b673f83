//! Words of small letters that begin nothing and announce nothing, as [`Reading::word`](super::candidates::Reading) would
//! find: what most texts are made of, passed over eight bytes at a time.

use super::eight::{self, HIGH};

/// A stretch of small letters, blanks and commas.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Where it ends.
    pub(super) end: usize,
    /// Up to here no word in it is of interest, whatever comes behind it.
    pub(super) safe: usize,
}

/// Whether a stretch begins at `start` that is worth a look.
#[inline]
pub(super) fn begins(bytes: &[u8], start: usize) -> bool {
    let block = eight::block(bytes, start);
    let quiet = eight::smalls(block) | eight::are(block, b' ') | eight::are(block, b',');
    quiet == HIGH || start + eight::leading(quiet) == bytes.len()
}

/// So far behind a word there may be what it announces: a verb, and blanks.
const ANNOUNCED: usize = 12;

/// The stretch that `start` is in. None of its words up to `safe` has sixteen letters, as a token might, and behind each
/// there are enough others before anything else comes.
pub(super) fn stretch(bytes: &[u8], start: usize) -> Stretch {
    let (mut at, mut before, mut blank) = (start, 0, start);
    loop {
        let block = eight::block(bytes, at);
        let letters = eight::smalls(block);
        let blanks = eight::are(block, b' ') | eight::are(block, b',');
        let here = eight::leading(letters | blanks);
        let length = eight::leading(letters);
        // As many letters as the last blocks ended in, and these.
        if before + length >= 16 {
            return Stretch { end: at, safe: start };
        }
        let within = blanks & eight::below(here);
        if within != 0 {
            blank = at + 7 - (within.leading_zeros() / 8) as usize;
        }
        if here < 8 {
            let end = at + here;
            let safe = if end == bytes.len() { end } else { last_blank(bytes, start, blank) };
            return Stretch { end, safe };
        }
        before = if length == 8 { before + 8 } else { (letters | !HIGH).leading_ones() as usize / 8 };
        at += 8;
    }
}

/// The last blank so far before `blank` that what the word before it announces ends there.
fn last_blank(bytes: &[u8], start: usize, blank: usize) -> usize {
    let safe = blank.saturating_sub(ANNOUNCED).max(start);
    let head = bytes.get(start..safe).unwrap_or_default();
    head.iter().rposition(|byte| matches!(byte, b' ' | b',')).map_or(start, |at| start + at)
}

/// Where to go on behind a word at `start` of up to fifteen small letters that begins nothing and announces nothing.
#[inline]
pub(super) fn word(bytes: &[u8], start: usize) -> Option<usize> {
    let first = eight::block(bytes, start);
    let mut length = eight::leading(eight::smalls(first));
    if length == 8 {
        length += eight::leading(eight::smalls(eight::block(bytes, start + 8)));
    }
    let behind = eight::block(bytes, start + length);
    let [next, one, two, ..] = behind.to_le_bytes();
    let [a, b, c, ..] = first.to_le_bytes();
    let begins = a == b'b' && matches!((b, c), (b'e' | b'a', b'a' | b's'));
    let verb = matches!((one, two), (b'i' | b'e' | b'w' | b'l', b's' | b'a') | (0xC3, _));
    let ends = matches!(next, b' ' | b',') || start + length == bytes.len();
    let plain = (1..16).contains(&length) && ends;
    (plain && !begins && !verb && eight::digits(behind) == 0).then_some(start + length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_safe_up_to_what_may_announce_what_ends_it() {
        for (text, end, safe) in [
            ("please bring two towels to the front desk", 41, 41),
            ("please bring two towels to room 12", 32, 16),
            ("password 7", 9, 0),
            ("take this bearer abcdefghijklmnopqrst now", 32, 0),
            ("", 0, 0),
        ] {
            assert_eq!(stretch(text.as_bytes(), 0), Stretch { end, safe }, "{text}");
        }
    }

    #[test]
    fn a_word_that_may_announce_or_begin_something_is_not_passed_over() {
        let over = |text: &str| word(text.as_bytes(), 0);
        assert_eq!((over("towels, please"), over("towels")), (Some(7), Some(7)));
        for text in [
            "password is tulip7",
            "may 12",
            "bearer abc",
            "key: x",
            "Towels are",
            "wi-fi",
            "a_b",
            "abcdefghijklmnopqrst u",
        ] {
            assert_eq!(over(text), None, "{text}");
        }
    }
}
