//! Telephone numbers: groups of digits with separators, in the forms of many countries.

mod forms;
mod shape;
mod weak;

use std::ops::Range;

use crate::kinds::{Score, Scores, alone};
pub(crate) use shape::bracketed_end;
use shape::{MOST_GROUPS, Shape};
pub(crate) use weak::{WEAK, is_weak};

/// The score without context of a national number that is said in one row.
pub(crate) const SPOKEN_ROW: Score = alone(45);

/// The longest group that is read, in digits.
const LONGEST_GROUP: usize = 15;

/// A number in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Telephone {
    /// Its bytes, with an extension.
    pub(crate) at: Range<usize>,
    /// Its scores.
    pub(crate) scores: Scores,
    /// The number of words that may stand between a context word and the number.
    pub(crate) reach: u8,
    /// The digits are one row, with a trunk prefix or of North America. In speech few other numbers are.
    pub(crate) national_row: bool,
}

/// The longest telephone number that begins at `start`, with `+`, `(` or a digit.
pub(crate) fn number(bytes: &[u8], start: usize) -> Option<Telephone> {
    let found = groups(bytes, start)?;
    // Speech gives a date and time digit by digit: `2015 12 22 04 34 22`. Neither all of it nor a part is a number.
    let in_time =
        [0, 5, 8, 11, 14].iter().any(|back| start.checked_sub(*back).is_some_and(|at| is_day(bytes, at)));
    (!in_time).then_some(found)
}

/// The longest plausible number in the groups from `start` on.
fn groups(bytes: &[u8], start: usize) -> Option<Telephone> {
    let mut shape = Shape::default();
    let mut at = start;
    if bytes.get(at) == Some(&b'+') {
        shape.country_code = true;
        at += 1;
    }
    let mut ends = Ends::default();
    let mut before = 0;
    while shape.count < MOST_GROUPS && shape.total <= 15 {
        let bracket = bytes.get(at) == Some(&b'(');
        let from = at + usize::from(bracket);
        let length = bytes
            .get(from..)?
            .iter()
            .take(LONGEST_GROUP + 1)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if length == 0 || length > LONGEST_GROUP {
            break;
        }
        let mut end = from + length;
        if bracket {
            if bytes.get(end) != Some(&b')') || length > 5 {
                break;
            }
            end += 1;
            before = b'(';
        }
        shape.push(before, bytes.get(from..from + length)?);
        let whole = is_end(bytes, end, &shape);
        if whole {
            let (to, extension) = with_extension(bytes, end);
            ends.push(shape.count, to, extension);
            if extension {
                break;
            }
        }
        let Some((next, separator)) = next_group(bytes, end, bracket, &shape) else { break };
        let apart = whole && matches!(separator, Some(b' ' | b'/'));
        // Behind a blank or a stroke another number may begin.
        if apart
            && (shape.is_complete()
                || is_another(bytes, start, next, &shape) && ends.best(start, &shape).is_some())
        {
            break;
        }
        (at, before) = (next, separator.unwrap_or(0));
    }
    ends.best(start, &shape)
}

/// The groups with which a number may end: for each the byte behind it, and whether an extension follows.
#[derive(Default)]
struct Ends {
    last: usize,
    places: [Option<(usize, bool)>; MOST_GROUPS],
}

impl Ends {
    /// The number may end with its group of this number.
    fn push(&mut self, group: usize, to: usize, extension: bool) {
        if let Some(place) = self.places.get_mut(group - 1) {
            *place = Some((to, extension));
            self.last = group;
        }
    }

    /// The longest number of these that is one. `shape`: of all groups.
    fn best(&self, start: usize, shape: &Shape) -> Option<Telephone> {
        (1..=self.last).rev().find_map(|count| {
            let (to, extension) = self.places.get(count - 1).copied().flatten()?;
            let shape = shape.first(count, extension);
            let scores = if shape.is_plausible() { forms::scores(&shape) } else { None };
            let (reach, national_row) = (shape.reach(), shape.is_national_row());
            scores.map(|scores| Telephone { at: start..to, scores, reach, national_row })
        })
    }
}

