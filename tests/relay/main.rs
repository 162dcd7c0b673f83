//! The promises of the data path, with the real policy, the real walk and the real audit; only ROS is left out.

// A test may stop at an unexpected value.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod decisions;
mod images;
mod sealing;
mod setting;
