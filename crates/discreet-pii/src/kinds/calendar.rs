//! The calendar: days that exist.

use super::checksums::number;

/// Is this a day of the Gregorian calendar?
pub(super) fn day_of(year: u64, month: u64, day: u64) -> bool {
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(if year.is_multiple_of(100) { 400 } else { 4 }) => 29,
        2 => 28,
        _ => return false,
    };
    (1..=last).contains(&day)
}

/// Do the six digits from `at` hold a year, a month and a day of this century or the last?
pub(super) fn yymmdd(code: &[u8], at: usize) -> bool {
    let (year, month, day) = (number(code, at, 2), number(code, at + 2, 2), number(code, at + 4, 2));
    day_of(2000 + year, month, day) || day_of(1900 + year, month, day)
}

/// Do the six digits from `at` hold a day, a month and a year of this century or the last?
pub(super) fn ddmmyy(code: &[u8], at: usize) -> bool {
    let (day, month, year) = (number(code, at, 2), number(code, at + 2, 2), number(code, at + 4, 2));
    day_of(2000 + year, month, day) || day_of(1900 + year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert!(day_of(2024, 2, 29) && !day_of(2023, 2, 29) && !day_of(1900, 2, 29) && !day_of(2024, 13, 1));
        assert!(yymmdd(b"990228", 0) && !yymmdd(b"991328", 0) && ddmmyy(b"280299", 0));
    }
}
