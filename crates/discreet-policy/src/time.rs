//! Hours, dates and durations. Nothing here reads a clock: the time is an argument.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// Minutes in a day.
pub const DAY: u16 = 24 * 60;
/// An end that never comes.
pub const FOREVER: i64 = i64::MAX;

/// The time of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970, UTC.
    pub unix_seconds: i64,
    /// Minutes since midnight in the policy's time zone.
    pub minute_of_day: u16,
    /// True if the clock can be relied on. If not, only rights without a time limit hold.
    pub trusted: bool,
}

/// Hours of the day, from a minute to before another; over midnight when they end before they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// First minute of the day.
    pub from: u16,
    /// The minute after the last.
    pub to: u16,
}

impl Hours {
    /// Reads `08:00-18:00`. `24:00` is the end of the day.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        const SHAPE: &str = "write hours as `\"08:00-18:00\"`, or over midnight as `\"22:00-06:00\"`";
        let (from, to) = text.split_once('-').ok_or(SHAPE)?;
        let hours = Self { from: minute(from).ok_or(SHAPE)?, to: minute(to).ok_or(SHAPE)? };
        if hours.from == DAY {
            return Err("a day begins at `00:00`; only an end may be `24:00`");
        }
        if hours.from == hours.to {
            return Err("hours that end when they begin are ambiguous; leave `hours` out for the whole day");
        }
        Ok(hours)
    }

    /// True if the minute of the day is within them.
    pub fn contain(self, minute_of_day: u16) -> bool {
        self.within_one_day().any(|(from, to)| (from..to).contains(&minute_of_day))
    }

    /// The same as one or two stretches that do not cross midnight.
    pub fn within_one_day(self) -> impl Iterator<Item = (u16, u16)> {
        let (first, second) = if self.from < self.to {
            ((self.from, self.to), (0, 0))
        } else {
            ((self.from, DAY), (0, self.to))
        };
        [first, second].into_iter().filter(|(from, to)| from < to)
    }
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !two_digits(hour) || !two_digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY).then_some(total)
}

/// The second at which `until` ends: the end of a date in the zone, or a point in time with its offset.
pub fn end_of(text: &str, zone: &TimeZone) -> Result<i64, &'static str> {
    const SHAPE: &str = "write a date, `2027-01-31`, or a time with its offset, `2027-01-31T18:00:00Z`";
    // Only the plain forms: a policy does not need the others that jiff takes (weeks, zones in brackets).
    if text.len() == 10 {
        let date: Date = text.parse().map_err(|_| SHAPE)?;
        let next = date.tomorrow().map_err(|_| SHAPE)?;
        let end = zone.to_timestamp(next.to_datetime(Time::midnight())).map_err(|_| SHAPE)?;
        return Ok(end.as_second());
    }
    if text.len() > 40 || text.contains('[') {
        return Err(SHAPE);
    }
    text.parse::<Timestamp>().map(|time| time.as_second()).map_err(|_| SHAPE)
}

/// Seconds of a duration such as `90s`, `15m`, `24h`, `7d`.
pub fn seconds_of(text: &str) -> Result<u64, &'static str> {
    const SHAPE: &str = "write a number and one unit: `60s`, `15m`, `24h` or `7d`";
    let unit = text.chars().last().ok_or(SHAPE)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(SHAPE),
    };
    let digits = text.strip_suffix(unit).unwrap_or_default();
    if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(SHAPE);
    }
    match digits.parse::<u64>().map_err(|_| SHAPE)? {
        0 => Err("a duration of zero; the shortest is `1s`"),
        number => Ok(number.saturating_mul(seconds)),
    }
}

/// Milliseconds of a short time such as `80ms` or `1s`.
pub fn milliseconds_of(text: &str) -> Option<u64> {
    let (digits, milliseconds) = match text.strip_suffix("ms") {
        Some(digits) => (digits, 1),
        None => (text.strip_suffix('s')?, 1000),
    };
    let plain = !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = digits.parse().ok().filter(|_| plain)?;
    Some(number.saturating_mul(milliseconds))
}

/// The moment of a second in a zone.
pub fn moment(unix_seconds: i64, zone: &TimeZone, trusted: bool) -> Moment {
    // A time outside the calendar cannot be relied on.
    let Ok(timestamp) = Timestamp::from_second(unix_seconds) else {
        return Moment { unix_seconds, minute_of_day: 0, trusted: false };
    };
    let local = zone.to_datetime(timestamp);
    let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
    Moment { unix_seconds, minute_of_day: u16::try_from(minute).unwrap_or(0), trusted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_may_cross_midnight() {
        let night = Hours::read("22:00-06:00").unwrap();
        assert!(night.contain(23 * 60) && night.contain(0) && night.contain(5 * 60 + 59));
        assert!(!night.contain(6 * 60) && !night.contain(21 * 60 + 59));
        assert!(Hours::read("00:00-24:00").unwrap().contain(DAY - 1));
        assert!(Hours::read("22:00-00:00").unwrap().contain(DAY - 1));
    }

    #[test]
    fn an_end_is_written_in_one_of_two_ways() {
        let end = |text| end_of(text, &TimeZone::UTC).ok();
        assert_eq!(end("2027-01-31"), end("2027-02-01T01:00:00+01:00"));
        for other in
            ["2027-W04-7", "2027-01-31T18:00:00+00:00[UTC]", "+002027-01-31T18:00:00.123456789+00:00:00"]
        {
            assert_eq!(end(other), None, "{other}");
        }
    }

    #[test]
    fn hours_that_are_none_are_refused() {
        for bad in [
            "8:00-18:00",
            "08:00",
            "08:00-25:00",
            "08:60-09:00",
            "08:00-08:00",
            "24:00-01:00",
            "+8:00-09:00",
            "",
        ] {
            assert!(Hours::read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_date_lasts_through_its_day_in_the_zone() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        // 2027-02-01T00:00 in Berlin is 23:00 UTC the day before.
        assert_eq!(end_of("2027-01-31", &berlin), end_of("2027-01-31T23:00:00Z", &TimeZone::UTC));
        for bad in
            ["tomorrow", "2027-02-30", "2027-01-31T18:00:00", "2027-01-31T18:00:00Z[UTC]", "31.01.2027", ""]
        {
            assert!(end_of(bad, &TimeZone::UTC).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_minute_of_the_day_follows_the_zone_through_its_clock_changes() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        // 2026-03-29 01:00 UTC: the clock jumps from 02:00 to 03:00.
        let change = end_of("2026-03-29T01:00:00Z", &TimeZone::UTC).unwrap();
        assert_eq!(moment(change - 60, &berlin, true).minute_of_day, 119);
        assert_eq!(moment(change, &berlin, true).minute_of_day, 180);
        assert!(!moment(i64::MAX, &berlin, true).trusted);
    }

    #[test]
    fn durations_have_one_unit() {
        assert_eq!(seconds_of("90s"), Ok(90));
        assert_eq!(seconds_of("7d"), Ok(604_800));
        for bad in ["", "7", "d", "-1d", "1.5h", "0s", "1h30m", "9999999999d", "7 d"] {
            assert!(seconds_of(bad).is_err(), "{bad}");
        }
    }
}
