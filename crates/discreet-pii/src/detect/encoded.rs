//! Text in base64 (RFC 4648), as programs write tokens and identifiers. What is found in it is found in all of it.

use std::ops::Range;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The fewest characters that are read: a card has 22, a name of eleven letters 15.
const SHORTEST: usize = 15;
/// The most characters that are read.
const LONGEST: usize = 64 << 10;

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

static IN_ALPHABET: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        // `byte` is below 256 by the condition of the loop.
        #[allow(clippy::indexing_slicing)]
        let place = &mut table[byte];
        *place = matches!(byte as u8, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'-' | b'_');
        byte += 1;
    }
    table
};

fn is_in_alphabet(byte: u8) -> bool {
    IN_ALPHABET.get(usize::from(byte)).copied().unwrap_or(false)
}

/// The next text in base64 from `from` on: its place, and the text. Each window is read from its end: most have a byte
/// near it that no text in base64 has, and all in front of that is passed over.
pub(super) fn next(bytes: &[u8], from: usize, into: &mut Vec<u8>) -> Option<Range<usize>> {
    let mut start = from;
    while let Some(window) = bytes.get(start..start + SHORTEST) {
        if let Some(other) = window.iter().rposition(|byte| !is_in_alphabet(*byte)) {
            start += other + 1;
            continue;
        }
        let mut end = start;
        loop {
            let rest = bytes.get(end..).unwrap_or_default();
            let more = rest.iter().take(LONGEST).take_while(|byte| is_in_alphabet(**byte)).count();
            if more == 0 {
                break;
            }
            end += more;
            if decode(bytes.get(start..end).unwrap_or_default(), into) {
                let padding =
                    bytes.get(end..).unwrap_or_default().iter().take(2).take_while(|byte| **byte == b'=');
                return Some(start..end + padding.count());
            }
        }
        start = end;
    }
    None
}

/// Decodes `code`. False if it is not text.
fn decode(code: &[u8], into: &mut Vec<u8>) -> bool {
    // A word of small letters, a number or a path is not one.
    let capitals = code.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    let small = code.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    if capitals < 2 || small < 2 {
        return false;
    }
    into.clear();
    let engine = if code.iter().any(|byte| matches!(byte, b'-' | b'_')) { &URL_SAFE } else { &STANDARD };
    if engine.decode_vec(code, into).is_err() {
        return false;
    }
    std::str::from_utf8(into)
        .is_ok_and(|text| text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\r')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&str, String)> {
        let mut into = Vec::new();
        let at = next(text.as_bytes(), 0, &mut into)?;
        Some((&text[at], String::from_utf8(into).unwrap()))
    }

    #[test]
    fn text_in_base64_is_read_and_other_words_are_not() {
        for (text, code, plain) in [
            ("id TGluZGEgUGVyZXo= x", "TGluZGEgUGVyZXo=", "Linda Perez"),
            ("NDExMSAxMTExIDExMTEgMTExMQ", "NDExMSAxMTExIDExMTEgMTExMQ", "4111 1111 1111 1111"),
            ("x=YWRhQGV4YW1wbGUuY29t;", "YWRhQGV4YW1wbGUuY29t", "ada@example.com"),
        ] {
            assert_eq!(found(text), Some((code, plain.to_owned())), "{text}");
        }
        for text in [
            "internationalization",
            "InternationalOrganization",
            "/map/tile_12/cell_7",
            "1234567890123456",
            "9f1c2e77-1b7c-4c1d-9a3e",
            "",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
