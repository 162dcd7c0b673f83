//! Days and places that can be.

use super::number;

/// Is it a day of the Gregorian calendar, of a year in which people live?
pub(crate) fn day_of(year: u64, month: u64, day: u64) -> bool {
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(if year.is_multiple_of(100) { 400 } else { 4 }) => 29,
        2 => 28,
        _ => return false,
    };
    (1..=last).contains(&day)
}

/// Six digits from `at`: year, month, day; of no known century.
pub(crate) fn yymmdd(code: &[u8], at: usize) -> bool {
    let (year, month, day) = (number(code, at, 2), number(code, at + 2, 2), number(code, at + 4, 2));
    day_of(2000 + year, month, day) || day_of(1900 + year, month, day)
}

/// Six digits from `at`: day, month, year; of no known century.
pub(crate) fn ddmmyy(code: &[u8], at: usize) -> bool {
    let (day, month, year) = (number(code, at, 2), number(code, at + 2, 2), number(code, at + 4, 2));
    day_of(2000 + year, month, day) || day_of(1900 + year, month, day)
}

/// A date in digits: year first or last, day or month before the other; one separator throughout.
pub(crate) fn numeric(raw: &str) -> bool {
    let separator = |c: char| matches!(c, '-' | '/' | '.');
    // A time of day may follow.
    let date = raw.split(['T', ' ', 't']).next().unwrap_or(raw);
    let mut kinds = date.chars().filter(|c| separator(*c));
    if !matches!((kinds.next(), kinds.next()), (Some(a), Some(b)) if a == b) {
        return false;
    }
    let mut parts = date.split(separator).map(|part| (part.len(), part.parse::<u64>().unwrap_or(0)));
    let (Some((width, a)), Some((_, b)), Some((last, c))) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let plausible = |year: u64| (1880..2100).contains(&year);
    match (width, last) {
        (4, _) => plausible(a) && day_of(a, b, c),
        (_, 4) => plausible(c) && (day_of(c, b, a) || day_of(c, a, b)),
        (_, 2) => day_of(2000 + c, b, a) || day_of(2000 + c, a, b) || (width == 2 && day_of(2000 + a, b, c)),
        _ => false,
    }
}

/// A month and a year, or a month and a day, in digits.
pub(crate) fn month_first(raw: &str) -> bool {
    let Some((month, rest)) = raw.split_once('/') else { return false };
    let (month, value) = (month.parse::<u64>().unwrap_or(0), rest.parse::<u64>().unwrap_or(0));
    (1..=12).contains(&month)
        && if rest.len() == 4 { (1900..2100).contains(&value) } else { (1..=31).contains(&value) }
}

/// A day's number before or after a month's name.
pub(crate) fn named(raw: &str) -> bool {
    let first = raw.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty());
    first
        .and_then(|part| part.parse::<u64>().ok())
        .is_some_and(|day| (1..=31).contains(&day) || (1880..2100).contains(&day))
}

/// The age of a person.
pub(crate) fn age(code: &[u8]) -> bool {
    let digits = code.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=120).contains(&number(code, 0, digits))
}

/// Two decimal numbers that are a latitude and a longitude (WGS 84).
pub(crate) fn position(raw: &str) -> bool {
    let raw = raw.strip_prefix("geo:").unwrap_or(raw);
    let mut parts = raw
        .split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')))
        .filter(|part| part.len() > 1);
    let mut within =
        |limit: f64| parts.next().and_then(|part| part.parse::<f64>().ok()).is_some_and(|v| v.abs() <= limit);
    within(90.0) && within(180.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_never_were_are_none() {
        assert!(day_of(2024, 2, 29) && !day_of(2023, 2, 29) && !day_of(1900, 2, 29) && !day_of(2024, 13, 1));
        assert!(yymmdd(b"990228", 0) && !yymmdd(b"991328", 0) && ddmmyy(b"280299", 0));
    }

    #[test]
    fn both_orders_of_day_and_month_are_read_and_one_separator_wanted() {
        assert!(
            numeric("31.12.1999")
                && numeric("12/31/1999")
                && numeric("1999-12-31T10:00")
                && numeric("3.4.99")
        );
        assert!(!numeric("31.31.1999") && !numeric("31.12-1999") && !numeric("1.2.3"));
    }

    #[test]
    fn a_position_is_on_earth() {
        assert!(
            position("48.137154, 11.576124") && position("geo:-33.8688,151.2093") && !position("98.5, 11.5")
        );
    }
}
