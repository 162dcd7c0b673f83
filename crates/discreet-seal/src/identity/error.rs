//! Reasons for which an identity cannot be used, each with its remedy.

use std::path::Path;

use super::age::NotOpened;
use super::public::NotPublic;
use discreet_host::disk::Untrusted;
use discreet_host::secret::NoRandomness;

/// Why an identity cannot be used. Each message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The file does not exist.
    #[error("{path} does not exist; `discreet identity new` makes one")]
    Missing {
        /// The file.
        path: String,
    },
    /// The system reports an error.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: String,
        /// The system's message.
        error: String,
    },
    /// It is a symbolic link.
    #[error("{path} is a symbolic link; name the file itself, so that nobody can redirect it")]
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
    /// Other users may read or change it.
    #[error(
        "{path} has mode {mode:04o}, so other users can read or change it; `chmod 600 {path}`, and if it was so for long: {after}"
    )]
    Mode {
        /// The file.
        path: String,
        /// Its mode.
        mode: u32,
        /// What to do in addition.
        after: &'static str,
    },
    /// It belongs to another user.
    #[error(
        "{path} belongs to user {owner}, and this runs as user {own}; `chown {own} {path}`, or run it as that user"
    )]
    Owner {
        /// The file.
        path: String,
        /// Its owner.
        owner: u32,
        /// The user of this process.
        own: u32,
    },
    /// Other users may replace files in the folder.
    #[error("other users may write to the folder {path}, and so replace its files; `chmod go-w {path}`")]
    Folder {
        /// The folder.
        path: String,
    },
    /// Another user may change it.
    #[error("{0}")]
    Untrusted(Untrusted),
    /// It is larger than such a file can be.
    #[error("{path} is larger than {most} bytes")]
    Large {
        /// The file.
        path: String,
        /// The limit, in bytes.
        most: usize,
    },
    /// It cannot be opened with the passphrase.
    #[error("{path} cannot be opened: {why}")]
    NotOpened {
        /// The file.
        path: String,
        /// The reason.
        why: NotOpened,
    },
    /// It opens, but its content is not an identity.
    #[error("{path} opens, but does not contain an identity")]
    NoIdentity {
        /// The file.
        path: String,
    },
    /// It is not a public identity.
    #[error("{path}: {why}")]
    NotPublic {
        /// The file.
        path: String,
        /// The reason.
        why: NotPublic,
    },
    /// The file exists already.
    #[error("{path} exists already; `discreet identity rotate` makes new keys for it")]
    Exists {
        /// The file.
        path: String,
    },
    /// There is no source for the passphrase.
    #[error(
        "no terminal to type the passphrase of {identity}: give a file with it (--passphrase-file, mode 0600), or with \
         systemd a credential named {credential} (LoadCredential=); never an argument or an environment variable, \
         which others can read"
    )]
    NoPassphrase {
        /// The identity.
        identity: String,
        /// The name that the credential must have.
        credential: String,
    },
    /// The file is empty.
    #[error("{path} does not contain a passphrase")]
    EmptyPassphrase {
        /// The file.
        path: String,
    },
    /// The passphrase is too short.
    #[error("a passphrase needs at least {0} characters, for example four or five words picked by dice")]
    ShortPassphrase(usize),
    /// The two entries differ.
    #[error("the two passphrases differ")]
    TypedDifferently,
    /// The system gave no random bytes.
    #[error("{0}")]
    Randomness(#[from] NoRandomness),
}

impl IdentityError {
    /// Reports an error of the system about this file.
    pub(super) fn io(path: &Path, error: &std::io::Error) -> IdentityError {
        let path = path.display().to_string();
        match error.kind() {
            std::io::ErrorKind::NotFound => IdentityError::Missing { path },
            _ => IdentityError::Io { path, error: error.to_string() },
        }
    }
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
