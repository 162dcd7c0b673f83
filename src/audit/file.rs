//! The log's file, its torn ends and its head.
//!
//! Beside `audit.log` stands `audit.log.head`, the number and hash of the last entry that is surely on the disk,
//! replaced after each write. A log that ends before its head was cut.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::chain::{Line, Link, MAX_LINE, hex, unhex};
use super::entry::PolicyMark;
use super::time::Time;

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
    /// Bytes of a line that a crash tore, and their hash.
    pub torn: Option<(u64, [u8; 32])>,
    /// Was the head file there to compare with?
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
    /// Another process writes it.
    #[error("{} is written by another process; give each guard a log of its own", path.display())]
    InUse {
        /// The log.
        path: PathBuf,
    },
}

#[derive(Serialize, Deserialize)]
struct Head {
    seq: u64,
    hash: String,
}

/// Reads `<log>.head`; nothing if it is missing or damaged (it is replaced without a sync of its own).
pub(super) fn read_head(log: &Path) -> Option<Link> {
    let path = head_path(log);
    if fs::metadata(&path).ok()?.len() > 1024 {
        return None;
    }
    let head: Head = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    Some(Link { seq: head.seq, hash: unhex(&head.hash)? })
}

fn head_path(log: &Path) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".head");
    PathBuf::from(name)
}

pub(super) struct LogFile {
    path: PathBuf,
    open: Option<(File, u64)>,
}

impl LogFile {
    pub fn new(path: &Path) -> Self {
        LogFile { path: path.to_owned(), open: None }
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
        let head = serde_json::to_vec(&Head { seq: end.seq, hash: hex(&end.hash) })?;
        let path = head_path(&self.path);
        let new = path.with_extension("head.new");
        fs::write(&new, head)?;
        fs::rename(new, path)
    }
}

impl Disk for LogFile {
    fn open(&mut self) -> Result<Tail, OpenError> {
        if let Some(folder) = self.path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o750).create(folder)?;
        }
        let mut options = OpenOptions::new();
        let file =
            options.read(true).write(true).create(true).truncate(false).mode(0o640).open(&self.path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("not a regular file").into());
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Refused::InUse { path: self.path.clone() }.into()),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        // The name of a new file must survive a crash as well as its contents.
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        let (mut tail, end) = read_tail(&self.path, &file)?;
        let found = tail.link.unwrap_or(Link::START);
        tail.head = match read_head(&self.path) {
            None if tail.link.is_none() => "new",
            None => "missing",
            Some(head) if found.seq < head.seq || (found.seq == head.seq && found.hash != head.hash) => {
                let path = self.path.clone();
                return Err(Refused::Cut { path, found: found.seq, expected: head.seq }.into());
            }
            Some(_) => "found",
        };
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
        // The entries are safe. An old head only makes the check at the next start weaker.
        let _ = self.write_head(end);
        Ok(())
    }
}

/// Checks the end of a log, however long, and finds what the start after it needs to know. Gives also where it ends.
fn read_tail(path: &Path, file: &File) -> Result<(Tail, u64), OpenError> {
    let length = file.metadata()?.len();
    let mut size = (MAX_LINE + 1) as u64;
    loop {
        let from = length.saturating_sub(size);
        let mut bytes = vec![0; usize::try_from(length - from).unwrap_or(usize::MAX)];
        file.read_exact_at(&mut bytes, from)?;
        let (tail, end) = tail_of(path, &bytes, from)?;
        // Policies stand in every window, so this is seldom read twice; a log of nothing but denials may need it.
        if from == 0 || (tail.policy.is_some() && tail.link.is_some()) {
            return Ok((tail, end));
        }
        size = size.saturating_mul(16);
    }
}

fn tail_of(path: &Path, bytes: &[u8], from: u64) -> Result<(Tail, u64), OpenError> {
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
