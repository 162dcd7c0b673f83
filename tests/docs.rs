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

#[path = "docs/commands.rs"]
mod commands;
#[path = "docs/generated.rs"]
mod generated;
#[path = "docs/help.rs"]
mod help;
#[path = "docs/links.rs"]
mod links;
#[path = "docs/pages.rs"]
mod pages;
#[path = "docs/policies.rs"]
mod policies;
#[path = "docs/programs.rs"]
mod programs;
#[path = "docs/reasons.rs"]
mod reasons;
#[path = "docs/reference.rs"]
mod reference;
#[path = "docs/scratch.rs"]
mod scratch;
#[path = "docs/shell.rs"]
mod shell;
