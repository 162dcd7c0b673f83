//! Payment cards in groups that no pattern lists: `4111/1111/1111/1111`, `41 11 11 ...`, `4,111,111,111,111,111`. One
//! separator stands between all groups. The check digit decides.

use std::ops::Range;

use crate::detect::swar;
use crate::kinds::{Scores, alone, is_card};

/// The scores of a card in unusual groups.
pub(crate) const SCORES: Scores = alone(80).near(92);

/// The most blanks between two groups.
const BLANKS: usize = 4;

/// The most digits of a card.
const LONGEST: usize = 19;

/// May a card begin with the word of `length` bytes at `start`, which is a `number` or has other bytes? A fast test that
/// most numbers fail: two separators of one kind stand between short groups.
#[inline]
pub(crate) fn may_begin(bytes: &[u8], start: usize, length: usize, number: bool) -> bool {
    if length >= 13 {
        return true;
    }
    let end = start + length;
    if length > 6 {
        // `4111_1111` is a word.
        return !number && bytes.get(start..end).is_some_and(|word| word.contains(&b'_'));
    }
    let rest = bytes.get(end..).unwrap_or_default();
    let first = rest.first().copied().unwrap_or(0);
    if !is_sign(first) {
        let bracket = |byte: &u8| matches!(byte, b'(' | b'[');
        return matches!(first, b')' | b']') && length == 4 && rest.iter().skip(1).take(2).any(bracket);
    }
    let gap = rest.iter().take(BLANKS).take_while(|byte| !byte.is_ascii_digit()).count();
    let second = rest.iter().skip(gap).take(7).take_while(|byte| byte.is_ascii_digit()).count();
    if length == 6 && second == 7 && gap == 1 {
        return matches!(first, b' ' | b'-');
    }
    if gap > BLANKS || !(1..=6).contains(&second) || rest.get(gap + second) != Some(&first) {
        return false;
    }
    // No letter stands among thirteen digits and two separators.
    swar::letters(swar::block(bytes, start)) | swar::letters(swar::block(bytes, start + 7)) == 0
}

/// Are the digits at `at` the seconds of a time of these decades, as robots write them?
fn is_time(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at..), Some([b'1', b'5'..=b'9', ..]))
}

fn is_sign(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'/' | b'_' | b',' | b'|' | b':' | b'+' | b'*')
}

/// The card that begins with the digit at `start`. `behind_card`: it is the next of a row of cards.
pub(crate) fn find(bytes: &[u8], start: usize, behind_card: bool) -> Option<Range<usize>> {
    let (mut code, mut count) = ([0; LONGEST], 0);
    let (mut sizes, mut groups) = ([0; LONGEST], 0);
    let (mut at, mut joint) = (start, None);
    let end = loop {
        let size = bytes.get(at..)?.iter().take(LONGEST + 1).take_while(|byte| byte.is_ascii_digit()).count();
        // More digits than a card has: the beginning may be one.
        if count + size > LONGEST || groups == LONGEST {
            break at - joint.map_or(0, |(length, _)| length);
        }
        for byte in bytes.get(at..at + size)? {
            *code.get_mut(count)? = *byte;
            count += 1;
        }
        // Decimal numbers. `411111 1111111111` is the number of an issuer and an account.
        if size > 6 && size < 13 && !(size == 10 && groups == 1 && count == 16 && !is_time(bytes, at)) {
            return None;
        }
        *sizes.get_mut(groups)? = size;
        groups += 1;
        let end = at + size;
        let Some((length, sign)) = separator(bytes, end).filter(|_| size < 13) else { break end };
        if *joint.get_or_insert((length, sign)) != (length, sign) {
            break end;
        }
        at = end + length;
    };
    let sizes = sizes.get(..groups)?;
    let (length, sign) = joint.unwrap_or((0, 0));
    // In the middle of a longer row.
    let inside = !behind_card
        && joint.is_some()
        && start.checked_sub(length + 1).is_some_and(|before| {
            let head = bytes.get(..=before).unwrap_or_default();
            let size = head.iter().rev().take(LONGEST).take_while(|byte| byte.is_ascii_digit()).count();
            // `12 4111 1111 1111 1111`
            let other = matches!(sign, b' ' | b'-') && sizes.starts_with(&[4; 4]) && size != 4
                || sign == b' ' && Some(&size) != sizes.first();
            size > 0 && !other && separator(bytes, before + 1) == joint
        });
    // `4111 1111 1111 1111 12`, `4111 1111 1111 1111 5500 0055 5555 5559`: other numbers follow.
    if sizes.len() > 4 && sizes.starts_with(&[4; 4]) && !inside && code.get(..16).is_some_and(is_card) {
        let card = start..start + 16 + 3 * length;
        let nineteen = grouped(sizes, count, sign) && code.get(..count).is_some_and(is_card);
        return Some(if nineteen && ends(bytes, end) { start..end } else { card });
    }
    let whole = groups > 1
        || matches!(bytes.get(end), Some(b'.' | b'e' | b'E' | b':' | b'-'))
        || start > 0 && matches!(bytes.get(start - 1), Some(b'-' | b'_' | b':' | b'/'));
    let fits = grouped(sizes, count, sign) && whole && !inside && ends(bytes, end);
    (fits && code.get(..count).is_some_and(is_card)).then_some(start..end)
}

