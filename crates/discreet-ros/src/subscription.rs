//! Takes messages as they came off the wire, with their publisher.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use r2r_rcl as rcl;

use super::context::{Node, c_string};
use super::error::{RosError, check};
use super::serialized::SerializedMessage;
use super::type_support::TypeSupport;
use discreet_graph::qos::Qos;

pub use discreet_guard::message::MessageInfo;

/// Called when messages wait to be taken. Runs on a thread of the middleware: it must only pass the word on.
pub type OnMessage = Box<dyn Fn() + Send + Sync>;

/// A subscription that hands out serialized messages of a type chosen at run time.
///
/// Its queue is the middleware's own, KEEP_LAST(depth): bounded, the oldest dropped first. A drop shows as a gap in
/// the publishers' sequence numbers.
pub struct Subscription {
    handle: Box<rcl::rcl_subscription_t>,
    node: Arc<Node>,
    // Boxed twice: the middleware keeps a thin pointer to the inner box.
    on_message: Box<OnMessage>,
}

// SAFETY: rcl_take may be called from any thread, one at a time (`take` wants `&mut self`); the callback is Send + Sync.
unsafe impl Send for Subscription {}

impl Subscription {
    /// Subscribes to `topic` on the node's domain.
    pub fn new(
        node: &Arc<Node>,
        topic: &str,
        types: &TypeSupport,
        qos: Qos,
        on_message: OnMessage,
    ) -> Result<Subscription, RosError> {
        let name = c_string(topic)?;
        // Deadline, lifespan and liveliness are the publisher's promises. Asking for them could only lose a match.
        let Qos { reliable, latched, depth, .. } = qos;
        let qos = Qos { reliable, latched, depth, ..Qos::DEFAULT };
        // SAFETY: node and type support outlive the subscription (held below, static); rcl copies name and options;
        // nobody else changes the node's entities meanwhile.
        let subscription = unsafe {
            let mut handle = Box::new(rcl::rcl_get_zero_initialized_subscription());
            let mut options = rcl::rcl_subscription_get_default_options();
            options.qos = super::qos::profile(qos);
            let entities = node.entities();
            check(
                rcl::rcl_subscription_init(
                    handle.as_mut(),
                    node.as_ptr(),
                    types.handle.as_ptr(),
                    name.as_ptr(),
                    &options,
                ),
                || format!("subscribing to `{topic}` on domain {}", node.domain_id()),
            )?;
            drop(entities);
            Subscription { handle, node: Arc::clone(node), on_message: Box::new(on_message) }
        };
        // SAFETY: the user data points to the boxed callback, whose address does not change when the subscription
        // moves, and which is freed only after the callback was unset in `drop`.
        let code = unsafe {
            rcl::rcl_subscription_set_on_new_message_callback(
                subscription.as_ptr(),
                Some(call),
                ptr::from_ref(subscription.on_message.as_ref()).cast(),
            )
        };
        check(code, || format!("listening to `{topic}`"))?;
        Ok(subscription)
    }

    /// Takes the oldest waiting message into `message`; none if nothing waits.
    pub fn take(&mut self, message: &mut SerializedMessage) -> Result<Option<MessageInfo>, RosError> {
        let mut info = rcl::rmw_message_info_t::default();
        // SAFETY: all pointers are to live, initialised values that nobody else uses during the call.
        let code = unsafe {
            rcl::rcl_take_serialized_message(self.as_ptr(), &mut message.array, &mut info, ptr::null_mut())
        };
        if code == rcl::RCL_RET_SUBSCRIPTION_TAKE_FAILED as i32 {
            return Ok(None); // no error: rcl leaves no message for it
        }
        check(code, || "taking a message".into())?;
        Ok(Some(MessageInfo {
            gid: super::rmw::publisher_of(&info),
            sequence: info.publication_sequence_number,
            source_stamp: info.source_timestamp,
        }))
    }

    /// The number of matched publishers.
    pub fn publisher_count(&self) -> usize {
        let mut count = 0;
        // SAFETY: the subscription is initialised and `count` is a live local.
        let code = unsafe { rcl::rcl_subscription_get_publisher_count(self.as_ptr(), &mut count) };
        if code == rcl::RCL_RET_OK as i32 { count } else { 0 }
    }

    fn as_ptr(&self) -> *const rcl::rcl_subscription_t {
        self.handle.as_ref()
    }
}

/// The middleware's entry into the callback.
pub(super) unsafe extern "C" fn call(on_message: *const c_void, _waiting: usize) {
    // SAFETY: `new` passed a pointer to a live `OnMessage`, and `drop` unsets the callback before that is freed.
    let on_message = unsafe { &*on_message.cast::<OnMessage>() };
    on_message();
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // SAFETY: unsetting takes the middleware's callback mutex, so that no call is under way or can begin once it
        // returns. The lock on the entities is not held here: the callback may be waiting for something of its own.
        unsafe { rcl::rcl_subscription_set_on_new_message_callback(self.as_ptr(), None, ptr::null()) };
        let _entities = self.node.entities();
        // SAFETY: initialised by `new` with this node, which is still held, and whose entities nobody else changes now.
        unsafe { rcl::rcl_subscription_fini(self.handle.as_mut(), self.node.as_mut_ptr()) };
        super::error::take_message();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::super::{Context, Framed, HEADROOM, Publisher};
    use super::*;

    #[test]
    fn messages_of_growing_and_shrinking_sizes_are_right_whatever_was_written_around_the_one_before() {
        let domain = std::process::id() as usize % 100 + 1;
        let types = TypeSupport::load("std_msgs/msg/String").unwrap();
        let node = |name| Node::new(&Context::new(domain).unwrap(), name).unwrap();
        let (source, reader) = (node("source"), node("reader"));
        let topic = format!("/frames_{}", std::process::id());
        let publisher = Publisher::new(&source, &topic, &types, Qos::default()).unwrap();
        let (waker, woken) = mpsc::sync_channel(1);
        let on_message = Box::new(move || {
            let _already_woken = waker.try_send(());
        });
        let mut subscription =
            Subscription::new(&reader, &topic, &types, Qos::default(), on_message).unwrap();
        while publisher.subscription_count() == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut taken = SerializedMessage::new();
        for length in [1_usize, 5, 3, 70_000, 12, 0, 70_001, 4_000_000, 9, 100].into_iter().cycle().take(30) {
            let text: Vec<u8> = (0..length).map(|at| b'a' + (at % 23) as u8).collect();
            let mut message = vec![0, 1, 0, 0];
            message.extend_from_slice(&(length as u32 + 1).to_le_bytes());
            message.extend_from_slice(&text);
            message.push(0);
            message.resize(message.len().next_multiple_of(4), 0);
            publisher.publish(&message).unwrap();
            while subscription.take(&mut taken).unwrap().is_none() {
                woken.recv_timeout(Duration::from_secs(10)).unwrap();
            }
            assert!(taken.as_bytes() == message, "{length}");
            let Framed { buffer, length } = taken.framed();
            assert!(
                buffer[HEADROOM..HEADROOM + length] == message && buffer.len() >= HEADROOM + length + 128
            );
            buffer.fill(0xee);
        }
    }
}
