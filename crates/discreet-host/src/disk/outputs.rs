//! Output files that a user names: which of them may be replaced, and who may read them.

use std::fs::{self, FileType, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use super::private_group::has_no_access_list;

/// Rights of the group, and of all other users.
const GROUP: u32 = 0o070;
const OTHERS: u32 = 0o007;

/// An error if `path` is something else than a regular file, or a link to something else: a rename would put a file in
/// the place of a device, a pipe or a socket, and their users would lose it. A path where nothing is, is fine.
pub fn refuse_special(path: &Path) -> io::Result<()> {
    // A link that leads nowhere is replaced like a file.
    let Ok(found) = path.metadata() else { return Ok(()) };
    match special(found.file_type()) {
        Some(what) => {
            let shown = path.display();
            Err(io::Error::other(format!("{shown} is {what}; only regular files are replaced")))
        }
        None => Ok(()),
    }
}

/// The same, and links are refused too: the file that they lead to would stay as it is, and `/dev/stdout` would become
/// a file.
pub fn refuse_irregular(path: &Path) -> io::Result<()> {
    refuse_special(path)?;
    match path.symlink_metadata() {
        Ok(found) if found.is_symlink() => {
            let shown = path.display();
            Err(io::Error::other(format!("{shown} is a link; only regular files are replaced")))
        }
        _ => Ok(()),
    }
}

/// The name of anything that is not a regular file.
fn special(kind: FileType) -> Option<&'static str> {
    match kind {
        kind if kind.is_file() => None,
        kind if kind.is_dir() => Some("a folder"),
        kind if kind.is_fifo() => Some("a named pipe"),
        kind if kind.is_socket() => Some("a socket"),
        kind if kind.is_char_device() || kind.is_block_device() => Some("a device"),
        _ => Some("not a regular file"),
    }
}

/// The users, beside its owner, who can read a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readers {
    /// The group that can read it.
    group: Option<u32>,
    /// Everyone else can read it.
    others: bool,
}

impl Readers {
    /// The readers of `path`: users whom a folder above it keeps out are none.
    pub fn of(path: &Path) -> io::Result<Readers> {
        let path = path.canonicalize()?;
        let found = fs::metadata(&path)?;
        let mut readers = Readers::by_rights(&path, &found, 0o4);
        for folder in path.ancestors().skip(1) {
            readers = readers.and(Readers::by_rights(folder, &fs::metadata(folder)?, 0o1));
        }
        if found.is_dir() {
            readers = readers.and(Readers::by_rights(&path, &found, 0o1));
        }
        Ok(readers)
    }

    /// Those who have this right.
    fn by_rights(path: &Path, found: &Metadata, right: u32) -> Readers {
        let mode = found.mode();
        let (group, others) = (mode & (right << 3) != 0, mode & right != 0);
        // An access list hides the rights of the group behind its mask, and may take rights from single users.
        if !has_no_access_list(path) {
            return Readers { group: None, others: false };
        }
        Readers { group: group.then(|| found.gid()), others: others && group }
    }

    /// Those who are among both.
    pub fn and(self, other: Readers) -> Readers {
        let group = match (self.group, other.group) {
            (Some(one), Some(other_group)) if one == other_group || other.others => Some(one),
            (Some(_), Some(other_group)) if self.others => Some(other_group),
            _ => None,
        };
        Readers { group, others: self.others && other.others }
    }

    /// The part of `mode` that gives no one else access to a file of this group.
    pub fn limit(self, mode: u32, group: u32) -> u32 {
        let group_may = self.others || self.group == Some(group);
        let denied = if group_may { 0 } else { GROUP } | if self.others { 0 } else { OTHERS };
        mode & !denied
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    fn scratch(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("discreet-outputs-{name}-{}", std::process::id()));
        let _none = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        folder
    }

    #[test]
    fn only_regular_files_are_replaced_and_the_error_says_what_is_there() {
        let folder = scratch("kinds");
        fs::write(folder.join("file"), "x").unwrap();
        symlink("file", folder.join("link")).unwrap();
        symlink("/dev/full", folder.join("to_device")).unwrap();
        let _socket = UnixListener::bind(folder.join("socket")).unwrap();
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, folder.join("pipe"), rustix::fs::FileType::Fifo, mode, 0)
            .unwrap();
        for (path, special, irregular) in [
            ("file", None, None),
            ("none", None, None),
            ("link", None, Some("a link")),
            ("pipe", Some("a named pipe"), Some("a named pipe")),
            ("socket", Some("a socket"), Some("a socket")),
            ("", Some("a folder"), Some("a folder")),
            ("to_device", Some("a device"), Some("a device")),
            ("/dev/full", Some("a device"), Some("a device")),
        ] {
            let outcomes = [refuse_special(&folder.join(path)), refuse_irregular(&folder.join(path))];
            for (outcome, wanted) in outcomes.into_iter().zip([special, irregular]) {
                let said = outcome.err().map(|error| error.to_string());
                assert_eq!(said.is_some(), wanted.is_some(), "{path}: {said:?}");
                assert!(said.unwrap_or_default().contains(wanted.unwrap_or_default()), "{path}");
            }
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn readers_are_those_who_get_through_all_folders() {
        let folder = scratch("readers");
        let file = folder.join("file");
        fs::write(&file, "x").unwrap();
        let group = fs::metadata(&file).unwrap().gid();
        for (of_folder, of_file, same_group, other_group) in [
            (0o755, 0o644, 0o666, 0o666),
            (0o755, 0o600, 0o600, 0o600),
            (0o755, 0o640, 0o660, 0o600),
            (0o750, 0o644, 0o660, 0o600),
            (0o700, 0o644, 0o600, 0o600),
            (0o755, 0o604, 0o600, 0o600),
        ] {
            fs::set_permissions(&folder, Permissions::from_mode(of_folder)).unwrap();
            fs::set_permissions(&file, Permissions::from_mode(of_file)).unwrap();
            let readers = Readers::of(&file).unwrap();
            let limited = [group, group + 1].map(|group| readers.limit(0o666, group));
            assert_eq!(limited, [same_group, other_group], "{of_folder:o} {of_file:o}");
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn readers_of_both_are_no_more_than_of_each() {
        let (all, ours, theirs) = (
            Readers { group: Some(1), others: true },
            Readers { group: Some(1), others: false },
            Readers { group: Some(2), others: false },
        );
        assert_eq!(all.and(ours), ours);
        assert_eq!(all.and(theirs), theirs);
        assert_eq!(theirs.and(all), theirs);
        assert_eq!(ours.and(theirs), Readers { group: None, others: false });
    }
}
