//! The edge to ROS 2: the only place that names `r2r` or `r2r_rcl`, and the only one with `unsafe`.
//!
//! The data plane is a thin, safe layer over `r2r_rcl`, the C bindings below r2r. r2r itself keeps a channel of ten
//! messages per subscription and drops the rest silently, has one domain per process, and does not say who
//! published a message; a guard needs all three. r2r serves the control plane: parameters, services, diagnostics.
//!
//! Every handle below frees itself in the order that rcl demands, because each holds what it depends on.
#![allow(unsafe_code)] // rcl is a C library; every block says why it is sound

mod bridge;
mod catalog;
mod commanding;
mod context;
mod domains_apart;
mod error;
mod files;
mod graph;
mod guard_parameters;
mod health;
mod ingress;
mod kept_out;
mod lifecycle;
mod listener;
mod logger;
mod outer;
mod program;
mod publisher;
mod qos;
mod readers;
mod rmw;
mod roster;
mod route;
mod route_maker;
mod serialized;
mod service;
mod shared;
mod slot;
mod subscription;
mod topic_status;
mod type_support;
mod unsealing;
mod wake;
mod workers;

pub use bridge::{Bridge, BridgeParts};
pub use commanding::{Commanding, CommandingParts};
pub use context::{Context, Node};
pub use domains_apart::Apart;
pub use error::RosError;
pub use files::keep_files_to_itself;
pub use graph::GraphChanges;
pub use guard_parameters::{Control, GUARD_PARAMETERS, Settings};
pub use health::Health;
pub use ingress::IngressStatus;
pub use lifecycle::Lifecycle;
pub use logger::Logger;
pub use program::{Diagnostics, LAST_DOMAIN, Level, Parameters, Program, StartError, Status, own_domain};
pub use publisher::Publisher;
pub use rmw::{Lack, Middleware, no_discovery_server};
pub use route_maker::InspectorFactory;
pub use serialized::{Framed, HEADROOM, SerializedMessage};
pub use service::{Client, RequestId, Server, ServiceSupport};
pub use shared::Shared;
pub use subscription::{MessageInfo, OnMessage, Subscription};
pub use topic_status::TopicStatus;
pub use type_support::TypeSupport;
pub use unsealing::{Unsealing, UnsealingParts};

pub use discreet_seal::commanding::CommandedStatus;
pub use discreet_seal::unseal::{RefusedPosts, UnsealedStatus};

use discreet_graph::Gid;
