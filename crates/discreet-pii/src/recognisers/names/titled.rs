//! Plain and short words that are names behind a title: `Frau Li`, `Mr Best`.

use super::cue::any;
use super::run::{Part, Run};
use super::table::Class;
use super::word::Shape;

/// Titles of persons, behind which any word with a capital is a name.
const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "herr", "herrn", "frau", "dr", "dra", "sra", "srta", "señor", "señora",
    "senhor", "senhora", "mme", "mlle", "monsieur", "madame", "signor", "signora", "dhr", "mevrouw",
    "meneer",
];

/// Words that are no names there either.
const NEVER: Class = Class::STREET.or(Class::FIRM).or(Class::UNIT).or(Class::TITLE).or(Class::ARTICLE);

/// Is this word a name because a title stands in front of it, which begins the run?
pub(super) fn is_name(text: &str, run: &Run, index: usize, part: Part) -> bool {
    let title = index.checked_sub(1).filter(|_| index == 1).and_then(|before| run.get(before));
    let titled = || title.is_some_and(|title| any(title.word.text(text), TITLES));
    part.word.shape == Shape::Capital
        && !part.is(NEVER)
        && !(part.is(Class::COMMON) && is_function(part, text))
        && titled()
}

/// Is this a word between others: `Und`, `The`?
fn is_function(part: Part, text: &str) -> bool {
    const WORDS: &[&str] = &[
        "and", "und", "or", "oder", "the", "y", "et", "e", "en", "is", "ist", "has", "hat", "in", "of", "i",
        "ich", "you", "sie",
    ];
    any(part.word.text(text), WORDS)
}
