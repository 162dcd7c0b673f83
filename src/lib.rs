//! Discreet stands between a robot's sensors and the services that use them.
//!
//! The modules, in the order a message meets them. Start with [`relay`].

pub mod relay;

pub mod classify;
pub mod message;
pub mod parameters;
pub mod permit;
pub mod pii;
pub mod protect;
pub mod redact;

pub mod policy;

pub mod entrance;

pub mod identity;
pub mod keeper;
pub mod keys;
pub mod seal;
pub mod secret;
pub mod unseal;

pub mod audit;

pub mod cdr;
pub mod types;

pub mod graph;
pub mod history;
pub mod installed;
pub mod lanes;
pub mod qos;
pub mod sources;
pub mod terms;
pub mod wanted;

pub mod catalog;
pub mod clock;
pub mod denied;
pub mod disk;
pub mod said;
pub mod standings;
pub mod stats;
pub mod steps;
pub mod tag;

#[cfg(feature = "bags")]
pub mod bags;
#[cfg(feature = "bags")]
pub mod scrub;

#[cfg(feature = "vision")]
pub mod vision;

#[cfg(feature = "ros")]
pub mod ros;
