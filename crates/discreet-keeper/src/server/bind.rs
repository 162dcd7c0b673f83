//! Creation of the keeper's socket.

use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use super::Door;
use discreet_host::disk::{self, Untrusted};

/// Reason for which the keeper cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The path is something other than a socket.
    #[error("{0} exists and is not a socket; name another path with --socket")]
    NotASocket(String),
    /// A keeper listens there.
    #[error("a keeper listens at {0} already")]
    Live(String),
    /// Others may write to the folder.
    #[error("others may write to {0}, and so put another socket there; `chmod go-w {0}`")]
    Folder(String),
    /// Others may replace a folder above it.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// An error of the system.
    #[error("{path}: {error}")]
    Io {
        /// The socket.
        path: String,
        /// The system's message.
        error: std::io::Error,
    },
}

pub(super) fn bind(door: &Door) -> Result<UnixListener, BindError> {
    let (path, shown) = (door.socket.as_path(), door.socket.display().to_string());
    let io = |error| BindError::Io { path: shown.clone(), error };
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let private = door.is_private();
    if !folder.exists() {
        let mode = if private { 0o700 } else { 0o711 };
        DirBuilder::new().recursive(true).mode(mode).create(folder).map_err(io)?;
    }
    if fs::metadata(folder).map_err(io)?.mode() & 0o022 != 0 {
        return Err(BindError::Folder(folder.display().to_string()));
    }
    disk::check_folder(folder)?;
    clear(path, &shown)?;
    let listener = UnixListener::bind(path).map_err(io)?;
    // The kernel tells the caller's user in any case; the mode already keeps other users from connecting.
    let mode = if private { 0o600 } else { 0o666 };
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(io)?;
    listener.set_nonblocking(true).map_err(io)?;
    Ok(listener)
}

/// Removes the socket of a keeper that was killed, and nothing else.
fn clear(path: &Path, shown: &str) -> Result<(), BindError> {
    let io = |error| BindError::Io { path: shown.to_owned(), error };
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io(error)),
    };
    if !found.file_type().is_socket() {
        return Err(BindError::NotASocket(shown.to_owned()));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path).map_err(io),
        Ok(_) => Err(BindError::Live(shown.to_owned())),
        Err(error) => Err(io(error)),
    }
}
