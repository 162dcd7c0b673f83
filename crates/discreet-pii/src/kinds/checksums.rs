//! Check digits that several countries share, and access to the characters of a code.
//!
//! A code has its letters in upper case and its digits, without separators.

/// The digit at `at`; 0 where there is none.
pub(super) fn digit(code: &[u8], at: usize) -> u32 {
    code.get(at).filter(|byte| byte.is_ascii_digit()).map_or(0, |byte| u32::from(byte - b'0'))
}

/// The character at `at`; 0 where there is none.
pub(super) fn letter(code: &[u8], at: usize) -> u8 {
    code.get(at).copied().unwrap_or(0)
}

/// The number in the `length` digits from `at`.
pub(super) fn number(code: &[u8], at: usize, length: usize) -> u64 {
    code.iter().skip(at).take(length).fold(0, |sum, byte| sum * 10 + u64::from(byte.wrapping_sub(b'0') % 10))
}

/// The sum of the digits, each times its weight.
pub(super) fn weighted(code: &[u8], weights: &[u32]) -> u32 {
    weights.iter().enumerate().map(|(at, weight)| digit(code, at) * weight).sum()
}

/// Are all characters digits?
pub(super) fn digits(code: &[u8]) -> bool {
    code.iter().all(u8::is_ascii_digit)
}

/// Is it one character repeated?
pub(super) fn monotone(code: &[u8]) -> bool {
    code.windows(2).all(|pair| matches!(pair, [a, b] if a == b))
}

/// Has the code digits and letters?
pub(super) fn mixed(code: &[u8]) -> bool {
    code.iter().any(u8::is_ascii_digit) && code.iter().any(u8::is_ascii_alphabetic)
}

/// Has the code a digit, and more than one character repeated?
pub(super) fn varied(code: &[u8]) -> bool {
    code.iter().any(u8::is_ascii_digit) && !monotone(code)
}

/// Luhn's formula (ISO/IEC 7812-1, annex B): every second digit from the end is doubled.
pub(super) fn luhn(code: &[u8]) -> bool {
    let doubled = |(at, byte): (usize, &u8)| {
        let value = u32::from(byte.wrapping_sub(b'0') % 10);
        match at % 2 {
            0 => value,
            _ if value > 4 => value * 2 - 9,
            _ => value * 2,
        }
    };
    digits(code) && code.iter().rev().enumerate().map(doubled).sum::<u32>().is_multiple_of(10)
}

/// ISO/IEC 7064, MOD 11,10: the last digit checks the others.
pub(super) fn mod_11_10(code: &[u8]) -> bool {
    let Some((last, rest)) = code.split_last() else { return false };
    let product = rest.iter().fold(10, |product, byte| {
        let sum = (u32::from(byte.wrapping_sub(b'0')) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(last.wrapping_sub(b'0'))
}

/// ISO/IEC 7064, MOD 97-10: the remainder, 1 if the check digits are right. Letters count from A = 10.
pub(super) fn mod_97_10<'c>(code: impl Iterator<Item = &'c u8>) -> u32 {
    code.fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        b'A'..=b'Z' => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        _ => rest,
    })
}

/// Verhoeff's scheme over the dihedral group D5 (J. Verhoeff, Error Detecting Decimal Codes, 1969).
pub(super) fn verhoeff(code: &[u8]) -> bool {
    const PERMUTED: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let times = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let permuted = |value: u32, rounds: usize| {
        (0..rounds % 8).fold(value, |value, _| PERMUTED.get(value as usize).map_or(0, |to| u32::from(*to)))
    };
    let sum = code
        .iter()
        .rev()
        .enumerate()
        .fold(0, |sum, (at, byte)| times(sum, permuted(u32::from(byte.wrapping_sub(b'0') % 10), at)));
    digits(code) && sum == 0
}

/// The check digit of ICAO Doc 9303-3, 4.9: weights 7, 3, 1 repeated; letters count from A = 10, `<` as 0.
pub(super) fn icao(code: &[u8]) -> u32 {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    code.iter().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| value(*byte) * weight).sum::<u32>()
        % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luhn_finds_a_wrong_digit() {
        assert!(luhn(b"79927398713") && !luhn(b"79927398710") && !luhn(b"7992739871A"));
    }

    #[test]
    fn verhoeff_finds_a_wrong_digit_and_two_swapped() {
        assert!(verhoeff(b"2363") && !verhoeff(b"2364") && !verhoeff(b"2633"));
    }

    #[test]
    fn mod_11_10_is_that_of_the_standard() {
        assert!(mod_11_10(b"07945") && !mod_11_10(b"07946"));
    }

    #[test]
    fn mod_97_10_leaves_one() {
        assert_eq!(
            (mod_97_10(b"WEST12345698765432GB82".iter()), mod_97_10(b"WEST12345698765433GB82".iter())),
            (1, 28)
        );
    }

    #[test]
    fn icao_is_that_of_its_example() {
        // Doc 9303-3, 4.9, example 1: the date 27 July 1952.
        assert_eq!(icao(b"520727"), 3);
        assert_eq!(icao(b"AB2134<<<"), 5);
    }
}
