//! Ends of another vendor of DDS, which ROS 2 services do not reach.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::ends::Ends;
use crate::Gid;
use discreet_audit::Time;
use discreet_guard::ingress::{Authorizer, IngressStats, Refused};

/// Interval of the looks, each of which asks the graph.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The ends of a service that were of another vendor at the last look.
#[derive(Default)]
pub struct OtherVendors {
    looked: Option<Instant>,
    /// Only such nodes offer the service inside.
    pub serve: bool,
    /// Clients outside, whose requests the middleware cannot read, and does not give.
    clients: BTreeSet<Gid>,
}

impl OtherVendors {
    /// Looks, if the last look is not a moment ago, and counts a refusal for each client that is new.
    pub fn look(&mut self, ends: &Ends, authorizer: &mut Authorizer, stats: &IngressStats) {
        if self.looked.is_some_and(|at| at.elapsed() < LOOK_EVERY) {
            return;
        }
        self.looked = Some(Instant::now());
        self.serve = ends.client.is_of_another_vendor();
        let clients: BTreeSet<Gid> =
            ends.server.iter().flat_map(|server| server.clients_of_another_vendor()).collect();
        for _ in clients.difference(&self.clients) {
            authorizer.refuse(stats, Refused::OtherMiddleware.into(), Time::system());
        }
        self.clients = clients;
    }
}
