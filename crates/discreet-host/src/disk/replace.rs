//! Replacement of a file in one step.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::files::{Files, SystemFiles, folder_of};

/// Replaces `path` with `bytes`, and returns when they are on the disk under that name.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    replace_on(&SystemFiles, path, bytes, mode)
}

/// The same on other files than the operating system's.
pub fn replace_on(files: &dyn Files, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    put_on(files, path, bytes, mode)?;
    // The name itself is in the folder.
    files.sync_folder(folder_of(path))
}

/// Replaces `path` with `bytes`. After a kill at any instant, either the old or the new file is there, whole; after a
/// power failure soon after, it may still be the old one.
///
/// The bytes are first written to a fresh `<path>.new`: a link at that path is removed, not followed.
pub fn put(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    put_on(&SystemFiles, path, bytes, mode)
}

/// The same on other files than the operating system's.
pub fn put_on(files: &dyn Files, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    match files.remove(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = files.create(&new, mode)?;
    let written = || -> io::Result<()> {
        file.set_mode(mode)?;
        file.write_all_at(bytes, 0)?;
        file.sync()?;
        files.rename(&new, path)
    };
    // A partial file would take room on a full disk.
    written().inspect_err(|_| drop(files.remove(&new)))
}

/// For [`custom_flags`](std::os::unix::fs::OpenOptionsExt::custom_flags): a link as the last part of the path is an error, and a pipe does not block.
pub fn no_links() -> i32 {
    (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{MetadataExt, symlink};

    #[test]
    fn a_link_in_the_way_is_removed_and_not_written_through() {
        let folder = std::env::temp_dir().join(format!("discreet-replace-{}", std::process::id()));
        let _none = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        let (victim, file) = (folder.join("victim"), folder.join("file"));
        fs::write(&victim, "precious").unwrap();
        for link in [folder.join("file.new"), file.clone()] {
            symlink(&victim, &link).unwrap();
            replace(&file, b"mine", 0o600).unwrap();
            assert_eq!(fs::read(&victim).unwrap(), b"precious");
            assert_eq!(fs::read(&file).unwrap(), b"mine");
            assert_eq!(fs::symlink_metadata(&file).unwrap().mode() & 0o7777, 0o600);
            fs::remove_file(&file).unwrap();
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
