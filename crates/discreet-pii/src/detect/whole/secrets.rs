//! The rest of a password or key behind a limit or a blank, and the account in front of an address.

use super::{Around, run, run_back};
use crate::Kind;

/// A value that is at least so long may have been cut at a limit of its recogniser, of 128 bytes.
const CUT: usize = 96;

/// The bytes behind a secret that belong to it.
pub(super) fn rest(around: &Around<'_>) -> usize {
    if around.kind == Kind::PrivateKey {
        return 0;
    }
    if let Some(length) = quoted(around) {
        return length;
    }
    // `[hunter2]`
    for (open, close) in [('[', ']'), ('{', '}')] {
        if around.value.starts_with(open) && around.behind.starts_with(close) {
            return 1;
        }
    }
    if around.value.len() >= CUT {
        return run(around.behind, |c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '`' | '<'));
    }
    phrase(around).unwrap_or(0)
}

/// The rest up to the quotation mark that is also in front: of a password with blanks.
fn quoted(around: &Around<'_>) -> Option<usize> {
    let opened = around.kind == Kind::Password && around.before.ends_with('"');
    let line = around.behind.lines().next().filter(|_| opened)?;
    line.find('"').filter(|length| *length > 0)
}

/// The words of a pass phrase that go on to the end of the line: `password: correct horse`.
fn phrase(around: &Around<'_>) -> Option<usize> {
    const MOST: usize = 4;
    const TALK: &str = " is for and or to the in of on at was please thanks und oder et y e o ou en not bitte danke pour para per \
        user username login with from by ist est es room card phone email mail ";
    let behind_sign = around.before.ends_with(": ") || around.before.ends_with('=');
    let words = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if around.kind != Kind::Password || !behind_sign || !words(around.value) {
        return None;
    }
    let line = around.behind.split(['\n', '\r']).next()?;
    let rest = line.strip_prefix(' ')?.trim_end_matches(['.', '!']);
    let count = rest.split(' ').count();
    let known = |word: &str| TALK.split(' ').any(|talk| talk == word);
    let fits = count <= MOST && rest.split(' ').all(|word| !word.is_empty() && words(word) && !known(word));
    (fits && !rest.is_empty()).then_some(rest.len() + 1)
}

/// The account in front of an address: the beginning of a long one, `xiadani@` of `xiadani@10.0.0.5`.
pub(super) fn account(around: &Around<'_>) -> usize {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    if around.kind == Kind::Email {
        // The limit of RFC 5321 is 64 bytes.
        let long = around.value.find('@').is_some_and(|at| at > 60);
        return if long { run_back(around.before, inside) } else { 0 };
    }
    let name = around.before.strip_suffix('@').map(|head| run_back(head, inside));
    name.filter(|length| *length > 0).map_or(0, |length| length + 1)
}