/// The beginning of the group behind `end`, and the separator in front of it, if there is one. One separator may stand
/// there, or a blank on either side of a bracket; in the first six digits, and behind them in front of the last four of
/// North America, also a separator between blanks.
fn next_group(bytes: &[u8], end: usize, after_bracket: bool, shape: &Shape) -> Option<(usize, Option<u8>)> {
    let four = || {
        let rest = bytes.get(end + 3..).unwrap_or_default();
        rest.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count() == 4
    };
    let separator = *bytes.get(end)?;
    let next = match (separator, bytes.get(end + 1), bytes.get(end + 2)) {
        (b' ' | b'-' | b'.' | b'/', Some(next), _) if next.is_ascii_digit() => end + 1,
        (b' ' | b'-', Some(b'('), Some(next)) if next.is_ascii_digit() => end + 1,
        // `+1,415,555,0172`, `+1_415_555_0172`
        (b',' | b'_', Some(next), _) if shape.country_code && next.is_ascii_digit() && !shape.is_long() => {
            end + 1
        }
        (b' ', Some(b'-' | b'/'), Some(b' '))
            if shape.total < 6
                || shape.country_code && !shape.is_long()
                || shape.groups() == [3, 3] && four() =>
        {
            end + 3
        }
        (b'(', Some(next), _) if next.is_ascii_digit() => end,
        (next, ..) if after_bracket && next.is_ascii_digit() => end,
        _ => return None,
    };
    Some((next, (next > end).then_some(separator)))
}

/// Is the group at `next` the first of another number: it begins like the one at `start`, `030 1234567 030 7654321` and
/// `555-0147 555-0199`, and enough digits follow?
fn is_another(bytes: &[u8], start: usize, next: usize, shape: &Shape) -> bool {
    const DIGITS: usize = 7;
    let group = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.iter().take(LONGEST_GROUP).take_while(|byte| byte.is_ascii_digit()).count();
        (length, rest.get(length).copied())
    };
    let trunk = bytes.get(next) == Some(&b'0') && shape.total >= if shape.country_code { 11 } else { 9 };
    let joint = || group(start).1.filter(|joint| matches!(joint, b'-' | b'.'));
    let same = || shape.total >= DIGITS && joint().is_some() && group(start) == group(next);
    if !(trunk || same()) {
        return false;
    }
    let row = bytes.get(next..).unwrap_or_default().iter().take(20);
    let row = row.take_while(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.' | b'/'));
    row.filter(|byte| byte.is_ascii_digit()).count() >= DIGITS
}

