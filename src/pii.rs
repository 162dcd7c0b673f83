//! Personal data in text: finds it, says how sure that is, and takes it out.

mod field;
mod hit;
mod kind;

pub use field::Field;
pub use hit::{Hit, Why};
pub use kind::{Group, Kind, Kinds};
