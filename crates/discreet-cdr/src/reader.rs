//! A bounded cursor over a serialized message.

use super::fastdds_dialect::{WIDE_UNIT, is_big_endian, is_true};
use super::{HEADER, Malformed};

/// Reads fields one after the other; never reads past the end.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    /// The message after its header: CDR aligns from here.
    body: &'a [u8],
    at: usize,
    big_endian: bool,
}

macro_rules! numbers {
    ($($name:ident)*) => {$(
        /// Reads one number of this type.
        pub fn $name(&mut self) -> Result<$name, Malformed> {
            let bytes = self.array()?;
            Ok(if self.big_endian { $name::from_be_bytes(bytes) } else { $name::from_le_bytes(bytes) })
        }
    )*};
}

impl<'a> Reader<'a> {
    /// Starts after the header of `message`.
    pub fn new(message: &'a [u8]) -> Result<Self, Malformed> {
        let Some((header, body)) = message.split_first_chunk::<HEADER>() else {
            return Err(Malformed::Encapsulation);
        };
        let big_endian = is_big_endian(*header).ok_or(Malformed::Encapsulation)?;
        Ok(Reader { body, at: 0, big_endian })
    }

    numbers! { u8 i8 u16 i16 u32 i32 u64 i64 f32 f64 }

    /// Reads a bool.
    pub fn bool(&mut self) -> Result<bool, Malformed> {
        self.u8().map(is_true)
    }

    /// Reads `N` bytes without a length before them.
    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let taken = self.take(N)?;
        taken.first_chunk::<N>().copied().ok_or(Malformed::Truncated { offset: self.offset(), missing: N })
    }

    /// Reads a string's bytes, without the NUL.
    pub fn string(&mut self, bound: Option<u32>) -> Result<&'a [u8], Malformed> {
        let length = self.u32()?;
        let offset = self.offset().saturating_sub(4);
        // ROS writes an empty string as length 1 and a NUL. Length 0 is against the standard, but every
        // reader accepts it as an empty string.
        if length == 0 {
            return Ok(&[]);
        }
        over_bound(length.saturating_sub(1), bound, offset)?;
        match self.take(length as usize)?.split_last() {
            Some((0, text)) => Ok(text),
            _ => Err(Malformed::Unterminated { offset }),
        }
    }

    /// Reads a sequence of bytes.
    pub fn octets(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.sequence(1, None)?;
        self.take(length as usize)
    }

    /// Skips a wide string.
    pub fn skip_wstring(&mut self, bound: Option<u32>) -> Result<(), Malformed> {
        self.skip_sequence(4, WIDE_UNIT, WIDE_UNIT, bound)
    }

    /// Reads a wide string. Invalid UTF-16 is replaced by U+FFFD.
    pub(super) fn wstring(&mut self, bound: Option<u32>) -> Result<impl Iterator<Item = char>, Malformed> {
        let bytes = self.sequence_block(4, WIDE_UNIT, WIDE_UNIT, bound)?;
        let big_endian = self.big_endian;
        let units = bytes.as_chunks::<WIDE_UNIT>().0.iter().map(move |unit| {
            let unit = if big_endian { u32::from_be_bytes(*unit) } else { u32::from_le_bytes(*unit) };
            u16::try_from(unit).unwrap_or(0xfffd)
        });
        Ok(char::decode_utf16(units).map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER)))
    }

    /// Reads the number of elements of a sequence, each of which needs at least `smallest` bytes (and at
    /// least one).
    pub fn sequence(&mut self, smallest: usize, bound: Option<u32>) -> Result<u32, Malformed> {
        let count = self.u32()?;
        let offset = self.offset().saturating_sub(4);
        over_bound(count, bound, offset)?;
        // Compared before any loop or allocation: a count of four billion costs nothing.
        if count as usize > self.left() / smallest.max(1) {
            return Err(Malformed::Count { offset, claimed: count });
        }
        Ok(count)
    }

    /// Skips a sequence whose elements all have the same layout, in one step however long it is.
    pub(super) fn skip_sequence(
        &mut self,
        align: usize,
        size: usize,
        stride: usize,
        bound: Option<u32>,
    ) -> Result<(), Malformed> {
        self.sequence_block(align, size, stride, bound).map(drop)
    }

    /// The elements of such a sequence, with the padding between them.
    pub(super) fn sequence_block(
        &mut self,
        align: usize,
        size: usize,
        stride: usize,
        bound: Option<u32>,
    ) -> Result<&'a [u8], Malformed> {
        match self.sequence(size, bound)? {
            0 => Ok(&[]), // and no alignment either: Fast CDR pads only before an element
            count => {
                let all_but_last = (count as usize - 1).saturating_mul(stride);
                self.block(align, all_but_last.saturating_add(size))
            }
        }
    }

    /// Aligns, then skips `size` bytes.
    pub fn skip(&mut self, align: usize, size: usize) -> Result<(), Malformed> {
        self.block(align, size).map(drop)
    }

    /// Aligns, then reads `size` bytes.
    pub(super) fn block(&mut self, align: usize, size: usize) -> Result<&'a [u8], Malformed> {
        self.align(align);
        self.take(size)
    }

    /// True if numbers have their most significant byte first.
    pub(super) fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// Bytes not read yet.
    pub fn left(&self) -> usize {
        self.body.len().saturating_sub(self.at)
    }

    /// Position of the cursor, counted from the start of the message.
    pub fn offset(&self) -> usize {
        self.at.saturating_add(HEADER)
    }

    /// Ends the reading: the rest may only be padding to four bytes.
    pub fn end(&self) -> Result<(), Malformed> {
        match self.left() {
            0..=3 => Ok(()),
            extra => Err(Malformed::Trailing { offset: self.offset(), extra }),
        }
    }

    /// Advances to a multiple of `to`, a power of two. The next `take` detects the end.
    fn align(&mut self, to: usize) {
        self.at = self.at.next_multiple_of(to.max(1));
    }

    fn take(&mut self, size: usize) -> Result<&'a [u8], Malformed> {
        let rest = self.body.get(self.at..).unwrap_or_default();
        let Some((taken, _)) = rest.split_at_checked(size) else {
            return Err(Malformed::Truncated { offset: self.offset(), missing: size - rest.len() });
        };
        self.at += size;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.align(N);
        self.bytes()
    }
}

