//! Files that nobody else may change: a trust file, and the owners' public identities.
//!
//! The one place in which such a file is opened.

use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::disk::{self, Untrusted};

/// Why such a file is not read. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// The system says no.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: String,
        /// The system's words.
        error: String,
    },
    /// It is a link.
    #[error("{path} is a symbolic link; name the file itself, so that nobody can point it elsewhere")]
    Link {
        /// The file.
        path: String,
    },
    /// It is a folder, a pipe or a device.
    #[error("{path} is not a regular file")]
    NotAFile {
        /// The file.
        path: String,
    },
    /// Others may change it.
    #[error(
        "{path} has mode {mode:04o}, so others may write to it; look at what is in it, then `chmod go-w {path}`"
    )]
    Mode {
        /// The file.
        path: String,
        /// What its mode is.
        mode: u32,
    },
    /// It is somebody else's.
    #[error(
        "{path} belongs to user {owner}, who may write to it; it must be of root or of this user: `chown root {path}`"
    )]
    Owner {
        /// The file.
        path: String,
        /// Whose it is.
        owner: u32,
    },
    /// Others may put another file into its place.
    #[error(transparent)]
    Folder(#[from] Untrusted),
    /// More than such a file has.
    #[error("{path} is larger than {most} bytes")]
    Large {
        /// The file.
        path: String,
        /// The most that it may have.
        most: usize,
    },
    /// It is not UTF-8.
    #[error("{path} is not text")]
    NotText {
        /// The file.
        path: String,
    },
}

/// The text of a file that nobody else can change.
pub fn read_kept(path: &Path, most: usize) -> Result<String, NotKept> {
    let shown = || path.display().to_string();
    let io = |error: std::io::Error| NotKept::Io { path: shown(), error: error.to_string() };
    let before = fs::symlink_metadata(path).map_err(io)?;
    check(path, &before)?;
    let file = File::open(path).map_err(io)?;
    // What was opened is what was looked at, whatever has been moved in between.
    let opened = file.metadata().map_err(io)?;
    if (opened.dev(), opened.ino()) != (before.dev(), before.ino()) {
        return Err(NotKept::Link { path: shown() });
    }
    check(path, &opened)?;
    let mut bytes = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() > most {
        return Err(NotKept::Large { path: shown(), most });
    }
    String::from_utf8(bytes).map_err(|_| NotKept::NotText { path: shown() })
}

fn check(path: &Path, metadata: &Metadata) -> Result<(), NotKept> {
    let shown = || path.display().to_string();
    if metadata.is_symlink() {
        return Err(NotKept::Link { path: shown() });
    }
    if !metadata.is_file() {
        return Err(NotKept::NotAFile { path: shown() });
    }
    let (mode, owner) = (metadata.mode() & 0o7777, metadata.uid());
    if owner != 0 && owner != rustix::process::geteuid().as_raw() {
        return Err(NotKept::Owner { path: shown(), owner });
    }
    if mode & 0o022 != 0 {
        return Err(NotKept::Mode { path: shown(), mode });
    }
    Ok(disk::check_folder(path.parent().unwrap_or(Path::new("")))?)
}
