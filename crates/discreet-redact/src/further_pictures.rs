//! Files with several pictures: animated PNG, and JPEG with further views or a gain map (MPO, CIPA DC-007).

use super::{CompressedFormat, kind};

/// True if a JPEG or PNG says that it has more than one picture. Only the first is ever decoded.
pub fn has_further_pictures(bytes: &[u8]) -> bool {
    match kind(bytes) {
        Some(CompressedFormat::Png) => has_frames(bytes).unwrap_or(false),
        Some(CompressedFormat::Jpeg) => has_index(bytes).unwrap_or(false),
        None => false,
    }
}

/// The animation's chunk comes before the first pixels.
fn has_frames(bytes: &[u8]) -> Option<bool> {
    let mut rest = bytes.get(8..)?;
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (name, after) = after.split_first_chunk::<4>()?;
        match name {
            b"acTL" => return Some(u32::from_be_bytes(*after.first_chunk()?) > 1),
            b"IDAT" => return Some(false),
            _ => {}
        }
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        rest = after.get(length.checked_add(4)?..)?;
    }
}

/// The index of all pictures is a segment of the first.
fn has_index(bytes: &[u8]) -> Option<bool> {
    let mut rest = bytes.get(2..)?;
    loop {
        let ([0xff, marker], after) = rest.split_first_chunk::<2>()? else { return None };
        if *marker == 0xda {
            return Some(false);
        }
        let length = usize::from(u16::from_be_bytes(*after.first_chunk()?));
        if *marker == 0xe2 && after.get(2..length)?.starts_with(b"MPF\0") {
            return Some(true);
        }
        rest = after.get(length..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(chunks: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for (name, data) in chunks {
            bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
            bytes.extend([name, data, &[0; 4][..]].concat());
        }
        bytes
    }

    #[test]
    fn an_animation_and_a_file_of_several_views_are_known() {
        let frames =
            |count| png(&[(b"IHDR", &[0; 13]), (b"acTL", &[0, 0, 0, count, 0, 0, 0, 0]), (b"IDAT", b"")]);
        assert!(has_further_pictures(&frames(2)) && !has_further_pictures(&frames(1)));
        assert!(!has_further_pictures(&png(&[(b"IHDR", &[0; 13]), (b"IDAT", b""), (b"acTL", &[9; 8])])));
        let jpeg = |segment: &[u8]| [b"\xff\xd8\xff\xe0\0\x04ab", segment, b"\xff\xda\0\x02"].concat();
        assert!(has_further_pictures(&jpeg(b"\xff\xe2\0\x06MPF\0")));
        assert!(!has_further_pictures(&jpeg(b"\xff\xe2\0\x06ICC_")) && !has_further_pictures(&jpeg(b"")));
        for bytes in
            [&b""[..], b"\xff\xd8", b"\xff\xd8\xff\xe2\0\x01MPF\0", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xff"]
        {
            assert!(!has_further_pictures(bytes));
        }
    }
}
