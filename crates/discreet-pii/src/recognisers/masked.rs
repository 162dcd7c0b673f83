//! Numbers whose digits are partly masked: `4111 11** **** 1111`, `***-**-9182`, `+49 171 ****182`.

use std::ops::Range;

/// The most bytes on each side.
const LONGEST: usize = 40;
/// The fewest masked digits at an end. Signs, such as an emoji, are seen as `*` too.
const LEAST: usize = 4;

/// Does a `*` stand beside the word `start..end`, or behind one blank or dash? A fast test that most words fail.
pub(crate) fn is_beside(bytes: &[u8], start: usize, end: usize) -> bool {
    let at = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().unwrap_or(0);
    let (last, next) = (at(start.checked_sub(1)), at(Some(end)));
    last == b'*'
        || next == b'*'
        || is_gap(last) && at(start.checked_sub(2)) == b'*'
        || is_gap(next) && at(Some(end + 1)) == b'*'
}

fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'-')
}

/// The number around the digits at `start..end`.
pub(crate) fn number(bytes: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let mut head = bytes.get(start.saturating_sub(LONGEST)..start)?.iter().rev();
    let mut tail = bytes.get(end..)?.iter().take(LONGEST);
    let (mut from, mut to) = (start - run(&mut head), end + run(&mut tail));
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
    let masked = whole.iter().filter(|byte| **byte == b'*').count();
    let digit = |byte: &u8| byte.is_ascii_digit();
    let inner = whole.get(whole.iter().position(digit)?..=whole.iter().rposition(digit)?)?;
    let has_mask = |bytes: &[u8]| bytes.windows(2).any(|pair| pair == b"**");
    (has_mask(inner) || masked >= LEAST && has_mask(whole)).then_some(from..to)
}

/// The length of the groups of digits and `*`, with one blank or dash between them.
fn run(bytes: &mut dyn Iterator<Item = &u8>) -> usize {
    let (mut length, mut gap) = (0, 0);
    for byte in bytes {
        match byte {
            b'0'..=b'9' | b'*' => (length, gap) = (length + gap + 1, 0),
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
            ("card **4111** x", None),
            ("2 * 12 * 4", None),
        ] {
            let start = text.find(|c: char| c.is_ascii_digit()).unwrap();
            let end = start + text[start..].find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - start);
            assert_eq!(number(text.as_bytes(), start, end).map(|at| &text[at]), found, "{text}");
        }
    }
}
