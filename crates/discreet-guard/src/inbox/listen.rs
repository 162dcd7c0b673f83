//! Ports of the inbox.

use std::time::Duration;

use crate::lanes::Input;
use crate::message::{Buffer, MessageInfo};

/// Port: subscribes to one topic on the inner domain.
pub trait Listen {
    /// Error of the middleware.
    type Fault;
    /// Buffer that messages are taken into, again and again.
    type Message: Default + Taken;
    /// A subscription; it ends when it is dropped.
    type Subscription: Subscription<Message = Self::Message, Fault = Self::Fault>;

    /// Subscribes from now on; to latched sources, from the beginning of their histories. `depth` is the policy's.
    fn subscribe(&self, input: Input, depth: Option<usize>) -> Result<Self::Subscription, Self::Fault>;

    /// Wakes the worker of the inbox after this time, even if no message arrives.
    fn look_again(&mut self, after: Duration);
}

/// Port: a subscription.
pub trait Subscription {
    /// Error of the middleware.
    type Fault;
    /// Buffer that messages are taken into.
    type Message;

    /// Takes the oldest waiting message into `message`; none if no message waits.
    fn take(&mut self, message: &mut Self::Message) -> Result<Option<MessageInfo>, Self::Fault>;
}

/// Port: a message that was taken.
pub trait Taken {
    /// The serialized message.
    fn as_bytes(&self) -> &[u8];

    /// The same, with the room around it.
    fn buffer(&mut self) -> Buffer<'_>;
}
