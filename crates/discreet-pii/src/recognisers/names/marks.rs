//! Signs that touch a name and are not those of code: `_Ada_`, `~~Ada Lovelace~~`, `=Ada Lovelace=`, `/Ada Lovelace/`.

/// Signs that people put around words.
const SIGNS: [u8; 8] = *b"~=#$%&/\\";
/// The most bytes of the words between two signs.
const LONGEST: usize = 48;

/// Do signs touch the word `start..end` that belong to the text, and not to an identifier? They stand on both sides of some
/// words, or on one side of two words with capitals. `beside`: the bytes in front and behind.
pub(super) fn are_of_name(text: &str, start: usize, end: usize, (before, after): (u8, u8)) -> bool {
    let opens = SIGNS.contains(&before);
    let closes = SIGNS.contains(&after);
    match (opens, closes) {
        (true, true) => before == after && are_around(text, start, end, before),
        (true, false) => are_around(text, start, end, before) || leads(text, start, end, before),
        (false, true) => are_around(text, start, end, after) || trails(text, start, end, after),
        (false, false) => false,
    }
}

/// Is the word `start..end` of a text in angle brackets, or in front of a bracket, and not of a tag, a type or a call: `<Ada
/// Lovelace> hello`, `Ada Lovelace(412)`, `Ada Lovelace> hello`?
pub(super) fn is_in_brackets(text: &str, start: usize, end: usize, (before, after): (u8, u8)) -> bool {
    let bytes = text.as_bytes();
    let alone = |at: usize| at.checked_sub(1).and_then(|at| bytes.get(at)).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let opens = match before {
        b'<' => alone(start - 1),
        b'=' => return false,
        before => !before.is_ascii_punctuation() || matches!(before, b'"' | b'\'' | b'(' | b'[' | b',' | b'.' | b'-'),
    };
    // A second word with a capital is in front, or a title.
    let head = text.get(..start).unwrap_or_default();
    let named = || {
        let word = head.strip_suffix(' ')?.trim_end_matches('.').rsplit(|c: char| !c.is_alphabetic()).next()?;
        word.chars().next().filter(|first| first.is_uppercase())
    };
    let closes = match after {
        b'>' if before == b'<' => {
            let rest = text.get(end + 1..).unwrap_or_default();
            !rest.starts_with(char::is_alphanumeric) && !rest.starts_with(['<', '(', ':', '{', '/', '\n']) && !rest.is_empty()
        }
        b'>' | b'@' | b'(' => named().is_some(),
        after => matches!(after, b' ' | b'.' | b',' | b'-' | b'\'') && are_words_up_to_bracket(text, end),
    };
    opens && closes
}

/// Do words, and no attributes, stand between `from` and the `>` of what may be a tag, or the end of the text?
fn are_words_up_to_bracket(text: &str, from: usize) -> bool {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let inside = |byte: &&u8| {
        byte.is_ascii_alphabetic() || **byte >= 0x80 || matches!(byte, b' ' | b'.' | b'\'' | b'-' | b',')
    };
    let length = rest.iter().take(LONGEST).take_while(inside).count();
    matches!(rest.get(length), None | Some(b'>'))
}

/// Do signs stand on both sides of the words around `start..end`, as Markdown emphasises text?
pub(super) fn are_around(text: &str, start: usize, end: usize, sign: u8) -> bool {
    let inside = |byte: &&u8| {
        byte.is_ascii_alphabetic() || **byte >= 0x80 || matches!(byte, b' ' | b'.' | b'\'' | b'-')
    };
    let head = text.as_bytes().get(..start).unwrap_or_default();
    let length = head.iter().rev().take(LONGEST).take_while(inside).count();
    let rest = head.get(..head.len() - length).unwrap_or_default();
    let marks = rest.iter().rev().take_while(|byte| **byte == sign).count();
    let opens = (1..=2).contains(&marks) && is_outside(rest.iter().rev().nth(marks));
    let tail = text.as_bytes().get(end..).unwrap_or_default();
    let length = tail.iter().take(LONGEST).take_while(inside).count();
    let rest = tail.get(length..).unwrap_or_default();
    let closes = (1..=2).contains(&rest.iter().take_while(|byte| **byte == sign).count());
    opens && closes && is_outside(rest.iter().find(|byte| **byte != sign))
}

/// May this byte stand beside a sign that is not one of code?
fn is_outside(byte: Option<&u8>) -> bool {
    byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte < 0x80)
}

/// Do signs stand in front of the word, behind a blank, and another word with a capital behind it: `#Ada Lovelace`?
fn leads(text: &str, start: usize, end: usize, sign: u8) -> bool {
    let head = text.as_bytes().get(..start).unwrap_or_default();
    let marks = head.iter().rev().take(3).take_while(|byte| **byte == sign).count();
    let apart = head.iter().rev().nth(marks).is_none_or(|byte| matches!(byte, b' ' | b'\n' | b'"'));
    let next = text.as_bytes().get(end..end + 3).unwrap_or_default();
    apart && marks < 3 && matches!(next, [b' ', b'A'..=b'Z', b'a'..=b'z'])
}

/// The same behind the last word: `Ada Lovelace/`.
fn trails(text: &str, start: usize, end: usize, sign: u8) -> bool {
    let head = text.as_bytes().get(..start).unwrap_or_default();
    let first = head.iter().rev().skip(1).take_while(|byte| byte.is_ascii_alphabetic());
    let word = head.len().checked_sub(1 + first.count()).and_then(|at| head.get(at));
    let tail = text.as_bytes().get(end..).unwrap_or_default();
    let marks = tail.iter().take(3).take_while(|byte| **byte == sign).count();
    let apart = tail.get(marks).is_none_or(|byte| matches!(byte, b' ' | b'\n' | b'"' | b'.' | b','));
    head.last() == Some(&b' ') && word.is_some_and(u8::is_ascii_uppercase) && apart && marks < 3
}
