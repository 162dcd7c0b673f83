//! Seals the messages of one topic in one form for the group that may open them.

use std::sync::Arc;

use crate::denied::Denied;
use crate::message::Buffer;
use discreet_policy::{KeyGroup, Moment};
use discreet_seal::epoch_keys::{EpochKey, Keys};
use discreet_seal::{ContextDigest, HEADROOM, MessageContext, Padding, sealed_size};

/// The properties that sealed messages of a topic are bound to, apart from key and policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedTopic {
    /// The domain on which they leave.
    pub domain: u32,
    /// Their topic.
    pub topic: String,
    /// The messages' type.
    pub type_name: String,
    /// The hash of that type.
    pub type_hash: String,
}

/// Seals one form of one topic.
pub struct Seal {
    of: SealedTopic,
    keys: Arc<dyn Keys>,
    ready: Option<Ready>,
    /// Buffer for copies of messages that must stay as they are.
    scratch: Vec<u8>,
}

/// A chosen key, and the end of that choice.
struct Ready {
    generation: u64,
    group: [u8; 16],
    second: i64,
    key: Arc<EpochKey>,
    context: ContextDigest,
}

impl Seal {
    /// For the messages of a topic.
    pub fn new(of: SealedTopic, keys: Arc<dyn Keys>) -> Seal {
        Seal { of, keys, ready: None, scratch: Vec::new() }
    }

    /// Seals a message in place, if there is room around it.
    pub fn in_place<'a>(
        &'a mut self,
        group: &KeyGroup,
        now: Moment,
        buffer: Buffer<'a>,
    ) -> Result<&'a [u8], Denied> {
        let length = buffer.message().len();
        let behind = size(group, length)?.saturating_sub(HEADROOM + length);
        match buffer.into_frame(HEADROOM, behind) {
            Ok((frame, length)) => self.ready(group, now)?.seal(group, frame, length),
            Err(message) => self.copy(group, now, message),
        }
    }

    /// Seals a copy of a message, which stays as it is.
    pub fn copy(&mut self, group: &KeyGroup, now: Moment, message: &[u8]) -> Result<&[u8], Denied> {
        self.ready(group, now)?;
        let (Some(ready), scratch) = (&self.ready, &mut self.scratch) else { return Err(Denied::NoKey) };
        // Only the part that a longer message needs is cleared.
        let size = size(group, message.len())?;
        if scratch.len() < size {
            scratch.resize(size, 0);
        }
        let place = scratch.get_mut(HEADROOM..HEADROOM + message.len()).ok_or(Denied::NoKey)?;
        place.copy_from_slice(message);
        ready.seal(group, scratch, message.len())
    }

    /// The key of this moment. A key that was revoked is not used for the next message.
    fn ready(&mut self, group: &KeyGroup, now: Moment) -> Result<&Ready, Denied> {
        if !now.trusted {
            return Err(Denied::ClockUnsure); // keys end by the clock
        }
        let (generation, id, second) = (self.keys.generation(), group.id(), now.unix_seconds);
        let holds = |ready: &Ready| (ready.generation, ready.group, ready.second) == (generation, id, second);
        if !self.ready.as_ref().is_some_and(holds) {
            let key = self.keys.key(&id, second);
            let known = self.ready.take();
            self.ready = key.map(|key| {
                let context = match known {
                    Some(known) if Arc::ptr_eq(&known.key, &key) && known.group == id => known.context,
                    _ => self.context(group, &key),
                };
                Ready { generation, group: id, second, key, context }
            });
        }
        self.ready.as_ref().ok_or(Denied::NoKey)
    }

    fn context(&self, group: &KeyGroup, key: &EpochKey) -> ContextDigest {
        let SealedTopic { domain, topic, type_name, type_hash } = &self.of;
        let context = MessageContext {
            robot: &key.robot,
            domain: *domain,
            topic,
            type_name,
            type_hash,
            class: group.class().name(),
            form: group.form().name(),
            group: &group.id(),
            policy_version: key.policy_version,
        };
        context.digest()
    }
}

impl Ready {
    fn seal<'a>(&self, group: &KeyGroup, frame: &'a mut [u8], length: usize) -> Result<&'a [u8], Denied> {
        let sender = is_signed(group).then_some(self.key.sender.as_ref());
        let sealed = self.key.key.seal(&self.context, sender, padding(group), frame, length);
        sealed.map_err(|_| Denied::NoKey)
    }
}

/// True for contextual data, which is signed: a reader must not be able to pose as the robot towards another reader.
/// Operational data must be cheap to send and is worth less; holders of its key are trusted with it.
fn is_signed(group: &KeyGroup) -> bool {
    group.class().is_contextual()
}

/// Length of the sealed message in bytes.
fn size(group: &KeyGroup, length: usize) -> Result<usize, Denied> {
    sealed_size(length, is_signed(group), padding(group)).ok_or(Denied::Malformed)
}

fn padding(group: &KeyGroup) -> Padding {
    if group.class().is_padded() { Padding::Padme } else { Padding::None }
}
