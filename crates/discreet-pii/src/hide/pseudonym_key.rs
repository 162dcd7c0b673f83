//! The key of pseudonyms, and its file. Its holder can link pseudonyms to persons.
//!
//! ```text
//! discreet pseudonym key 1
//! key: <base64 of 32 random bytes>
//! ```

use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use discreet_host::disk::{self, Untrusted};
use discreet_host::secret::{NoRandomness, Secret};

/// The first line of the file.
const FIRST: &str = "discreet pseudonym key 1";
/// The most bytes that are read of the file, far more than it has.
const MOST: u64 = 1024;

/// The key of pseudonyms and of format-preserving encryption: 32 bytes. It has no `Clone`, does not show in `Debug`,
/// and is wiped on drop.
pub struct PseudonymKey(Secret<32>);

/// A key file that cannot be used or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: String,
        /// The error of the system.
        error: io::Error,
    },
    /// Other users may change the file.
    #[error("{0}")]
    Untrusted(Untrusted),
    /// Other users than the owner may read the file.
    #[error(
        "{0}: other users may read it; run `chmod 600` on it, and replace the key if one of them may have read it"
    )]
    Exposed(String),
    /// The file does not hold a key.
    #[error("{0}: not a pseudonym key; make one with `discreet pseudonym-key FILE`")]
    NotAKey(String),
    /// The system gives no randomness for a new key.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl PseudonymKey {
    /// Creates a key in a new file that only its owner may read. An error if the file exists.
    pub fn create(path: &Path) -> Result<PseudonymKey, KeyFileError> {
        let io = |error| KeyFileError::Io { path: path.display().to_string(), error };
        disk::refuse_special(path).map_err(io)?;
        let key = PseudonymKey(Secret::random()?);
        let mut file =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(io)?;
        let encoded = Zeroizing::new(STANDARD.encode(key.0.expose()));
        let text = Zeroizing::new(format!("{FIRST}\nkey: {}\n", encoded.as_str()));
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
        Ok(key)
    }

    /// Reads a key. Its file must be readable and writable by its owner alone.
    pub fn read(path: &Path) -> Result<PseudonymKey, KeyFileError> {
        let name = || path.display().to_string();
        let io = |error| KeyFileError::Io { path: name(), error };
        let file = disk::open(path).map_err(|refused| match refused {
            Untrusted::Missing { .. } => io(io::ErrorKind::NotFound.into()),
            Untrusted::Io { error, .. } => io(io::Error::other(error)),
            refused => KeyFileError::Untrusted(refused),
        })?;
        let metadata = file.metadata().map_err(io)?;
        if metadata.mode() & 0o077 != 0 {
            return Err(KeyFileError::Exposed(name()));
        }
        // The full capacity from the start: a string that grows leaves copies in memory.
        let mut text = Zeroizing::new(String::with_capacity(MOST as usize));
        let read = file.take(MOST).read_to_string(&mut text);
        read.map_err(|_| KeyFileError::NotAKey(name()))?;
        secret(&text).map(PseudonymKey).ok_or_else(|| KeyFileError::NotAKey(name()))
    }

    /// The bytes, for the derivation of keys.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

/// The key in the text of a file.
fn secret(text: &str) -> Option<Secret<32>> {
    let encoded = text.strip_prefix(FIRST)?.trim_start().strip_prefix("key: ")?.trim_end();
    // The decoder needs room for a whole last group.
    let mut decoded = Zeroizing::new([0; 33]);
    let length = STANDARD.decode_slice(encoded, decoded.as_mut_slice()).ok()?;
    Secret::fill(|bytes| {
        bytes.copy_from_slice(decoded.get(..length).filter(|_| length == 32).ok_or(())?);
        Ok::<(), ()>(())
    })
    .ok()
}

impl std::fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PseudonymKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_private_to_its_owner_and_never_overwritten() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("discreet-pseudonyms-{}", std::process::id()));
        let _none_before = std::fs::remove_file(&path);
        let made = PseudonymKey::create(&path).unwrap();
        assert_eq!(PseudonymKey::read(&path).unwrap().expose(), made.expose());
        assert!(matches!(PseudonymKey::create(&path), Err(KeyFileError::Io { .. })));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(PseudonymKey::read(&path), Err(KeyFileError::Exposed(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        for text in ["", "discreet pseudonym key 1\nkey: AAAA\n", "discreet private identity 1\n"] {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(PseudonymKey::read(&path), Err(KeyFileError::NotAKey(_))), "{text}");
        }
        std::fs::remove_file(&path).unwrap();
    }
}
