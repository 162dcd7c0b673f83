//! Commands: from a stakeholder to the robot, sealed for the guard that is running now.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::addressed::{self, Bound, INWARD, Unopenable, Unsealable};
use super::context::entry_digest;
use super::header::{Parts, Sealing, split};
use super::identity_hash::party;
use super::{ContextDigest, OpenError, Receiver, ReceivingKey};
use crate::identity::{Identity, PublicIdentity};
use discreet_host::secret::{NoRandomness, Secret};

/// What enters: a command, or the request of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A message on an inner topic.
    Command,
    /// The request of an inner service.
    Call,
}

/// Where a command or call belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandContext<'a> {
    /// The robot's name in the policy.
    pub robot: &'a str,
    /// The ROS domain on which it is sent.
    pub domain: u32,
    /// Command or call.
    pub entry: Entry,
    /// The inner topic or service, without `/command`.
    pub name: &'a str,
    /// The type of what is sealed; of a service, the service's.
    pub type_name: &'a str,
    /// The hash of that type.
    pub type_hash: &'a str,
}

impl CommandContext<'_> {
    /// To be made once for each topic or service.
    pub fn digest(&self) -> ContextDigest {
        let kind = match self.entry {
            Entry::Command => "command",
            Entry::Call => "call",
        };
        entry_digest(kind, self.robot, self.domain, self.name, [self.type_name, self.type_hash])
    }
}

/// Why a command or call could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// The guard's key is not valid at this time.
    #[error("the robot does not take commands with this key now; wait for its next announcement")]
    Receiver,
    /// What was announced is no key.
    #[error("the announced key is no X25519 key")]
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

/// Seals a serialized message as a command; gives a serialized `Sealed`. The stamp is nanoseconds since 1970, and must
/// grow from one command of a sender on a topic to its next.
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
    /// Not a sealed message that a guard takes.
    #[error("not a command: {0}")]
    Malformed(#[from] OpenError),
    /// Sealed for another key: before this guard started, or for another robot.
    #[error("sealed for key {0}, which this guard does not have")]
    Receiver(u32),
    /// Nobody who may command has this hint.
    #[error("from nobody whom the policy knows")]
    Sender,
    /// Not signed by whom it names, or for another topic, service, domain, type or robot.
    #[error("not signed by whom it names for this topic or service")]
    Signature,
    /// Signed, but not sealed for this guard and context.
    #[error("signed, but it does not open")]
    Changed,
    /// Its stamp is too old.
    #[error("too late by {by_ms} ms")]
    Late {
        /// How much older it is than it may be.
        by_ms: u64,
    },
    /// Its stamp is in the future.
    #[error("too early by {by_ms} ms: the sender's clock is ahead")]
    Early {
        /// How much further ahead it is than it may be.
        by_ms: u64,
    },
    /// Its stamp is not greater than that of the one before it.
    #[error("there before, or overtaken by a later one")]
    Replayed,
}

impl CommandRefused {
    /// Whether it took a signature check to find it out. What did not is free, however much of it comes.
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
    /// The reason in one word, for counters and the audit log.
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

/// A command or call that was opened. Whether its sender may, and whether it is fresh, is for others to say.
pub struct Command<'a, 's> {
    /// Who signed it.
    pub sender: &'s PublicIdentity,
    /// When it was sealed, by its sender's clock.
    pub stamp_ns: u64,
    /// The message as it was serialized.
    pub message: &'a mut [u8],
}

/// The guard's side: opens what was sealed for its receiving key.
pub struct CommandOpener {
    key: ReceivingKey,
    id: AtomicU32,
}

impl CommandOpener {
    /// The id is the one that the keeper announced the key under.
    pub fn new(key: ReceivingKey, id: u32) -> CommandOpener {
        CommandOpener { key, id: AtomicU32::new(id) }
    }

    /// What commands call the key.
    pub fn id(&self) -> u32 {
        self.id.load(Relaxed)
    }

    /// The keeper announces the key under another id: it has lost its memory of the one before.
    pub fn rename(&self, id: u32) {
        self.id.store(id, Relaxed);
    }

    /// Opens a command or the request of a call where it lies. `senders` finds who has this [`super::hint`].
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
