//! Files that no other user may change: a trust file, and the owners' public identities. This is the one place in which
//! such a file is opened.

use std::fs;
use std::io::Read;
use std::path::Path;

use discreet_host::disk::{self, Untrusted};

/// Reason for which such a file is not read. Each message has the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// An error of the system.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: String,
        /// The system's message.
        error: String,
    },
    /// It is a link.
    #[error("{path} is a symbolic link; name the file itself, so that it cannot be redirected")]
    Link {
        /// The file.
        path: String,
    },
    /// Not a file, or one that others may change or replace.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// It is larger than such a file may be.
    #[error("{path} is larger than {most} bytes")]
    Large {
        /// The file.
        path: String,
        /// The most bytes.
        most: usize,
    },
    /// It is not UTF-8.
    #[error("{path} is not text")]
    NotText {
        /// The file.
        path: String,
    },
}

/// The text of a file that no other user can change.
pub fn read_kept(path: &Path, most: usize) -> Result<String, NotKept> {
    let shown = || path.display().to_string();
    let io = |error: std::io::Error| NotKept::Io { path: shown(), error: error.to_string() };
    if fs::symlink_metadata(path).map_err(io)?.is_symlink() {
        return Err(NotKept::Link { path: shown() });
    }
    let file = disk::open(path)?;
    let mut bytes = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() > most {
        return Err(NotKept::Large { path: shown(), most });
    }
    String::from_utf8(bytes).map_err(|_| NotKept::NotText { path: shown() })
}
