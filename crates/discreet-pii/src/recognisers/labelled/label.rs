//! The kinds that a label tells.

use std::ops::Range;

use crate::Kinds;
use crate::detect::{Firsts, kinds_of_word, kinds_of_words};

/// The kinds of a label of several words: `mot de passe`, `user name`, `password del wifi`.
pub(super) fn compound_kinds(text: &str, word: &Range<usize>) -> Kinds {
    const LONGEST: usize = 40;
    let label = text.get(word.clone()).unwrap_or_default();
    let is = |list: &[&str]| list.iter().any(|of| of.eq_ignore_ascii_case(label));
    let network = is(&NETWORKS);
    let last = LAST.may_have(label.as_bytes()) && is(&LAST_WORDS);
    if !network && !last {
        return Kinds::NONE;
    }
    let from = word.start.saturating_sub(LONGEST);
    let from = (from..=word.start).find(|at| text.is_char_boundary(*at)).unwrap_or(word.start);
    let head = text.get(from..word.start).unwrap_or_default();
    if !head.ends_with([' ', '-', '_', '\'', '’']) {
        return Kinds::NONE;
    }
    let mut before = [""; 3];
    let words = head.split(|c: char| !c.is_alphanumeric()).rev().filter(|word| !word.is_empty());
    let count = before.iter_mut().zip(words).map(|(place, word)| *place = word).count();
    (1..=count).fold(Kinds::NONE, |found, length| {
        let words = before.get(..length).unwrap_or_default();
        let joined = kinds_of_words(words.iter().rev().copied().chain([label]));
        // `mot de passe wifi`
        // `clave del wifi`, `mot de passe wifi`
        let other = || {
            kinds_of_words(words.iter().rev().copied())
                .union(words.last().map_or(Kinds::NONE, |word| kinds_of_word(word)))
        };
        found.union(joined).union(if network { other() } else { Kinds::NONE })
    })
}

/// Words for networks, behind which their password may stand.
pub(super) const NETWORKS: [&str; 4] = ["wifi", "fi", "wlan", "router"];

/// The last words of labels of several words.
pub(super) const LAST_WORDS: [&str; 27] = [
    "passe",
    "name",
    "id",
    "number",
    "no",
    "utente",
    "utilisateur",
    "usuario",
    "usuário",
    "utilizador",
    "chiave",
    "code",
    "key",
    "word",
    "phrase",
    "naam",
    "account",
    "login",
    "secret",
    "token",
    "wachtwoord",
    "passwort",
    "kennwort",
    "clave",
    "schlüssel",
    "ordine",
    "accès",
];

static LAST: Firsts = Firsts::of(&LAST_WORDS);

/// The kinds of a label: those of the whole, `accessToken`, and of its last word, `wifi_password`.
pub(super) fn label_kinds(label: &str) -> Kinds {
    let last = label.bytes().rposition(|byte| byte == b'_').map_or(0, |at| at + 1);
    let hump = label.bytes().rposition(|byte| byte.is_ascii_uppercase()).unwrap_or(0);
    let from = |start: usize| label.get(start..).filter(|_| start > 0).map(kinds_of_word).unwrap_or_default();
    kinds_of_word(label).union(from(last)).union(from(hump))
}
