//! Numbers that are one word, in German, Dutch and Italian: `neunzehnhundertfünfundachtzig`, `quarantacinque`.

use super::words::{DE, IT, Languages, NL};

/// The value of such a word, and its language.
pub(super) fn value(word: &str) -> Option<(u16, Languages)> {
    // The shortest is `ventuno`. This rejects most words.
    let bytes = word.as_bytes();
    if bytes.len() < 7 || !FIRST.contains(bytes.first_chunk()?) || !LAST.contains(bytes.last_chunk()?) {
        return None;
    }
    let in_dutch = || dutch(word).map(|value| (value, NL));
    german(word).map(|value| (value, DE)).or_else(in_dutch).or_else(|| Some((italian(word)?, IT)))
}

/// The beginnings and the endings of such words.
const FIRST: [[u8; 2]; 27] = [
    *b"ee",
    *b"tw",
    *b"ho",
    *b"ei",
    *b"zw",
    *b"dr",
    *b"vi",
    [b'f', 0xc3],
    *b"se",
    *b"si",
    *b"ac",
    *b"ne",
    *b"ze",
    *b"el",
    *b"hu",
    *b"ta",
    *b"ve",
    *b"tr",
    *b"qu",
    *b"ci",
    *b"ot",
    *b"no",
    *b"ce",
    *b"mi",
    *b"du",
    *b"un",
    *b"di",
];
const LAST: [[u8; 2]; 31] = [
    *b"ee",
    *b"ie",
    *b"jf",
    *b"es",
    [0xa9, b'n'],
    *b"ig",
    *b"rt",
    *b"nd",
    *b"ns",
    *b"ei",
    *b"er",
    *b"nf",
    *b"hs",
    *b"en",
    *b"ht",
    *b"un",
    *b"hn",
    *b"lf",
    *b"no",
    *b"ue",
    *b"re",
    [0xc3, 0xa9],
    *b"ro",
    *b"te",
    *b"to",
    *b"ve",
    *b"ci",
    *b"ti",
    *b"ta",
    *b"la",
    *b"le",
];

const GERMAN: &[(&str, u16)] = &[
    ("ein", 1),
    ("eins", 1),
    ("zwei", 2),
    ("drei", 3),
    ("vier", 4),
    ("fünf", 5),
    ("sechs", 6),
    ("sieben", 7),
    ("acht", 8),
    ("neun", 9),
    ("zehn", 10),
    ("elf", 11),
    ("zwölf", 12),
    ("dreizehn", 13),
    ("vierzehn", 14),
    ("fünfzehn", 15),
    ("sechzehn", 16),
    ("siebzehn", 17),
    ("achtzehn", 18),
    ("neunzehn", 19),
    ("zwanzig", 20),
    ("dreißig", 30),
    ("dreissig", 30),
    ("vierzig", 40),
    ("fünfzig", 50),
    ("sechzig", 60),
    ("siebzig", 70),
    ("achtzig", 80),
    ("neunzig", 90),
];

fn german(word: &str) -> Option<u16> {
    let below_hundred = |word: &str| match word.split_once("und") {
        Some((ones, tens)) => Some(listed(GERMAN, ones)? + listed(GERMAN, tens).filter(|tens| *tens >= 20)?),
        None => listed(GERMAN, word),
    };
    let below_thousand = |word: &str| parts(word, (GERMAN, "und"), ("hundert", 100, 19), below_hundred);
    parts(word, (GERMAN, "und"), ("tausend", 1000, 9), below_thousand)
}

const DUTCH: &[(&str, u16)] = &[
    ("een", 1),
    ("één", 1),
    ("twee", 2),
    ("drie", 3),
    ("vier", 4),
    ("vijf", 5),
    ("zes", 6),
    ("zeven", 7),
    ("acht", 8),
    ("negen", 9),
    ("tien", 10),
    ("elf", 11),
    ("twaalf", 12),
    ("dertien", 13),
    ("veertien", 14),
    ("vijftien", 15),
    ("zestien", 16),
    ("zeventien", 17),
    ("achttien", 18),
    ("negentien", 19),
    ("twintig", 20),
    ("dertig", 30),
    ("veertig", 40),
    ("vijftig", 50),
    ("zestig", 60),
    ("zeventig", 70),
    ("tachtig", 80),
    ("negentig", 90),
];

fn dutch(word: &str) -> Option<u16> {
    // `eenenzeventig`, `tweeëntwintig`
    let tens = |rest: &str| {
        let tens = rest.strip_prefix("en").or_else(|| rest.strip_prefix("ën"))?;
        listed(DUTCH, tens).filter(|tens| *tens >= 20)
    };
    let joined = |word: &str| {
        let ones = DUTCH.iter().take_while(|(_, ones)| *ones < 10);
        ones.filter_map(|(known, ones)| Some(ones + tens(word.strip_prefix(known)?)?)).next()
    };
    let below_hundred = |word: &str| listed(DUTCH, word).or_else(|| joined(word));
    let below_thousand = |word: &str| parts(word, (DUTCH, "en"), ("honderd", 100, 19), below_hundred);
    parts(word, (DUTCH, "en"), ("duizend", 1000, 9), below_thousand)
}

