//! Grants: the key of a group for one epoch, wrapped to each member, signed by the robot.

use super::grant_terms::GrantTerms;
use super::header::suite;
use super::identity_hash::{member, party};
use super::statement::{Cursor, GRANT, Head, Unreadable, sign, verified};
use super::suite::Suite;
use super::wrap::{unwrap, wrap};
use super::{OpeningKey, SIGNATURE, TAG};
use crate::identity::{Identity, PublicIdentity};
use discreet_host::secret::{NoRandomness, Secret};

/// The most members of one grant.
const MAX_MEMBERS: usize = 1000;
const TERMS: &str = "discreet 2026-11 grant terms v1";
const INFO: [u8; 32] = *b"discreet grant of a group key v1";

/// A member's part: hint, encapsulated key, wrapped secret, tag.
const PART: usize = 8 + 32 + 32 + TAG;

/// Why a grant could not be issued or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ungranted {
    /// Its terms or members cannot be represented.
    #[error("the grant cannot be issued: {0}")]
    Terms(#[from] Unreadable),
    /// A member's public key is not valid.
    #[error("the public key of `{0}` is not an X25519 key")]
    PublicKey(String),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// Its part for this identity does not open.
    #[error("the part of the grant for this identity does not open")]
    Broken,
}

/// Wraps a key to each member. The order of fields is defined in docs/envelope.md; the result is one element
/// of `grants` in interfaces/discreet_interfaces/msg/Grants.msg.
pub fn issue(
    terms: &GrantTerms<'_>,
    secret: &Secret<32>,
    members: &[&PublicIdentity],
    signer: &Identity,
) -> Result<Vec<u8>, Ungranted> {
    issue_drawing(terms, secret, members, signer, &mut Secret::random)
}

/// The same, with the randomness for each member as an argument.
pub fn issue_drawing(
    terms: &GrantTerms<'_>,
    secret: &Secret<32>,
    members: &[&PublicIdentity],
    signer: &Identity,
    draw: &mut dyn FnMut() -> Result<Secret<32>, NoRandomness>,
) -> Result<Vec<u8>, Ungranted> {
    let count = u16::try_from(members.len()).map_err(|_| Unreadable::Members)?;
    if members.len() > MAX_MEMBERS {
        return Err(Unreadable::Members.into());
    }
    let mut grant = Vec::with_capacity(256 + members.len() * PART);
    terms.write(&mut grant)?;
    let digest = blake3::derive_key(TERMS, &grant);
    grant.extend_from_slice(&count.to_le_bytes());
    for identity in members {
        let who = party(identity);
        let mut wrapped = *secret.expose();
        let (encapsulated, tag) = wrap(&identity.receive, &info(&digest), &who, &draw()?, &mut wrapped)
            .map_err(|_| Ungranted::PublicKey(identity.name.clone()))?;
        grant.extend_from_slice(&member(&who, &digest));
        grant.extend_from_slice(&encapsulated);
        grant.extend_from_slice(&wrapped);
        grant.extend_from_slice(&tag);
    }
    Ok(sign(grant, signer))
}

/// A grant that the robot signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    robot: String,
    class: String,
    form: String,
    group: [u8; 16],
    suite: Suite,
    head: Head,
    digest: [u8; 32],
    parts: Vec<[u8; PART]>,
}

impl Grant {
    /// Does a grant claim to have a part for this party? Nothing is verified, so it costs no signature check.
    pub fn names(bytes: &[u8], identity: &PublicIdentity) -> bool {
        let statement = bytes.split_last_chunk::<SIGNATURE>().map(|(statement, _)| statement);
        statement
            .and_then(|statement| Grant::parse(statement).ok())
            .is_some_and(|grant| grant.is_for(identity))
    }

    /// Reads a grant of this robot.
    pub fn read(bytes: &[u8], robot: &PublicIdentity) -> Result<Grant, Unreadable> {
        let grant = Grant::parse(verified(bytes, robot)?)?;
        (grant.robot == robot.name).then_some(grant).ok_or(Unreadable::Robot)
    }

    fn parse(statement: &[u8]) -> Result<Grant, Unreadable> {
        let mut cursor = Cursor(statement);
        let head = Head::read(&mut cursor, GRANT)?;
        let suite = suite(head.suite).ok_or(Unreadable::Suite(head.suite))?;
        let group = cursor.array()?;
        let [named, class, form] = [cursor.name()?, cursor.name()?, cursor.name()?].map(str::to_owned);
        let terms = statement.len().saturating_sub(cursor.0.len());
        let digest = blake3::derive_key(TERMS, statement.get(..terms).ok_or(Unreadable::Length)?);
        let count = usize::from(u16::from_le_bytes(cursor.array()?));
        if count > MAX_MEMBERS {
            return Err(Unreadable::Members);
        }
        let (parts, rest) = cursor.0.as_chunks::<PART>();
        if parts.len() != count || !rest.is_empty() {
            return Err(Unreadable::Length);
        }
        Ok(Grant { robot: named, class, form, group, suite, head, digest, parts: parts.to_vec() })
    }

    /// Its terms.
    pub fn terms(&self) -> GrantTerms<'_> {
        GrantTerms {
            robot: &self.robot,
            group: self.group,
            class: &self.class,
            form: &self.form,
            suite: self.suite,
            key: self.head.key,
            from: self.head.from,
            until: self.head.until,
            policy_version: self.head.policy_version,
            sender: self.head.sender,
        }
    }

    /// The number of members.
    pub fn members(&self) -> usize {
        self.parts.len()
    }

    /// Is it for this party?
    pub fn is_for(&self, identity: &PublicIdentity) -> bool {
        self.part(&party(identity)).is_some()
    }

    /// The key, if the grant has a part for `me`.
    pub fn open(&self, me: &Identity) -> Result<Option<OpeningKey>, Ungranted> {
        let who = party(me.public());
        let Some(part) = self.part(&who) else { return Ok(None) };
        let mut cursor = Cursor(part);
        let _hint: [u8; 8] = cursor.array()?;
        let (encapsulated, mut secret, tag) = (cursor.array()?, cursor.array()?, cursor.array()?);
        unwrap(me.receive(), &encapsulated, &info(&self.digest), &who, &mut secret, &tag)
            .map_err(|_| Ungranted::Broken)?;
        Ok(Some(OpeningKey::new(&self.terms(), &Secret::take(&mut secret))))
    }

    fn part(&self, who: &[u8; 32]) -> Option<&[u8; PART]> {
        let hint = member(who, &self.digest);
        self.parts.iter().find(|part| part.starts_with(&hint))
    }
}

fn info(digest: &[u8; 32]) -> [u8; 64] {
    let mut info = [0; 64];
    info.iter_mut().zip(INFO.iter().chain(digest)).for_each(|(to, from)| *to = *from);
    info
}
