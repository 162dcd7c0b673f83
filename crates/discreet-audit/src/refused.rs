//! Reasons for which a log is not opened, and not written on.

use std::io;
use std::path::PathBuf;

use discreet_host::disk::Untrusted;

/// Reason for which the log was not opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    /// Comes from the disk and may pass.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Comes from the log and will not.
    #[error(transparent)]
    Refused(#[from] LogRefused),
}

/// Reason for which a log is not written on: it is evidence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogRefused {
    /// The last entry is not as it was written.
    #[error(
        "the end of {} is not what was written (byte {offset}); run `discreet audit verify`, then move the log, its parts \
         and its .head away to begin a new one", path.display()
    )]
    Broken {
        /// The log.
        path: PathBuf,
        /// The offset of the bad line, in bytes.
        offset: u64,
    },
    /// The log is shorter than it was.
    #[error(
        "{} ends at entry {found}, but its .head says that entry {expected} was written: entries were cut off or \
         replaced; keep the log, its parts and its .head as evidence and move them away to begin a new log", path.display()
    )]
    Cut {
        /// The log.
        path: PathBuf,
        /// The last entry.
        found: u64,
        /// The last entry that was written.
        expected: u64,
    },
    /// Its end is unknown.
    #[error(
        "{} has {found} entries, but its .head is missing or damaged, so that a cut at its end would not be seen. \
         Compare it with a head kept elsewhere (`discreet audit verify --head`, from a recording of diagnostics), keep \
         it and its parts as evidence, and move them away to begin a new log", path.display()
    )]
    NoHead {
        /// The log.
        path: PathBuf,
        /// The number of its last entry.
        found: u64,
    },
    /// The head names an entry of an older part, and the part is missing.
    #[error(
        "{} says that entry {entry} was written last, and no part of the log with it is there; bring the parts back, or keep \
         the log and its .head as evidence and move them away to begin a new log", path.display()
    )]
    PartMissing {
        /// The head file.
        path: PathBuf,
        /// The entry that it names.
        entry: u64,
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
