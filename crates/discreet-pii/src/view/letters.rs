//! The form in which a reader takes a character.

use unicode_normalization::UnicodeNormalization;

/// The form in which a reader takes a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// As it stands.
    Same,
    /// Not at all: it has no shape, or only joins and orders others.
    Gone,
    /// As a blank.
    Blank,
    /// As the end of a line.
    Line,
    /// As this character.
    As(char),
    /// As its compatibility form (NFKC of Unicode Standard Annex 15).
    Compatible,
    /// As a mark on the character in front of it.
    Mark,
    /// As a dash between digits, or else as it stands.
    Dash,
    /// As a dot that separates digits, or else as it stands.
    Dot,
    /// As a comma, or as it stands between letters that are not ASCII: there it parts the items of a list.
    Comma,
    /// As a letter of the Latin alphabet if it stands among such letters.
    LooksLatin(char),
    /// As a sign that separates words, unless it belongs to what stands beside it.
    Sign,
}

/// The form in which every [`Seen::Sign`] is taken: no finding and no label has it in it.
pub(super) const SIGN: char = '*';

/// The form in which a reader takes `c`.
pub(super) fn seen(c: char) -> Seen {
    match c {
        '\n' | '\r' | ' '..='~' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' => {
            Seen::Same
        }
        '\u{b}' | '\u{c}' => Seen::Line,
        '\t'
        | '\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{2800}'
        | '\u{3000}'
        | '\u{3164}'
        // Ends of lines that few programs show as such.
        | '\u{85}'
        | '\u{2028}'
        | '\u{2029}' => Seen::Blank,
        '\u{ad}' => Seen::Gone,
        // A byte that was not text.
        '\u{fffc}' | '\u{fffd}' => Seen::Gone,
        // The long vowel of katakana looks like a dash among digits.
        '\u{30fc}' | '\u{ff70}' => Seen::Dash,
        '\u{b7}' | '\u{2022}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' | '\u{30fb}' | '\u{ff65}' => Seen::Dot,
        '²' => Seen::As('2'),
        '³' => Seen::As('3'),
        '¹' => Seen::As('1'),
        '\u{ab}' | '\u{bb}' | '\u{201c}'..='\u{201f}' | '\u{2033}' | '\u{300c}'..='\u{300f}' => Seen::As('"'),
        '\u{2b9}'..='\u{2bc}' | '\u{2018}'..='\u{201b}' | '\u{2032}' => Seen::As('\''),
        '\u{300}'..='\u{36f}' if c != '\u{34f}' => Seen::Mark,
        '\u{483}'..='\u{489}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}' => Seen::Mark,
        // Vowels and finals of Hangul join the syllable in front.
        '\u{1161}'..='\u{11ff}' => Seen::Mark,
        // Vowel signs of Arabic and points of Hebrew are mostly left out.
        '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{640}' | '\u{64b}'..='\u{655}' | '\u{670}' => Seen::Gone,
        '\u{2d7}'
        | '\u{58a}'
        | '\u{5be}'
        | '\u{1806}'
        | '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{2500}'
        | '\u{2e3a}'
        | '\u{2e3b}'
        | '\u{301c}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}' => Seen::As('-'),
        '\u{2024}' | '\u{3002}' => Seen::As('.'),
        '\u{3001}' => Seen::Comma,
        '\u{60c}' => Seen::As(','),
        '\u{61b}' => Seen::As(';'),
        '\u{61f}' => Seen::As('?'),
        '\u{2044}' | '\u{2215}' => Seen::As('/'),
        '\u{2236}' | '\u{a789}' => Seen::As(':'),
        '×' | '÷' => Seen::Sign,
        '\u{24f5}'..='\u{24ff}'
        | '\u{2776}'..='\u{2793}'
        | '\u{1f10b}'
        | '\u{1f10c}'
        | '\u{1f150}'..='\u{1f169}'
        | '\u{1f170}'..='\u{1f189}' => enclosed(c).map_or(Seen::Same, Seen::As),
        _ if is_shapeless(c) => Seen::Gone,
        _ if is_compatible(c) => Seen::Compatible,
        _ => match (digit(c), latin(c)) {
            (Some(digit), _) => Seen::As(digit),
            (None, Some(letter)) => Seen::LooksLatin(letter),
            (None, None) if is_sign(c) => Seen::Sign,
            (None, None) => Seen::Same,
        },
    }
}

/// Is it neither a letter nor a digit nor a mark: an emoji, a bullet, a bracket of Chinese?
fn is_sign(c: char) -> bool {
    // Chinese characters and Hangul, of which a text may consist.
    let common = matches!(c, '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}');
    // The geresh and gershayim are in Hebrew words.
    let inner = matches!(c, '\u{5f3}' | '\u{5f4}');
    !common && !inner && !c.is_alphanumeric() && !unicode_normalization::char::is_combining_mark(c)
}

