//! Services of types chosen at run time, as bytes.
//!
//! rmw takes and sends the messages of services only as C structures, so these are made and read here by the
//! functions that rosidl generates for every type. Bytes become a structure only after the plan of their type has
//! walked them, so the middleware's own deserialiser gets no hostile bytes.

mod client;
mod server;
mod support;

pub use client::Client;
pub use server::{RequestId, Server};
pub use support::ServiceSupport;

#[cfg(test)]
mod tests;
