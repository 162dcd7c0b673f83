//! Text of strings that are not UTF-8.

/// The characters of Windows-1252 (WHATWG Encoding Standard) for the bytes 0x80 to 0x9f; its other bytes are those of
/// Latin-1. Five bytes have no character.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}',
    '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

/// Writes `bytes` as text into `text`, which is emptied first. Each byte that is not UTF-8 is read as Windows-1252, as old
/// software writes names. An overlong form of an ASCII character, which RFC 3629 forbids, is that character. A byte
/// between two digits is U+FFFD: a letter would hide the number.
pub(crate) fn read(bytes: &[u8], text: &mut String) {
    text.clear();
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        at += chunk.valid().len();
        for (number, byte) in chunk.invalid().iter().enumerate() {
            let here = at + number;
            let neighbour = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
            let (before, behind) = (neighbour(here.checked_sub(1)), neighbour(Some(here + 1)));
            match (byte, behind) {
                (0xc0 | 0xc1, 0x80..=0xbf) => text.push(char::from((byte & 1) << 6 | (behind & 0x3f))),
                (0x80..=0xbf, _) if matches!(before, 0xc0 | 0xc1) => {}
                (0x80..=0x9f, _) => {
                    text.push(WINDOWS_1252.get(usize::from(byte - 0x80)).copied().unwrap_or('\u{fffd}'))
                }
                (0xc0.., _) if before.is_ascii_digit() && behind.is_ascii_digit() => text.push('\u{fffd}'),
                _ => text.push(char::from(*byte)),
            }
        }
        at += chunk.invalid().len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_encodings_and_forbidden_forms_are_read_as_people_read_them() {
        for (bytes, text) in [
            (&b"Gast J\xf6rg Sch\xe4fer"[..], "Gast Jörg Schäfer"),
            (b"4111\xa01111\x961111", "4111\u{a0}1111–1111"),
            (b"4111\xff1111", "4111\u{fffd}1111"),
            (b"\xc0\xb4\xc0\xb1", "41"),
            (b"\x81x", "\u{fffd}x"),
            ("Zoë".as_bytes(), "Zoë"),
            (b"\xe2\x82", "â‚"),
        ] {
            let mut read_text = "old".to_owned();
            read(bytes, &mut read_text);
            assert_eq!(read_text, text, "{bytes:?}");
        }
    }
}
