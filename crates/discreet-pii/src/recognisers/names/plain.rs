//! Names that the lists have as plain words only: `May`, `Li`, `Best`. A label, a title or the words in front tell them.

use super::cue::{self, Cue};
use super::run::Part;
use super::scores;
use super::table::Class;
use super::word::{Shape, byte};
use crate::kinds::Score;

/// Given names and surnames.
const NAMES: [&str; 66] = [
    "al", "ali", "ben", "cara", "darin", "della", "don", "ed", "ella", "jan", "may", "nell", "ora", "sue",
    "will", "uma", "sal", "van", "lane", "mann", "newton", "gross", "groß", "french", "ware", "bond",
    "english", "estes", "best", "holder", "odom", "welsh", "lord", "ho", "poe", "kaiser", "lange", "major",
    "singer", "hare", "friend", "dove", "early", "hay", "li", "doe", "dias", "durant", "han", "graf", "tan",
    "vu", "easter", "herzog", "bueno", "hoy", "oh", "rey", "weil", "ehrlich", "su", "sun", "dame", "judge",
    "bos", "wu",
];

/// The bytes of the longest.
const LONGEST: usize = 7;

/// The names as numbers, in order.
static SORTED: [u64; NAMES.len()] = {
    let (mut sorted, mut count) = ([0; NAMES.len()], 0);
    // Evaluated by the compiler, never at run time.
    #[allow(clippy::indexing_slicing)]
    while count < NAMES.len() {
        let (number, mut at) = (number(NAMES[count].as_bytes()), count);
        while at > 0 && sorted[at - 1] > number {
            sorted[at] = sorted[at - 1];
            at -= 1;
        }
        sorted[at] = number;
        count += 1;
    }
    sorted
};

/// A bit for the first letter, the last letter and the length of each, which few other words have.
static FILTER: [u64; 256] = {
    let (mut filter, mut at) = ([0; 256], 0);
    // Evaluated by the compiler, never at run time.
    #[allow(clippy::indexing_slicing)]
    while at < NAMES.len() {
        let key = key(NAMES[at].as_bytes());
        filter[key / 64] |= 1 << (key % 64);
        at += 1;
    }
    filter
};

/// The place of a word of at least two letters in the filter, in any case.
const fn key(word: &[u8]) -> usize {
    match word {
        [first, second, .., last] => {
            let (first, second, last) = (*first as usize % 32, *second as usize % 32, *last as usize % 32);
            ((first << 9) | (last << 4) | (word.len() % 16)) ^ (second << 5)
        }
        [first, second] => ((*first as usize % 32) << 5) | (*second as usize % 32),
        _ => 0,
    }
}

/// The letters of a word of up to eight bytes, in any case.
const fn number(word: &[u8]) -> u64 {
    let (mut number, mut rest) = (0, word);
    while let [letter, others @ ..] = rest {
        number = (number << 8) | (*letter | 0x20) as u64;
        rest = others;
    }
    number
}

/// Is the word such a name?
#[inline(always)]
pub(super) fn is_name(word: &str) -> bool {
    let (word, key) = (word.as_bytes(), key(word.as_bytes()));
    word.len() <= LONGEST
        && FILTER.get(key / 64).is_some_and(|bits| bits >> (key % 64) & 1 != 0)
        && is_listed(word)
}

#[cold]
fn is_listed(word: &[u8]) -> bool {
    SORTED.binary_search(&number(word)).is_ok()
}

/// Words with a capital that are no part of a name behind one.
const OTHERS: [&str; 58] = [
    "and",
    "und",
    "or",
    "oder",
    "the",
    "y",
    "et",
    "e",
    "en",
    "is",
    "ist",
    "has",
    "hat",
    "in",
    "of",
    "i",
    "ich",
    "you",
    "sie",
    "please",
    "bitte",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "room",
    "zimmer",
    "age",
    "sex",
    "dob",
    "id",
    "date",
    "phone",
    "email",
    "hello",
    "hi",
    "thanks",
    "danke",
    "wants",
    "needs",
    "can",
    "could",
    "would",
    "may",
    "will",
    "from",
    "at",
    "to",
];

/// May the plain word with a capital be a part of a name behind another one?
pub(super) fn is_part(text: &str, part: Part) -> bool {
    const NEVER: Class =
        Class::FIRM.or(Class::BODY).or(Class::UNIT).or(Class::TITLE).or(Class::STREET).or(Class::NATION);
    part.word.shape == Shape::Capital && !part.is(NEVER) && !is_other(part.word.text(text))
}

/// Is this a word that is no part of a name, also behind one?
pub(super) fn is_other(word: &str) -> bool {
    cue::any(word, &OTHERS)
}

/// Is the plain word `part` a name because of what stands in front of it: `my name is May Best`, `dottor Lo Cascio`?
/// `inside`: does a word stand there? `capital`: does another capital follow?
#[inline(always)]
pub(super) fn is_introduced(text: &str, part: Part, inside: bool, capital: impl Fn() -> bool) -> bool {
    let start = part.word.start;
    let short = part.word.end - start <= LONGEST;
    let word = part.word.text(text);
    let listed =
        || short && (is_name(word) || has_foreign_capital(word)) || part.is(Class::PARTICLE) && capital();
    let may_be = if inside { listed() } else { is_born(text, start) };
    may_be && part.word.shape == Shape::Capital && cue::before(text, start) == Cue::Strong
}

/// Begins the word with a capital that hardly begins a noun: `Åsa`? Lists compare words without accents, so that it is a
/// plain word of another language there. Those of German begin nouns.
pub(super) fn has_foreign_capital(word: &str) -> bool {
    word.starts_with(|c: char| !c.is_ascii() && c.is_uppercase() && !matches!(c, 'Ä' | 'Ö' | 'Ü'))
}

/// Is the word the name that somebody was born with: `geb. Winter`?
#[inline]
pub(super) fn is_born(text: &str, start: usize) -> bool {
    start > 4
        && byte(text, start - 2) == b'.'
        && text.as_bytes().get(..start).is_some_and(|head| head.ends_with(b"geb. "))
}

/// Does a word in small letters stand in front of `start`? That is no number, `12b`.
#[inline(always)]
pub(super) fn is_inside(text: &str, start: usize) -> bool {
    let head = text.as_bytes().get(..start).unwrap_or_default();
    matches!(head, [.., before, b'a'..=b'z' | 0x80.., b' ' | b'"'] if !before.is_ascii_digit())
}

/// Is the finding one word that is rarely a name: a hash `sha`, a type `int`, in small letters `la mia camera`? `score`: that
/// of a name without a strong cue.
pub(super) fn is_rather_word(found: Option<&str>, score: Score) -> bool {
    const ALWAYS: [&str; 2] = ["sha", "int"];
    const SMALL: [&str; 10] = ["mia", "mie", "sol", "ale", "angle", "basil", "ora", "sia", "sola", "alba"];
    let Some(word) = found.filter(|found| found.len() < 6) else { return false };
    ALWAYS.iter().any(|known| known.eq_ignore_ascii_case(word))
        || score < scores::LOWER_GREETED
            && word.starts_with(|c: char| c.is_ascii_lowercase())
            && SMALL.contains(&word)
}
