//! The log's file, its torn ends and its head.
//!
//! Beside `audit.log` stands `audit.log.head`, the number and hash of the last entry that is surely on the disk,
//! replaced after each write, and there before the first. A log that ends before its head was cut; one with entries and
//! without a head may have been.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::chain::{Line, Link, MAX_LINE, hex, unhex};
use super::entry::PolicyMark;
use super::time::Time;
use discreet_host::disk::{self, Untrusted};

/// Where the lines go. One implementation writes a file; tests put a failing one in front of it.
pub(super) trait Disk: Send {
    /// Opens the log and checks its end. Called again until it succeeds.
    fn open(&mut self) -> Result<Tail, OpenError>;
    /// Puts `lines` behind the end; when it returns, they are on the disk, or none of them is in the log.
    fn append(&mut self, lines: &[u8], end: Link) -> io::Result<()>;
}

/// The end of a log as it was found.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail {
    pub link: Option<Link>,
    pub time: Option<Time>,
    /// The highest policy version in the log.
    pub policy: Option<PolicyMark>,
    /// The mark of the keeper's state that was entered last.
    pub mark: Option<String>,
    /// The first entry that was read, and the hash of the one that the head names.
    first: u64,
    at_head: Option<[u8; 32]>,
    /// Bytes of a line that a crash tore, and their hash.
    pub torn: Option<(u64, [u8; 32])>,
    /// What the head file said: `found`, `behind` by a write that a crash cut short, or `new` with the log.
    pub head: &'static str,
}

/// Why the log was not opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    /// Comes from the disk and may pass.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Comes from the log and will not.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Why a log is not written on: it is evidence now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The last entry is not what was written.
    #[error(
        "the end of {} is not what was written (byte {offset}); run `discreet audit verify`, then move the log and its \
         .head away to begin a new one", path.display()
    )]
    Broken {
        /// The log.
        path: PathBuf,
        /// Where the bad line begins.
        offset: u64,
    },
    /// The log is shorter than it was.
    #[error(
        "{} ends at entry {found}, but its .head says that entry {expected} was written: entries were cut off or \
         replaced; keep both as evidence and move them away to begin a new log", path.display()
    )]
    Cut {
        /// The log.
        path: PathBuf,
        /// The last entry.
        found: u64,
        /// The last entry that was written.
        expected: u64,
    },
    /// Nothing tells where it ended.
    #[error(
        "{} has {found} entries, but its .head is missing or damaged, so that nobody can see what was cut off at its end. \
         Compare it with a head kept elsewhere (`discreet audit verify --head`, from a recording of diagnostics), keep \
         it as evidence, and move it away to begin a new log", path.display()
    )]
    NoHead {
        /// The log.
        path: PathBuf,
        /// The number of its last entry.
        found: u64,
    },
    /// Others may change or replace it.
    #[error("the audit log is not written: {0}")]
    Untrusted(Untrusted),
    /// Another process writes it.
    #[error("{} is written by another process; give each guard a log of its own", path.display())]
    InUse {
        /// The log.
        path: PathBuf,
    },
}

/// Bytes of the log that are searched at a time.
const SEARCHED: u64 = 1 << 20;

#[derive(Serialize, Deserialize)]
struct Head {
    seq: u64,
    hash: String,
    /// The mark of the keeper's state, so that it need not be looked for in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<String>,
}

/// Reads `<log>.head`; nothing if it is missing or damaged.
pub(super) fn read_head(log: &Path) -> Option<Link> {
    let head = head_file(log)?;
    Some(Link { seq: head.seq, hash: unhex(&head.hash)? })
}

fn head_file(log: &Path) -> Option<Head> {
    let file = OpenOptions::new().read(true).custom_flags(disk::no_links()).open(head_path(log)).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    file.take(1024).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn head_path(log: &Path) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".head");
    PathBuf::from(name)
}

