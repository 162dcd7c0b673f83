//! [`Qos`] to and from rmw's profile.

use std::time::Duration;

use r2r_rcl as rcl;

use discreet_graph::qos::{Liveliness, Qos};

/// The profile that rmw is given.
pub(super) fn profile(qos: Qos) -> rcl::rmw_qos_profile_t {
    use rcl::{
        rmw_qos_durability_policy_t as Durability, rmw_qos_history_policy_t as History,
        rmw_qos_liveliness_policy_t as Alive, rmw_qos_reliability_policy_t as Reliability,
    };
    rcl::rmw_qos_profile_t {
        history: History::RMW_QOS_POLICY_HISTORY_KEEP_LAST,
        depth: qos.depth,
        reliability: match qos.reliable {
            true => Reliability::RMW_QOS_POLICY_RELIABILITY_RELIABLE,
            false => Reliability::RMW_QOS_POLICY_RELIABILITY_BEST_EFFORT,
        },
        durability: match qos.latched {
            true => Durability::RMW_QOS_POLICY_DURABILITY_TRANSIENT_LOCAL,
            false => Durability::RMW_QOS_POLICY_DURABILITY_VOLATILE,
        },
        deadline: time(qos.deadline),
        lifespan: time(qos.lifespan),
        liveliness: match qos.liveliness {
            Liveliness::Automatic => Alive::RMW_QOS_POLICY_LIVELINESS_AUTOMATIC,
            Liveliness::ManualByTopic => Alive::RMW_QOS_POLICY_LIVELINESS_MANUAL_BY_TOPIC,
        },
        liveliness_lease_duration: time(qos.lease),
        avoid_ros_namespace_conventions: false,
    }
}

/// The announced quality of service of an endpoint. A missing policy is read as ROS 2's default; a missing depth is
/// 0.
pub(super) fn announced(profile: &rcl::rmw_qos_profile_t) -> Qos {
    use rcl::{
        rmw_qos_durability_policy_t as Durability, rmw_qos_history_policy_t as History,
        rmw_qos_liveliness_policy_t as Alive, rmw_qos_reliability_policy_t as Reliability,
    };
    Qos {
        reliable: profile.reliability != Reliability::RMW_QOS_POLICY_RELIABILITY_BEST_EFFORT,
        latched: profile.durability == Durability::RMW_QOS_POLICY_DURABILITY_TRANSIENT_LOCAL,
        depth: match profile.history {
            History::RMW_QOS_POLICY_HISTORY_KEEP_ALL => discreet_graph::qos::MAX_DEPTH,
            History::RMW_QOS_POLICY_HISTORY_UNKNOWN => 0,
            _ => profile.depth,
        },
        deadline: duration(profile.deadline),
        lifespan: duration(profile.lifespan),
        liveliness: match profile.liveliness {
            Alive::RMW_QOS_POLICY_LIVELINESS_MANUAL_BY_TOPIC => Liveliness::ManualByTopic,
            _ => Liveliness::Automatic,
        },
        lease: duration(profile.liveliness_lease_duration),
    }
}

/// rmw takes zero as "infinite" in requests.
fn time(duration: Option<Duration>) -> rcl::rmw_time_t {
    let duration = duration.unwrap_or_default();
    rcl::rmw_time_t { sec: duration.as_secs(), nsec: u64::from(duration.subsec_nanos()) }
}

/// rmw reports "infinite" as zero or as the largest number of nanoseconds that fits 63 bits
/// (`RMW_DURATION_INFINITE`).
fn duration(time: rcl::rmw_time_t) -> Option<Duration> {
    const INFINITE_SECONDS: u64 = 9_223_372_036;
    let finite = time.sec < INFINITE_SECONDS && (time.sec, time.nsec) != (0, 0);
    finite.then(|| Duration::from_secs(time.sec) + Duration::from_nanos(time.nsec))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_what_is_announced() {
        let qos = Qos {
            reliable: false,
            latched: true,
            depth: 4,
            deadline: Some(Duration::from_millis(1500)),
            lifespan: None,
            liveliness: Liveliness::ManualByTopic,
            lease: Some(Duration::from_secs(2)),
        };
        assert_eq!(announced(&profile(qos)), qos);
    }

    #[test]
    fn rmws_infinities_are_none() {
        assert_eq!(duration(rcl::rmw_time_t { sec: 9_223_372_036, nsec: 854_775_807 }), None);
        assert_eq!(duration(rcl::rmw_time_t { sec: 0, nsec: 0 }), None);
    }
}
