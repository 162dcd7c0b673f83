//! The public half of an identity, and its file.
//!
//! ```text
//! discreet public identity 1
//! name: front_desk
//! receive: 3vzPjSr...=
//! sign: gk2bVh8...=
//! proof: Vd4qk...==
//! ```
//! The proof is the identity's signature of the lines above it. It shows that the two keys belong together,
//! and finds typing mistakes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};

use super::{Identity, is_name};

/// The first line of the file.
const FIRST: &str = "discreet public identity 1";
/// Prefix of the signed bytes, which no other signature has.
const PROOF: &[u8] = b"discreet 2026-11 public identity v1\n";
/// The longest file, in bytes.
pub const MOST_BYTES: usize = 2048;

/// The public half of an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicIdentity {
    /// Its name: a stakeholder's in the policy, or the robot's.
    pub name: String,
    /// X25519 public key (RFC 7748), to which messages are sealed.
    pub receive: [u8; 32],
    /// Ed25519 public key (RFC 8032), which verifies its signatures.
    pub sign: [u8; 32],
}

/// Why a file is not a public identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPublic {
    /// Another kind of file.
    #[error("it does not begin with `{FIRST}`; the public half of an identity is the file that ends in .pub")]
    AnotherFile,
    /// It is a private identity.
    #[error("this is the private half of an identity; keep it secret, and name the file that ends in .pub")]
    Private,
    /// A line is missing or malformed.
    #[error("`{0}` is missing or malformed")]
    Line(&'static str),
    /// Bytes after the end of an identity.
    #[error("it has more lines than an identity")]
    More,
    /// The signature does not match.
    #[error("its proof does not match: it was changed, or combined from two identities")]
    Proof,
}

impl PublicIdentity {
    /// Short enough to be read aloud, long enough to be unique: 128 bits as eight groups of four hexadecimal
    /// digits.
    pub fn fingerprint(&self) -> String {
        let hash = blake3::hash(self.stated().as_bytes()).to_hex();
        let mut text = String::new();
        for (at, digit) in hash.chars().take(32).enumerate() {
            if at > 0 && at % 4 == 0 {
                text.push(' ');
            }
            text.push(digit);
        }
        text
    }

    /// Reads the file.
    pub fn read(text: &str) -> Result<PublicIdentity, NotPublic> {
        if text.starts_with(super::age::FIRST) || text.starts_with(super::private::FIRST) {
            return Err(NotPublic::Private);
        }
        if text.len() > MOST_BYTES {
            return Err(NotPublic::More);
        }
        let mut lines = text.lines();
        if lines.next() != Some(FIRST) {
            return Err(NotPublic::AnotherFile);
        }
        let mut line = |key: &'static str| {
            let line = lines.next().and_then(|line| line.strip_prefix(key)?.strip_prefix(": "));
            line.ok_or(NotPublic::Line(key))
        };
        let name = line("name")?;
        let receive = bytes(line("receive")?).ok_or(NotPublic::Line("receive"))?;
        let sign = bytes(line("sign")?).ok_or(NotPublic::Line("sign"))?;
        let proof: [u8; 64] = bytes(line("proof")?).ok_or(NotPublic::Line("proof"))?;
        if !is_name(name) {
            return Err(NotPublic::Line("name"));
        }
        if lines.next().is_some() {
            return Err(NotPublic::More);
        }
        let identity = PublicIdentity { name: name.into(), receive, sign };
        let key = VerifyingKey::from_bytes(&sign).map_err(|_| NotPublic::Line("sign"))?;
        let signed = identity.proved();
        key.verify_strict(&signed, &Signature::from_bytes(&proof)).map_err(|_| NotPublic::Proof)?;
        Ok(identity)
    }

    /// The lines before the proof, as in the file.
    fn stated(&self) -> String {
        let (receive, sign) = (STANDARD.encode(self.receive), STANDARD.encode(self.sign));
        format!("{FIRST}\nname: {}\nreceive: {receive}\nsign: {sign}\n", self.name)
    }

    fn proved(&self) -> Vec<u8> {
        [PROOF, self.stated().as_bytes()].concat()
    }
}

impl Identity {
    /// The content of its public file.
    pub fn public_file(&self) -> String {
        let public = self.public();
        format!("{}proof: {}\n", public.stated(), STANDARD.encode(self.sign(&public.proved())))
    }
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use discreet_host::secret::Secret;

    fn identity() -> Identity {
        Identity::from_secrets("front_desk", Secret::take(&mut [1; 32]), Secret::take(&mut [2; 32]))
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let identity = identity();
        let public = PublicIdentity::read(&identity.public_file()).unwrap();
        assert_eq!(&public, identity.public());
        assert_eq!(public.fingerprint().len(), 39);
    }

    #[test]
    fn a_changed_letter_is_noticed_wherever_it_is() {
        let text = identity().public_file();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let read = PublicIdentity::read(std::str::from_utf8(&bytes).unwrap());
            assert!(read.is_err() || at + 1 == text.len(), "byte {at}: {read:?}");
        }
        assert_eq!(PublicIdentity::read(&format!("{text}x")), Err(NotPublic::More));
    }

    #[test]
    fn keys_of_two_identities_do_not_make_one() {
        let (one, other) = (identity(), Identity::generate("front_desk").unwrap());
        let mixed: Vec<String> = one
            .public_file()
            .lines()
            .zip(other.public_file().lines())
            .map(|(one, other)| if one.starts_with("receive") { other.into() } else { one.into() })
            .collect();
        assert_eq!(PublicIdentity::read(&mixed.join("\n")), Err(NotPublic::Proof));
    }

    #[test]
    fn a_private_file_is_not_taken_for_a_public_one() {
        assert_eq!(PublicIdentity::read("age-encryption.org/v1\n-> scrypt"), Err(NotPublic::Private));
        assert_eq!(PublicIdentity::read("hello"), Err(NotPublic::AnotherFile));
    }
}
