//! The spoken words for digits, letters and signs, in seven languages.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{compound, day};

/// The meaning that a spoken word may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// The word itself.
    Word,
    /// Digits already.
    Numeral,
    /// A single letter, lower case.
    Letter(u8),
    /// A word for a letter: `bravo`.
    Spelling(u8),
    /// `four`: a digit, in these languages.
    Digit(u8, Languages),
    /// A zero among digits: `oh`.
    Oh,
    /// `twelve`, `forty`, `dreiundzwanzig`.
    Number(u16, Languages),
    /// `hundred`.
    Hundred(Languages),
    /// `thousand`.
    Thousand(Languages),
    /// `double`: the next digit or letter, so many times.
    Times(u8),
    /// A word that sounds like a digit, and nearly always is another: `to`, `for`.
    Sound(u8),
    /// `twenty first`.
    Ordinal(u8),
    /// A sign: `dash`.
    Sign(u8),
    /// A dot, or the word `point`.
    Point,
    /// The sign of an e-mail address.
    At,
    /// `and`, `et`: joins the parts of a number.
    And,
    /// A filler: `um`.
    Filler,
    /// The name of a month.
    Month,
    /// `years`: the number in front is an age.
    Years,
}

/// Languages as bits. [`WEAK`] marks an everyday word.
pub(super) type Languages = u8;
pub(super) const EN: Languages = 1;
pub(super) const DE: Languages = 2;
pub(super) const FR: Languages = 4;
const ES: Languages = 8;
pub(super) const IT: Languages = 16;
pub(super) const NL: Languages = 32;
pub(super) const PT: Languages = 64;
pub(super) const EVERY: Languages = EN | DE | FR | ES | IT | NL | PT;
pub(super) const WEAK: Languages = 128;

/// The longest word of the list, and the longest compound, in bytes.
const LONGEST: usize = 48;

/// Words for numbers. Each row: a language, and its words from `from` upwards, with `/` between words for the same
/// number.
const COUNTED: &[(Languages, u16, &str)] = &[
    (EN, 0, "zero/nought/naught one two three four five six/sicks seven eight nine/niner"),
    (EN, 10, "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"),
    (DE, 0, "- eins zwei/zwo drei vier fünf/fuenf sechs sieben acht neun"),
    (DE, 10, "zehn - zwölf/zwoelf dreizehn vierzehn fünfzehn/fuenfzehn sechzehn siebzehn achtzehn neunzehn"),
    (FR, 0, "zéro/zero - deux trois quatre cinq six sept huit -"),
    (FR, 10, "dix onze douze treize quatorze quinze seize"),
    (ES, 0, "cero uno dos tres cuatro cinco seis siete ocho nueve"),
    (ES, 10, "diez - doce trece catorce quince dieciséis/dieciseis diecisiete dieciocho diecinueve"),
    (ES, 20, "veinte veintiuno veintidós/veintidos veintitrés/veintitres veinticuatro veinticinco"),
    (ES, 26, "veintiséis/veintiseis veintisiete veintiocho veintinueve"),
    (IT, 0, "zero uno - tre quattro cinque - sette - nove"),
    (IT, 10, "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove"),
    (NL, 0, "- één twee drie vier vijf zes zeven acht negen"),
    (NL, 10, "tien - twaalf dertien veertien vijftien zestien zeventien achttien negentien"),
    (PT, 0, "zero - dois/duas três/tres quatro cinco seis sete oito nove"),
    (
        PT,
        10,
        "dez onze doze treze catorze/quatorze quinze dezasseis/dezesseis dezassete/dezessete dezoito dezanove/dezenove",
    ),
    // Everyday words: they count next to a number of their language, never alone.
    (WEAK | DE, 0, "null ein/eine"),
    (WEAK | DE, 11, "elf"),
    (WEAK | NL, 0, "nul een"),
    (WEAK | NL, 11, "elf"),
    (WEAK | PT, 1, "uma"),
    (WEAK | FR, 1, "un/une - - - - - - - neuf"),
    (WEAK | ES, 1, "un/una"),
    (WEAK | ES, 11, "once"),
    (WEAK | IT, 2, "due - - - sei - otto"),
];

