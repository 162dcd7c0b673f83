//! Seals the messages of one topic in one form for the group that may open them.

use std::sync::Arc;

use crate::denied::Denied;
use crate::message::Buffer;
use crate::policy::{Group, Moment};
use crate::seal::{Context, ContextDigest, ROOM, SealingKey, SenderKey};

/// Where the keys of groups come from.
pub trait Keys: Send + Sync {
    /// Changes whenever another key may be in use than before.
    fn generation(&self) -> u64;
    /// The key that a group's messages are sealed with at this second, if there is one.
    fn key(&self, group: &[u8; 16], second: i64) -> Option<Arc<EpochKey>>;
}

/// The key of one group for one epoch.
pub struct EpochKey {
    /// The robot's name in the policy.
    pub robot: Arc<str>,
    /// Seals.
    pub key: SealingKey,
    /// Which epoch of the group it is.
    pub epoch: u64,
    /// The first second at which it is not used any more.
    pub until: i64,
    /// The version of the policy that it was made under.
    pub policy_version: u64,
    /// Signs what this guard sends.
    pub sender: Arc<SenderKey>,
}

/// What the sealed messages of a topic are bound to, apart from key and policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedTopic {
    /// The domain on which they leave.
    pub domain: u32,
    /// The topic that they are of.
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
    scratch: Vec<u8>,
}

/// A key that was chosen, and as long as that choice holds.
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

    /// Seals a message where it lies, if there is room for it.
    pub fn in_place<'a>(
        &'a mut self,
        group: &Group,
        now: Moment,
        buffer: Buffer<'a>,
    ) -> Result<&'a [u8], Denied> {
        let (bytes, length) = buffer.into_parts();
        if bytes.len() < length.saturating_add(ROOM) {
            return self.copy(group, now, bytes.get(..length).unwrap_or_default());
        }
        self.ready(group, now)?.seal(group, bytes, length)
    }

    /// Seals a copy of a message, which stays as it is.
    pub fn copy(&mut self, group: &Group, now: Moment, message: &[u8]) -> Result<&[u8], Denied> {
        self.ready(group, now)?;
        let (Some(ready), scratch) = (&self.ready, &mut self.scratch) else { return Err(Denied::NoKey) };
        // Only what a longer message needs is ever cleared.
        let size = message.len().saturating_add(ROOM);
        if scratch.len() < size {
            scratch.resize(size, 0);
        }
        scratch.get_mut(..message.len()).ok_or(Denied::NoKey)?.copy_from_slice(message);
        ready.seal(group, scratch, message.len())
    }

    /// The number and epoch of the key in use now. The audit names it.
    pub fn epoch(&mut self, group: &Group, now: Moment) -> Option<(u32, u64)> {
        self.ready(group, now).ok().map(|ready| (ready.key.key.number(), ready.key.epoch))
    }

    /// The key of this moment. One that was revoked a message ago is not used for this one.
    fn ready(&mut self, group: &Group, now: Moment) -> Result<&Ready, Denied> {
        if !now.trusted {
            return Err(Denied::ClockUnsure); // keys end by the clock
        }
        let (generation, id, second) = (self.keys.generation(), group.id(), now.unix_seconds);
        let holds = |ready: &Ready| {
            (ready.generation, ready.group, ready.second) == (generation, id, second)
        };
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

    fn context(&self, group: &Group, key: &EpochKey) -> ContextDigest {
        let SealedTopic { domain, topic, type_name, type_hash } = &self.of;
        let context = Context {
            robot: &key.robot,
            domain: *domain,
            topic,
            type_name,
            type_hash,
            class: group.class().name(),
            form: group.form().name(),
            group: &group.id(),
            epoch: key.epoch,
            policy_version: key.policy_version,
        };
        context.digest()
    }
}

impl Ready {
    fn seal<'a>(&self, group: &Group, bytes: &'a mut [u8], length: usize) -> Result<&'a [u8], Denied> {
        // One reader must not be able to speak for the robot to another about people. What the robot needs to work is
        // cheap to send and worth less; whoever has its key is trusted with it.
        let sender = group.class().is_contextual().then_some(self.key.sender.as_ref());
        self.key.key.seal(&self.context, sender, false, bytes, length).map_err(|_| Denied::NoKey)
    }
}
