//! A stakeholder's side: keys come with grants, the catalogue names the sealed topics, and the keys open
//! their messages.
//!
//! Pure: no clock, no ROS. [`discreet_ros`] has the node that does this for every topic, `python/discreet`
//! the same in Python.

mod granted;
mod offered;
mod opener;

pub use granted::{Granted, HeldKey, Updated};
pub use offered::{Offered, Refusal};
pub use opener::{Forgotten, From, Opener, SealedSource, Unopened};

#[cfg(test)]
mod world;
