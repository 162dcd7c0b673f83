//! Labels of persons: `guest: `, `passengers=`, `имя: `.

use super::run::preceding;
use super::table::Class;
use crate::detect::{is_label_of_people, is_label_of_person};
use crate::recognisers::labelled::gap;

/// The most bytes of the name of a field.
const LONGEST: usize = 40;

/// The name of a field that ends at `end`.
fn name(text: &str, end: usize) -> &str {
    let head = text.as_bytes().get(..end).unwrap_or_default();
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']' | 0x80..);
    let length = head.iter().rev().take(LONGEST).take_while(inside).count();
    // The byte in front of the first may be a part of its character.
    (end - length..=end).find_map(|start| text.get(start..end)).unwrap_or_default()
}

/// Does the name of a field end at `end` that holds the name of a person: `guest_name`, `lastName`?
pub(super) fn ends(text: &str, end: usize) -> bool {
    is_label_of_person(name(text, end))
}

/// Is this a plain word of a language that the lists have?
pub(crate) fn is_word(word: &str) -> bool {
    super::table::class(word).any(Class::WORD.or(Class::COMMON))
}

/// Is this a name on the lists?
pub(crate) fn is_name(word: &str) -> bool {
    super::table::class(word).any(Class::GIVEN.or(Class::SURNAME))
}

/// Is this a name on the lists, or one that is a plain word there?
pub(crate) fn is_any_name(word: &str) -> bool {
    is_name(word) || super::plain::is_name(word)
}

/// Are these a surname and a given name on the lists, and not two of the same?
pub(crate) fn is_in_turn(surname: &str, given: &str) -> bool {
    let (surname, given) = (super::table::class(surname), super::table::class(given));
    let first = given.any(Class::GIVEN_COMMON) || given.any(Class::GIVEN) && !given.any(Class::SURNAME);
    surname.any(Class::SURNAME) && !surname.any(Class::GIVEN_COMMON) && first
}

/// Is this a given name on the lists?
pub(crate) fn is_given(word: &str) -> bool {
    super::table::class(word).any(Class::GIVEN)
}

/// Does a label of a person end at `end`: `guest`, `passenger_names`?
pub(crate) fn is_label(text: &str, end: usize) -> bool {
    let name = name(text, end);
    let word = name.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    super::table::class(word).any(Class::LABEL) || is_label_of_person(name) || is_label_of_people(name)
}

/// Does a label of several persons end at `end`: `guests`, `passenger_names`?
pub(crate) fn is_plural(text: &str, end: usize) -> bool {
    is_label_of_people(name(text, end))
}

/// Is `start` behind the label of several persons and a sign: `guests: `?
pub(super) fn of_people(text: &str, start: usize) -> bool {
    let Some((last, gap)) = preceding(text, start) else { return false };
    is_sign(gap) && is_label_of_people(name(text, last.end))
}

/// Is there a sign between a label and its value?
pub(super) fn is_sign(gap: &str) -> bool {
    gap.contains([':', '=', '…'])
}

/// Is `start` behind a label of a person with a number or a remark, and a sign: `Guest 2: `, `Guest name(s): `?
#[cold]
pub(super) fn is_numbered(text: &str, start: usize) -> bool {
    let dash = || text.get(..start)?.strip_suffix(" - ");
    let Some(label) = in_front(text, start).map(|(label, _)| label).or_else(dash) else { return false };
    gap::without_remark(label).is_some_and(|bare| is_label(text, bare.len()))
}

/// Is `start` behind a label of a person and a sign? `also` knows other labels, of up to some words.
pub(super) fn is_in_front(text: &str, start: usize, also: fn(&str) -> bool) -> bool {
    let Some((label, line)) = in_front(text, start) else { return false };
    if line.is_ascii() { is_label(text, label.len()) } else { also(line) }
}

/// The text up to the end of the label in front of `start`, if a sign stands between, and the label: the last words in its
/// line.
pub(super) fn in_front(text: &str, start: usize) -> Option<(&str, &str)> {
    const LONGEST: usize = 60;
    let head = text.get(..start)?.trim_end_matches([' ', '"', '\'', '«', '„', '*', '_']);
    let label = head.strip_suffix([':', '=', '…'])?.trim_end_matches([' ', '"', '\'', '*', '_']);
    let from = (label.len().saturating_sub(LONGEST)..=label.len()).find_map(|from| label.get(from..));
    let outside = |c: char| c == '\n' || c.is_ascii_punctuation() && !matches!(c, '_' | '-' | '\'');
    let line = from.and_then(|label| label.rsplit(outside).next());
    Some((label, line.unwrap_or_default().trim()))
}
