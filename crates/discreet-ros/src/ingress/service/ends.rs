//! The two ends of a service.

use std::sync::{Arc, Weak};

use crate::wake::wake;
use crate::workers::{ReadyQueue, Serve};
use crate::{Client, Node, RosError, Server, ServiceSupport};

/// The server outside, and the client inside. The services of an action and those for parameters are offered only while the
/// robot offers them, because clients wait for that, and are not told of a refusal.
pub struct Ends {
    pub server: Option<Server>,
    pub client: Client,
    pub offer: Offer,
}

/// Offers the service outside.
pub type Offer = Box<dyn Fn() -> Result<Server, RosError> + Send>;

impl Ends {
    /// Offers the service while the robot does, and gives whether the robot does. It is not offered before it may be, nor
    /// withdrawn while callers wait.
    pub fn follow(&mut self, may_begin: bool, may_end: bool) -> bool {
        let is_available = self.client.is_available();
        match (is_available, self.server.is_some()) {
            // Tried again if the middleware refuses.
            (true, false) if may_begin => self.server = (self.offer)().ok(),
            (false, true) if may_end => self.server = None,
            _ => {}
        }
        is_available
    }
}

/// Offers `outside` when it is called. Requests wake `ingress`.
pub fn offer<T: Serve + 'static>(
    outer: &Arc<Node>,
    outside: &str,
    call: ServiceSupport,
    ingress: &Arc<T>,
    queue: &Arc<ReadyQueue>,
) -> Offer {
    let (outer, outside, weak, queue) =
        (Arc::clone(outer), outside.to_owned(), Arc::downgrade(ingress), Arc::clone(queue));
    Box::new(move || Server::new(&outer, &outside, &call, wake(Weak::clone(&weak), Arc::clone(&queue))))
}
