//! Values of any form behind a label: `password: tulip`, `user=anna`.

use std::ops::Range;

use crate::Kind;
use crate::detect::kinds_of_word;
use crate::kinds::{Kinds, Scores, alone};

/// A kind of values that a label announces.
struct Labelled {
    kind: Kind,
    /// The least number of characters of a value.
    least: usize,
    /// Must a value have more than letters?
    mixed: bool,
    scores: Scores,
}

/// The kinds that have no form of their own. For a label of several kinds the first row counts.
const KINDS: [Labelled; 4] = [
    Labelled { kind: Kind::Password, least: 4, mixed: false, scores: alone(85).always() },
    Labelled { kind: Kind::ApiKey, least: 12, mixed: true, scores: alone(80).always() },
    Labelled { kind: Kind::Token, least: 12, mixed: true, scores: alone(80).always() },
    Labelled { kind: Kind::Username, least: 2, mixed: false, scores: alone(55).always() },
];

/// A value in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) kind: Kind,
    /// Its bytes.
    pub(crate) at: Range<usize>,
    /// Its scores.
    pub(crate) scores: Scores,
}

/// Verbs between a label and its value, in the place of a colon.
const VERBS: [&str; 7] = ["is ", "lautet ", "ist ", "est ", "es ", "è ", "was "];

/// May the word that ends at `end` be a label? A fast test that most words fail.
pub(crate) fn announces(bytes: &[u8], end: usize) -> bool {
    let rest = bytes.get(end..).unwrap_or_default();
    match rest {
        [b':' | b'=', next, ..] => !matches!(next, b':' | b'='),
        [b'"' | b'\'' | b'*', b':' | b'=', ..] => true,
        [b' ', b':' | b'=', b' ', ..] => true,
        [b' ', b'i' | b'e' | b'w', b's' | b'a', _, ..] | [b' ', b'l' | 0xC3, ..] => {
            rest.get(1..).is_some_and(|rest| VERBS.iter().any(|verb| rest.starts_with(verb.as_bytes())))
        }
        _ => false,
    }
}

/// The value behind the label `word`.
pub(crate) fn value(text: &str, word: Range<usize>) -> Option<Value> {
    let bytes = text.as_bytes();
    let label = text.get(word.clone())?;
    // `"password": "tulip"`
    let quote = usize::from(matches!(bytes.get(word.end), Some(b'"' | b'\'' | b'*')));
    let sign = word.end + quote;
    let colon = match bytes.get(sign)? {
        b':' if bytes.get(sign + 1) != Some(&b':') => true,
        b'=' if bytes.get(sign + 1) != Some(&b'=') => true,
        b' ' if matches!(bytes.get(sign + 1..sign + 3), Some(b": " | b"= ")) => true,
        b' ' => false,
        _ => return None,
    };
    let announced = || {
        let kinds = label_kinds(label);
        KINDS.iter().find(|row| kinds.contains(row.kind))
    };
    let known = if colon { Some(announced()?) } else { None };
    let mut from = sign + 1;
    if !colon {
        // Without a colon a verb must follow: `the password is`.
        let rest = text.get(from..)?;
        let verb = VERBS.into_iter().find(|verb| rest.starts_with(verb))?;
        from += verb.len();
    }
    from += bytes
        .get(from..)?
        .iter()
        .take(4)
        .take_while(|byte| matches!(byte, b' ' | b'"' | b'\'' | b'=' | b':' | b'*'))
        .count();
    let rest = text.get(from..)?;
    let stop = |c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | '<' | '>' | '&' | '}' | ')')
    };
    let length = rest.char_indices().find(|(at, c)| *at > 128 || stop(*c)).map_or(rest.len(), |(at, _)| at);
    let value = rest.get(..length)?.trim_end_matches(['.', '!', '?', ':']);
    let odd = value.bytes().any(|byte| !byte.is_ascii_alphabetic() && byte < 0x80);
    if !colon && !odd {
        return None;
    }
    let row = match known {
        Some(row) => row,
        None => announced()?,
    };
    // A scheme or a constant is not a value: `token: Bearer ...`, `password: null`.
    let value_like =
        !colon || !matches!(value, "Bearer" | "Basic" | "null" | "None" | "true" | "false" | "required");
    let fits = value.chars().count() >= row.least && (!row.mixed || odd);
    // `user: Anna`: a person, not an account.
    let person = row.kind == Kind::Username && !odd && value.starts_with(|c: char| !c.is_ascii_lowercase());
    let placeholder = value.starts_with(['/', '[', '{', '<', '%', '$']);
    let at = from..from + value.len();
    (value_like && fits && !person && !placeholder).then_some(Value {
        kind: row.kind,
        at,
        scores: row.scores,
    })
}

/// The kinds of a label: those of the whole, `accessToken`, and of its last word, `wifi_password`.
fn label_kinds(label: &str) -> Kinds {
    let last = label.rfind('_').map_or(0, |at| at + 1);
    let hump = label.bytes().rposition(|byte| byte.is_ascii_uppercase()).unwrap_or(0);
    let from = |start: usize| label.get(start..).filter(|_| start > 0).map(kinds_of_word).unwrap_or_default();
    kinds_of_word(label).union(from(last)).union(from(hump))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, label: &str) -> Option<String> {
        let start = text.find(label)?;
        value(text, start..start + label.len()).map(|value| text[value.at].to_string())
    }

    #[test]
    fn a_password_is_found_by_its_label() {
        assert_eq!(found("password: tulip", "password").as_deref(), Some("tulip"));
        assert_eq!(found("{\"wifi_password\": \"tu lip\"}", "wifi_password").as_deref(), None);
        assert_eq!(found("{\"wifi_password\": \"Tulip-7\"}", "wifi_password").as_deref(), Some("Tulip-7"));
        assert_eq!(found("das Passwort lautet Tulpe7!", "Passwort").as_deref(), Some("Tulpe7"));
    }

    #[test]
    fn talk_about_passwords_is_not_a_value() {
        assert_eq!(found("the password is wrong", "password"), None);
        assert_eq!(found("password required", "password"), None);
        assert_eq!(found("header: tulip", "header"), None);
    }
}
