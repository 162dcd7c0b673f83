//! The values behind labels without a sign.

use std::ops::Range;

use super::Label;
use crate::recognisers::labelled::{remarks, value_end};
use crate::recognisers::names;

/// Is the value an account, a colon and a password with digits: `ngeze:Tr0ub4dor`?
pub(super) fn is_pair(value: &str) -> bool {
    let Some((account, password)) = value.split_once([':', '/']) else { return false };
    let letters = |text: &str| text.bytes().any(|byte| byte.is_ascii_alphabetic());
    letters(account)
        && account.len() > 2
        && account.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && password.len() > 3
        && letters(password)
        && password.bytes().any(|byte| byte.is_ascii_digit())
        && !password.contains(['/', '.'])
}

/// The place of the password in the text behind the account `value`: ` / Tr0ub4dor!`.
pub(super) fn slashed(value: &str, behind: &str) -> Option<Range<usize>> {
    const BETWEEN: &str = " / ";
    let rest = behind.strip_prefix(BETWEEN)?;
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte);
    let account =
        value.len() > 1 && value.bytes().all(inside) && value.starts_with(|c: char| c.is_alphabetic());
    let secret = rest.get(..value_end(rest, true))?.trim_end_matches(['.', ',', ';', ')']);
    let digits = secret.bytes().any(|byte| byte.is_ascii_digit());
    (account && digits && is_password(secret)).then(|| BETWEEN.len()..BETWEEN.len() + secret.len())
}

/// May the value be the name of an account: small letters of no known word, with digits or signs in it?
pub(super) fn is_account(value: &str, label: Label) -> bool {
    let inside = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let least = if label == Label::Account { 4 } else { 5 };
    let mut parts = value.split(|c: char| !c.is_ascii_lowercase()).filter(|part| part.len() > 1).peekable();
    let plain = value.bytes().all(|byte| byte.is_ascii_lowercase());
    // `vesper.quill`
    let joined = label == Label::Account && value.contains(['.', '_']);
    (least..=32).contains(&value.len())
        && value.starts_with(|c: char| c.is_ascii_lowercase())
        && value.chars().all(inside)
        && parts.peek().is_some()
        && !(plain && is_inflected(value))
        && (joined || parts.any(|part| !names::is_word(part)))
}

/// May the word be a participle, an adjective or a verb that no list has: `abgemeldet`, `introuvable`, `sconosciuto`?
pub(in crate::recognisers::labelled) fn is_inflected(word: &str) -> bool {
    const ENDINGS: [&str; 39] = [
        "ado", "ada", "ido", "ida", "ato", "ata", "uto", "uta", "ito", "ita", "sso", "ssa", "rto", "orio",
        "oria", "ario", "ible", "able", "ente", "ante", "ivo", "oso", "osa", "ed", "ing", "out", "ory",
        "ion", "ment", "ung", "heit", "keit", "lich", "isch", "kend", "ique", "ure", "ide", "ive",
    ];
    const BEGINNINGS: [&str; 22] = [
        "ab", "an", "auf", "aus", "be", "ein", "ent", "er", "ge", "ver", "zer", "zu", "un", "on", "ont",
        "uit", "in", "op", "af", "dé", "des", "dis",
    ];
    ENDINGS.iter().any(|ending| word.ends_with(ending))
        || word.ends_with(['t', 'd', 'n']) && BEGINNINGS.iter().any(|beginning| word.starts_with(beginning))
}

/// May the value be a password: letters and signs that do not join words?
pub(super) fn is_password(value: &str) -> bool {
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let signs =
        |c: char| c.is_ascii_digit() || matches!(c, '!' | '#' | '$' | '%' | '&' | '@' | '+' | '*' | '_');
    // `reset!`
    let inner = value.trim_end_matches('!');
    let doubled = value.len() > inner.len() + 1;
    let mut parts = value.split('-');
    let joined = parts.clone().count() > 1 && parts.any(|part| !part.is_empty() && !names::is_word(part));
    let mixed = letters >= 3 && (inner.contains(signs) || doubled || joined);
    mixed && (5..=64).contains(&value.len()) && !value.contains(['/', '<', '{', '=', '('])
}

/// Verbs behind which a plain word may be a password. Behind `was` stands what happened to it.
const SAYS: [&str; 6] = [" is ", " ist ", " lautet ", " est ", " es ", " è "];

/// May the value be a plain word that is a password, `the password is sesame`, and not a remark? It ends its clause.
pub(super) fn is_said(head: &str, value: &str, behind: &str) -> bool {
    const CLAUSES: [&str; 6] = [" and ", " und ", " y ", " et ", " e ", " oder "];
    const ENDS: [char; 8] = ['.', ',', ';', '!', ')', '"', '\'', '\n'];
    let ends =
        behind.is_empty() || behind.starts_with(ENDS) || CLAUSES.iter().any(|word| behind.starts_with(word));
    // A file or a version: `password is in.txt`
    let joined = behind.strip_prefix('.').is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    let value = value.trim_end_matches('!');
    ends && !joined
        && SAYS.iter().any(|says| head.ends_with(says))
        && (3..=24).contains(&value.len())
        && value.chars().all(char::is_lowercase)
        && !remarks::is_remark(value)
        && !is_inflected(value)
}

/// May the value be a name or a noun with a capital, and not a remark: `is Required`?
pub(super) fn is_name_like(value: &str) -> bool {
    const REMARKS: [&str; 4] = ["required", "expired", "not", "requerida"];
    let capital = value.starts_with(|c: char| c.is_ascii_uppercase());
    capital
        && value.len() >= 5
        && value.bytes().skip(1).all(|byte| byte.is_ascii_lowercase())
        && !REMARKS.iter().any(|known| known.eq_ignore_ascii_case(value))
        && !remarks::is_remark(value)
}
