//! Reads a whole log and says whether it is what was written, and if not, where and how.

use std::collections::{BTreeSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use super::chain::{Line, Link, MAX_LINE, hex};
use super::file::read_head;
use super::time::Time;

/// What [`verify`] found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
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
    /// Windows that a crash left open before a later start: what was released in them is known, how much is not.
    pub counts_lost: u64,
    /// Windows open at the end: the program still runs, or was killed just now.
    pub still_open: u64,
    /// Bytes of an unfinished line at the end: a crash, or a program that is writing just now.
    pub torn: u64,
    /// There was a head, beside the log or from elsewhere, to tell whether its end is there.
    pub end_is_known: bool,
    /// Entries after the one that the head file names: it is replaced after each write.
    pub after_head: u64,
    /// Everything that is not as it was written; empty for an intact log.
    pub findings: Vec<Finding>,
    /// Findings beyond the first [`MAX_FINDINGS`].
    pub more_findings: u64,
}

/// What can be said of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is what was written, and its end is there.
    Intact,
    /// What is there is what was written. Nothing tells whether something was cut off at the end.
    EndUnknown,
    /// It is not what was written.
    NotIntact,
}

impl Report {
    /// What can be said.
    pub fn verdict(&self) -> Verdict {
        match (self.is_intact(), self.end_is_known) {
            (false, _) => Verdict::NotIntact,
            (true, false) => Verdict::EndUnknown,
            (true, true) => Verdict::Intact,
        }
    }

    /// Is what is there what was written? See [`Report::verdict`] for its end.
    pub fn is_intact(&self) -> bool {
        self.findings.is_empty()
    }
}

/// One place where the log is not what was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The line, from 1.
    pub line: u64,
    /// Where it begins in the file.
    pub offset: u64,
    /// The number that the entry has or, where it cannot be read, should have.
    pub seq: u64,
    /// What is wrong.
    #[serde(flatten)]
    pub what: What,
}

/// What can be wrong with an entry.
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
    /// The head that was asked for is not in the log.
    #[error("the log was cut off or rewritten: no entry has the hash given as --head")]
    HeadNotFound,
}

/// More than anybody reads; a log of garbage must not fill the memory.
pub const MAX_FINDINGS: usize = 100;
const MAX_OPEN: usize = 100_000;
/// How far up an entry's double is recognised.
const REMEMBERED: usize = 64;

/// Verifies the log at `path`, with its head file if there is one, and with a `head` kept elsewhere if there is one.
pub fn verify(path: &Path, head: Option<[u8; 32]>) -> io::Result<Report> {
    // The head first: a log that is being written only grows beyond it.
    let head_file = read_head(path);
    match open(path) {
        // The head tells that there was a log.
        Err(error)
            if error.kind() == io::ErrorKind::NotFound && head_file.is_some_and(|head| head.seq > 0) =>
        {
            verify_lines(io::empty(), head_file, head)
        }
        opened => verify_lines(BufReader::with_capacity(1 << 20, opened?), head_file, head),
    }
}

/// Opens a log that is a regular file: a pipe would keep whoever verifies it waiting, and a device has no end.
pub fn open(path: &Path) -> io::Result<File> {
    let file =
        OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
    }
}

/// The same for any bytes.
pub fn verify_lines(
    mut log: impl BufRead,
    head_file: Option<Link>,
    head: Option<[u8; 32]>,
) -> io::Result<Report> {
    let mut check = Check { head_file, wanted: head, link: Some(Link::START), ..Check::default() };
    check.report.end_is_known = head_file.is_some() || head.is_some();
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = read_line(&mut log, &mut line)?;
        if length == 0 {
            break;
        }
        match line.strip_suffix(b"\n") {
            Some(line) => check.line(line),
            None => check.report.torn = length,
        }
        check.offset += length;
    }
    Ok(check.finish())
}

/// Reads a line of any length but keeps only as much as an entry can have.
fn read_line(log: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    let mut length = 0;
    loop {
        let bytes = log.fill_buf()?;
        let newline = bytes.iter().position(|byte| *byte == b'\n');
        let taken = newline.map_or(bytes.len(), |at| at + 1);
        let room = (MAX_LINE + 1).saturating_sub(line.len()).min(taken);
        line.extend_from_slice(bytes.get(..room).unwrap_or_default());
        length += taken as u64;
        log.consume(taken);
        if newline.is_some() && line.last() != Some(&b'\n') {
            line.push(b'\n');
        }
        if newline.is_some() || taken == 0 {
            return Ok(length);
        }
    }
}

