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

/// A bit for the first letter, the last letter and the length of each, which few other words have.
static FILTER: [u64; 256] = {
    let (mut filter, mut at) = ([0; 256], 0);
    while at < NAMES.len() {
        // `at` and `key` are below the lengths.
        #[allow(clippy::indexing_slicing)]
        {
            let key = key(NAMES[at].as_bytes());
            filter[key / 64] |= 1 << (key % 64);
        }
        at += 1;
    }
    filter
};

/// The place of a word in the filter, in any case.
const fn key(word: &[u8]) -> usize {
    match (word.first(), word.last()) {
        (Some(first), Some(last)) => {
            (*first as usize % 32) << 9 | (*last as usize % 32) << 4 | word.len() % 16
        }
        _ => 0,
    }
}

/// Is the word such a name?
#[inline]
pub(super) fn is_name(word: &str) -> bool {
    let key = key(word.as_bytes());
    FILTER.get(key / 64).is_some_and(|bits| bits >> (key % 64) & 1 != 0) && cue::any(word, &NAMES)
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
/// `capital`: does another capital follow?
#[inline]
pub(super) fn is_introduced(text: &str, part: Part, capital: impl Fn() -> bool) -> bool {
    let may_be = part.is(Class::PLAIN_NAME)
        || is_born(text, part.word.start)
        || part.is(Class::PARTICLE) && is_inside(text, part.word.start) && capital();
    may_be && part.word.shape == Shape::Capital && cue::before(text, part.word.start) == Cue::Strong
}

/// Is the word the name that somebody was born with: `geb. Winter`?
pub(super) fn is_born(text: &str, start: usize) -> bool {
    start > 4
        && byte(text, start - 2) == b'.'
        && text.as_bytes().get(..start).is_some_and(|head| head.ends_with(b"geb. "))
}

/// Does the word go on with a sentence?
fn is_inside(text: &str, start: usize) -> bool {
    start > 1 && byte(text, start - 1) == b' ' && byte(text, start - 2).is_ascii_lowercase()
}

/// Is the finding one word that is rarely a name: a hash `sha`, a type `int`, in small letters `la mia camera`? `score`: that
/// of a name without a strong cue.
pub(super) fn is_rather_word(found: Option<&str>, score: Score) -> bool {
    const ALWAYS: [&str; 2] = ["sha", "int"];
    const SMALL: [&str; 10] = ["mia", "mie", "sol", "ale", "angle", "basil", "ora", "sia", "sola", "alba"];
    let Some(word) = found.filter(|found| found.len() < 6) else { return false };
    ALWAYS.iter().any(|known| known.eq_ignore_ascii_case(word))
        || score < scores::LOWER_GREETED && SMALL.contains(&word)
}
