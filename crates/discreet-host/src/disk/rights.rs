//! Rights to change a file, by the rule of OpenSSH's StrictModes.
//!
//! A file decides something (a policy, an identity, parameters) only if root and this user alone can change it: it
//! and each folder above it belong to one of the two, and neither group nor others may write to any of them. The group
//! may if it has no other user ([`private_group`](super::private_group)). A folder that has the sticky bit, as /tmp has,
//! may be above: there a user can remove only files of their own. Links are followed, and the folders on their way are
//! checked in the same way.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use rustix::fs::OFlags;

use super::private_group::{Accounts, has_no_access_list};

/// Links on the way to a file; Linux follows as many.
const MOST_LINKS: usize = 40;

/// Reason for which a file is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// It does not exist.
    #[error("{path} is not there")]
    Missing {
        /// The file, or a folder above it.
        path: String,
    },
    /// An error of the system.
    #[error("{path}: {error}")]
    Io {
        /// The file, or a folder above it.
        path: String,
        /// The system's message.
        error: String,
    },
    /// A folder, a pipe, a device.
    #[error("{path} is not a regular file")]
    NotAFile {
        /// The path.
        path: String,
    },
    /// Others may change it.
    #[error(
        "others may write to {path} (mode {mode:04o}), and so change or replace {file}; `chmod go-w {path}`, and see that \
         {file} says what it should"
    )]
    Writable {
        /// The file, or a folder above it.
        path: String,
        /// Its mode.
        mode: u32,
        /// The file that is wanted.
        file: String,
    },
    /// It belongs to another user.
    #[error(
        "{path} belongs to user {owner}, who may so change or replace {file}, and this runs as user {own}; `chown root \
         {path}`, or `chown {own} {path}`"
    )]
    Owner {
        /// The file, or a folder above it.
        path: String,
        /// Its owner.
        owner: u32,
        /// The user of this process.
        own: u32,
        /// The file that is wanted.
        file: String,
    },
    /// Links that end nowhere.
    #[error("{path}: too many links")]
    Links {
        /// The file.
        path: String,
    },
}

/// Opens a regular file that no other user can change, for reading.
pub fn open(path: &Path) -> Result<File, Untrusted> {
    let way = Way { file: path, own: rustix::process::geteuid().as_raw() };
    let real = way.walk()?;
    let mut options = OpenOptions::new();
    // A pipe must not block the open; a link that was put there since the walk is refused.
    options.read(true).custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
    let file = options.open(&real).map_err(|error| io(&real, &error))?;
    let found = file.metadata().map_err(|error| io(&real, &error))?;
    if !found.is_file() {
        return Err(Untrusted::NotAFile { path: shown(path) });
    }
    way.judge(&real, &found)?;
    Ok(file)
}

/// The result of [`open`], without the file.
pub fn check(path: &Path) -> Result<(), Untrusted> {
    open(path).map(drop)
}

/// Checks that no other user can change or replace this user's files in a folder.
pub fn check_folder(path: &Path) -> Result<(), Untrusted> {
    let path = if path == Path::new("") { Path::new(".") } else { path };
    Way { file: path, own: rustix::process::geteuid().as_raw() }.walk().map(drop)
}

struct Way<'a> {
    file: &'a Path,
    own: u32,
}

impl Way<'_> {
    /// Checks all folders on the way, and follows links. Returns the path without links.
    fn walk(&self) -> Result<PathBuf, Untrusted> {
        let absolute = std::path::absolute(self.file).map_err(|error| io(self.file, &error))?;
        let mut at = PathBuf::from("/");
        let mut left = parts(&absolute);
        let mut links = 0;
        self.judge(&at, &fs::metadata(&at).map_err(|error| io(&at, &error))?)?;
        while let Some(part) = left.pop() {
            if part == ".." {
                at.pop(); // without links, so that this is the folder above
                continue;
            }
            let next = at.join(&part);
            let found = fs::symlink_metadata(&next).map_err(|error| io(&next, &error))?;
            if found.is_symlink() {
                links += 1;
                if links > MOST_LINKS {
                    return Err(Untrusted::Links { path: shown(self.file) });
                }
                self.judge_owner(&next, &found)?;
                let target = fs::read_link(&next).map_err(|error| io(&next, &error))?;
                if target.is_absolute() {
                    at = PathBuf::from("/");
                }
                left.extend(parts(&target));
                continue;
            }
            at = next;
            if found.is_dir() {
                self.judge(&at, &found)?;
            }
        }
        Ok(at)
    }

    fn judge(&self, path: &Path, found: &Metadata) -> Result<(), Untrusted> {
        self.judge_owner(path, found)?;
        let mode = found.mode() & 0o7777;
        let sticky = found.is_dir() && mode & 0o1000 != 0;
        let writable = match mode & 0o022 {
            0 => false,
            0o020 => !(Accounts::system().is_private(found.gid(), self.own) && has_no_access_list(path)),
            _ => true,
        };
        if writable && !sticky {
            return Err(Untrusted::Writable { path: shown(path), mode, file: shown(self.file) });
        }
        Ok(())
    }

    fn judge_owner(&self, path: &Path, found: &Metadata) -> Result<(), Untrusted> {
        let owner = found.uid();
        if owner != 0 && owner != self.own {
            return Err(Untrusted::Owner { path: shown(path), owner, own: self.own, file: shown(self.file) });
        }
        Ok(())
    }
}

