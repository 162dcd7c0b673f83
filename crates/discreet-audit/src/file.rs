//! The log's files: the part that is written, its lock, and the change to the next part.
//!
//! Next to `audit.log` stands `audit.log.head`, the number and hash of the last entry that is surely on the disk,
//! replaced after each write, and written before the first. A log that ends before its head was cut; one with entries
//! and without a head may have been cut.
//!
//! A new part takes four states, and a start continues from each. (1) `audit.log.next` exists, empty and locked. (2)
//! The entry that closes the part is on the disk; later lines go to `audit.log.next`. (3) `audit.log` has become
//! `audit.log.000001`. (4) `audit.log.next` has become `audit.log`. The names change in another thread.

mod opening;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::background::{Background, Hands};
use super::chain::Link;
use super::head::{read_head, read_mark, write_head};
use super::part_entry::Removed;
use super::part_files::{self, Steps, moved_away};
use super::parts::{self, closed_parts, next_path, part_path};
use super::recovery::{Recovered, last_mark};
use super::refused::OpenError;
use super::time::Time;
use super::verify::part_is_intact;
use discreet_host::files::{Files, OpenFile};
use discreet_host::sync::lock;

/// Destination of the lines. One implementation writes files; tests put a failing one in front of it.
pub(super) trait Disk: Send {
    /// Opens the log and checks its end. Called again until it succeeds.
    fn open(&mut self) -> Result<Recovered, OpenError>;
    /// Puts `lines` behind the end; when it returns, they are on the disk, or none of them is in the log.
    fn append(&mut self, lines: &[u8], end: Link) -> io::Result<()>;
    /// True if there is a file for the next part. If not, starts to make one, and does not wait for it.
    fn is_ready(&mut self, now: Time) -> bool;
    /// The part is closed: later lines go to the next one. Only if that is ready.
    fn begin_part(&mut self);
    /// Starts a check of the oldest part: is its last entry from before `before`? Does not wait for it.
    fn look_for_old(&mut self, before: Time);
    /// A part to be removed, and a fault with parts, each reported once.
    fn news(&mut self) -> (Option<Removed>, Option<String>);
    /// Starts to remove a part, and does not wait for it.
    fn remove(&mut self, part: u64);
}

/// Seconds between attempts to make the file for the next part.
const AGAIN: i64 = 60;

pub(super) struct LogFile {
    path: PathBuf,
    open: Option<Open>,
    mark: Option<String>,
    steps: Steps,
    hands: Box<dyn Hands>,
    side: Arc<Mutex<Side>>,
}

struct Open {
    file: Arc<dyn OpenFile>,
    end: u64,
    part: u64,
    /// The part before, until its name is changed.
    before: Option<Arc<dyn OpenFile>>,
    /// When the file for the next part was last asked for, in seconds.
    asked: Option<i64>,
}

/// Results of the steps in the background.
#[derive(Default)]
struct Side {
    next: Option<Box<dyn OpenFile>>,
    preparing: bool,
    swap: Swap,
    looking: bool,
    old: Option<Removed>,
    trouble: Option<String>,
    said: Option<String>,
}

#[derive(Default, Clone, PartialEq, Eq)]
enum Swap {
    #[default]
    Done,
    Running,
    Failed {
        why: String,
        /// It is being tried again.
        again: bool,
    },
}

impl Side {
    /// The last reported fault; reported again only if it changes.
    fn complain(&mut self, what: String) {
        if self.said.as_ref() != Some(&what) {
            self.trouble = Some(what.clone());
            self.said = Some(what);
        }
    }
}

impl LogFile {
    pub fn new(path: &Path) -> Self {
        LogFile::with(path, Steps::default(), Box::new(Background::default()))
    }

    pub fn with(path: &Path, steps: Steps, hands: Box<dyn Hands>) -> Self {
        LogFile { path: path.to_owned(), open: None, mark: None, steps, hands, side: Arc::default() }
    }

