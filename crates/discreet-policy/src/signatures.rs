//! The signatures of a policy: a text file next to it, `POLICY.sig`, to which each owner adds a line.
//!
//! ```text
//! discreet policy signatures 1
//! for: robot concierge-1
//! version: 7
//! policy: <BLAKE3 of the policy's bytes, 64 hexadecimal digits>
//! identity: front_desk <fingerprint of its public identity, 32 hexadecimal digits>
//! signature: alice <Ed25519 public key, base64> <Ed25519 signature, base64>
//! signature: bob ...
//! ```
//! An owner signs all lines above the signatures, which name the policy by its hash. There is one way to write each
//! file: no byte of it can be changed without effect. `docs/signing.md` specifies it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey};

use super::{Policy, Scope};
use discreet_seal::identity::{Identity, PublicIdentity, is_name};

/// The first line of the file.
const FIRST: &str = "discreet policy signatures 1";
/// The context of the hash that is signed.
const HASH: &str = "discreet 2026-11 policy signature v1";
/// Every signed statement about a policy begins with these bytes, and no other signed statement does.
const SIGN: [u8; 32] = *b"discreet policy signature v1\0\0\0\0";
/// The most bytes that the file may have.
pub const MOST_BYTES: usize = 32 * 1024;
/// The most signatures in it.
pub const MOST_SIGNATURES: usize = 64;
/// The most identities in it: as many as a policy may name stakeholders.
const MOST_IDENTITIES: usize = 100;
/// Hexadecimal digits of a fingerprint.
const FINGERPRINT: usize = 32;

/// Everything that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The scope of the policy.
    pub scope: Scope,
    /// Its version.
    pub version: u64,
    /// BLAKE3 of its bytes.
    pub policy: [u8; 32],
    /// The stakeholders' public identities at the time of signing: name to fingerprint, without spaces.
    pub identities: BTreeMap<String, String>,
}

/// One owner's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The owner's name, by its own account.
    pub name: String,
    /// Ed25519 public key.
    pub key: [u8; 32],
    /// Ed25519 signature of [`Head::statement`].
    pub signature: [u8; 64],
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatures {
    /// Everything that is signed.
    pub head: Head,
    /// The signatures.
    pub by: Vec<Signature>,
}

/// Reason for which a file is not a signature file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSignatures {
    /// It begins with something else.
    #[error("it does not begin with `{FIRST}`; `discreet policy sign` writes such a file")]
    AnotherFile,
    /// A line is missing, or not of its format.
    #[error("a line `{0}` is missing or malformed")]
    Line(&'static str),
    /// It is larger than a signature file may be.
    #[error("it has more than {MOST_SIGNATURES} signatures or {MOST_IDENTITIES} identities")]
    TooMany,
    /// It is not in the canonical form.
    #[error("it is not in the exact form that `discreet policy sign` writes")]
    Altered,
}

/// The path of the signatures of `hotel.yaml`: `hotel.yaml.sig`.
pub fn signatures_path(policy: &Path) -> PathBuf {
    let mut name = policy.as_os_str().to_owned();
    name.push(".sig");
    PathBuf::from(name)
}

/// A fingerprint as it stands in the file: without spaces.
pub fn fingerprint(identity: &PublicIdentity) -> String {
    identity.fingerprint().replace(' ', "")
}

impl Head {
    /// The head for a policy, with the stakeholders' identities at the time of signing.
    pub fn of(policy: &Policy, identities: BTreeMap<String, String>) -> Head {
        Head { scope: policy.scope().clone(), version: policy.version(), policy: policy.hash(), identities }
    }

    /// The 64 bytes that an owner signs.
    pub fn statement(&self) -> [u8; 64] {
        let hash = blake3::derive_key(HASH, self.lines().as_bytes());
        let mut statement = [0; 64];
        statement.iter_mut().zip(SIGN.iter().chain(&hash)).for_each(|(to, from)| *to = *from);
        statement
    }

    /// An owner's signature.
    pub fn sign(&self, owner: &Identity) -> Signature {
        let PublicIdentity { name, sign, .. } = owner.public().clone();
        Signature { name, key: sign, signature: owner.sign(&self.statement()) }
    }

    /// True if this is a signature of it. Keys and signatures that fit more than one message are refused.
    pub fn fits(&self, by: &Signature) -> bool {
        let signature = Ed25519Signature::from_bytes(&by.signature);
        VerifyingKey::from_bytes(&by.key)
            .is_ok_and(|key| key.verify_strict(&self.statement(), &signature).is_ok())
    }

    /// The lines above the signatures.
    fn lines(&self) -> String {
        let Head { scope, version, policy, identities } = self;
        let hash = blake3::Hash::from(*policy).to_hex();
        let mut text = format!("{FIRST}\nfor: {scope}\nversion: {version}\npolicy: {hash}\n");
        for (name, fingerprint) in identities {
            let _infallible = writeln!(text, "identity: {name} {fingerprint}");
        }
        text
    }
}

impl Signatures {
    /// A file without signatures.
    pub fn new(head: Head) -> Signatures {
        Signatures { head, by: Vec::new() }
    }

