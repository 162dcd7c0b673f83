//! A deterministic simulator of robots, stakeholders and strangers: the real code of guard, keeper, seal, policy and
//! audit in one thread, with virtual time, a simulated network and disks that lose what was not synced.
//!
//! Start with [`run`]. `docs/simulation.md` has what is real, what is modelled, and what it cannot find.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a simulation that cannot go on should stop: it is a tool for tests, and no program links it"
)]

pub mod coverage;
pub mod run;

pub mod ledger;
pub mod rights;
pub mod setting;
pub mod step;
pub mod world;

pub mod clock;
pub mod disk;
pub mod network;
pub mod rng;

mod calls;
mod exit;
mod guard;
mod inner;
mod link;
#[cfg(test)]
mod model;
mod party;
mod record;
mod robot;
mod route;
mod stubborn;
