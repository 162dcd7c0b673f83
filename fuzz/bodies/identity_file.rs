//! Any bytes as identity files, public and private: an accepted file is written again unchanged.

use discreet_seal::identity::{PublicIdentity, age, private};

/// Of the seeds: the passphrase that opens them.
pub const PASSPHRASE: &[u8] = b"correct horse battery";

pub fn run(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(public) = PublicIdentity::read(text)
    {
        assert!(public.name.len() <= 64 && !public.name.chars().any(char::is_control));
        assert_eq!(public.fingerprint().len(), 39);
    }
    if let Some(identity) = private::read(data) {
        assert_eq!(private::write(&identity).trim_end().as_bytes(), data.trim_ascii_end());
    }
    // A millisecond and a megabyte: a file that asks for more is refused.
    if let Ok(plain) = age::open_within(data, PASSPHRASE, 3) {
        assert!(plain.len() < data.len());
    }
}