/// The names in a path, the last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let names = path.components().rev().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    });
    names.collect()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn io(path: &Path, error: &io::Error) -> Untrusted {
    match error.kind() {
        ErrorKind::NotFound => Untrusted::Missing { path: shown(path) },
        _ => Untrusted::Io { path: shown(path), error: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    fn scene(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("discreet-rights-{name}-{}", std::process::id()));
        let _none = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("a/b")).unwrap();
        fs::write(folder.join("a/b/file"), "x").unwrap();
        folder
    }

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    /// Gives it to a group that is nobody's own. Only root can.
    fn share(folder: &Path) -> bool {
        ["", "a", "a/b", "a/b/file"].iter().all(|path| chown(folder.join(path), None, Some(4711)).is_ok())
    }

    #[test]
    fn what_only_a_users_own_group_may_write_is_used() {
        let folder = scene("private");
        let file = folder.join("a/b/file");
        let found = fs::metadata(&file).unwrap();
        if !Accounts::system().is_private(found.gid(), found.uid()) {
            return;
        }
        chmod(&file, 0o664);
        chmod(&folder.join("a"), 0o775);
        assert_eq!(check(&file), Ok(()));
        chmod(&file, 0o666);
        assert!(matches!(check(&file), Err(Untrusted::Writable { .. })));
        chmod(&file, 0o664);
        if chown(&file, None, Some(4711)).is_ok() {
            assert!(matches!(check(&file), Err(Untrusted::Writable { .. })));
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_others_may_write_decides_nothing_wherever_on_the_way_it_is() {
        let folder = scene("modes");
        let file = folder.join("a/b/file");
        assert_eq!(check(&file), Ok(()));
        let shared = share(&folder);
        for (place, mode, back) in [
            ("a/b/file", 0o666, 0o644),
            ("a/b/file", 0o664, 0o644),
            ("a/b/file", 0o646, 0o644),
            ("a/b", 0o777, 0o755),
            ("a/b", 0o775, 0o755),
            ("a", 0o757, 0o755),
            ("", 0o777, 0o755),
        ] {
            if mode & 0o002 == 0 && !shared {
                continue;
            }
            chmod(&folder.join(place), mode);
            let refused = check(&file).unwrap_err().to_string();
            assert!(refused.contains("chmod go-w") && refused.contains("file"), "{place} {refused}");
            chmod(&folder.join(place), back);
            assert_eq!(check(&file), Ok(()));
        }
        chmod(&folder.join("a"), 0o1777);
        assert_eq!(check(&file), Ok(()), "as /tmp is");
        assert!(matches!(check(&folder), Err(Untrusted::NotAFile { .. })));
        assert!(matches!(check(&folder.join("none/file")), Err(Untrusted::Missing { .. })));
        assert!(matches!(
            check(Path::new("/dev/zero")),
            Err(Untrusted::NotAFile { .. } | Untrusted::Writable { .. })
        ));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn links_are_followed_and_their_way_is_judged_too() {
        let folder = scene("links");
        fs::create_dir(folder.join("c")).unwrap();
        symlink("../a/b/file", folder.join("c/link")).unwrap();
        symlink(folder.join("c/link"), folder.join("second")).unwrap();
        let link = folder.join("second");
        assert_eq!(check(&link), Ok(()));
        for on_the_way in ["c", "a/b", "a"] {
            chmod(&folder.join(on_the_way), 0o777);
            assert!(matches!(check(&link), Err(Untrusted::Writable { .. })), "{on_the_way}");
            chmod(&folder.join(on_the_way), 0o755);
        }
        symlink("loop", folder.join("loop")).unwrap();
        assert!(matches!(check(&folder.join("loop")), Err(Untrusted::Links { .. })));
        fs::remove_dir_all(folder).unwrap();
    }

    /// Only root can give files away.
    #[test]
    fn what_belongs_to_another_user_decides_nothing() {
        let folder = scene("owner");
        let file = folder.join("a/b/file");
        if chown(&file, Some(4711), None).is_err() {
            return;
        }
        assert!(matches!(check(&file), Err(Untrusted::Owner { owner: 4711, .. })));
        chown(&file, Some(0), None).unwrap();
        chown(folder.join("a"), Some(4711), None).unwrap();
        let refused = check(&file).unwrap_err().to_string();
        assert!(refused.contains("belongs to user 4711") && refused.contains("chown"), "{refused}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_pipe_keeps_nobody_waiting() {
        let folder = scene("pipe");
        let pipe = folder.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        if made.is_ok_and(|status| status.success()) {
            assert!(matches!(check(&pipe), Err(Untrusted::NotAFile { .. })));
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
