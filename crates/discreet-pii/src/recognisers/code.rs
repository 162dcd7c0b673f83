//! Codes without a shape of their own: booking numbers, patient numbers. Only a context word makes anything of them.

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
    let foreign = rest.get(end).is_some_and(|next| *next >= 0x80);
    (number && !foreign).then_some((start + end, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_ends_with_a_letter_or_digit_and_has_a_digit() {
        assert_eq!(end(b"AB-12/3, x", 0), Some((7, 5)));
        assert_eq!(end(b"hello", 0), None);
        assert_eq!(end(b"A1--", 0), Some((2, 2)));
    }
}
