//! E-mail addresses, web addresses and domain names (RFC 5322, 3986, 1035). Their `@`, `://` and dots give them away.

mod credentials;
mod tld;
mod written;

use std::ops::Range;

use discreet_host::steps;

use crate::kinds::{Scores, alone};

pub(crate) use credentials::credentials;
pub(crate) use written::{bracketed, spaced};

/// The longest part in front of the `@`, in bytes (RFC 5321, 4.5.3.1).
const LOCAL: usize = 64;
/// The longest domain name, in bytes (RFC 1035, 2.3.4).
const DOMAIN: usize = 255;
/// The longest path and query, in bytes. Browsers accept more; the rest is not read.
const REST: usize = 2048;

/// The scores of e-mail addresses.
mod email_scores {
    use super::{Scores, alone};

    /// An address literal.
    pub(super) const LITERAL: Scores = alone(80).near(98);
    /// The top-level domain exists.
    pub(super) const KNOWN_DOMAIN: Scores = alone(95).near(98);
    /// It does not.
    pub(super) const UNKNOWN_DOMAIN: Scores = alone(45).near(98);
}

/// The scores of addresses with a scheme.
mod url_scores {
    use super::{Scores, alone};

    /// The host has a dot or is an address.
    pub(super) const FULL_HOST: Scores = alone(90).near(95);
    /// The host is a machine of the local network.
    pub(super) const LOCAL_HOST: Scores = alone(50).near(95);
}

/// The scores of domain names without a scheme.
mod name_scores {
    use super::{Scores, alone};

    /// The name begins with `www.`.
    pub(super) const WWW: Scores = alone(90).near(90);
    /// The usual name. A country has two letters, and so have short fields of messages: `status.de`.
    pub(super) const USUAL: Scores = alone(60).near(75);
    /// The first label has one letter.
    pub(super) const SHORT: Scores = alone(30).near(75);
    /// The top-level domain is the ending of files or a word as well.
    pub(super) const DOUBTFUL: Scores = alone(20).near(75);
    /// `end.The next`: a sentence without a blank in front.
    pub(super) const SENTENCE: Scores = alone(15).near(75);
}

/// The e-mail address with its `@` at `at`.
pub(crate) fn email(text: &str, at: usize) -> Option<(Range<usize>, Scores)> {
    let bytes = text.as_bytes();
    let start = local(text, at)?;
    if bytes.get(at + 1) == Some(&b'[') {
        // An address literal: `user@[192.0.2.1]`.
        let length = bytes.get(at + 2..)?.iter().take(48).position(|byte| *byte == b']')?;
        let literal = text.get(at + 2..at + 2 + length)?;
        let literal = literal.strip_prefix("IPv6:").unwrap_or(literal);
        return literal
            .parse::<std::net::IpAddr>()
            .is_ok()
            .then_some((start..at + 3 + length, email_scores::LITERAL));
    }
    let end = domain(text, at + 1)?;
    let top = text.get(at + 1..end)?.rsplit_once('.')?.1;
    let scores = if top_level(top) { email_scores::KNOWN_DOMAIN } else { email_scores::UNKNOWN_DOMAIN };
    (top.len() >= 2 && !top.bytes().all(|byte| byte.is_ascii_digit())).then_some((start..end, scores))
}

/// The beginning of the part in front of the `@`.
fn local(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let before = bytes.get(..at)?;
    if before.last() == Some(&b'"') {
        let open = before.iter().rev().skip(1).take(LOCAL).position(|byte| matches!(byte, b'"' | b'\n'))?;
        let start = at - 2 - open;
        return (bytes.get(start) == Some(&b'"') && open > 0).then_some(start);
    }
    let belongs =
        |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80 || b".!#$%&'*+/=?^_`{|}~-".contains(byte);
    let mut start = at - before.iter().rev().take(LOCAL).take_while(|byte| belongs(byte)).count();
    // Quotes, paths and assignments stand in front: `mail='a@b.de'`, `to=a@b.de`.
    // `jean.d'arc@a.b` has a quote between its letters.
    let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let inner = |at: usize| letter(at.checked_sub(1)) && letter(Some(at + 1));
    let lead = (start..at)
        .rev()
        .map(|place| (place, bytes.get(place).copied().unwrap_or(b' ')))
        .find(|(place, byte)| b"=/?&|".contains(byte) || b"'`{}*".contains(byte) && !inner(*place));
    let lead = lead.map(|(place, _)| place - start);
    start += lead.map_or(0, |lead| lead + 1);
    start += bytes.get(start..at)?.iter().take_while(|byte| b".#!$%^~-+".contains(byte)).count();
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let local = bytes.get(start..at)?;
    (!local.is_empty() && local.last() != Some(&b'.')).then_some(start)
}

