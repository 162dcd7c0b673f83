//! Results of a verification.

use serde::Serialize;

use super::time::Time;

/// Result of [`verify`](super::verify()).
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The number of the first part that was read; 0 if there was none.
    pub first_part: u64,
    /// Parts read.
    pub parts: u64,
    /// Entries of parts that were removed because they were older than they had to be kept.
    pub removed: u64,
    /// The part that the caller asked to begin with: nothing is known of the parts before it.
    pub began_with: Option<u64>,
    /// Lines read.
    pub entries: u64,
    /// The time of the first entry.
    pub first: Option<Time>,
    /// The time of the last entry.
    pub last: Option<Time>,
    /// Times the program started.
    pub starts: u64,
    /// The hash of the last entry.
    pub head: Option<String>,
    /// Windows that a crash left open before a later start: their routes are known, the counts are not.
    pub counts_lost: u64,
    /// Windows open at the end: the program still runs, or was killed just now.
    pub still_open: u64,
    /// Bytes of an unfinished line at the end: a crash, or a program that is writing just now.
    pub torn: u64,
    /// True if a head was given, next to the log or from elsewhere, to check that the end is complete.
    pub end_is_known: bool,
    /// Entries after the one that the head file names: it is replaced after each write.
    pub after_head: u64,
    /// Everything that is not as it was written; empty for an intact log.
    pub findings: Vec<Finding>,
    /// Findings beyond the first [`MAX_FINDINGS`].
    pub more_findings: u64,
}

/// Integrity on a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// It is as it was written, and complete.
    Intact,
    /// Its entries are as they were written. Without a head, a cut at its end would not be seen.
    EndUnknown,
    /// It is not as it was written.
    NotIntact,
}

impl Report {
    /// The verdict.
    pub fn verdict(&self) -> Integrity {
        match (self.is_intact(), self.end_is_known) {
            (false, _) => Integrity::NotIntact,
            (true, false) => Integrity::EndUnknown,
            (true, true) => Integrity::Intact,
        }
    }

    /// True if its entries are as they were written. See [`Report::verdict`] for its end.
    pub fn is_intact(&self) -> bool {
        self.findings.is_empty()
    }
}

/// One place where the log is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The part that it is in.
    pub part: u64,
    /// The line in that part, from 1.
    pub line: u64,
    /// Its offset in the part's file, in bytes.
    pub offset: u64,
    /// The number that the entry has or, where it cannot be read, should have.
    pub seq: u64,
    /// The fault.
    #[serde(flatten)]
    pub what: What,
}

/// Fault of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// Not a line of a log.
    #[error("this is not an entry")]
    NotAnEntry,
    /// The line's hash is not that of the line.
    #[error("the entry was changed: its hash does not fit")]
    Changed,
    /// The line is sound but does not follow the one before.
    #[error("the entry before this one was replaced: this one follows another")]
    Replaced,
    /// Numbers are missing.
    #[error("entries {from} to {to} were cut out before this one")]
    Cut {
        /// The first missing number.
        from: u64,
        /// The last missing number.
        to: u64,
    },
    /// The entry belongs further up.
    #[error("the entry was moved: it belongs further up")]
    Reordered,
    /// The same entry once more.
    #[error("the entry is there twice")]
    Duplicate,
    /// Two different entries with the same number.
    #[error("there is another entry with this number: one of them was inserted")]
    Inserted,
    /// The log ends before the entry that its head file names.
    #[error("the log was cut off: entry {expected} was written according to the .head file")]
    CutOff {
        /// The number in the head file.
        expected: u64,
    },
    /// The entry that the head file names is another one in the log.
    #[error("the log was rewritten: this entry is not the one in the .head file")]
    NotTheHead,
    /// A log begins with the start of the program.
    #[error("there is no entry in it")]
    Empty,
    /// Parts are missing in the middle, or at the start and no entry says that they were removed.
    #[error("{} before this entry, and no entry says that it was removed", missing(*.from, *.to))]
    PartMissing {
        /// The number of the first missing part.
        from: u64,
        /// The number of the last missing part.
        to: u64,
    },
    /// A file has the name of one part and the entries of another.
    #[error("this is part {part}, under the name of another: the parts were swapped, or one is there twice")]
    WrongPart {
        /// The number that its first entry says.
        part: u64,
    },
    /// A part ends without the entry that closes it.
    #[error("part {part} was cut off: its last entry does not say that it is closed")]
    PartCutOff {
        /// Its number.
        part: u64,
    },
    /// Entries follow the one that closes a part.
    #[error("an entry follows the one that closed the part")]
    AfterClosed,
    /// The head that was asked for is not in the log.
    #[error("the log was cut off or rewritten: no entry has the hash given as --head")]
    HeadNotFound,
}

/// The most findings: more than a person reads. A log of garbage must not fill the memory.
pub const MAX_FINDINGS: usize = 100;

fn missing(from: u64, to: u64) -> String {
    if from == to { format!("part {from} is missing") } else { format!("parts {from} to {to} are missing") }
}