pub(super) struct LogFile {
    path: PathBuf,
    open: Option<(File, u64)>,
    mark: Option<String>,
}

impl LogFile {
    pub fn new(path: &Path) -> Self {
        LogFile { path: path.to_owned(), open: None, mark: None }
    }

    /// An open file that somebody renamed or deleted would take entries that nobody finds again.
    fn still_there(&self, file: &File) -> io::Result<()> {
        let (open, named) = (file.metadata()?, fs::metadata(&self.path)?);
        if (open.dev(), open.ino()) != (named.dev(), named.ino()) {
            return Err(io::Error::other(
                "the log was moved away while it was written; move it back or restart",
            ));
        }
        Ok(())
    }

    fn write_head(&self, end: Link) -> io::Result<()> {
        let head = serde_json::to_vec(&Head { seq: end.seq, hash: hex(&end.hash), mark: self.mark.clone() })?;
        disk::put(&head_path(&self.path), &head, 0o640)
    }

    /// Only this user and root may change the log, or put another into its place.
    fn ours_alone(&self) -> Result<(), OpenError> {
        match disk::check(&self.path) {
            Err(Untrusted::Missing { path } | Untrusted::NotAFile { path }) => {
                Err(io::Error::other(format!("{path} is not a regular file")).into())
            }
            Err(Untrusted::Io { path, error }) => Err(io::Error::other(format!("{path}: {error}")).into()),
            Err(refused) => Err(Refused::Untrusted(refused).into()),
            Ok(()) => Ok(()),
        }
    }
}

impl Disk for LogFile {
    fn open(&mut self) -> Result<Tail, OpenError> {
        if let Some(folder) = self.path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o750).create(folder)?;
        }
        if self.path.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
            return Err(io::Error::other("the log is a symbolic link; name the file itself").into());
        }
        let mut options = OpenOptions::new();
        options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o640)
            .custom_flags(disk::no_links());
        let file = options.open(&self.path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("not a regular file").into());
        }
        self.ours_alone()?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Refused::InUse { path: self.path.clone() }.into()),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        // The name of a new file must survive a crash as well as its contents.
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        let head = read_head(&self.path);
        let (mut tail, end) = read_tail(&self.path, &file, head)?;
        let (found, path) = (tail.link.unwrap_or(Link::START), self.path.clone());
        tail.head = match head {
            None | Some(Link::START) if tail.link.is_none() => "new",
            None => return Err(Refused::NoHead { path, found: found.seq }.into()),
            Some(head) if found.seq < head.seq || tail.at_head.is_some_and(|hash| hash != head.hash) => {
                return Err(Refused::Cut { path, found: found.seq, expected: head.seq }.into());
            }
            Some(head) if head.seq < found.seq => "behind",
            Some(_) => "found",
        };
        // The chained log counts: whoever may write the head could put an old mark into it.
        let in_log = tail.mark.take().map_or_else(|| search_mark(&file, end), |mark| Ok(Some(mark)))?;
        self.mark = in_log.or_else(|| head_file(&self.path).and_then(|head| head.mark));
        tail.mark.clone_from(&self.mark);
        if tail.link.is_none() {
            // Before there are entries: from now on, a log with entries and without a head was tampered with.
            self.write_head(Link::START)?;
        }
        self.open = Some((file, end));
        Ok(tail)
    }

    fn append(&mut self, lines: &[u8], end: Link) -> io::Result<()> {
        let (file, at) = self.open.as_ref().ok_or_else(|| io::Error::other("not open"))?;
        let (at, new_end) = (*at, *at + lines.len() as u64);
        self.still_there(file)?;
        // Torn bytes behind the end are written over first and cut after, so that no crash in between hides that there
        // were any. A failed sync may have dropped its pages: everything is written again the next time.
        let written = file.write_all_at(lines, at).and_then(|()| file.set_len(new_end));
        if let Err(error) = written.and_then(|()| file.sync_data()) {
            let _ = file.set_len(at); // none of it is in the log; if this fails too, the next append writes over it
            return Err(error);
        }
        if let Some((_, at)) = &mut self.open {
            *at = new_end;
        }
        if let Some(mark) = last_mark(lines) {
            self.mark = Some(mark);
        }
        // The entries are safe. An old head only makes the check at the next start weaker.
        let _ = self.write_head(end);
        Ok(())
    }
}