    /// Result of the renaming in the background; tried again if it failed.
    fn settled(&mut self) -> io::Result<()> {
        let swap = lock(&self.side).swap.clone();
        let Some(open) = &mut self.open else { return Err(io::Error::other("not open")) };
        match swap {
            Swap::Running => Ok(()), // the file has no name of its own for a moment
            Swap::Failed { why, again } => {
                if !again {
                    lock(&self.side).swap = Swap::Failed { why: why.clone(), again: true };
                    self.swap();
                }
                Err(io::Error::other(why))
            }
            Swap::Done => {
                open.before = None;
                match self.steps.files.id_at(&self.path)? == Some(open.file.id()?) {
                    true => Ok(()),
                    false => Err(moved_away()),
                }
            }
        }
    }

    /// Renames the closed part in the background.
    fn swap(&mut self) {
        let Some(open) = &self.open else { return };
        let Some(old) = open.before.clone() else { return };
        let (next, part) = (Arc::clone(&open.file), open.part.saturating_sub(1));
        let (steps, path, side) = (self.steps.clone(), self.path.clone(), Arc::clone(&self.side));
        self.hands.give(Box::new(move || {
            let swapped = part_files::swap(&steps, &path, part, old.as_ref(), next.as_ref());
            lock(&side).swap = match swapped {
                Ok(()) => Swap::Done,
                Err(error) => Swap::Failed { why: error.to_string(), again: false },
            };
        }));
    }
}

impl Drop for LogFile {
    fn drop(&mut self) {
        // Steps that are under way end first.
        self.hands = Box::new(Background::default());
        let next = lock(&self.side).next.take();
        let at = self.steps.files.id_at(&next_path(&self.path)).ok().flatten();
        if next.is_some_and(|next| next.id().ok() == at) {
            let _ = self.steps.remove(&next_path(&self.path)); // empty; the next start removes it otherwise
        }
    }
}

impl Disk for LogFile {
    fn open(&mut self) -> Result<Recovered, OpenError> {
        let files = Arc::clone(&self.steps.files);
        if let Some(folder) = self.path.parent() {
            files.create_folder(folder, 0o750)?;
        }
        let mut file = self.acquire()?;
        // The name of a new file must survive a crash as well as its contents.
        self.steps.sync_folder(&self.path)?;
        let head = read_head(files.as_ref(), &self.path);
        let mut recovered = self.recovered(file.as_ref(), head, None)?;
        if recovered.closed.is_some() {
            file = self.finish_part(file, &recovered, head)?;
            recovered = self.recovered(file.as_ref(), head, Some(&recovered))?;
        } else {
            self.drop_next()?;
        }
        self.settle_head(&mut recovered, head)?;
        // The chained log counts: a user who may write the head could put an old mark into it.
        self.mark = recovered.mark.take().or_else(|| read_mark(files.as_ref(), &self.path));
        recovered.mark.clone_from(&self.mark);
        if recovered.link.is_none() {
            // Before there are entries: a log with entries and without a head was tampered with.
            write_head(files.as_ref(), &self.path, Link::START, self.mark.as_deref())?;
        }
        let (end, part) = (recovered.end, recovered.part);
        self.open = Some(Open { file: Arc::from(file), end, part, before: None, asked: None });
        Ok(recovered)
    }

    fn append(&mut self, lines: &[u8], end: Link) -> io::Result<()> {
        self.settled()?;
        let open = self.open.as_mut().ok_or_else(|| io::Error::other("not open"))?;
        let (file, at, new_end) = (open.file.as_ref(), open.end, open.end + lines.len() as u64);
        // Torn bytes behind the end are written over first and cut after, so that no crash in between hides that there
        // were any. A failed sync may have dropped its pages: everything is written again the next time.
        let steps = &self.steps;
        let written = steps.write(file, lines, at).and_then(|()| steps.cut(file, new_end));
        if let Err(error) = written.and_then(|()| steps.sync(file)) {
            let _ = steps.cut(file, at); // none of it is in the log; if this fails too, the next append writes over it
            return Err(error);
        }
        open.end = new_end;
        if let Some(mark) = last_mark(lines) {
            self.mark = Some(mark);
        }
        // The entries are safe. An old head only makes the check at the next start weaker.
        let _ = steps.put_head(|| write_head(steps.files.as_ref(), &self.path, end, self.mark.as_deref()));
        Ok(())
    }

