//! Passwords in the options of commands: `--password tulip`, `sshpass -p tulip`, `curl -u anna:tulip`.

use std::ops::Range;

use super::is_remark;
use crate::Kind;
use crate::kinds::{Scores, alone};
use crate::recognisers::names;

/// The account, and the secret.
type Found = [Option<(Kind, Range<usize>)>; 2];

/// The scores of such a value.
pub(crate) const SCORES: Scores = alone(86).always();

/// The last words of long options with a password.
const PASSWORDS: [&str; 7] = ["password", "passwd", "pass", "pwd", "passphrase", "passcode", "secret"];
/// Those with a token.
const TOKENS: [&str; 2] = ["token", "api-key"];

/// The way in which a client takes its password.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// `-ptulip` only.
    Joined,
    /// `-p tulip` or `-ptulip`.
    Any,
    /// The account in front: `-u anna:tulip`.
    Pair,
}

/// Clients, the letters of their options, and the way.
const CLIENTS: [(&str, &[u8], Way); 8] = [
    ("sshpass mongo mongosh mongodump mongorestore", b"p", Way::Any),
    ("mysql mysqldump mysqladmin mysqlimport mariadb mariadb-dump 7z 7za", b"p", Way::Joined),
    ("docker podman nerdctl helm skopeo buildah", b"p", Way::Any),
    ("redis-cli", b"a", Way::Any),
    ("mosquitto_pub mosquitto_sub unzip zip sqlcmd bcp", b"P", Way::Any),
    ("ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami", b"w", Way::Any),
    ("curl http https xh lftp", b"u", Way::Pair),
    ("smbclient rpcclient", b"U", Way::Pair),
];

/// The most bytes of a command that are read.
const LONGEST: usize = 256;

/// The account and the secret in the option whose `-` is at `at`, each with its kind.
pub(crate) fn option(text: &str, at: usize) -> Found {
    let found =
        if text.as_bytes().get(at + 1) == Some(&b'-') { long(text, at + 2) } else { short(text, at + 1) };
    found.unwrap_or_default()
}

fn long(text: &str, from: usize) -> Option<Found> {
    let rest = text.get(from..)?;
    let length =
        rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
    let name = rest.get(..length)?.trim_start_matches("proxy-");
    let ends = |list: &[&str]| {
        let apart = |rest: &str| rest.is_empty() || rest.ends_with(['-', '_']);
        list.iter().any(|word| name.strip_suffix(word).is_some_and(apart))
    };
    let sign = *text.as_bytes().get(from + length).filter(|sign| matches!(sign, b' ' | b'='))?;
    if name == "user" && client(text, from).is_some_and(|(_, way)| way == Way::Pair) {
        return pair(text, from + length + 1);
    }
    let kind = match () {
        () if ends(&PASSWORDS) => Kind::Password,
        () if ends(&TOKENS) => Kind::Token,
        () => return None,
    };
    let value = value(text, from + length + 1)?;
    let word = text.get(value.clone())?;
    let plain = sign == b' ' && word.bytes().all(|byte| byte.is_ascii_lowercase()) && names::is_word(word);
    let alone = text
        .get(value.end..)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(" -") || rest.starts_with('\n'));
    (!plain || alone).then_some([None, Some((kind, value))])
}

fn short(text: &str, at: usize) -> Option<Found> {
    let letter = text.as_bytes().get(at)?;
    let (letters, way) = client(text, at)?;
    let spaced = text.as_bytes().get(at + 1) == Some(&b' ');
    if !letters.contains(letter) || way == Way::Joined && spaced {
        return None;
    }
    let from = at + 1 + usize::from(spaced);
    if way == Way::Pair {
        return pair(text, from);
    }
    // `docker run -p 8080:80`
    let value = value(text, from)?;
    let port = text
        .get(value.clone())?
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'/'));
    let login = |head: &str| !(head.contains("run ") || head.contains("create ") || head.contains("exec "));
    let fits = !(letters == b"p" && way == Way::Any)
        || text.get(..at).is_some_and(|head| !port && login(segment(head)) || head.contains("sshpass"));
    fits.then_some([None, Some((Kind::Password, value))])
}

/// The command in front of an option, from the last pipe or the like on.
fn segment(head: &str) -> &str {
    let from = (head.len().saturating_sub(LONGEST)..=head.len()).find_map(|from| head.get(from..));
    from.unwrap_or_default().rsplit(['|', ';', '&', '\n', '(', '`']).next().unwrap_or_default()
}

/// The options of the client whose command the text in front of `at` is.
fn client(text: &str, at: usize) -> Option<(&'static [u8], Way)> {
    let words = segment(text.get(..at)?).split([' ', '$', '#', '"', '\'']);
    let names = words.map(|word| word.rsplit('/').next().unwrap_or_default());
    names.filter(|name| !name.is_empty()).find_map(|name| {
        let row = CLIENTS.iter().find(|(clients, ..)| clients.split(' ').any(|known| known == name));
        row.map(|(_, letters, way)| (*letters, *way))
    })
}

/// The value that begins at `from`: in quotation marks, or up to a blank.
fn value(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    let mark = rest.chars().next().filter(|mark| matches!(mark, '"' | '\''));
    let from = from + usize::from(mark.is_some());
    let rest = text.get(from..)?;
    let end = |c: char| {
        mark.map_or_else(|| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '|' | ';'), |mark| c == mark)
    };
    let length = rest.find(end).unwrap_or(rest.len()).min(LONGEST);
    // The rest of a longer value is hidden with it.
    let length = (0..=length).rev().find(|length| rest.is_char_boundary(*length))?;
    let value = rest.get(..length)?.trim_end_matches([',', ')']);
    let placeholder = value.starts_with(['-', '$', '<', '{', '[', '%', '*', '(', '=', ':', '|']);
    let fits = value.len() >= 3 && !placeholder && !(mark.is_none() && is_talk(value));
    fits.then_some(from..from + value.len())
}

/// Is this a word of a sentence about an option, and not its value?
fn is_talk(word: &str) -> bool {
    const WORDS: &str = "the and for was is are has option flag argument parameter with from into instead true false null none \
        yes stdin prompt file";
    WORDS.split(' ').any(|known| known == word) || is_remark(word)
}

/// An account and its password.
fn pair(text: &str, from: usize) -> Option<Found> {
    let whole = value(text, from)?;
    let raw = text.get(whole.clone())?;
    let sign = raw.find([':', '%', ','])?;
    let secret = raw.get(sign + 1..)?;
    let web = secret.starts_with("//") || secret.is_empty() || secret.starts_with(['$', '{', '<']);
    let account = Some((Kind::Username, whole.start..whole.start + sign)).filter(|_| sign > 0);
    (!web).then_some([account, Some((Kind::Password, whole.start + sign + 1..whole.end))])
}
