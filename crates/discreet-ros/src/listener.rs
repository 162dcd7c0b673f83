//! Subscriptions to one topic on the inner domain, for the inbox of its route ([`discreet_guard::inbox`]).

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::{Framed, HEADROOM, MessageInfo, Node, RosError, SerializedMessage, Subscription, TypeSupport};
use discreet_guard::inbox::{self, Listen, Taken};
use discreet_guard::lanes::Input;
use discreet_guard::message::Buffer;

/// Subscribes to one topic.
pub struct Listener {
    node: Arc<Node>,
    topic: String,
    types: TypeSupport,
    wake: Arc<dyn Fn() + Send + Sync>,
    /// Wakes the worker after a while.
    alarm: Option<JoinHandle<()>>,
}

impl Listener {
    /// For a topic on the domain of `node`, of messages of type `types`. `wake` is called when a message has arrived.
    pub fn new(
        node: Arc<Node>,
        topic: String,
        types: TypeSupport,
        wake: Arc<dyn Fn() + Send + Sync>,
    ) -> Listener {
        Listener { node, topic, types, wake, alarm: None }
    }
}

impl Listen for Listener {
    type Fault = RosError;
    type Message = SerializedMessage;
    type Subscription = Subscription;

    fn subscribe(&self, input: Input, depth: Option<usize>) -> Result<Subscription, RosError> {
        let wake = Arc::clone(&self.wake);
        let on_message = Box::new(move || wake());
        Subscription::new(&self.node, &self.topic, &self.types, input.qos(depth), on_message)
    }

    fn look_again(&mut self, after: Duration) {
        if self.alarm.as_ref().is_none_or(JoinHandle::is_finished) {
            let wake = Arc::clone(&self.wake);
            let alarm = Builder::new().name("alarm".into());
            let wait = move || {
                std::thread::sleep(after);
                wake();
            };
            // Without a thread the worker looks again within a second.
            self.alarm = alarm.spawn(wait).ok();
        }
    }
}

impl inbox::Subscription for Subscription {
    type Fault = RosError;
    type Message = SerializedMessage;

    fn take(&mut self, message: &mut SerializedMessage) -> Result<Option<MessageInfo>, RosError> {
        Subscription::take(self, message)
    }
}

impl Taken for SerializedMessage {
    fn as_bytes(&self) -> &[u8] {
        SerializedMessage::as_bytes(self)
    }

    fn buffer(&mut self) -> Buffer<'_> {
        let Framed { buffer, length } = self.framed();
        Buffer::with_room(buffer, HEADROOM, length)
    }
}
