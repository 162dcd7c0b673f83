//! The key that a guard receives commands with, and the robot's word for it.

use super::statement::{Cursor, Head, RECEIVER, Unreadable, put_name, sign, verified};
use super::{SIGNATURE, wrap};
use crate::identity::{Identity, PublicIdentity};
use discreet_host::secret::{NoRandomness, Secret};

/// The suite of receiving keys.
const HPKE: u8 = 3;

/// What a guard opens commands with: made when it starts, only ever in its memory. What was sealed for the guard before
/// it started again does not open any more.
pub struct ReceivingKey {
    secret: Secret<32>,
    public: [u8; 32],
}

impl ReceivingKey {
    /// A fresh one.
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

/// What an announcement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverTerms<'a> {
    /// The robot's name in the policy.
    pub robot: &'a str,
    /// What commands call the key.
    pub key: u32,
    /// The second from which it takes commands.
    pub from: i64,
    /// The first second at which it does not any more.
    pub until: i64,
    /// The ROS domain on which the guard takes commands. An announcement that is carried to another one says nothing there.
    pub domain: u32,
    /// The X25519 public key.
    pub receive: [u8; 32],
    /// What the guard signs its answers with (Ed25519).
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

/// Where commands for a robot can be sent: an announcement that the robot signed, and a lease. Of several, the one of the
/// highest id is the newest; of several of one id, the one that ends last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    robot: String,
    head: Head,
    domain: u32,
    receive: [u8; 32],
}

impl Receiver {
    /// The id and the end that an announcement claims. Nothing of it is verified: a look that costs no signature.
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

    /// Whether commands can be sealed for it at second `now`.
    pub fn is_valid(&self, now: i64) -> bool {
        (self.head.from.saturating_sub(super::GRACE)..self.head.until).contains(&now)
    }

    /// What it says.
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
