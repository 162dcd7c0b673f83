//! Statements that the robot's identity signs: grants and announcements of receiving keys. One layout for
//! both.

use super::SIGNATURE;
use super::sender::is_signed;
use crate::identity::{Identity, PublicIdentity};

const VERSION: u8 = 1;
/// The longest name.
pub(super) const MAX_NAME: usize = 256;
const HASH: &str = "discreet 2026-11 robot statement v1";
const SIGN: [u8; 32] = *b"discreet robot statement sign v1";

/// Why a grant or an announcement is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is too short, or has bytes after its end.
    #[error("its length is wrong")]
    Length,
    /// Of an unknown version.
    #[error("unknown version {0}")]
    Version(u8),
    /// Of another kind than expected.
    #[error("of another kind than expected")]
    Kind,
    /// An unknown suite.
    #[error("unknown suite {0}")]
    Suite(u8),
    /// A byte that must be zero is not.
    #[error("a reserved byte is not zero")]
    Reserved,
    /// It ends before it begins.
    #[error("it ends before it begins")]
    Validity,
    /// A name that is too long, not UTF-8, or has control characters in it.
    #[error("a name in it is too long or not text")]
    Name,
    /// More members than the limit.
    #[error("it has more members than a grant may have")]
    Members,
    /// Of another robot.
    #[error("of another robot")]
    Robot,
    /// Not signed by the robot.
    #[error("not signed by the robot's identity")]
    Signature,
}

impl Unreadable {
    /// The reason as one word.
    pub fn label(&self) -> &'static str {
        match self {
            Unreadable::Length => "length",
            Unreadable::Version(_) => "version",
            Unreadable::Kind => "kind",
            Unreadable::Suite(_) => "suite",
            Unreadable::Reserved => "reserved",
            Unreadable::Validity => "validity",
            Unreadable::Name => "name",
            Unreadable::Members => "members",
            Unreadable::Robot => "robot",
            Unreadable::Signature => "signature",
        }
    }
}

/// The common fields of grants and announcements, at the same positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub kind: u8,
    pub suite: u8,
    pub key: u32,
    pub from: i64,
    pub until: i64,
    pub policy_version: u64,
    pub sender: [u8; 32],
}

/// A grant.
pub(super) const GRANT: u8 = 1;
/// An announcement of a receiving key.
pub(super) const RECEIVER: u8 = 2;

impl Head {
    pub fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&[VERSION, self.kind, self.suite, 0]);
        to.extend_from_slice(&self.key.to_le_bytes());
        to.extend_from_slice(&self.from.to_le_bytes());
        to.extend_from_slice(&self.until.to_le_bytes());
        to.extend_from_slice(&self.policy_version.to_le_bytes());
        to.extend_from_slice(&self.sender);
    }

    pub fn read(cursor: &mut Cursor<'_>, kind: u8) -> Result<Head, Unreadable> {
        let [version, kind_found, suite, reserved] = cursor.array()?;
        if version != VERSION {
            return Err(Unreadable::Version(version));
        }
        if kind_found != kind {
            return Err(Unreadable::Kind);
        }
        if reserved != 0 {
            return Err(Unreadable::Reserved);
        }
        let key = u32::from_le_bytes(cursor.array()?);
        let [from, until] = [i64::from_le_bytes(cursor.array()?), i64::from_le_bytes(cursor.array()?)];
        let policy_version = u64::from_le_bytes(cursor.array()?);
        if from >= until {
            return Err(Unreadable::Validity);
        }
        Ok(Head { kind, suite, key, from, until, policy_version, sender: cursor.array()? })
    }
}

/// Writes a name.
pub(super) fn put_name(to: &mut Vec<u8>, name: &str) -> Result<(), Unreadable> {
    let length = u16::try_from(name.len()).map_err(|_| Unreadable::Name)?;
    is_name(name).then_some(()).ok_or(Unreadable::Name)?;
    to.extend_from_slice(&length.to_le_bytes());
    to.extend_from_slice(name.as_bytes());
    Ok(())
}

fn is_name(name: &str) -> bool {
    name.len() <= MAX_NAME && !name.chars().any(char::is_control)
}

/// Appends the signature.
pub(super) fn sign(mut statement: Vec<u8>, signer: &Identity) -> Vec<u8> {
    let signature = signer.sign(&signed(&statement));
    statement.extend_from_slice(&signature);
    statement
}

/// The signed bytes, without the signature. The only access to the bytes of a statement.
pub(super) fn verified<'a>(bytes: &'a [u8], robot: &PublicIdentity) -> Result<&'a [u8], Unreadable> {
    let (statement, signature) = bytes.split_last_chunk::<SIGNATURE>().ok_or(Unreadable::Length)?;
    match is_signed(&robot.sign, &signed(statement), signature) {
        true => Ok(statement),
        false => Err(Unreadable::Signature),
    }
}

fn signed(statement: &[u8]) -> [u8; 64] {
    let hash = blake3::derive_key(HASH, statement);
    let mut signed = [0; 64];
    signed.iter_mut().zip(SIGN.iter().chain(&hash)).for_each(|(to, from)| *to = *from);
    signed
}

/// Reads a statement from its start.
pub(super) struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Unreadable::Length)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub fn name(&mut self) -> Result<&'a str, Unreadable> {
        let length = usize::from(u16::from_le_bytes(self.array()?));
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Unreadable::Length)?;
        self.0 = rest;
        std::str::from_utf8(taken).ok().filter(|name| is_name(name)).ok_or(Unreadable::Name)
    }
}
