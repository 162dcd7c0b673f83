//! Recovery at a start, from the end of the log: torn lines, the last link, and the state from earlier runs.

use std::io;
use std::path::Path;

use serde::Deserialize;

use super::chain::{Line, Link, MAX_LINE, unhex};
use super::entry::PolicyMark;
use super::part_entry::{Carried, Note};
use super::parts::First;
use super::refused::{LogRefused, OpenError};
use super::time::Time;
use discreet_host::files::{OpenFile, read_exact_at};

/// Bytes of the log that are searched at a time.
const SEARCHED: u64 = 1 << 20;

/// The end of a log as it was found.
#[derive(Debug, Clone, Default)]
pub(super) struct Recovered {
    pub link: Option<Link>,
    pub time: Option<Time>,
    /// The highest policy version in the log.
    pub policy: Option<PolicyMark>,
    /// The mark of the keeper's state that was entered last.
    pub mark: Option<String>,
    /// The first entry that was read, and the hash of the one that the head names.
    pub first: u64,
    pub at_head: Option<[u8; 32]>,
    /// Bytes of a line that a crash tore, and their hash.
    pub torn: Option<(u64, [u8; 32])>,
    /// State of the head file: `found`, `behind` by a write that a crash cut short, or `new` with the log.
    pub head: &'static str,
    /// The last entry, if it closes the part.
    pub closed: Option<Note>,
    /// The number of the part, and the offset of its end.
    pub part: u64,
    pub end: u64,
    /// The time of the part's first entry.
    pub since: Option<Time>,
    /// The first entry that the part must have, if it has none yet and is not the log's first.
    pub opened: Option<Note>,
}

impl Recovered {
    /// A part without entries that follows `before`, which is closed.
    pub fn after(before: &Recovered) -> Recovered {
        let opened =
            before.closed.as_ref().zip(before.link).and_then(|(closed, end)| Note::opened(closed, end));
        Recovered {
            link: before.link,
            time: before.time,
            policy: before.policy,
            mark: before.mark.clone(),
            first: before.first,
            at_head: before.at_head,
            part: before.part.saturating_add(1),
            opened,
            ..Recovered::default()
        }
    }

    fn raise_to(&mut self, state: &Carried) {
        self.time = self.time.max(state.latest);
        self.policy = higher(self.policy, state.policy);
    }
}

/// Checks the end of a part of any length, and finds the state that the next start needs. `first` is its first entry,
/// and
/// `before` the end of the part before, if known. `head` is searched for if it is in this part.
pub(super) fn recover(
    path: &Path,
    file: &dyn OpenFile,
    first: Option<&First>,
    head: Option<Link>,
    before: Option<&Recovered>,
) -> Result<Recovered, OpenError> {
    let length = file.size()?;
    let begin = before.map(Recovered::after).unwrap_or_else(|| Recovered { part: 1, ..Recovered::default() });
    let head_here = head.filter(|head| first.is_none_or(|first| head.seq >= first.seq));
    let mut size = (MAX_LINE + 1) as u64;
    let mut recovered = loop {
        let from = length.saturating_sub(size);
        let mut bytes = vec![0; usize::try_from(length - from).unwrap_or(usize::MAX)];
        read_exact_at(file, &mut bytes, from)?;
        let begin = if from == 0 { begin.clone() } else { Recovered::default() };
        let recovered = recovered_from(path, &bytes, from, begin, head)?;
        let has_head = head_here.is_none_or(|head| recovered.first <= head.seq);
        // Every window names its policy, so this is seldom read twice; a log of denials alone may need it.
        if from == 0 || (recovered.policy.is_some() && recovered.link.is_some() && has_head) {
            break recovered;
        }
        size = size.saturating_mul(16);
    };
    if recovered.mark.is_none() {
        recovered.mark = search_mark(file, recovered.end)?;
    }
    if let Some(first) = first {
        (recovered.part, recovered.since, recovered.opened) = (first.part(), Some(first.time), None);
        if let Some(Note::Opened { state, .. }) = &first.opened {
            recovered.raise_to(state);
            recovered.mark = recovered.mark.take().or_else(|| state.mark.clone());
        }
    }
    if let Some(Note::Closed { state, .. }) = &recovered.closed {
        let state = state.clone();
        recovered.raise_to(&state);
    }
    Ok(recovered)
}

