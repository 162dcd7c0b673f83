//! Digits for FF1, without big integers.

use fpe::ff1::{NumeralString, Operations};

/// The fewest digits: FF1 demands a million numbers of the form.
const LEAST: usize = 6;
/// The most digits: a half of them fits in 64 bits.
const MOST: usize = 36;
pub(super) const TEN: u32 = 10;

/// The digits of a number, as FF1 takes them. They need no allocation, and no arithmetic beyond 128 bits.
pub(super) struct Numerals {
    digits: [u8; MOST],
    length: usize,
}

impl Numerals {
    /// The digits of a text. `None` if there are too few or too many.
    pub fn of(text: &str) -> Option<Numerals> {
        let none = Numerals { digits: [0; MOST], length: 0 };
        let mut digits = text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0');
        digits.try_fold(none, Numerals::with).filter(|numerals| numerals.length >= LEAST)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = u8> {
        self.digits.iter().take(self.length).copied()
    }

    pub fn last(&self) -> Option<u8> {
        self.iter().next_back()
    }

    pub fn without_last(&self) -> Option<Numerals> {
        Some(Numerals { digits: self.digits, length: self.length.checked_sub(1)? })
    }

    pub fn with(mut self, digit: u8) -> Option<Numerals> {
        *self.digits.get_mut(self.length)? = digit;
        self.length += 1;
        Some(self)
    }

    /// The number that these digits make.
    fn half(&self, from: usize, length: usize) -> Half {
        let value =
            self.iter().skip(from).take(length).fold(0, |sum, digit| sum * u64::from(TEN) + u64::from(digit));
        Half { value, length }
    }
}

/// A half of the digits.
pub(super) struct Half {
    value: u64,
    length: usize,
}

/// The last bytes of a number.
pub(super) struct Bytes {
    bytes: [u8; 16],
    length: usize,
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(16 - self.length.min(16)..).unwrap_or_default()
    }
}

impl NumeralString for Numerals {
    type Ops = Half;

    fn is_valid(&self, radix: u32) -> bool {
        radix == TEN && self.iter().all(|digit| digit < 10)
    }

    fn numeral_count(&self) -> usize {
        self.length
    }

    fn split(&self) -> (Half, Half) {
        let first = self.length / 2;
        (self.half(0, first), self.half(first, self.length - first))
    }

    fn concat(a: Half, b: Half) -> Numerals {
        let mut numerals = Numerals { digits: [0; MOST], length: a.length + b.length };
        let (first, second) = numerals.digits.split_at_mut(a.length.min(MOST));
        for (half, digits) in [(a, first), (b, second)] {
            let mut value = half.value;
            for digit in digits.iter_mut().take(half.length).rev() {
                *digit = u8::try_from(value % u64::from(TEN)).unwrap_or_default();
                value /= u64::from(TEN);
            }
        }
        numerals
    }
}

impl Operations for Half {
    type Bytes = Bytes;

    fn numeral_count(&self) -> usize {
        self.length
    }

    fn to_be_bytes(&self, _radix: u32, length: usize) -> Bytes {
        Bytes { bytes: u128::from(self.value).to_be_bytes(), length }
    }

    fn add_mod_exp(self, other: impl Iterator<Item = u8>, radix: u32, digits: usize) -> Half {
        let (other, modulus) = reduced(other, radix, digits);
        Half::of((u128::from(self.value) + other) % modulus, digits)
    }

    fn sub_mod_exp(self, other: impl Iterator<Item = u8>, radix: u32, digits: usize) -> Half {
        let (other, modulus) = reduced(other, radix, digits);
        Half::of((u128::from(self.value) % modulus + modulus - other) % modulus, digits)
    }
}

impl Half {
    /// A number below ten to the eighteenth, the modulus of the reduction.
    fn of(value: u128, length: usize) -> Half {
        Half { value: u64::try_from(value).unwrap_or_default(), length }
    }
}

/// A number of many bytes, reduced by a modulus of at most ten to the eighteenth, so that one more byte fits.
fn reduced(bytes: impl Iterator<Item = u8>, radix: u32, digits: usize) -> (u128, u128) {
    let digits = u32::try_from(digits).unwrap_or_default().min(18);
    let modulus = u128::from(radix).pow(digits);
    (bytes.fold(0, |sum, byte| (sum * 256 + u128::from(byte)) % modulus), modulus)
}
