//! The guard's side of redaction against real processes that are killed, stopped, slow, wrong and hostile: a frame gets
//! what was found in this very frame, or nothing, and in time.

// A test may stop at what it does not expect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod camera;
mod late;
mod process;
