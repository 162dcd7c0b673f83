//! Quality of service: what a source offers, and what the guard offers in its place.
//!
//! A consumer that moves from the inner to the outer domain should notice no difference, so the guard's
//! publishers offer the same as the sources: sources that differ have a publisher each
//! (`discreet_guard::lanes`). An unsealer has one publisher for all of them, which offers the weakest of
//! each policy, because a stronger promise would be broken for some of the messages.

use std::fmt;
use std::time::Duration;

/// The DDS policies that are mirrored. `None` durations are infinite.
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
    /// The longest time after publication at which a message may be delivered.
    pub lifespan: Option<Duration>,
    /// The way a publisher asserts that it is alive.
    pub liveliness: Liveliness,
    /// A publisher without an assertion for this time counts as dead.
    pub lease: Option<Duration>,
}

/// The way a publisher asserts that it is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Liveliness {
    /// By its process.
    Automatic,
    /// By publishing.
    ManualByTopic,
}

/// The depth if neither the source nor the policy sets one. DDS discovery does not carry a publisher's depth
/// (Fast DDS announces none), so this is the usual case; `depth:` in the policy sets another.
pub const DEFAULT_DEPTH: usize = 10;

/// The largest depth that is accepted from a source: it bounds the queues.
pub const MAX_DEPTH: usize = 1000;

impl Default for Qos {
    /// ROS 2's default profile.
    fn default() -> Self {
        Qos::DEFAULT
    }
}

impl Qos {
    /// ROS 2's default profile.
    pub const DEFAULT: Qos = Qos {
        reliable: true,
        latched: false,
        depth: DEFAULT_DEPTH,
        deadline: None,
        lifespan: None,
        liveliness: Liveliness::Automatic,
        lease: None,
    };

    /// The part that discovery reports of a publisher: all but the depth.
    pub fn promise(self) -> Qos {
        Qos { depth: 0, ..self }
    }

    /// The policies for which DDS does not match a publisher that offers this with a reader that asks for
    /// `asked`; empty if they match. Depth and lifespan do not affect matching.
    pub fn unmet(self, asked: Qos) -> Vec<&'static str> {
        let longer = |offered: Option<Duration>, asked: Option<Duration>| match (offered, asked) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(offered), Some(asked)) => offered > asked,
        };
        [
            ("reliability", asked.reliable && !self.reliable),
            ("durability", asked.latched && !self.latched),
            ("deadline", longer(self.deadline, asked.deadline)),
            ("liveliness", asked.liveliness > self.liveliness || longer(self.lease, asked.lease)),
        ]
        .into_iter()
        .filter_map(|(policy, unmet)| unmet.then_some(policy))
        .collect()
    }
}

/// The quality of service that one publisher offers in place of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mirrored {
    /// The weakest of the publishers' policies.
    pub qos: Qos,
    /// The publishers differ in reliability, durability, deadline or lifespan, so some offer more than the guard.
    pub downgraded: bool,
}

/// The quality of service to offer in place of `offered`, the publishers of one topic; the default if there
/// are none.
///
/// `depth` is the policy's, and overrides the publishers' depth. A depth of 0 means that a publisher
/// announced none.
pub fn mirror(offered: impl IntoIterator<Item = Qos>, depth: Option<usize>) -> Mirrored {
    let mut offered = offered.into_iter();
    let first = offered.next().unwrap_or(Qos { depth: 0, ..Qos::default() });
    let mut mirrored = Mirrored { qos: first, downgraded: false };
    for other in offered {
        let weakest = weaker(mirrored.qos, other);
        let differ = |a: Qos, b: Qos| a.promise() != b.promise();
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
        liveliness: a.liveliness.min(b.liveliness),
        lease: a.lease.zip(b.lease).map(|(a, b)| a.max(b)),
    }
}

impl fmt::Display for Qos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reliability = if self.reliable { "reliable" } else { "best effort" };
        let durability = if self.latched { "latched" } else { "volatile" };
        write!(f, "{reliability}, {durability}")?;
        if self.depth > 0 {
            write!(f, ", depth {}", self.depth)?;
        }
        if let Some(deadline) = self.deadline {
            write!(f, ", deadline {deadline:?}")?;
        }
        if let Some(lifespan) = self.lifespan {
            write!(f, ", lifespan {lifespan:?}")?;
        }
        if self.liveliness == Liveliness::ManualByTopic {
            write!(f, ", alive while it publishes")?;
        }
        if let Some(lease) = self.lease {
            write!(f, ", lease {lease:?}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNTOLD: Qos = Qos { depth: 0, ..Qos::DEFAULT };

    #[test]
    fn one_publisher_is_mirrored_as_it_is() {
        let source = Qos {
            reliable: false,
            latched: true,
            depth: 7,
            deadline: Some(Duration::from_millis(50)),
            lifespan: Some(Duration::from_secs(2)),
            liveliness: Liveliness::ManualByTopic,
            lease: Some(Duration::from_secs(3)),
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
    fn a_reader_that_asks_for_more_is_told_which_policies_are_not_met() {
        let second = Some(Duration::from_secs(1));
        let weak = Qos { reliable: false, lease: Some(Duration::from_secs(2)), ..UNTOLD };
        let asked = Qos { latched: true, deadline: second, lease: second, ..UNTOLD };
        assert_eq!(weak.unmet(asked), ["reliability", "durability", "deadline", "liveliness"]);
        let manual = Qos { liveliness: Liveliness::ManualByTopic, ..UNTOLD };
        assert_eq!(UNTOLD.unmet(manual), ["liveliness"]);
        assert!(asked.unmet(weak).is_empty() && manual.unmet(UNTOLD).is_empty(), "more than was asked for");
        assert!(
            weak.unmet(Qos { reliable: false, lease: Some(Duration::from_secs(2)), ..UNTOLD }).is_empty()
        );
    }

    #[test]
    fn it_reads_as_a_sentence() {
        assert_eq!(Qos::default().to_string(), "reliable, volatile, depth 10");
    }
}
