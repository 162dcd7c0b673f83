//! A bounded cursor over one frame.

use super::Garbled;

/// The rest of a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

macro_rules! numbers {
    ($($name:ident)*) => {$(
        pub(super) fn $name(&mut self) -> Result<$name, Garbled> {
            let (bytes, rest) = self.0.split_first_chunk().ok_or(Garbled::Truncated)?;
            self.0 = rest;
            Ok($name::from_le_bytes(*bytes))
        }
    )*};
}

impl<'a> Fields<'a> {
    numbers! { u8 u16 u32 u64 i64 f32 }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Garbled> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(Garbled::Truncated)?;
        self.0 = rest;
        Ok(*bytes)
    }

    pub(super) fn end(self) -> Result<(), Garbled> {
        match self.0.len() {
            0 => Ok(()),
            extra => Err(Garbled::Trailing(extra)),
        }
    }
}
