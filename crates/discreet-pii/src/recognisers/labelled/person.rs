//! Labels of a person, of several, and of a name that may be that of a thing.

use super::joined;
use crate::detect::{CROWDS, Lasts, PEOPLE, is_label_of_people};
use crate::recognisers::names::{self, Label};

/// Words for a name, which things have too.
const NAMES: [&str; 9] = ["name", "names", "nom", "nombre", "nome", "naam", "cn", "fn", "attendee"];
/// More words of persons, and of programs, than [`joined::MACHINES`]: a name on the lists stands behind them, or none.
const DOUBTFUL: [&str; 2] = ["user", "author"];
/// Verbs in front of `to:`, behind which a person gets something.
const GIVES: [&str; 10] =
    ["ship", "shipped", "deliver", "delivered", "bill", "billed", "sold", "send", "sent", "addressed"];
/// Words in front of a word for a name that make it that of a person.
const WHOSE: [&str; 14] = [
    "full",
    "guest",
    "patient",
    "customer",
    "passenger",
    "visitor",
    "resident",
    "employee",
    "caller",
    "cardholder",
    "your",
    "my",
    "his",
    "her",
];

/// The last letters of labels: of those above, of words for people, and of the labels in the table of names.
pub(super) static ENDS: Lasts = Lasts::of(&NAMES)
    .and(&DOUBTFUL)
    .and(&joined::MACHINES)
    .and(&PEOPLE)
    .and(&CROWDS)
    .and(&["to", "pasajero", "attn", "witness", "attorney", "apellido", "plaintiff", "médico", "doctora"]);

/// The label that ends at `end`.
pub(super) fn label(text: &str, end: usize) -> Option<Label> {
    let head = text.get(..end).filter(|head| ENDS.may_end(head.as_bytes()))?;
    let mut words = head.rsplit(|c: char| !c.is_alphabetic());
    let (word, before) = (words.next()?, words.next().unwrap_or_default());
    // `guest[0].name`
    let inner = head.len() - word.len();
    let outer = head.get(..inner)?.trim_end_matches(|c: char| matches!(c, '.' | '[' | ']' | '0'..='9'));
    let before =
        if outer.len() < inner { outer.rsplit(|c: char| !c.is_alphabetic()).next()? } else { before };
    let is = |word: &str, list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(word));
    if is(word, &NAMES) {
        let whose =
            (is(before, &WHOSE) || is_label_of_people(before)) && head.len() - word.len() - before.len() > 0;
        // The full name in a vCard.
        let whose = whose || word == "FN";
        return Some(if whose { Label::Person } else { Label::Name });
    }
    if is(word, &["given"]) {
        return Some(Label::Person);
    }
    if is(word, &["to"]) {
        return is(before, &GIVES).then_some(Label::Person);
    }
    if is(word, &DOUBTFUL) || is(word, &joined::MACHINES) {
        return Some(Label::Name);
    }
    if is_label_of_people(word) {
        return Some(Label::People);
    }
    joined::is_label(text, end)
        .then(|| if names::is_plural(text, end) { Label::People } else { Label::Person })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labels of persons in the list that the table of names is made of.
    fn listed() -> Vec<String> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/names/words.txt");
        let all = std::fs::read_to_string(path).unwrap();
        let section = all.split("\n[").find_map(|section| section.strip_prefix("label]")).unwrap();
        let words = section.lines().filter(|line| !line.starts_with('#')).flat_map(|line| line.split(','));
        words.map(|word| word.trim().to_owned()).filter(|word| word.len() > 1).collect()
    }

    #[test]
    fn no_label_fails_the_fast_test() {
        let listed = listed();
        assert!(listed.len() > 40);
        let words =
            [&NAMES[..], &DOUBTFUL, &joined::MACHINES, &PEOPLE, &CROWDS, &["given", "to", "signed"]].concat();
        for word in words.into_iter().chain(listed.iter().map(String::as_str)) {
            assert!(ENDS.may_end(word.as_bytes()), "{word}");
        }
    }
}
