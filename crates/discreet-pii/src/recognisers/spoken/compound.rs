//! Numbers that are one word, in German and Italian: `neunzehnhundertfünfundachtzig`, `quarantacinque`.

/// The value of such a word, and whether it is German. Otherwise it is Italian.
pub(super) fn value(word: &str) -> Option<(u16, bool)> {
    // The shortest is `ventuno`. This rejects most words.
    let bytes = word.as_bytes();
    if bytes.len() < 7 || !FIRST.contains(bytes.first_chunk()?) || !LAST.contains(bytes.last_chunk()?) {
        return None;
    }
    if let Some(value) = german(word) {
        return Some((value, true));
    }
    italian(word).map(|value| (value, false))
}

/// The beginnings and the endings of such words.
const FIRST: [[u8; 2]; 24] = [
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
const LAST: [[u8; 2]; 26] = [
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
    let below_thousand = |word: &str| parts(word, "hundert", 100, 19, below_hundred);
    parts(word, "tausend", 1000, 9, below_thousand)
}

/// The number with `unit` in it: the part in front multiplies it, the part behind is added.
fn parts(word: &str, unit: &str, size: u16, most: u16, rest: impl Fn(&str) -> Option<u16>) -> Option<u16> {
    let Some((count, behind)) = word.split_once(unit) else { return rest(word) };
    let count = if count.is_empty() { 1 } else { listed(GERMAN, count)? };
    let behind = match behind.strip_prefix("und").unwrap_or(behind) {
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
            assert_eq!(value(word), Some((number, true)), "{word}");
        }
        let italian = [
            ("quarantacinque", 45),
            ("ventuno", 21),
            ("trentotto", 38),
            ("millenovecentottantacinque", 1985),
        ];
        for (word, number) in italian.into_iter().chain([("duemilaventi", 2020)]) {
            assert_eq!(value(word), Some((number, false)), "{word}");
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
