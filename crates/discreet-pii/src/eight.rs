//! Eight bytes of a text looked at at once, as one number; what is true of a byte is its high bit.

/// A one in each byte.
pub(super) const ONES: u64 = 0x0101_0101_0101_0101;
/// The high bit of each byte.
pub(super) const HIGH: u64 = 0x8080_8080_8080_8080;

/// Eight bytes from `at` on, or as many as there are.
#[inline]
pub(super) fn block(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.first_chunk::<8>() {
        Some(block) => u64::from_le_bytes(*block),
        None => {
            let mut block = [0; 8];
            block.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            u64::from_le_bytes(block)
        }
    }
}

/// All bits of the first `count` bytes.
pub(super) const fn below(count: usize) -> u64 {
    if count >= 8 { u64::MAX } else { (1 << (8 * count)) - 1 }
}

/// Which are letters of ASCII.
pub(super) const fn letters(block: u64) -> u64 {
    between((block | (ONES * 0x20)) & !HIGH, 0x61, 0x7a) & !block & HIGH
}

/// Which are small letters of ASCII.
pub(super) const fn smalls(block: u64) -> u64 {
    between(block & !HIGH, 0x61, 0x7a) & !block & HIGH
}

/// Which are capital letters of ASCII.
pub(super) const fn capitals(block: u64) -> u64 {
    between(block & !HIGH, 0x41, 0x5a) & !block & HIGH
}

/// Which are digits.
pub(super) const fn digits(block: u64) -> u64 {
    between(block & !HIGH, 0x30, 0x39) & !block & HIGH
}

/// Which are `byte`, one of ASCII.
pub(super) const fn are(block: u64, byte: u8) -> u64 {
    between(block & !HIGH, byte as u64, byte as u64) & !block & HIGH
}

/// How many of the first are all `found`.
pub(super) const fn leading(found: u64) -> usize {
    ((!found & HIGH).trailing_zeros() / 8) as usize
}

/// The high bit of each byte from `first` to `last`; no byte of `block` has its own.
const fn between(block: u64, first: u64, last: u64) -> u64 {
    block.wrapping_add(ONES * (0x80 - first)) & !block.wrapping_add(ONES * (0x7f - last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_told_as_it_is() {
        for byte in 0..=255_u8 {
            for place in 0..8 {
                let block = u64::from(byte) << (8 * place) | ((ONES * 0x20) & !(0xff << (8 * place)));
                let only = |whether: bool| if whether { 0x80 << (8 * place) } else { 0 };
                assert_eq!(letters(block), only(byte.is_ascii_alphabetic()), "{byte}");
                assert_eq!(smalls(block), only(byte.is_ascii_lowercase()), "{byte}");
                assert_eq!(capitals(block), only(byte.is_ascii_uppercase()), "{byte}");
                assert_eq!(digits(block), only(byte.is_ascii_digit()), "{byte}");
            }
        }
        assert_eq!((leading(smalls(block(b"anna-lena", 0))), leading(smalls(block(b"abc", 0)))), (4, 3));
        assert_eq!(leading(HIGH), 8);
    }
}
