//! The files of a machine, as an argument: those of the operating system, or of a simulated disk that loses, tears
//! and flips what was written.
//!
//! Only what must survive a crash goes through this port: the keeper's state, the audit log, the policy and the
//! public identities.

mod system;

use std::ffi::OsString;
use std::fmt::Debug;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::disk::Untrusted;

pub use system::SystemFiles;

/// Identity of a file, under any name: device and inode.
pub type FileId = (u64, u64);

/// Changes whenever a file does, also when it is replaced by another of the same time: modification time, length,
/// inode.
pub type Stamp = (SystemTime, u64, u64);

/// Files by their names.
pub trait Files: Debug + Send + Sync {
    /// Opens an existing file for reading and writing. A link is an error.
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>>;
    /// Makes a file that does not exist yet.
    fn create(&self, path: &Path, mode: u32) -> io::Result<Box<dyn OpenFile>>;
    /// Opens a folder: to be locked.
    fn open_folder(&self, path: &Path) -> io::Result<Box<dyn OpenFile>>;
    /// Makes a folder and those above it, unless they exist.
    fn create_folder(&self, path: &Path, mode: u32) -> io::Result<()>;
    /// The first `most` bytes of a regular file, without following a link; none if it does not exist. An error of kind
    /// `InvalidInput` if it is not regular.
    fn read(&self, path: &Path, most: u64) -> io::Result<Option<Vec<u8>>>;
    /// The same of a file that no other user can change.
    fn read_trusted(&self, path: &Path, most: u64) -> Result<Vec<u8>, Untrusted>;
    /// Checks that no other user can change a file.
    fn check(&self, path: &Path) -> Result<(), Untrusted>;
    /// Checks that no other user can change or replace this user's files in a folder.
    fn check_folder(&self, path: &Path) -> Result<(), Untrusted>;
    /// Gives a file another name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Returns when the names in a folder are on the disk.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// The names in a folder.
    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>>;
    /// The file that a path names, without following a link.
    fn id_at(&self, path: &Path) -> io::Result<Option<FileId>>;
    /// The stamp of a file; none if it does not exist.
    fn stamp(&self, path: &Path) -> Option<Stamp>;
}

/// A file that is open. Its lock ends when it is dropped.
pub trait OpenFile: Debug + Send + Sync {
    /// Its identity.
    fn id(&self) -> io::Result<FileId>;
    /// True for a regular file.
    fn is_regular(&self) -> io::Result<bool>;
    /// Its mode and its owner.
    fn rights(&self) -> io::Result<(u32, u32)>;
    /// Its length in bytes.
    fn size(&self) -> io::Result<u64>;
    /// Reads bytes from `at` on; fewer at the end.
    fn read_at(&self, bytes: &mut [u8], at: u64) -> io::Result<usize>;
    /// Writes all bytes from `at` on.
    fn write_all_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;
    /// Cuts it, or lengthens it with zeros.
    fn set_size(&self, size: u64) -> io::Result<()>;
    /// Sets its mode, independent of the umask.
    fn set_mode(&self, mode: u32) -> io::Result<()>;
    /// Returns when it is on the disk.
    fn sync(&self) -> io::Result<()>;
    /// Returns when its contents are on the disk, and its size.
    fn sync_data(&self) -> io::Result<()>;
    /// Locks it. An error of kind `WouldBlock` if it is locked already.
    fn lock(&self) -> io::Result<()>;
}

/// Reads all of `bytes` from `at` on.
pub fn read_exact_at(file: &dyn OpenFile, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.read_at(bytes, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                at += read as u64;
                bytes = bytes.get_mut(read..).unwrap_or_default();
            }
        }
    }
    Ok(())
}

/// Reads an open file from its start.
#[derive(Debug)]
pub struct Reading {
    file: Box<dyn OpenFile>,
    at: u64,
}

impl Reading {
    /// From the start.
    pub fn of(file: Box<dyn OpenFile>) -> Reading {
        Reading { file, at: 0 }
    }
}

impl io::Read for Reading {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(bytes, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The folder of a path.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}
