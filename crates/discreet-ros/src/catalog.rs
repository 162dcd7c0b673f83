//! Publishes the catalogue, signed, when it changes and before its lease ends.

use std::sync::Arc;

use super::{Node, Publisher, RosError, TypeSupport};
use discreet_audit::Time;
use discreet_graph::Gid;
use discreet_graph::qos::Qos;
use discreet_seal::SenderKey;
use discreet_seal::catalog::{CATALOG_TOPIC, CATALOG_TYPE, Catalog, CatalogLease};

/// The publisher of the catalogue on the outer domain.
pub struct CatalogPublisher {
    publisher: Publisher,
    domain: u32,
    signer: Option<Arc<SenderKey>>,
    /// The last catalogue, and the end of its lease.
    published: Option<(CatalogLease, Catalog)>,
}

impl CatalogPublisher {
    /// Makes the publisher on this node. Without a signer the catalogue is not signed, and opens nothing.
    pub fn new(
        outer: &Arc<Node>,
        qos: Qos,
        signer: Option<Arc<SenderKey>>,
    ) -> Result<CatalogPublisher, RosError> {
        let publisher = Publisher::new(outer, CATALOG_TOPIC, &TypeSupport::load(CATALOG_TYPE)?, qos)?;
        let domain = u32::try_from(outer.domain_id()).unwrap_or(u32::MAX);
        Ok(CatalogPublisher { publisher, domain, signer, published: None })
    }

    /// The id of the publisher.
    pub fn gid(&self) -> Gid {
        self.publisher.gid()
    }

    /// Publishes the catalogue if it has changed, or if the lease of the last one is due.
    pub fn publish(&mut self, catalog: Catalog) -> Result<(), RosError> {
        let lease = CatalogLease::from(Time::system().nanoseconds);
        // By the time of day, as its readers judge it: a clock that was set renews it at once.
        let published = self.published.as_ref().filter(|(known, _)| !known.is_due(lease.stamp));
        if published.is_none_or(|(_, published)| *published != catalog) {
            self.publisher.publish(&match &self.signer {
                Some(signer) => catalog.signed(signer, self.domain, lease),
                None => catalog.unsigned(lease),
            })?;
            self.published = Some((lease, catalog));
        }
        Ok(())
    }
}
