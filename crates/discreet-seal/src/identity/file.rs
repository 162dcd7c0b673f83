//! Files that hold secrets: read only if nobody else can read or change them, and written so that nobody else ever could.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::age::{self, NotOpened};
use super::passphrase::PassphraseSource;
use super::public::{MOST_BYTES as MOST_PUBLIC, NotPublic};
use super::{Identity, PublicIdentity, private};
use discreet_host::disk::{self, Untrusted};
use discreet_host::secret::NoRandomness;

/// Why an identity cannot be used. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// It is not there.
    #[error("{path} is not there; `discreet identity new` makes one")]
    Missing {
        /// The file.
        path: String,
    },
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
    /// Others may read or change it.
    #[error(
        "{path} has mode {mode:04o}, so others can get at it; `chmod 600 {path}`, and if they could for long: {after}"
    )]
    Mode {
        /// The file.
        path: String,
        /// What its mode is.
        mode: u32,
        /// What else there is to do.
        after: &'static str,
    },
    /// It is somebody else's.
    #[error(
        "{path} belongs to user {owner}, and this runs as user {own}; `chown {own} {path}`, or run it as that user"
    )]
    Owner {
        /// The file.
        path: String,
        /// Whose it is.
        owner: u32,
        /// Who we are.
        own: u32,
    },
    /// Others may put another file into its place.
    #[error("others may write to the folder {path}, and so replace what is in it; `chmod go-w {path}`")]
    Folder {
        /// The folder.
        path: String,
    },
    /// Somebody else may change it.
    #[error("{0}")]
    Untrusted(Untrusted),
    /// More than such a file has.
    #[error("{path} is larger than {most} bytes")]
    Large {
        /// The file.
        path: String,
        /// The most that it may have.
        most: usize,
    },
    /// It does not open.
    #[error("{path} does not open: {why}")]
    NotOpened {
        /// The file.
        path: String,
        /// Why.
        why: NotOpened,
    },
    /// It opens, and there is something else in it.
    #[error("{path} opens, but there is no identity in it")]
    NoIdentity {
        /// The file.
        path: String,
    },
    /// It is no public identity.
    #[error("{path}: {why}")]
    NotPublic {
        /// The file.
        path: String,
        /// Why.
        why: NotPublic,
    },
    /// There is one already.
    #[error("{path} is there already; `discreet identity rotate` makes new keys for it")]
    Exists {
        /// The file.
        path: String,
    },
    /// Nobody can say the passphrase.
    #[error(
        "nobody is here to type the passphrase of {identity}: give a file with it (--passphrase-file, mode 0600), or with \
         systemd a credential named {credential} (LoadCredential=); never an argument or an environment variable, \
         which others can read"
    )]
    NoPassphrase {
        /// The identity.
        identity: String,
        /// What the credential would be called.
        credential: String,
    },
    /// There is nothing in it.
    #[error("there is no passphrase in {path}")]
    EmptyPassphrase {
        /// The file.
        path: String,
    },
    /// Too easily guessed.
    #[error("a passphrase has at least {0} characters; four or five words picked by dice are a good one")]
    ShortPassphrase(usize),
    /// Not twice the same.
    #[error("that was not the same passphrase again")]
    TypedDifferently,
    /// No randomness.
    #[error("{0}")]
    Randomness(#[from] NoRandomness),
}

/// Who may be able to read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// This user, whose it is.
    Own,
    /// This user, by the means of systemd, whose it is. An access list shows up as a group's right.
    Credential,
}

impl From<Untrusted> for IdentityError {
    fn from(refused: Untrusted) -> IdentityError {
        match refused {
            Untrusted::Missing { path } => IdentityError::Missing { path },
            Untrusted::Io { path, error } => IdentityError::Io { path, error },
            Untrusted::NotAFile { path } => IdentityError::NotAFile { path },
            refused => IdentityError::Untrusted(refused),
        }
    }
}

impl Identity {
    /// Opens a private file. It must be this user's alone.
    pub fn open(path: &Path, passphrase: &PassphraseSource) -> Result<Identity, IdentityError> {
        let shown = || path.display().to_string();
        let sealed = read_secret(path, Secrecy::Own, age::MOST_BYTES)?;
        let passphrase = passphrase.read(path)?;
        let plain =
            age::open(&sealed, &passphrase).map_err(|why| IdentityError::NotOpened { path: shown(), why })?;
        private::read(&plain).ok_or_else(|| IdentityError::NoIdentity { path: shown() })
    }

