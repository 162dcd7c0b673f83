//! The files of the operating system.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::{FileId, Files, OpenFile, Stamp};
use crate::disk::{self, Untrusted};

/// The files of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemFiles;

impl Files for SystemFiles {
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).custom_flags(disk::no_links());
        match options.open(path) {
            Err(_) if path.symlink_metadata().is_ok_and(|found| found.is_symlink()) => {
                Err(io::Error::other("it is a symbolic link; name the file itself"))
            }
            opened => Ok(Box::new(opened?)),
        }
    }

    fn create(&self, path: &Path, mode: u32) -> io::Result<Box<dyn OpenFile>> {
        let mut options = OpenOptions::new();
        // `create_new` is O_EXCL, which does not follow a link.
        options.read(true).write(true).create_new(true).mode(mode).custom_flags(disk::no_links());
        Ok(Box::new(options.open(path)?))
    }

    fn open_folder(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        Ok(Box::new(File::open(path)?))
    }

    fn create_folder(&self, path: &Path, mode: u32) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(mode).create(path)
    }

    fn read(&self, path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
            Ok(found) if !found.is_file() => {
                return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file"));
            }
            Ok(_) => {}
        }
        let file = OpenOptions::new().read(true).custom_flags(disk::no_links()).open(path)?;
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn read_trusted(&self, path: &Path, most: u64) -> Result<Vec<u8>, Untrusted> {
        let mut bytes = Vec::new();
        disk::open(path)?
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| Untrusted::Io { path: path.display().to_string(), error: error.to_string() })?;
        Ok(bytes)
    }

    fn check(&self, path: &Path) -> Result<(), Untrusted> {
        disk::check(path)
    }

    fn check_folder(&self, path: &Path) -> Result<(), Untrusted> {
        disk::check_folder(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        disk::refuse_special(to)?;
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name())).collect()
    }

    fn id_at(&self, path: &Path) -> io::Result<Option<FileId>> {
        match fs::symlink_metadata(path) {
            Ok(of) => Ok(Some((of.dev(), of.ino()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        let found = fs::metadata(path).ok()?;
        Some((found.modified().ok()?, found.len(), found.ino()))
    }
}

impl OpenFile for File {
    fn id(&self) -> io::Result<FileId> {
        self.metadata().map(|of| (of.dev(), of.ino()))
    }

    fn is_regular(&self) -> io::Result<bool> {
        Ok(self.metadata()?.is_file())
    }

    fn rights(&self) -> io::Result<(u32, u32)> {
        self.metadata().map(|of| (of.mode() & 0o7777, of.uid()))
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        FileExt::read_at(self, bytes, at)
    }

    fn write_all_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        FileExt::write_all_at(self, bytes, at)
    }

    fn set_size(&self, size: u64) -> io::Result<()> {
        self.set_len(size)
    }

    fn set_mode(&self, mode: u32) -> io::Result<()> {
        self.set_permissions(Permissions::from_mode(mode))
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_all()
    }

    fn sync_data(&self) -> io::Result<()> {
        File::sync_data(self)
    }

    fn lock(&self) -> io::Result<()> {
        match self.try_lock() {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
