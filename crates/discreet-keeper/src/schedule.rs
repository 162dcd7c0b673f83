//! The stretches of time of a group's keys. Pure: the time is an argument.

use std::sync::Arc;

use discreet_policy::{KeyGroup, Policy};

/// A stretch of time, from a second to before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The first second.
    pub from: i64,
    /// The second after the last.
    pub until: i64,
}

/// The next key is given at least so long before it is used.
const AHEAD: i64 = 2;

/// The start of the next stretch of a group, once its key is due: now without a present one, and the end of the
/// present one when a third of it is left.
pub fn next_start(last: Option<Stretch>, now: i64) -> Option<i64> {
    match last {
        Some(last) if last.from > now => None,
        Some(last) if last.until > now => {
            let third = (last.until - last.from) / 3;
            (last.until - now <= third.max(AHEAD)).then_some(last.until)
        }
        _ => Some(now),
    }
}

/// The stretch from `from` with constant members: the epoch of the class, or until hours or a contract begin or end.
pub fn stretch(policy: &Policy, group: &KeyGroup, from: i64) -> Stretch {
    let epoch = i64::try_from(group.class().epoch().as_secs()).unwrap_or(i64::MAX).max(1);
    let until = from.saturating_add(epoch);
    let change = group.next_change(policy, policy.moment(from, true), until);
    Stretch { from, until: change.unwrap_or(until) }
}

/// True if this stakeholder may be a member at some time.
pub fn is_candidate(group: &Arc<KeyGroup>, who: &str) -> bool {
    group.can_have_member(who)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "\
discreet: 1
robot: r
version: 1
classes: { operational: { retention: 7d }, contextual: { epoch: 60s, retention: 1d } }
stakeholders:
  desk: { identity: desk.pub }
  night: { identity: night.pub, until: 2026-06-01T10:00:30Z }
topics: { /names: { type: std_msgs/msg/String, class: contextual } }
rules:
  - { who: desk, read: /names, as: clear, hours: \"08:00-18:00\" }
  - { who: night, read: /names, as: clear }
";

    fn policy() -> Policy {
        Policy::read("p.yaml", POLICY).map_err(|findings| format!("{findings:?}")).unwrap().0
    }

    fn second(time: &str) -> i64 {
        time.parse::<jiff::Timestamp>().unwrap().as_second()
    }

    #[test]
    fn the_next_key_is_thought_of_when_a_third_of_the_epoch_is_left() {
        let current = Stretch { from: 100, until: 160 };
        assert_eq!(next_start(None, 100), Some(100));
        assert_eq!(next_start(Some(current), 139), None);
        assert_eq!(next_start(Some(current), 140), Some(160));
        assert_eq!(next_start(Some(Stretch { from: 160, until: 220 }), 140), None, "it is there");
        assert_eq!(next_start(Some(current), 160), Some(160), "late, but not more than once");
        assert_eq!(next_start(Some(Stretch { from: 9, until: 10 }), 9), Some(10), "epochs of a second");
    }

    #[test]
    fn a_stretch_ends_with_the_epoch_or_when_the_members_change() {
        let policy = policy();
        let group = &policy.groups()[0];
        let length = |from: &str| {
            let Stretch { from, until } = stretch(&policy, group, second(from));
            until - from
        };
        assert_eq!(length("2026-05-01T03:00:00Z"), 60);
        assert_eq!(length("2026-05-01T07:59:50Z"), 10, "desk comes at eight");
        assert_eq!(length("2026-06-01T10:00:10Z"), 20, "the contract of night ends");
    }

    #[test]
    fn it_is_known_until_when_somebody_is_a_member() {
        let policy = policy();
        let group = &policy.groups()[0];
        let now = policy.moment(second("2026-05-30T09:00:00Z"), true);
        let until = |who: &str| group.member_until(&policy, who, now);
        assert_eq!(until("desk"), Some(second("2026-05-30T18:00:00Z")));
        assert_eq!(until("night"), Some(second("2026-06-01T10:00:30Z")));
    }
}