#[derive(Default)]
struct Check {
    report: Report,
    head_file: Option<Link>,
    wanted: Option<[u8; 32]>,
    /// The last entry in order; nothing behind a line that could not be read.
    link: Option<Link>,
    /// The highest number seen, and the `prev` of that entry.
    highest: u64,
    prev: [u8; 32],
    recent: VecDeque<Link>,
    /// Cuts that an entry further down may turn out to fill: where in the findings, and the numbers.
    gaps: Vec<(u64, u64)>,
    open: BTreeSet<(i64, u32)>,
    offset: u64,
}

impl Check {
    fn line(&mut self, bytes: &[u8]) {
        self.report.entries += 1;
        let Some(line) = Line::parse(bytes) else {
            self.find(self.highest.saturating_add(1), What::NotAnEntry);
            self.link = None;
            self.highest = self.highest.saturating_add(1);
            return;
        };
        let sound = line.holds();
        if !sound {
            self.find(line.seq, What::Changed);
        }
        self.order(&line, sound);
        if self.wanted == Some(line.hash) && sound {
            self.wanted = None;
        }
        if let Some(head) = self.head_file.filter(|head| head.seq == line.seq && head.hash != line.hash) {
            self.find(head.seq, What::NotTheHead);
            self.head_file = None;
        }
        self.report.first.get_or_insert(line.time);
        self.report.last = Some(line.time);
        self.report.head = Some(hex(&line.hash));
        if sound {
            self.windows(line.text());
        }
    }

    /// Does the entry stand where it was written?
    fn order(&mut self, line: &Line, sound: bool) {
        let expected = self.highest.saturating_add(1);
        let follows = self.link.is_none_or(|link| link.hash == line.prev);
        let seen = self.recent.iter().any(|link| *link == line.link());
        if line.seq == expected {
            if !follows && sound {
                self.find(line.seq, What::Replaced);
            }
        } else if line.seq > expected && !sound {
            return; // already found, and its number means nothing
        } else if line.seq > expected {
            self.find(line.seq, What::Cut { from: expected, to: line.seq - 1 });
            if self.gaps.len() < MAX_FINDINGS {
                self.gaps.push((expected, line.seq - 1));
            }
        } else if seen {
            return self.find(line.seq, What::Duplicate);
        } else if self.gaps.iter().any(|(from, to)| (*from..=*to).contains(&line.seq)) {
            return self.find(line.seq, What::Reordered);
        } else {
            if sound {
                self.find(line.seq, What::Inserted);
            }
            // Of two entries with one number either may be the true one: what follows tells.
            if line.seq != self.highest || line.prev != self.prev {
                return;
            }
        }
        self.highest = line.seq;
        self.prev = line.prev;
        self.link = Some(line.link());
        self.recent.push_back(line.link());
        if self.recent.len() > REMEMBERED {
            self.recent.pop_front();
        }
    }

    /// Which windows are open? A start closes them all, without counts.
    fn windows(&mut self, text: &str) {
        #[derive(Deserialize)]
        struct Known<'a> {
            entry: &'a str,
            from: Option<&'a str>,
            to: Option<&'a str>,
            #[serde(default)]
            routes: Vec<Id>,
        }
        #[derive(Deserialize)]
        struct Id {
            route: u32,
        }
        let Ok(known) = serde_json::from_str::<Known>(text) else { return };
        let second = |text: Option<&str>| text.and_then(Time::parse).map(Time::second);
        let span = second(known.from).zip(second(known.to));
        match (known.entry, span) {
            ("start", _) => {
                self.report.starts += 1;
                self.report.counts_lost += self.open.len() as u64;
                self.open.clear();
            }
            ("window", Some((from, _))) => {
                let room = MAX_OPEN.saturating_sub(self.open.len());
                self.open.extend(known.routes.iter().take(room).map(|id| (from, id.route)));
            }
            ("closed", Some((from, to))) => {
                let closed: BTreeSet<u32> = known.routes.iter().map(|id| id.route).collect();
                self.open.retain(|(second, route)| !((from..to).contains(second) && closed.contains(route)));
            }
            _ => {}
        }
    }

    fn find(&mut self, seq: u64, what: What) {
        if self.report.findings.len() >= MAX_FINDINGS {
            self.report.more_findings += 1;
            return;
        }
        self.report.findings.push(Finding { line: self.report.entries, offset: self.offset, seq, what });
    }

    fn finish(mut self) -> Report {
        if let Some(head) = self.head_file.filter(|head| head.seq > self.highest) {
            self.find(self.highest, What::CutOff { expected: head.seq });
        }
        self.report.after_head = self.head_file.map_or(0, |head| self.highest.saturating_sub(head.seq));
        if self.report.entries == 0 && self.report.torn == 0 {
            self.find(0, What::Empty);
        }
        if self.wanted.is_some() {
            self.find(self.highest, What::HeadNotFound);
        }
        self.report.still_open = self.open.len() as u64;
        self.report
    }
}
