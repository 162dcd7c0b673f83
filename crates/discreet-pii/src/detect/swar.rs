//! SIMD within a register (SWAR): eight bytes of a text in a `u64`. A test sets the high bit of each byte that passes
//! it.
//!
//! See H. S. Warren, Hacker's Delight, 2nd edition, chapter 6.

/// A one in each byte.
pub(crate) const ONES: u64 = 0x0101_0101_0101_0101;
/// The high bit of each byte.
pub(crate) const HIGH: u64 = 0x8080_8080_8080_8080;

/// The eight bytes from `at` on; zeros behind the end.
#[inline]
pub(crate) fn block(bytes: &[u8], at: usize) -> u64 {
    if let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        return u64::from_le_bytes(*block);
    }
    // The last bytes of a text, without those in front of `at`.
    let rest = bytes.len().saturating_sub(at);
    match bytes.last_chunk::<8>() {
        Some(last) if rest > 0 => u64::from_le_bytes(*last) >> (64 - 8 * rest),
        _ => short(bytes.get(at..).unwrap_or_default()),
    }
}

/// The bytes of a text of less than eight.
#[cold]
fn short(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |block, byte| block << 8 | u64::from(*byte))
}

/// The number of bytes from `at` on that pass a test.
#[inline]
pub(crate) fn length(bytes: &[u8], at: usize, test: impl Fn(u64) -> u64) -> usize {
    let mut length = 0;
    loop {
        let more = leading(test(block(bytes, at + length)));
        length += more;
        if more < 8 {
            return length;
        }
    }
}

/// All bits of the first `count` bytes.
pub(crate) const fn below(count: usize) -> u64 {
    if count >= 8 { u64::MAX } else { (1 << (8 * count)) - 1 }
}

/// Tests for letters of ASCII.
pub(crate) const fn letters(block: u64) -> u64 {
    between((block | (ONES * 0x20)) & !HIGH, 0x61, 0x7a) & !block & HIGH
}

/// Tests for small letters of ASCII.
pub(crate) const fn smalls(block: u64) -> u64 {
    between(block & !HIGH, 0x61, 0x7a) & !block & HIGH
}

/// Tests for capital letters of ASCII.
pub(crate) const fn capitals(block: u64) -> u64 {
    between(block & !HIGH, 0x41, 0x5a) & !block & HIGH
}

/// May a byte of the block be a capital, or is one not ASCII? Cheaper than a test: six signs pass too.
#[inline]
pub(crate) const fn may_stand_out(block: u64) -> bool {
    // `A` to `Z` have the bit 0x40 and not 0x20.
    (block & !(block << 1) & (ONES * 0x40) | block & HIGH) != 0
}

/// Tests for digits of ASCII.
pub(crate) const fn digits(block: u64) -> u64 {
    between(block & !HIGH, 0x30, 0x39) & !block & HIGH
}

/// Tests for `byte`, a character of ASCII.
pub(crate) const fn are(block: u64, byte: u8) -> u64 {
    between(block & !HIGH, byte as u64, byte as u64) & !block & HIGH
}

/// Tests for small letters, with or without accents.
#[inline]
pub(crate) const fn small_letters(block: u64) -> u64 {
    // Most blocks are ASCII.
    if block & HIGH == 0 { smalls(block) } else { smalls(block) | accented(block) }
}

/// Tests for the bytes of small letters with accents, `ß` to `ÿ`: their first byte, and the second ones without that of
/// `÷`.
const fn accented(block: u64) -> u64 {
    let low = block & !HIGH;
    let second = between(low, 0x1f, 0x3f) & !between(low, 0x37, 0x37);
    (second | between(low, 0x43, 0x43)) & block & HIGH
}

/// The number of bytes that pass the test with the result `found`.
pub(crate) const fn count(found: u64) -> usize {
    ((found >> 7).wrapping_mul(ONES) >> 56) as usize
}

/// The high bits of the bytes in front that all pass the test with the result `found`.
pub(crate) const fn run(found: u64) -> u64 {
    let others = !found & HIGH;
    others.wrapping_sub(1) & !others & HIGH
}

/// The number of bytes in front that all pass the test with the result `found`.
pub(crate) const fn leading(found: u64) -> usize {
    ((!found & HIGH).trailing_zeros() / 8) as usize
}

/// The number of bytes at the end that all pass the test with the result `found`.
pub(crate) const fn trailing(found: u64) -> usize {
    (found | !HIGH).leading_ones() as usize / 8
}

/// Tests for bytes from `first` to `last`. No byte of `block` has its high bit set.
const fn between(block: u64, first: u64, last: u64) -> u64 {
    block.wrapping_add(ONES * (0x80 - first)) & !block.wrapping_add(ONES * (0x7f - last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_the_end_of_a_text_are_zeros() {
        let text = b"a long text";
        for length in 0..=text.len() {
            for at in 0..=length + 9 {
                let mut expected = [0; 8];
                expected.iter_mut().zip(text[..length].iter().skip(at)).for_each(|(to, from)| *to = *from);
                assert_eq!(block(&text[..length], at), u64::from_le_bytes(expected), "{length} {at}");
            }
        }
    }

    #[test]
    fn each_byte_is_tested_as_the_standard_library_does() {
        for byte in 0..=255_u8 {
            for place in 0..8 {
                let block = u64::from(byte) << (8 * place) | ((ONES * 0x20) & !(0xff << (8 * place)));
                let only = |passes: bool| if passes { 0x80 << (8 * place) } else { 0 };
                assert_eq!(letters(block), only(byte.is_ascii_alphabetic()), "{byte}");
                assert_eq!(smalls(block), only(byte.is_ascii_lowercase()), "{byte}");
                assert_eq!(capitals(block), only(byte.is_ascii_uppercase()), "{byte}");
                assert_eq!(digits(block), only(byte.is_ascii_digit()), "{byte}");
                let stands_out = byte.is_ascii_uppercase() || byte >= 0x80;
                assert_eq!(may_stand_out(block), stands_out || b"@[\\]^_".contains(&byte), "{byte}");
            }
        }
        assert_eq!((leading(smalls(block(b"anna-lena", 0))), leading(smalls(block(b"abc", 0)))), (4, 3));
        assert_eq!(leading(HIGH), 8);
    }
}