/// The end of the domain name that begins at `start`. It has a dot.
fn domain(text: &str, start: usize) -> Option<usize> {
    let belongs = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '.' | '-') || (c >= '\u{a1}' && c.is_alphanumeric())
    };
    let rest = text.get(start..)?;
    let end =
        rest.char_indices().find(|(at, c)| *at > DOMAIN || !belongs(*c)).map_or(rest.len(), |(at, _)| at);
    let name = rest.get(..end)?.trim_end_matches(['.', '-']);
    let whole =
        name.contains('.') && name.split('.').all(|label| !label.is_empty() && !label.starts_with('-'));
    whole.then_some(start + name.len())
}

/// The web address whose `://` is at `colon`. `any`: its scheme may be any.
pub(crate) fn url(text: &str, colon: usize, any: bool) -> Option<(Range<usize>, Scores)> {
    let before = text.as_bytes().get(..colon)?;
    let length = before
        .iter()
        .rev()
        .take(12)
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'+')
        .count();
    let start = colon - length;
    let scheme = text.get(start..colon)?;
    let known = [
        "http", "https", "ftp", "ftps", "sftp", "ws", "wss", "rtsp", "rtmp", "ssh", "git", "mqtt", "mqtts",
        "smb", "ldap", "ldaps",
    ];
    if !any && !known.iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let end = rest(text, colon + 3);
    let host = text.get(colon + 3..end)?;
    let full = host.contains('.') || host.starts_with('[');
    let scores = if full { url_scores::FULL_HOST } else { url_scores::LOCAL_HOST };
    (!host.is_empty()).then_some((start..end, scores))
}

/// The domain name whose first label begins at `start`, with the port and path that follow.
pub(crate) fn name(text: &str, start: usize) -> Option<(Range<usize>, Scores)> {
    let end = domain(text, start)?;
    let name = text.get(start..end)?;
    let top = name.rsplit_once('.')?.1;
    let next = text.as_bytes().get(end);
    if !top_level(top) || matches!(next, Some(b'@' | b'(' | b'_')) {
        return None;
    }
    let www = name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www."));
    if www && name.split('.').count() < 3 {
        return None;
    }
    let doubtful = tld::DOUBTFUL.split(' ').any(|word| top.eq_ignore_ascii_case(word));
    if !www && (top.len() == 2 || doubtful) && is_key(text.as_bytes().get(end..).unwrap_or_default()) {
        return None;
    }
    let first = name.split('.').next().unwrap_or_default();
    // A model of PyTorch: `yolov8n.pt`.
    let model = top == "pt" && name.split('.').count() == 2 && is_model(first);
    let doubtful = doubtful || model;
    let sentence =
        top.starts_with(|c: char| c.is_ascii_uppercase()) && !name.bytes().all(|b| !b.is_ascii_lowercase());
    let scores = match () {
        () if www => name_scores::WWW,
        () if sentence => name_scores::SENTENCE,
        () if doubtful => name_scores::DOUBTFUL,
        () if first.len() < 2 => name_scores::SHORT,
        () => name_scores::USUAL,
    };
    let end = match next {
        Some(b'/' | b'?' | b'#') => rest(text, end),
        Some(b':') if text.as_bytes().get(end + 1).is_some_and(u8::is_ascii_digit) => rest(text, end),
        _ => end,
    };
    // The image of a container.
    let image = text.get(start..end).is_some_and(|name| name.contains("@sha256"));
    (!image).then_some((start..end, scores))
}

/// May a file with the parameters of a trained model have this name: `yolov8n`, `best`?
fn is_model(name: &str) -> bool {
    const NAMES: [&str; 8] =
        ["best", "last", "model", "weights", "checkpoint", "policy", "encoder", "decoder"];
    name.bytes().any(|byte| byte.is_ascii_digit()) || NAMES.contains(&name)
}

