//! Numbers with a line break in them, and text of mail in quoted-printable (RFC 2045): `=C3=A9`, and `=` at the end of a
//! line.

use std::ops::Range;

use memchr::memchr_iter;

use crate::view::Mapped;

/// The bytes in front of a break, and behind it, that are read with it.
const BEFORE: usize = 64;
const BEHIND: usize = 40;
/// The fewest digits around a break of a number.
const DIGITS: usize = 7;

/// So many lines that are nothing but a number are a column of a table.
const COLUMN: usize = 3;

/// The line breaks in `text` with digits on both sides: the place of the digits in front and behind.
pub(super) fn breaks(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    // The end of the last break, and the number of lines in front that are nothing but one number.
    let (mut last, mut column) = (0, 0);
    memchr_iter(b'\n', bytes).filter_map(move |at| {
        let head = bytes.get(..at)?;
        let tail = bytes.get(at + 1..)?;
        let before =
            head.iter().rev().take(4).take_while(|byte| matches!(byte, b' ' | b'\r' | b'\t' | b'-')).count();
        let behind = tail.iter().take(4).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let (from, to) = (at - before, at + 1 + behind);
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let found = from > 0 && digit(from - 1) && digit(to);
        let short = || is_rest_of_line(bytes.get(to..).unwrap_or_default());
        if !found || !short() && !may_be_number(bytes.get(..from)?, bytes.get(to..)?) {
            return None;
        }
        let line = bytes.get(last..from).filter(|line| line.len() <= BEHIND).unwrap_or_default();
        let is_number = !line.is_empty() && line.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ');
        column = if is_number { column + 1 } else { 0 };
        last = to;
        (column < COLUMN).then_some(from..to)
    })
}

/// Is the line at the beginning of `tail` nothing but a short number?
fn is_rest_of_line(tail: &[u8]) -> bool {
    let digits = tail.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    (2..=8).contains(&digits) && matches!(tail.get(digits), None | Some(b'\n' | b'\r' | b'.' | b','))
}

/// Have the groups around the break so few digits that only a label tells their number: `PIN: 44` and `71`?
pub(super) fn is_short(text: &str, gap: &Range<usize>) -> bool {
    let head = text.as_bytes().get(..gap.start).unwrap_or_default();
    !may_be_number(head, text.as_bytes().get(gap.end..).unwrap_or_default())
}

/// May the end of `head` and the beginning of `tail` be one number: enough digits, in groups?
fn may_be_number(head: &[u8], tail: &[u8]) -> bool {
    let inside = |byte: &&u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-' | b'/' | b'(' | b')' | b'+' | b'.')
    };
    let digits = |bytes: &mut dyn Iterator<Item = &u8>| bytes.filter(|byte| byte.is_ascii_digit()).count();
    let before = digits(&mut head.iter().rev().take(BEHIND).take_while(inside));
    let behind = digits(&mut tail.iter().take(BEHIND).take_while(inside));
    before + behind >= DIGITS
}

/// The text around a break, with `sign` in its place. Returns the place of the sign in it.
pub(super) fn around(text: &str, gap: &Range<usize>, sign: char, into: &mut Mapped) -> usize {
    into.clear();
    let from = gap.start.saturating_sub(BEFORE);
    let line = memchr::memrchr(b'\n', text.as_bytes().get(from..gap.start).unwrap_or_default());
    let from = line.map_or(from, |line| from + line + 1);
    let from = (from..=gap.start).find(|at| text.is_char_boundary(*at)).unwrap_or(gap.start);
    let rest = text.as_bytes().get(gap.end..).unwrap_or_default();
    let length = rest.iter().take(BEHIND).take_while(|byte| **byte != b'\n').count();
    let to = (gap.end..=gap.end + length).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(gap.end);
    into.same(text, from, gap.start);
    let blank = into.text().len();
    into.put(sign, gap.start, gap.end);
    into.same(text, gap.end, to);
    blank
}

