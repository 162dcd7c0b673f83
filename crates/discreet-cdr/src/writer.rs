//! Writes small messages (tags, catalogue entries) as little-endian CDR into a buffer that is reused.

use super::HEADER;

/// Appends fields in the order of the type's definition, with the alignment that readers expect.
#[derive(Debug)]
pub struct Writer<'a> {
    buffer: &'a mut Vec<u8>,
}

macro_rules! numbers {
    ($($name:ident)*) => {$(
        /// Writes one number of this type.
        pub fn $name(&mut self, value: $name) {
            self.aligned(&value.to_le_bytes());
        }
    )*};
}

impl<'a> Writer<'a> {
    /// Empties `buffer`, keeping its memory, and writes the header.
    pub fn new(buffer: &'a mut Vec<u8>) -> Self {
        buffer.clear();
        buffer.extend_from_slice(&[0, 1, 0, 0]);
        Writer { buffer }
    }

    /// Goes on with a message that another writer has begun.
    pub fn append(buffer: &'a mut Vec<u8>) -> Self {
        Writer { buffer }
    }

    numbers! { u8 i8 u16 i16 u32 i32 u64 i64 f32 f64 }

    /// Writes a bool as one byte.
    pub fn bool(&mut self, value: bool) {
        self.u8(value.into());
    }

    /// Writes a fixed array of bytes, without a length before it.
    pub fn bytes<const N: usize>(&mut self, value: &[u8; N]) {
        self.buffer.extend_from_slice(value);
    }

    /// Writes a string: its length with the NUL, its bytes, the NUL.
    pub fn str(&mut self, value: &str) {
        // C readers stop at a NUL; the bytes after it would hide data.
        let value = value.split('\0').next().unwrap_or_default();
        self.sequence(value.len().saturating_add(1));
        self.buffer.extend_from_slice(value.as_bytes());
        self.buffer.push(0);
    }

    /// Writes a sequence of bytes.
    pub fn octets(&mut self, value: &[u8]) {
        self.sequence(value.len());
        self.buffer.extend_from_slice(value);
    }

    /// Writes the number of elements that follow.
    pub fn sequence(&mut self, count: usize) {
        // DDS has no messages of 4 GiB. Such a count makes decoding fail.
        self.u32(u32::try_from(count).unwrap_or(u32::MAX));
    }

    fn aligned<const N: usize>(&mut self, bytes: &[u8; N]) {
        let body = self.buffer.len().saturating_sub(HEADER);
        self.buffer.resize(HEADER + body.next_multiple_of(N.max(1)), 0);
        self.buffer.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Reader;
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_the_buffer_is_used_again() {
        let mut buffer = vec![0xaa; 100];
        let memory = buffer.as_ptr();
        let mut writer = Writer::new(&mut buffer);
        writer.u8(1);
        writer.u64(2);
        writer.bool(true);
        writer.u16(3);
        writer.str("hé");
        writer.bytes(&[1, 2, 3]);
        writer.sequence(2);
        writer.f64(0.5);
        writer.i32(-4);

        let mut reader = Reader::new(&buffer).unwrap();
        assert_eq!((reader.u8(), reader.u64(), reader.bool()), (Ok(1), Ok(2), Ok(true)));
        assert_eq!((reader.u16(), reader.string(None)), (Ok(3), Ok("hé".as_bytes())));
        assert_eq!((reader.bytes(), reader.sequence(4, None)), (Ok([1, 2, 3]), Ok(2)));
        assert_eq!((reader.f64(), reader.i32(), reader.left()), (Ok(0.5), Ok(-4), 0));
        assert_eq!(buffer.as_ptr(), memory);
    }

    #[test]
    fn a_string_is_written_as_rclpy_writes_it() {
        let mut buffer = Vec::new();
        Writer::new(&mut buffer).str("ab");
        assert_eq!(buffer, [0, 1, 0, 0, 3, 0, 0, 0, b'a', b'b', 0]);
    }
}
