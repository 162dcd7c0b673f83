//! The forms of telephone numbers and their scores, as tables. The first row that fits counts.
//!
//! Context words are those of [`Kind::Phone`](crate::Kind::Phone). [`Score`] says where the numbers come from.

use super::shape::{BRACKET, COUNTRY_CODE, DOTTED, EXTENSION, Marks, NO_MARKS, Shape, TRUNK_ZERO, UNIFORM};
use crate::kinds::{Score, Scores};

/// A row of a table: a condition on the shape of a number, and its score.
struct Row {
    groups: Groups,
    /// The number of digits, at least and at most.
    total: (usize, usize),
    needs: Marks,
    excludes: Marks,
    score: Score,
}

/// A condition on the groups of digits.
#[derive(Clone, Copy)]
enum Groups {
    /// No condition.
    Any,
    /// The number of groups is in this range.
    Count(usize, usize),
    /// Groups of these lengths, and no other.
    Are(&'static [u8]),
    /// Groups of these lengths, and at least one more.
    Begin(&'static [u8]),
    /// One group of ten or eleven digits.
    TenOrEleven,
    /// An area code of two to five digits, and five to eight more.
    AreaAndNumber,
    /// The last group has three digits or more.
    LongEnd,
}

use Groups::{Any, Are, AreaAndNumber, Begin, Count, LongEnd, TenOrEleven};

const fn row(groups: Groups, score: u8) -> Row {
    Row { groups, total: (0, usize::MAX), needs: NO_MARKS, excludes: NO_MARKS, score: Score::new(score) }
}

/// A national form that begins with the trunk prefix 0 and has nine digits or more.
const fn trunk(groups: Groups, score: u8) -> Row {
    row(groups, score).digits(9, usize::MAX).with(TRUNK_ZERO)
}

impl Row {
    const fn digits(self, least: usize, most: usize) -> Row {
        Row { total: (least, most), ..self }
    }

    const fn with(self, needs: Marks) -> Row {
        Row { needs, ..self }
    }

    const fn without(self, excludes: Marks) -> Row {
        Row { excludes, ..self }
    }

    fn fits(&self, shape: &Shape, marks: Marks) -> bool {
        marks & self.needs == self.needs
            && marks & self.excludes == NO_MARKS
            && (self.total.0..=self.total.1).contains(&shape.total)
            && self.groups.fit(shape.groups())
    }
}

/// Scores without context of international numbers: `+` or `00`, then the code of a country (ITU-T E.164). Other numbers
/// begin with `00` too.
#[rustfmt::skip]
const INTERNATIONAL: &[Row] = &[
    row(Count(2, 8), 75).digits(8, 15),                                // +49 30 123456
    row(Any, 75).digits(8, 14).without(TRUNK_ZERO),                    // +4930123456
    row(Any, 50).digits(11, 15),                                       // 004930123456
    row(Any, 20),                                                      // 00493012
];

/// The highest score without context of a number without a zero in front, a bracket and an extension, and not of North
/// America.
pub(super) const WEAK: Score = Score::new(25);

/// Scores without context of national numbers of one group.
#[rustfmt::skip]
const UNGROUPED: &[Row] = &[
    row(TenOrEleven, 38).with(TRUNK_ZERO),                             // 01712345678
    row(Are(&[10]), WEAK.points()),                                    // 2125550199
    row(Any, 8),
];

/// Scores without context of national numbers of several groups.
#[rustfmt::skip]
const GROUPED: &[Row] = &[
    // North America (NANP).
    row(Are(&[3, 3, 4]), 75).with(BRACKET),                            // (212) 555-0199
    row(Are(&[3, 3, 4]), 65).with(UNIFORM | DOTTED),                   // 212.555.0199
    row(Are(&[3, 3, 4]), 75).with(UNIFORM),                            // 212-555-0199
    row(Are(&[1, 3, 3, 4]), 65).with(UNIFORM),                         // 1-212-555-0199
    row(Are(&[1, 3, 3, 4]), 70).with(BRACKET),                         // 1 (212) 555-0199

    // France.
    row(Are(&[2, 2, 2, 2, 2]), 75).with(TRUNK_ZERO | UNIFORM),         // 01 42 68 53 00

    // Any country with an area code in brackets.
    row(LongEnd, 60).digits(8, 11).with(BRACKET),                      // (030) 123456

    // Europe and Australia, with the trunk prefix 0.
    trunk(Are(&[4, 2, 2, 2]), 60),
    trunk(Are(&[4, 3, 2, 2]), 60),                                     // Turkey: 0212 555 12 34
    trunk(Are(&[3, 3, 2, 2]), 60),
    trunk(Are(&[4, 3, 3]), 60),
    trunk(Are(&[3, 4, 4]), 60),                                        // London: 020 7946 0958
    trunk(Are(&[4, 3, 4]), 60),                                        // Birmingham: 0121 496 0123
    trunk(Are(&[5, 3, 3]), 60),                                        // United Kingdom: 01632 960 123
    trunk(Are(&[5, 6]), 45),                                           // United Kingdom: 01632 960123
    trunk(Are(&[3, 4, 3]), 60),
    trunk(Are(&[5, 2, 2, 2]), 60),
    trunk(Are(&[3, 7]), 45),                                           // Berlin: 030 1234567
    trunk(Begin(&[3, 7]), 60),
    trunk(Are(&[2, 4, 4]), 60),                                        // Australia: 02 5550 1234
    trunk(Are(&[1, 2, 2, 2, 2]), 60),
    trunk(Are(&[1, 3, 3, 2, 2]), 60),
    trunk(Are(&[3, 2, 2, 2, 2]), 60),
    trunk(Are(&[3, 3, 3]), 60),
    trunk(AreaAndNumber, 45),                                          // Germany: 0171 2345678

    // Forms that other numbers have as well.
    row(Are(&[3, 4]), WEAK.points()),                                  // 555-0199
    row(Any, 60).with(EXTENSION),                                      // 22 44 66 x12
    row(Count(4, 8), 10).with(DOTTED),                                 // 10.20.30.40
    row(Any, 20),
];

/// Scores with context. 0 is not a telephone number.
#[rustfmt::skip]
const NEAR: &[Row] = &[
    row(Count(2, 2), 0).with(DOTTED).without(TRUNK_ZERO | COUNTRY_CODE), // a decimal number
    row(Count(1, 1), 0).digits(0, 6),                                  // too short
    row(Are(&[4, 2, 2]), 55).without(BRACKET),                         // a date as well
    row(Are(&[2, 2, 4]), 55).without(BRACKET),                         // a date as well
    row(Any, 60).digits(0, 6),                                         // 123 456
    row(Any, 80),
];

/// An extension takes away most doubt: so many points more.
const EXTENSION_POINTS: u8 = 15;
/// The most that a number with an extension gets without context.
const MOST_WITH_EXTENSION: Score = Score::new(85);
/// Context adds so many points at least.
const CONTEXT_POINTS: u8 = 10;
/// The most that context makes of these points.
const MOST_WITH_CONTEXT: Score = Score::new(90);

/// The scores of a number of this shape. `None` if it is not a telephone number even in context.
pub(super) fn scores(shape: &Shape) -> Option<Scores> {
    let marks = shape.marks();
    let first = |table: &[Row]| table.iter().find(|row| row.fits(shape, marks)).map(|row| row.score);
    let near = first(NEAR).filter(|near| *near > Score::NONE)?;
    let mut alone = first(match (shape.country_code, shape.count) {
        (true, _) => INTERNATIONAL,
        (false, 1) => UNGROUPED,
        (false, _) => GROUPED,
    })?;
    if marks & EXTENSION != NO_MARKS {
        alone = alone.more(EXTENSION_POINTS, MOST_WITH_EXTENSION);
    }
    Some(Scores { alone, near: near.max(alone.more(CONTEXT_POINTS, MOST_WITH_CONTEXT)) })
}

impl Groups {
    fn fit(self, groups: &[u8]) -> bool {
        match self {
            Any => true,
            Count(least, most) => (least..=most).contains(&groups.len()),
            Are(lengths) => groups == lengths,
            Begin(lengths) => groups.len() > lengths.len() && groups.starts_with(lengths),
            TenOrEleven => matches!(groups, [10 | 11]),
            AreaAndNumber => matches!(groups, [2..=5, 5..=8]),
            LongEnd => groups.last().is_some_and(|last| *last >= 3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: [&[Row]; 4] = [INTERNATIONAL, UNGROUPED, GROUPED, NEAR];

    #[test]
    fn every_shape_fits_a_row_of_each_table() {
        let shape = Shape::default();
        for marks in 0..=u8::MAX {
            for table in TABLES {
                assert!(table.last().is_some_and(|row| row.fits(&shape, marks)));
            }
        }
    }

    #[test]
    fn a_weak_number_has_at_most_its_score() {
        let american = |row: &&Row| matches!(row.groups, Are([3, 3, 4] | [1, 3, 3, 4]));
        let weak = |row: &&Row| row.needs & (TRUNK_ZERO | BRACKET | EXTENSION) == NO_MARKS && !american(row);
        assert_eq!(UNGROUPED.iter().chain(GROUPED).filter(weak).map(|row| row.score).max(), Some(WEAK));
    }

    #[test]
    fn no_row_is_hidden_by_an_earlier_one_of_the_same_groups() {
        for table in TABLES {
            for (at, row) in table.iter().enumerate() {
                let hidden = table.iter().take(at).any(|earlier| {
                    matches!((earlier.groups, row.groups), (Are(one), Are(other)) if one == other)
                        && earlier.needs & row.needs == earlier.needs
                        && earlier.excludes & row.excludes == earlier.excludes
                });
                assert!(!hidden, "row {at}");
            }
        }
    }
}
