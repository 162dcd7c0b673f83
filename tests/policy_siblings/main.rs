//! What shows the same image as a protected camera gives nobody more of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

#[path = "../dice/mod.rs"]
mod dice;
mod examples;
mod large;
mod leaks;
mod policies;
mod random;
