//! The files of a log: `audit.log` is written, `audit.log.000001` and on are closed parts of it, and
//! `audit.log.next` is there only while a part is being closed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::chain::{Line, MAX_LINE};
use super::part_entry::{Note, Removed};
use super::time::Time;
use discreet_host::files::{Files, OpenFile, SystemFiles, folder_of};

/// Shorter numbers are those of other programs: `logrotate` calls its files `audit.log.1`.
const DIGITS: usize = 6;

/// The path of part `number` once it is closed.
pub(super) fn part_path(log: &Path, number: u64) -> PathBuf {
    with(log, &format!("{number:0DIGITS$}"))
}

/// The path of the file for the next part, until the part before is renamed.
pub(super) fn next_path(log: &Path) -> PathBuf {
    with(log, "next")
}

fn with(log: &Path, end: &str) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".");
    name.push(end);
    PathBuf::from(name)
}

/// The log and the number that a path such as `audit.log.000003` names.
pub fn part_of(path: &Path) -> Option<(PathBuf, u64)> {
    let (log, digits) = path.file_name()?.to_str()?.rsplit_once('.')?;
    let number = number(digits).filter(|_| !log.is_empty())?;
    Some((path.with_file_name(log), number))
}

fn number(digits: &str) -> Option<u64> {
    let number: u64 = digits.parse().ok()?;
    (number > 0 && format!("{number:0DIGITS$}") == digits).then_some(number)
}

/// The numbers of the closed parts next to `log`, in order.
pub(super) fn closed_parts(files: &dyn Files, log: &Path) -> io::Result<Vec<u64>> {
    let begin = format!("{}.", log.file_name().unwrap_or_default().to_string_lossy());
    let mut numbers = Vec::new();
    for name in files.names(folder_of(log))? {
        numbers.extend(name.to_str().and_then(|name| name.strip_prefix(&begin)).and_then(number));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Opens a log that is a regular file: a pipe would keep the reader waiting, and a device has no end.
pub fn open(path: &Path) -> io::Result<File> {
    let file =
        OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(ErrorKind::InvalidInput, "not a regular file")),
    }
}

/// Opens a closed part. An error names it, since the caller knows the log only.
pub fn open_part(path: &Path) -> io::Result<File> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    open(path).map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))
}

/// All files of a log at one instant, the oldest first.
#[derive(Debug)]
pub struct Parts {
    /// Closed parts: their number and file.
    pub closed: Vec<(u64, PathBuf)>,
    /// The file that is written, and, while a part is being closed, the next one.
    pub live: Vec<File>,
}

impl Parts {
    /// Finds the files of `log`. An error if there is none.
    pub fn find(log: &Path) -> io::Result<Parts> {
        // While a part is being closed, names change: look again until nothing did.
        let mut tries = 0;
        loop {
            let closed = closed_parts(&SystemFiles, log).or_else(none_if_missing)?;
            let (live, next) = (found(log)?, found(&next_path(log))?);
            let again = closed_parts(&SystemFiles, log).or_else(none_if_missing)?;
            let same = again == closed && same(log, live.as_ref())? && same(&next_path(log), next.as_ref())?;
            if !same && tries < 100 {
                tries += 1;
                continue;
            }
            if closed.is_empty() && live.is_none() {
                return Err(ErrorKind::NotFound.into());
            }
            let next = next.filter(|next| next.metadata().is_ok_and(|of| of.len() > 0));
            let closed = closed.into_iter().map(|number| (number, part_path(log, number))).collect();
            return Ok(Parts { closed, live: live.into_iter().chain(next).collect() });
        }
    }
}

impl Parts {
    /// The files after the one that is open as `file`; nothing if it is the last.
    pub fn after(self, file: &File) -> io::Result<Option<Parts>> {
        let this = Some(file.id()?);
        for (at, live) in self.live.iter().enumerate() {
            if Some(live.id()?) == this {
                let live: Vec<_> = self.live.into_iter().skip(at + 1).collect();
                return Ok((!live.is_empty()).then_some(Parts { closed: Vec::new(), live }));
            }
        }
        for (at, (_, path)) in self.closed.iter().enumerate().rev() {
            if SystemFiles.id_at(path)? == this {
                let closed = self.closed.into_iter().skip(at + 1).collect();
                return Ok(Some(Parts { closed, live: self.live }));
            }
        }
        Ok(None)
    }
}