    fn is_ready(&mut self, now: Time) -> bool {
        let Some(open) = &mut self.open else { return false };
        let mut side = lock(&self.side);
        if side.next.is_some() {
            return side.swap == Swap::Done;
        }
        let soon = open.asked.is_some_and(|asked| now.second().abs_diff(asked) < AGAIN.unsigned_abs());
        if side.preparing || side.swap != Swap::Done || (soon && side.said.is_some()) {
            return false;
        }
        side.preparing = true;
        drop(side);
        open.asked = Some(now.second());
        let (steps, path, part) = (self.steps.clone(), self.path.clone(), open.part);
        let side = Arc::clone(&self.side);
        self.hands.give(Box::new(move || {
            let prepared = part_files::prepare(&steps, &path, part);
            let mut side = lock(&side);
            side.preparing = false;
            match prepared {
                Ok(next) => (side.next, side.said) = (Some(next), None),
                Err(error) => side.complain(format!("the audit log stays in one file: {error}")),
            }
        }));
        false
    }

    fn begin_part(&mut self) {
        let Some(open) = &mut self.open else { return };
        let Some(next) = lock(&self.side).next.take() else { return };
        open.before = Some(std::mem::replace(&mut open.file, Arc::from(next)));
        (open.end, open.part, open.asked) = (0, open.part.saturating_add(1), None);
        lock(&self.side).swap = Swap::Running;
        self.swap();
    }

    fn look_for_old(&mut self, before: Time) {
        let Some(open) = &self.open else { return };
        let mut side = lock(&self.side);
        if side.looking || side.old.is_some() {
            return;
        }
        side.looking = true;
        drop(side);
        let (path, part, side) = (self.path.clone(), open.part, Arc::clone(&self.side));
        let files = Arc::clone(&self.steps.files);
        self.hands.give(Box::new(move || {
            let oldest = outdated_part(files.as_ref(), &path, part, before);
            let mut side = lock(&side);
            side.looking = false;
            match oldest {
                Ok(old) => side.old = old,
                Err(error) => side.complain(format!("no old part is removed: {error}")),
            }
        }));
    }

    fn news(&mut self) -> (Option<Removed>, Option<String>) {
        let mut side = lock(&self.side);
        (side.old.clone(), side.trouble.take())
    }

    fn remove(&mut self, part: u64) {
        let (steps, path, side) = (self.steps.clone(), self.path.clone(), Arc::clone(&self.side));
        lock(&side).old = None;
        self.hands.give(Box::new(move || {
            let removed = steps.remove(&part_path(&path, part)).and_then(|()| steps.sync_folder(&path));
            if let Err(error) = removed {
                lock(&side).complain(format!("old part {part} is not removed: {error}"));
            }
        }));
    }
}

/// The oldest closed part before `open`, if its last entry is from before `before`. A part is evidence, and kept, if any
/// of its entries is not as it was written.
fn outdated_part(files: &dyn Files, log: &Path, open: u64, before: Time) -> io::Result<Option<Removed>> {
    let Some(part) = closed_parts(files, log)?.into_iter().find(|part| *part < open) else { return Ok(None) };
    let path = part_path(log, part);
    let read = || -> io::Result<_> {
        let Some(old) = parts::summary(files, &path, part)? else { return Ok(None) };
        let outdated = old.to < before;
        let intact = !outdated || part_is_intact(files, &path, part, old.head)?;
        Ok(intact.then_some((old, outdated)))
    };
    let evidence = || io::Error::other(format!("part {part} is not as it was written; it is evidence"));
    match read() {
        Ok(Some((old, outdated))) => Ok(outdated.then_some(old)),
        Ok(None) => Err(evidence()),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(evidence()),
        Err(error) => Err(io::Error::other(format!("part {part}: {error}"))),
    }
}
