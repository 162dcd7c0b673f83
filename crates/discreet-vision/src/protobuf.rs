//! Protocol Buffers' wire format, as needed to read and write fields one by one.

/// One field of a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Field<'a> {
    Number { number: u64, value: u64 },
    Eight { number: u64, bytes: &'a [u8; 8] },
    Bytes { number: u64, bytes: &'a [u8] },
    Four { number: u64, bytes: &'a [u8; 4] },
}

impl Field<'_> {
    pub fn number(&self) -> u64 {
        match *self {
            Field::Number { number, .. } | Field::Eight { number, .. } => number,
            Field::Bytes { number, .. } | Field::Four { number, .. } => number,
        }
    }
}

/// The fields of a message, in their order; `None` once, as the last, at a malformed field.
pub(super) fn fields(message: &[u8]) -> impl Iterator<Item = Option<Field<'_>>> {
    let mut rest = message;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let field = take(&mut rest);
        if field.is_none() {
            rest = &[];
        }
        Some(field)
    })
}

pub(super) fn put_field(message: &mut Vec<u8>, field: &Field<'_>) {
    match *field {
        Field::Number { number, value } => {
            put_number(message, number << 3);
            put_number(message, value);
        }
        Field::Eight { number, bytes } => {
            put_number(message, number << 3 | 1);
            message.extend_from_slice(bytes);
        }
        Field::Bytes { number, bytes } => put_bytes(message, number, bytes),
        Field::Four { number, bytes } => {
            put_number(message, number << 3 | 5);
            message.extend_from_slice(bytes);
        }
    }
}

pub(super) fn put_bytes(message: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    put_number(message, number << 3 | 2);
    put_number(message, bytes.len() as u64);
    message.extend_from_slice(bytes);
}

fn put_number(message: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        message.push(value as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<Field<'a>> {
    let key = take_number(rest)?;
    let number = key >> 3;
    match key & 7 {
        0 => Some(Field::Number { number, value: take_number(rest)? }),
        1 => Some(Field::Eight { number, bytes: take_chunk(rest)? }),
        2 => {
            let length = usize::try_from(take_number(rest)?).ok()?;
            let (bytes, after) = rest.split_at_checked(length)?;
            *rest = after;
            Some(Field::Bytes { number, bytes })
        }
        5 => Some(Field::Four { number, bytes: take_chunk(rest)? }),
        _ => None,
    }
}

fn take_chunk<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (chunk, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(chunk)
}

fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again_byte_for_byte() {
        let message = [0x08, 0xac, 0x02, 0x12, 2, b'h', b'i', 0x1d, 1, 2, 3, 4, 0x21, 1, 2, 3, 4, 5, 6, 7, 8];
        let mut again = Vec::new();
        for field in fields(&message) {
            put_field(&mut again, &field.unwrap());
        }
        assert_eq!(again, message);
        assert_eq!(fields(&message).next(), Some(Some(Field::Number { number: 1, value: 300 })));
    }

    #[test]
    fn a_length_beyond_the_end_ends_it() {
        let fields: Vec<_> =
            fields(&[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1]).collect();
        assert_eq!(fields, [None]);
    }
}
