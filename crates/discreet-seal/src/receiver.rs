//! The key with which a guard receives commands, and the robot's announcement of it.

use super::statement::{Cursor, Head, RECEIVER, Unreadable, put_name, sign, verified};
use super::{SIGNATURE, wrap};
use crate::identity::{Identity, PublicIdentity};
use discreet_host::secret::{NoRandomness, Secret};

/// The suite of receiving keys.
const HPKE: u8 = 3;

/// The key with which a guard opens commands: made when it starts, held only in its memory. Messages sealed
/// before a restart do not open after it.
pub struct ReceivingKey {
    secret: Secret<32>,
    public: [u8; 32],
}

impl ReceivingKey {
    /// Makes a fresh one.
    pub fn generate() -> Result<ReceivingKey, NoRandomness> {
        Ok(ReceivingKey::from_secret(Secret::random()?))
    }

    /// From an X25519 private key.
    pub fn from_secret(secret: Secret<32>) -> ReceivingKey {
        let public = wrap::public(&secret).unwrap_or_default();
        ReceivingKey { secret, public }
    }

    /// The X25519 public key, which the keeper announces.
    pub fn public(&self) -> [u8; 32] {
        self.public
    }

    pub(super) fn secret(&self) -> &Secret<32> {
        &self.secret
    }
}

/// The statements of an announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverTerms<'a> {
    /// The robot's name in the policy.
    pub robot: &'a str,
    /// The id of the key in commands.
    pub key: u32,
    /// The second from which it is valid.
    pub from: i64,
    /// The first second at which it is no longer valid.
    pub until: i64,
    /// The ROS domain on which the guard takes commands. The announcement is not valid on another one.
    pub domain: u32,
    /// The X25519 public key.
    pub receive: [u8; 32],
    /// The key with which the guard signs its answers (Ed25519).
    pub sender: [u8; 32],
}

/// Announces a guard's receiving key, in the robot's name.
pub fn announce(terms: &ReceiverTerms<'_>, signer: &Identity) -> Result<Vec<u8>, Unreadable> {
    let ReceiverTerms { robot, key, from, until, domain, receive, sender } = *terms;
    if from >= until {
        return Err(Unreadable::Validity);
    }
    let mut announcement = Vec::with_capacity(256);
    Head { kind: RECEIVER, suite: HPKE, key, from, until, policy_version: 0, sender }
        .write(&mut announcement);
    announcement.extend_from_slice(&receive);
    announcement.extend_from_slice(&domain.to_le_bytes());
    put_name(&mut announcement, robot)?;
    Ok(sign(announcement, signer))
}

/// Destination of commands for a robot: an announcement that the robot signed, and a lease. Of several, the
/// one with the highest id is the newest; of several with one id, the one that expires last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    robot: String,
    head: Head,
    domain: u32,
    receive: [u8; 32],
}

impl Receiver {
    /// The id and the end that an announcement claims. Nothing is verified, so it costs no signature check.
    pub fn claims(bytes: &[u8]) -> Option<(u32, i64)> {
        let statement = bytes.split_last_chunk::<SIGNATURE>()?.0;
        let head = Head::read(&mut Cursor(statement), RECEIVER).ok()?;
        Some((head.key, head.until))
    }

    /// Reads an announcement of this robot.
    pub fn read(bytes: &[u8], robot: &PublicIdentity) -> Result<Receiver, Unreadable> {
        let mut cursor = Cursor(verified(bytes, robot)?);
        let head = Head::read(&mut cursor, RECEIVER)?;
        let receive = cursor.array()?;
        let domain = u32::from_le_bytes(cursor.array()?);
        let named = cursor.name()?;
        if head.suite != HPKE {
            return Err(Unreadable::Suite(head.suite));
        }
        if head.policy_version != 0 {
            return Err(Unreadable::Reserved);
        }
        if named != robot.name {
            return Err(Unreadable::Robot);
        }
        match cursor.0 {
            [] => Ok(Receiver { robot: named.into(), head, domain, receive }),
            _ => Err(Unreadable::Length),
        }
    }

    /// Can commands be sealed for it at second `now`?
    pub fn is_valid(&self, now: i64) -> bool {
        (self.head.from.saturating_sub(super::GRACE)..self.head.until).contains(&now)
    }

    /// Its terms.
    pub fn terms(&self) -> ReceiverTerms<'_> {
        ReceiverTerms {
            robot: &self.robot,
            key: self.head.key,
            from: self.head.from,
            until: self.head.until,
            domain: self.domain,
            receive: self.receive,
            sender: self.head.sender,
        }
    }
}
