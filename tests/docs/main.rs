//! The documentation is held against the code: links, policies, commands, and the two generated pages.
//!
//! `DISCREET_WRITE_DOCS=1 cargo test --test docs` writes the generated pages.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod commands;
mod generated;
mod help;
mod links;
mod pages;
mod policies;
mod programs;
mod reasons;
mod reference;
mod scratch;
mod shell;
