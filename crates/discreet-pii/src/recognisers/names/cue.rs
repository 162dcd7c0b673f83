//! Cues: words around a name that tell what it is.

use super::hash::Hash;
use super::label;
use super::run::{letter, preceding};
use super::table::{self, Class};
use super::word::{Shape, Word, byte};
use crate::detect::Firsts;

/// The cue that the words in front of a name give. Later variants are stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cue {
    None,
    /// `to`, `in`, `from`: a place or a person follows.
    Where,
    /// `hello`, `dear`, `with`: a listed name is a person.
    Weak,
    /// `where is`: a person may follow.
    Asked,
    /// `live in`: a place follows.
    Lives,
    /// `work for`: an organization follows.
    Firm,
    /// `my name is`: a person follows, listed or not.
    Strong,
}

/// The cue in front of `start`.
pub(super) fn before(text: &str, start: usize) -> Cue {
    let Some((last, gap)) = preceding(text, start) else {
        return if label::is_numbered(text, start) { Cue::Strong } else { Cue::None };
    };
    let class = last.class(text);
    let has = |mark: u8| gap.as_bytes().contains(&mark);
    if label::is_sign(gap) {
        let label = class.any(Class::LABEL) || label::ends(text, last.end) || label::of_people(text, start);
        return if label { Cue::Strong } else { Cue::None };
    }
    // `Guest - Ada Lovelace`
    if gap == " - " && class.any(Class::LABEL) && begins(text, last.start) {
        return Cue::Strong;
    }
    if gap == ". " && last.text(text).eq_ignore_ascii_case("geb") {
        return Cue::Strong;
    }
    if has(b'[') || (has(b'.') && !class.any(Class::TITLE)) || (has(b',') && !class.any(Class::GREETING)) {
        return Cue::None;
    }
    let both = if class.any(Class::SECOND) { pair(text, last) } else { Class::NONE };
    let bare = gap.trim_end_matches(['"', '*', '\'', '_']);
    let title = class.any(Class::TITLE) && matches!(bare, " " | ". ") && last.end - last.start > 1;
    if both.or(class).any(Class::STRONG)
        || title
        || gap == " " && LASTS.may_have(last.text(text).as_bytes()) && introduces(text, last)
    {
        return Cue::Strong;
    }
    match () {
        // `Here? Peter`
        () if has(b'?') => Cue::None,
        () if both.any(Class::LIVES) => Cue::Lives,
        () if both.any(Class::EMPLOYS) => Cue::Firm,
        () if both.any(Class::ASKS) => Cue::Asked,
        () if class.any(Class::WHERE) => Cue::Where,
        () if class.any(Class::GREETING.or(Class::WEAK)) => Cue::Weak,
        () => Cue::None,
    }
}

/// Ends of phrases behind which a name follows: in whose name something is done, and names of other languages' speakers.
const PHRASES: [&str; 22] = [
    "au nom de",
    "a nombre de",
    "em nome de",
    "a nome di",
    "op naam van",
    "auf den namen",
    "in the name of",
    "under the name of",
    "jag heter",
    "jeg heter",
    "jeg hedder",
    "ik heet",
    "hun heter",
    "hon heter",
    "han heter",
    "mam na imię",
    "nazywam się",
    "mă numesc",
    "jmenuji se",
    "nimeni on",
    "chamo-me",
    "me chamo",
];
/// Their last words, and words that introduce a name alone.
static LASTS: Firsts = Firsts::of(&[
    "de",
    "di",
    "van",
    "namen",
    "of",
    "heter",
    "hedder",
    "heet",
    "imię",
    "się",
    "numesc",
    "se",
    "on",
    "chamo-me",
    "chamo",
    "nome",
    "geborene",
    "geborener",
    "geb",
]);

