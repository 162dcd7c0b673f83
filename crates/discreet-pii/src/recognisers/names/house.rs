//! The number of a house in front of its street.

/// The beginning of the number, or of two numbers, in front of `start`.
pub(super) fn before(text: &str, start: usize) -> Option<usize> {
    let first = one_before(text, start)?;
    Some(one_before(text, first).unwrap_or(first))
}

/// The most digits of the number of a house.
const LONGEST_HOUSE: usize = 6;

fn one_before(text: &str, start: usize) -> Option<usize> {
    let head = text.get(..start)?.as_bytes();
    let gap = head.iter().rev().take_while(|byte| matches!(byte, b' ' | b',')).count();
    let rest = head.get(..head.len().checked_sub(gap)?)?;
    // `12b`, `12-14`, `3/4`.
    let letter = usize::from(matches!(rest, [.., b'0'..=b'9', b'a'..=b'e' | b'A'..=b'E']));
    let digits = rest.get(..rest.len() - letter)?;
    let length = digits.iter().rev().take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'/')).count();
    let begin = digits.len() - length;
    let border = begin.checked_sub(1).and_then(|at| digits.get(at)).copied().unwrap_or(b' ');
    let whole = digits.get(begin)?.is_ascii_digit()
        && matches!(
            border,
            b' ' | b'\n'
                | b'\t'
                | b','
                | b'('
                | b':'
                | b'"'
                | b'#'
                | b'\''
                | b'`'
                | b'{'
                | b'<'
                | b'~'
                | b'*'
                | b'='
                | b'['
                | b'|'
                | b';'
                | b'>'
        );
    // `43019922 EUR 100`: the number of an account.
    let short = || {
        let parts = digits.get(begin..).unwrap_or_default().split(|byte| !byte.is_ascii_digit());
        parts.into_iter().all(|part| part.len() <= LONGEST_HOUSE)
    };
    (whole && gap > 0 && gap < 3 && (1..=9).contains(&length) && short()).then_some(begin)
}
