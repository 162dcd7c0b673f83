//! A start: the log is found, locked and checked, and steps that a crash cut short are completed.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::super::chain::Link;
use super::super::head::head_path;
use super::super::part_entry::Note;
use super::super::part_files;
use super::super::parts::{First, closed_parts, next_path, part_path};
use super::super::recovery::{Recovered, recover};
use super::super::refused::{LogRefused, OpenError};
use super::LogFile;
use discreet_host::disk::Untrusted;
use discreet_host::files::{Files, OpenFile};

impl LogFile {
    fn files(&self) -> &dyn Files {
        self.steps.files.as_ref()
    }

    /// The log, locked; a new one if there is none.
    pub(super) fn acquire(&self) -> Result<Box<dyn OpenFile>, OpenError> {
        for _ in 0..3 {
            let file = match self.files().open(&self.path) {
                Ok(file) => file,
                Err(error) if error.kind() == ErrorKind::NotFound => match self.unnamed() {
                    Ok(Some(next)) => next,
                    Ok(None) => continue, // another process made it
                    Err(error) => return Err(self.in_use(error)),
                },
                Err(error) => return Err(error.into()),
            };
            if !file.is_regular()? {
                return Err(io::Error::other("not a regular file").into());
            }
            self.ours_alone()?;
            file.lock().map_err(|error| self.in_use(error))?;
            // A guard that runs may have begun a new part since the file was opened.
            if self.files().id_at(&self.path)? == Some(file.id()?) {
                return Ok(file);
            }
        }
        Err(LogRefused::InUse { path: self.path.clone() }.into())
    }

