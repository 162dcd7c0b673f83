//! Codes without a shape of their own: booking numbers, patient numbers. Only a context word makes anything of them.

use crate::kinds::{Scores, alone};

/// The scores of a number behind a label in the same word: `card_12345678`.
pub(crate) const IN_WORD: Scores = alone(48).always();

/// The most bytes of a code.
const LONGEST: usize = 128;

/// The end of the code that begins at `start` (letters, digits, and `-`, `/` or `_` between them) and the number of
/// its letters and digits. `None` if it has no digit.
pub(crate) fn end(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    let rest = bytes.get(start..)?;
    let (mut count, mut number, mut end) = (0, false, 0);
    for (at, byte) in rest.iter().enumerate().take(LONGEST) {
        if byte.is_ascii_alphanumeric() {
            (count, end) = (count + 1, at + 1);
            number |= byte.is_ascii_digit();
        } else if !matches!(byte, b'-' | b'/' | b'_') || end != at {
            break;
        }
    }
    let foreign = is_foreign(rest.get(end..).unwrap_or_default());
    let code = rest.get(..end).unwrap_or_default();
    (number && !foreign && !is_date(code) && !has_word(code) && !is_protocol(code))
        .then_some((start + end, count))
}

/// Does a letter begin here that is not ASCII? Of signs the view leaves `£`, `°`, `…`, `→`, `€` and the like.
fn is_foreign(bytes: &[u8]) -> bool {
    match bytes {
        [0xc2, ..] | [0xe2, 0x80..=0xae, ..] => false,
        [first, ..] => *first >= 0x80,
        [] => false,
    }
}

/// Does `_` join a letter or digit to what ends here? At the end of a word, `_` is Markdown.
pub(crate) fn is_joined(bytes: &[u8]) -> bool {
    const LONGEST: usize = 8;
    let marks = bytes.iter().take(LONGEST).take_while(|byte| **byte == b'_').count();
    marks == LONGEST
        || marks > 0 && bytes.get(marks).is_some_and(|next| next.is_ascii_alphanumeric() || *next >= 0x80)
}

/// `2022-03-24`, `24-03-2022`, `24/03/22`: a day and a month of the calendar.
fn is_date(code: &[u8]) -> bool {
    let mut parts = code.split(|byte| matches!(byte, b'-' | b'/'));
    let mut numbers = parts.clone().map(|part| std::str::from_utf8(part).ok()?.parse::<u16>().ok());
    let mut length = || parts.next().filter(|part| part.iter().all(u8::is_ascii_digit)).map(<[u8]>::len);
    let lengths = [length(), length(), length()];
    let mut number = || numbers.next().flatten().unwrap_or(0);
    let (first, second, third) = (number(), number(), number());
    let is = |day: u16, month: u16| (1..=31).contains(&day) && (1..=12).contains(&month);
    // `12-34-56` has no month.
    let in_calendar = is(first, second) || is(second, first) || is(third, second);
    parts.next().is_none()
        && in_calendar
        && matches!(lengths, [Some(4), Some(1..=2), Some(1..=2)] | [Some(1..=2), Some(1..=2), Some(2 | 4)])
}

/// `HTTP/1`, `RTSP/2`: a name in capitals and one digit.
fn is_protocol(code: &[u8]) -> bool {
    matches!(code, [name @ .., b'/', b'0'..=b'9'] if name.len() >= 2 && name.iter().all(u8::is_ascii_uppercase))
}

/// `37-year-old`, `base64`: small letters of a word, and hardly a digit.
fn has_word(code: &[u8]) -> bool {
    let digits = code.iter().filter(|byte| byte.is_ascii_digit()).count();
    let words = code.split(|byte| !byte.is_ascii_lowercase());
    digits < 4 && words.map(<[u8]>::len).max().unwrap_or(0) >= 3
}

/// The end of two to four groups of digits with a blank between them, and the number of their digits: `78 57654565 02`.
pub(crate) fn groups(bytes: &[u8], start: usize) -> Option<(usize, usize)> {
    let (mut at, mut count, mut groups) = (start, 0, 0);
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let digits = rest.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
        let behind = rest.get(digits..).unwrap_or_default();
        let whole = !behind.first().is_some_and(u8::is_ascii_alphanumeric) && !is_foreign(behind);
        if !(2..=8).contains(&digits) || !whole {
            return None;
        }
        (at, count, groups) = (at + digits, count + digits, groups + 1);
        let more = bytes.get(at) == Some(&b' ') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !more {
            return (groups > 1 && count >= 7).then_some((at, count));
        }
        if groups == 4 {
            return None;
        }
        at += 1;
    }
}

/// The start of the number whose first digits are at `start`, behind a label that ends at `from`: a group of capitals
/// belongs to it, as in `licence WHITC 801157`.
pub(crate) fn lead(bytes: &[u8], from: usize, start: usize) -> usize {
    const WORDS: [&[u8]; 8] = [b"NO", b"NR", b"NUM", b"ID", b"IS", b"OF", b"DE", b"IST"];
    let head = bytes.get(from..start).unwrap_or_default();
    let Some((b' ' | b'-', head)) = head.split_last() else { return start };
    let length = head.iter().rev().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    let (before, group) = head.split_at(head.len() - length);
    let whole = before.last().is_some_and(|byte| !byte.is_ascii_alphanumeric() && *byte < 0x80);
    if (1..=5).contains(&length) && whole && !WORDS.contains(&group) { from + before.len() } else { start }
}

