//! Proposals of telephone numbers, and the numbers that nothing makes one.

use super::Reader;
use crate::Kind;
use crate::detect::{Evidence, parts};
use crate::kinds::Score;
use crate::recognisers::telephone;

/// The score of the next number of a list, whose first has a label.
const IN_LIST: Score = Score::new(55);

impl Reader<'_> {
    /// Proposes the telephone number that begins at `start`.
    pub(super) fn telephone(&mut self, bytes: &[u8], start: usize) {
        if let Some(found) =
            telephone::number(bytes, start).filter(|found| !parts::is_frame(bytes, found.at.clone()))
        {
            let mut scores = found.scores;
            if self.field.spoken && found.national_row {
                scores.alone = scores.alone.max(telephone::SPOKEN_ROW);
            }
            if start > 0 && bytes.get(start - 1) == Some(&b'-') && parts::is_of_serial(bytes, start) {
                scores.alone = Score::NONE;
            }
            if self.continues(Kind::Phone, found.at.start) {
                scores.alone = scores.alone.max(IN_LIST);
            }
            self.propose_within(Kind::Phone, found.at, (scores, found.reach), Evidence::Form);
        }
    }

    /// Has the text nothing that makes a telephone number of the weak one at `start`?
    pub(super) fn has_no_telephones(&mut self, start: usize) -> bool {
        self.threshold(Kind::Phone) > telephone::WEAK.points()
            && !self.field.spoken
            && !self.supported().contains(Kind::Phone)
            && !self.continues(Kind::Phone, start)
    }

    /// The end of the international telephone number that begins at `start`, if no other finding begins in it, else 0: no
    /// label announces a number, and no house or other number is at its end.
    pub(super) fn behind_telephone(&mut self, bytes: &[u8], start: usize) -> usize {
        const HOUSE: usize = 5;
        let last = self.hits.last().filter(|hit| hit.kind == Kind::Phone && hit.start == start);
        let Some(end) = last.map(|hit| self.behind(hit.end)) else { return 0 };
        let number = bytes.get(start..end).unwrap_or_default();
        let group = number.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let apart = match bytes.get(end..) {
            Some([b' ' | b',', next, ..]) => !next.is_ascii_digit(),
            Some([next, ..]) => matches!(next, b',' | b';' | b')' | b'"' | b'\n'),
            _ => true,
        };
        let alone = group > HOUSE && apart && !self.supported().meets(self.matcher.labelled());
        if alone && bytes.get(start) == Some(&b'+') { end } else { 0 }
    }
}
