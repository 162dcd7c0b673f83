//! Discreet stands between a robot's sensors and the services that use them.
//!
//! The modules, in the order a message meets them. Start with [`relay`].

pub mod audit;
pub mod cdr;
pub mod types;