/// The latest time of all parts before this one, from its first entry.
pub fn carried_time(file: &File) -> Option<Time> {
    match First::read(file).ok()??.opened? {
        Note::Opened { state, .. } => state.latest,
        Note::Closed { .. } | Note::Removed(_) => None,
    }
}

fn none_if_missing(error: io::Error) -> io::Result<Vec<u64>> {
    if error.kind() == ErrorKind::NotFound { Ok(Vec::new()) } else { Err(error) }
}

fn found(path: &Path) -> io::Result<Option<File>> {
    match open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn same(path: &Path, file: Option<&File>) -> io::Result<bool> {
    let named = match fs::metadata(path) {
        Ok(of) => Some((of.dev(), of.ino())),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    Ok(named == file.map(OpenFile::id).transpose()?)
}

/// The first entry of a file.
#[derive(Debug, Clone)]
pub(super) struct First {
    pub seq: u64,
    pub time: Time,
    pub prev: [u8; 32],
    /// There if the file is not the log's first part.
    pub opened: Option<Note>,
}

impl First {
    /// The number of the part.
    pub fn part(&self) -> u64 {
        match self.opened {
            Some(Note::Opened { part, .. }) => part,
            Some(Note::Closed { .. } | Note::Removed(_)) | None => 1,
        }
    }

    /// Reads the first line of `file`; nothing if none is whole, and an error of kind `InvalidData` if it is not an
    /// entry.
    pub fn read(file: &dyn OpenFile) -> io::Result<Option<First>> {
        let mut bytes = vec![0; MAX_LINE + 1];
        let length = read_at_most(file, &mut bytes, 0)?;
        bytes.truncate(length);
        let Some(end) = memchr::memchr(b'\n', &bytes) else {
            // Longer than an entry can be: not a file of this log.
            return if length > MAX_LINE { Err(ErrorKind::InvalidData.into()) } else { Ok(None) };
        };
        let line = bytes.get(..end).and_then(Line::parse).filter(Line::holds);
        let line = line.ok_or(ErrorKind::InvalidData)?;
        let opened = Note::of(&line).filter(|note| matches!(note, Note::Opened { .. }));
        Ok(Some(First { seq: line.seq, time: line.time, prev: line.prev, opened }))
    }
}

fn read_at_most(file: &dyn OpenFile, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    let mut length = 0;
    while let Some(rest) = bytes.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at + length as u64)? {
            0 => break,
            read => length += read,
        }
    }
    Ok(length)
}

/// The note for the removal of a closed part; `None` if the part is not whole.
pub(super) fn summary(files: &dyn Files, path: &Path, number: u64) -> io::Result<Option<Removed>> {
    let file = files.open(path)?;
    let file = file.as_ref();
    let Some(first) = First::read(file)?.filter(|first| first.part() == number) else { return Ok(None) };
    let from = file.size()?.saturating_sub((MAX_LINE + 1) as u64);
    let mut bytes = vec![0; MAX_LINE + 1];
    let length = read_at_most(file, &mut bytes, from)?;
    let Some(lines) = bytes.get(..length).and_then(|bytes| bytes.strip_suffix(b"\n")) else {
        return Ok(None);
    };
    let last = lines.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let Some(last) = Line::parse(last).filter(Line::holds) else { return Ok(None) };
    let closed = matches!(Note::of(&last), Some(Note::Closed { part, .. }) if part == number);
    let removed = Removed {
        part: number,
        first: first.seq,
        last: last.seq,
        from: first.time,
        to: last.time,
        head: last.hash,
    };
    Ok(closed.then_some(removed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_the_log_gives_are_parts() {
        let log = Path::new("/var/audit.log");
        assert_eq!(part_path(log, 7), Path::new("/var/audit.log.000007"));
        assert_eq!(part_of(&part_path(log, 12_345_678)), Some((log.to_owned(), 12_345_678)));
        for other in ["audit.log", "audit.log.1", "audit.log.000000", "audit.log.0000001", "audit.log.+00001"]
        {
            assert_eq!(part_of(Path::new(other)), None, "{other}");
        }
    }
}
