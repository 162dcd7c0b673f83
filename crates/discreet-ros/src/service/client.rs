//! The client of a service.

use std::ptr;
use std::sync::Arc;

use r2r_rcl as rcl;

use super::super::context::{Node, c_string};
use super::super::error::{RosError, check, take_message};
use super::super::subscription::{OnMessage, call};
use super::super::{Gid, SerializedMessage};
use super::ServiceSupport;

/// Calls a service. Responses wait in the middleware's queue: ten at most, the oldest dropped first.
pub struct Client {
    handle: Box<rcl::rcl_client_t>,
    node: Arc<Node>,
    name: String,
    support: ServiceSupport,
    // Boxed twice: the middleware keeps a thin pointer to the inner box.
    on_response: Box<OnMessage>,
}

// SAFETY: rcl_send_request and rcl_take_response may be called from any thread, one at a time (both want `&mut self`);
// the callback is Send + Sync.
unsafe impl Send for Client {}

impl Client {
    /// Prepares to call the service `name` on the node's domain.
    pub fn new(
        node: &Arc<Node>,
        name: &str,
        support: &ServiceSupport,
        on_response: OnMessage,
    ) -> Result<Client, RosError> {
        let c_name = c_string(name)?;
        // SAFETY: node and type support outlive the client (held below, static); rcl copies name and options; nobody
        // else changes the node's entities meanwhile.
        let client = unsafe {
            let mut handle = Box::new(rcl::rcl_get_zero_initialized_client());
            let options = rcl::rcl_client_get_default_options();
            let entities = node.entities();
            check(
                rcl::rcl_client_init(
                    handle.as_mut(),
                    node.as_ptr(),
                    support.handle.as_ptr(),
                    c_name.as_ptr(),
                    &options,
                ),
                || format!("preparing to call `{name}` on domain {}", node.domain_id()),
            )?;
            drop(entities);
            Client {
                handle,
                node: Arc::clone(node),
                name: name.to_owned(),
                support: support.clone(),
                on_response: Box::new(on_response),
            }
        };
        // SAFETY: the user data points to the boxed callback, whose address does not change when the client moves, and
        // which is freed only after the callback was unset in `drop`.
        let code = unsafe {
            rcl::rcl_client_set_on_new_response_callback(
                client.as_ptr(),
                Some(call),
                ptr::from_ref(client.on_response.as_ref()).cast(),
            )
        };
        check(code, || format!("listening to answers of `{name}`"))?;
        Ok(client)
    }

    /// True if a node offers the service.
    pub fn is_available(&self) -> bool {
        let mut available = false;
        // SAFETY: node and client are initialised; the out-parameter is a live local.
        let code = unsafe {
            rcl::rcl_service_server_is_available(self.node.as_ptr(), self.as_ptr(), &mut available)
        };
        if code != rcl::RCL_RET_OK as i32 {
            take_message();
        }
        code == rcl::RCL_RET_OK as i32 && available
    }

    /// True if only nodes of another vendor of DDS offer the service: they get no request of this process.
    pub fn is_of_another_vendor(&self) -> bool {
        let servers = self.node.servers_of(&self.name).unwrap_or_default();
        !servers.is_empty() && servers.iter().all(super::super::rmw::is_of_another_vendor)
    }

    /// Sends bytes that are checked to be a request of the type; returns the sequence number that the answer will
    /// have.
    pub fn send_request(&mut self, request: &[u8]) -> Result<i64, RosError> {
        let typed = self.support.request.read(request)?;
        let mut number = 0;
        // SAFETY: the client is initialised, the structure is of its request's type, and rmw only reads it.
        let code = unsafe { rcl::rcl_send_request(self.as_ptr(), typed.as_ptr(), &mut number) };
        check(code, || "calling a service".into())?;
        Ok(number)
    }

    /// Takes the oldest waiting response into `response`, and returns the number of its request; none if nothing
    /// waits.
    pub fn take_response(&mut self, response: &mut SerializedMessage) -> Result<Option<i64>, RosError> {
        let typed = self.support.response.make()?;
        let mut id = rcl::rmw_request_id_t { writer_guid: Gid::default(), sequence_number: 0 };
        // SAFETY: the client is initialised, the structure is of its response's type; nobody else uses them meanwhile.
        let code = unsafe { rcl::rcl_take_response(self.as_ptr(), &mut id, typed.as_ptr()) };
        if code == rcl::RCL_RET_CLIENT_TAKE_FAILED as i32 {
            return Ok(None);
        }
        check(code, || "taking a response".into())?;
        typed.write(response)?;
        Ok(Some(id.sequence_number))
    }

    fn as_ptr(&self) -> *const rcl::rcl_client_t {
        self.handle.as_ref()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: unsetting takes the middleware's callback mutex, so that no call is under way or can begin once it
        // returns. The lock on the entities is not held here: the callback may be waiting for something of its own.
        unsafe { rcl::rcl_client_set_on_new_response_callback(self.as_ptr(), None, ptr::null()) };
        let _entities = self.node.entities();
        // SAFETY: initialised by `new` with this node, which is still held, and whose entities nobody else changes now.
        unsafe { rcl::rcl_client_fini(self.handle.as_mut(), self.node.as_mut_ptr()) };
        take_message();
    }
}
