//! Whole names behind the label of a person and a sign, whose words are on no list of names, or in small letters: `Guest:
//! Hyacinth Bucket`, `Patient: DOE, JANE`, `guest=ada lovelace`.

use std::ops::Range;

use super::lower;
use super::person::{Role, role};
use super::plain;
use super::run::{Part, Run, letter};
use super::table::{self, Class};
use super::word::{Shape, Word, byte};

/// The most words of a name.
const MOST: usize = 4;

/// The kind of label in front of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    /// It is that of a person.
    Person,
    /// It is that of persons: a list may follow.
    People,
    /// Things have it too: `name`.
    Name,
}

/// The end of the name that begins at `from`. `equals`: the sign is `=`, as programs write it.
pub(crate) fn name(text: &str, from: usize, label: Label, equals: bool) -> Option<usize> {
    let first = whole(text, from)?;
    match first.word.shape {
        Shape::Lower => small(text, first, label, equals),
        Shape::Capital | Shape::Upper => capitals(text, first, label),
        _ => None,
    }
}

/// The word that begins at `from`. A `=` or `>` in front of it is the sign behind the label, and not one of code.
fn whole(text: &str, from: usize) -> Option<Part> {
    let part = letter(text, from).then(|| Part::at(text, from))?;
    let sign = from.checked_sub(1).is_some_and(|at| matches!(byte(text, at), b'=' | b'>' | b':'));
    if part.word.shape != Shape::Code || !sign || is_code(text, part.word.end) {
        return Some(part);
    }
    let word = part.word.text(text);
    let mut letters = word.chars();
    let first = letters.next().is_some_and(char::is_uppercase);
    let shape = match first {
        false if word.chars().all(|c| !c.is_uppercase()) => Shape::Lower,
        true if letters.clone().all(char::is_uppercase) => Shape::Upper,
        true if letters.all(|c| !c.is_uppercase()) => Shape::Capital,
        _ => Shape::Code,
    };
    Some(Part { word: Word { shape, ..part.word }, class: part.word.class(text) })
}

/// Does code go on behind a word?
fn is_code(text: &str, end: usize) -> bool {
    matches!(byte(text, end), b'_' | b'/' | b'\\' | b'@' | b'=' | b'(' | b'0'..=b'9' | b'-')
        || matches!(byte(text, end), b'.' | b':') && byte(text, end + 1).is_ascii_alphanumeric()
}

/// The end of the name in small letters.
fn small(text: &str, first: Part, label: Label, equals: bool) -> Option<usize> {
    let end = lower::name(text, first)?;
    let words = text.get(first.word.start..end)?.split(' ');
    let several = words.clone().count() > 1;
    let listed = || words.clone().any(|word| table::class(word).any(Class::GIVEN.or(Class::SURNAME)));
    let enough = match label {
        Label::Name => several && role(text, first) == Role::Given,
        _ => !equals || listed(),
    };
    (enough && !is_code(text, end)).then_some(end)
}

/// The end of the name with capitals.
fn capitals(text: &str, first: Part, label: Label) -> Option<usize> {
    if let Some(end) = initial(text, first).filter(|_| label != Label::Name) {
        return Some(end);
    }
    if first.is(Class::TITLE) && !plain::is_name(first.word.text(text)) {
        return None;
    }
    let run = Run::from(text, first);
    if label != Label::People
        && let Some(end) = turned(text, &run)
    {
        return Some(end);
    }
    let count = run.iter().take(MOST).take_while(|part| belongs(text, *part, first)).count();
    let count = (0..=count).rev().find(|count| {
        let last = count.checked_sub(1).and_then(|last| run.get(last));
        last.is_none_or(|last| !is_label(text, last) && last.word.shape != Shape::Lower)
    })?;
    let last = run.get(count.checked_sub(1)?)?;
    let unlisted = |part: Part| !part.is(Class::WORD.or(Class::COMMON).or(Class::PLACE).or(Class::PARTICLE));
    let named = |part: Part| is_name(text, part) || label != Label::Name && unlisted(part);
    let fits = match (label, count) {
        (Label::Name, 1) => false,
        (_, 1) => plain::is_name(first.word.text(text)) && is_over(text, last.word.end),
        (Label::Name, _) => {
            (first.is(Class::GIVEN_COMMON) || plain::is_name(first.word.text(text))) && named(last)
        }
        _ => run.iter().take(count).any(named),
    };
    fits.then_some(last.word.end)
}

