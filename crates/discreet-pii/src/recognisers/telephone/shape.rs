//! The shape of a number: its groups of digits, and the marks between them.

/// The most groups that a number has.
pub(super) const MOST_GROUPS: usize = 8;

/// Properties of a number, a bit for each.
pub(super) type Marks = u8;

pub(super) const NO_MARKS: Marks = 0;
/// `+` or `00`, and then the code of a country.
pub(super) const COUNTRY_CODE: Marks = 1 << 0;
/// The first digit is 0.
pub(super) const TRUNK_ZERO: Marks = 1 << 1;
/// A group stands in brackets.
pub(super) const BRACKET: Marks = 1 << 2;
/// All separators are the same.
pub(super) const UNIFORM: Marks = 1 << 3;
/// There are several groups, and no separators but dots and brackets.
pub(super) const DOTTED: Marks = 1 << 4;
/// An extension follows.
pub(super) const EXTENSION: Marks = 1 << 5;

/// The shape of a number.
#[derive(Default, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// The number of digits of each group.
    lengths: [u8; MOST_GROUPS],
    /// The byte in front of each group: 0 for none, `(` for a group in brackets, else the separator.
    before: [u8; MOST_GROUPS],
    pub(super) count: usize,
    /// `+` or `00`, and then the code of a country.
    pub(super) country_code: bool,
    trunk_zero: bool,
    /// An area code and an exchange of North America begin it: neither has 0 or 1 in front.
    american: bool,
    /// The number of digits.
    pub(super) total: usize,
    pub(super) extension: bool,
}

impl Shape {
    /// Adds a group.
    pub(super) fn push(&mut self, before: u8, digits: &[u8]) {
        if self.count == 0 {
            self.trunk_zero = digits.first() == Some(&b'0');
            self.american = matches!(digits, [b'2'..=b'9', _, _, b'2'..=b'9', ..]);
            self.country_code |=
                digits.len() > 2 && digits.starts_with(b"00") && digits.get(2) != Some(&b'0');
            // `00 44 7700 900123`
            self.country_code |= matches!(digits, b"00" | b"011");
        }
        let places = self.lengths.get_mut(self.count).zip(self.before.get_mut(self.count));
        if let Some((length, place)) = places {
            *length = u8::try_from(digits.len()).unwrap_or(u8::MAX);
            *place = before;
        }
        self.count += 1;
        self.total += digits.len();
    }

    /// The shape of the first `count` groups, with or without an extension behind them.
    pub(super) fn first(&self, count: usize, extension: bool) -> Shape {
        let lengths = self.lengths.iter().take(count);
        Shape { count, total: lengths.map(|length| usize::from(*length)).sum(), extension, ..*self }
    }

    /// The number of digits of each group.
    pub(super) fn groups(&self) -> &[u8] {
        self.lengths.get(..self.count).unwrap_or_default()
    }

    /// Is the number complete, so that what follows a blank is another one?
    pub(super) fn is_complete(&self) -> bool {
        matches!(self.groups(), [3, 3, 4] | [1, 3, 3, 4]) && !self.country_code || self.total >= 13
    }

    /// Is it a national number in one row: with its trunk prefix, or of North America?
    pub(super) fn is_national_row(&self) -> bool {
        let trunk = self.trunk_zero && (10..=12).contains(&self.total);
        self.count == 1 && !self.country_code && (trunk || self.american && self.total == 10)
    }

    /// Has it too many digits in groups for a number with thousands marked by a comma?
    pub(super) fn is_long(&self) -> bool {
        self.total >= 9 && (self.count > 1 || self.country_code)
    }

    /// Can this be a telephone number? It has 6 to 15 digits (ITU-T E.164), and no group of one digit but a trunk
    /// prefix or the code of a country.
    pub(super) fn is_plausible(&self) -> bool {
        let groups = self.groups();
        let short_end = self.count > 1 && groups.last().is_some_and(|last| *last < 2);
        let odd = groups.iter().skip(2).any(|group| *group < 2)
            || groups.iter().any(|group| *group > 11 + u8::from(self.trunk_zero));
        (6..=15).contains(&self.total) && !short_end && (self.country_code || !odd)
    }

    /// The number of words that may stand between a context word and the number. A short row of digits may be
    /// anything, and two short groups may be a house and the number of its street.
    pub(super) fn reach(&self) -> u8 {
        let plain = !self.separators().any(|before| matches!(before, b'(' | b'-'));
        match self.count {
            1 if self.total <= 7 => 1,
            1 if !self.country_code => 3,
            2 if self.total <= 9 && plain => 2,
            _ => 5,
        }
    }

    /// Its properties.
    pub(super) fn marks(&self) -> Marks {
        let between = || self.separators().skip(1).filter(|before| !matches!(before, 0 | b'('));
        let mark = |is: bool, mark: Marks| if is { mark } else { NO_MARKS };
        mark(self.country_code, COUNTRY_CODE)
            | mark(self.trunk_zero, TRUNK_ZERO)
            | mark(self.separators().any(|before| before == b'('), BRACKET)
            | mark(between().zip(between().skip(1)).all(|(one, other)| one == other), UNIFORM)
            | mark(self.count > 1 && between().all(|before| before == b'.'), DOTTED)
            | mark(self.extension, EXTENSION)
    }

    fn separators(&self) -> impl Iterator<Item = u8> + '_ {
        self.before.iter().take(self.count).copied()
    }
}
