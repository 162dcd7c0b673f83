//! Files with secrets: read only if no other user can read or change them, and written with those rights from
//! the start.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use zeroize::Zeroizing;

use super::IdentityError;
use discreet_host::disk::{self, Untrusted};
use discreet_host::files::folder_of;

/// Rights that a file with a secret must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// Only its owner, this user, has access.
    Own,
    /// Owned by this user or root, as systemd provides it. Its access list shows as a right of the group.
    Credential,
}

/// Reads a file that only this user can read.
pub(super) fn read_secret(
    path: &Path,
    secrecy: Secrecy,
    most: usize,
) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
    let before = fs::symlink_metadata(path).map_err(|error| IdentityError::io(path, &error))?;
    check(path, &before, secrecy)?;
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .custom_flags(disk::no_links())
        .open(path)
        .map_err(|error| IdentityError::io(path, &error))?;
    // The opened file must be the inspected one, also if files were moved in between.
    let opened = file.metadata().map_err(|error| IdentityError::io(path, &error))?;
    if (opened.dev(), opened.ino()) != (before.dev(), before.ino()) {
        return Err(IdentityError::Link { path: path.display().to_string() });
    }
    check(path, &opened, secrecy)?;
    // With room for all of it from the start: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(vec![0; most + 1]);
    let mut length = 0;
    while let Some(rest) = bytes.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match (&file).read(rest).map_err(|error| IdentityError::io(path, &error))? {
            0 => break,
            read => length += read,
        }
    }
    if length > most {
        return Err(IdentityError::Large { path: path.display().to_string(), most });
    }
    bytes.truncate(length);
    Ok(bytes)
}

fn check(path: &Path, metadata: &Metadata, secrecy: Secrecy) -> Result<(), IdentityError> {
    let (shown, own) = (|| path.display().to_string(), rustix::process::geteuid().as_raw());
    if metadata.is_symlink() {
        return Err(IdentityError::Link { path: shown() });
    }
    if !metadata.is_file() {
        return Err(IdentityError::NotAFile { path: shown() });
    }
    let (mode, owner) = (metadata.mode() & 0o7777, metadata.uid());
    let (others, owned) = match secrecy {
        Secrecy::Own => (0o077, owner == own),
        Secrecy::Credential => (0o007, owner == own || owner == 0),
    };
    if !owned {
        return Err(IdentityError::Owner { path: shown(), owner, own });
    }
    if mode & others != 0 {
        let after =
            "choose a new passphrase, run `discreet identity rotate`, and distribute the new public file";
        return Err(IdentityError::Mode { path: shown(), mode, after });
    }
    match secrecy {
        Secrecy::Own => check_folder(path),
        Secrecy::Credential => Ok(()),
    }
}

/// No other user may be able to replace the file.
fn check_folder(path: &Path) -> Result<(), IdentityError> {
    disk::check_folder(folder_of(path)).map_err(|refused| match refused {
        Untrusted::Writable { path, .. } => IdentityError::Folder { path },
        refused => refused.into(),
    })
}

pub(super) fn make_folder(path: &Path) -> Result<(), IdentityError> {
    let folder = folder_of(path);
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| IdentityError::io(folder, &error))
}

/// Writes a new file, and waits until it is on the disk.
pub(super) fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), IdentityError> {
    let written = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        // Independent of the umask.
        file.set_permissions(Permissions::from_mode(mode))?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    written().map_err(|error| IdentityError::io(path, &error))?;
    // The folder has the name. Not every file system can sync a folder.
    let _unsupported = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
    Ok(())
}