/// The end of the number that a label announces: groups of letters and digits with one separator between them. It has
/// at least five digits, and hardly more letters than digits. `None` for dates, decimal numbers and words.
pub(crate) fn announced(bytes: &[u8], start: usize) -> Option<usize> {
    const LONGEST: usize = 40;
    let group = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.iter().take(LONGEST).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        rest.get(..length).filter(|group| !group.is_empty())
    };
    let (mut at, mut end, mut digits, mut letters) = (start, start, 0, 0);
    while let Some(part) = group(at) {
        let here = part.iter().filter(|byte| byte.is_ascii_digit()).count();
        let small = || part.iter().filter(|byte| byte.is_ascii_lowercase()).count();
        if here < part.len() && (here > 0 && small() >= 3 || here == 0 && (small() > 0 || part.len() > 4)) {
            break;
        }
        // A word in capitals behind a blank belongs to the text, unless digits follow.
        let blank = at > start && bytes.get(at - 1) == Some(&b' ');
        let more = || group(at + part.len() + 1).is_some_and(|next| next.iter().all(u8::is_ascii_digit));
        // `220918 HTTP/1.1`
        let name = blank && bytes.get(at + part.len()) == Some(&b'/');
        if here == 0 && (at == start || blank) && (name || !more()) {
            break;
        }
        (digits, letters) = (digits + here, letters + part.len() - here);
        end = at + part.len();
        // `123 - 45 - 6789`
        let gap = match bytes.get(end..).unwrap_or_default() {
            [b' ', b'-' | b'.' | b'/', b' ', next, ..] if next.is_ascii_digit() => 3,
            [b' ' | b'-' | b'.' | b'/', ..] => 1,
            _ => break,
        };
        at = end + gap;
        if end - start > LONGEST {
            break;
        }
    }
    let code = bytes.get(start..end).unwrap_or_default();
    let decimal = code.iter().filter(|byte| **byte == b'.').count() == 1
        && code.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let hexadecimal = code.starts_with(b"0x");
    let behind = bytes.get(end..).unwrap_or_default();
    let key = matches!(behind, [b':', next, ..] if !next.is_ascii_digit());
    let ends = !matches!(behind, [b'@' | b'%', ..]) && !key && !is_joined(behind) && !is_foreign(behind);
    // `2026-11-30T08:12`
    let timed = || code.get(10) == Some(&b'T') && code.get(..10).is_some_and(is_date);
    let fits = digits >= 5 && letters <= digits + 2 && ends && !decimal && !hexadecimal;
    (fits && !is_date(code) && !timed()).then_some(end)
}

/// Are the four digits at `start` the last ones of a number, as the words behind its label say, which ends at `from`:
/// `SSN (last 4): 4399`, `card ending in 1486`?
pub(crate) fn is_last_four(bytes: &[u8], from: usize, start: usize) -> bool {
    const LAST: [&[u8]; 14] = [
        b"last",
        b"ending",
        b"ends",
        b"end",
        b"letzte",
        b"letzten",
        b"endet",
        b"derniers",
        b"finissant",
        b"ultimos",
        b"termina",
        b"terminada",
        b"ultime",
        b"laatste",
    ];
    let digits =
        bytes.get(start..).unwrap_or_default().iter().take(5).take_while(|byte| byte.is_ascii_digit());
    let whole = !bytes.get(start + 4).is_some_and(u8::is_ascii_alphanumeric);
    let between = bytes.get(from..start).unwrap_or_default();
    let mut words = between.split(|byte| !byte.is_ascii_alphabetic());
    digits.count() == 4 && whole && words.any(|word| LAST.iter().any(|last| last.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_between_a_label_and_its_number_belong_to_the_number() {
        let start = |text: &str, from| lead(text.as_bytes(), from, text.find('8').unwrap());
        assert_eq!(start("licence WHITC 801157", 7), 8);
        assert_eq!(start("licence: P-8012", 7), 9);
        for text in ["licence NO 801157", "licence Whitc 801157", "licence 801157", "licenceWHITC 801157"] {
            assert_eq!(start(text, 7), text.find('8').unwrap(), "{text}");
        }
    }

    #[test]
    fn a_code_ends_with_a_letter_or_digit_and_has_a_digit() {
        assert_eq!(end(b"AB-12/3, x", 0), Some((7, 5)));
        for text in ["hello", "2022-03-24", "24/03/22", "37-year-old", "base64"] {
            assert_eq!(end(text.as_bytes(), 0), None, "{text}");
        }
        assert_eq!(end(b"A1--", 0), Some((2, 2)));
    }

    #[test]
    fn an_announced_number_may_have_any_groups() {
        for (text, end) in [
            ("8605 201673.", 11),
            ("1-43-05-58-845-129-70", 21),
            ("NL65 RKHH 3481 0547 10, x", 22),
            ("GB22ABCD60062524", 16),
            ("321456789K at", 10),
            ("12345 Main Street", 5),
        ] {
            assert_eq!(announced(text.as_bytes(), 0), Some(end), "{text}");
        }
        for text in [
            "1234",
            "12345.678",
            "2026-11-30",
            "2026-11-30T08:12",
            "base64",
            "ABCD EFGH",
            "v1.2.3",
            "12345_x",
        ] {
            assert_eq!(announced(text.as_bytes(), 0), None, "{text}");
        }
    }

    #[test]
    fn groups_of_digits_are_one_code() {
        assert_eq!(groups(b"78 57654565 02, x", 0), Some((14, 12)));
        for text in ["78", "78 57", "7 8 9 1 2 3 4", "78 57654565x", "12 34 56 78 90", "123456789 12"] {
            assert_eq!(groups(text.as_bytes(), 0), None, "{text}");
        }
    }
}
