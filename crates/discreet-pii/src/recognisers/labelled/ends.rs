//! The ends of values behind labels.

/// The length of the value at `from`, up to the quotation mark that is also in front of it.
pub(super) fn closing_quote(bytes: &[u8], from: usize) -> Option<usize> {
    const LONGEST: usize = 128;
    let mark = bytes.get(from.checked_sub(1)?)?;
    let line = bytes.get(from..)?.iter().take(LONGEST).take_while(|byte| **byte != b'\n');
    line.enumerate().find(|(_, byte)| *byte == mark).map(|(length, _)| length)
}

/// The end of a password of several words: of the clause.
pub(super) fn phrase_end(rest: &str) -> usize {
    const LONGEST: usize = 96;
    let end = rest.bytes().take(LONGEST).position(|byte| matches!(byte, b',' | b';' | b'\n' | b'"' | b'.'));
    end.or_else(|| (rest.len() <= LONGEST).then_some(rest.len())).unwrap_or_else(|| value_end(rest, true))
}

/// The end of groups of digits with blanks or dashes between them.
pub(super) fn digits_end(rest: &str) -> usize {
    const LONGEST: usize = 40;
    let groups =
        rest.bytes().take(LONGEST).take_while(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-'));
    let length = groups.count();
    rest.get(..length).map_or(0, |groups| groups.trim_end_matches([' ', '-']).len())
}

/// The end of a value: a blank or a quotation mark, a tag, or `in_query` the next parameter of an address.
pub(super) fn value_end(rest: &str, in_query: bool) -> usize {
    const LONGEST: usize = 128;
    let stop = |(at, c): &(usize, char)| {
        let behind = rest.get(at + c.len_utf8()..).unwrap_or_default();
        let parameter = || {
            let name =
                behind.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            name > 0 && behind.as_bytes().get(name) == Some(&b'=')
        };
        *at > LONGEST
            || c.is_whitespace()
            || matches!(c, '"' | '\'' | '`')
            || in_query && *c == '&' && parameter()
            || *c == '<' && behind.starts_with('/')
            || matches!(c, ',' | ';') && behind.starts_with(['"', '\'', '{', '['])
    };
    rest.char_indices().find(stop).map_or(rest.len(), |(at, _)| at)
}

/// Is the value in front all that stands there?
pub(super) fn value_is_over(behind: &str) -> bool {
    behind.is_empty()
        || behind == "."
        || behind.starts_with(['"', ',', ';', '\n', '\r', '<', '|', '*', '`', ')', '}'])
}
