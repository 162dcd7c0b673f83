//! Skips plain words of small letters, of which most texts consist, eight bytes at a time.
//!
//! A word is plain if no finding begins with it and no value follows it: [`Reader`](super::reader::Reader) would
//! propose nothing for it.

use super::swar::{self, HIGH};
use crate::recognisers::labelled;

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
    // Few words of telemetry, such as `seq=` and `[INFO]`, have another word behind them.
    if bytes.get(start + 7).is_some_and(|last| matches!(last, b'!'..=b'+' | b'-'..=b'`' | b'{'..=b'~')) {
        return false;
    }
    let block = swar::block(bytes, start);
    let plain = swar::small_letters(block) | blanks(block);
    plain == HIGH || start + swar::leading(plain) == bytes.len()
}

/// Does the stretch of at least eight bytes that begins at `start` have eight more, or end with the text? Of a shorter one
/// no word is safe.
#[inline]
pub(crate) fn goes_on(bytes: &[u8], start: usize) -> bool {
    let block = swar::block(bytes, start + 8);
    let plain = swar::small_letters(block) | blanks(block);
    plain == HIGH || start + 8 + swar::leading(plain) >= bytes.len()
}

/// Tests for blanks and commas.
#[inline]
fn blanks(block: u64) -> u64 {
    swar::are(block, b' ') | swar::are(block, b',')
}

/// The value of a label may begin so many bytes behind it: a verb and blanks stand between.
const ANNOUNCED: usize = 12;

/// A token has so many letters.
const TOKEN: usize = 16;

/// The stretch that `start` is in. No word up to `safe` has sixteen letters, as a token may, and each is followed by
/// enough plain text. Inlined, it would make the loop of the reader slower.
#[inline(never)]
pub(crate) fn stretch(bytes: &[u8], start: usize) -> Stretch {
    // `word`: the letters of the word that fills the last block.
    let (mut at, mut before, mut word, mut foreign) = (start, 0, 0, false);
    loop {
        let block = swar::block(bytes, at);
        let letters = swar::small_letters(block);
        let plain = letters | blanks(block);
        if word > 0 && word + swar::leading(letters) >= TOKEN {
            return Stretch { end: at, safe: start };
        }
        if block & HIGH != 0 || foreign {
            let accents = block & swar::run(plain);
            // Most blocks have no comma.
            let commas = swar::are(block, b',') != 0;
            let (from, joints) = if foreign { (at, commas) } else { (start, true) };
            foreign |= accents != 0;
            if foreign
                && (joints && has_joint(bytes, from, at + 8) || has_month(bytes, at, accents & block << 1))
            {
                return ended(bytes, start, at);
            }
        }
        if plain != HIGH {
            return ended(bytes, start, at + swar::leading(plain));
        }
        word = if letters == HIGH { swar::trailing(before) + 8 } else { 0 };
        before = letters;
        at += 8;
    }
}

/// Is there a comma without a blank behind it in `from..end`? A value with such a comma may have a label with accents.
fn has_joint(bytes: &[u8], from: usize, end: usize) -> bool {
    let (mut at, mut joints) = (from, 0);
    while at < end {
        joints |= swar::are(swar::block(bytes, at), b',') & !swar::are(swar::block(bytes, at + 1), b' ');
        at += 8;
    }
    joints != 0
}

/// The stretch from `start` to `end`.
fn ended(bytes: &[u8], start: usize, end: usize) -> Stretch {
    if end == bytes.len() {
        return Stretch { end, safe: end };
    }
    let last = |end: usize| {
        let head = bytes.get(start..end).unwrap_or_default();
        head.iter().rposition(|byte| matches!(byte, b' ' | b',')).map_or(start, |at| start + at)
    };
    // The last blank so far in front of the last one.
    Stretch { end, safe: last(last(end).saturating_sub(ANNOUNCED)) }
}

/// May a month begin at one of the letters with accents in the block at `at`? `foreign` has their first bytes.
fn has_month(bytes: &[u8], at: usize, foreign: u64) -> bool {
    let mut left = foreign;
    while left != 0 {
        if is_month(bytes, at + (left.trailing_zeros() / 8) as usize) {
            return true;
        }
        left &= left - 1;
    }
    false
}

/// Is the letter with an accent at `at` that of `jänner`, `märz`, `février`, `décembre`, `août` or `março`? No other form
/// begins with letters and one of these.
pub(super) fn is_month(bytes: &[u8], at: usize) -> bool {
    let (head, second) = (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1).copied().unwrap_or(0));
    let before = match (head, second) {
        ([before @ .., b'j' | b'J' | b'm' | b'M'], 0xa4) => before,
        ([before @ .., b'f' | b'F' | b'd' | b'D'], 0xa9) => before,
        ([before @ .., b'a' | b'A', b'o'], 0xbb) | ([before @ .., b'm' | b'M', b'a', b'r'], 0xa7) => before,
        _ => return false,
    };
    before.last().is_none_or(|byte| !byte.is_ascii_alphabetic() && *byte < 0x80)
}

