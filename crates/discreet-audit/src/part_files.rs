//! Steps on the folder of a log: preparing the next part's file, giving a closed part its name, removing an old one.
//!
//! Each can be cut short anywhere and repeated. The order keeps every durable entry under one of the names that a start
//! reads: a name is on the disk before the name that it replaces is used for another file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use super::parts::{id, id_at, next_path, part_path};
use discreet_host::disk;

/// Hook before each step, with which a test makes the step fail.
type Ask = Arc<dyn Fn(&'static str) -> io::Result<()> + Send + Sync>;

/// The operating system's side of a log. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Steps {
    ask: Option<Ask>,
}

impl Steps {
    #[cfg(test)]
    pub fn asking(ask: Ask) -> Steps {
        Steps { ask: Some(ask) }
    }

    fn ask(&self, step: &'static str) -> io::Result<()> {
        self.ask.as_ref().map_or(Ok(()), |ask| ask(step))
    }

    pub fn write(&self, file: &File, lines: &[u8], at: u64) -> io::Result<()> {
        // Half of it first where a test may end it in the middle.
        let half = if self.ask.is_some() { lines.len() / 2 } else { 0 };
        let (one, other) = lines.split_at_checked(half).unwrap_or((lines, &[]));
        self.ask("write")?;
        file.write_all_at(one, at)?;
        self.ask("write on")?;
        file.write_all_at(other, at + half as u64)
    }

    pub fn cut(&self, file: &File, end: u64) -> io::Result<()> {
        self.ask("cut")?;
        file.set_len(end)
    }

    pub fn sync(&self, file: &File) -> io::Result<()> {
        self.ask("sync")?;
        file.sync_data()
    }

    pub fn put_head(&self, write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.ask("head")?;
        write()
    }

    pub fn sync_folder(&self, log: &Path) -> io::Result<()> {
        self.ask("sync folder")?;
        let folder = log.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }

    pub fn create(&self, path: &Path) -> io::Result<File> {
        self.ask("create")?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o640).custom_flags(disk::no_links());
        options.open(path)
    }

    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask("rename")?;
        fs::rename(from, to)
    }

    pub fn remove(&self, path: &Path) -> io::Result<()> {
        self.ask("remove")?;
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Makes the empty, locked file that the part after `number` will be written to.
pub(super) fn prepare(steps: &Steps, log: &Path, number: u64) -> io::Result<File> {
    let part = part_path(log, number);
    if id_at(&part)?.is_some() {
        let why = format!("no new part is begun: {} is there already; move it away", part.display());
        return Err(io::Error::new(ErrorKind::AlreadyExists, why));
    }
    // Left by a failed attempt. A start has checked it, and nothing is written to it before it is in use.
    steps.remove(&next_path(log))?;
    let file = steps.create(&next_path(log))?;
    lock(&file)?;
    steps.sync_folder(log)?;
    Ok(file)
}

/// Renames `old`, the closed part `number`, and puts `next` in its place. Completes a renaming that was cut short.
pub(super) fn swap(steps: &Steps, log: &Path, number: u64, old: &File, next: &File) -> io::Result<()> {
    let (part, next_path) = (part_path(log, number), next_path(log));
    let (old, next) = (Some(id(old)?), Some(id(next)?));
    if id_at(log)? == old {
        if id_at(&part)?.is_some() {
            let why = format!("{} is there already; move it away", part.display());
            return Err(io::Error::new(ErrorKind::AlreadyExists, why));
        }
        steps.rename(log, &part)?;
        steps.sync_folder(log)?;
    }
    if id_at(log)?.is_none() && id_at(&part)? == old && id_at(&next_path)? == next {
        steps.rename(&next_path, log)?;
    }
    if id_at(log)? != next {
        return Err(moved_away());
    }
    steps.sync_folder(log)
}

/// Entries in an open file that was renamed or deleted would be lost.
pub(super) fn moved_away() -> io::Error {
    io::Error::other("the log was moved away while it was written; move it back or restart")
}

/// Locks a file. An error of kind `WouldBlock` if another process has it.
pub(super) fn lock(file: &File) -> io::Result<()> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
