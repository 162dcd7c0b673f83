//! Scores: the confidence that a text is personal data of a kind, in points from 0 to 100.
//!
//! # Origin of the numbers
//!
//! The scores are set by judgement. They are not measured probabilities, and the history of the project records no
//! calibration. They were adjusted while the crate was developed against 1,811 sentences of Presidio's research data
//! (the README says what is found in them) and log lines of robots such as those in the tests of the finder, in which
//! nothing may be found. Two properties carry the meaning:
//!
//! - The side of the threshold, 40 by default. A form at or above it needs no context; a form below it does.
//! - The order. Where findings overlap, the higher score stays. Neighbouring values such as 71, 72 and 73 only break
//!   ties between kinds that have the same form.
//!
//! # Bands
//!
//! A guide for new forms; some old ones deviate.
//!
//! | `alone` | form |
//! |---|---|
//! | 85 to 99 | distinctive: a registered prefix, fixed separators with check digits, a PEM header |
//! | 60 to 80 | a check digit and a characteristic form |
//! | 40 to 55 | a characteristic form; other codes have it now and then |
//! | 20 to 38 | a check digit that one number in ten passes, in bare digits |
//! | 1 to 15 | any code of that length |
//! | 0 | not reported without context |
//!
//! | `near` | form |
//! |---|---|
//! | 85 to 98 | the context word settles it: the form carries a check |
//! | 70 to 84 | the form carries no check |
//! | 55 to 69 | the form is short, or common in other text |

/// A confidence in points, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Score(u8);

/// The scores of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scores {
    /// Without context.
    pub(crate) alone: Score,
    /// With a context word directly in front, or in a field whose name says so. Each word in between takes a point.
    pub(crate) near: Score,
}

impl Score {
    /// Never reported.
    pub(crate) const NONE: Score = Score(0);
    /// The most that a form gets without context if it relies on small letters in the place of capitals.
    pub(crate) const WRONG_CASE: Score = Score(10);
    /// An entry of a list of the policy or of the roster.
    pub(crate) const CERTAIN: Score = Score(100);

    /// A score of `points`, 0 to 100; more does not compile.
    pub(crate) const fn new(points: u8) -> Score {
        assert!(points <= 100, "a score has at most 100 points");
        Score(points)
    }

    /// In points, 0 to 100.
    pub(crate) const fn points(self) -> u8 {
        self.0
    }

    /// Lower by `points`, not below 0.
    pub(crate) const fn less(self, points: u8) -> Score {
        Score(self.0.saturating_sub(points))
    }

    /// Higher by `points`, not above `most`.
    pub(crate) const fn more(self, points: u8, most: Score) -> Score {
        let sum = self.0.saturating_add(points);
        if sum > most.0 { most } else { Score(sum) }
    }

    /// Scores with this one for the form alone.
    pub(crate) const fn near(self, points: u8) -> Scores {
        Scores { alone: self, near: Score::new(points) }
    }

    /// The same score with and without context.
    pub(crate) const fn always(self) -> Scores {
        Scores { alone: self, near: self }
    }
}

/// The score of a form without context: `alone(30).near(85)`.
pub(crate) const fn alone(points: u8) -> Score {
    Score::new(points)
}

/// The scores of a form that counts only in context.
pub(crate) const fn only_near(points: u8) -> Scores {
    Score::NONE.near(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn scores_stay_between_0_and_100_points() {
        assert_eq!(
            (Score::new(3).less(5), Score::new(95).more(15, Score::new(97))),
            (Score::NONE, Score(97))
        );
    }

    #[test]
    fn context_never_lowers_the_score_of_a_form() {
        for kind in Kind::BUILT_IN {
            for form in kind.definition().forms {
                assert!(form.scores.alone <= form.scores.near, "{kind}: {}", form.pattern);
            }
        }
    }
}
