//! The server of a service.

use std::ptr;
use std::sync::Arc;

use r2r_rcl as rcl;

use super::super::context::{Node, c_string};
use super::super::error::{RosError, check, take_message};
use super::super::subscription::{OnMessage, call};
use super::super::{Gid, SerializedMessage};
use super::ServiceSupport;

/// Requests that wait: as many as commands, so that those of one client are not dropped at once when others send many.
const QUEUE: usize = 200;

/// Offers a service. Requests wait in the middleware's queue, 200 at most, the oldest dropped first.
pub struct Server {
    handle: Box<rcl::rcl_service_t>,
    node: Arc<Node>,
    name: String,
    support: ServiceSupport,
    // Boxed twice: the middleware keeps a thin pointer to the inner box.
    on_request: Box<OnMessage>,
}

// SAFETY: rcl_take_request and rcl_send_response may be called from any thread, one at a time (both want `&mut self`);
// the callback is Send + Sync.
unsafe impl Send for Server {}

/// Identifies a request: its client and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId {
    /// The id of the client's request writer.
    pub client: Gid,
    /// The client's count.
    pub sequence: i64,
}

impl RequestId {
    /// True if the client is of another vendor of DDS: the request is not in the form that this process reads.
    pub fn is_of_another_vendor(&self) -> bool {
        super::super::rmw::is_of_another_vendor(&self.client)
    }
}

impl Server {
    /// Offers the service `name` on the node's domain.
    pub fn new(
        node: &Arc<Node>,
        name: &str,
        support: &ServiceSupport,
        on_request: OnMessage,
    ) -> Result<Server, RosError> {
        let c_name = c_string(name)?;
        // SAFETY: node and type support outlive the service (held below, static); rcl copies name and options; nobody
        // else changes the node's entities meanwhile.
        let server = unsafe {
            let mut handle = Box::new(rcl::rcl_get_zero_initialized_service());
            let mut options = rcl::rcl_service_get_default_options();
            options.qos.depth = QUEUE;
            let entities = node.entities();
            check(
                rcl::rcl_service_init(
                    handle.as_mut(),
                    node.as_ptr(),
                    support.handle.as_ptr(),
                    c_name.as_ptr(),
                    &options,
                ),
                || format!("offering `{name}` on domain {}", node.domain_id()),
            )?;
            drop(entities);
            Server {
                handle,
                node: Arc::clone(node),
                name: name.to_owned(),
                support: support.clone(),
                on_request: Box::new(on_request),
            }
        };
        // SAFETY: the user data points to the boxed callback, whose address does not change when the server moves, and
        // which is freed only after the callback was unset in `drop`.
        let code = unsafe {
            rcl::rcl_service_set_on_new_request_callback(
                server.as_ptr(),
                Some(call),
                ptr::from_ref(server.on_request.as_ref()).cast(),
            )
        };
        check(code, || format!("listening to calls of `{name}`"))?;
        Ok(server)
    }

    /// The clients of another vendor of DDS: their requests are not in the form that this process reads.
    pub fn clients_of_another_vendor(&self) -> Vec<Gid> {
        let clients = self.node.clients_of(&self.name).unwrap_or_default();
        clients.into_iter().filter(super::super::rmw::is_of_another_vendor).collect()
    }

    /// Takes the oldest waiting request into `request`; none if nothing waits.
    pub fn take_request(&mut self, request: &mut SerializedMessage) -> Result<Option<RequestId>, RosError> {
        let typed = self.support.request.make()?;
        let mut id = rcl::rmw_request_id_t { writer_guid: Gid::default(), sequence_number: 0 };
        // SAFETY: the service is initialised, the structure is of its request's type; nobody else uses them meanwhile.
        let code = unsafe { rcl::rcl_take_request(self.as_ptr(), &mut id, typed.as_ptr()) };
        if code == rcl::RCL_RET_SERVICE_TAKE_FAILED as i32 {
            return Ok(None);
        }
        check(code, || "taking a request".into())?;
        typed.write(request)?;
        Ok(Some(RequestId { client: id.writer_guid, sequence: id.sequence_number }))
    }

    /// Answers a request, with bytes that are checked to be a response of the type.
    pub fn send_response(&mut self, to: RequestId, response: &[u8]) -> Result<(), RosError> {
        let typed = self.support.response.read(response)?;
        let mut id = rcl::rmw_request_id_t { writer_guid: to.client, sequence_number: to.sequence };
        // SAFETY: the service is initialised, the structure is of its response's type, and rmw only reads it.
        let code = unsafe { rcl::rcl_send_response(self.as_ptr(), &mut id, typed.as_ptr()) };
        check(code, || "answering a call".into())
    }

    fn as_ptr(&self) -> *const rcl::rcl_service_t {
        self.handle.as_ref()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SAFETY: unsetting takes the middleware's callback mutex, so that no call is under way or can begin once it
        // returns. The lock on the entities is not held here: the callback may be waiting for something of its own.
        unsafe { rcl::rcl_service_set_on_new_request_callback(self.as_ptr(), None, ptr::null()) };
        let _entities = self.node.entities();
        // SAFETY: initialised by `new` with this node, which is still held, and whose entities nobody else changes now.
        unsafe { rcl::rcl_service_fini(self.handle.as_mut(), self.node.as_mut_ptr()) };
        take_message();
    }
}