/// Does a phrase that ends with `last` introduce a name: `au nom de`, `jag heter`?
#[cold]
fn introduces(text: &str, last: Word) -> bool {
    let word = last.text(text);
    let alone = matches!(word, "geborene" | "geborener" | "geb");
    let ends = matches!(
        word,
        "de" | "di"
            | "van"
            | "Namen"
            | "of"
            | "heter"
            | "hedder"
            | "heet"
            | "imię"
            | "się"
            | "numesc"
            | "se"
            | "on"
            | "chamo-me"
            | "chamo"
            | "nome"
    );
    if alone || !ends {
        return alone;
    }
    let head = text.get(..last.end).unwrap_or_default();
    let ends = |phrase: &&str| {
        let from = head.len().checked_sub(phrase.len());
        let end = from.and_then(|from| head.get(from..));
        let apart =
            from.and_then(|from| head.get(..from)).is_some_and(|lead| !lead.ends_with(char::is_alphanumeric));
        apart && end.is_some_and(|end| end.eq_ignore_ascii_case(phrase))
    };
    PHRASES.iter().any(ends)
}

/// The marks of a word together with the one in front of it.
fn pair(text: &str, last: Word) -> Class {
    match preceding(text, last.start) {
        Some((first, gap)) if !gap.contains(['.', ':']) => {
            table::known(Hash::new().word(first.text(text)).word(last.text(text)))
        }
        _ => Class::NONE,
    }
}

/// Does an article or a number stand in front of `start`, or an article with one small word between: `dem Kloster`,
/// `eine wichtige Rolle`, `24 Hufen`? Then a noun follows.
pub(super) fn behind_article(text: &str, start: usize) -> bool {
    let head = text.as_bytes().get(..start).unwrap_or_default();
    if matches!(head, [.., b'0'..=b'9', b' '] | [.., b'0'..=b'9', b'.', b' ']) {
        return true;
    }
    let Some((before, " ")) = preceding(text, start) else { return false };
    if before.class(text).any(Class::ARTICLE) {
        return true;
    }
    let small = before.shape == Shape::Lower && before.end - before.start > 3;
    small
        && matches!(preceding(text, before.start), Some((first, " ")) if first.class(text).any(Class::ARTICLE))
}

/// Is a German verb beside a word: behind it at the beginning of a sentence (`Riedesel war`), or in front of it in a
/// sentence (`reiste Walthour`)? A noun has an article there.
pub(super) fn german_verb_beside(text: &str, start: usize, end: usize, begins: bool) -> bool {
    const VERBS: &[&str] = &[
        "ist", "war", "hat", "hatte", "wird", "wurde", "kann", "soll", "sei", "habe", "nennt", "gilt",
        "steht", "kommt", "geht", "ging", "kam", "gab", "gibt", "schrieb", "fand", "blieb", "gelang",
        "erhielt", "begann", "starb", "trat", "zog", "lebt", "erzählt", "spielt", "arbeitet", "glaubt",
        "sagt", "meint", "erklärt", "schreibt", "fordert", "warnt",
    ];
    let is_verb = |word: Word| {
        let word_text = word.text(text);
        let past = word_text.len() > 5 && word_text.ends_with("te") && !word_text.ends_with("ste");
        word.shape == Shape::Lower && (past || any(word_text, VERBS))
    };
    match begins {
        true => byte(text, end) == b' ' && letter(text, end + 1) && is_verb(Word::at(text, end + 1)),
        false => preceding(text, start).is_some_and(|(word, gap)| gap == " " && is_verb(word)),
    }
}

/// Is the word behind `end` an action of a person?
pub(super) fn after(text: &str, end: usize) -> bool {
    byte(text, end) == b' ' && letter(text, end + 1) && Word::at(text, end + 1).class(text).any(Class::ACTS)
}

