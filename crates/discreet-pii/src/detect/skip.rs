//! Skips plain words of small letters, of which most texts consist, eight bytes at a time.
//!
//! A word is plain if no finding begins with it and no value follows it: [`Reader`](super::reader::Reader) would
//! propose nothing for it.

use super::swar::{self, HIGH};

/// A stretch of small letters, blanks and commas.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Its end.
    pub(crate) end: usize,
    /// All words before this place are plain, whatever follows the stretch.
    pub(crate) safe: usize,
}

/// Does a stretch of at least eight bytes, or to the end of the text, begin at `start`?
#[inline]
pub(crate) fn begins(bytes: &[u8], start: usize) -> bool {
    let block = swar::block(bytes, start);
    let plain = swar::smalls(block) | swar::are(block, b' ') | swar::are(block, b',');
    plain == HIGH || start + swar::leading(plain) == bytes.len()
}

/// The value of a label may begin so many bytes behind it: a verb and blanks stand between.
const ANNOUNCED: usize = 12;

/// The stretch that `start` is in. No word up to `safe` has sixteen letters, as a token may, and each is followed by
/// enough plain text.
pub(crate) fn stretch(bytes: &[u8], start: usize) -> Stretch {
    let (mut at, mut before, mut blank) = (start, 0, start);
    loop {
        let block = swar::block(bytes, at);
        let letters = swar::smalls(block);
        let blanks = swar::are(block, b' ') | swar::are(block, b',');
        let here = swar::leading(letters | blanks);
        let length = swar::leading(letters);
        // The letters at the end of the previous blocks, and these.
        if before + length >= 16 {
            return Stretch { end: at, safe: start };
        }
        let within = blanks & swar::below(here);
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

/// The last blank at least [`ANNOUNCED`] bytes before `blank`.
fn last_blank(bytes: &[u8], start: usize, blank: usize) -> usize {
    let safe = blank.saturating_sub(ANNOUNCED).max(start);
    let head = bytes.get(start..safe).unwrap_or_default();
    head.iter().rposition(|byte| matches!(byte, b' ' | b',')).map_or(start, |at| start + at)
}

/// The place to go on behind a plain word of up to fifteen small letters at `start`. `None` if the word may not be
/// plain.
#[inline]
pub(crate) fn word(bytes: &[u8], start: usize) -> Option<usize> {
    let first = swar::block(bytes, start);
    let mut length = swar::leading(swar::smalls(first));
    if length == 8 {
        length += swar::leading(swar::smalls(swar::block(bytes, start + 8)));
    }
    let behind = swar::block(bytes, start + length);
    let [next, one, two, ..] = behind.to_le_bytes();
    let [a, b, c, ..] = first.to_le_bytes();
    let begins = a == b'b' && matches!((b, c), (b'e' | b'a', b'a' | b's'));
    let verb = matches!((one, two), (b'i' | b'e' | b'w' | b'l', b's' | b'a') | (0xC3, _));
    let ends = matches!(next, b' ' | b',') || start + length == bytes.len();
    // `password 'tulip'`
    let announces = next == b' ' && matches!(one, b'!'..=b'\'' | b'@' | b'`' | b'A'..=b'Z');
    // `password = tulip`, `password -> tulip`
    let announces = announces
        || next == b' '
            && matches!((one, two), (b'=' | b':' | b'|', b' ') | (b'-' | b'=', b'>') | (0xE2, 0x86));
    let plain = (1..16).contains(&length) && ends && !announces;
    (plain && !begins && !verb && !is_joined(bytes, start + length, behind)).then_some(start + length + 1)
}

/// Does a number follow the word that ends at `end`, or a word with digits, `_` or a point: `login kwright38`? `behind`
/// is the block at `end`.
#[inline]
fn is_joined(bytes: &[u8], end: usize, behind: u64) -> bool {
    let letters = swar::smalls(behind);
    let marks = swar::digits(behind) | swar::are(behind, b'_') | (swar::are(behind, b'.') << 8 & letters);
    if marks != 0 {
        return true;
    }
    // The next word is longer than the block.
    if letters != HIGH << 8 {
        return false;
    }
    let next = swar::block(bytes, end + 8);
    let length = swar::leading(swar::smalls(next));
    matches!(next.to_le_bytes().get(length), Some(b'0'..=b'9' | b'_'))
        || matches!(bytes.get(end + 8 + length..), Some([b'.', b'a'..=b'z', ..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_safe_up_to_the_words_that_may_belong_to_what_follows() {
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
    fn a_label_and_the_beginning_of_a_form_are_not_skipped() {
        let over = |text: &str| word(text.as_bytes(), 0);
        assert_eq!((over("towels, please"), over("towels")), (Some(7), Some(7)));
        for text in [
            "password is tulip7",
            "password = tulip",
            "password -> tulip",
            "password → tulip",
            "may 12",
            "bearer abc",
            "key: x",
            "Towels are",
            "wi-fi",
            "a_b",
            "login kwright38",
            "login mariposas77",
            "login j.lindholm",
            "login tovar_s",
            "abcdefghijklmnopqrst u",
        ] {
            assert_eq!(over(text), None, "{text}");
        }
    }
}
