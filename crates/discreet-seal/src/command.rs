//! Commands: from a stakeholder to the robot, sealed for the guard that is running.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::addressed::{self, Bound, INWARD, Unopenable, Unsealable};
use super::context::ingress_digest;
use super::header::{Parts, Sealing, split};
use super::identity_hash::party;
use super::{ContextDigest, IngressKind, OpenError, Receiver, ReceivingKey};
use crate::identity::{Identity, PublicIdentity};
use discreet_host::secret::{NoRandomness, Secret};

/// The context that a command or call is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandContext<'a> {
    /// The robot's name in the policy.
    pub robot: &'a str,
    /// The ROS domain on which it is sent.
    pub domain: u32,
    /// Command or call.
    pub kind: IngressKind,
    /// The inner topic or service, without `/command`.
    pub name: &'a str,
    /// The type of the content; for a service, the service's type.
    pub type_name: &'a str,
    /// The hash of that type.
    pub type_hash: &'a str,
}

impl CommandContext<'_> {
    /// The digest of the context. Compute it once for each topic or service.
    pub fn digest(&self) -> ContextDigest {
        ingress_digest(self.kind.name(), self.robot, self.domain, self.name, [self.type_name, self.type_hash])
    }
}

/// Why a command or call could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// The guard's key is not valid at this time.
    #[error("the robot does not accept commands with this key now; wait for its next announcement")]
    Receiver,
    /// The announced key is not valid.
    #[error("the announced key is not an X25519 key")]
    PublicKey,
    /// DDS has no sequences of more than 4 GiB.
    #[error("the message is longer than a sealed message can be")]
    TooLong,
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

impl From<Unsealable> for Unsendable {
    fn from(why: Unsealable) -> Self {
        match why {
            Unsealable::TooLong => Unsendable::TooLong,
            Unsealable::PublicKey => Unsendable::PublicKey,
        }
    }
}

/// Seals a serialized message as a command; returns a serialized `Sealed`. The stamp is nanoseconds since
/// 1970, and must grow from one command of a sender on a topic to its next.
pub fn seal_command(
    me: &Identity,
    receiver: &Receiver,
    context: &ContextDigest,
    stamp_ns: u64,
    message: &[u8],
) -> Result<Vec<u8>, Unsendable> {
    seal_command_drawing(me, receiver, context, stamp_ns, message, &Secret::random()?)
}

/// The same, with its randomness as an argument.
pub fn seal_command_drawing(
    me: &Identity,
    receiver: &Receiver,
    context: &ContextDigest,
    stamp_ns: u64,
    message: &[u8],
    random: &Secret<32>,
) -> Result<Vec<u8>, Unsendable> {
    let terms = receiver.terms();
    if !receiver.is_valid(i64::try_from(stamp_ns / 1_000_000_000).unwrap_or(i64::MAX)) {
        return Err(Unsendable::Receiver);
    }
    let party = party(me.public());
    let bound = Bound { direction: &INWARD, context, party: &party };
    let header = addressed::header(stamp_ns, terms.key);
    let sign = |statement: &[u8]| me.sign(statement);
    Ok(addressed::seal(&bound, header, &terms.receive, random, sign, message)?)
}

/// Why a command or call was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandRefused {
    /// Not a sealed message that a guard accepts.
    #[error("not a command: {0}")]
    Malformed(#[from] OpenError),
    /// Sealed for another key: that of another robot, or of this guard before its last start.
    #[error("sealed for key {0}, which this guard does not have")]
    Receiver(u32),
    /// No sender in the policy has this hint.
    #[error("the policy does not name its sender")]
    Sender,
    /// Not signed by the sender that it names, or signed for another topic, service, domain, type or robot.
    #[error("not signed by the sender that it names for this topic or service")]
    Signature,
    /// Signed, but not sealed for this guard and context.
    #[error("signed, but it cannot be decrypted")]
    Changed,
    /// Its stamp is too old.
    #[error("too late by {by_ms} ms")]
    Late {
        /// Milliseconds beyond the greatest permitted age.
        by_ms: u64,
    },
    /// Its stamp is in the future.
    #[error("too early by {by_ms} ms: the sender's clock is ahead")]
    Early {
        /// Milliseconds beyond the greatest permitted lead.
        by_ms: u64,
    },
    /// Its stamp is not greater than that of the command before it.
    #[error("repeated, or overtaken by a later one")]
    Replayed,
}

