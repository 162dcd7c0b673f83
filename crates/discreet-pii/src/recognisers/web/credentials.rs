//! An account and its password in a web address (RFC 3986, 3.2.1): `postgres://robot:pR9vKq2@10.0.4.7:5432/guests`.

use std::ops::Range;

/// The most bytes in front of the host.
const LONGEST: usize = 256;

/// The account, which may be empty, and the password in the address whose `://` is at `colon`.
pub(crate) fn credentials(text: &str, colon: usize) -> Option<(Range<usize>, Range<usize>)> {
    let scheme = text.as_bytes().get(..colon)?.last()?;
    let from = colon + 3;
    let inside = |byte: &&u8| !matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'`' | 0..=b' ');
    let rest = text.as_bytes().get(from..)?;
    let length = rest.iter().take(LONGEST).take_while(inside).count();
    let at = rest.get(..length)?.iter().rposition(|byte| *byte == b'@')?;
    let sign = rest.get(..at)?.iter().position(|byte| *byte == b':')?;
    let password = text.get(from + sign + 1..from + at)?;
    let placeholder = password.starts_with(['$', '{', '<', '*', '[']) || password.is_empty();
    (scheme.is_ascii_alphanumeric() && !placeholder)
        .then_some((from..from + sign, from + sign + 1..from + at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_stands_between_a_colon_and_the_last_at() {
        let found = |text: &str| {
            credentials(text, text.find("://")?)
                .map(|(user, word)| format!("{} {}", &text[user], &text[word]))
        };
        assert_eq!(found("mqtt://bot:a@b@host/x@y").as_deref(), Some("bot a@b"));
        assert_eq!(found("redis://:s3c@10.0.0.1").as_deref(), Some(" s3c"));
        for text in ["ssh://git@host", "http://host:80/a@b", "db://u:${PW}@host", "db://u:@host", "://a:b@c"]
        {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
