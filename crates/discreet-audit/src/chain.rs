//! The lines of the log and the chain that their hashes form.
//!
//! `{"seq":7,"time":"…","prev":"<64>","hash":"<64>","entry":"window",…}`: the hash is BLAKE3 over the line's own bytes
//! without the hash's digits. `prev` is among them, so each line commits to every line before it.

use super::entry::Entry;
use super::time::Time;

/// No entry is longer (see [`MAX_ROUTES`]); a longer line is not an entry.
pub(super) const MAX_LINE: usize = 256 * 1024;
/// Routes in one `window` or `closed` entry; more go into a second one.
pub(super) const MAX_ROUTES: usize = 64;

/// The end of the chain so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The number of the last entry; the first is 1.
    pub seq: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl Link {
    /// Before the first entry.
    pub(super) const START: Link = Link { seq: 0, hash: [0; 32] };
}

/// A parsed line, with its own claims; [`Line::holds`] checks them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub seq: u64,
    pub time: Time,
    pub prev: [u8; 32],
    pub hash: [u8; 32],
    text: &'a str,
}

const HASH_KEY: &str = ",\"hash\":\"";
const CONTEXT: &str = "discreet audit log v1: line";

/// Appends `entry` to `out` as the line after `link`; gives the link after it.
pub(super) fn write_line(
    out: &mut Vec<u8>,
    link: Link,
    time: Time,
    entry: &Entry,
) -> Result<Link, serde_json::Error> {
    let json = serde_json::to_string(entry)?;
    let fields = json.strip_prefix('{').unwrap_or(&json);
    let seq = link.seq.saturating_add(1);
    let before = format!(r#"{{"seq":{seq},"time":"{time}","prev":"{}"{HASH_KEY}"#, hex(&link.hash));
    let after = format!("\",{fields}");
    let hash = hash(&before, &after);
    out.extend_from_slice(before.as_bytes());
    out.extend_from_slice(hex(&hash).as_bytes());
    out.extend_from_slice(after.as_bytes());
    out.push(b'\n');
    Ok(Link { seq, hash })
}

impl<'a> Line<'a> {
    /// Takes a line (without its newline) apart; nothing if it was not written by [`write_line`].
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let printable = bytes.iter().all(|byte| matches!(byte, b' '..=b'~'));
        let text = std::str::from_utf8(bytes).ok().filter(|_| printable && bytes.len() <= MAX_LINE)?;
        let (seq, rest) = text.strip_prefix("{\"seq\":")?.split_once(",\"time\":\"")?;
        let (time, rest) = rest.split_once("\",\"prev\":\"")?;
        let (prev, rest) = rest.split_at_checked(64)?;
        let (hash, rest) = rest.strip_prefix("\",\"hash\":\"")?.split_at_checked(64)?;
        if !(rest.starts_with("\",\"entry\":\"") && rest.ends_with('}')) {
            return None;
        }
        Some(Line {
            seq: seq.parse().ok()?,
            time: Time::parse(time)?,
            prev: unhex(prev)?,
            hash: unhex(hash)?,
            text,
        })
    }

    /// True if the hash is that of the line.
    pub fn holds(&self) -> bool {
        let halves = self.text.split_once(HASH_KEY).and_then(|(before, rest)| {
            let end = before.len() + HASH_KEY.len();
            Some((self.text.get(..end)?, rest.get(64..)?))
        });
        halves.is_some_and(|(before, after)| hash(before, after) == self.hash)
    }

    /// The link after this line.
    pub fn link(&self) -> Link {
        Link { seq: self.seq, hash: self.hash }
    }

    /// The whole line.
    pub fn text(&self) -> &'a str {
        self.text
    }
}

fn hash(before: &str, after: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(before.as_bytes()).update(after.as_bytes());
    hasher.finalize().into()
}

pub(super) fn hex(hash: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}

/// Reads a hash as the log writes it: 64 hexadecimal digits.
pub fn unhex(text: &str) -> Option<[u8; 32]> {
    // Lower case only: one hash, one spelling.
    let lower = text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    blake3::Hash::from_hex(text).ok().filter(|_| lower).map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_back_and_any_changed_byte_is_noticed() {
        let mut out = Vec::new();
        let link = write_line(&mut out, Link::START, Time::from_second(1), &Entry::Stop).unwrap();
        out.pop();
        let line = Line::parse(&out).unwrap();
        assert!(line.holds());
        assert_eq!((line.link(), line.prev), (link, [0; 32]));
        for at in 0..out.len() {
            for bit in 0..8 {
                let mut changed = out.clone();
                changed[at] ^= 1 << bit;
                assert!(!Line::parse(&changed).is_some_and(|line| line.holds()), "byte {at} bit {bit}");
            }
        }
    }
}
