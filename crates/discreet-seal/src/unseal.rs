//! A stakeholder's side: keys come with grants, the catalogue lists the sealed topics, and their messages are opened.
//!
//! Without a clock and ROS: the ports are [`SealedInput`], [`Republish`] and [`OpenTopic`]. `discreet_ros` has the
//! node that implements them; `python/discreet` does the same in Python. Start with [`UnsealedTopic`].

mod granted;
mod offered;
mod opener;
mod posts;
mod topic;
mod topics;

pub use granted::{Granted, HeldKey, Updated};
pub use offered::{Offered, Refusal};
pub use opener::{Forgotten, From, Opener, SealedSource, Unopened};
pub use posts::{Posts, ReadTime, RefusedPosts};
pub use topic::{Republish, SealedInput, TopicCounts, TopicState, UnsealedTopic};
pub use topics::{OpenTopic, Topics, UnsealedStatus};

#[cfg(test)]
pub(crate) mod world;
