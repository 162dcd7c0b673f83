//! What diagnostics knows of a topic.

use std::sync::Arc;

use super::readers::Unmatched;
use super::route::Route;
use discreet_graph::qos::Qos;
use discreet_guard::desired::Exclusion;

/// A topic as diagnostics shows it.
pub struct TopicStatus {
    /// Its name on the inner domain.
    pub topic: String,
    /// Its route, if it has one.
    pub route: Option<Arc<Route>>,
    /// The offers on the outer domain, each once.
    pub qos: Vec<Qos>,
    /// Readers outside that get nothing of it, or not all.
    pub unmatched: Vec<Unmatched>,
    /// The nodes of its sources.
    pub nodes: Vec<String>,
    /// Those of them that share their name with another node.
    pub namesakes: Vec<String>,
    /// The publishers that are kept out.
    pub exclusions: Vec<Exclusion>,
}
