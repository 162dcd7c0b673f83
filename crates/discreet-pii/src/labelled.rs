//! What a word and a colon announce, whatever it looks like: `password: tulip`, `user=anna`.

use std::ops::Range;

use super::{Kind, context};

/// The kinds that have no form of their own.
const KINDS: [Kind; 4] = [Kind::Password, Kind::ApiKey, Kind::Token, Kind::Username];

/// Words that stand between a label and its value, where no colon does.
const VERBS: [&str; 7] = ["is ", "lautet ", "ist ", "est ", "es ", "è ", "was "];

/// May the word that ends at `end` be a label? Most are not, and this says so fast.
pub(super) fn announces(bytes: &[u8], end: usize) -> bool {
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

/// What comes behind the word that ends at `end`, if that announces something: its kind, and where it is.
pub(super) fn value(text: &str, word: Range<usize>) -> Option<(Kind, Range<usize>, u8)> {
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
        KINDS.into_iter().find(|kind| kinds.contains(*kind))
    };
    let known = if colon { Some(announced()?) } else { None };
    let mut from = sign + 1;
    if !colon {
        // Words may stand between, and one of these must: `the password is`.
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
    let kind = match known {
        Some(kind) => kind,
        None => announced()?,
    };
    // "The password is wrong" announces nothing; nor does "token: Bearer ...".
    let said =
        !colon || !matches!(value, "Bearer" | "Basic" | "null" | "None" | "true" | "false" | "required");
    let long = match kind {
        Kind::ApiKey | Kind::Token => 12,
        Kind::Username => 2,
        _ => 4,
    };
    let score = match kind {
        Kind::Password => 85,
        Kind::Username => 55,
        _ => 80,
    };
    let fits = value.chars().count() >= long && (kind != Kind::Token && kind != Kind::ApiKey || odd);
    // A name behind `user:` is a person's.
    let name = kind == Kind::Username && !odd && value.starts_with(|c: char| !c.is_ascii_lowercase());
    (said && fits && !name && !value.starts_with(['/', '[', '{', '<', '%', '$'])).then_some((
        kind,
        from..from + value.len(),
        score,
    ))
}

/// `wifi_password`, `accessToken`: the whole of it, or the last word.
fn label_kinds(label: &str) -> super::Kinds {
    let last = label.rfind('_').map_or(0, |at| at + 1);
    let hump = label.bytes().rposition(|byte| byte.is_ascii_uppercase()).unwrap_or(0);
    let from =
        |start: usize| label.get(start..).filter(|_| start > 0).map(context::of_word).unwrap_or_default();
    context::of_word(label).union(from(last)).union(from(hump))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, label: &str) -> Option<String> {
        let start = text.find(label)?;
        value(text, start..start + label.len()).map(|(_, at, _)| text[at].to_string())
    }

    #[test]
    fn a_password_is_found_by_its_label() {
        assert_eq!(found("password: tulip", "password").as_deref(), Some("tulip"));
        assert_eq!(found("{\"wifi_password\": \"tu lip\"}", "wifi_password").as_deref(), None);
        assert_eq!(found("{\"wifi_password\": \"Tulip-7\"}", "wifi_password").as_deref(), Some("Tulip-7"));
        assert_eq!(found("das Passwort lautet Tulpe7!", "Passwort").as_deref(), Some("Tulpe7"));
    }

    #[test]
    fn talk_about_passwords_is_none() {
        assert_eq!(found("the password is wrong", "password"), None);
        assert_eq!(found("password required", "password"), None);
        assert_eq!(found("header: tulip", "header"), None);
    }
}
