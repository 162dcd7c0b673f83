//! Taking messages as they came off the wire, with who sent them.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use r2r_rcl as rcl;

use super::Gid;
use super::context::{Node, c_string};
use super::error::{RosError, check};
use super::type_support::TypeSupport;
use crate::qos::Qos;

/// Called when messages wait to be taken. Runs on a thread of the middleware: it must only pass the word on.
pub type OnMessage = Box<dyn Fn() + Send + Sync>;

/// A subscription that hands out serialized messages of a type chosen at run time.
///
/// Its queue is the middleware's own, KEEP_LAST(depth): bounded, the oldest dropped first. What was dropped shows as
/// a gap in the publishers' sequence numbers.
pub struct Subscription {
    handle: Box<rcl::rcl_subscription_t>,
    node: Arc<Node>,
    // Boxed twice: the middleware keeps a thin pointer to the inner box.
    on_message: Box<OnMessage>,
}

// SAFETY: rcl_take may be called from any thread, one at a time (`take` wants `&mut self`); the callback is Send + Sync.
unsafe impl Send for Subscription {}

/// Who sent a message, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageInfo {
    /// The publisher.
    pub gid: Gid,
    /// The publisher's count of its messages, from 1.
    pub sequence: u64,
    /// When the source published, nanoseconds since 1970 by the source's clock.
    pub source_stamp: i64,
}

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
        // Deadline and lifespan are the publisher's promises. Asking for them could only lose a match.
        let qos = Qos { deadline: None, lifespan: None, ..qos };
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
            gid: info.publisher_gid.data,
            sequence: info.publication_sequence_number,
            source_stamp: info.source_timestamp,
        }))
    }

    fn as_ptr(&self) -> *const rcl::rcl_subscription_t {
        self.handle.as_ref()
    }
}

/// The middleware's way into the callback.
unsafe extern "C" fn call(on_message: *const c_void, _waiting: usize) {
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

/// A buffer that messages are taken into, again and again. It grows to the largest message and stays there.
pub struct SerializedMessage {
    array: rcl::rcutils_uint8_array_t,
}

// SAFETY: the array owns its memory, and nothing else points to it.
unsafe impl Send for SerializedMessage {}

impl SerializedMessage {
    /// An empty buffer.
    pub fn new() -> SerializedMessage {
        // SAFETY: both functions return plain values; a zeroed array with an allocator is rcutils' empty array.
        let array = unsafe {
            rcl::rcutils_uint8_array_t {
                allocator: rcl::rcutils_get_default_allocator(),
                ..rcl::rcutils_get_zero_initialized_uint8_array()
            }
        };
        SerializedMessage { array }
    }

    /// The message: encapsulation header and CDR.
    pub fn as_bytes(&self) -> &[u8] {
        if self.array.buffer.is_null() {
            return &[];
        }
        // SAFETY: rcutils keeps `buffer` valid for `buffer_length` initialised bytes, and `self` is borrowed meanwhile.
        unsafe { std::slice::from_raw_parts(self.array.buffer, self.array.buffer_length) }
    }

    /// The same. It may be changed, as redaction does.
    pub fn as_mut_bytes(&mut self) -> &mut [u8] {
        if self.array.buffer.is_null() {
            return &mut [];
        }
        // SAFETY: rcutils keeps `buffer` valid for `buffer_length` initialised bytes, which nobody else points to, and
        // `self` is borrowed exclusively meanwhile.
        unsafe { std::slice::from_raw_parts_mut(self.array.buffer, self.array.buffer_length) }
    }
}

impl Default for SerializedMessage {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for SerializedMessage {
    fn drop(&mut self) {
        // SAFETY: the array is empty or was filled by rmw with its own allocator.
        unsafe { rcl::rcutils_uint8_array_fini(&mut self.array) };
    }
}