/// The number with `unit` in it: the part in front multiplies it, the part behind is added.
fn parts(
    word: &str,
    (words, and): (&[(&str, u16)], &str),
    (unit, size, most): (&str, u16, u16),
    rest: impl Fn(&str) -> Option<u16>,
) -> Option<u16> {
    let Some((count, behind)) = word.split_once(unit) else { return rest(word) };
    let count = if count.is_empty() { 1 } else { listed(words, count)? };
    let behind = match behind.strip_prefix(and).unwrap_or(behind) {
        "" => 0,
        behind => rest(behind)?,
    };
    (count <= most).then_some(count * size + behind)
}

const ITALIAN: &[(&str, u16)] = &[
    ("uno", 1),
    ("due", 2),
    ("tre", 3),
    ("tré", 3),
    ("quattro", 4),
    ("cinque", 5),
    ("sei", 6),
    ("sette", 7),
    ("otto", 8),
    ("nove", 9),
    ("dieci", 10),
    ("undici", 11),
    ("dodici", 12),
    ("tredici", 13),
    ("quattordici", 14),
    ("quindici", 15),
    ("sedici", 16),
    ("diciassette", 17),
    ("diciotto", 18),
    ("diciannove", 19),
];

/// The stems without the vowel that they lose in front of `uno` and `otto`.
const ITALIAN_TENS: &[(&str, u16)] = &[
    ("vent", 20),
    ("trent", 30),
    ("quarant", 40),
    ("cinquant", 50),
    ("sessant", 60),
    ("settant", 70),
    ("ottant", 80),
    // Behind `cento`, which keeps the vowel.
    ("ttant", 80),
    ("novant", 90),
];

fn italian(word: &str) -> Option<u16> {
    let (thousands, word) = match (word.strip_prefix("mille"), word.split_once("mila")) {
        (Some(rest), _) => (1, rest),
        (None, Some((count, rest))) => (listed(ITALIAN, count).filter(|count| *count <= 9)?, rest),
        (None, None) => (0, word),
    };
    let (hundreds, word) = match word.split_once("cento") {
        Some(("", rest)) => (1, rest),
        Some((count, rest)) => (listed(ITALIAN, count).filter(|count| *count <= 9)?, rest),
        None => (0, word),
    };
    let rest = if word.is_empty() { 0 } else { listed(ITALIAN, word).or_else(|| italian_tens(word))? };
    Some(thousands * 1000 + hundreds * 100 + rest)
}

fn italian_tens(word: &str) -> Option<u16> {
    let (rest, tens) =
        ITALIAN_TENS.iter().find_map(|(stem, tens)| Some((word.strip_prefix(stem)?, *tens)))?;
    let ones = rest.strip_prefix(['i', 'a']).unwrap_or(rest);
    let ones = if ones.is_empty() { 0 } else { listed(ITALIAN, ones).filter(|ones| *ones <= 9)? };
    Some(tens + ones)
}

fn listed(list: &[(&str, u16)], word: &str) -> Option<u16> {
    list.iter().find(|(listed, _)| *listed == word).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compounds_are_read_as_numbers() {
        let german =
            [("dreiundzwanzig", 23), ("hundertfünfzig", 150), ("neunzehnhundertfünfundachtzig", 1985)];
        for (word, number) in german.into_iter().chain([("zweitausendvierundzwanzig", 2024)]) {
            assert_eq!(value(word), Some((number, DE)), "{word}");
        }
        let dutch = [("vierendertig", 34), ("tweeëntwintig", 22), ("vierhonderdtwaalf", 412)];
        for (word, number) in dutch.into_iter().chain([("negentienhonderdeenenzeventig", 1971)]) {
            assert_eq!(value(word), Some((number, NL)), "{word}");
        }
        let italian = [
            ("quarantacinque", 45),
            ("ventuno", 21),
            ("trentotto", 38),
            ("millenovecentottantacinque", 1985),
        ];
        for (word, number) in italian.into_iter().chain([("duemilaventi", 2020)]) {
            assert_eq!(value(word), Some((number, IT)), "{word}");
        }
    }

    #[test]
    fn ordinary_words_are_not_numbers() {
        for word in [
            "hundreds",
            "achtung",
            "verbund",
            "ventilator",
            "settembre",
            "zehntausende",
            "centro",
            "einhundertx",
        ] {
            assert_eq!(value(word), None, "{word}");
        }
    }
}
