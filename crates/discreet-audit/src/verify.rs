//! Verification of a whole log with all its parts: each place where it is not as it was written.

use std::io::{self, BufRead, BufReader, ErrorKind};
use std::path::Path;

use super::chain::Link;
use super::check::Check;
use super::head::read_head;
use super::parts::{First, Parts, open, open_part, part_of};
use super::report::Report;
use discreet_host::files::{Files, Reading, SystemFiles};

/// Verifies the log at `path` and all its parts, with its head file if there is one, and with a `head` kept elsewhere
/// if there is one. If `path` is that of a part, it is verified from that part on.
pub fn verify(path: &Path, head: Option<[u8; 32]>) -> io::Result<Report> {
    match part_of(path) {
        // A log may have such a name of its own.
        Some((log, part)) if !begins_a_log(path) => verify_from(&log, Some(part), head),
        _ => verify_from(path, None, head),
    }
}

/// True if the file is the first of a log, and its name is not that of the log's first part.
fn begins_a_log(path: &Path) -> bool {
    let first = open(path).and_then(|file| First::read(&file)).ok().flatten();
    first.is_some_and(|first| first.opened.is_none()) && part_of(path).is_none_or(|(_, part)| part != 1)
}

/// Verifies the log at `path` from part `from` on; from the first on if there is none named.
///
/// An error of kind `NotFound` means that there is no such log or part.
pub fn verify_from(path: &Path, from: Option<u64>, head: Option<[u8; 32]>) -> io::Result<Report> {
    // A part that is removed while this runs is on record as removed when it runs again.
    for _ in 0..3 {
        if let Some(report) = attempt(path, from, head)? {
            return Ok(report);
        }
    }
    Err(io::Error::other("parts disappear while they are read"))
}

/// `None` if a part was removed meanwhile.
fn attempt(path: &Path, from: Option<u64>, head: Option<[u8; 32]>) -> io::Result<Option<Report>> {
    // The head first: a log that is being written only grows beyond it.
    let head_file = read_head(&SystemFiles, path);
    let parts = match Parts::find(path) {
        // The head is evidence of a log.
        Err(error) if error.kind() == ErrorKind::NotFound && head_file.is_some_and(|head| head.seq > 0) => {
            return verify_lines(io::empty(), head_file, head).map(Some);
        }
        parts => parts?,
    };
    let mut check = Check::new(head_file, head, from);
    let wanted = |part: u64| from.is_none_or(|from| part >= from);
    let mut found = from.is_none();
    for (number, path) in parts.closed.iter().filter(|(number, _)| wanted(*number)) {
        let file = match open_part(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        found |= from == Some(*number);
        check.begin_file(Some(*number));
        read(&mut check, BufReader::with_capacity(1 << 20, file))?;
    }
    for file in parts.live {
        // Its number is in it. The check reports an unreadable one.
        let number = First::read(&file).ok().flatten().map(|first| first.part());
        if number.is_none_or(wanted) {
            found |= number == from;
            check.begin_file(None);
            read(&mut check, BufReader::with_capacity(1 << 20, file))?;
        }
    }
    if let Some(part) = from.filter(|_| !found) {
        return Err(io::Error::new(ErrorKind::NotFound, format!("part {part} is not there")));
    }
    Ok(Some(check.finish()))
}

/// True if every entry of closed part `part`, in the file at `path`, is as it was written, up to the one with hash
/// `head`.
pub(super) fn part_is_intact(files: &dyn Files, path: &Path, part: u64, head: [u8; 32]) -> io::Result<bool> {
    let mut check = Check::new(None, Some(head), Some(part));
    check.begin_file(Some(part));
    read(&mut check, BufReader::with_capacity(1 << 20, Reading::of(files.open(path)?)))?;
    let report = check.finish();
    Ok(report.is_intact() && report.torn == 0)
}

fn read(check: &mut Check, mut log: impl BufRead) -> io::Result<()> {
    while check.next_line(&mut log)? {}
    Ok(())
}

/// The same for any bytes: the parts of a log one after the other.
pub fn verify_lines(
    log: impl BufRead,
    head_file: Option<Link>,
    head: Option<[u8; 32]>,
) -> io::Result<Report> {
    let mut check = Check::new(head_file, head, None);
    read(&mut check, log)?;
    Ok(check.finish())
}
