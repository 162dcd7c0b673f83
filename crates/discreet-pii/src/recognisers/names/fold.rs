//! Case and accent folding: `Zoë`, `ZOË` and `zoe` are the same word.

/// The letters from U+00C0 to U+017F without their accents; `-` marks those that [`fold`] handles.
const LATIN: &[u8] = b"\
     aaaaaa-ceeeeiiiidnooooo-ouuuuy--aaaaaa-ceeeeiiiidnooooo-ouuuuy-yaaaaaaccccccccddddeeeeeeeeeegggg \
     gggghhhhiiiiiiiiii--jjkkkllllllllllnnnnnnnnnoooooo--rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/// The same for U+1E00 to U+1EFF.
const VIETNAMESE: &[u8] = b"\
     aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr \
     ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwy-s----aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee \
     eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy------";

/// Calls `give` with each byte of `text` without case and accents. `data/names/build.py` does the same.
pub(crate) fn fold(text: &str, mut give: impl FnMut(u8)) {
    let mut rest = text;
    while let Some(&byte) = rest.as_bytes().first() {
        if byte.is_ascii() {
            give(byte.to_ascii_lowercase());
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let mut letters = rest.chars();
        if let Some(letter) = letters.next() {
            fold_letter(letter, &mut give);
        }
        rest = letters.as_str();
    }
}

fn fold_letter(letter: char, give: &mut impl FnMut(u8)) {
    let known = match u32::from(letter) {
        code @ 0xC0..0x180 => LATIN.get(code as usize - 0xC0),
        code @ 0x1E00..0x1F00 => VIETNAMESE.get(code as usize - 0x1E00),
        _ => None,
    };
    if let Some(&plain) = known.filter(|plain| **plain != b'-') {
        return give(plain);
    }
    let plain = match letter {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'þ' | 'Þ' => "th",
        '’' => "'",
        'ά' | 'Ά' => "α",
        'έ' | 'Έ' => "ε",
        'ή' | 'Ή' => "η",
        'ί' | 'Ί' | 'ϊ' | 'Ϊ' | 'ΐ' => "ι",
        'ό' | 'Ό' => "ο",
        'ύ' | 'Ύ' | 'ϋ' | 'Ϋ' | 'ΰ' => "υ",
        'ώ' | 'Ώ' => "ω",
        'ς' => "σ",
        'й' | 'Й' => "и",
        'ё' | 'Ё' => "е",
        'ї' | 'Ї' => "і",
        'ў' | 'Ў' => "у",
        'ș' | 'Ș' => "s",
        'ț' | 'Ț' => "t",
        'ơ' | 'Ơ' => "o",
        'ư' | 'Ư' => "u",
        // Combining accents.
        '\u{300}'..='\u{36f}' => "",
        _ => {
            let mut buffer = [0; 4];
            letter.to_lowercase().for_each(|lower| {
                lower.encode_utf8(&mut buffer).bytes().for_each(&mut *give);
            });
            return;
        }
    };
    plain.bytes().for_each(give);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut bytes = Vec::new();
        fold(text, |byte| bytes.push(byte));
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn case_and_accents_make_no_difference() {
        assert_eq!(folded("Zoë ÅSA Łukasz Þóra Weiß Nguyễn"), "zoe asa lukasz thora weiss nguyen");
        assert_eq!(folded("ΛΕΜΕΣΌΣ λεμεσός"), "λεμεσοσ λεμεσοσ");
        assert_eq!(folded("Zoe\u{308} O’Neil"), "zoe o'neil");
    }
}