impl CommandRefused {
    /// Did the refusal cost a signature check? Refusals without cost need no rate limit.
    pub fn has_cost(self) -> bool {
        match self {
            CommandRefused::Malformed(_) | CommandRefused::Receiver(_) | CommandRefused::Sender => false,
            CommandRefused::Signature
            | CommandRefused::Changed
            | CommandRefused::Late { .. }
            | CommandRefused::Early { .. }
            | CommandRefused::Replayed => true,
        }
    }
}

impl CommandRefused {
    /// The reason as one word, for counters and the audit log.
    pub fn label(&self) -> &'static str {
        match self {
            CommandRefused::Malformed(_) => "malformed",
            CommandRefused::Receiver(_) => "receiver",
            CommandRefused::Sender => "sender",
            CommandRefused::Signature => "signature",
            CommandRefused::Changed => "changed",
            CommandRefused::Late { .. } => "late",
            CommandRefused::Early { .. } => "early",
            CommandRefused::Replayed => "replayed",
        }
    }
}

/// A command or call that was opened. The caller decides whether its sender is authorized, and whether it is
/// fresh.
pub struct Command<'a, 's> {
    /// The signer.
    pub sender: &'s PublicIdentity,
    /// The time of sealing by the sender's clock, in nanoseconds since 1970.
    pub stamp_ns: u64,
    /// The serialized message.
    pub message: &'a mut [u8],
}

/// The guard's side: opens what was sealed for its receiving key.
pub struct CommandOpener {
    key: ReceivingKey,
    id: AtomicU32,
}

impl CommandOpener {
    /// `id` is the id under which the keeper announced the key.
    pub fn new(key: ReceivingKey, id: u32) -> CommandOpener {
        CommandOpener { key, id: AtomicU32::new(id) }
    }

    /// The id of the key in commands.
    pub fn id(&self) -> u32 {
        self.id.load(Relaxed)
    }

    /// Sets the id under which the keeper now announces the key. It changes when the keeper has lost its
    /// state.
    pub fn rename(&self, id: u32) {
        self.id.store(id, Relaxed);
    }

    /// Opens a command or the request of a call in place. `senders` finds the identity that has this
    /// [`super::hint`].
    pub fn open<'a, 's>(
        &self,
        context: &ContextDigest,
        senders: impl FnOnce(&[u8; 8]) -> Option<&'s PublicIdentity>,
        message: &'a mut [u8],
    ) -> Result<Command<'a, 's>, CommandRefused> {
        let Parts { header, bytes: [.., suite, flags, _], body } = split(message)?;
        if header.sealing != Sealing::Hpke {
            return Err(OpenError::Suite(suite).into());
        }
        if header.key != self.id() {
            return Err(CommandRefused::Receiver(header.key));
        }
        if !header.signed || header.padded {
            return Err(OpenError::Flags(flags).into());
        }
        let hint = addressed::hint(body).ok_or(OpenError::Truncated)?;
        let sender = senders(&hint).ok_or(CommandRefused::Sender)?;
        let party = party(sender);
        if !party.starts_with(&hint) {
            return Err(CommandRefused::Sender);
        }
        let bound = Bound { direction: &INWARD, context, party: &party };
        let message = addressed::open(&bound, header, self.key.secret(), &sender.sign, body).map_err(
            |why| match why {
                Unopenable::Truncated => OpenError::Truncated.into(),
                Unopenable::Signature => CommandRefused::Signature,
                Unopenable::Changed => CommandRefused::Changed,
            },
        )?;
        Ok(Command { sender, stamp_ns: header.counter, message })
    }
}