/// Is there a day, year first: `2015 12 22`?
fn is_day(bytes: &[u8], at: usize) -> bool {
    let Some([y1, y2, y3, y4, s1, m1, m2, s2, d1, d2]) = bytes.get(at..).and_then(|rest| rest.first_chunk())
    else {
        return false;
    };
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    // Most numbers do not begin like a year.
    if !matches!([y1, y2], [b'1', b'9'] | [b'2', b'0']) {
        return false;
    }
    let alone = !digit(at.checked_sub(1).and_then(|before| bytes.get(before))) && !digit(bytes.get(at + 10));
    alone
        && [y3, y4].into_iter().all(u8::is_ascii_digit)
        && matches!((s1, s2), (b' ', b' ') | (b'-', b'-') | (b'.', b'.') | (b'/', b'/'))
        && matches!([m1, m2], [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2'])
        && matches!([d1, d2], [b'0', b'1'..=b'9'] | [b'1' | b'2', b'0'..=b'9'] | [b'3', b'0' | b'1'])
}

/// Does a number end here, and not in a word, a decimal number or a longer code?
fn is_end(bytes: &[u8], end: usize, shape: &Shape) -> bool {
    let next = bytes.get(end).copied().unwrap_or(b' ');
    let after = bytes.get(end + 1).copied().unwrap_or(b' ');
    match next {
        b'0'..=b'9' | b'@' => false,
        // `_+49 30 1234567_`
        b'_' => !super::code::is_joined(bytes.get(end..).unwrap_or_default()),
        b'x' | b'X' => after.is_ascii_digit(),
        b'A'..=b'Z' | b'a'..=b'z' => false,
        // The next column of a table, or another number.
        b',' if shape.is_long() => true,
        // The port behind an account.
        b':' => !after.is_ascii_digit() || has_port(shape),
        b'.' | b',' => !after.is_ascii_digit(),
        _ => true,
    }
}

/// May a port stand behind a `:`? A time has no such number in front.
#[cold]
fn has_port(shape: &Shape) -> bool {
    shape.country_code || shape.is_national_row()
}

/// The end of the number with its extension, `x12` or `ext. 12`, and whether there is one.
fn with_extension(bytes: &[u8], end: usize) -> (usize, bool) {
    let rest = bytes.get(end..).unwrap_or_default();
    let blank = rest.iter().take(2).take_while(|byte| matches!(byte, b' ' | b',')).count();
    if !matches!(rest.get(blank), Some(b'e' | b'E' | b'x' | b'X' | b'#')) {
        return (end, false);
    }
    let word = [&b"extension"[..], b"ext.", b"ext", b"Ext.", b"Ext", b"x", b"X", b"#"]
        .into_iter()
        .find(|word| rest.get(blank..).is_some_and(|rest| rest.starts_with(word)));
    let Some(word) = word else { return (end, false) };
    let mut at = blank + word.len();
    at += usize::from(rest.get(at) == Some(&b' '));
    let digits =
        rest.get(at..).unwrap_or_default().iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
    let whole = rest.get(at + digits).is_none_or(|next| !next.is_ascii_alphanumeric());
    if (1..=6).contains(&digits) && whole { (end + at + digits, true) } else { (end, false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&str, bool)> {
        number(text.as_bytes(), 0).map(|found| (&text[..found.at.end], found.scores.alone.points() >= 40))
    }

    #[test]
    fn numbers_of_many_countries_need_no_context() {
        for text in [
            "+49 30 123456",
            "(212) 555-0199",
            "212-555-0199",
            "212.555.0199x123",
            "01.42.68.53.00",
            "+44 (0)20 7946 0958",
            "020 7946 0958",
            "+39 06 698 12345",
            "0171 2345678",
            "001-212-555-0199",
            "+4915112345678",
            "(0)30/1234567",
        ] {
            assert_eq!(found(text), Some((text, true)), "{text}");
        }
    }

    #[test]
    fn each_form_has_the_scores_of_its_rows() {
        for (text, alone, near) in [
            ("+49 30 123456", 75, 85),
            ("+4930123456", 75, 85),
            ("004930123456", 50, 80),
            ("00493012", 20, 80),
            ("(212) 555-0199", 75, 85),
            ("212.555.0199", 65, 80),
            ("212-555-0199", 75, 85),
            ("1-212-555-0199", 65, 80),
            ("1 (212) 555-0199", 70, 80),
            ("01 42 68 53 00", 75, 85),
            ("(030) 123456", 60, 80),
            ("020 7946 0958", 60, 80),
            ("01632 960123", 45, 80),
            ("030 1234567", 45, 80),
            ("0171 2345678", 45, 80),
            ("555-0199", 25, 80),
            ("01712345678", 38, 80),
            ("2125550199", 25, 80),
            ("1234567", 8, 80),
            ("22 44 66 x12", 75, 85),
            ("10.20.30.40", 10, 80),
            ("1234 56 78", 20, 55),
            ("123 456", 20, 60),
        ] {
            let found = number(text.as_bytes(), 0).map(|found| (found.at.end, found.scores));
            assert_eq!(found, Some((text.len(), crate::kinds::alone(alone).near(near))), "{text}");
        }
        assert_eq!((number(b"123.4567", 0), number(b"123456", 0)), (None, None));
    }

    #[test]
    fn a_date_and_time_is_not_a_number_and_neither_is_a_part_of_it() {
        let text = "on 2015 12 22 04 34 22 and +44 20 1512 2204";
        for start in [3, 8, 11, 14, 17] {
            assert_eq!(number(text.as_bytes(), start), None, "{}", &text[start..]);
        }
        assert!(number(text.as_bytes(), 27).is_some());
        assert!(number(b"2015 13 22 04 34 22", 0).is_some(), "a month that does not exist");
    }

    #[test]
    fn the_code_of_a_country_may_stand_in_a_bracket() {
        let end = |text: &str| bracketed_end(text.as_bytes(), 0);
        for text in ["(+44) 7700 900 123", "(+34)600-123-456", "(+1) 212.555.0199"] {
            assert_eq!(
                (end(text), end(&format!("{text}, x"))),
                (Some(text.len()), Some(text.len())),
                "{text}"
            );
        }
        for text in ["(+44)", "(+44) 12", "(+0.5) 1234567", "(+44) 7700 900 123x", "(+) 7700 900 123"] {
            assert_eq!(end(text), None, "{text}");
        }
    }

    #[test]
    fn short_numbers_need_context() {
        for text in ["555-0199", "9123 4567", "22 44 66 88"] {
            assert_eq!(found(text), Some((text, false)), "{text}");
        }
    }

    #[test]
    fn a_second_number_may_follow_a_blank() {
        for (text, first) in [
            ("030 1234567 030 7654321", "030 1234567"),
            ("555-0147 555-0199", "555-0147"),
            ("01 42 68 53 00 01 42 68 53 01", "01 42 68 53 00"),
            ("+49 171 2345678 0171 8765432", "+49 171 2345678"),
            ("+44 (0)20 7946 0958", "+44 (0)20 7946 0958"),
            ("+49 (0)171 234 56 07", "+49 (0)171 234 56 07"),
            ("(212) 555 - 0147", "(212) 555 - 0147"),
            ("212 555 - 0147 12", "212 555 - 0147"),
            ("+49 30 1234567_", "+49 30 1234567"),
        ] {
            assert_eq!(found(text).map(|(found, _)| found), Some(first), "{text}");
        }
    }

    #[test]
    fn a_number_ends_before_a_full_stop_and_before_another_number() {
        assert_eq!(found("212-555-0199."), Some(("212-555-0199", true)));
        assert_eq!(found("212-555-0199 415-555-0188"), Some(("212-555-0199", true)));
        assert_eq!(found("1.234567"), None);
        assert_eq!(found("12"), None);
    }
}
