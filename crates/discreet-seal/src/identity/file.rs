//! The files of an identity: the private one, and the public one next to it.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::passphrase::PassphraseSource;
use super::private_file::{Secrecy, make_folder, read_secret, write_new};
use super::public::MOST_BYTES as MOST_PUBLIC;
use super::{Identity, IdentityError, PublicIdentity, age, private};
use discreet_host::disk;
use discreet_host::files::{Files, SystemFiles};

impl Identity {
    /// Opens a private file. Only this user may have access to it.
    pub fn open(path: &Path, passphrase: &PassphraseSource) -> Result<Identity, IdentityError> {
        let shown = || path.display().to_string();
        let sealed = read_secret(path, Secrecy::Own, age::MOST_BYTES)?;
        let passphrase = passphrase.read(path)?;
        let plain =
            age::open(&sealed, &passphrase).map_err(|why| IdentityError::NotOpened { path: shown(), why })?;
        private::read(&plain).ok_or_else(|| IdentityError::NoIdentity { path: shown() })
    }

    /// Writes the private file, and the public one next to it. Neither may exist.
    pub fn create(&self, path: &Path, passphrase: &[u8], work: u8) -> Result<PathBuf, IdentityError> {
        let public = public_path(path);
        if let Some(there) = [path, &public].into_iter().find(|path| path.symlink_metadata().is_ok()) {
            if !there.is_file() {
                return Err(IdentityError::NotAFile { path: there.display().to_string() });
            }
            return Err(IdentityError::Exists { path: there.display().to_string() });
        }
        make_folder(path)?;
        let sealed = age::seal(private::write(self).as_bytes(), passphrase, work)?;
        write_new(path, &sealed, 0o600)?;
        write_new(&public, self.public_file().as_bytes(), 0o644)?;
        Ok(public)
    }

    /// Replaces the identity in `path`. Its old files get names that end in `mark`; their paths are returned.
    pub fn replace(
        &self,
        path: &Path,
        passphrase: &[u8],
        work: u8,
        mark: &str,
    ) -> Result<Vec<PathBuf>, IdentityError> {
        let public = public_path(path);
        let sealed = age::seal(private::write(self).as_bytes(), passphrase, work)?;
        let mut aside = Vec::new();
        for (path, bytes, mode) in
            [(path, sealed.as_slice(), 0o600), (public.as_path(), self.public_file().as_bytes(), 0o644)]
        {
            let old = ending(path, mark);
            disk::refuse_special(path).map_err(|error| IdentityError::io(path, &error))?;
            if path.symlink_metadata().is_ok() {
                // The second name comes first: whenever this process is killed, one of the two is at `path`.
                fs::hard_link(path, &old).map_err(|error| IdentityError::io(&old, &error))?;
                aside.push(old);
            }
            disk::put(path, bytes, mode).map_err(|error| IdentityError::io(path, &error))?;
        }
        Ok(aside)
    }
}

impl PublicIdentity {
    /// Reads a public file that no other user can change: its keys decide who gets access.
    pub fn open(path: &Path) -> Result<PublicIdentity, IdentityError> {
        PublicIdentity::open_on(&SystemFiles, path)
    }

    /// The same on other files than the operating system's.
    pub fn open_on(files: &dyn Files, path: &Path) -> Result<PublicIdentity, IdentityError> {
        PublicIdentity::from_bytes(&files.read_trusted(path, MOST_PUBLIC as u64 + 1)?, path)
    }

    /// Reads a public file that decides nothing, so anybody may be able to change it.
    pub fn look_at(path: &Path) -> Result<PublicIdentity, IdentityError> {
        let metadata = fs::metadata(path).map_err(|error| IdentityError::io(path, &error))?;
        if !metadata.is_file() {
            return Err(IdentityError::NotAFile { path: path.display().to_string() });
        }
        PublicIdentity::read_from(File::open(path).map_err(|error| IdentityError::io(path, &error))?, path)
    }

    fn read_from(file: File, path: &Path) -> Result<PublicIdentity, IdentityError> {
        let mut bytes = Vec::new();
        let most = MOST_PUBLIC as u64 + 1;
        file.take(most).read_to_end(&mut bytes).map_err(|error| IdentityError::io(path, &error))?;
        PublicIdentity::from_bytes(&bytes, path)
    }

    fn from_bytes(bytes: &[u8], path: &Path) -> Result<PublicIdentity, IdentityError> {
        let text = String::from_utf8_lossy(bytes);
        let shown = path.display().to_string();
        PublicIdentity::read(&text).map_err(|why| IdentityError::NotPublic { path: shown, why })
    }
}

/// The path of the public half: `robot.pub` for `robot.key`.
pub fn public_path(private: &Path) -> PathBuf {
    private.with_extension("pub")
}