/// Does this stand behind the name of a value, and not behind a domain: `imu.ax=-2.07`, `"imu.ax": 3`, `imu.ax: 0.5`? A
/// domain may have a port.
fn is_key(behind: &[u8]) -> bool {
    let trimmed = behind.strip_prefix(b" ").unwrap_or(behind);
    match (behind, trimmed) {
        ([b'"' | b'\'', b':', ..], _) => true,
        (_, [b'=', next, ..]) => *next != b'=',
        ([b':', value @ ..], _) => is_measured(value.strip_prefix(b" ").unwrap_or(value)),
        _ => false,
    }
}

/// Has the number at the beginning a sign in front or a fraction?
fn is_measured(value: &[u8]) -> bool {
    let digits = value.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    match value {
        [b'-' | b'+', next, ..] => next.is_ascii_digit(),
        _ => matches!(value.get(digits..), Some([b'.', next, ..]) if digits > 0 && next.is_ascii_digit()),
    }
}

/// The end of the web address that goes on at `start`, without the punctuation of a sentence.
fn rest(text: &str, start: usize) -> usize {
    let tail = text.get(start..).unwrap_or_default();
    let stop = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '"' | '<' | '>' | '`' | '{' | '}' | '|' | '\\' | '^')
    };
    let end = tail.char_indices().find(|(at, c)| *at > REST || stop(*c)).map_or(tail.len(), |(at, _)| at);
    let mut address = tail.get(..end).unwrap_or_default();
    steps::count(address.len());
    // Brackets that close more often than they open. Counted once: each byte that is cut off changes the count by
    // one.
    let more = |closing: char, opening: char| {
        address.matches(closing).count().saturating_sub(address.matches(opening).count())
    };
    let (mut round, mut square) = (more(')', '('), more(']', '['));
    loop {
        let short = address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '’', '”']);
        let surplus = match short.bytes().next_back() {
            Some(b')') => &mut round,
            Some(b']') => &mut square,
            _ => return start + short.len(),
        };
        if *surplus == 0 {
            return start + short.len();
        }
        *surplus -= 1;
        address = short.get(..short.len() - 1).unwrap_or_default();
    }
}

/// Does this top-level domain exist?
fn top_level(label: &str) -> bool {
    let mut small = [0_u8; 24];
    let Some(small) = small.get_mut(..label.len()) else { return false };
    small.copy_from_slice(label.as_bytes());
    small.make_ascii_lowercase();
    tld::known(small) || !label.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = fn(&str, usize) -> Option<(Range<usize>, Scores)>;

    fn found(text: &str, mark: &str, read: Read) -> Option<String> {
        read(text, text.find(mark)?).map(|(at, _)| text[at].to_string())
    }

    #[test]
    fn an_e_mail_address_ends_before_quotes_and_full_stops() {
        for (text, address) in [
            ("write to Jürgen.Groß@example.de.", "Jürgen.Groß@example.de"),
            ("<a+b@sub.example.co.uk>", "a+b@sub.example.co.uk"),
            ("'x@example.com'", "x@example.com"),
            ("\"odd one\"@example.org!", "\"odd one\"@example.org"),
            ("root@[192.0.2.7]", "root@[192.0.2.7]"),
        ] {
            assert_eq!(found(text, "@", email).as_deref(), Some(address), "{text}");
        }
        assert_eq!(found("me @ home.de", "@", email), None);
        assert_eq!(found("a@b", "@", email), None);
    }

    #[test]
    fn a_web_address_has_its_path_and_not_the_full_stop() {
        let known: Read = |text, colon| url(text, colon, false);
        assert_eq!(
            found("see https://example.com/a?b=c.", "://", known).as_deref(),
            Some("https://example.com/a?b=c")
        );
        assert_eq!(
            found("(http://example.com/a_(b))", "://", known).as_deref(),
            Some("http://example.com/a_(b)")
        );
        assert_eq!(found("package://robot/mesh.stl", "://", known), None);
    }

    #[test]
    fn a_name_has_a_top_level_domain_that_exists() {
        assert_eq!(found("at example.com today", "example", name).as_deref(), Some("example.com"));
        assert_eq!(found("at example.invalid", "example", name), None);
        assert!(
            name("robot.sh", 0).is_some_and(|(_, scores)| scores == name_scores::DOUBTFUL),
            "a file as well"
        );
    }
}