fn recovered_from(
    path: &Path,
    bytes: &[u8],
    from: u64,
    begin: Recovered,
    head: Option<Link>,
) -> Result<Recovered, OpenError> {
    let mut recovered = begin;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let (lines, torn) = bytes.split_at(whole);
    if !torn.is_empty() {
        recovered.torn = Some((torn.len() as u64, blake3::hash(torn).into()));
    }
    let (mut at, mut any) = (0, false);
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let offset = from + at as u64;
        let cut_in_front = at == 0 && from > 0;
        at += line.len();
        let parsed = Line::parse(line.strip_suffix(b"\n").unwrap_or(line)).filter(Line::holds);
        // Nothing follows the entry that closes a part.
        let follows = |line: &Line| {
            recovered.link.is_none_or(|link| link.hash == line.prev) && recovered.closed.is_none()
        };
        let Some(line) = parsed.filter(follows) else {
            if cut_in_front {
                continue;
            }
            return Err(LogRefused::Broken { path: path.to_owned(), offset }.into());
        };
        if !any {
            (recovered.first, any) = (line.seq, true);
        }
        if head.is_some_and(|head| head.seq == line.seq) {
            recovered.at_head = Some(line.hash);
        }
        if let Some(mark) = mark_in(line.text()) {
            recovered.mark = Some(mark);
        }
        recovered.closed = Note::of(&line).filter(|note| matches!(note, Note::Closed { .. }));
        recovered.link = Some(line.link());
        recovered.time = recovered.time.max(Some(line.time));
        recovered.policy = higher(recovered.policy, policy_in(line.text()));
    }
    recovered.end = from + whole as u64;
    Ok(recovered)
}

pub(super) fn higher(one: Option<PolicyMark>, other: Option<PolicyMark>) -> Option<PolicyMark> {
    match (one, other) {
        (Some(one), Some(other)) if one.version >= other.version => Some(one),
        (one, other) => other.or(one),
    }
}

/// The newest mark of the keeper's state in the first `end` bytes of a log, searched from the end.
fn search_mark(file: &dyn OpenFile, end: u64) -> io::Result<Option<String>> {
    let (mut until, mut rest) = (end, Vec::new());
    while until > 0 {
        let from = until.saturating_sub(SEARCHED);
        let mut bytes = vec![0; usize::try_from(until - from).unwrap_or_default()];
        read_exact_at(file, &mut bytes, from)?;
        bytes.append(&mut rest);
        // A line that begins before this block is read with the block before.
        let whole =
            if from == 0 { 0 } else { memchr::memchr(b'\n', &bytes).map_or(bytes.len(), |at| at + 1) };
        if let Some(mark) = last_mark(bytes.get(whole..).unwrap_or_default()) {
            return Ok(Some(mark));
        }
        bytes.truncate(whole.min(MAX_LINE + 1));
        (rest, until) = (bytes, from);
    }
    Ok(None)
}

/// The newest mark of the keeper's state in these lines.
pub(super) fn last_mark(lines: &[u8]) -> Option<String> {
    let lines = lines.split(|byte| *byte == b'\n').rev();
    lines.filter_map(|line| std::str::from_utf8(line).ok()).find_map(mark_in)
}

/// The mark of the keeper's state in a line.
fn mark_in(line: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Mark {
        entry: String,
        change: String,
        why: String,
    }
    // Checked for each line that is written, so it is parsed only if needed.
    line.contains(r#""change":"mark""#)
        .then(|| serde_json::from_str::<Mark>(line).ok())?
        .filter(|mark| mark.entry == "keys" && mark.change == "mark")
        .map(|mark| mark.why)
}

/// The policy that a line names as the one in force.
fn policy_in(line: &str) -> Option<PolicyMark> {
    #[derive(Deserialize)]
    struct Named {
        policy: Option<Policy>,
        #[serde(default)]
        change: String,
    }
    #[derive(Deserialize)]
    struct Policy {
        version: u64,
        hash: String,
    }
    let named: Named = serde_json::from_str(line).ok()?;
    // A refused policy was never in force: it must not raise the floor.
    let policy = named.policy.filter(|_| named.change != "refused")?;
    Some(PolicyMark { version: policy.version, hash: unhex(&policy.hash)? })
}