/// Checks the end of a log, however long, and finds what the start after it needs to know. Gives also where it ends.
fn read_tail(path: &Path, file: &File, head: Option<Link>) -> Result<(Tail, u64), OpenError> {
    let length = file.metadata()?.len();
    let mut size = (MAX_LINE + 1) as u64;
    loop {
        let from = length.saturating_sub(size);
        let mut bytes = vec![0; usize::try_from(length - from).unwrap_or(usize::MAX)];
        file.read_exact_at(&mut bytes, from)?;
        let (tail, end) = tail_of(path, &bytes, from, head)?;
        let has_head = head.is_none_or(|head| tail.first <= head.seq);
        // Policies stand in every window, so this is seldom read twice; a log of nothing but denials may need it.
        if from == 0 || (tail.policy.is_some() && tail.link.is_some() && has_head) {
            return Ok((tail, end));
        }
        size = size.saturating_mul(16);
    }
}

fn tail_of(path: &Path, bytes: &[u8], from: u64, head: Option<Link>) -> Result<(Tail, u64), OpenError> {
    let mut tail = Tail::default();
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let (lines, torn) = bytes.split_at(whole);
    if !torn.is_empty() {
        tail.torn = Some((torn.len() as u64, blake3::hash(torn).into()));
    }
    let mut at = 0;
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let offset = from + at as u64;
        let cut_in_front = at == 0 && from > 0;
        at += line.len();
        let parsed = Line::parse(line.strip_suffix(b"\n").unwrap_or(line)).filter(Line::holds);
        let Some(line) = parsed.filter(|line| tail.link.is_none_or(|link| link.hash == line.prev)) else {
            if cut_in_front {
                continue;
            }
            return Err(Refused::Broken { path: path.to_owned(), offset }.into());
        };
        if tail.link.is_none() {
            tail.first = line.seq;
        }
        if head.is_some_and(|head| head.seq == line.seq) {
            tail.at_head = Some(line.hash);
        }
        if let Some(mark) = mark_in(line.text()) {
            tail.mark = Some(mark);
        }
        tail.link = Some(line.link());
        tail.time = tail.time.max(Some(line.time));
        tail.policy = higher(tail.policy, policy_in(line.text()));
    }
    Ok((tail, from + whole as u64))
}

pub(super) fn higher(one: Option<PolicyMark>, other: Option<PolicyMark>) -> Option<PolicyMark> {
    match (one, other) {
        (Some(one), Some(other)) if one.version >= other.version => Some(one),
        (one, other) => other.or(one),
    }
}

/// The newest mark of the keeper's state in the first `end` bytes of a log, looked for from the end.
fn search_mark(file: &File, end: u64) -> io::Result<Option<String>> {
    let (mut until, mut rest) = (end, Vec::new());
    while until > 0 {
        let from = until.saturating_sub(SEARCHED);
        let mut bytes = vec![0; usize::try_from(until - from).unwrap_or_default()];
        file.read_exact_at(&mut bytes, from)?;
        bytes.append(&mut rest);
        // A line that begins in front of this is looked at with what is in front.
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
fn last_mark(lines: &[u8]) -> Option<String> {
    let lines = lines.split(|byte| *byte == b'\n').rev();
    lines.filter_map(|line| std::str::from_utf8(line).ok()).find_map(mark_in)
}

/// The mark of the keeper's state that a line is.
fn mark_in(line: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Mark {
        entry: String,
        change: String,
        why: String,
    }
    // Looked for in each line that is written, so it is not parsed for nothing.
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