fn over_bound(length: u32, bound: Option<u32>, offset: usize) -> Result<(), Malformed> {
    match bound {
        Some(bound) if length > bound => Err(Malformed::Bound { offset, length, bound }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_cdr_of_either_byte_order_is_read() {
        for header in [[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 3]] {
            assert!(Reader::new(&header).is_ok(), "{header:?}");
        }
        // Parameter list, XCDR2, a vendor's own, and undefined options.
        for header in [[0, 2, 0, 0], [0, 3, 0, 0], [0, 7, 0, 0], [1, 1, 0, 0], [0, 1, 9, 0], [0, 1, 0, 4]] {
            assert_eq!(Reader::new(&header).err(), Some(Malformed::Encapsulation), "{header:?}");
        }
        assert_eq!(Reader::new(&[0, 1, 0]).err(), Some(Malformed::Encapsulation));
    }

    #[test]
    fn a_count_of_four_billion_is_refused_before_anything_happens() {
        let message = [0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3];
        let mut reader = Reader::new(&message).unwrap();
        assert_eq!(reader.sequence(1, None), Err(Malformed::Count { offset: 4, claimed: u32::MAX }));
    }

    #[test]
    fn a_string_ends_in_nul_and_keeps_its_bound() {
        let message = [0, 1, 0, 0, 3, 0, 0, 0, b'a', b'b', 0];
        assert_eq!(Reader::new(&message).unwrap().string(None), Ok(b"ab".as_slice()));
        assert_eq!(Reader::new(&message).unwrap().string(Some(2)), Ok(b"ab".as_slice()));
        let bound = Malformed::Bound { offset: 4, length: 2, bound: 1 };
        assert_eq!(Reader::new(&message).unwrap().string(Some(1)), Err(bound));
        let open = [0, 1, 0, 0, 2, 0, 0, 0, b'a', b'b'];
        assert_eq!(Reader::new(&open).unwrap().string(None), Err(Malformed::Unterminated { offset: 4 }));
    }

    #[test]
    fn big_endian_numbers_are_read() {
        let message = [0, 0, 0, 0, 1, 0xee, 0, 7, 0, 0, 0, 9];
        let mut reader = Reader::new(&message).unwrap();
        assert_eq!((reader.u8(), reader.u16(), reader.i32()), (Ok(1), Ok(7), Ok(9)));
        assert_eq!(reader.u8(), Err(Malformed::Truncated { offset: 12, missing: 1 }));
    }
}
