//! What `discreet scrub` promises, with bags that the tests record themselves.

#![cfg(feature = "bags")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod bag;
mod command;
mod damage;
mod files;
mod left_out;
mod output;
#[cfg(feature = "vision")]
#[allow(dead_code, reason = "tests/redact/main.rs uses the rest of it")]
#[path = "../redact/photo.rs"]
mod photo;
mod pictures;
mod what_leaves;
