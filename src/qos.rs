//! Quality of service: what a source offers, and what the guard offers in its place.
//!
//! A consumer that moves from the inner to the outer domain should notice no difference, so the guard's publisher
//! offers what the source's publishers offer. Several publishers of one topic may differ; then the weakest of each
//! policy is taken, because a stronger promise would be broken for part of the messages.

use std::fmt;
use std::time::Duration;

/// The DDS policies that are carried across. `None` durations are infinite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Qos {
    /// RELIABLE, or BEST_EFFORT.
    pub reliable: bool,
    /// TRANSIENT_LOCAL (late joiners get the last `depth` messages), or VOLATILE.
    pub latched: bool,
    /// Messages kept, newest first to stay: KEEP_LAST(depth).
    pub depth: usize,
    /// The longest time between two messages that the source promises.
    pub deadline: Option<Duration>,
    /// How long a message may be delivered after it was published.
    pub lifespan: Option<Duration>,
}

/// The depth used where neither the source nor the policy tells one. DDS discovery does not carry a publisher's
/// depth (Fast DDS announces none), so this is the usual case; `depth:` in the policy sets another.
pub const DEFAULT_DEPTH: usize = 10;

/// No depth above this is taken from a source: it bounds what a queue of messages may hold.
pub const MAX_DEPTH: usize = 1000;

impl Default for Qos {
    /// ROS 2's default profile.
    fn default() -> Self {
        Qos { reliable: true, latched: false, depth: DEFAULT_DEPTH, deadline: None, lifespan: None }
    }
}

/// What the guard offers in place of several publishers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mirrored {
    /// The weakest of what the publishers offer.
    pub qos: Qos,
    /// The publishers differ in reliability, durability, deadline or lifespan, so some offer more than the guard.
    pub downgraded: bool,
}

/// The quality of service to offer in place of `offered`, the publishers of one topic; the default if there are none.
///
/// `depth` is the policy's, and wins over what publishers tell. A depth of 0 means that a publisher told none.
pub fn mirror(offered: impl IntoIterator<Item = Qos>, depth: Option<usize>) -> Mirrored {
    let mut offered = offered.into_iter();
    let first = offered.next().unwrap_or(Qos { depth: 0, ..Qos::default() });
    let mut mirrored = Mirrored { qos: first, downgraded: false };
    for other in offered {
        let weakest = weaker(mirrored.qos, other);
        let differ = |a: Qos, b: Qos| Qos { depth: 0, ..a } != Qos { depth: 0, ..b };
        mirrored.downgraded |= differ(weakest, mirrored.qos) || differ(weakest, other);
        mirrored.qos = weakest;
    }
    let told = if mirrored.qos.depth == 0 { DEFAULT_DEPTH } else { mirrored.qos.depth };
    mirrored.qos.depth = depth.unwrap_or(told).clamp(1, MAX_DEPTH);
    mirrored
}

fn weaker(a: Qos, b: Qos) -> Qos {
    Qos {
        reliable: a.reliable && b.reliable,
        latched: a.latched && b.latched,
        depth: a.depth.max(b.depth),
        // The longer deadline is the weaker promise; none at all is the weakest.
        deadline: a.deadline.zip(b.deadline).map(|(a, b)| a.max(b)),
        // A message must not outlive what its source allowed: the shorter lifespan.
        lifespan: match (a.lifespan, b.lifespan) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        },
    }
}

impl fmt::Display for Qos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reliability = if self.reliable { "reliable" } else { "best effort" };
        let durability = if self.latched { "latched" } else { "volatile" };
        write!(f, "{reliability}, {durability}, depth {}", self.depth)?;
        if let Some(deadline) = self.deadline {
            write!(f, ", deadline {deadline:?}")?;
        }
        if let Some(lifespan) = self.lifespan {
            write!(f, ", lifespan {lifespan:?}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNTOLD: Qos = Qos { reliable: true, latched: false, depth: 0, deadline: None, lifespan: None };

    #[test]
    fn one_publisher_is_mirrored_as_it_is() {
        let source = Qos {
            reliable: false,
            latched: true,
            depth: 7,
            deadline: Some(Duration::from_millis(50)),
            lifespan: Some(Duration::from_secs(2)),
        };
        assert_eq!(mirror([source], None), Mirrored { qos: source, downgraded: false });
    }

    #[test]
    fn a_depth_that_nobody_told_is_the_policys_or_the_default() {
        assert_eq!(mirror([UNTOLD], None).qos.depth, DEFAULT_DEPTH);
        assert_eq!(mirror([UNTOLD], Some(3)).qos.depth, 3);
        assert_eq!(mirror([UNTOLD], Some(usize::MAX)).qos.depth, MAX_DEPTH);
    }

    #[test]
    fn mixed_publishers_get_the_weakest_of_each_and_say_so() {
        let latched = Qos { latched: true, lifespan: Some(Duration::from_secs(9)), ..UNTOLD };
        let hasty = Qos { reliable: false, deadline: Some(Duration::from_secs(1)), ..UNTOLD };
        let mixed = mirror([latched, hasty], None);
        assert!(mixed.downgraded);
        assert!(!mixed.qos.reliable && !mixed.qos.latched);
        assert_eq!((mixed.qos.deadline, mixed.qos.lifespan), (None, Some(Duration::from_secs(9))));
        assert!(!mirror([latched, latched], None).downgraded);
    }

    #[test]
    fn it_reads_as_a_sentence() {
        assert_eq!(Qos::default().to_string(), "reliable, volatile, depth 10");
    }
}
