//! What sealing promises: what was sealed for one place opens nowhere else, nobody in a group can speak for the robot,
//! and nobody commands it twice with one command.

// A test may stop at what it does not expect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod calls;
mod commands;
mod envelope;
mod forging;
mod grants;
mod vectors;
mod world;