    /// Writes the private file, and beside it the public one. Neither may be there.
    pub fn create(&self, path: &Path, passphrase: &[u8], work: u8) -> Result<PathBuf, IdentityError> {
        let public = public_path(path);
        if let Some(there) = [path, &public].into_iter().find(|path| path.symlink_metadata().is_ok()) {
            return Err(IdentityError::Exists { path: there.display().to_string() });
        }
        make_folder(path)?;
        let sealed = age::seal(private::write(self).as_bytes(), passphrase, work)?;
        write_new(path, &sealed, 0o600)?;
        write_new(&public, self.public_file().as_bytes(), 0o644)?;
        Ok(public)
    }

    /// Puts this identity in the place of the one in `path`, whose files get names that end in `mark`.
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
            let (new, old) = (ending(path, "new"), ending(path, mark));
            let _none = fs::remove_file(&new);
            write_new(&new, bytes, mode)?;
            if path.symlink_metadata().is_ok() {
                // A second name first: whenever this is killed, one of the two is under the name that is used.
                fs::hard_link(path, &old).map_err(|error| io(&old, &error))?;
                aside.push(old);
            }
            fs::rename(&new, path).map_err(|error| io(path, &error))?;
        }
        Ok(aside)
    }
}

impl PublicIdentity {
    /// Reads a public file that nobody else can change: whose keys are in it is who gets what it names.
    pub fn open(path: &Path) -> Result<PublicIdentity, IdentityError> {
        PublicIdentity::read_from(disk::open(path)?, path)
    }

    /// Reads a public file that decides nothing, whoever may write to it.
    pub fn look_at(path: &Path) -> Result<PublicIdentity, IdentityError> {
        let metadata = fs::metadata(path).map_err(|error| io(path, &error))?;
        if !metadata.is_file() {
            return Err(IdentityError::NotAFile { path: path.display().to_string() });
        }
        PublicIdentity::read_from(File::open(path).map_err(|error| io(path, &error))?, path)
    }

    fn read_from(file: File, path: &Path) -> Result<PublicIdentity, IdentityError> {
        let shown = || path.display().to_string();
        let mut bytes = Vec::new();
        let most = MOST_PUBLIC as u64 + 1;
        file.take(most).read_to_end(&mut bytes).map_err(|error| io(path, &error))?;
        let text = String::from_utf8_lossy(&bytes);
        PublicIdentity::read(&text).map_err(|why| IdentityError::NotPublic { path: shown(), why })
    }
}

/// Where the public half of `robot.key` is: `robot.pub`.
pub fn public_path(private: &Path) -> PathBuf {
    private.with_extension("pub")
}

/// Reads a file that only this user can read.
pub(super) fn read_secret(
    path: &Path,
    secrecy: Secrecy,
    most: usize,
) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
    let before = fs::symlink_metadata(path).map_err(|error| io(path, &error))?;
    check(path, &before, secrecy)?;
    let mut options = OpenOptions::new();
    let file =
        options.read(true).custom_flags(disk::no_links()).open(path).map_err(|error| io(path, &error))?;
    // What was opened is what was looked at, whatever has been moved in between.
    let opened = file.metadata().map_err(|error| io(path, &error))?;
    if (opened.dev(), opened.ino()) != (before.dev(), before.ino()) {
        return Err(IdentityError::Link { path: path.display().to_string() });
    }
    check(path, &opened, secrecy)?;
    // With room for all of it from the start: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(vec![0; most + 1]);
    let mut length = 0;
    while let Some(rest) = bytes.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match (&file).read(rest).map_err(|error| io(path, &error))? {
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
        let after = "make a new passphrase, `discreet identity rotate`, and hand out the new public file";
        return Err(IdentityError::Mode { path: shown(), mode, after });
    }
    match secrecy {
        Secrecy::Own => check_folder(path),
        Secrecy::Credential => Ok(()),
    }
}

/// Nobody else may put another file into its place.
fn check_folder(path: &Path) -> Result<(), IdentityError> {
    disk::check_folder(folder_of(path)).map_err(|refused| match refused {
        Untrusted::Writable { path, .. } => IdentityError::Folder { path },
        refused => refused.into(),
    })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

fn make_folder(path: &Path) -> Result<(), IdentityError> {
    let folder = folder_of(path);
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| io(folder, &error))
}

/// Writes a file that was not there, to the disk and not only to memory.
fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), IdentityError> {
    let written = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        // Whatever the umask adds or takes away.
        file.set_permissions(Permissions::from_mode(mode))?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    written().map_err(|error| io(path, &error))?;
    // The name itself is in the folder. Not every file system can be asked to write that.
    let _unsupported = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
    Ok(())
}

fn ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

fn io(path: &Path, error: &std::io::Error) -> IdentityError {
    let path = path.display().to_string();
    match error.kind() {
        std::io::ErrorKind::NotFound => IdentityError::Missing { path },
        _ => IdentityError::Io { path, error: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
