//! Values of any form behind a label: `password: tulip`, `user=anna`.

mod address;
mod board;
pub(crate) mod command;
pub(crate) mod door;
mod ends;
mod extension;
mod filter;
pub(crate) mod gap;
mod home;
pub(crate) mod joined;
mod label;
pub(crate) mod named;
mod network;
pub(crate) mod owned;
mod person;
mod remarks;
mod session;
pub(crate) mod unsigned;

use std::ops::Range;

use crate::Kind;
use crate::detect::swar::{self, HIGH};
use crate::kinds::{Scores, alone};
use crate::recognisers::names;
pub(crate) use board::is_of_board;
use ends::{closing_quote, digits_end, phrase_end, value_end, value_is_over};
pub(crate) use extension::extension;
pub(crate) use filter::{may_be_any, may_be_label};
pub(crate) use home::home;
use label::{LAST_WORDS, NETWORKS, compound_kinds, label_kinds};
pub(crate) use network::password as network;
pub(crate) use remarks::is_remark;

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
const KINDS: [Labelled; 5] = [
    Labelled { kind: Kind::Password, least: 4, mixed: false, scores: alone(85).always() },
    Labelled { kind: Kind::ApiKey, least: 12, mixed: true, scores: alone(80).always() },
    Labelled { kind: Kind::Token, least: 12, mixed: true, scores: alone(80).always() },
    Labelled { kind: Kind::Address, least: 8, mixed: true, scores: alone(93).always() },
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

/// Signs between a label and its value, with blanks around them.
const SIGNS: [&str; 5] = [" : ", " = ", " -> ", " => ", " → "];

/// Verbs between a label and its value, in the place of a colon.
const VERBS: [&str; 15] = [
    "is ", "lautet ", "ist ", "est ", "es ", "è ", "é ", "was ", "| ", "… ", "…", "IS ", "Is ", "IST ",
    "EST ",
];

/// Builds the tables, so that no text waits for them.
pub(crate) fn prepare() {
    filter::prepare();
    unsigned::prepare();
}

/// Is this the end of a label with two letters: `user ID`, `PW`, `code Wi-Fi`?
#[inline]
pub(crate) fn is_short(word: &[u8]) -> bool {
    let &[first, last] = word else { return false };
    matches!(&[first | 0x20, last | 0x20], b"id" | b"pw" | b"by" | b"fi" | b"to" | b"cn" | b"fn")
}

/// May the word that ends at `end` be a label? A fast test that most words fail.
pub(crate) fn announces(bytes: &[u8], end: usize) -> bool {
    let rest = bytes.get(end..).unwrap_or_default();
    match rest {
        [b':' | b'=', next, ..] => !matches!(next, b':' | b'='),
        // `<entry key="password">tulip`
        [b'"' | b'\'' | b'*', b':' | b'=' | b'>', ..] => true,
        [b' ', b':' | b'=' | b'|', b' ', ..] | [b' ', b'-' | b'=', b'>', ..] | [b' ', b'>', b' ', ..] => true,
        [b' ', 0xE2, 0x86, 0x92, ..] => true, // →
        [0xE2, 0x80, 0xA6, ..] | [b' ', 0xE2, 0x80, 0xA6, ..] => true, // …
        // `password Tulip7!`, `IDENTIFIED BY 'tulip'`
        [b' ', next, ..] if is_odd(*next) || next.is_ascii_uppercase() || is_joined(rest) => true,
        [b' ', b'i' | b'e' | b'w', b's' | b'a', _, ..] | [b' ', b'l' | 0xC3, ..] => {
            rest.get(1..).is_some_and(|rest| VERBS.iter().any(|verb| rest.starts_with(verb.as_bytes())))
        }
        _ => false,
    }
}

/// Has the word behind the blank at the beginning letters, and digits, `_`, `-` or a point among them?
fn is_joined(rest: &[u8]) -> bool {
    // Most words end in this block, and have nothing but letters.
    let block = swar::block(rest, 1);
    let others =
        swar::digits(block) | swar::are(block, b'_') | swar::are(block, b'-') | swar::are(block, b'.');
    let word = swar::leading(swar::letters(block) | block & HIGH | others);
    if word < 8 && others & swar::below(word) == 0 {
        return false;
    }
    let (mut letters, mut others) = (false, false);
    let mut bytes = rest.iter().skip(1).take(24).peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => letters = true,
            b'0'..=b'9' | b'_' => others = true,
            b'-' | b'.' if bytes.peek().is_some_and(|next| next.is_ascii_alphanumeric()) => others = true,
            b'-' | 0x80.. => {}
            _ => break,
        }
    }
    letters && others
}

