//! What sealing promises: what was sealed for one place opens nowhere else, nobody in a group can speak for the robot,
//! and nobody commands it twice with one command.

// A test may stop at what it does not expect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "seal/calls.rs"]
mod calls;
#[path = "seal/commands.rs"]
mod commands;
#[path = "seal/envelope.rs"]
mod envelope;
#[path = "seal/forging.rs"]
mod forging;
#[path = "seal/grants.rs"]
mod grants;
#[path = "seal/vectors.rs"]
mod vectors;
#[path = "seal/world.rs"]
mod world;
