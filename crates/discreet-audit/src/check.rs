//! Follows a chain line by line, over all parts, and notes each place where it is not as it was written.

use std::collections::{BTreeSet, VecDeque};
use std::io::{self, BufRead};

use serde::Deserialize;

use super::chain::{Line, Link, MAX_LINE, hex};
use super::part_entry::{Before, Note};
use super::report::{Finding, MAX_FINDINGS, Report, What};
use super::time::Time;

const MAX_OPEN: usize = 100_000;
/// Number of earlier entries among which a repeated entry is recognised.
const REMEMBERED: usize = 64;

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

/// Follows a chain.
#[derive(Default)]
pub(super) struct Check {
    report: Report,
    head_file: Option<Link>,
    wanted: Option<[u8; 32]>,
    /// The last entry in order; `None` after a line that could not be read.
    link: Option<Link>,
    /// The highest number seen, and the `prev` of that entry.
    highest: u64,
    prev: [u8; 32],
    recent: VecDeque<Link>,
    /// Cuts that a later entry may fill: their index in the findings, and the numbers.
    gaps: Vec<(u64, u64)>,
    open: BTreeSet<(i64, u32)>,
    /// The part, and the place in its file.
    part: u64,
    line: u64,
    offset: u64,
    /// The number in the file's name, until its first entry was compared with it.
    named: Option<u64>,
    /// The part that follows, if the last entry closed one.
    next: Option<u64>,
    /// The part before the first one that was read, and where that begins, until an entry says that it was removed.
    missing: Option<(Before, Finding)>,
    /// A part is in the place of another: the next one may be any.
    astray: bool,
    buffer: Vec<u8>,
}

impl Check {
    /// `from`: the reader begins with this part on purpose.
    pub fn new(head_file: Option<Link>, head: Option<[u8; 32]>, from: Option<u64>) -> Check {
        let mut check = Check { head_file, wanted: head, link: Some(Link::START), ..Check::default() };
        check.report.end_is_known = head_file.is_some() || head.is_some();
        check.report.began_with = from;
        check
    }

    /// Begins another file: part `named`, or the one that is written.
    pub fn begin_file(&mut self, named: Option<u64>) {
        if self.report.torn > 0 {
            // Only the last file may end in the middle of a line.
            self.report.torn = 0;
            self.find(self.highest.saturating_add(1), What::NotAnEntry);
        }
        (self.line, self.offset, self.named) = (0, 0, named);
    }

    /// Reads a line; false at the end.
    pub fn next_line(&mut self, log: &mut impl BufRead) -> io::Result<bool> {
        let mut line = std::mem::take(&mut self.buffer);
        line.clear();
        let length = read_line(log, &mut line)?;
        if length > 0 {
            match line.strip_suffix(b"\n") {
                Some(line) => self.line(line),
                None => self.report.torn = length,
            }
            self.offset += length;
        }
        self.buffer = line;
        Ok(length > 0)
    }

    fn line(&mut self, bytes: &[u8]) {
        self.report.entries += 1;
        self.line += 1;
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
        let note = if sound { Note::of(&line) } else { None };
        self.part(&line, note.as_ref());
        self.order(&line, sound);
        if let Some(Note::Closed { next, .. }) = note {
            self.next = Some(next);
        }
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

    /// Compares the part with the expected one.
    fn part(&mut self, line: &Line, note: Option<&Note>) {
        let closed = self.next.take();
        match note {
            Some(Note::Opened { part, before, .. }) => return self.enter(line, *part, before, closed),
            Some(Note::Removed(gone)) => {
                self.report.removed += 1;
                let named =
                    |(before, _): &(Before, Finding)| before.part == gone.part && before.head == gone.head;
                self.missing = self.missing.take().filter(|missing| !named(missing));
            }
            Some(Note::Closed { .. }) | None => {}
        }
        if self.part == 0 {
            self.begin(1);
            if let Some(part) = self.named.take().filter(|named| *named != 1).map(|_| 1) {
                self.find(line.seq, What::WrongPart { part });
            }
        } else if closed.is_some() {
            self.find(line.seq, What::AfterClosed);
        }
    }

    /// The first entry of part `part`.
    fn enter(&mut self, line: &Line, part: u64, before: &Before, closed: Option<u64>) {
        let known = self.part;
        let again = known > 0 && part <= known && !self.astray;
        let wrong = self.named.take().is_some_and(|named| named != part) || again;
        let prev = Link { seq: line.seq.saturating_sub(1), hash: line.prev };
        let any = known == 0 || std::mem::replace(&mut self.astray, wrong);
        self.begin(part);
        if (before.part.saturating_add(1), before.link()) != (part, prev) {
            self.find(line.seq, What::Replaced);
        }
        if wrong {
            self.find(line.seq, What::WrongPart { part });
        } else if known == 0 && self.report.began_with.is_none() {
            let what = What::PartMissing { from: 1, to: part.saturating_sub(1) };
            self.missing = Some((before.clone(), self.finding(line.seq, what)));
        } else if !any && part > known.saturating_add(1) {
            self.find(line.seq, What::PartMissing { from: known + 1, to: part - 1 });
        } else if !any && closed != Some(part) {
            return self.find(line.seq, What::PartCutOff { part: known });
        } else if !any {
            return; // the next part, in order
        }
        // Missing or moved entries are reported already; the order continues from here.
        (self.link, self.highest) = (Some(prev), prev.seq);
    }

    fn begin(&mut self, part: u64) {
        self.part = part;
        self.report.parts += 1;
        if self.report.first_part == 0 {
            self.report.first_part = part;
        }
    }

    /// Checks that the entry is in its place.
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
            // Of two entries with one number either may be the true one: the next entry decides.
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

    /// Tracks open windows. A start closes them all, without counts.
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
        let finding = self.finding(seq, what);
        self.report.findings.push(finding);
    }

    fn finding(&self, seq: u64, what: What) -> Finding {
        Finding { part: self.part.max(1), line: self.line, offset: self.offset, seq, what }
    }

    /// The report, once all was read.
    pub fn finish(mut self) -> Report {
        if let Some((_, missing)) = self.missing.take() {
            self.report.findings.insert(0, missing);
            if self.report.findings.len() > MAX_FINDINGS {
                self.report.findings.pop();
                self.report.more_findings += 1;
            }
        }
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