fn ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("discreet-identity-{name}-{}", std::process::id()));
            let _none = fs::remove_dir_all(&path);
            fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
            Folder(path)
        }
        fn secret(&self, name: &str, bytes: &[u8]) -> PathBuf {
            let path = self.0.join(name);
            write_new(&path, bytes, 0o600).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _gone = fs::remove_dir_all(&self.0);
        }
    }

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn an_identity_comes_back_from_its_files() {
        let folder = Folder::new("back");
        let (path, identity) = (folder.0.join("sub/robot.key"), Identity::generate("robot").unwrap());
        let public = identity.create(&path, b"correct horse battery", 1).unwrap();
        let source = PassphraseSource::File(folder.secret("p", b"correct horse battery\n"));
        let again = Identity::open(&path, &source).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(again.public(), identity.public());
        assert_eq!(&PublicIdentity::open(&public).unwrap(), identity.public());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777, 0o700);
        let twice = identity.create(&path, b"correct horse battery", 1);
        assert!(matches!(twice, Err(IdentityError::Exists { .. })));
    }

    #[test]
    fn what_others_can_get_at_is_refused_and_the_error_says_what_to_do() {
        let folder = Folder::new("refused");
        let path = folder.secret("robot.key", b"x");
        let source = PassphraseSource::File(folder.secret("p", b"correct horse battery"));
        let refused = |path: &Path| Identity::open(path, &source).map(|_| ()).unwrap_err();
        for mode in [0o640, 0o604, 0o660, 0o644, 0o601] {
            chmod(&path, mode);
            let error = refused(&path).to_string();
            assert!(error.contains("chmod 600") && error.contains("rotate"), "{error}");
        }
        chmod(&path, 0o400);
        assert!(matches!(refused(&path), IdentityError::NotOpened { .. }), "read, but no age file");
        std::os::unix::fs::symlink(&path, folder.0.join("link")).unwrap();
        assert!(matches!(refused(&folder.0.join("link")), IdentityError::Link { .. }));
        assert!(matches!(refused(&folder.0), IdentityError::NotAFile { .. }));
        assert!(matches!(refused(&folder.0.join("none")), IdentityError::Missing { .. }));
        chmod(&folder.0, 0o777);
        assert!(matches!(refused(&path), IdentityError::Folder { .. }));
        chmod(&folder.0, 0o1777);
        assert!(matches!(refused(&path), IdentityError::NotOpened { .. }));
        assert!(matches!(refused(&folder.secret("large", &[0; 5000])), IdentityError::Large { .. }));
    }

    #[test]
    fn the_file_with_the_passphrase_is_held_to_the_same() {
        let folder = Folder::new("passphrase");
        let path = folder.0.join("robot.key");
        Identity::generate("robot").unwrap().create(&path, b"correct horse battery", 1).unwrap();
        let file = folder.secret("p", b"correct horse battery");
        let open = |source: PassphraseSource| Identity::open(&path, &source).map(|_| ());
        assert_eq!(open(PassphraseSource::File(file.clone())), Ok(()));
        chmod(&file, 0o440);
        assert!(matches!(open(PassphraseSource::File(file.clone())), Err(IdentityError::Mode { .. })));
        assert_eq!(
            open(PassphraseSource::Credential(file.clone())),
            Ok(()),
            "as systemd's access lists look"
        );
        chmod(&file, 0o444);
        assert!(matches!(open(PassphraseSource::Credential(file)), Err(IdentityError::Mode { .. })));
        let empty = folder.secret("empty", b"\n");
        assert!(matches!(open(PassphraseSource::File(empty)), Err(IdentityError::EmptyPassphrase { .. })));
        let wrong = folder.secret("wrong", b"wrong wrong wrong");
        assert!(matches!(open(PassphraseSource::File(wrong)), Err(IdentityError::NotOpened { .. })));
    }

    #[test]
    fn rotating_keeps_the_old_files_aside() {
        let folder = Folder::new("rotate");
        let path = folder.0.join("robot.key");
        let (old, new) = (Identity::generate("robot").unwrap(), Identity::generate("robot").unwrap());
        old.create(&path, b"correct horse battery", 1).unwrap();
        let aside = new.replace(&path, b"correct horse battery", 1, "old-1").unwrap();
        assert_eq!(aside, [folder.0.join("robot.key.old-1"), folder.0.join("robot.pub.old-1")]);
        let source = PassphraseSource::File(folder.secret("p", b"correct horse battery"));
        let open = |path: &Path| Identity::open(path, &source).map(|found| found.public().clone());
        assert_eq!(open(&path).as_ref(), Ok(new.public()));
        assert_eq!(open(&aside[0]).as_ref(), Ok(old.public()));
        assert_eq!(PublicIdentity::open(&folder.0.join("robot.pub")).as_ref(), Ok(new.public()));
    }
}