    /// Reads the file's text.
    pub fn read(text: &str) -> Result<Signatures, NotSignatures> {
        let mut lines = text.lines().peekable();
        if lines.next() != Some(FIRST) {
            return Err(NotSignatures::AnotherFile);
        }
        let mut line = |key: &'static str| {
            let line = lines.next().and_then(|line| line.strip_prefix(key)?.strip_prefix(": "));
            line.ok_or(NotSignatures::Line(key))
        };
        let scope = scope(line("for")?).ok_or(NotSignatures::Line("for"))?;
        let version = line("version")?.parse().map_err(|_| NotSignatures::Line("version"))?;
        let policy = blake3::Hash::from_hex(line("policy")?).map_err(|_| NotSignatures::Line("policy"))?;
        let mut identities = BTreeMap::new();
        while let Some(rest) = lines.peek().and_then(|line| line.strip_prefix("identity: ")) {
            let (name, fingerprint) = identity(rest).ok_or(NotSignatures::Line("identity"))?;
            identities.insert(name.to_owned(), fingerprint.to_owned());
            lines.next();
            if identities.len() > MOST_IDENTITIES {
                return Err(NotSignatures::TooMany);
            }
        }
        let mut by = Vec::new();
        for line in lines {
            by.push(signature(line).ok_or(NotSignatures::Line("signature"))?);
            if by.len() > MOST_SIGNATURES {
                return Err(NotSignatures::TooMany);
            }
        }
        let head = Head { scope, version, policy: *policy.as_bytes(), identities };
        let read = Signatures { head, by };
        if read.write() == text { Ok(read) } else { Err(NotSignatures::Altered) }
    }

    /// The file's text.
    pub fn write(&self) -> String {
        let mut text = self.head.lines();
        for Signature { name, key, signature } in &self.by {
            let (key, signature) = (STANDARD.encode(key), STANDARD.encode(signature));
            let _infallible = writeln!(text, "signature: {name} {key} {signature}");
        }
        text
    }

    /// Reads the file of a policy. An error is for a person.
    pub fn open(path: &Path) -> Result<Signatures, String> {
        let shown = path.display();
        let io = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => format!("there is no {shown}; `discreet policy sign` makes it"),
            _ => format!("{shown}: {error}"),
        };
        // Checked before it is opened: opening a pipe would block.
        if !std::fs::metadata(path).map_err(io)?.is_file() {
            return Err(format!("{shown} is not a regular file"));
        }
        let mut bytes = Vec::new();
        let most = MOST_BYTES as u64;
        File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(io)?;
        if bytes.len() > MOST_BYTES {
            return Err(format!("{shown} is larger than {MOST_BYTES} bytes"));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| format!("{shown} is not text"))?;
        Signatures::read(text).map_err(|why| format!("{shown}: {why}"))
    }
}

fn scope(text: &str) -> Option<Scope> {
    let (kind, name) = text.split_once(' ')?;
    is_name(name).then(|| Scope::new(kind, name))?
}

fn identity(text: &str) -> Option<(&str, &str)> {
    let (name, fingerprint) = text.split_once(' ')?;
    let digits = fingerprint.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit));
    (is_name(name) && fingerprint.len() == FINGERPRINT && digits).then_some((name, fingerprint))
}

fn signature(line: &str) -> Option<Signature> {
    let mut parts = line.strip_prefix("signature: ")?.split(' ');
    let (name, key, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || !is_name(name) {
        return None;
    }
    let key = STANDARD.decode(key).ok()?.try_into().ok()?;
    let signature = STANDARD.decode(signature).ok()?.try_into().ok()?;
    Some(Signature { name: name.to_owned(), key, signature })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed() -> (Signatures, Identity) {
        let identities = [("desk".to_owned(), "0123456789abcdef0123456789abcdef".to_owned())].into();
        let scope = Scope::Robot("concierge-1".into());
        let head = Head { scope, version: 7, policy: [9; 32], identities };
        let owner = Identity::generate("alice").unwrap();
        let by = vec![head.sign(&owner)];
        (Signatures { head, by }, owner)
    }

    #[test]
    fn what_is_written_is_what_is_read_and_fits() {
        let (signatures, _) = signed();
        assert_eq!(Signatures::read(&signatures.write()), Ok(signatures.clone()));
        assert!(signatures.head.fits(&signatures.by[0]));
    }

    #[test]
    fn every_bit_of_the_file_counts() {
        let (signatures, owner) = signed();
        let text = signatures.write();
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                let Ok(read) = Signatures::read(&changed) else { continue };
                let by = &read.by[0];
                let is_owners = by.key == owner.public().sign && by.name == "alice";
                assert!(!is_owners || !read.head.fits(by), "bit {bit} of byte {at}: {changed}");
            }
        }
    }

    #[test]
    fn what_is_written_otherwise_is_refused() {
        let (signatures, _) = signed();
        let text = signatures.write();
        for other in [
            text.replace('\n', "\r\n"),
            text.trim_end().to_owned(),
            format!("{text}\n"),
            text.replace("version: 7", "version: 07"),
            text.replace("version: 7", "version: +7"),
            text.replace("robot concierge-1", "robot  concierge-1"),
            text.replace("robot concierge-1", "ship concierge-1"),
            text.replace("identity: desk", "identity: desk\u{1b}"),
        ] {
            assert!(Signatures::read(&other).is_err(), "{other}");
        }
        assert_eq!(Signatures::read("hello"), Err(NotSignatures::AnotherFile));
        let line = text.lines().last().unwrap().to_owned() + "\n";
        assert_eq!(Signatures::read(&(text + &line.repeat(64))), Err(NotSignatures::TooMany));
    }
}