/// Is somebody spoken to by this name: `Mimi, can you ...`?
pub(super) fn spoken_to(text: &str, start: usize, end: usize) -> bool {
    let comma = byte(text, end) == b',' && byte(text, end + 1) == b' ' && letter(text, end + 2);
    comma && {
        let head = text.get(..start).unwrap_or_default().trim_end_matches(' ');
        let first = head.is_empty() || head.ends_with(['.', '!', '?', '\n']);
        first && Word::at(text, end + 2).class(text).any(Class::ADDRESSES)
    }
}

/// Greetings of two words.
const GREETING_PAIRS: [(&str, &str); 15] = [
    ("good", "morning"),
    ("good", "afternoon"),
    ("good", "evening"),
    ("good", "night"),
    ("welcome", "back"),
    ("guten", "morgen"),
    ("guten", "tag"),
    ("guten", "abend"),
    ("gute", "nacht"),
    ("buenos", "días"),
    ("buenas", "tardes"),
    ("buenas", "noches"),
    ("bom", "dia"),
    ("boa", "tarde"),
    ("boa", "noite"),
];

/// Is the word all that is greeted: `Hey Zuberi!`, `Good morning, Zuberi.`? The greeting begins a sentence, which ends behind
/// the word or goes on behind a comma.
#[cold]
pub(super) fn is_greeted(text: &str, start: usize, end: usize) -> bool {
    let Some((last, " " | ", ")) = preceding(text, start) else { return false };
    let first = if last.class(text).any(Class::GREETING) { Some(last) } else { second_greeting(text, last) };
    let rest = text.get(end..).unwrap_or_default().trim_start_matches(' ');
    let behind = rest.strip_prefix(['.', '!', '?', ',']);
    let ends = rest.is_empty()
        || rest.starts_with('\n')
        || behind.is_some_and(|behind| behind.is_empty() || behind.starts_with([' ', '\n', '!', '.', '"']));
    end - start > 3 && ends && first.is_some_and(|first| begins(text, first.start))
}

/// The first word of a greeting of two words that ends with `last`.
fn second_greeting(text: &str, last: Word) -> Option<Word> {
    let (first, _) = preceding(text, last.start).filter(|(_, gap)| *gap == " ")?;
    let is = |known: &str, word: Word| known.chars().eq(word.text(text).chars().flat_map(char::to_lowercase));
    GREETING_PAIRS.iter().any(|(one, two)| is(one, first) && is(two, last)).then_some(first)
}

/// Does a new sentence, line or text begin at `start`?
pub(super) fn begins(text: &str, start: usize) -> bool {
    let head = text.as_bytes().get(..start).unwrap_or_default();
    let bare = head.iter().rev().find(|byte| !matches!(byte, b' ' | b'"' | b'\'' | b'(' | b'*'));
    bare.is_none_or(|last| matches!(last, b'.' | b'!' | b'?' | b'\n' | b':' | b'-' | b']' | b'>'))
}

/// Is the word in the list, in any case?
pub(super) fn any(word: &str, list: &[&str]) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_front_of_a_name_give_a_cue() {
        for (text, cue) in [
            ("my name is ", Cue::Strong),
            ("Guest: ", Cue::Strong),
            ("guests: ", Cue::Strong),
            ("Guest… ", Cue::Strong),
            ("and so on… ", Cue::None),
            ("frame: ", Cue::None),
            ("Hello, ", Cue::Weak),
            ("we met ", Cue::Weak),
            ("go to ", Cue::Where),
            ("I live in ", Cue::Lives),
            ("I work for ", Cue::Firm),
            ("where is ", Cue::Asked),
            ("It is done. ", Cue::None),
            ("", Cue::None),
        ] {
            let whole = format!("{text}Anna");
            assert_eq!(before(&whole, text.len()), cue, "{text}");
        }
    }

    #[test]
    fn a_name_in_front_of_a_question_is_spoken_to() {
        assert!(spoken_to("Mimi, can you come?", 0, 4) && !spoken_to("Mimi, cans are empty", 0, 4));
        assert!(after("Mimi lives here", 4) && !after("Mimi level", 4));
    }
}
