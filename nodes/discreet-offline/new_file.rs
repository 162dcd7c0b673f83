//! Output files that get their name when they are complete: at its path there is the whole result, or
//! nothing.

use std::fs::{self, File, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use discreet_host::disk::{self, Readers};
use tempfile::NamedTempFile;

/// A temporary file next to its target. Removed when dropped.
pub struct Fresh {
    file: NamedTempFile,
    target: PathBuf,
    folder: PathBuf,
    force: bool,
}

impl Fresh {
    /// Creates a file for `target`, which may exist only with `force`, and as a regular file. `readers` can read it, and
    /// no other users.
    pub fn new(target: &Path, force: bool, readers: Readers) -> anyhow::Result<Self> {
        let shown = target.display();
        let Some(name) = target.file_name().filter(|_| !target.is_dir()) else {
            bail!("{shown} is a folder, or does not name a file");
        };
        disk::refuse_irregular(target)?;
        if !force && target.symlink_metadata().is_ok() {
            bail!("{shown} exists already; --force replaces it");
        }
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let file = tempfile::Builder::new()
            .prefix(&format!(".{}.", name.to_string_lossy()))
            .suffix(".part")
            .permissions(Permissions::from_mode(readers.limit(0o666, rustix::process::getegid().as_raw()))) // less the umask
            .tempfile_in(&folder)
            .with_context(|| format!("cannot write to {}", folder.display()))?;
        restrict(file.as_file(), readers).with_context(|| format!("cannot write to {}", folder.display()))?;
        Ok(Fresh { file, target: target.to_owned(), folder, force })
    }

    /// The file to write to.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Gives the file its name, once all of it is on the disk.
    pub fn finish(self) -> anyhow::Result<()> {
        let shown = self.target.display().to_string();
        self.file.as_file().sync_all().with_context(|| format!("cannot write {shown}"))?;
        disk::refuse_irregular(&self.target)?;
        let named = match self.force {
            true => self.file.persist(&self.target),
            false => self.file.persist_noclobber(&self.target),
        };
        named.map_err(|refused| refused.error).with_context(|| format!("cannot write {shown}"))?;
        // The folder has the name. Not every file system can sync a folder.
        let _unsupported = File::open(&self.folder).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

/// Makes a folder and those above it that are missing. `readers` can read it, and no other users.
pub fn make_folder(folder: &Path, readers: Readers) -> anyhow::Result<()> {
    if folder.is_dir() || folder == Path::new("") {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_folder(above, readers)?;
    }
    let made = || -> std::io::Result<()> {
        match fs::DirBuilder::new()
            .mode(readers.limit(0o777, rustix::process::getegid().as_raw()))
            .create(folder)
        {
            // Another thread may have made it.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
            Err(error) => Err(error),
            Ok(()) => restrict(&File::open(folder)?, readers),
        }
    };
    made().with_context(|| format!("cannot make {}", folder.display()))
}

/// Takes the rights of the group if the new file has another group than expected, from a folder with the setgid bit.
fn restrict(new: &File, readers: Readers) -> std::io::Result<()> {
    let found = new.metadata()?;
    let (mode, limited) = (found.mode() & 0o7777, readers.limit(found.mode() & 0o7777, found.gid()));
    if mode == limited { Ok(()) } else { new.set_permissions(Permissions::from_mode(limited)) }
}

/// Are these the same file or folder?
pub fn are_same(one: &Path, other: &Path) -> bool {
    let id = |path: &Path| fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
    id(one).is_some_and(|found| id(other) == Some(found))
}
