//! Rotation: conditions for a new part, and the retention of old parts.

use super::time::Time;

/// Conditions for a new part, and the retention of old parts. A zero turns a rule off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// Bytes from which a part is closed. It may be longer by what one step of the writer writes.
    pub max_bytes: u64,
    /// Hours after its first entry after which a part is closed.
    pub max_age_hours: u32,
    /// Days after its last entry after which a closed part is removed; 0 keeps all.
    pub keep_days: u32,
}

const HOUR: i64 = 3600;

impl Rotation {
    /// One file that grows for ever.
    pub const NEVER: Rotation = Rotation { max_bytes: 0, max_age_hours: 0, keep_days: 0 };

    /// The reason to close a part of so many bytes, whose first entry is from `since`, at `now`; `None` to keep it
    /// open.
    pub(super) fn due(&self, bytes: u64, since: Option<Time>, now: Time) -> Option<&'static str> {
        let age = since.map_or(0, |since| now.second().saturating_sub(since.second()));
        match () {
            () if self.max_bytes > 0 && bytes >= self.max_bytes => Some("size"),
            () if self.max_age_hours > 0 && age >= HOUR * i64::from(self.max_age_hours) => Some("age"),
            () => None,
        }
    }

    /// Parts whose last entry is from before this time are removed at `now`.
    pub(super) fn outdated(&self, now: Time) -> Option<Time> {
        let kept = 24 * HOUR * i64::from(self.keep_days);
        (self.keep_days > 0).then(|| Time::from_second(now.second().saturating_sub(kept)))
    }
}

impl Default for Rotation {
    /// 64 MiB, 24 hours, and nothing is removed.
    fn default() -> Self {
        Rotation { max_bytes: 64 << 20, max_age_hours: 24, keep_days: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_closed_by_its_size_or_its_age_and_zero_turns_either_off() {
        let (now, old) = (Time::from_second(86_400), Some(Time::from_second(0)));
        let default = Rotation::default();
        assert_eq!(default.due(64 << 20, Some(now), now), Some("size"));
        assert_eq!(default.due(10, old, now), Some("age"));
        assert_eq!(default.due(10, Some(Time::from_second(1)), now), None);
        assert_eq!(Rotation::NEVER.due(u64::MAX, old, now), None);
        // A clock that was set back is not a reason.
        assert_eq!(default.due(10, Some(now), Time::from_second(0)), None);
    }

    #[test]
    fn nothing_is_removed_unless_a_number_of_days_is_given() {
        let now = Time::from_second(10 * 86_400);
        assert_eq!(Rotation::default().outdated(now), None);
        let week = Rotation { keep_days: 7, ..Rotation::default() };
        assert_eq!(week.outdated(now), Some(Time::from_second(3 * 86_400)));
    }
}
