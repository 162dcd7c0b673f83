//! Detects that two domains that must be apart have met: at a discovery server, or wherever else the middleware was
//! configured to find peers. Then participants of one domain reach the nodes of the other past this program.

use std::sync::Arc;

use super::rmw::PROFILES;
use super::{Node, Publisher, RosError, Subscription, TypeSupport};
use discreet_graph::qos::Qos;
use discreet_seal::{GRANTS_TOPIC, GRANTS_TYPE};

/// The check that two domains are apart, from both sides.
pub struct Apart {
    outer: Arc<Node>,
    other: Arc<Node>,
    _probe: Probe,
}

/// A discovery server forwards only endpoints of topics that a client uses. So the other domain uses the topic of
/// the outer one, with the end that this process does not have there. Nothing is published, and nothing is read.
enum Probe {
    None,
    Reads { _end: Subscription },
    Writes { _end: Publisher },
}

impl Apart {
    /// For a process that publishes grants on `outer`, and its other domain.
    pub fn of_writer(outer: &Arc<Node>, other: &Arc<Node>) -> Result<Apart, RosError> {
        let probe = || {
            let end = Subscription::new(other, GRANTS_TOPIC, &types()?, Qos::default(), Box::new(|| ()))?;
            Ok(Probe::Reads { _end: end })
        };
        Apart::with(outer, other, probe)
    }

    /// For a process that reads grants on `outer`, and its other domain.
    pub fn of_reader(outer: &Arc<Node>, other: &Arc<Node>) -> Result<Apart, RosError> {
        let probe = || {
            Publisher::new(other, GRANTS_TOPIC, &types()?, Qos::default())
                .map(|end| Probe::Writes { _end: end })
        };
        Apart::with(outer, other, probe)
    }

    fn with(
        outer: &Arc<Node>,
        other: &Arc<Node>,
        probe: impl FnOnce() -> Result<Probe, RosError>,
    ) -> Result<Apart, RosError> {
        let one = outer.domain_id() == other.domain_id();
        let probe = if one { Probe::None } else { probe()? };
        Ok(Apart { outer: Arc::clone(outer), other: Arc::clone(other), _probe: probe })
    }

    /// An error if both domains have discovered one and the same endpoint, which is on one domain only. With one
    /// domain for both there is nothing to keep apart.
    pub fn check(&self) -> Result<(), RosError> {
        let (outer, other) = (self.outer.domain_id(), self.other.domain_id());
        if outer == other {
            return Ok(());
        }
        let there = self.other.ends_of(GRANTS_TOPIC)?;
        match self.outer.ends_of(GRANTS_TOPIC)?.iter().any(|gid| there.contains(gid)) {
            true => Err(RosError::DomainsMeet { one: other, other: outer, profiles: PROFILES }),
            false => Ok(()),
        }
    }
}

fn types() -> Result<TypeSupport, RosError> {
    TypeSupport::load(GRANTS_TYPE)
}
