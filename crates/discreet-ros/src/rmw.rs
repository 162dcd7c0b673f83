//! The middleware below rcl: all that holds for one implementation of it only. The rest of this crate asks here.
//!
//! Today there is one, rmw_fastrtps (Fast DDS); the guard tests at its start whether the middleware does what it needs (`probe.rs`). The serialized form of messages is `discreet_cdr`'s: `fastdds_dialect.rs` there.

mod fastdds;
mod probe;

use discreet_graph::{Gid, NodeName};
use discreet_policy::names::is_ros_name;
use r2r_rcl as rcl;

pub use fastdds::no_discovery_server;
pub(super) use fastdds::{PROFILES, left_behind, prepare, unreachable};
pub(super) use probe::probe;
pub use probe::{Lack, Middleware};

/// The publisher of a message, by the id that discovery gives it. Fast DDS has the same id in both places.
pub(super) fn publisher_of(info: &rcl::rmw_message_info_t) -> Gid {
    info.publisher_gid.data
}

/// Is this end of a service of another vendor of DDS than this process? ROS 2 has no services between them: each vendor's
/// middleware writes requests in a form of its own. The first two bytes are the vendor's (RTPS 2.5, 9.3.1.5).
pub(super) fn is_of_another_vendor(end: &Gid) -> bool {
    end.first_chunk() != Some(&fastdds::VENDOR)
}

/// The middleware's topic with the requests of a service (design.ros2.org, topic and service names).
pub(super) fn requests_of(service: &str) -> String {
    format!("rq{service}Request")
}

/// The name of a node that is not known yet, and of a participant that is not a ROS node (rmw_dds_common).
const UNKNOWN_NODE: &str = "_NODE_NAME_UNKNOWN_";
const NOT_ROS: &str = "_CREATED_BY_BARE_DDS_APP_";

/// The node that an endpoint names.
pub(super) fn node_name(namespace: &str, name: &str) -> NodeName {
    match name {
        UNKNOWN_NODE | "" => NodeName::Unknown,
        NOT_ROS => NodeName::NotRos,
        // A name that no ROS node can have was made by another program, for an unknown purpose.
        _ => Some(format!("{}/{name}", namespace.trim_end_matches('/')))
            .filter(|name| is_ros_name(name))
            .map_or(NodeName::NotRos, NodeName::Node),
    }
}
