//! Names whose words are joined, behind a label of a person: `guest: Ada_Lovelace`, `passengers=ada_lovelace,grace_hopper`.

use std::ops::Range;

use crate::kinds::{Scores, alone};
use crate::recognisers::names;

/// The scores of such a name.
pub(crate) const SCORES: Scores = alone(60).always();

/// The most bytes that are read behind a label.
const LONGEST: usize = 256;

/// Words of persons, and of programs.
pub(super) const MACHINES: [&str; 8] =
    ["client", "driver", "owner", "contact", "holder", "sender", "recipient", "person"];

/// The names behind the label that ends at `end`, if there are any.
pub(crate) fn names(text: &str, end: usize) -> Option<impl Iterator<Item = Range<usize>> + '_> {
    let from = value(text, end)?;
    // Most values are numbers.
    let rest = text.as_bytes().get(from..)?;
    if !rest.first().is_some_and(|first| inside(*first)) || !is_joined(text, from) || !is_label(text, end) {
        return None;
    }
    let list = rest.iter().take(LONGEST).take_while(|byte| inside(**byte) || matches!(byte, b',' | b';'));
    let end = from + list.count();
    let mut at = from;
    let items = std::iter::from_fn(move || {
        let rest = text.get(at..end).filter(|rest| !rest.is_empty())?;
        let length = rest.find([',', ';']).unwrap_or(rest.len());
        let found = at..at + length;
        at = found.end + 1;
        Some(found)
    });
    Some(items.filter(move |name| is_joined(text, name.start)))
}

/// Folders with one file or folder for each person.
const FOLDERS: [&str; 16] = [
    "people",
    "persons",
    "person",
    "faces",
    "face",
    "guests",
    "guest",
    "patients",
    "patient",
    "visitors",
    "visitor",
    "residents",
    "resident",
    "customers",
    "passengers",
    "personen",
];

/// The name in a path behind the folder of persons `start..end`: `/people/ada_lovelace/pose`, `face_db/Ada_Lovelace_03.jpg`.
pub(crate) fn in_folder(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let mut parts = text.get(start..end)?.split('_');
    parts.any(|part| FOLDERS.iter().any(|known| known.eq_ignore_ascii_case(part))).then_some(())?;
    let from = end + 1;
    let rest = text.as_bytes().get(from..)?;
    let length = rest.iter().take(LONGEST).take_while(|byte| inside(**byte)).count();
    let behind = rest.get(length).copied().unwrap_or(b' ');
    let name = text.get(from..from + length)?.trim_end_matches(['_', '-', '\'']);
    let numbered = name.len() < length && behind.is_ascii_digit();
    let ends = numbered || matches!(behind, b'/' | b'.' | b' ' | b'"' | b'\'' | b'?' | b'\n' | b',' | b')');
    let words = || name.split(['_', '-']);
    // `people/front_camera`, `people/mark_detector`
    let fits = |word: &str| word.len() > 1 && (names::is_name(word) || !names::is_word(word));
    let named = words().any(names::is_name) && words().all(fits);
    (ends && (2..=4).contains(&words().count()) && named).then_some(from..from + name.len())
}

/// The beginning of the value behind the label that ends at `end` and a sign.
fn value(text: &str, end: usize) -> Option<usize> {
    let rest = text.as_bytes().get(end..)?;
    let quotes = rest.iter().take(1).filter(|byte| matches!(byte, b'"' | b'\'')).count();
    let sign = matches!(rest.get(quotes), Some(b':' | b'=')).then_some(quotes + 1)?;
    let marks = rest.iter().skip(sign).take(3).take_while(|byte| matches!(byte, b' ' | b'"' | b'\''));
    Some(end + sign + marks.count())
}

/// Is this a label of a person, and of hardly anything else?
pub(super) fn is_label(text: &str, end: usize) -> bool {
    let label = text.get(..end).unwrap_or_default();
    let ends = |word: &&str| {
        let from = label.len().checked_sub(word.len());
        from.and_then(|from| label.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
    };
    !MACHINES.iter().any(ends) && names::is_label(text, end)
}

fn inside(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b'_' | b'-' | b'\'')
}

/// Do words begin at `from`, with `_` between them and nothing else? They have capitals, or one is a name.
fn is_joined(text: &str, from: usize) -> bool {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let length = rest.iter().take(LONGEST).take_while(|byte| inside(**byte)).count();
    let ends = rest
        .get(length)
        .is_none_or(|next| !next.is_ascii_digit() && !matches!(next, b'/' | b'.' | b'=' | b'('));
    let mut words = rest.get(..length).unwrap_or_default().split(|byte| *byte == b'_');
    let count = words.clone().count();
    if !ends || !(2..=4).contains(&count) {
        return false;
    }
    let capital = |word: &[u8]| word.first().is_some_and(u8::is_ascii_uppercase);
    let named = |word: &[u8]| std::str::from_utf8(word).is_ok_and(names::is_name);
    (words.clone().all(capital) || words.clone().any(named)) && words.all(|word| word.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let end = text.find([':', '=', '"']).unwrap();
        names(text, end).into_iter().flatten().map(|at| &text[at]).collect()
    }

    #[test]
    fn joined_words_behind_a_label_of_a_person_are_names() {
        assert_eq!(found("guest: Ada_Lovelace"), ["Ada_Lovelace"]);
        assert_eq!(found("passengers=ada_lovelace,grace_hopper; 2"), ["ada_lovelace", "grace_hopper"]);
        for text in [
            "frame: base_link",
            "guest: map_server",
            "client: ada_server",
            "guest: Ada",
            "guest: room_12",
            "guest: a_b",
            "guest: ada_x/y",
            "guest:",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn joined_words_in_a_folder_of_persons_are_names() {
        let found = |text: &str| {
            let end = text[1..].find('/').unwrap() + 1;
            in_folder(text, text.len() - text.trim_start_matches('/').len(), end)
                .map(|at| text[at].to_owned())
        };
        for (text, name) in [
            ("/people/ada_lovelace/pose", "ada_lovelace"),
            ("face_db/Ada_Lovelace_03.jpg", "Ada_Lovelace"),
            ("guest_photos/ada-lovelace.png", "ada-lovelace"),
            ("/guests/grace_hopper", "grace_hopper"),
        ] {
            assert_eq!(found(text).as_deref(), Some(name), "{text}");
        }
        for text in [
            "/people/tracked_objects/pose",
            "/people/front_camera",
            "/maps/ada_lovelace/x",
            "/people/ada",
            "/people/ada_lovelace(x",
            "/people/ada_detector",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
