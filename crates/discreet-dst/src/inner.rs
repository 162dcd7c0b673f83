//! A topic of a robot's inner domain: what its publishers latched, and the queues of its subscriptions.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use discreet_graph::Gid;
use discreet_graph::qos::MAX_DEPTH;
use discreet_guard::inbox::{self, Listen, Taken};
use discreet_guard::lanes::Input;
use discreet_guard::message::{Buffer, MessageInfo};
use discreet_host::sync::lock;
use discreet_seal::HEADROOM;

/// Room behind a message, as the middleware's buffers have it.
const BEHIND: usize = 256;
/// Messages that wait for a reader of what is not latched.
const DEPTH: usize = 10;

type Message = (MessageInfo, Vec<u8>);
type Queue = Mutex<VecDeque<Message>>;

/// A topic.
#[derive(Debug, Default)]
pub struct InnerTopic {
    /// The last messages of each publisher that latches.
    histories: BTreeMap<Gid, VecDeque<Message>>,
    queues: Vec<(Input, Weak<Queue>)>,
    /// Messages taken since the route was made.
    pub taken: u64,
}

impl InnerTopic {
    /// A publisher publishes, and keeps so many messages for late joiners.
    pub fn publish(&mut self, info: MessageInfo, bytes: &[u8], kept: usize) {
        self.queues.retain(|(_, queue)| queue.strong_count() > 0);
        for (input, queue) in &self.queues {
            let Some(queue) = queue.upgrade() else { continue };
            let (mut queue, depth) = (lock(&queue), if input.latched { MAX_DEPTH } else { DEPTH });
            // A reader matches what offers at least as much as it asks for.
            if kept > 0 || !input.latched {
                queue.push_back((info, bytes.to_vec()));
            }
            if queue.len() > depth {
                queue.pop_front();
            }
        }
        if kept > 0 {
            let history = self.histories.entry(info.gid).or_default();
            history.push_back((info, bytes.to_vec()));
            if history.len() > kept {
                history.pop_front();
            }
        }
    }

    /// A publisher is gone, and what it latched.
    pub fn leave(&mut self, gid: &Gid) {
        self.histories.remove(gid);
    }

    fn subscribe(&mut self, input: Input) -> Arc<Queue> {
        let latched = self.histories.values().flatten().filter(|_| input.latched);
        let queue = Arc::new(Mutex::new(latched.cloned().collect()));
        self.queues.push((input, Arc::downgrade(&queue)));
        queue
    }
}

/// Subscribes to a topic of the inner domain.
pub struct Listener(pub Arc<Mutex<InnerTopic>>);

/// A subscription.
pub struct Subscription {
    topic: Arc<Mutex<InnerTopic>>,
    queue: Arc<Queue>,
}

/// A message with the room around it.
#[derive(Debug, Default)]
pub struct Framed {
    bytes: Vec<u8>,
    length: usize,
}

impl Listen for Listener {
    type Fault = Infallible;
    type Message = Framed;
    type Subscription = Subscription;

    fn subscribe(&self, input: Input, _: Option<usize>) -> Result<Subscription, Infallible> {
        let queue = lock(&self.0).subscribe(input);
        Ok(Subscription { topic: Arc::clone(&self.0), queue })
    }

    fn look_again(&mut self, _: Duration) {}
}

impl inbox::Subscription for Subscription {
    type Fault = Infallible;
    type Message = Framed;

    fn take(&mut self, message: &mut Framed) -> Result<Option<MessageInfo>, Infallible> {
        let Some((info, bytes)) = lock(&self.queue).pop_front() else { return Ok(None) };
        lock(&self.topic).taken += 1;
        message.length = bytes.len();
        message.bytes = [&[0; HEADROOM], bytes.as_slice(), &[0; BEHIND]].concat();
        Ok(Some(info))
    }
}

impl Taken for Framed {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[HEADROOM..HEADROOM + self.length]
    }

    fn buffer(&mut self) -> Buffer<'_> {
        Buffer::with_room(&mut self.bytes, HEADROOM, self.length)
    }
}
