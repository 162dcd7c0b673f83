//! Proposals of telephone numbers, and the numbers that nothing makes one.

use super::Reader;
use crate::Kind;
use crate::detect::{Evidence, parts, whole};
use crate::kinds::{Score, Scores, alone};
use crate::recognisers::telephone;

/// The score of the next number of a list, whose first has a label.
const IN_LIST: Score = Score::new(55);

/// The scores of a number with wide gaps, and of an expiry.
const SPREAD: Scores = alone(70).always();
const EXPIRY: Scores = alone(75).always();

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

    /// Proposes the telephone number at `start` whose groups have up to four blanks between them, behind its label:
    /// `phone 07700    900    123`.
    #[cold]
    pub(super) fn spread(&mut self, bytes: &[u8], start: usize) {
        let Some(end) = spread_end(bytes, start) else { return };
        self.supported();
        let label = self.context.label(self.text, start, 0);
        if label.is_some_and(|(_, kinds)| kinds.contains(Kind::Phone)) {
            self.propose(Kind::Phone, start..end, SPREAD, Evidence::Context);
        }
    }

    /// Proposes the expiry of a card at `start`, behind its label: `expiry date: 12/27`.
    #[cold]
    pub(super) fn expiry(&mut self, start: usize) {
        if let Some(end) = whole::expiry_end(self.text, start) {
            self.propose(Kind::PaymentCard, start..end, EXPIRY, Evidence::Context);
        }
    }
}

/// The end of the groups of digits with the same number of blanks between them, two to four.
fn spread_end(bytes: &[u8], start: usize) -> Option<usize> {
    const MOST: usize = 5;
    let run = |at: usize, is: fn(&u8) -> bool| {
        bytes.get(at..).unwrap_or_default().iter().take(16).take_while(|byte| is(byte)).count()
    };
    let (mut end, mut digits, mut blanks, mut groups) = (start, 0, None, 0);
    while groups < MOST {
        let group = run(end, u8::is_ascii_digit);
        (end, digits, groups) = (end + group, digits + group, groups + 1);
        let gap = run(end, |byte| *byte == b' ');
        let next = bytes.get(end + gap).is_some_and(u8::is_ascii_digit);
        if !next || !(2..=4).contains(&gap) || *blanks.get_or_insert(gap) != gap {
            break;
        }
        end += gap;
    }
    let whole = !matches!(bytes.get(end..), Some([b'.' | b'-' | b'/' | b':', next, ..]) if next.is_ascii_digit())
        && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
    (groups > 1 && (7..=15).contains(&digits) && whole).then_some(end)
}