/// Does a card in a row of numbers differ from the cells of a map? The numbers beside it have other lengths than its
/// groups, or are a card too.
pub(crate) fn is_apart(bytes: &[u8], card: Range<usize>, behind_card: bool) -> bool {
    const GROUP: usize = 4;
    let digits =
        |bytes: &mut dyn Iterator<Item = &u8>| bytes.take_while(|byte| byte.is_ascii_digit()).count();
    let head = bytes.get(..card.start.saturating_sub(1)).unwrap_or_default();
    let tail = bytes.get(card.end + 1..).unwrap_or_default();
    let before = behind_card || digits(&mut head.iter().rev().take(GROUP + 1)) != GROUP;
    let size = digits(&mut tail.iter().take(GROUP + 1));
    before && (size != GROUP || find(bytes, card.end + 1, true).is_some())
}

/// The length of the separator at `end`, with blanks around it, and its sign; a digit follows.
fn separator(bytes: &[u8], end: usize) -> Option<(usize, u8)> {
    let (length, found) = match bytes.get(end..)? {
        // `4111    1111    1111    1111`
        [b' ', b' ', b' ', b' ', next, ..] if next.is_ascii_digit() => (BLANKS, b' '),
        [b' ', byte, b' ', next, ..] if is_sign(*byte) && next.is_ascii_digit() => (3, *byte),
        [byte, b' ', next, ..] if is_sign(*byte) && next.is_ascii_digit() => (2, *byte),
        [byte, next, ..] if is_sign(*byte) && next.is_ascii_digit() => (1, *byte),
        // `(4111) (1111) (1111) (1111)`
        [close @ (b')' | b']'), b' ', b'(' | b'[', next, ..] if next.is_ascii_digit() => (3, *close),
        [close @ (b')' | b']'), b'(' | b'[', next, ..] if next.is_ascii_digit() => (2, *close),
        _ => return None,
    };
    Some((length, found))
}

/// Are the groups those of a card: fours, an American card, equal groups, or thousands?
fn grouped(sizes: &[usize], count: usize, sign: u8) -> bool {
    let Some((last, rest)) = sizes.split_last() else { return false };
    let equal = |size: usize| rest.iter().all(|group| *group == size) && (1..=size).contains(last);
    let thousands = || {
        let behind = sizes.get(1..).unwrap_or_default();
        matches!(sign, b',' | b'.')
            && behind.iter().all(|group| *group == 3)
            && sizes.first().is_some_and(|first| *first <= 3)
    };
    match sizes {
        [_] => count >= 13,
        [4, 6, 4 | 5] | [6, 10] => true,
        _ if equal(4) => count >= 13,
        _ if matches!(count, 15 | 16) => [1, 2, 3, 5].into_iter().any(equal) || thousands(),
        _ => false,
    }
}

/// Does a number end here? Zeros behind a point, and an exponent of zero, are the same number.
fn ends(bytes: &[u8], end: usize) -> bool {
    let rest = bytes.get(end..).unwrap_or_default();
    let zeros = |rest: &[u8]| rest.iter().take_while(|byte| **byte == b'0').count();
    match rest {
        [b'.', b'0', ..] => {
            !rest.get(1 + zeros(rest.get(1..).unwrap_or_default())).is_some_and(u8::is_ascii_digit)
        }
        [b'.', next, ..] if next.is_ascii_digit() => false,
        [b'e' | b'E', b'+', b'0', ..] | [b'e' | b'E', b'0', ..] => true,
        // `_4111111111111111_`
        [b'_', ..] => !super::code::is_joined(rest),
        [byte, ..] => !byte.is_ascii_alphanumeric(),
        [] => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let start = text.find(|c: char| c.is_ascii_digit())?;
        find(text.as_bytes(), start, false).map(|at| &text[at])
    }

    #[test]
    fn a_card_in_a_row_of_numbers_is_found() {
        for text in ["4111 1111 1111 1111 12", "4111 1111 1111 1111 5500 0055 5555 5559 4012 8888 8888 1881"]
        {
            assert_eq!(found(text), Some("4111 1111 1111 1111"), "{text}");
        }
        assert_eq!(found("4111 1111 1111 1112 5500 0055"), None);
    }

    #[test]
    fn a_card_may_have_any_groups_with_one_separator() {
        for text in [
            "4111/1111/1111/1111",
            "4111.1111.1111.1111",
            "4111_1111_1111_1111",
            "4111, 1111, 1111, 1111",
            "4111 - 1111 - 1111 - 1111",
            "4111|1111|1111|1111",
            "41 11 11 11 11 11 11 11",
            "41111 11111 11111 1",
            "411 111 111 111 111 1",
            "4,111,111,111,111,111",
            "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
            "3782 822463 10005",
            "411111 1111111111",
        ] {
            assert_eq!(found(text), Some(text));
        }
        assert_eq!(found("4111111111111111.0"), Some("4111111111111111"));
        assert_eq!(found("-4111111111111111,"), Some("4111111111111111"));
        assert_eq!(found("4111111111111111e0"), Some("4111111111111111"));
        assert_eq!(found("_4111 1111 1111 1111_, x"), Some("4111 1111 1111 1111"));
    }

    #[test]
    fn other_rows_of_numbers_are_not_cards() {
        for text in [
            "4111/1111/1111/1112",
            "4111 1111-1111 1111",
            "411 1111 1111 11111",
            "41 11 11 11 11 11 11 11 11",
            "4111111111111111.5",
            "4111111111111111_x",
            "12.5 13.75",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