/// The same in steps of ten and of a hundred.
const STEPPED: &[(Languages, u16, u16, &str)] = &[
    (EN, 20, 10, "twenty thirty forty/fourty fifty sixty seventy eighty ninety"),
    (DE, 20, 10, "zwanzig dreißig/dreissig vierzig fünfzig/fuenfzig sechzig siebzig achtzig neunzig"),
    (FR, 20, 10, "vingt/vingts trente quarante cinquante soixante septante huitante/octante nonante"),
    (ES, 30, 10, "treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
    (IT, 20, 10, "venti trenta quaranta cinquanta sessanta settanta ottanta novanta"),
    (NL, 20, 10, "twintig dertig veertig vijftig zestig zeventig tachtig negentig"),
    (PT, 20, 10, "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa"),
    (
        PT,
        100,
        100,
        "cem duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos",
    ),
    (ES, 100, 100, "cien/ciento doscientos trescientos cuatrocientos quinientos"),
    (ES, 600, 100, "seiscientos setecientos ochocientos novecientos"),
];

const LETTERS: &str = "alpha/alfa bravo charlie delta echo foxtrot golf hotel india juliet/juliett kilo lima mike \
    november oscar papa quebec romeo sierra tango uniform victor whiskey/whisky xray yankee zulu";

const ORDINALS: &str = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth \
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth";

const OTHERS: &[(Sense, &str)] = &[
    (Sense::Oh, "oh"),
    (Sense::Hundred(EN), "hundred"),
    (Sense::Hundred(DE), "hundert"),
    (Sense::Hundred(FR | WEAK), "cent cents"),
    (Sense::Hundred(IT | PT), "cento"),
    (Sense::Hundred(NL), "honderd"),
    (Sense::Thousand(EN), "thousand"),
    (Sense::Thousand(DE), "tausend"),
    (Sense::Thousand(FR | IT), "mille"),
    (Sense::Thousand(ES | PT | WEAK), "mil"),
    (Sense::Thousand(NL), "duizend"),
    (Sense::Times(2), "double doppel doble doppio doppia dubbel"),
    (Sense::Times(3), "triple treble dreifach triplo tripla"),
    (Sense::Times(4), "quadruple"),
    (Sense::Sound(1), "won"),
    (Sense::Sound(2), "to too"),
    (Sense::Sound(4), "for fore"),
    (Sense::Sound(8), "ate"),
    (Sense::Ordinal(30), "thirtieth"),
    (Sense::Ordinal(1), "premier primero primo"),
    (Sense::Sign(b'.'), "dot punkt"),
    (Sense::Point, "point punto ponto punt"),
    (Sense::Sign(b'-'), "dash hyphen minus bindestrich tiret guion guión trattino koppelteken hífen"),
    (Sense::Sign(b'_'), "underscore unterstrich"),
    (Sense::Sign(b'/'), "slash schrägstrich barra"),
    (Sense::Sign(b':'), "colon doppelpunkt"),
    (Sense::Sign(b'+'), "plus più"),
    (Sense::At, "at ät klammeraffe arobase arrobas arroba chiocciola apenstaartje"),
    (Sense::And, "and und et"),
    (Sense::Filler, "um uh uhm erm er ehm äh ähm euh eh"),
    (Sense::Letter(b'z'), "zed zee"),
    (Sense::Month, "january february march april may june july august september october november december"),
    (Sense::Month, "januar februar märz mai juni juli oktober dezember"),
    (Sense::Month, "janvier février mars avril juin juillet août septembre octobre novembre décembre"),
    (
        Sense::Month,
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ),
    (Sense::Month, "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre"),
    (Sense::Month, "januari februari maart mei augustus"),
    (Sense::Month, "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro"),
    (Sense::Years, "year years jahre jahr ans años anni jaar anos"),
];

static WORDS: LazyLock<Words> = LazyLock::new(Words::new);

struct Words {
    senses: HashMap<&'static str, Sense>,
    /// A filter of the combinations of first byte, last byte and length in the list. It rejects most words.
    seen: [u64; 64],
}

/// The meaning of a word. `lower` is memory for its lower case.
pub(super) fn sense(word: &str, lower: &mut String) -> Sense {
    let bytes = word.as_bytes();
    let word = match bytes {
        [letter] if letter.is_ascii_alphabetic() => return Sense::Letter(letter.to_ascii_lowercase()),
        _ if bytes.len() > LONGEST => return Sense::Word,
        _ if bytes.iter().all(u8::is_ascii_lowercase) => word,
        _ if bytes.iter().all(u8::is_ascii_digit) => return Sense::Numeral,
        _ => {
            lower.clear();
            lower.extend(word.chars().flat_map(char::to_lowercase));
            lower.as_str()
        }
    };
    let listed = if WORDS.may_have(word) { WORDS.senses.get(word).copied() } else { None };
    match listed {
        Some(sense) => sense,
        None => match compound::value(word) {
            Some((value, language)) => Sense::Number(value, language),
            None => day::german_ordinal(word).map_or(Sense::Word, Sense::Ordinal),
        },
    }
}

impl Words {
    fn new() -> Words {
        let mut words = Words { senses: HashMap::new(), seen: [0; 64] };
        let spelled =
            LETTERS.split_whitespace().zip(b'a'..=b'z').map(|(w, letter)| (Sense::Spelling(letter), w));
        let ordinals = ORDINALS.split_whitespace().zip(1..).map(|(w, value)| (Sense::Ordinal(value), w));
        for (sense, forms) in spelled.chain(ordinals) {
            forms.split('/').for_each(|form| words.add(form, sense));
        }
        for (sense, forms) in OTHERS {
            forms.split_whitespace().for_each(|form| words.add(form, *sense));
        }
        let counted = COUNTED.iter().map(|(languages, from, list)| (*languages, *from, 1, *list));
        for (languages, from, step, list) in counted.chain(STEPPED.iter().copied()) {
            let values = (0..).map(|count| from + count * step);
            for (forms, value) in list.split_whitespace().zip(values) {
                forms
                    .split('/')
                    .filter(|form| *form != "-")
                    .for_each(|form| words.add(form, number(value, languages)));
            }
        }
        words
    }

    /// Adds a word. A number that two languages share belongs to both.
    fn add(&mut self, form: &'static str, sense: Sense) {
        let (word, bit) = slot(form);
        if let Some(bits) = self.seen.get_mut(word) {
            *bits |= bit;
        }
        let both = match (self.senses.get(form), sense) {
            (Some(Sense::Digit(a, before)), Sense::Digit(b, languages)) if *a == b => {
                number(b.into(), before | languages)
            }
            (Some(Sense::Number(a, before)), Sense::Number(b, languages)) if *a == b => {
                number(b, before | languages)
            }
            _ => sense,
        };
        self.senses.insert(form, both);
    }

    fn may_have(&self, word: &str) -> bool {
        let (word, bit) = slot(word);
        self.seen.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

fn number(value: u16, languages: Languages) -> Sense {
    match u8::try_from(value) {
        Ok(digit @ 0..=9) => Sense::Digit(digit, languages),
        _ => Sense::Number(value, languages),
    }
}

fn slot(word: &str) -> (usize, u64) {
    let bytes = word.as_bytes();
    let edge = |byte: Option<&u8>| usize::from(byte.copied().unwrap_or_default());
    let slot = (edge(bytes.first()) * 31 + edge(bytes.last()) * 173 + bytes.len() * 7) % 4096;
    (slot / 64, 1 << (slot % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_seven_languages_and_in_any_case() {
        let read = |word| sense(word, &mut String::new());
        assert_eq!(read("seven"), Sense::Digit(7, EN));
        assert_eq!(read("SIX"), Sense::Digit(6, EN | FR));
        assert_eq!(read("Fünf"), Sense::Digit(5, DE));
        assert_eq!((read("zes"), read("vier")), (Sense::Digit(6, NL), Sense::Digit(4, DE | NL)));
        assert_eq!((read("oito"), read("duzentos")), (Sense::Digit(8, PT), Sense::Number(200, PT)));
        assert_eq!(read("uno"), Sense::Digit(1, ES | IT));
        assert_eq!(read("treinta"), Sense::Number(30, ES));
        assert_eq!(read("novecientos"), Sense::Number(900, ES));
        assert_eq!(read("dreiundzwanzig"), Sense::Number(23, DE));
        assert_eq!((read("bravo"), read("q")), (Sense::Spelling(b'b'), Sense::Letter(b'q')));
        assert_eq!((read("tonight"), read("404")), (Sense::Word, Sense::Numeral));
    }
}