/// Signs with which a word does not begin.
fn is_odd(byte: u8) -> bool {
    matches!(byte, b'!'..=b'\'' | b'@' | b'`' | b'*' | b'0'..=b'9')
}

/// The way in which a label announces its value. A weaker one needs a value that looks more like one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// `password: tulip`
    Sign,
    /// `the password is tulip7`
    Verb,
    /// `password Tulip7!`
    Nothing,
}

/// The value behind the label `word`.
pub(crate) fn value(text: &str, word: Range<usize>) -> Option<Value> {
    let bytes = text.as_bytes();
    if !may_be_any(bytes, word.start, word.end) {
        return None;
    }
    let label = text.get(word.clone())?;
    // `"password": "tulip"`
    let quote = usize::from(matches!(bytes.get(word.end), Some(b'"' | b'\'' | b'*')));
    let sign = word.end + quote;
    let spaced = match bytes.get(sign..)? {
        [b' ', b':' | b'=' | b'-' | 0xE2, ..] => {
            SIGNS.into_iter().find(|signs| text.get(sign..).is_some_and(|rest| rest.starts_with(signs)))
        }
        _ => None,
    };
    let gap = gap::behind(text, word.end);
    let colon = match bytes.get(sign)? {
        _ if gap.is_some() => gap.is_some_and(|(_, signed)| signed),
        _ if spaced.is_some() => true,
        b':' if bytes.get(sign + 1) != Some(&b':') => true,
        b'=' if bytes.get(sign + 1) != Some(&b'=') => true,
        b' ' => false,
        b'>' if quote > 0 && is_value_of_key(text, &word) => true,
        // `password… tulip7`
        0xE2 if text.get(sign..).is_some_and(|rest| rest.starts_with('…')) => false,
        _ => return None,
    };
    let announced = || {
        let mut kinds = label_kinds(label).union(compound_kinds(text, &word));
        // SQL: `IDENTIFIED BY 'tulip'`.
        if label.eq_ignore_ascii_case("by") && ends_with_word(text.get(..word.start)?, "identified") {
            kinds = [Kind::Password].into_iter().collect();
        }
        if kinds.is_empty() { None } else { KINDS.iter().find(|row| kinds.contains(row.kind)) }
    };
    let row = announced().or_else(|| session::row(label))?;
    // The tangent, and the number of a transaction, which the pattern of a PIN finds.
    if label.eq_ignore_ascii_case("tan") {
        return None;
    }
    if label.eq_ignore_ascii_case("pin") && is_of_board(text.get(..word.start)?) {
        return None;
    }
    let blank = usize::from(bytes.get(sign) != Some(&0xE2));
    let mut from = gap.map_or(sign + spaced.map_or(blank, str::len), |(from, _)| from);
    let mut way = Way::Sign;
    if gap.is_some() && !colon {
        way = Way::Nothing;
    } else if !colon {
        let rest = text.get(from..)?;
        let verb = VERBS.into_iter().find(|verb| rest.starts_with(verb));
        way = if verb.is_some() { Way::Verb } else { Way::Nothing };
        from += verb.map_or(0, str::len);
    }
    from += bytes
        .get(from..)?
        .iter()
        .take(4)
        .take_while(|byte| matches!(byte, b' ' | b'"' | b'\'' | b'`' | b'=' | b':' | b'*'))
        .count();
    let rest = text.get(from..)?;
    if row.kind == Kind::Address {
        return if colon { address::line(text, &word, from) } else { None };
    }
    let quoted = bytes.get(from.wrapping_sub(1)).is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    let closed = quoted.then(|| closing_quote(bytes, from)).flatten().filter(|_| row.kind == Kind::Password);
    let phrase = colon && phrase_label(label);
    let inside_query = matches!(bytes.get(word.start.wrapping_sub(1)), Some(b'?' | b'&' | b';'));
    let inside_query = inside_query || row.kind == Kind::Username;
    let plain = |rest: &str| value_end(rest, inside_query || !colon || bytes.get(sign) != Some(&b'='));
    let length = closed.unwrap_or_else(|| if phrase { phrase_end(rest) } else { plain(rest) });
    let value = rest.get(..length)?;
    let value = if row.kind == Kind::Password && value.bytes().all(|byte| byte.is_ascii_digit()) {
        rest.get(..digits_end(rest)).unwrap_or(value)
    } else {
        value
    };
    if row.kind == Kind::Token && session::row(label).is_some() && !(colon && session::is_token(value)) {
        return None;
    }
    let value = if quoted { value } else { value.trim_end_matches(['.', ',', ';', ':', ')', '}', ']']) };
    let odd = value.bytes().any(|byte| !byte.is_ascii_alphabetic() && byte < 0x80);
    // `username "gkerbrat"`
    let shut = || quoted && closing_quote(bytes, from) == Some(value.len());
    let account = row.kind == Kind::Username && !colon && shut() && !names::is_word(value);
    if account {
        return Some(Value { kind: row.kind, at: from..from + value.len(), scores: row.scores });
    }
    // `password is "sunflower"`
    let was = || head_of(text, from).ends_with("was");
    let said = || value.len() > 2 && shut() && !was() && !is_remark(value) && !unsigned::is_inflected(value);
    if row.kind == Kind::Password && way == Way::Verb && !odd && said() {
        return Some(Value { kind: row.kind, at: from..from + value.len(), scores: row.scores });
    }
    // `WITH PASSWORD 'tulip'`, `IDENTIFIED BY 'tulip'`
    let named = || {
        let head = text.get(..word.start).unwrap_or_default();
        label.eq_ignore_ascii_case("by") || phrase_label(label) || ends_with_word(head, "with")
    };
    if row.kind == Kind::Password && way == Way::Nothing && !odd && shut() && value.len() > 2 && named() {
        return Some(Value { kind: row.kind, at: from..from + value.len(), scores: row.scores });
    }
    if !colon && !odd || way == Way::Nothing && !is_mixed(value) {
        return None;
    }
    // A scheme or a constant is not a value: `token: Bearer ...`, `password: null`.
    let value_like = !colon || !NOTHING.contains(&value);
    let short = row.kind != Kind::Address && row.mixed && is_key(value);
    let fits = (value.chars().count() >= row.least
        || short
        || row.kind == Kind::Password && is_short_word(label, value))
        && (!row.mixed || odd);
    if way == Way::Nothing && row.kind == Kind::Username {
        // `User anna102 logged in`, `CREATE USER 'anna'`
        let quoted = from > word.end + 1;
        let rest = text.get(from + value.len()..).unwrap_or_default();
        let acts =
            LOGINS.iter().any(|login| rest.strip_prefix(' ').is_some_and(|rest| rest.starts_with(login)));
        let plain = ["user", "login", "utente", "usuario", "handle"];
        let named = !plain.iter().any(|plain| plain.eq_ignore_ascii_case(label))
            || word.start > 0 && compound_kinds(text, &word).contains(Kind::Username);
        (quoted || acts || named || is_account(value)).then_some(())?;
    }
    // `user: Anna`: a person, not an account.
    let person = row.kind == Kind::Username && !odd && value.starts_with(|c: char| !c.is_ascii_lowercase());
    let placeholder =
        value.starts_with(['/', '[', '{', '<', '%', '$']) && !is_secret_behind_sign(row.kind, value);
    let at = from..from + value.len();
    (value_like && fits && !person && !placeholder).then_some(Value {
        kind: row.kind,
        at,
        scores: row.scores,
    })
}

