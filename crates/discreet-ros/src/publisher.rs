//! Publishes bytes that are already serialized.

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use r2r_rcl as rcl;

use super::Gid;
use super::context::{Node, c_string};
use super::error::{RosError, check};
use super::type_support::TypeSupport;
use discreet_graph::qos::Qos;

/// A publisher of serialized messages of a type chosen at run time.
pub struct Publisher {
    handle: Box<rcl::rcl_publisher_t>,
    node: Arc<Node>,
    gid: Gid,
    published: AtomicU64,
}

// SAFETY: rcl_publish_serialized_message is thread-safe; the handle is changed only by `new` and `drop`.
unsafe impl Send for Publisher {}
// SAFETY: as above.
unsafe impl Sync for Publisher {}

impl Publisher {
    /// Advertises `topic` on the node's domain.
    pub fn new(node: &Arc<Node>, topic: &str, types: &TypeSupport, qos: Qos) -> Result<Publisher, RosError> {
        let name = c_string(topic)?;
        // SAFETY: node and type support are valid and outlive the publisher (the node is held below, the type support
        // is static); rcl copies name and options; nobody else changes the node's entities meanwhile.
        unsafe {
            let mut handle = Box::new(rcl::rcl_get_zero_initialized_publisher());
            let mut options = rcl::rcl_publisher_get_default_options();
            options.qos = super::qos::profile(qos);
            let entities = node.entities();
            check(
                rcl::rcl_publisher_init(
                    handle.as_mut(),
                    node.as_ptr(),
                    types.handle.as_ptr(),
                    name.as_ptr(),
                    &options,
                ),
                || format!("announcing `{topic}` on domain {}", node.domain_id()),
            )?;
            drop(entities);
            let mut publisher = Publisher {
                handle,
                node: Arc::clone(node),
                gid: Gid::default(),
                published: AtomicU64::new(0),
            };
            let mut gid = rcl::rmw_gid_t { implementation_identifier: ptr::null(), data: Gid::default() };
            check(
                rcl::rmw_get_gid_for_publisher(
                    rcl::rcl_publisher_get_rmw_handle(publisher.as_ptr()),
                    &mut gid,
                ),
                || format!("asking for the id of `{topic}`"),
            )?;
            publisher.gid = gid.data;
            Ok(publisher)
        }
    }

    /// Publishes one serialized message (encapsulation header and CDR) and returns its publication sequence number,
    /// which a subscriber finds in its message info. DDS counts from 1.
    pub fn publish(&self, cdr: &[u8]) -> Result<u64, RosError> {
        // rmw only reads the message, so the bytes are lent, not copied.
        let message = rcl::rcutils_uint8_array_t {
            buffer: cdr.as_ptr().cast_mut(),
            buffer_length: cdr.len(),
            buffer_capacity: cdr.len(),
            // SAFETY: returns a struct of function pointers by value.
            allocator: unsafe { rcl::rcutils_get_default_allocator() },
        };
        // SAFETY: the publisher is initialised; the message points to `cdr`, which outlives the call, and rmw takes it
        // as const.
        let code = unsafe { rcl::rcl_publish_serialized_message(self.as_ptr(), &message, ptr::null_mut()) };
        check(code, || "publishing".into())?;
        Ok(self.published.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// The number of matched subscriptions.
    pub fn subscription_count(&self) -> usize {
        let mut count = 0;
        // SAFETY: the publisher is initialised and `count` is a live local.
        let code = unsafe { rcl::rcl_publisher_get_subscription_count(self.as_ptr(), &mut count) };
        if code == rcl::RCL_RET_OK as i32 { count } else { 0 }
    }

    /// Waits until every reliable subscriber has all published messages, at most for `timeout`.
    pub fn flush(&self, timeout: Duration) {
        let nanoseconds = i64::try_from(timeout.as_nanos()).unwrap_or(i64::MAX);
        // SAFETY: the publisher is initialised.
        let code = unsafe { rcl::rcl_publisher_wait_for_all_acked(self.as_ptr(), nanoseconds) };
        if code != rcl::RCL_RET_OK as i32 {
            super::error::take_message(); // a slow subscriber loses the rest, as it would with its source gone
        }
    }

    /// The publisher's id as subscribers see it.
    pub fn gid(&self) -> Gid {
        self.gid
    }

    fn as_ptr(&self) -> *const rcl::rcl_publisher_t {
        self.handle.as_ref()
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        let _entities = self.node.entities();
        // SAFETY: initialised by `new` with this node, which is still held, and whose entities nobody else changes now.
        unsafe { rcl::rcl_publisher_fini(self.handle.as_mut(), self.node.as_mut_ptr()) };
        super::error::take_message();
    }
}
