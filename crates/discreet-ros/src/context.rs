//! A DDS participant on one domain, and its node.

use std::ffi::CString;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard};

use r2r_rcl as rcl;

use super::error::{RosError, check};
use discreet_host::sync::lock;

/// A ROS 2 context: one DDS participant on one domain id. A process may have several, each on its own domain.
pub struct Context {
    // Boxed: rcl keeps the address of the context in what is made from it.
    pub(super) handle: Box<rcl::rcl_context_t>,
    domain_id: usize,
}

// SAFETY: rcl allows a context to be used from any thread; it is changed only by `new` and `drop`, which own it alone.
unsafe impl Send for Context {}
// SAFETY: as above; shared use is read-only.
unsafe impl Sync for Context {}

impl Context {
    /// Joins `domain_id` (0 to 232, or to 101 where the operating system's ephemeral ports begin low).
    ///
    /// Takes no command-line arguments, so that a remapping meant for the node's control plane cannot reroute data.
    pub fn new(domain_id: usize) -> Result<Arc<Context>, RosError> {
        super::rmw::prepare(domain_id);
        // SAFETY: the calls are in the order of rcl/init.h: zero, init options, set domain, init, fini options. All
        // pointers are to live locals, and no arguments are passed (argc 0 allows a null argv).
        unsafe {
            let mut options = rcl::rcl_get_zero_initialized_init_options();
            check(rcl::rcl_init_options_init(&mut options, rcl::rcutils_get_default_allocator()), || {
                "preparing a ROS context".into()
            })?;
            let mut handle = Box::new(rcl::rcl_get_zero_initialized_context());
            let joined = check(rcl::rcl_init_options_set_domain_id(&mut options, domain_id), || {
                format!("choosing ROS domain {domain_id}")
            })
            .and_then(|()| {
                check(rcl::rcl_init(0, ptr::null(), &options, handle.as_mut()), || {
                    format!("joining ROS domain {domain_id}")
                })
            });
            rcl::rcl_init_options_fini(&mut options);
            joined?;
            Ok(Arc::new(Context { handle, domain_id }))
        }
    }

    /// The domain id that was joined.
    pub fn domain_id(&self) -> usize {
        self.domain_id
    }

    /// The context as rcl's functions want it. They take `*mut` also where they only read.
    pub(super) fn as_mut_ptr(&self) -> *mut rcl::rcl_context_t {
        ptr::from_ref(self.handle.as_ref()).cast_mut()
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: the handle was initialised by `new`; whatever was made from it holds an `Arc` to this context and is
        // therefore gone by now.
        unsafe {
            rcl::rcl_shutdown(self.handle.as_mut());
            rcl::rcl_context_fini(self.handle.as_mut());
        }
        super::error::take_message(); // nothing to do about an error here, but it must not stick to the next call
    }
}

/// A node on a context's domain.
pub struct Node {
    pub(super) handle: Box<rcl::rcl_node_t>,
    pub(super) context: Arc<Context>,
    entities: Mutex<()>,
}

// SAFETY: graph queries may be made from any thread (rmw guards its graph cache). Making and destroying publishers and
// subscriptions changes the node's type cache, which rcl does not guard: `entities` does.
unsafe impl Send for Node {}
// SAFETY: as above.
unsafe impl Sync for Node {}

impl Node {
    /// Makes a node. Its name may begin with its namespace: `/robot1/guard_inner`.
    pub fn new(context: &Arc<Context>, name: &str) -> Result<Arc<Node>, RosError> {
        let (namespace, own_name) = name.rsplit_once('/').unwrap_or(("", name));
        let (c_namespace, c_name) = (c_string(namespace)?, c_string(own_name)?);
        // SAFETY: the context is initialised and outlives the node (held below); names are NUL-terminated and live
        // during the call; the options are copied by rcl.
        unsafe {
            let mut handle = Box::new(rcl::rcl_get_zero_initialized_node());
            let mut options = rcl::rcl_node_get_default_options();
            options.enable_rosout = false; // the control node speaks for the process
            check(
                rcl::rcl_node_init(
                    handle.as_mut(),
                    c_name.as_ptr(),
                    c_namespace.as_ptr(),
                    context.as_mut_ptr(),
                    &options,
                ),
                || format!("making node `{name}` on domain {}", context.domain_id),
            )?;
            Ok(Arc::new(Node { handle, context: Arc::clone(context), entities: Mutex::new(()) }))
        }
    }

    /// The domain id the node is on.
    pub fn domain_id(&self) -> usize {
        self.context.domain_id
    }

    /// To be held while a publisher or subscription of this node is made or destroyed.
    pub(super) fn entities(&self) -> MutexGuard<'_, ()> {
        lock(&self.entities)
    }

    pub(super) fn as_ptr(&self) -> *const rcl::rcl_node_t {
        self.handle.as_ref()
    }

    pub(super) fn as_mut_ptr(&self) -> *mut rcl::rcl_node_t {
        self.as_ptr().cast_mut()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`; publishers and subscriptions hold an `Arc` to this node and are gone by now.
        unsafe { rcl::rcl_node_fini(self.handle.as_mut()) };
        super::error::take_message();
    }
}

pub(super) fn c_string(text: &str) -> Result<CString, RosError> {
    CString::new(text).map_err(|_| RosError::Name(text.escape_default().to_string()))
}
