//! Clients of another vendor of DDS, which ROS 2 services do not reach.

use std::collections::BTreeSet;

use crate::{Gid, Server};
use discreet_audit::Time;
use discreet_guard::ingress::{Authorizer, IngressStats, Refused};

/// The clients of another vendor that were there at the last look.
#[derive(Default)]
pub struct Foreign(BTreeSet<Gid>);

impl Foreign {
    /// Looks again, and counts a refusal for each that is new.
    pub fn refuse_new(&mut self, server: &Server, authorizer: &mut Authorizer, stats: &IngressStats) {
        let now: BTreeSet<Gid> = server.clients_of_another_vendor().into_iter().collect();
        for _ in now.difference(&self.0) {
            authorizer.refuse(stats, Refused::OtherMiddleware.into(), Time::system());
        }
        self.0 = now;
    }
}
