//! The fuzz targets' bodies on mutations of real inputs: the same ones on every run, and no nightly toolchain needed.
//! `FUZZ_ROUNDS=100 cargo test --release --test fuzz_smoke` runs a hundred times as many inputs.

// A test may stop at an unexpected value.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod bodies;
mod images;
mod keeper;
mod logs;
mod messages;
mod mutations;
mod policies;
mod sealed;