/// Is this the label of a password of several words?
fn phrase_label(label: &str) -> bool {
    label.to_ascii_lowercase().ends_with("passphrase")
}

/// Is this a password of three letters behind a label that hardly anything else has: `password: sun`?
fn is_short_word(label: &str, value: &str) -> bool {
    let words = ["passw", "kennwort", "passphrase", "contrase", "senha", "wachtwoord", "passe"];
    let label = label.to_ascii_lowercase();
    value.len() == 3
        && value.bytes().all(|byte| byte.is_ascii_lowercase())
        && words.iter().any(|word| label.contains(word))
        && !is_remark(value)
}

/// The text in front of a value, without the marks between.
fn head_of(text: &str, from: usize) -> &str {
    text.get(..from).unwrap_or_default().trim_end_matches([' ', '"', '\'', '`', '*'])
}

/// Is the label the name of a value in XML: `<entry key="password">tulip`?
fn is_value_of_key(text: &str, word: &Range<usize>) -> bool {
    let head = text.get(..word.start).unwrap_or_default().trim_end_matches(['"', '\'']);
    let behind = text.get(word.end + 2..).unwrap_or_default();
    let value =
        behind.get(..behind.find(|c: char| !c.is_alphanumeric()).unwrap_or(behind.len())).unwrap_or_default();
    let key = [" key=", " name=", " property="].iter().any(|key| head.ends_with(key));
    key && label_kinds(value).is_empty() && !is_remark(value)
}

