//! The key that pseudonyms are made with: who has it can tell whose they are.
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

/// The first line of its file.
const FIRST: &str = "discreet pseudonym key 1";
/// Far more than it has.
const MOST: u64 = 1024;

/// The key of pseudonyms and of format-preserving encryption. Not shown, not copied, wiped when dropped.
pub struct PseudonymKey(Secret<32>);

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: String,
        /// The system's words.
        error: io::Error,
    },
    /// Somebody else may change it.
    #[error("{0}")]
    Untrusted(Untrusted),
    /// Others than its owner may read it.
    #[error("{0}: others may read it; `chmod 600` it, and think about whether they did")]
    Exposed(String),
    /// It is something else.
    #[error("{0}: not a pseudonym key; make one with `discreet pseudonym-key FILE`")]
    NotAKey(String),
    /// No randomness for a new one.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl PseudonymKey {
    /// A new one, in a file that only its owner may read and that was not there before.
    pub fn create(path: &Path) -> Result<PseudonymKey, KeyFileError> {
        let key = PseudonymKey(Secret::random()?);
        let io = |error| KeyFileError::Io { path: path.display().to_string(), error };
        let mut file =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(io)?;
        let encoded = Zeroizing::new(STANDARD.encode(key.0.expose()));
        let text = Zeroizing::new(format!("{FIRST}\nkey: {}\n", encoded.as_str()));
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
        Ok(key)
    }

    /// Reads one. Its file must be its owner's alone.
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
        // As long as it will get: a string that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(MOST as usize));
        let read = file.take(MOST).read_to_string(&mut text);
        read.map_err(|_| KeyFileError::NotAKey(name()))?;
        secret(&text).map(PseudonymKey).ok_or_else(|| KeyFileError::NotAKey(name()))
    }

    /// The bytes, to derive keys from.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

fn secret(text: &str) -> Option<Secret<32>> {
    let encoded = text.strip_prefix(FIRST)?.trim_start().strip_prefix("key: ")?.trim_end();
    // The decoder wants room for a whole last group.
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
    fn a_key_is_its_owners_alone_and_is_never_written_over() {
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
