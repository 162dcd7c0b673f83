//! The machine that a program of Discreet runs on: files that decide something, locked memory, and a clock that may
//! be set back.

pub mod clock;
pub mod disk;
pub mod secret;
pub mod steps;
pub mod sync;
