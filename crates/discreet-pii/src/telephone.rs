//! Telephone numbers: groups of digits that add up to one, somewhere in the world.

/// A number as it is written.
#[derive(Default, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// How many digits each group has.
    groups: [u8; 8],
    /// What stands before each: 0 nothing, `(` for a group in brackets, else the separator.
    before: [u8; 8],
    count: usize,
    /// `+` or `00`, and then the country's code.
    international: bool,
    zero: bool,
    total: usize,
    extension: bool,
}

/// Where a number that may be a telephone's ends, and how sure that is without a word and with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) end: usize,
    pub(super) alone: u8,
    pub(super) near: u8,
    /// How many words may stand between it and one that speaks for it.
    pub(super) reach: u8,
}

/// The longest telephone number that begins at `start`, with `+`, `(` or a digit.
pub(super) fn number(bytes: &[u8], start: usize) -> Option<Found> {
    let found = groups(bytes, start)?;
    // A moment digit by digit, as speech has it, `2015 12 22 04 34 22`: neither all of it nor what is behind its year.
    let moment =
        [0, 5, 8, 11, 14].iter().any(|back| start.checked_sub(*back).is_some_and(|at| is_day(bytes, at)));
    (!moment).then_some(found)
}

fn groups(bytes: &[u8], start: usize) -> Option<Found> {
    let mut shape = Shape::default();
    let mut at = start;
    if bytes.get(at) == Some(&b'+') {
        shape.international = true;
        at += 1;
    }
    let mut best = None;
    let mut before = 0;
    while shape.count < 8 && shape.total <= 15 {
        let bracket = bytes.get(at) == Some(&b'(');
        let from = at + usize::from(bracket);
        let length = bytes.get(from..)?.iter().take(16).take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 || length > 15 {
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
        let whole = ends(bytes, end);
        if whole {
            let (to, extension) = with_extension(bytes, end);
            let judged = Shape { extension, ..shape }.judge();
            best = judged.map(|(alone, near)| Found { end: to, alone, near, reach: shape.reach() }).or(best);
            if extension {
                break;
            }
        }
        // One separator, or a blank on either side of a bracket.
        let Some(separator) = bytes.get(end).copied() else { break };
        at = match (separator, bytes.get(end + 1), bytes.get(end + 2)) {
            (b' ' | b'-' | b'.' | b'/', Some(next), _) if next.is_ascii_digit() => end + 1,
            (b' ' | b'-', Some(b'('), Some(next)) if next.is_ascii_digit() => end + 1,
            (b' ', Some(b'-' | b'/'), Some(b' ')) if shape.total < 6 => end + 3,
            (b'(', Some(next), _) if next.is_ascii_digit() => end,
            (next, ..) if bracket && next.is_ascii_digit() => end,
            _ => break,
        };
        before = if at == end { 0 } else { separator };
        if whole && separator == b' ' && shape.complete() {
            // What follows a blank may be another number.
            break;
        }
    }
    best
}

/// Does a day stand here, year first: `2015 12 22`?
fn is_day(bytes: &[u8], at: usize) -> bool {
    let Some([y1, y2, y3, y4, s1, m1, m2, s2, d1, d2]) = bytes.get(at..).and_then(|rest| rest.first_chunk())
    else {
        return false;
    };
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let alone = !digit(at.checked_sub(1).and_then(|before| bytes.get(before))) && !digit(bytes.get(at + 10));
    alone
        && matches!([y1, y2], [b'1', b'9'] | [b'2', b'0'])
        && [y3, y4].into_iter().all(u8::is_ascii_digit)
        && matches!((s1, s2), (b' ', b' ') | (b'-', b'-') | (b'.', b'.') | (b'/', b'/'))
        && matches!([m1, m2], [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2'])
        && matches!([d1, d2], [b'0', b'1'..=b'9'] | [b'1' | b'2', b'0'..=b'9'] | [b'3', b'0' | b'1'])
}

/// Does a number end here? Not inside a word, a decimal number or a longer code.
fn ends(bytes: &[u8], end: usize) -> bool {
    let next = bytes.get(end).copied().unwrap_or(b' ');
    let after = bytes.get(end + 1).copied().unwrap_or(b' ');
    match next {
        b'0'..=b'9' | b'_' | b'@' => false,
        b'x' | b'X' => after.is_ascii_digit(),
        b'A'..=b'Z' | b'a'..=b'z' => false,
        b'.' | b':' | b',' => !after.is_ascii_digit(),
        _ => true,
    }
}

/// An extension: `x12`, `ext. 12`.
fn with_extension(bytes: &[u8], end: usize) -> (usize, bool) {
    let rest = bytes.get(end..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b',')).take(2).count();
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

impl Shape {
    fn push(&mut self, before: u8, digits: &[u8]) {
        if self.count == 0 {
            self.zero = digits.first() == Some(&b'0');
            self.international |=
                digits.len() > 2 && digits.starts_with(b"00") && digits.get(2) != Some(&b'0');
        }
        if let (Some(group), Some(place)) = (self.groups.get_mut(self.count), self.before.get_mut(self.count))
        {
            *group = u8::try_from(digits.len()).unwrap_or(u8::MAX);
            *place = before;
        }
        self.count += 1;
        self.total += digits.len();
    }

    fn groups(&self) -> &[u8] {
        self.groups.get(..self.count).unwrap_or_default()
    }

    /// Nothing can follow: it has all that a number of its form has.
    fn complete(&self) -> bool {
        matches!(self.groups(), [3, 3, 4] | [1, 3, 3, 4]) && !self.international || self.total >= 13
    }

    /// A short row of digits may be anything; two short groups are a house and its street's number as well.
    fn reach(&self) -> u8 {
        let plain = !self.before.iter().take(self.count).any(|before| matches!(before, b'(' | b'-'));
        match self.count {
            1 if self.total <= 7 => 1,
            1 if !self.international => 3,
            2 if self.total <= 9 && plain => 2,
            _ => 5,
        }
    }

    /// The score without a word near, and with one.
    fn judge(&self) -> Option<(u8, u8)> {
        let groups = self.groups();
        let bracket = self.before.iter().take(self.count).any(|before| *before == b'(');
        let last = groups.last().copied().unwrap_or(0);
        if !(6..=15).contains(&self.total) || (self.count > 1 && last < 2) {
            return None;
        }
        let separators =
            || self.before.iter().take(self.count).skip(1).filter(|before| !matches!(before, 0 | b'('));
        let same = separators().zip(separators().skip(1)).all(|(a, b)| a == b);
        let dotted = separators().all(|before| *before == b'.') && self.count > 1;
        // Groups of one digit are a trunk prefix or a country's code, and nothing else.
        let short = groups.iter().skip(2).any(|group| *group < 2);
        let odd = !self.international && (short || groups.iter().any(|group| *group > 11));
        let alone: u8 = match groups {
            _ if odd => return None,
            _ if self.international && self.total >= 8 => {
                // `00` without more begins other numbers too.
                if self.count > 1 || (self.total <= 14 && !self.zero) {
                    75
                } else if self.total > 10 {
                    50
                } else {
                    20
                }
            }
            _ if self.international => 20,
            [3, 3, 4] if same || bracket => {
                if bracket || !dotted {
                    75
                } else {
                    65
                }
            }
            [1, 3, 3, 4] if same => 65,
            [1, 3, 3, 4] if bracket => 70,
            [2, 2, 2, 2, 2] if self.zero && same => 75,
            _ if bracket && (8..=11).contains(&self.total) && last >= 3 => 60,
            [4, 2, 2, 2]
            | [4, 3, 2, 2]
            | [3, 3, 2, 2]
            | [4, 3, 3]
            | [3, 4, 4]
            | [4, 3, 4]
            | [5, 3, 3]
            | [5, 6]
            | [3, 4, 3]
            | [5, 2, 2, 2]
            | [3, 7, ..]
            | [2, 4, 4]
            | [1, 2, 2, 2, 2]
            | [1, 3, 3, 2, 2]
            | [3, 2, 2, 2, 2]
            | [3, 3, 3]
                if self.zero && self.total >= 9 =>
            {
                if self.count > 2 {
                    60
                } else {
                    45
                }
            }
            [2..=5, 5..=8] if self.zero && self.total >= 9 => 45,
            [3, 4] => 25,
            [10 | 11] if self.zero => 38,
            [10] => 25,
            [_] => 8,
            _ if self.extension => 60,
            _ if dotted && self.count > 3 => 10,
            _ => 20,
        };
        let alone = if self.extension { (alone + 15).min(85) } else { alone };
        let near = match groups {
            _ if dotted && self.count == 2 && !self.zero && !self.international => return None,
            [length] if *length < 7 => return None,
            // Days are written like this too.
            [4, 2, 2] | [2, 2, 4] if !bracket => 55,
            _ if self.total < 7 => {
                if self.count > 1 {
                    60
                } else {
                    return None;
                }
            }
            _ => 80,
        };
        Some((alone, near.max(alone.saturating_add(10).min(90))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&str, bool)> {
        number(text.as_bytes(), 0).map(|found| (&text[..found.end], found.alone >= 40))
    }

    #[test]
    fn numbers_of_many_countries_need_no_word() {
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
    fn a_moment_is_no_number_nor_is_a_part_of_it() {
        let text = "on 2015 12 22 04 34 22 and +44 20 1512 2204";
        for start in [3, 8, 11, 14, 17] {
            assert_eq!(number(text.as_bytes(), start), None, "{}", &text[start..]);
        }
        assert!(number(text.as_bytes(), 27).is_some());
        assert!(number(b"2015 13 22 04 34 22", 0).is_some(), "there is no such month");
    }

    #[test]
    fn short_ones_need_a_word() {
        for text in ["555-0199", "9123 4567", "22 44 66 88"] {
            assert_eq!(found(text), Some((text, false)), "{text}");
        }
    }

    #[test]
    fn the_end_of_a_sentence_is_no_part_of_a_number_and_another_number_neither() {
        assert_eq!(found("212-555-0199."), Some(("212-555-0199", true)));
        assert_eq!(found("212-555-0199 415-555-0188"), Some(("212-555-0199", true)));
        assert_eq!(found("1.234567"), None);
        assert_eq!(found("12"), None);
    }
}
