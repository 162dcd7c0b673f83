//! The guard without ROS: decides on every message that leaves, and on every command and call that comes in.
//!
//! The modules, in the order in which a message meets them. Start with [`relay`].

pub mod outbound;
pub mod relay;

pub mod admit;
pub mod audiences;
pub mod classify;
pub mod inbox;
pub mod message;
pub mod permit;
pub mod protect;

pub mod actions;
pub mod ingress;
pub mod node_parameters;

pub mod desired;
pub mod history;
pub mod lanes;
pub mod offers;
pub mod publishers;
pub mod sources;

pub mod denied;
pub mod installed;
pub mod lifecycle;
pub mod logged;
pub mod parameters;
pub mod remaps;
pub mod stats;
pub mod tag;

#[cfg(test)]
mod testing;
