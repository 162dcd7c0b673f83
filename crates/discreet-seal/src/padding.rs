//! Padding, which hides the length of a message.

/// Padding of messages before encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Padding {
    /// None: the length of the content is visible.
    #[default]
    None,
    /// To the next of few lengths, at most 12 percent longer (Padmé, of "Reducing Metadata Leakage from
    /// Encrypted Files and Communication with PURBs", 2019). Lengths that differ little cannot be told apart.
    Padme,
}

/// The byte between the message and the zeros (ISO/IEC 7816-4).
pub(super) const MARK: u8 = 0x80;

impl Padding {
    /// The padded length of a message of `length` bytes.
    pub(super) fn filled(self, length: usize) -> Option<usize> {
        match self {
            Padding::None => Some(length),
            Padding::Padme => padme(length.checked_add(1)?),
        }
    }
}

/// Rounds up so that the length has no more significant bits than its exponent has.
fn padme(length: usize) -> Option<usize> {
    let exponent = length.checked_ilog2()?;
    let significant = exponent.checked_ilog2().map_or(0, |bits| bits + 1);
    let mask = (1_usize << exponent.saturating_sub(significant)) - 1;
    Some(length.checked_add(mask)? & !mask)
}

/// The length without padding. `None`: not padded.
pub(super) fn unfilled(bytes: &[u8]) -> Option<usize> {
    let end = bytes.iter().rposition(|byte| *byte != 0)?;
    (*bytes.get(end)? == MARK).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_that_differ_little_become_one() {
        let filled = |length| Padding::Padme.filled(length).unwrap();
        assert_eq!([0, 1, 8, 9, 99, 999, 1023].map(filled), [1, 2, 10, 10, 104, 1024, 1024]);
        assert_eq!([1_000_000, 1_001_000, 1_010_000].map(filled), [1_015_808; 3]);
        for length in 0..100_000 {
            let filled = filled(length);
            assert!(filled > length && filled * 100 <= (length + 1) * 112, "{length} {filled}");
        }
    }

    #[test]
    fn only_what_was_filled_up_has_a_length_without_it() {
        assert_eq!(unfilled(&[1, 2, MARK, 0, 0]), Some(2));
        assert_eq!(unfilled(&[1, 2, MARK, MARK]), Some(3));
        assert_eq!(unfilled(&[MARK]), Some(0));
        assert_eq!([&[][..], &[0, 0], &[1, 0], &[MARK, 1]].map(unfilled), [None; 4]);
    }
}