/// Controls, marks of direction (Unicode Standard Annex 9), joiners, fillers, selectors of variants, tags.
const fn is_shapeless(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Other forms of letters and digits that NFKC knows: full-width, mathematical, in circles, ligatures, Arabic by
/// position. Signs such as `½`, `™` and `…` are left as they are.
const fn is_compatible(c: char) -> bool {
    matches!(c,
        '\u{1d2c}'..='\u{1d6a}' | '\u{2070}'..='\u{209c}' | '\u{2100}'..='\u{211f}' | '\u{2121}'
        | '\u{2124}'..='\u{214e}' | '\u{2160}'..='\u{217f}' | '\u{2460}'..='\u{24ff}' | '\u{3200}'..='\u{33ff}'
        | '\u{f900}'..='\u{faff}' | '\u{fb00}'..='\u{fb17}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe50}'..='\u{fe6f}'
        | '\u{fe70}'..='\u{fefc}' | '\u{ff01}'..='\u{ffee}' | '\u{1d400}'..='\u{1d7ff}' | '\u{1ee00}'..='\u{1eeff}'
        | '\u{1f100}'..='\u{1f189}' | '\u{1fbf0}'..='\u{1fbf9}' | '\u{2f800}'..='\u{2fa1f}')
}

/// The letter or digit in a circle or square that NFKC leaves as it is: white on black, or in two circles.
fn enclosed(c: char) -> Option<char> {
    let (first, zero) = match c {
        '\u{24f5}'..='\u{24fd}' => ('\u{24f5}', b'1'),
        '\u{24ff}' => ('\u{24ff}', b'0'),
        '\u{2776}'..='\u{277e}' => ('\u{2776}', b'1'),
        '\u{2780}'..='\u{2788}' => ('\u{2780}', b'1'),
        '\u{278a}'..='\u{2792}' => ('\u{278a}', b'1'),
        '\u{1f10b}'..='\u{1f10c}' => (c, b'0'),
        '\u{1f150}'..='\u{1f169}' => ('\u{1f150}', b'A'),
        '\u{1f170}'..='\u{1f189}' => ('\u{1f170}', b'A'),
        _ => return None,
    };
    u8::try_from(u32::from(c) - u32::from(first)).ok().map(|place| char::from(zero + place))
}

/// The compatibility form of a character.
pub(super) fn compatible(c: char, into: &mut String) {
    into.clear();
    into.extend(std::iter::once(c).nfkc());
}

/// The zero of each script with decimal digits (general category Nd); its other digits follow.
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50,
    0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
    0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066,
    0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950,
    0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6,
    0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

/// The digit of ASCII with the value of a digit of another script.
fn digit(c: char) -> Option<char> {
    let code = u32::from(c);
    let before = ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?;
    let value = code - ZEROS.get(before)?;
    char::from_digit(value, 10)
}

/// The letter of ASCII that a letter of Cyrillic, Greek or Armenian looks like (Unicode Technical Standard 39).
fn latin(c: char) -> Option<char> {
    const CYRILLIC: (&str, &str) =
        ("АВЕЅІЈКМНОРСТУХҮԚԜаеѕіјорсухһԁԛԝӏүѵԍ", "ABESIJKMHOPCTYXYQWaesijopcyxhdqwlyvg");
    const GREEK: (&str, &str) = ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϳονιραϲυ", "ABEZHIKMNOPTYXCjovipacu");
    const ARMENIAN: (&str, &str) = ("ՍՏՕօսհոցզ", "USOouhngq");
    let (letters, look) = match c {
        '\u{370}'..='\u{3ff}' => GREEK,
        '\u{400}'..='\u{52f}' => CYRILLIC,
        '\u{530}'..='\u{58f}' => ARMENIAN,
        _ => return None,
    };
    letters.chars().zip(look.chars()).find(|(letter, _)| *letter == c).map(|(_, look)| look)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_that_looks_latin_has_its_counterpart() {
        assert_eq!(
            (latin('А'), latin('о'), latin('Ρ'), latin('ѵ'), latin('ԍ')),
            (Some('A'), Some('o'), Some('P'), Some('v'), Some('g'))
        );
        assert_eq!((latin('υ'), latin('Ж'), latin('q')), (Some('u'), None, None));
    }

    #[test]
    fn digits_of_all_scripts_have_their_value() {
        assert_eq!((digit('٤'), digit('९'), digit('𝟙'), digit('x')), (Some('4'), Some('9'), Some('1'), None));
        assert!(ZEROS.windows(2).all(|pair| pair[0] + 9 < pair[1]));
    }

    #[test]
    fn letters_and_digits_in_circles_are_read() {
        let read = |text: &str| {
            text.chars().map(|c| if let Seen::As(c) = seen(c) { c } else { '?' }).collect::<String>()
        };
        assert_eq!((read("❹❶❶❶⓿⓵"), read("➊➀🄋🄌")), ("411101".to_owned(), "1100".to_owned()));
        assert_eq!((read("🅐🅓🅐"), read("🅰🆉")), ("ADA".to_owned(), "AZ".to_owned()));
    }

    #[test]
    fn no_letter_of_a_language_is_taken_for_shapeless() {
        for c in "äßéñçøłőžčΑάЖйщאبنقअकกไ漢かカ한ơưỹ".chars() {
            assert!(matches!(seen(c), Seen::Same | Seen::LooksLatin(_)), "{c}");
        }
    }
}
