//! The edge to ROS 2: the only place that names `r2r` or `r2r_rcl`, and the only one with `unsafe`.
//!
//! The data plane is a thin, safe layer over `r2r_rcl`, the C bindings below r2r. r2r itself keeps a channel of ten
//! messages per subscription and drops the rest without a word, has one domain per process, and throws away who
//! published a message; a guard needs all three. r2r serves the control plane: parameters, services, diagnostics.
//!
//! Every handle below frees itself in the order that rcl demands, because each holds what it depends on.
#![allow(unsafe_code)] // rcl is a C library; every block says why it is sound

mod context;
mod error;
mod graph;
mod publisher;
mod qos;
mod subscription;
mod type_support;

pub use context::{Context, Node};
pub use error::RosError;
pub use graph::{Endpoint, GraphChanges, TopicGraph};
pub use publisher::Publisher;
pub use subscription::{MessageInfo, SerializedMessage, Subscription};
pub use type_support::TypeSupport;

/// A publisher's globally unique id on its domain (RTPS: 12 bytes of participant, 4 of entity).
pub type Gid = [u8; r2r_rcl::RMW_GID_STORAGE_SIZE as usize];
