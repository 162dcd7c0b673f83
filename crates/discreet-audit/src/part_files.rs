//! Steps on the folder of a log: preparing the next part's file, giving a closed part its name, removing an old one.
//!
//! Each can be cut short anywhere and repeated. The order keeps every durable entry under one of the names that a start
//! reads: a name is on the disk before the name that it replaces is used for another file.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;

use super::parts::{next_path, part_path};
use discreet_host::files::{Files, OpenFile, SystemFiles, folder_of};

/// Hook before each step, with which a test makes the step fail.
type Ask = Arc<dyn Fn(&'static str) -> io::Result<()> + Send + Sync>;

/// The files of a log, and the steps on them. Cheap to clone.
#[derive(Clone)]
pub(super) struct Steps {
    pub files: Arc<dyn Files>,
    ask: Option<Ask>,
}

impl Default for Steps {
    fn default() -> Steps {
        Steps::on(Arc::new(SystemFiles))
    }
}

impl Steps {
    pub fn on(files: Arc<dyn Files>) -> Steps {
        Steps { files, ask: None }
    }

    #[cfg(test)]
    pub fn asking(ask: Ask) -> Steps {
        Steps { ask: Some(ask), ..Steps::default() }
    }

    fn ask(&self, step: &'static str) -> io::Result<()> {
        self.ask.as_ref().map_or(Ok(()), |ask| ask(step))
    }

    pub fn write(&self, file: &dyn OpenFile, lines: &[u8], at: u64) -> io::Result<()> {
        // Half of it first where a test may end it in the middle.
        let half = if self.ask.is_some() { lines.len() / 2 } else { 0 };
        let (one, other) = lines.split_at_checked(half).unwrap_or((lines, &[]));
        self.ask("write")?;
        file.write_all_at(one, at)?;
        self.ask("write on")?;
        file.write_all_at(other, at + half as u64)
    }

    pub fn cut(&self, file: &dyn OpenFile, end: u64) -> io::Result<()> {
        self.ask("cut")?;
        file.set_size(end)
    }

    pub fn sync(&self, file: &dyn OpenFile) -> io::Result<()> {
        self.ask("sync")?;
        file.sync_data()
    }

    pub fn put_head(&self, write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.ask("head")?;
        write()
    }

    pub fn sync_folder(&self, log: &Path) -> io::Result<()> {
        self.ask("sync folder")?;
        self.files.sync_folder(folder_of(log))
    }

    pub fn create(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        self.ask("create")?;
        self.files.create(path, 0o640)
    }

    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask("rename")?;
        self.files.rename(from, to)
    }

    pub fn remove(&self, path: &Path) -> io::Result<()> {
        self.ask("remove")?;
        match self.files.remove(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Makes the empty, locked file that the part after `number` will be written to.
pub(super) fn prepare(steps: &Steps, log: &Path, number: u64) -> io::Result<Box<dyn OpenFile>> {
    let (files, part) = (&steps.files, part_path(log, number));
    if files.id_at(&part)?.is_some() {
        let why = format!("no new part is begun: {} is there already; move it away", part.display());
        return Err(io::Error::new(ErrorKind::AlreadyExists, why));
    }
    // Left by a failed attempt. A start has checked it, and nothing is written to it before it is in use.
    steps.remove(&next_path(log))?;
    let file = steps.create(&next_path(log))?;
    file.lock()?;
    steps.sync_folder(log)?;
    Ok(file)
}

/// Renames `old`, the closed part `number`, and puts `next` in its place. Completes a renaming that was cut short.
pub(super) fn swap(
    steps: &Steps,
    log: &Path,
    number: u64,
    old: &dyn OpenFile,
    next: &dyn OpenFile,
) -> io::Result<()> {
    let (files, part, next_path) = (&steps.files, part_path(log, number), next_path(log));
    let (old, next) = (Some(old.id()?), Some(next.id()?));
    if files.id_at(log)? == old {
        if files.id_at(&part)?.is_some() {
            let why = format!("{} is there already; move it away", part.display());
            return Err(io::Error::new(ErrorKind::AlreadyExists, why));
        }
        steps.rename(log, &part)?;
        steps.sync_folder(log)?;
    }
    if files.id_at(log)?.is_none() && files.id_at(&part)? == old && files.id_at(&next_path)? == next {
        steps.rename(&next_path, log)?;
    }
    if files.id_at(log)? != next {
        return Err(moved_away());
    }
    steps.sync_folder(log)
}

/// Entries in an open file that was renamed or deleted would be lost.
pub(super) fn moved_away() -> io::Error {
    io::Error::other("the log was moved away while it was written; move it back or restart")
}
