//! Discovery: the endpoints on a domain, and changes of its graph.

use std::ffi::{CStr, c_char};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use r2r_rcl as rcl;

use super::context::{Context, Node, c_string};
use super::error::{RosError, check};
use super::type_support::hash_text;
use discreet_audit::cleaned;
use discreet_graph::{Endpoint, Gid, TopicGraph};
use discreet_policy::names::is_ros_name;

impl Node {
    /// Every publisher on the node's domain now.
    pub fn topic_graph(&self) -> Result<TopicGraph, RosError> {
        let mut graph = TopicGraph::new();
        // Any participant may choose names; one that ROS does not allow is not a topic of a robot.
        for topic in self.topic_names()?.into_iter().filter(|topic| is_ros_name(topic)) {
            let publishers = self.publishers_of(&topic)?;
            if !publishers.is_empty() {
                graph.insert(topic, publishers);
            }
        }
        Ok(graph)
    }

    fn topic_names(&self) -> Result<Vec<String>, RosError> {
        // SAFETY: the node is initialised; the out-parameter is zeroed as rcl wants it, read while valid, and freed.
        unsafe {
            let mut allocator = rcl::rcutils_get_default_allocator();
            let mut found = rcl::rmw_get_zero_initialized_names_and_types();
            check(
                rcl::rcl_get_topic_names_and_types(self.as_ptr(), &mut allocator, false, &mut found),
                || "listing topics".into(),
            )?;
            let names = strings(&found.names);
            rcl::rcl_names_and_types_fini(&mut found);
            Ok(names)
        }
    }

    /// True if `topic` has a publisher or subscription, including those of this process.
    pub(super) fn ends_of(&self, topic: &str) -> Result<Vec<Gid>, RosError> {
        let all = [self.publishers_of(topic)?, self.subscribers_of(topic)?];
        Ok(all.iter().flatten().map(|endpoint| endpoint.gid).collect())
    }

    /// The publishers of `topic`, with their offers.
    pub(super) fn publishers_of(&self, topic: &str) -> Result<Vec<Endpoint>, RosError> {
        self.endpoints_of(topic, rcl::rcl_get_publishers_info_by_topic, "publishes")
    }

    /// The readers of `topic`, with their requests.
    pub fn subscribers_of(&self, topic: &str) -> Result<Vec<Endpoint>, RosError> {
        self.endpoints_of(topic, rcl::rcl_get_subscriptions_info_by_topic, "reads")
    }

    /// The ids of the ends that take the requests of `service`, a full name.
    pub(super) fn servers_of(&self, service: &str) -> Result<Vec<Gid>, RosError> {
        let requests = super::rmw::requests_of(service);
        let ends = self.ends(&requests, true, rcl::rcl_get_subscriptions_info_by_topic, "serves")?;
        Ok(ends.into_iter().map(|end| end.gid).collect())
    }

    /// The ids of the ends that send requests to `service`, a full name.
    pub(super) fn clients_of(&self, service: &str) -> Result<Vec<Gid>, RosError> {
        let requests = super::rmw::requests_of(service);
        let ends = self.ends(&requests, true, rcl::rcl_get_publishers_info_by_topic, "calls")?;
        Ok(ends.into_iter().map(|end| end.gid).collect())
    }

    fn endpoints_of(&self, topic: &str, ask: Ask, does: &str) -> Result<Vec<Endpoint>, RosError> {
        self.ends(topic, false, ask, does)
    }

    /// `is_raw` for a name of the middleware, that rcl does not change.
    fn ends(&self, topic: &str, is_raw: bool, ask: Ask, does: &str) -> Result<Vec<Endpoint>, RosError> {
        let name = c_string(topic)?;
        // SAFETY: as above; the array is valid for `size` entries until it is freed.
        unsafe {
            let mut allocator = rcl::rcutils_get_default_allocator();
            let mut found = rcl::rmw_get_zero_initialized_topic_endpoint_info_array();
            check(ask(self.as_ptr(), &mut allocator, name.as_ptr(), is_raw, &mut found), || {
                format!("asking who {does} `{topic}`")
            })?;
            let endpoints = match found.size {
                0 => Vec::new(),
                size => std::slice::from_raw_parts(found.info_array, size)
                    .iter()
                    .map(|info| endpoint(info))
                    .collect(),
            };
            rcl::rmw_topic_endpoint_info_array_fini(&mut found, &mut allocator);
            Ok(endpoints)
        }
    }
}

