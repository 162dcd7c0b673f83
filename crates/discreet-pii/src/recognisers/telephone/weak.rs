//! Numbers that are telephone numbers only in context. Few texts have one.

use super::forms;
use crate::kinds::Score;

/// The highest score of a weak number without context.
pub(crate) const WEAK: Score = forms::WEAK;

/// Is the number that begins with the digits `start..end` weak: without a zero in front, a bracket and an extension, and not
/// of North America? A fast test that most numbers pass.
#[inline(never)]
pub(crate) fn is_weak(bytes: &[u8], start: usize, end: usize) -> bool {
    const LONGEST: usize = 48;
    let rest = bytes.get(end..).unwrap_or_default();
    let digits =
        |from: usize| rest.iter().skip(from).take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let american = match end - start {
        1 => true,
        3 => digits(0) == 0 && digits(1) == 3 || matches!(rest, [b' ', b'-' | b'/', ..]),
        _ => false,
    };
    if american || bytes.get(start) == Some(&b'0') {
        return false;
    }
    let inside = |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.' | b'/' | b',');
    let length = rest.iter().take(LONGEST).take_while(inside).count();
    length < LONGEST && !matches!(rest.get(length), Some(b'(' | b'e' | b'E' | b'x' | b'X' | b'#'))
}

#[cfg(test)]
mod tests {
    use super::super::number;
    use super::*;

    #[test]
    fn a_weak_number_has_a_low_score() {
        let weak = |text: &str| {
            let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
            is_weak(text.as_bytes(), 0, end)
        };
        for text in ["12093050", "362-55-9684", "194.86.98.177", "4872 0138 3127", "1234567 was"] {
            assert!(
                weak(text) && number(text.as_bytes(), 0).is_none_or(|found| found.scores.alone <= WEAK),
                "{text}"
            );
        }
        for text in [
            "212-555-0199",
            "1 212 555 0199",
            "212 - 555 - 0147",
            "0171 2345678",
            "22 44 66 x12",
            "22 (44) 6677",
        ] {
            assert!(!weak(text), "{text}");
        }
    }
}
