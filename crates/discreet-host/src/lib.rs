//! The machine that a program of Discreet runs on: files that decide something, locked memory, and a clock that may
//! be set back. Also [`words!`] and [`reasons!`], which all crates can use.

pub mod clock;
pub mod disk;
pub mod files;
pub mod machine;
pub mod secret;
pub mod steps;
pub mod sync;

mod reasons;
mod words;