/// Has a short value letters and digits in turn, as words and dates do not: `ab12cd34ef`?
fn is_key(value: &str) -> bool {
    const LEAST: usize = 8;
    let kinds = value.as_bytes().windows(2);
    let turns =
        kinds.filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit())).count();
    value.len() >= LEAST && turns >= 2 && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Words in the place of a value.
const NOTHING: [&str; 8] = ["Bearer", "Basic", "null", "None", "none", "true", "false", "required"];

/// Is this a password behind a sign that placeholders have too: `[hunter2]`, `$hunter2`, `/hunter2`? It has small letters
/// and digits, and is not a path or the name of a variable.
fn is_secret_behind_sign(kind: Kind, value: &str) -> bool {
    let inner =
        value.strip_prefix(['/', '[', '{', '$', '<']).unwrap_or_default().trim_end_matches([']', '}', '>']);
    let has = |is: fn(&u8) -> bool| inner.as_bytes().iter().any(is);
    kind == Kind::Password
        && inner.len() >= 5
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && !inner.contains(['/', '[', '{', '}', '$', '_', '<', '%', ':', '(', '.'])
}

/// The account of a database in front of the `@` at `at`: `'anna'@'%'`.
pub(crate) fn account(text: &str, at: usize) -> Option<(Range<usize>, Scores)> {
    const LONGEST: usize = 64;
    let end = at.checked_sub(1)?;
    let quote = text.as_bytes().get(end)?;
    let length = text.as_bytes().get(..end)?.iter().rev().take(LONGEST).position(|byte| byte == quote)?;
    let start = end - length;
    let name = text.get(start..end)?;
    let fits = length > 1
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    fits.then_some((start..end, alone(60).always()))
}

/// Words behind the name of an account.
const LOGINS: [&str; 8] =
    ["logged", "signed", "connected", "authenticated", "login", "logout", "disconnected", "from "];

/// Does a value have letters, and signs or digits among them, as words do not have?
fn is_mixed(value: &str) -> bool {
    let bytes = value.as_bytes();
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let inner = |at: usize, byte: u8| matches!(byte, b'.' | b'-') && at > 0 && at + 1 < bytes.len();
    let others =
        bytes.iter().enumerate().filter(|(at, byte)| is_odd(**byte) || **byte == b'_' || inner(*at, **byte));
    letters >= 3 && others.count() >= 1 && value.len() >= 5
}

/// Has a value the form that names of accounts often have: `kwright38`, `j.lindholm`, `tovar_s`?
fn is_account(value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let joined = value.split(['.', '_']).count() == 2 && value.split(['.', '_']).all(|part| !part.is_empty());
    letters >= 4
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && (digits >= 2 || joined)
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let text = text.trim_end_matches(' ');
    let start = text.len().checked_sub(word.len());
    start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