/// Reads quoted-printable text. False if it is not such text.
pub(super) fn quoted(text: &str, into: &mut Mapped) -> bool {
    let tells = |at: usize| is_telling(text.as_bytes().get(at + 1..).unwrap_or_default());
    if !memchr_iter(b'=', text.as_bytes()).any(tells) {
        return false;
    }
    into.clear();
    let (mut copied, mut changed) = (0, false);
    for at in memchr_iter(b'=', text.as_bytes()) {
        if at < copied {
            continue;
        }
        let Some((c, end)) = escape(text, at) else { continue };
        into.same(text, copied, at);
        if let Some(c) = c {
            into.put(c, at, end);
        }
        (copied, changed) = (end, true);
    }
    into.same(text, copied, text.len());
    changed
}

/// Does the end of a line stand behind a `=`, the code of a `=` itself, or the first byte of a character in
/// UTF-8 with another one?
fn is_telling(behind: &[u8]) -> bool {
    match behind {
        [b'\n', ..] | [b'\r', b'\n', ..] | [b'3', b'D', ..] => true,
        [b'C'..=b'F', low, b'=', high, ..] => {
            low.is_ascii_hexdigit() && matches!(high, b'8' | b'9' | b'A' | b'B')
        }
        _ => false,
    }
}

/// The escape that begins with the `=` at `at`: its character, none for a soft break, and its end.
fn escape(text: &str, at: usize) -> Option<(Option<char>, usize)> {
    let rest = text.get(at + 1..)?;
    if let Some(behind) = rest.strip_prefix('\n').or_else(|| rest.strip_prefix("\r\n")) {
        return Some((None, text.len() - behind.len()));
    }
    let mut bytes = [0; 4];
    let mut length = 0;
    for number in 0..bytes.len() {
        let digits = text.get(at + number * 3..at + number * 3 + 3).and_then(|code| code.strip_prefix('='));
        let capital = |digits: &&str| digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
        let Some(byte) = digits.filter(capital).and_then(|digits| u8::from_str_radix(digits, 16).ok()) else {
            break;
        };
        *bytes.get_mut(number)? = byte;
        length = number + 1;
        if let Ok(read) = std::str::from_utf8(bytes.get(..length)?) {
            let c = read.chars().next().filter(|c| !c.is_control())?;
            return Some((Some(c), at + length * 3));
        }
    }
    // One byte of Latin-1.
    let first = bytes.first().copied().filter(|_| length > 0).map(char::from)?;
    (!first.is_control()).then_some((Some(first), at + 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unquoted(text: &str) -> Option<String> {
        let mut mapped = Mapped::default();
        quoted(text, &mut mapped).then(|| mapped.text().to_owned())
    }

    #[test]
    fn quoted_printable_text_is_read() {
        for (text, plain) in [
            ("Jos=C3=A9 M=C3=BCller", "José Müller"),
            ("exam=\nple.com, x=\r\ny", "example.com, xy"),
            ("4111=\n=201111", "4111 1111"),
            ("Jos=E9 and=\n so", "José and so"),
            ("guest=3DAda", "guest=Ada"),
        ] {
            assert_eq!(unquoted(text).as_deref(), Some(plain), "{text}");
        }
        for text in ["x=12, y=4F, z=AB", "a=b\nc=d", "", "seq=C3"] {
            assert_eq!(unquoted(text), None, "{text}");
        }
    }

    #[test]
    fn a_break_has_digits_on_both_sides() {
        let found = |text: &str| breaks(text).collect::<Vec<_>>();
        assert_eq!(found("4111 1111\n1111 1111").first(), Some(&(9..10)));
        assert_eq!(found("+49 30 \r\n 1234567").first(), Some(&(6..10)));
        assert_eq!(found(&"1234567\n".repeat(100)).len(), 2);
        for text in ["a\n1", "1\n2", "12.5\nx", "1234567", "\n1234567"] {
            assert_eq!(found(text), Vec::<Range<usize>>::new(), "{text}");
        }
    }

    #[test]
    fn the_text_around_a_break_is_one_line() {
        let text = "first\ncard 4111 1111\n1111 1111 é\nlast";
        let gap = breaks(text).next().unwrap();
        let mut mapped = Mapped::default();
        assert_eq!(around(text, &gap, ' ', &mut mapped), 14);
        assert_eq!(mapped.text(), "card 4111 1111 1111 1111 é");
        assert_eq!(&text[mapped.original(5, 24)], "4111 1111\n1111 1111");
    }
}
