//! Points in time as the audit log writes them.

use std::fmt;

/// Nanoseconds since 1970, UTC. Comes in as an argument; only [`Time::system`] reads a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// Since 1970-01-01T00:00:00Z, leap seconds not counted.
    pub nanoseconds: i64,
}

const SECOND: i64 = 1_000_000_000;

impl Time {
    /// The start of this second.
    pub const fn from_second(second: i64) -> Self {
        Time { nanoseconds: second.saturating_mul(SECOND) }
    }

    /// The time of the system's clock.
    pub fn system() -> Self {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Time { nanoseconds: i64::try_from(since.as_nanos()).unwrap_or(i64::MAX) }
    }

    /// The second that this point lies in: the number of its audit window.
    pub fn second(self) -> i64 {
        self.nanoseconds.div_euclid(SECOND)
    }

    /// Milliseconds since the start of its second: 0 to 999.
    pub(super) fn millisecond(self) -> i64 {
        self.nanoseconds.rem_euclid(SECOND) / 1_000_000
    }

    /// Reads RFC 3339.
    pub fn parse(text: &str) -> Option<Self> {
        let stamp: jiff::Timestamp = text.parse().ok()?;
        Some(Time { nanoseconds: i64::try_from(stamp.as_nanosecond()).ok()? })
    }
}

impl fmt::Display for Time {
    /// RFC 3339 in UTC, to the microsecond where there is a fraction.
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        // Every i64 of nanoseconds lies within the years that jiff knows (1677 to 2262).
        let micro = self.nanoseconds.div_euclid(1000).saturating_mul(1000);
        let stamp = jiff::Timestamp::from_nanosecond(micro.into()).unwrap_or_default();
        fmt::Display::fmt(&stamp, out)
    }
}

impl serde::Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Time::parse(&text).ok_or_else(|| serde::de::Error::custom("not a time of RFC 3339"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_rfc_3339_and_read_back() {
        let time = Time { nanoseconds: 1_795_473_253_348_375_000 };
        assert_eq!(time.to_string(), "2026-11-23T22:34:13.348375Z");
        assert_eq!(Time::parse(&time.to_string()), Some(time));
        assert_eq!(Time::from_second(0).to_string(), "1970-01-01T00:00:00Z");
        for odd in [i64::MIN, i64::MAX, -1] {
            assert!(Time::parse(&Time { nanoseconds: odd }.to_string()).is_some());
        }
        assert_eq!(Time { nanoseconds: -1 }.second(), -1);
    }
}
