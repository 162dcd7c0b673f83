//! Sources of a passphrase: a terminal, a file, or a credential of systemd. Never an argument or an
//! environment variable, which other processes can read.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::IdentityError;
use super::private_file::{Secrecy, read_secret};

/// The longest passphrase, in bytes.
const MOST_BYTES: usize = 1024;
/// The shortest new passphrase, in bytes.
const LEAST_BYTES: usize = 12;

/// Source of a passphrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassphraseSource {
    /// Typed at the terminal.
    Terminal,
    /// A file that no other user can read.
    File(PathBuf),
    /// A file that systemd gives to this service alone: `LoadCredential=robot.passphrase:...`.
    Credential(PathBuf),
}

impl PassphraseSource {
    /// The file if one is named, else the credential `NAME.passphrase` for an identity `NAME.key`, else the
    /// terminal.
    pub fn choose(file: Option<&Path>, identity: &Path) -> Result<PassphraseSource, IdentityError> {
        // The variable names a folder. The secret is in the folder.
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        let terminal = std::io::stdin().is_terminal();
        Self::choose_from(file, identity, credentials.as_deref(), terminal)
    }

    fn choose_from(
        file: Option<&Path>,
        identity: &Path,
        credentials: Option<&Path>,
        terminal: bool,
    ) -> Result<PassphraseSource, IdentityError> {
        if let Some(file) = file {
            return Ok(PassphraseSource::File(file.to_owned()));
        }
        let stem = identity.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{stem}.passphrase");
        if let Some(credential) = credentials.map(|folder| folder.join(&name)).filter(|path| path.exists()) {
            return Ok(PassphraseSource::Credential(credential));
        }
        if terminal {
            return Ok(PassphraseSource::Terminal);
        }
        Err(IdentityError::NoPassphrase { identity: identity.display().to_string(), credential: name })
    }

    /// The passphrase of an existing identity.
    pub fn read(&self, identity: &Path) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
        match self {
            PassphraseSource::Terminal => ask(&format!("Passphrase of {}: ", identity.display())),
            PassphraseSource::File(path) => from_file(path, Secrecy::Own),
            PassphraseSource::Credential(path) => from_file(path, Secrecy::Credential),
        }
    }

    /// The passphrase of a new identity: at least 12 bytes, typed twice at a terminal.
    pub fn read_new(&self, identity: &Path) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
        let passphrase = match self {
            PassphraseSource::Terminal => ask(&format!("New passphrase of {}: ", identity.display()))?,
            _ => self.read(identity)?,
        };
        if passphrase.len() < LEAST_BYTES {
            return Err(IdentityError::ShortPassphrase(LEAST_BYTES));
        }
        if *self == PassphraseSource::Terminal && *ask("The same again: ")? != *passphrase {
            return Err(IdentityError::TypedDifferently);
        }
        Ok(passphrase)
    }
}

fn ask(question: &str) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
    let typed = rpassword::prompt_password(question);
    typed
        .map(|typed| Zeroizing::new(typed.into_bytes()))
        .map_err(|error| IdentityError::Io { path: "the terminal".into(), error: error.to_string() })
}

fn from_file(path: &Path, secrecy: Secrecy) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
    let mut passphrase = read_secret(path, secrecy, MOST_BYTES)?;
    // The newline that an editor or `echo` leaves.
    if passphrase.last() == Some(&b'\n') {
        passphrase.pop();
    }
    if passphrase.is_empty() {
        return Err(IdentityError::EmptyPassphrase { path: path.display().to_string() });
    }
    Ok(passphrase)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    use super::*;

    #[test]
    fn without_a_place_for_the_passphrase_it_says_which_there_are() {
        let identity = Path::new("/etc/discreet/robot.key");
        let choose = |file, credentials, terminal| {
            PassphraseSource::choose_from(file, identity, credentials, terminal)
        };
        let file = Path::new("p");
        assert_eq!(choose(Some(file), None, true), Ok(PassphraseSource::File("p".into())));
        assert_eq!(choose(None, None, true), Ok(PassphraseSource::Terminal));
        assert_eq!(choose(None, Some(Path::new("/nowhere")), true), Ok(PassphraseSource::Terminal));
        let refused = choose(None, None, false).unwrap_err().to_string();
        assert!(refused.contains("--passphrase-file") && refused.contains("robot.passphrase"), "{refused}");
    }
    #[test]
    fn a_new_passphrase_in_a_file_is_asked_for_once_and_has_twelve_bytes() {
        let path = std::env::temp_dir().join(format!("discreet-new-passphrase-{}", std::process::id()));
        let _of_an_earlier_run = fs::remove_file(&path);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).unwrap();
        let read = || PassphraseSource::File(path.clone()).read_new(Path::new("robot.key"));
        file.write_all(b"eleven byte").unwrap();
        assert_eq!(read().unwrap_err(), IdentityError::ShortPassphrase(LEAST_BYTES));
        file.write_all(b"s\n").unwrap();
        assert_eq!(read().unwrap().as_slice(), b"eleven bytes");
        fs::remove_file(&path).unwrap();
    }
}
