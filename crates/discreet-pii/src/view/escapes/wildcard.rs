//! Signs `%` that are not escapes.

/// Is the `%` one of SQL or of a magnetic stripe, and none of an escape: `LIKE '%42424242%'`, `%B4242424242424242^DOE`?
pub(super) fn is_wildcard(text: &str, at: usize) -> bool {
    const LONGEST: usize = 64;
    if is_quoted_pattern(text, at) {
        return true;
    }
    let bytes = text.as_bytes();
    let digits =
        |from: usize| bytes.iter().skip(from).take(LONGEST).take_while(|byte| byte.is_ascii_digit()).count();
    let stripe = || digits(at + 2) >= 12 && bytes.get(at + 2 + digits(at + 2)) == Some(&b'^');
    if matches!(bytes.get(at + 1), Some(b'B' | b'b')) && stripe() {
        return true;
    }
    let Some(mark) =
        at.checked_sub(1).and_then(|before| bytes.get(before)).filter(|mark| matches!(mark, b'\'' | b'"'))
    else {
        return false;
    };
    let inner = bytes.get(at + 1..).unwrap_or_default();
    let Some(end) = inner.iter().take(LONGEST).position(|byte| byte == mark) else { return false };
    let pattern = inner.get(..end).unwrap_or_default();
    let (body, closed) = pattern.strip_suffix(b"%").map_or((pattern, false), |body| (body, true));
    let like = || {
        let head = text.get(..at - 1).unwrap_or_default().trim_end_matches(' ');
        let from = head.len().saturating_sub(4);
        head.get(from..).is_some_and(|word| word.eq_ignore_ascii_case("like"))
    };
    !body.contains(&b'%') && (closed || like())
}

/// Does the `%` at `at` begin a quoted pattern of SQL: `'%Ada%'`?
fn is_quoted_pattern(text: &str, at: usize) -> bool {
    const LONGEST: usize = 64;
    let head = text.get(..at).unwrap_or_default();
    let Some(quote) = head.chars().next_back().filter(|quote| matches!(quote, '\'' | '"')) else {
        return false;
    };
    let inner = text.get(at + 1..).unwrap_or_default();
    let length = inner.bytes().take(LONGEST).position(|byte| byte == b'%');
    length.is_some_and(|length| inner.get(length + 1..).is_some_and(|rest| rest.starts_with(quote)))
}
