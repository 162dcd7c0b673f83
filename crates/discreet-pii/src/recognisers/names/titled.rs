//! Plain and short words that are names behind a title: `Frau Li`, `Mr Best`.

use super::cue::any;
use super::person::NameHit;
use super::run::{Part, Run, letter};
use super::table::Class;
use super::word::Shape;
use super::{plain, scores};
use crate::{Evidence, Kind};

/// Titles of persons, behind which any word with a capital is a name.
const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "herr",
    "herrn",
    "frau",
    "dr",
    "dra",
    "sra",
    "srta",
    "señor",
    "señora",
    "senhor",
    "senhora",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "signor",
    "signora",
    "dhr",
    "mevrouw",
    "meneer",
    "sig",
    "dott",
    "dottor",
    "dottoressa",
    "sr",
    "mevr",
    "prof",
    "professor",
];

/// Words that are no names there either.
const NEVER: Class = Class::STREET.or(Class::FIRM).or(Class::UNIT).or(Class::TITLE).or(Class::ARTICLE);
/// The most words of a title and a name.
const MOST: usize = 5;
/// Marks around a name.
const MARKS: [(char, char); 4] = [('"', '"'), ('(', ')'), ('\'', '\''), ('*', '*')];

/// Is this word a name because a title stands in front of it, which begins the run: the first one, or one behind a name?
pub(super) fn is_name(text: &str, run: &Run, index: usize, part: Part) -> bool {
    let titled =
        || run.get(0).is_some_and(|title| title.is(Class::TITLE) && any(title.word.text(text), TITLES));
    if index == 0 || index >= MOST || part.word.shape != Shape::Capital || !titled() {
        return false;
    }
    let word = part.word.text(text);
    let function = part.is(Class::COMMON) && plain::is_other(word);
    let fits =
        plain::is_name(word) || !part.is(NEVER) && !function && (index == 1 || plain::is_part(text, part));
    fits && (1..index).filter_map(|at| run.get(at)).all(|before| is_first(text, before))
}

/// May a plain word behind this one belong to the same name?
fn is_first(text: &str, part: Part) -> bool {
    part.is(Class::GIVEN) || part.word.shape == Shape::Initial || plain::is_name(part.word.text(text))
}

/// The name in marks behind a title: `Ms "Best"`, `Mr. (Best)`.
#[inline]
pub(super) fn marked(text: &str, run: &Run) -> Option<NameHit> {
    let title = run.get(0).filter(|title| run.len() == 1 && title.is(Class::TITLE))?;
    in_marks(text, title)
}

#[cold]
fn in_marks(text: &str, title: Part) -> Option<NameHit> {
    any(title.word.text(text), TITLES).then_some(())?;
    let rest = text.get(title.word.end..)?;
    let rest = rest.strip_prefix('.').unwrap_or(rest).strip_prefix(' ')?;
    let (open, close) = MARKS.iter().find(|(open, _)| rest.starts_with(*open))?;
    let start = text.len() - rest.len() + open.len_utf8();
    let part = letter(text, start).then(|| Part::at(text, start))?;
    let end = Run::from(text, part).end();
    let closed = text.get(end..).is_some_and(|behind| behind.starts_with(*close));
    (closed && plain::is_part(text, part)).then_some(NameHit {
        kind: Kind::Person,
        start,
        end,
        score: scores::TITLED,
        evidence: Evidence::Context,
    })
}