/// The end of an initial and a surname: `M. Curie`.
fn initial(text: &str, first: Part) -> Option<usize> {
    const THINGS: Class = Class::UNIT.or(Class::FIRM).or(Class::BODY).or(Class::TITLE).or(Class::STREET);
    let end = first.word.end;
    let single = end - first.word.start == 1 && byte(text, end) == b'.' && byte(text, end + 1) == b' ';
    let next = (single && letter(text, end + 2)).then(|| Part::at(text, end + 2))?;
    let named = next.word.shape == Shape::Capital && !next.is(THINGS) && next.word.end > next.word.start + 2;
    (named && !is_label(text, next)).then_some(next.word.end)
}

/// The end of a name with the surname in front: `DOE, JANE`.
fn turned(text: &str, run: &Run) -> Option<usize> {
    let surname = run.get(0).filter(|_| run.len() == 1)?;
    let comma = surname.word.end;
    let given =
        Some(comma + 2).filter(|_| text.get(comma..comma + 2) == Some(", ") && letter(text, comma + 2))?;
    let behind = Run::from(text, Part::at(text, given));
    let first = behind.get(0)?;
    // `DOE, JANE Q Sex: F`
    let count =
        behind.iter().take_while(|part| role(text, *part) != Role::No && !is_label(text, *part)).count();
    let end = behind.get(count.checked_sub(1)?)?.word.end;
    let over = is_over(text, end) || behind.get(count).is_some_and(|next| is_label(text, next));
    (is_surname(text, surname) && is_given(text, first) && count <= 3 && over).then_some(end)
}

/// Are these a surname and a given name in turn, and not behind the label of several persons?
pub(crate) fn is_turned(text: &str, surname: Range<usize>, given: Range<usize>) -> bool {
    let one = text.get(surname.clone()).is_some_and(|name| !name.contains([' ', ',']));
    let (last, first) = (Part::at(text, surname.start), Part::at(text, given.start));
    one && is_surname(text, last)
        && is_given(text, first)
        && !last.is(Class::GIVEN_COMMON)
        && !super::label::of_people(text, surname.start)
}

/// May the word be a surname in front of a given name?
fn is_surname(text: &str, part: Part) -> bool {
    const THINGS: Class =
        Class::UNIT.or(Class::FIRM).or(Class::BODY).or(Class::TITLE).or(Class::REGION).or(Class::NATION);
    let only_given = part.is(Class::GIVEN) && !part.is(Class::SURNAME);
    let word = part.is(Class::WORD) && !part.is(Class::SURNAME) && !plain::is_name(part.word.text(text));
    matches!(part.word.shape, Shape::Capital | Shape::Upper) && !only_given && !word && !part.is(THINGS)
}

/// Is the word a given name, and not rather a surname?
fn is_given(text: &str, part: Part) -> bool {
    let given = part.is(Class::GIVEN_COMMON) || part.is(Class::GIVEN) && !part.is(Class::SURNAME);
    matches!(part.word.shape, Shape::Capital | Shape::Upper) && given && !plain::is_name(part.word.text(text))
}

/// Is the word a name on the lists, or one that is a plain word there?
fn is_name(text: &str, part: Part) -> bool {
    part.is(Class::GIVEN.or(Class::SURNAME)) || plain::is_name(part.word.text(text))
}

/// May the word be a part of the name that begins with `first`?
fn belongs(text: &str, part: Part, first: Part) -> bool {
    let named = is_name(text, part) && !part.is(Class::UNIT);
    let begins = part.word.start == first.word.start;
    let upper = part.word.shape == Shape::Upper && part.word.end - part.word.start > 1;
    named
        || part.is(Class::PARTICLE.or(Class::SUFFIX))
        || part.word.shape == Shape::Initial
        || plain::is_part(text, part)
        || upper && !part.is(Class::UNIT.or(Class::FIRM).or(Class::BODY))
        || begins && part.word.shape == Shape::Capital
}

/// Is the word the label of the next value, or the noun of a number?
fn is_label(text: &str, part: Part) -> bool {
    let end = part.word.end;
    // `CN=Max Frost:mailto:`
    let colon = byte(text, end) == b':' && !byte(text, end + 1).is_ascii_alphanumeric();
    colon
        || matches!(byte(text, end), b'=' | b'#')
        || byte(text, end) == b' ' && byte(text, end + 1).is_ascii_digit()
}

/// Does the value end here?
fn is_over(text: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    rest.is_empty()
        || rest
            .starts_with(['"', '\'', ',', ';', '\n', '\r', '<', '|', '*', '`', ')', '}', ']', '/', '~', '_'])
        || rest == "."
        || rest.starts_with(". ")
        || rest.starts_with(" and ")
        || rest.starts_with(" (")
}