/// The place to go on behind a plain word of up to fifteen bytes of small letters at `start`; the first one may be a
/// capital. `None` if the word may not be plain. `begins`: a stretch begins here.
#[inline]
pub(crate) fn word(bytes: &[u8], start: usize, begins: bool) -> Option<usize> {
    let first = swar::block(bytes, start) | 0x20;
    let mut length = swar::leading(swar::small_letters(first));
    let mut foreign = first & HIGH;
    if length == 8 {
        let second = swar::block(bytes, start + 8);
        let letters = swar::small_letters(second);
        length += swar::leading(letters);
        foreign |= second & swar::run(letters);
    }
    let end = start + length;
    let ends = bytes.get(end).is_none_or(|next| matches!(next, b' ' | b','));
    if !ends || !(1..16).contains(&length) {
        return None;
    }
    let behind = swar::block(bytes, end);
    // A key, `Bearer`; a day behind a month.
    let [a, b, c, ..] = first.to_le_bytes();
    if a == b'b' && matches!((b, c), (b'e' | b'a', b'a' | b's')) || swar::digits(behind) != 0 {
        return None;
    }
    let small = bytes.get(start).is_some_and(u8::is_ascii_lowercase);
    let inside = start.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|before| *before >= 0x80);
    let announces = match (foreign == 0, inside) {
        (true, false) => {
            labelled::may_be_label(bytes, start, end) && !(small && begins && !has_value(bytes, end, behind))
        }
        (true, true) => !(small && begins) || has_value(bytes, end, behind),
        (false, _) => has_value(bytes, end, behind) || is_foreign_label(bytes, start, end),
    };
    (!announces).then_some(end + 1)
}

/// May a value follow the label that ends at `end`? `behind` is the block there.
fn has_value(bytes: &[u8], end: usize, behind: u64) -> bool {
    let [next, one, two, ..] = behind.to_le_bytes();
    let verb = matches!((one, two), (b'i' | b'e' | b'w' | b'l', b's' | b'a') | (0xC3, _));
    // `password 'tulip'`
    let quoted = next == b' ' && matches!(one, b'!'..=b'\'' | b'@' | b'`' | b'A'..=b'Z');
    // `password = tulip`, `password -> tulip`, `password (new): tulip`, `password   : tulip`
    let signed = next == b' '
        && matches!((one, two), (b'(' | b' ', _) | (b'-', b' ') | (b's', b'e') | (b't', b'o') | (b'=' | b':' | b'|' | b'>', b' ') | (b'-' | b'=', b'>') | (0xE2, 0x86));
    verb || quoted || signed || is_joined(bytes, end, behind)
}

/// May the word with accents in it or behind it be a label, or a month?
fn is_foreign_label(bytes: &[u8], start: usize, end: usize) -> bool {
    let word = bytes.get(start..end).unwrap_or_default();
    let first = word.iter().position(|byte| *byte >= 0x80);
    first.is_some_and(|at| is_month(bytes, start + at)) || labelled::announces(bytes, end)
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
            ("bringen sie zwei handtücher und wäsche, schnell", 49, 49),
            ("es war im märz und nicht im april", 8, 0),
            ("eine würde,liebe und noch viel mehr davon", 8, 0),
        ] {
            assert_eq!(stretch(text.as_bytes(), 0), Stretch { end, safe }, "{text}");
        }
    }

    #[test]
    fn a_label_and_the_beginning_of_a_form_are_not_skipped() {
        let over = |text: &str| word(text.as_bytes(), 0, begins(text.as_bytes(), 0));
        assert_eq!((over("towels, please"), over("towels")), (Some(7), Some(7)));
        assert_eq!(
            (over("Robots are"), over("bringen Sie"), over("the Kwright")),
            (Some(7), Some(8), Some(4))
        );
        assert_eq!((over("tücher, bitte"), over("fährt los"), over("dürfen")), (Some(8), Some(7), Some(8)));
        for text in [
            "password is tulip7",
            "password = tulip",
            "password -> tulip",
            "password → tulip",
            "may 12",
            "bearer abc",
            "key: x",
            "PASSWORD is",
            "Password is tulip7",
            "May 12",
            "Bearer abc",
            "März 12",
            "wi-fi",
            "a_b",
            "login kwright38",
            "login mariposas77",
            "login j.lindholm",
            "login tovar_s",
            "märz und",
            "fév 12",
            "contraseña es tulipán",
            "école×",
            "abcdefghijklmnopqrst u",
        ] {
            assert_eq!(over(text), None, "{text}");
        }
    }
}