    /// There is no log under its name: killed before the next part had it, or there was none before.
    fn unnamed(&self) -> io::Result<Option<Box<dyn OpenFile>>> {
        match self.files().open(&next_path(&self.path)) {
            Ok(next) => {
                next.lock()?;
                self.steps.rename(&next_path(&self.path), &self.path)?;
                Ok(Some(next))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => match self.steps.create(&self.path) {
                Ok(file) => Ok(Some(file)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    fn in_use(&self, error: io::Error) -> OpenError {
        match error.kind() {
            ErrorKind::WouldBlock => LogRefused::InUse { path: self.path.clone() }.into(),
            _ => error.into(),
        }
    }

    /// Only this user and root may change the log, or put another into its place.
    fn ours_alone(&self) -> Result<(), OpenError> {
        match self.files().check(&self.path) {
            Err(Untrusted::Missing { path } | Untrusted::NotAFile { path }) => {
                Err(io::Error::other(format!("{path} is not a regular file")).into())
            }
            Err(Untrusted::Io { path, error }) => Err(io::Error::other(format!("{path}: {error}")).into()),
            Err(refused) => Err(LogRefused::Untrusted(refused).into()),
            Ok(()) => Ok(()),
        }
    }

    /// The first entry of a file.
    fn first(&self, path: &Path, file: &dyn OpenFile) -> Result<Option<First>, OpenError> {
        match First::read(file) {
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                Err(LogRefused::Broken { path: path.to_owned(), offset: 0 }.into())
            }
            first => Ok(first?),
        }
    }

    /// The end of a closed part.
    fn end_of_part(&self, part: u64, head: Option<Link>) -> Result<Recovered, OpenError> {
        let path = part_path(&self.path, part);
        let file = self.files().open(&path)?;
        let first = self.first(&path, file.as_ref())?;
        let recovered = recover(&path, file.as_ref(), first.as_ref(), head, None)?;
        match recovered.closed {
            Some(_) if recovered.part == part => Ok(recovered),
            _ => Err(LogRefused::Broken { path, offset: recovered.end }.into()),
        }
    }

    /// The end of the log in `file`, in whichever part its last entry is.
    pub(super) fn recovered(
        &self,
        file: &dyn OpenFile,
        head: Option<Link>,
        before: Option<&Recovered>,
    ) -> Result<Recovered, OpenError> {
        let first = self.first(&self.path, file)?;
        let last = match (&first, before) {
            (None, None) => closed_parts(self.files(), &self.path)?.last().copied(),
            _ => None,
        };
        let last = last.map(|part| self.end_of_part(part, head)).transpose()?;
        let mut recovered = recover(&self.path, file, first.as_ref(), head, before.or(last.as_ref()))?;
        if let (Some(head), Some(first), None) = (head, &first, recovered.at_head) {
            recovered.at_head = self.older(head, first)?;
        }
        Ok(recovered)
    }

    /// The hash of the entry that the head names, if it is older than the part that begins with `first`.
    fn older(&self, head: Link, first: &First) -> Result<Option<[u8; 32]>, OpenError> {
        if head.seq == 0 || head.seq >= first.seq {
            return Ok(None); // before the first entry, or after the last
        }
        if head.seq.saturating_add(1) == first.seq {
            return Ok(Some(first.prev));
        }
        for part in
            closed_parts(self.files(), &self.path)?.into_iter().rev().filter(|part| *part < first.part())
        {
            let recovered = self.end_of_part(part, Some(head))?;
            if recovered.at_head.is_some() {
                return Ok(recovered.at_head);
            }
        }
        Err(LogRefused::PartMissing { path: head_path(&self.path), entry: head.seq }.into())
    }

    /// Ends the change to a new part that a crash cut short. Gives the file that is written now.
    pub(super) fn finish_part(
        &self,
        old: Box<dyn OpenFile>,
        recovered: &Recovered,
        head: Option<Link>,
    ) -> Result<Box<dyn OpenFile>, OpenError> {
        let path = next_path(&self.path);
        let next = match self.files().open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            next => Some(next?),
        };
        if let Some(next) = &next {
            next.lock().map_err(|error| self.in_use(error))?;
        }
        let first = next.as_ref().map(|next| self.first(&path, next.as_ref())).transpose()?.flatten();
        match first.map(|first| first.opened) {
            // Before anything changes its name: evidence stays where it is.
            None => self.settle_head(&mut recovered.clone(), head)?,
            // Only the successor of this part may take its place.
            Some(Some(Note::Opened { part, before, .. }))
                if part == recovered.part.saturating_add(1) && Some(before.link()) == recovered.link => {}
            Some(_) => return Err(LogRefused::Broken { path, offset: 0 }.into()),
        }
        let next = match next {
            Some(next) => next,
            None => part_files::prepare(&self.steps, &self.path, recovered.part)?,
        };
        part_files::swap(&self.steps, &self.path, recovered.part, old.as_ref(), next.as_ref())?;
        Ok(next)
    }

    /// Without a part to close, there is nothing in the file for the next one.
    pub(super) fn drop_next(&self) -> Result<(), OpenError> {
        let path = next_path(&self.path);
        match self.files().read(&path, 1) {
            Ok(None) => Ok(()),
            Ok(Some(bytes)) if !bytes.is_empty() => Err(LogRefused::Broken { path, offset: 0 }.into()),
            // Empty, or not a regular file. One that cannot be read stays.
            Ok(Some(_)) => Ok(self.steps.remove(&path)?),
            Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(self.steps.remove(&path)?),
            Err(error) => Err(error.into()),
        }
    }

    /// Compares the end with the head.
    pub(super) fn settle_head(&self, recovered: &mut Recovered, head: Option<Link>) -> Result<(), OpenError> {
        let (found, path) = (recovered.link.unwrap_or(Link::START), self.path.clone());
        recovered.head = match head {
            None | Some(Link::START) if recovered.link.is_none() => "new",
            None => return Err(LogRefused::NoHead { path, found: found.seq }.into()),
            Some(head) if found.seq < head.seq || recovered.at_head.is_some_and(|hash| hash != head.hash) => {
                return Err(LogRefused::Cut { path, found: found.seq, expected: head.seq }.into());
            }
            Some(head) if head.seq < found.seq => "behind",
            Some(_) => "found",
        };
        Ok(())
    }
}
