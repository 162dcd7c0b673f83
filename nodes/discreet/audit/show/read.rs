//! The lines of a log over all its parts, also of one that is being written.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use discreet_audit::{Parts, Time, carried_time, open, open_part, part_of};

/// An entry has 256 KiB at most; a file of another kind must not fill the memory.
const MAX_LINE: usize = 1 << 20;
/// Interval of reads of a followed log.
const PAUSE: Duration = Duration::from_millis(200);

/// Reads line by line.
pub struct Lines {
    log: PathBuf,
    files: VecDeque<LogFile>,
    file: Option<BufReader<File>>,
    line: Vec<u8>,
    follow: bool,
}

enum LogFile {
    /// A closed part; opened when it is its turn, for there may be very many.
    Closed(PathBuf),
    Live(File),
}

impl Lines {
    /// Parts that hold nothing from `since` on are left out.
    pub fn of(path: &Path, since: Option<Time>, follow: bool) -> io::Result<Lines> {
        let one = part_of(path).is_some();
        let files = match one {
            true => VecDeque::from([LogFile::Live(open(path)?)]),
            false => sources(Parts::find(path)?, since),
        };
        Ok(Lines { log: path.to_owned(), files, file: None, line: Vec::new(), follow: follow && !one })
    }

    /// The next line, or the rest of a long one. Flushes `out` and waits if the log is followed.
    pub fn next(&mut self, out: &mut impl Write) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        loop {
            let Some(file) = &mut self.file else {
                match self.files.pop_front() {
                    Some(LogFile::Live(file)) => self.file = Some(BufReader::new(file)),
                    Some(LogFile::Closed(path)) => self.file = Some(BufReader::new(open_part(&path)?)),
                    None => return Ok(None),
                }
                continue;
            };
            let room = MAX_LINE.saturating_sub(self.line.len()) as u64;
            let read = Read::take(&mut *file, room).read_until(b'\n', &mut self.line)?;
            if self.line.ends_with(b"\n") || self.line.len() >= MAX_LINE {
                return Ok(Some(&self.line));
            }
            if read > 0 {
                continue;
            }
            if !self.files.is_empty() {
                self.line.clear(); // a part that ends in the middle of a line: `verify` says so
                self.file = None;
            } else if self.follow {
                out.flush()?;
                std::thread::sleep(PAUSE);
                self.follow()?;
            } else {
                return Ok(None);
            }
        }
    }

    /// The file that is read may have been closed, and others may have come after it.
    fn follow(&mut self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let Ok(parts) = Parts::find(&self.log) else { return Ok(()) }; // between two names
        if let Some(after) = parts.after(file.get_ref())? {
            self.files = sources(after, None);
        }
        Ok(())
    }
}

fn sources(parts: Parts, since: Option<Time>) -> VecDeque<LogFile> {
    // The first entry of a part tells the latest time of all before it.
    let begins_late =
        |file: &File| since.is_some_and(|since| carried_time(file).is_some_and(|time| time < since));
    let mut skipped = 0;
    for (at, (_, path)) in parts.closed.iter().enumerate() {
        if open(path).is_ok_and(|file| begins_late(&file)) {
            skipped = at;
        }
    }
    if parts.live.first().is_some_and(begins_late) {
        skipped = parts.closed.len();
    }
    let closed = parts.closed.into_iter().skip(skipped).map(|(_, path)| LogFile::Closed(path));
    closed.chain(parts.live.into_iter().map(LogFile::Live)).collect()
}
