//! Days in speech: `dritten`, and `tres de mayo` behind a word for a birth.

use super::figure;
use super::item::Item;
use super::run;
use super::token::Token;
use super::words::{EN, Sense};
use crate::Kind;
use crate::detect::kinds_of_word;

/// The most words between the word for a birth and the day.
const REACH: usize = 8;

/// The day of a date of birth, a plain number in front of a month: `née le trois mai`. Returns it with the number of its
/// words. English has ordinals there.
pub(super) fn of_birth(text: &str, tokens: &[Token], first: usize) -> Option<(Item, usize)> {
    let figure = figure::read(tokens.get(first..)?)?;
    let is_month = |at: usize| tokens.get(at).is_some_and(|token| token.sense == Sense::Month);
    let behind = first + figure.words;
    let of = tokens.get(behind).is_some_and(|token| matches!(token.text(text), "de" | "di"));
    let beside = is_month(behind) || of && is_month(behind + 1);
    if !(1..=31).contains(&figure.value) || figure.languages & !EN == 0 || !beside {
        return None;
    }
    let mut before = tokens.get(first.saturating_sub(REACH)..first)?.iter();
    let birth = before.any(|token| kinds_of_word(token.text(text)).contains(Kind::DateOfBirth));
    birth.then(|| run::written(tokens.get(first..)?, figure.value, figure.words))?
}

/// German ordinals without their endings.
const GERMAN: [&str; 31] = [
    "erst",
    "zweit",
    "dritt",
    "viert",
    "fünft",
    "sechst",
    "siebt",
    "acht",
    "neunt",
    "zehnt",
    "elft",
    "zwölft",
    "dreizehnt",
    "vierzehnt",
    "fünfzehnt",
    "sechzehnt",
    "siebzehnt",
    "achtzehnt",
    "neunzehnt",
    "zwanzigst",
    "einundzwanzigst",
    "zweiundzwanzigst",
    "dreiundzwanzigst",
    "vierundzwanzigst",
    "fünfundzwanzigst",
    "sechsundzwanzigst",
    "siebenundzwanzigst",
    "achtundzwanzigst",
    "neunundzwanzigst",
    "dreißigst",
    "einunddreißigst",
];

/// The value of a German ordinal in small letters: `dritten`, `einundzwanzigster`.
pub(super) fn german_ordinal(word: &str) -> Option<u8> {
    // Most words have another ending.
    let stem =
        word.strip_suffix("en").or_else(|| word.strip_suffix("er")).or_else(|| word.strip_suffix('e'))?;
    if !stem.ends_with('t') || stem.len() < 4 {
        return None;
    }
    let place = GERMAN.iter().position(|known| *known == stem)?;
    u8::try_from(place + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_ordinals_are_read() {
        for (word, day) in [("ersten", 1), ("dritter", 3), ("achte", 8), ("einundzwanzigsten", 21)] {
            assert_eq!(german_ordinal(word), Some(day), "{word}");
        }
        for word in ["guten", "later", "heute", "ersterbend", "t", ""] {
            assert_eq!(german_ordinal(word), None, "{word}");
        }
    }
}