/// rcl's query for the endpoints of a topic.
type Ask = unsafe extern "C" fn(
    *const rcl::rcl_node_t,
    *mut rcl::rcutils_allocator_t,
    *const c_char,
    bool,
    *mut rcl::rcl_topic_endpoint_info_array_t,
) -> rcl::rcl_ret_t;

/// # Safety
/// The strings of `info` are NUL-terminated or null, as rmw gives them.
unsafe fn endpoint(info: &rcl::rmw_topic_endpoint_info_t) -> Endpoint {
    // SAFETY: the caller's promise.
    let (name, namespace, type_name) =
        unsafe { (string(info.node_name), string(info.node_namespace), string(info.topic_type)) };
    Endpoint {
        gid: info.endpoint_gid,
        node: super::rmw::node_name(&namespace, &name),
        type_name: cleaned(&type_name),
        type_hash: hash_text(&info.topic_type_hash),
        qos: super::qos::announced(&info.qos_profile),
    }
}

/// # Safety
/// `array` is one that rcutils filled.
unsafe fn strings(array: &rcl::rcutils_string_array_t) -> Vec<String> {
    if array.data.is_null() {
        return Vec::new();
    }
    // SAFETY: rcutils keeps `size` pointers to NUL-terminated strings in `data`.
    unsafe { std::slice::from_raw_parts(array.data, array.size).iter().map(|text| string(*text)).collect() }
}

/// # Safety
/// `text` is null or NUL-terminated.
unsafe fn string(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// Waits for changes of a domain's graph.
pub struct GraphChanges {
    wait_set: rcl::rcl_wait_set_t,
    node: Arc<Node>,
    _context: Arc<Context>,
}

// SAFETY: a wait set may be moved between threads; it is used by one at a time (`wait` wants `&mut self`).
unsafe impl Send for GraphChanges {}

impl GraphChanges {
    /// Watches the domain of `node`.
    pub fn new(node: &Arc<Node>) -> Result<GraphChanges, RosError> {
        // SAFETY: the context is initialised and held; the wait set is zeroed as rcl wants it.
        unsafe {
            let mut wait_set = rcl::rcl_get_zero_initialized_wait_set();
            check(
                rcl::rcl_wait_set_init(
                    &mut wait_set,
                    0,
                    1,
                    0,
                    0,
                    0,
                    0,
                    node.context.as_mut_ptr(),
                    rcl::rcutils_get_default_allocator(),
                ),
                || "preparing to watch the graph".into(),
            )?;
            Ok(GraphChanges { wait_set, node: Arc::clone(node), _context: Arc::clone(&node.context) })
        }
    }

    /// Waits until the graph has changed (true) or `timeout` has passed (false).
    pub fn wait(&mut self, timeout: Duration) -> Result<bool, RosError> {
        let nanoseconds = i64::try_from(timeout.as_nanos()).unwrap_or(i64::MAX);
        // SAFETY: the wait set is initialised with room for one guard condition; the node's guard condition lives as
        // long as the node, which is held.
        unsafe {
            check(rcl::rcl_wait_set_clear(&mut self.wait_set), || "watching the graph".into())?;
            let changed = rcl::rcl_node_get_graph_guard_condition(self.node.as_ptr());
            check(
                rcl::rcl_wait_set_add_guard_condition(&mut self.wait_set, changed, ptr::null_mut()),
                || "watching the graph".into(),
            )?;
            match rcl::rcl_wait(&mut self.wait_set, nanoseconds) {
                code if code == rcl::RCL_RET_TIMEOUT as i32 => Ok(false),
                code => check(code, || "waiting for the graph".into()).map(|()| true),
            }
        }
    }
}

impl Drop for GraphChanges {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`.
        unsafe { rcl::rcl_wait_set_fini(&mut self.wait_set) };
        super::error::take_message();
    }
}
