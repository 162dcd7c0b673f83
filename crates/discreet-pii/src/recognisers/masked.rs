//! Numbers whose digits are partly masked: `4111 11** **** 1111`, `***-**-9182`, `+49 171 ****182`.

use std::ops::Range;

/// The most bytes on each side.
const LONGEST: usize = 40;
/// The fewest masked digits at an end. Signs, such as an emoji, are seen as `*` too.
const LEAST: usize = 3;

/// Does a `*` stand beside the word `start..end`, or a masked digit behind one blank or dash? A fast test that most words fail.
#[inline(always)]
pub(crate) fn is_beside(bytes: &[u8], start: usize, end: usize) -> bool {
    let at = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let (last, next) = (at(start.wrapping_sub(1)), at(end));
    last == b'*'
        || next == b'*'
        || is_gap(last) && is_mask(at(start.wrapping_sub(2)))
        || is_gap(next) && is_mask(at(end + 1))
}

/// Begins or ends a word with two masked digits: `xxxx1111`, `11XX`?
#[inline]
pub(crate) fn is_in(bytes: &[u8], start: usize, end: usize) -> bool {
    let pair = |pair: Option<&[u8]>| matches!(pair, Some([one, other]) if one == other && one | 0x20 == b'x');
    pair(bytes.get(start..start + 2)) || pair(bytes.get(end.saturating_sub(2)..end))
}

/// Is it a sign in the place of a digit? Among others, as in `max 12`, it is not.
fn is_mask(byte: u8) -> bool {
    byte | 0x20 == b'x' || byte == b'*'
}

fn is_letter(byte: u8) -> bool {
    matches!(byte, b'x' | b'X')
}

fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'-')
}

/// The number around the digits at `start..end`.
pub(crate) fn number(bytes: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let mut head = bytes.get(start.saturating_sub(LONGEST)..start)?.iter().rev();
    let mut tail = bytes.get(end..)?.iter().take(LONGEST);
    // `xxxx1111` is one word.
    let (mut from, mut to) = (start - run(&mut head), end + run(&mut tail));
    if bytes.get(from).is_some_and(|first| is_letter(*first))
        && bytes.get(from.wrapping_sub(1)).is_some_and(u8::is_ascii_alphanumeric)
    {
        return None;
    }
    // The code of a country, `DE89 ****`.
    let code = bytes.get(from.saturating_sub(2)..from).filter(|code| code.iter().all(u8::is_ascii_uppercase));
    from -= code.filter(|_| bytes.get(from).is_some_and(u8::is_ascii_digit)).map_or(0, <[u8]>::len);
    from -= usize::from(from.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'+'));
    let masks = |bytes: &[u8]| bytes.iter().take_while(|byte| **byte == b'*').count();
    let whole = bytes.get(from..to)?;
    // `**4111**`
    let (open, close) = (masks(whole), whole.iter().rev().take_while(|byte| **byte == b'*').count());
    if open == close && open <= 3 {
        (from, to) = (from + open, to - close);
    }
    let whole = bytes.get(from..to)?;
    let masked = (0..whole.len()).filter(|at| is_masked(whole, *at)).count();
    let digit = |byte: &u8| byte.is_ascii_digit();
    let inner = whole.get(whole.iter().position(digit)?..=whole.iter().rposition(digit)?)?;
    let has_mask = |bytes: &[u8]| {
        bytes.windows(2).any(|pair| matches!(pair, [one, other] if one == other && is_mask(*one)))
    };
    (has_mask(inner) || masked >= LEAST && has_mask(whole)).then_some(from..to)
}

/// Is the byte at `at` a masked digit? A letter has another one beside it.
fn is_masked(bytes: &[u8], at: usize) -> bool {
    let beside = |other: usize| bytes.get(other) == bytes.get(at);
    bytes.get(at).is_some_and(|byte| {
        is_mask(*byte) && (!is_letter(*byte) || beside(at.wrapping_sub(1)) || beside(at + 1))
    })
}

/// The length of the groups of digits and masks, with one blank or dash between them.
fn run(bytes: &mut dyn Iterator<Item = &u8>) -> usize {
    let (mut length, mut gap) = (0, 0);
    let mut bytes = bytes.peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            // `1111 x 5`
            b'x' | b'X' if gap == 1 && bytes.peek() != Some(&byte) => break,
            b'0'..=b'9' => (length, gap) = (length + gap + 1, 0),
            byte if is_mask(*byte) => (length, gap) = (length + gap + 1, 0),
            byte if is_gap(*byte) && gap == 0 => gap = 1,
            _ => break,
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_groups_are_one_number() {
        for (text, found) in [
            ("card 4111 11** **** 1111, x", Some("4111 11** **** 1111")),
            ("card **** **** **** 4417", Some("**** **** **** 4417")),
            ("IBAN DE89 **** **** **30 00", Some("DE89 **** **** **30 00")),
            ("phone +49 171 ****182", Some("+49 171 ****182")),
            ("SSN xxx-xx-4399", Some("xxx-xx-4399")),
            ("card 4111-11XX-XXXX-1111", Some("4111-11XX-XXXX-1111")),
            ("passport ***1872", Some("***1872")),
            ("Foxx 1234", None),
            ("max 1234 x 5", None),
            ("card **4111** x", None),
            ("2 * 12 * 4", None),
        ] {
            let start = text.find(|c: char| c.is_ascii_digit()).unwrap();
            let end = start + text[start..].find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - start);
            assert_eq!(number(text.as_bytes(), start, end).map(|at| &text[at]), found, "{text}");
        }
    }
}
